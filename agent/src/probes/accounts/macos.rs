//! macOS: the records of its own directory, which only the administrator reads, and the policy for passwords.

use std::path::Path;

use caretaker_shared::model::{Facts, LocalAccount, Outcome, PasswordEnds, PasswordState};
use caretaker_shared::wire::limits;

use super::directory_node::{self, Group, User};
use crate::host::program::Program;
use crate::host::{Host, if_there, why};

const USERS: &str = "/var/db/dslocal/nodes/Default/users";
const ADMINISTRATORS: &str = "/var/db/dslocal/nodes/Default/groups/admin.plist";
/// The number of that group.
const ADMIN_GROUP: &str = "80";
/// A record holds the picture of its user.
const RECORD_BYTES: u64 = 16 * 1024 * 1024;
const MOST_RECORDS: usize = 4 * limits::ACCOUNTS;
/// The first number of a person; below are services.
const FIRST_PERSON: i64 = 500;
const ROOT: &str = "root";

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let names = match host.list(Path::new(USERS)) {
        Ok(names) => names,
        Err(error) => return Outcome::Failed { reason: why(Path::new(USERS), &error) },
    };
    let mut flaws = Vec::new();
    if names.len() > MOST_RECORDS {
        flaws.push(format!("{USERS} has more than {MOST_RECORDS} records; the rest is not read"));
    }
    let users = users(host, &names, &mut flaws);
    let administrators = administrators(host, &mut flaws);
    let ends = ends(host, &mut flaws);
    let mut accounts: Vec<LocalAccount> = users.iter().map(|user| local(user, &administrators, &ends)).collect();
    let kept = |name: &&String| !users.iter().any(|user| user.name == **name);
    accounts.extend(administrators.names.iter().filter(kept).map(|name| elsewhere(name, false)));
    accounts.extend(administrators.nested.iter().map(|id| elsewhere(id, true)));
    if accounts.len() > limits::ACCOUNTS {
        flaws.push(format!("there are more than {} accounts; the rest is not listed", limits::ACCOUNTS));
        accounts.truncate(limits::ACCOUNTS);
    }
    let facts = Facts::Accounts(accounts);
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// People, and the administrator.
fn users(host: &dyn Host, names: &[String], flaws: &mut Vec<String>) -> Vec<User> {
    let mut users = Vec::new();
    // The names of services begin with an underscore.
    let records = names.iter().filter(|name| name.ends_with(".plist") && !name.starts_with('_')).take(MOST_RECORDS);
    for name in records {
        let path = Path::new(USERS).join(name);
        let read = if_there(host.read(&path, RECORD_BYTES))
            .and_then(|bytes| bytes.map(|bytes| directory_node::user(&bytes)).transpose());
        match read {
            Ok(user) => users.extend(user.filter(|user| user.uid >= FIRST_PERSON || user.name == ROOT)),
            Err(error) => flaws.push(why(&path, &error)),
        }
    }
    users
}

fn administrators(host: &dyn Host, flaws: &mut Vec<String>) -> Group {
    let path = Path::new(ADMINISTRATORS);
    let read = host.read(path, RECORD_BYTES).and_then(|bytes| directory_node::group(&bytes));
    read.unwrap_or_else(|error| {
        flaws.push(why(path, &error));
        Group::default()
    })
}

/// The policy for all; one that is made for a single account is not asked for.
fn ends(host: &dyn Host, flaws: &mut Vec<String>) -> PasswordEnds {
    match host.run(&Program::PASSWORD_POLICY) {
        Ok(written) if written.code == Some(0) => directory_node::password_ends(&written.out),
        Ok(_) => {
            let flaw = format!("{} failed", Program::PASSWORD_POLICY.path());
            flaws.push(flaw.clone());
            PasswordEnds::Unknown(flaw)
        }
        Err(error) => {
            let flaw = why(Path::new(Program::PASSWORD_POLICY.path()), &error);
            flaws.push(flaw.clone());
            PasswordEnds::Unknown(flaw)
        }
    }
}

