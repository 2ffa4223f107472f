//! E2: the screen of every user locks within the time that the policy allows, and then asks for the password.

use std::collections::BTreeMap;

use caretaker_shared::model::{Idle, Requirement, ScreenLock};
use caretaker_shared::policy::Policy;

use super::verdict::worst;
use super::{Verdict, VerdictOutcome, words};

/// Judges the effective lock of each user. Where a user has several desktops, the worst of them counts.
pub(super) fn judge(locks: &[ScreenLock], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let most = policy.screen_lock.max_seconds;
    of_users(Requirement::E2, worst(locks.iter().map(|lock| (lock.user.clone(), judge_lock(lock, most)))), missing)
}

/// One verdict for each user, and one on the machine's default when not everybody could be looked at.
pub(super) fn of_users(
    requirement: Requirement,
    mut worst: BTreeMap<String, VerdictOutcome>,
    missing: Option<&str>,
) -> Vec<Verdict> {
    if let Some(missing) = missing {
        // Those who were found may all be fine; nothing is known of the others.
        let unsure = worst.get("").is_none_or(|default| matches!(default, VerdictOutcome::Meets { .. }));
        if unsure {
            worst.insert(String::new(), others(missing));
        }
    } else if worst.is_empty() {
        worst.insert(String::new(), nobody());
    }
    worst.into_iter().map(|(user, outcome)| Verdict::of(requirement, &user, outcome)).collect()
}

/// The worse of what holds on mains and on battery; of equals the one on mains, with a word on the other.
fn judge_lock(lock: &ScreenLock, most: u32) -> VerdictOutcome {
    let mains = judge_times(lock, &lock.until_covered, &lock.until_password, "", most);
    let Some(times) = &lock.on_battery else { return mains };
    let battery = judge_times(lock, &times.until_covered, &times.until_password, " on battery", most);
    let (mut stands, other) = if battery.weight() > mains.weight() {
        (battery, format!("on mains it {}", locks(&lock.until_password)))
    } else {
        (mains, format!("on battery it {}", locks(&times.until_password)))
    };
    let (VerdictOutcome::Meets { reason, .. }
    | VerdictOutcome::Fails { reason, .. }
    | VerdictOutcome::Unknown { reason, .. }) = &mut stands;
    *reason = format!("{reason}; {other}");
    stands
}

fn judge_times(lock: &ScreenLock, covered: &Idle, password: &Idle, on: &str, most: u32) -> VerdictOutcome {
    let allowed = words::idle(most);
    let remedy = if lock.desktop == "none" {
        format!("Set up a screen lock on this device that asks for the password within {allowed}.")
    } else {
        format!("Set the lock time of {} to {allowed} or less for all users, and lock the setting.", lock.desktop)
    };
    match password {
        Idle::Seconds(seconds) if *seconds <= most => {
            VerdictOutcome::meets(format!("locks after {}{on}", words::idle(*seconds)), setting(lock))
        }
        Idle::Seconds(seconds) => {
            let reason = format!("the policy says {allowed}; set by {}", setting(lock));
            VerdictOutcome::fails(format!("locks after {}{on}", words::idle(*seconds)), reason, remedy)
        }
        Idle::Never => {
            let summary = match covered {
                Idle::Seconds(_) => format!("never locks{on}: the screen goes dark but asks for no password"),
                Idle::Never | Idle::Unknown(_) => format!("never locks{on}"),
            };
            VerdictOutcome::fails(summary, setting(lock), remedy)
        }
        Idle::Unknown(reason) => {
            let remedy = "Remove what keeps the agent from reading the setting, or check this device by hand.";
            let reason = format!("{}: {}", lock.desktop, words::given(reason));
            VerdictOutcome::unknown(format!("cannot tell when it locks{on}"), reason, remedy)
        }
    }
}

/// "locks after 5 min", "never locks".
fn locks(until: &Idle) -> String {
    match until {
        Idle::Seconds(seconds) => format!("locks after {}", words::idle(*seconds)),
        Idle::Never => "never locks".to_owned(),
        Idle::Unknown(_) => "may or may not lock".to_owned(),
    }
}

/// The setting that decides and where it stands: "GNOME: idle-delay = 900 in /etc/dconf/db/local".
pub(super) fn setting(lock: &ScreenLock) -> String {
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
pub(super) mod tests {
    use caretaker_shared::model::{Idle, LockTimes, ScreenLock};

    use super::super::{Verdict, VerdictOutcome, sample};
    use super::judge;

    pub(in crate::rules) fn lock(user: &str, until_password: Idle) -> ScreenLock {
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
        let place = "idle-delay = 900 in /etc/dconf/db/local (users can change it)";
        assert_eq!(told(&verdicts[0]).2, format!("the policy says 5 min; set by GNOME: {place}"));
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
    fn the_worse_of_mains_and_battery_counts_and_the_other_is_told() {
        let times =
            |seconds| LockTimes { until_covered: Idle::Seconds(seconds), until_password: Idle::Seconds(seconds) };
        for (mains, battery, verdict, summary, other) in [
            (300, 301, "fails", "locks after 5 min 1 s on battery", "; on mains it locks after 5 min"),
            (301, 300, "fails", "locks after 5 min 1 s", "; on battery it locks after 5 min"),
            (300, 120, "meets", "locks after 5 min", "; on battery it locks after 2 min"),
            (600, 900, "fails", "locks after 10 min", "; on battery it locks after 15 min"),
        ] {
            let mut one = lock("pupil.one", Idle::Seconds(mains));
            one.on_battery = Some(times(battery));
            let verdicts = judge(&[one], None, &sample::policy());
            let (got, text, reason) = told(&verdicts[0]);
            assert_eq!((got, text), (verdict, summary));
            assert!(reason.ends_with(other), "{reason}");
        }
    }

    #[test]
    fn nobody_to_judge_is_unknown() {
        assert_eq!(told(&judge(&[], None, &sample::policy())[0]).0, "unknown");
    }
}
