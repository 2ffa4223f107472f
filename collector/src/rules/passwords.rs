//! E3: accounts that the device itself keeps have a password, and it is changed as often as the policy asks. Accounts
//! of a directory are judged there, and a verdict says so.

use caretaker_shared::model::{LocalAccount, PasswordEnds, PasswordState, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, words};

const DAY_SECONDS: i64 = 24 * 3600;

/// Judges each local account that somebody can log in with.
pub(super) fn judge(accounts: &[LocalAccount], missing: Option<&str>, policy: &Policy, now: Timestamp) -> Vec<Verdict> {
    let most = policy.accounts.password_max_age_days;
    let judged = |account: &&LocalAccount| {
        !account.directory && !account.group && account.enabled && account.password != PasswordState::Locked
    };
    let count = accounts.iter().filter(judged).count();
    let elsewhere = accounts.iter().filter(|account| account.directory && !account.group).count();
    let mut reason = format!("{} of this device judged", words::counted(count, "account"));
    if elsewhere > 0 {
        reason
            .push_str(&format!("; {} of a directory, which judges them itself", words::counted(elsewhere, "account")));
    }
    let sum = Sum {
        requirement: Requirement::E3,
        missing,
        all_well: VerdictOutcome::meets("passwords set and changed", reason),
        not_all: "not all accounts could be looked at",
        look: "Remove what keeps the agent from looking, or check this device by hand.",
    };
    let accounts = accounts.iter().filter(judged);
    sum.of(accounts.map(|account| (account.name.clone(), judge_account(account, most, now))))
}

fn judge_account(account: &LocalAccount, most: u32, now: Timestamp) -> VerdictOutcome {
    let set = format!("Set a password for {}, or disable the account.", account.name);
    match &account.password {
        PasswordState::Set => judge_age(account, most, now),
        // Left out before; said all the same, should that ever change.
        PasswordState::Locked => VerdictOutcome::meets("no password opens it", "the account is locked"),
        PasswordState::None => VerdictOutcome::fails("no password", "the account opens without one", set),
        PasswordState::NotRequired => {
            VerdictOutcome::fails("may be without a password", "the system does not insist on one", set)
        }
        PasswordState::Unknown(why) => VerdictOutcome::unknown(
            "cannot tell whether it has a password",
            words::given(why),
            "Remove what keeps the agent from reading the account, or check it by hand.",
        ),
    }
}

fn judge_age(account: &LocalAccount, most: u32, now: Timestamp) -> VerdictOutcome {
    let allowed = words::days(most);
    let change = format!("Have {} change the password, and make the system ask for it every {allowed}.", account.name);
    let Some(set_at) = account.password_set_at else {
        let reason = format!("the system does not say when it was set{}", ends(&account.password_ends));
        return VerdictOutcome::unknown("age of the password cannot be told", reason, change);
    };
    let reason = format!("set on {}; {allowed} are allowed{}", words::day(set_at), ends(&account.password_ends));
    let age = now.as_second() - set_at.as_second();
    if age < -DAY_SECONDS {
        let remedy = "Check the clock of this device and of the collector.";
        return VerdictOutcome::unknown("password is dated in the future", reason, remedy);
    }
    if age > i64::from(most) * DAY_SECONDS {
        let told = words::too_old(age / 3600, i64::from(most) * 24);
        return VerdictOutcome::fails(format!("password is {told} old"), reason, change);
    }
    match &account.password_ends {
        PasswordEnds::Days(days) if *days <= most => VerdictOutcome::meets("password set and changed", reason),
        PasswordEnds::Days(days) => {
            VerdictOutcome::fails(format!("password may stay for {}", words::days(*days)), reason, change)
        }
        PasswordEnds::Never => VerdictOutcome::fails("password never expires", reason, change),
        PasswordEnds::Unknown(_) => VerdictOutcome::unknown("cannot tell when the password expires", reason, change),
    }
}

fn ends(ends: &PasswordEnds) -> String {
    match ends {
        PasswordEnds::Days(days) => format!("; the system asks for a new one after {}", words::days(*days)),
        PasswordEnds::Never => "; the system never asks for a new one".to_owned(),
        PasswordEnds::Unknown(why) => format!("; when the system asks for a new one: {}", words::given(why)),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{LocalAccount, PasswordEnds, PasswordState};
    use jiff::ToSpan as _;

    use super::super::sample;
    use super::judge;

    fn account(password: PasswordState, hours: Option<i64>, password_ends: PasswordEnds) -> LocalAccount {
        LocalAccount {
            name: "teacher.two".into(),
            directory: false,
            group: false,
            enabled: true,
            administrator: false,
            password,
            password_set_at: hours.map(|hours| sample::now().checked_sub(hours.hours()).expect("a time in range")),
            password_ends,
            last_login_at: None,
        }
    }

    fn one(account: LocalAccount) -> (&'static str, String) {
        let verdicts = judge(&[account], None, &sample::policy(), sample::now());
        let told = sample::told(&verdicts);
        assert_eq!(told.len(), 1);
        (told[0].0, told[0].2.to_owned())
    }

    #[test]
    fn six_weeks_are_allowed_and_an_hour_more_is_not() {
        use PasswordEnds::{Days, Never};
        const SIX_WEEKS: i64 = 42 * 24;
        for (hours, ends, word, summary) in [
            (Some(SIX_WEEKS), Days(42), "meets", "passwords set and changed"),
            (Some(SIX_WEEKS + 1), Days(42), "fails", "password is over 42 days old"),
            (Some(1), Days(43), "fails", "password may stay for 43 days"),
            (Some(1), Never, "fails", "password never expires"),
            (Some(1), PasswordEnds::Unknown("no policy".into()), "unknown", "cannot tell when the password expires"),
            (None, Days(42), "unknown", "age of the password cannot be told"),
            (Some(-48), Days(42), "unknown", "password is dated in the future"),
        ] {
            assert_eq!(one(account(PasswordState::Set, hours, ends)), (word, summary.to_owned()));
        }
    }

    #[test]
    fn an_account_without_a_password_fails_and_one_that_is_unknown_is_unknown() {
        for (password, word, summary) in [
            (PasswordState::None, "fails", "no password"),
            (PasswordState::NotRequired, "fails", "may be without a password"),
            (
                PasswordState::Unknown("/etc/shadow: permission denied".into()),
                "unknown",
                "cannot tell whether it has a password",
            ),
            (PasswordState::Locked, "meets", "passwords set and changed"),
        ] {
            assert_eq!(one(account(password, Some(1), PasswordEnds::Days(42))), (word, summary.to_owned()));
        }
    }

    #[test]
    fn disabled_accounts_groups_and_those_of_a_directory_are_not_judged_here() {
        let open = || account(PasswordState::None, None, PasswordEnds::Never);
        let accounts = [
            LocalAccount { enabled: false, ..open() },
            LocalAccount { group: true, ..open() },
            LocalAccount { directory: true, ..open() },
        ];
        let verdicts = judge(&accounts, None, &sample::policy(), sample::now());
        let told = sample::told(&verdicts);
        assert_eq!((told.len(), told[0].0), (1, "meets"));
        assert_eq!(told[0].3, "0 accounts of this device judged; 1 account of a directory, which judges them itself");
    }

    #[test]
    fn a_part_of_the_accounts_is_never_all_of_them() {
        let verdicts = judge(&[], Some("/etc/shadow: permission denied"), &sample::policy(), sample::now());
        assert_eq!(sample::told(&verdicts)[0].0, "unknown");
    }
}