fn local(user: &User, administrators: &Group, ends: &PasswordEnds) -> LocalAccount {
    let named = administrators.names.contains(&user.name) || administrators.ids.contains(&user.id);
    let directory = || PasswordEnds::Unknown("a directory service keeps it".into());
    LocalAccount {
        name: user.name.clone(),
        directory: user.directory,
        group: false,
        enabled: user.enabled,
        administrator: named || user.uid == 0 || user.group == ADMIN_GROUP,
        password: user.password.clone(),
        password_set_at: user.password_set_at,
        password_ends: if user.directory { directory() } else { ends.clone() },
        last_login_at: None,
    }
}

/// An administrator that has no record here: of a directory service, or a group by its identifier.
fn elsewhere(name: &str, group: bool) -> LocalAccount {
    let reason = if group { "it is a group" } else { "a directory service keeps it" };
    LocalAccount {
        name: name.to_owned(),
        directory: true,
        group,
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
    use caretaker_shared::model::{Facts, LocalAccount, Outcome, PasswordEnds, PasswordState};

    use super::{ADMINISTRATORS, Program, USERS, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    const PUPIL: &str = include_str!("testdata/macos-15-user-pupil.one.plist");
    const ROOT: &str = include_str!("testdata/macos-15-user-root.plist");
    const ADMIN: &str = include_str!("testdata/macos-15-group-admin.plist");
    const POLICY: &str = include_str!("testdata/macos-15-pwpolicy-90-days");

    fn mac() -> Sample {
        let teacher = PUPIL.replace("pupil.one", "teacher.two").replace("501", "502").replace("00000501", "00000502");
        Sample::of(System::MacOs)
            .file(&format!("{USERS}/_www.plist"), "a service")
            .file(&format!("{USERS}/root.plist"), ROOT)
            .file(&format!("{USERS}/pupil.one.plist"), PUPIL)
            .file(&format!("{USERS}/teacher.two.plist"), teacher)
            .file(&format!("{USERS}/nobody.plist"), ROOT.replace("root", "nobody").replace(">0<", ">-2<"))
            .file(ADMINISTRATORS, ADMIN)
            .program(&Program::PASSWORD_POLICY, POLICY)
    }

    fn accounts(machine: &Sample) -> Vec<LocalAccount> {
        let outcome = ask(machine);
        let Outcome::Complete(Facts::Accounts(accounts)) = outcome else { panic!("complete, not {outcome:?}") };
        accounts
    }

    #[test]
    fn lists_people_and_who_of_them_is_an_administrator() {
        let found = accounts(&mac());
        let told: Vec<_> =
            found.iter().map(|one| (one.name.as_str(), one.administrator, one.directory, one.group)).collect();
        let expected = [
            ("pupil.one", false, false, false),
            ("root", true, false, false),
            ("teacher.two", true, false, false),
            ("technician.one", true, true, false),
            ("0A0B0C0D-0000-4000-8000-000000000512", true, true, true),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_administrator_of_a_new_mac_cannot_log_in() {
        let root = accounts(&mac()).into_iter().find(|account| account.name == "root").expect("it is listed");
        assert_eq!((root.enabled, root.password), (false, PasswordState::Locked));
    }

    #[test]
    fn the_policy_ends_passwords_and_what_cannot_be_asked_is_unknown() {
        assert_eq!(accounts(&mac())[0].password_ends, PasswordEnds::Days(90));
        let torn = mac().file(&format!("{USERS}/pupil.two.plist"), "torn");
        let Outcome::Partial { facts: Facts::Accounts(found), reason } = ask(&torn) else { panic!("partial") };
        assert!(found.len() == 5 && reason.contains("pupil.two.plist"), "{reason}");
    }

    #[test]
    fn without_the_right_to_read_the_records_nothing_is_told() {
        assert!(matches!(ask(&mac().denied(USERS)), Outcome::Failed { .. }));
    }
}
