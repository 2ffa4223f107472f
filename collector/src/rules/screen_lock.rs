//! E2: the screen of every user locks within the time that the policy allows, and then asks for the password.

use std::collections::BTreeMap;

use caretaker_shared::model::{Idle, Requirement, ScreenLock};
use caretaker_shared::policy::Policy;

use super::{Verdict, VerdictOutcome, words};

/// Judges the effective lock of each user. Where a user has several desktops, the worst of them counts.
pub(super) fn judge(locks: &[ScreenLock], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let mut worst: BTreeMap<&str, VerdictOutcome> = BTreeMap::new();
    for lock in locks {
        let outcome = judge_lock(lock, policy.screen_lock.max_seconds);
        let stands = worst.get(lock.user.as_str()).is_some_and(|other| other.weight() >= outcome.weight());
        if !stands {
            worst.insert(&lock.user, outcome);
        }
    }
    if let Some(missing) = missing {
        // Those who were found may all be fine; nothing is known of the others.
        let unsure = worst.get("").is_none_or(|default| matches!(default, VerdictOutcome::Meets { .. }));
        if unsure {
            worst.insert("", others(missing));
        }
    } else if worst.is_empty() {
        worst.insert("", nobody());
    }
    let verdict =
        |(user, outcome): (&str, _)| Verdict { requirement: Requirement::E2, subject: user.to_owned(), outcome };
    worst.into_iter().map(verdict).collect()
}

fn judge_lock(lock: &ScreenLock, most: u32) -> VerdictOutcome {
    let allowed = words::idle(most);
    let remedy = if lock.desktop == "none" {
        format!("Set up a screen lock on this device that asks for the password within {allowed}.")
    } else {
        format!("Set the lock time of {} to {allowed} or less for all users, and lock the setting.", lock.desktop)
    };
    match &lock.until_password {
        Idle::Seconds(seconds) if *seconds <= most => {
            VerdictOutcome::meets(format!("locks after {}", words::idle(*seconds)), setting(lock))
        }
        Idle::Seconds(seconds) => {
            VerdictOutcome::fails(format!("locks after {}", words::idle(*seconds)), setting(lock), remedy)
        }
        Idle::Never => {
            let summary = match lock.until_covered {
                Idle::Seconds(_) => "never locks: the screen goes dark but asks for no password",
                Idle::Never | Idle::Unknown(_) => "never locks",
            };
            VerdictOutcome::fails(summary, setting(lock), remedy)
        }
        Idle::Unknown(reason) => {
            let reason = if reason.is_empty() { "the device gave no reason" } else { reason };
            let remedy = "Remove what keeps the agent from reading the setting, or check this device by hand.";
            VerdictOutcome::unknown("cannot tell when it locks", format!("{}: {reason}", lock.desktop), remedy)
        }
    }
}

/// The setting that decides and where it stands: "GNOME: idle-delay = 900 in /etc/dconf/db/local".
fn setting(lock: &ScreenLock) -> String {
    let mut told = if lock.desktop == "none" { "no desktop".to_owned() } else { lock.desktop.clone() };
    if !lock.setting.is_empty() {
        told = format!("{told}: {}", lock.setting);
    }
    if !lock.place.is_empty() {
        told = format!("{told} in {}", lock.place);
    }
    if lock.user_can_change { format!("{told} (users can change it)") } else { told }
}

fn others(missing: &str) -> VerdictOutcome {
    let remedy = "Remove what keeps the agent from reading these settings, or check this device by hand.";
    VerdictOutcome::unknown("not all users could be looked at", missing, remedy)
}

fn nobody() -> VerdictOutcome {
    let reason = "neither a user nor a default was found";
    VerdictOutcome::unknown("cannot tell when it locks", reason, "Check this device by hand.")
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Idle, ScreenLock};

    use super::super::{Verdict, VerdictOutcome, sample};
    use super::judge;

    fn lock(user: &str, until_password: Idle) -> ScreenLock {
        ScreenLock {
            user: user.into(),
            desktop: "GNOME".into(),
            until_covered: Idle::Never,
            until_password,
            setting: "idle-delay = 900".into(),
            place: "/etc/dconf/db/local".into(),
            user_can_change: true,
            on_battery: None,
            weighed: Vec::new(),
        }
    }

    fn told(verdict: &Verdict) -> (&'static str, &str, &str) {
        match &verdict.outcome {
            VerdictOutcome::Meets { summary, reason } => ("meets", summary, reason),
            VerdictOutcome::Fails { summary, reason, .. } => ("fails", summary, reason),
            VerdictOutcome::Unknown { summary, reason, .. } => ("unknown", summary, reason),
        }
    }

    #[test]
    fn five_minutes_meet_the_policy_and_one_second_more_does_not() {
        for (until, verdict, summary) in [
            (Idle::Seconds(0), "meets", "locks after 0 s"),
            (Idle::Seconds(300), "meets", "locks after 5 min"),
            (Idle::Seconds(301), "fails", "locks after 5 min 1 s"),
            (Idle::Seconds(900), "fails", "locks after 15 min"),
            (Idle::Never, "fails", "never locks"),
            (Idle::Unknown("profile could not be read".into()), "unknown", "cannot tell when it locks"),
        ] {
            let verdicts = judge(&[lock("pupil.one", until)], None, &sample::policy());
            let (got, text, _) = told(&verdicts[0]);
            assert_eq!((got, text), (verdict, summary));
            assert_eq!(verdicts[0].subject, "pupil.one");
        }
    }

    #[test]
    fn the_reason_names_the_winning_setting_and_its_place() {
        let verdicts = judge(&[lock("", Idle::Seconds(900))], None, &sample::policy());
        assert_eq!(told(&verdicts[0]).2, "GNOME: idle-delay = 900 in /etc/dconf/db/local (users can change it)");
        assert_eq!(verdicts[0].subject, "", "the machine's default");
    }

    #[test]
    fn the_worst_of_a_users_desktops_counts() {
        let locks = [
            lock("pupil.one", Idle::Never),
            lock("pupil.one", Idle::Seconds(60)),
            lock("pupil.two", Idle::Seconds(60)),
        ];
        let verdicts = judge(&locks, None, &sample::policy());
        let got: Vec<_> = verdicts.iter().map(|verdict| (verdict.subject.as_str(), told(verdict).0)).collect();
        assert_eq!(got, [("pupil.one", "fails"), ("pupil.two", "meets")]);
    }

    #[test]
    fn a_dark_screen_without_a_password_never_locks() {
        let mut dark = lock("pupil.one", Idle::Never);
        dark.until_covered = Idle::Seconds(60);
        let verdicts = judge(&[dark], None, &sample::policy());
        assert!(told(&verdicts[0]).1.contains("no password"));
    }

    #[test]
    fn users_who_could_not_be_looked_at_keep_a_partial_reading_from_being_met() {
        let fine = [lock("", Idle::Seconds(60)), lock("pupil.one", Idle::Seconds(60))];
        let verdicts = judge(&fine, Some("profile of pupil.two: permission denied"), &sample::policy());
        assert_eq!(told(&verdicts[0]).0, "unknown");
        assert_eq!(told(&verdicts[1]).0, "meets");
        let never = judge(&[lock("", Idle::Never)], Some("permission denied"), &sample::policy());
        assert_eq!(
            told(&never[0]),
            ("fails", "never locks", "GNOME: idle-delay = 900 in /etc/dconf/db/local (users can change it)")
        );
    }

    #[test]
    fn nobody_to_judge_is_unknown() {
        assert_eq!(told(&judge(&[], None, &sample::policy())[0]).0, "unknown");
    }
}
