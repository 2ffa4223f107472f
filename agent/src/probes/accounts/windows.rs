//! Windows: the accounts that the device keeps, and the members of its group of administrators.

use std::time::Duration;

use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::model::{Facts, LocalAccount, Outcome, PasswordEnds, PasswordState};
use caretaker_shared::wire::limits;
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use crate::host::Host;
use crate::host::windows::{LocalUser, Member, Windows};

const DISABLED: u32 = 0x2;
const NOT_REQUIRED: u32 = 0x20;
const NEVER_ENDS: u32 = 0x1_0000;
const SECONDS_A_DAY: u64 = 86_400;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    match host.windows() {
        Ok(windows) => accounts(windows, SystemClock.now()),
        Err(error) => Outcome::Failed { reason: error.to_string() },
    }
}

fn accounts(windows: &dyn Windows, now: Timestamp) -> Outcome {
    let users = match windows.local_users() {
        Ok(users) => users,
        Err(error) => return Outcome::Failed { reason: format!("local accounts: {error}") },
    };
    let mut flaws = Vec::new();
    let members = windows.administrators().unwrap_or_else(|error| {
        flaws.push(format!("members of the group of administrators: {error}"));
        Vec::new()
    });
    let most = windows.password_max_age().map_err(|error| format!("password policy: {error}"));
    let mut accounts: Vec<LocalAccount> = users.iter().map(|user| local(user, &members, &most, now)).collect();
    let kept = |member: &&Member| !users.iter().any(|user| user.sid == member.sid);
    accounts.extend(members.iter().filter(kept).map(elsewhere));
    if let Err(flaw) = most {
        flaws.push(flaw);
    }
    if accounts.len() > limits::ACCOUNTS {
        // Of the ones that are left out none is an administrator, as long as there are not as many of those.
        accounts.sort_by_key(|account| !account.administrator);
        accounts.truncate(limits::ACCOUNTS);
        flaws.push(format!("there are more than {} accounts; the rest is not listed", limits::ACCOUNTS));
    }
    let facts = Facts::Accounts(accounts);
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

fn local(
    user: &LocalUser,
    members: &[Member],
    most: &Result<Option<Duration>, String>,
    now: Timestamp,
) -> LocalAccount {
    let has = |flag: u32| user.flags & flag != 0;
    let password = match user.password_age {
        // The flag says that it may be empty, not that it is: to find out would count as a wrong try.
        _ if has(NOT_REQUIRED) => PasswordState::NotRequired,
        Some(_) => PasswordState::Set,
        // Windows forgets the day also where a password must be changed at the next login.
        None => PasswordState::Unknown("Windows notes no day on which it was set".into()),
    };
    let ends = match most {
        _ if has(NEVER_ENDS) => PasswordEnds::Never,
        Ok(Some(most)) => PasswordEnds::Days(u32::try_from(most.as_secs() / SECONDS_A_DAY).unwrap_or(u32::MAX)),
        Ok(None) => PasswordEnds::Never,
        Err(flaw) => PasswordEnds::Unknown(flaw.clone()),
    };
    LocalAccount {
        name: user.name.clone(),
        directory: false,
        group: false,
        enabled: !has(DISABLED),
        administrator: members.iter().any(|member| member.sid == user.sid),
        password,
        password_set_at: user.password_age.and_then(|age| before(now, age)),
        password_ends: ends,
        last_login_at: user.last_logon,
    }
}

/// Windows tells an age in seconds: to the hour, so that two answers about one password are the same.
fn before(now: Timestamp, age: Duration) -> Option<Timestamp> {
    let at = now.checked_sub(SignedDuration::try_from(age).ok()?).ok()?;
    at.round(TimestampRound::new().smallest(Unit::Hour).mode(RoundMode::HalfExpand)).ok()
}

/// A member that the device does not keep: of a domain, or one whose account is gone.
fn elsewhere(member: &Member) -> LocalAccount {
    let reason = if member.domain { "a domain keeps it" } else { "its account cannot be found" };
    LocalAccount {
        name: member.name.clone(),
        directory: member.domain,
        group: member.group,
        enabled: true,
        administrator: true,
        password: PasswordState::Unknown(reason.into()),
        password_set_at: None,
        password_ends: PasswordEnds::Unknown(reason.into()),
        last_login_at: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use caretaker_shared::model::{Facts, LocalAccount, Outcome, PasswordEnds, PasswordState};
    use jiff::Timestamp;

    use super::{DISABLED, Member, NEVER_ENDS, NOT_REQUIRED, accounts};
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::LocalUser;

    fn user(name: &str, number: u32, flags: u32, age: Option<u64>) -> LocalUser {
        LocalUser {
            name: name.into(),
            sid: format!("S-1-5-21-1-2-3-{number}"),
            flags,
            password_age: age.map(Duration::from_secs),
            last_logon: None,
        }
    }

    fn member(name: &str, sid: &str, group: bool, domain: bool) -> Member {
        Member { name: name.into(), sid: sid.into(), group, domain }
    }

    fn asked(machine: &Sample) -> Vec<LocalAccount> {
        let outcome = accounts(machine, "2026-11-21T14:02:00Z".parse::<Timestamp>().expect("a time"));
        let Outcome::Complete(Facts::Accounts(accounts)) = outcome else { panic!("complete, not {outcome:?}") };
        accounts
    }

    #[test]
    fn tells_passwords_and_administrators() {
        let mut machine = Sample::of(System::Windows);
        machine.password_max_age = Some(Duration::from_secs(42 * 86_400));
        machine.users = vec![
            user("teacher.two", 1001, 0, Some(10 * 86_400)),
            user("Guest", 501, DISABLED | NOT_REQUIRED | NEVER_ENDS, Some(0)),
            user("pupil.one", 1002, 0, None),
        ];
        machine.administrators = vec![
            member("teacher.two", "S-1-5-21-1-2-3-1001", false, false),
            member("SCHOOL\\it.admins", "S-1-5-21-9-9-9-512", true, true),
            member("S-1-5-21-7-7-7-1009", "S-1-5-21-7-7-7-1009", false, false),
        ];
        let found = asked(&machine);
        assert_eq!(found[0].password_set_at.map(|at| at.to_string()), Some("2026-11-11T14:00:00Z".into()));
        assert_eq!((found[0].administrator, &found[0].password_ends), (true, &PasswordEnds::Days(42)));
        assert_eq!((found[1].enabled, &found[1].password), (false, &PasswordState::NotRequired));
        assert_eq!(found[1].password_ends, PasswordEnds::Never);
        assert!(matches!(found[2].password, PasswordState::Unknown(_)), "it may have to be changed at the next login");
        assert!(!found[2].administrator);
        assert_eq!((found[3].group, found[3].directory, found[3].administrator), (true, true, true));
        assert_eq!(found[4].name, "S-1-5-21-7-7-7-1009", "a member without a name is still listed");
    }

    #[test]
    fn more_accounts_than_a_reading_holds_are_partial_and_lose_no_administrator() {
        let mut machine = Sample::of(System::Windows);
        machine.users = (0..1_000).map(|number| user(&format!("pupil.{number}"), 1000 + number, 0, Some(0))).collect();
        machine.administrators = vec![member("SCHOOL\\it.admins", "S-1-5-21-9-9-9-512", true, true)];
        let outcome = accounts(&machine, Timestamp::UNIX_EPOCH);
        let Outcome::Partial { facts: Facts::Accounts(found), .. } = outcome else { panic!("partial") };
        assert_eq!((found.len(), found[0].name.as_str()), (1_000, "SCHOOL\\it.admins"));
    }
}
