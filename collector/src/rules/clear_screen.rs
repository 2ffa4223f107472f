//! A3: the screen of every user locks at all, on mains and on battery. How soon is E2's question.

use caretaker_shared::model::{Idle, Requirement, ScreenLock};

use super::verdict::worst;
use super::{Verdict, VerdictOutcome, screen_lock, words};

/// Judges the effective lock of each user. Where a user has several desktops, the worst of them counts.
pub(super) fn judge(locks: &[ScreenLock], missing: Option<&str>) -> Vec<Verdict> {
    let outcomes = worst(locks.iter().map(|lock| (lock.user.clone(), judge_lock(lock))));
    screen_lock::of_users(Requirement::A3, outcomes, missing)
}

fn judge_lock(lock: &ScreenLock) -> VerdictOutcome {
    let mains = judge_time(lock, &lock.until_password, "");
    let battery = lock.on_battery.as_ref().map(|times| judge_time(lock, &times.until_password, " on battery"));
    // The worse of the two; of equals the one on mains.
    match battery {
        Some(battery) if battery.weight() > mains.weight() => battery,
        Some(_) | None => mains,
    }
}

fn judge_time(lock: &ScreenLock, until_password: &Idle, on: &str) -> VerdictOutcome {
    let setting = screen_lock::setting(lock);
    match until_password {
        Idle::Seconds(_) => VerdictOutcome::meets("locks by itself", setting),
        Idle::Never => VerdictOutcome::fails(
            format!("never locks by itself{on}"),
            setting,
            "Turn on a screen lock that asks for the password, for all users, and lock the setting.",
        ),
        Idle::Unknown(reason) => VerdictOutcome::unknown(
            format!("cannot tell whether it locks{on}"),
            format!("{}: {}", lock.desktop, words::given(reason)),
            "Remove what keeps the agent from reading the setting, or check this device by hand.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Idle, LockTimes};

    use super::super::{sample, screen_lock::tests::lock};
    use super::judge;

    #[test]
    fn any_time_meets_never_fails_and_unknown_stays_unknown() {
        for (until, word, summary) in [
            (Idle::Seconds(300), "meets", "locks by itself"),
            (Idle::Seconds(86_400), "meets", "locks by itself"),
            (Idle::Never, "fails", "never locks by itself"),
            (Idle::Unknown("profile could not be read".into()), "unknown", "cannot tell whether it locks"),
        ] {
            let verdicts = judge(&[lock("pupil.one", until)], None);
            let told = sample::told(&verdicts);
            assert_eq!((told[0].0, told[0].1, told[0].2), (word, "pupil.one", summary));
        }
        assert_eq!(sample::told(&judge(&[], None))[0].0, "unknown", "nobody to judge");
    }

    #[test]
    fn the_worse_of_mains_and_battery_counts() {
        let mut one = lock("pupil.one", Idle::Seconds(60));
        one.on_battery = Some(LockTimes { until_covered: Idle::Never, until_password: Idle::Never });
        assert_eq!(sample::told(&judge(&[one.clone()], None))[0].2, "never locks by itself on battery");
        one.until_password = Idle::Never;
        assert_eq!(sample::told(&judge(&[one], None))[0].2, "never locks by itself");
    }

    #[test]
    fn users_who_could_not_be_looked_at_keep_a_partial_reading_from_being_met() {
        let verdicts = judge(&[lock("", Idle::Seconds(60))], Some("profile of pupil.two: permission denied"));
        assert_eq!(sample::told(&verdicts)[0].0, "unknown");
    }
}
