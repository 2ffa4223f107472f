//! C2: only accounts and groups that the policy names are administrators.

use caretaker_shared::model::{LocalAccount, Requirement};
use caretaker_shared::policy::Policy;

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, words};

/// Judges each account, or group, that may change everything and that somebody can log in with.
pub(super) fn judge(accounts: &[LocalAccount], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let administrators = || accounts.iter().filter(|account| account.administrator && account.enabled);
    let named = words::names(administrators().map(|account| account.name.as_str()));
    let reason = if named.is_empty() { "nobody is an administrator".to_owned() } else { format!("only {named}") };
    let sum = Sum {
        requirement: Requirement::C2,
        missing,
        all_well: VerdictOutcome::meets("administrators are those that the policy names", reason),
        not_all: "not all administrators could be looked at",
        look: "Remove what keeps the agent from looking, or check this device by hand.",
    };
    sum.of(administrators().map(|account| (account.name.clone(), judge_account(account, policy))))
}

fn judge_account(account: &LocalAccount, policy: &Policy) -> VerdictOutcome {
    let approved = &policy.accounts.administrators;
    if approved.iter().any(|entry| stands_for(entry, &account.name)) {
        return VerdictOutcome::meets("administrator", "the policy names it");
    }
    let kind = match (account.group, account.directory) {
        (true, true) => "a group of a directory",
        (true, false) => "a group of this device",
        (false, true) => "an account of a directory",
        (false, false) => "an account of this device",
    };
    let (summary, remedy) = if account.group {
        (
            "a group of administrators that the policy does not name",
            "Take the group out of the administrators, or name it in the policy, under [accounts] administrators.",
        )
    } else {
        (
            "an administrator that the policy does not name",
            "Take the account out of the administrators, or name it in the policy, under [accounts] administrators.",
        )
    };
    VerdictOutcome::fails(
        summary,
        format!("{kind}; the policy names {}", words::names(approved.iter().map(String::as_str))),
        remedy,
    )
}

/// Whether an entry means an account, in any case. One without a domain means the account of any domain.
fn stands_for(entry: &str, name: &str) -> bool {
    let (entry, name) = (entry.trim().to_lowercase(), name.trim().to_lowercase());
    let plain = |text: &str| text.rsplit_once('\\').map_or_else(|| text.to_owned(), |(_, plain)| plain.to_owned());
    entry == name || (!entry.contains('\\') && entry == plain(&name))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{LocalAccount, PasswordEnds, PasswordState};

    use super::super::sample;
    use super::judge;

    fn administrator(name: &str) -> LocalAccount {
        LocalAccount {
            name: name.into(),
            directory: false,
            group: false,
            enabled: true,
            administrator: true,
            password: PasswordState::Set,
            password_set_at: None,
            password_ends: PasswordEnds::Never,
            last_login_at: None,
        }
    }

    fn judged(account: LocalAccount, approved: &[&str]) -> &'static str {
        let mut policy = sample::policy();
        policy.accounts.administrators = approved.iter().map(|&name| name.to_owned()).collect();
        sample::told(&judge(&[account], None, &policy))[0].0
    }

    #[test]
    fn a_name_without_a_domain_means_every_domain_and_one_with_a_domain_that_one() {
        for (name, approved, word) in [
            ("Administrator", "administrator", "meets"),
            (r"SCHOOL\Administrator", "Administrator", "meets"),
            (r"SCHOOL\Technicians", r"school\technicians", "meets"),
            (r"OTHER\Technicians", r"SCHOOL\Technicians", "fails"),
            ("Technicians", r"SCHOOL\Technicians", "fails"),
            ("pupil.one", "Administrator", "fails"),
        ] {
            assert_eq!(judged(administrator(name), &[approved]), word, "{name} by {approved}");
        }
        assert_eq!(judged(administrator("root"), &[]), "fails", "an empty list names nobody");
    }

    #[test]
    fn groups_are_judged_and_disabled_accounts_are_not() {
        let group = LocalAccount { group: true, directory: true, ..administrator(r"SCHOOL\Staff") };
        let verdicts = judge(&[group], None, &sample::policy());
        let told = sample::told(&verdicts)[0];
        assert_eq!(
            (told.0, told.1, told.2),
            ("fails", r"SCHOOL\Staff", "a group of administrators that the policy does not name")
        );
        let asleep = LocalAccount { enabled: false, ..administrator("pupil.one") };
        assert_eq!(judged(asleep, &[]), "meets");
        let user = LocalAccount { administrator: false, ..administrator("pupil.one") };
        assert_eq!(judged(user, &[]), "meets");
    }

    #[test]
    fn a_part_of_the_administrators_is_never_all_of_them() {
        let verdicts = judge(&[administrator("root")], Some("sssd did not answer"), &sample::policy());
        let told = sample::told(&verdicts);
        assert_eq!((told[0].0, told[0].1, told[1].0, told[1].1), ("meets", "root", "unknown", ""));
    }
}
