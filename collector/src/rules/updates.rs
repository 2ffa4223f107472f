//! B2: security updates are applied, within the days that the policy allows.

use caretaker_shared::model::{Requirement, Updates};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

use super::{Verdict, VerdictOutcome, words};

const DAY_SECONDS: i64 = 24 * 3600;
/// How far an update may seem to come from the future before we doubt the date instead of praising it.
const CLOCK_DOUBT_SECONDS: i64 = DAY_SECONDS;

/// Judges the time since the last update that mended a fault of security.
pub(super) fn judge(updates: &Updates, missing: Option<&str>, policy: &Policy, now: Timestamp) -> Verdict {
    Verdict::device(Requirement::B2, outcome(updates, missing, policy.updates.max_days, now))
}

fn outcome(updates: &Updates, missing: Option<&str>, most: u32, now: Timestamp) -> VerdictOutcome {
    let allowed = words::days(most);
    let Some(last) = updates.last_security_at else {
        let why = missing.map_or_else(
            || "the system does not say when its last security update was applied".to_owned(),
            |missing| format!("not everything could be looked at: {missing}"),
        );
        let remedy = "Look at the update history of this device, and install what waits.";
        return VerdictOutcome::unknown("last security update cannot be told", why + &more(updates), remedy);
    };
    let reason = format!("last security update on {}; {allowed} are allowed{}", words::day(last), more(updates));
    let age = now.as_second() - last.as_second();
    if age < -CLOCK_DOUBT_SECONDS {
        let remedy = "Check the clock of this device and of the collector.";
        return VerdictOutcome::unknown("last security update is dated in the future", reason, remedy);
    }
    let hours = (age / 3600).max(0);
    if age <= i64::from(most) * DAY_SECONDS {
        return VerdictOutcome::meets(format!("last security update {} ago", words::age(hours)), reason);
    }
    let remedy = "Install the waiting updates on this device, and restart it.";
    if let Some(missing) = missing {
        // A later update may stand where nobody could look.
        let reason = format!("{reason}; not everything could be looked at: {missing}");
        return VerdictOutcome::unknown("no recent security update found so far", reason, remedy);
    }
    let told = words::too_old(hours, i64::from(most) * 24);
    VerdictOutcome::fails(format!("no security update for {told}"), reason, remedy)
}

/// What else decides whether updates work: a restart that waits, the patch level, the last look for updates.
fn more(updates: &Updates) -> String {
    let mut told = String::new();
    if updates.restart_pending == Some(true) {
        told.push_str("; an update waits for a restart");
    }
    if let Some(checked) = updates.last_checked_at {
        told.push_str(&format!("; last looked for updates on {}", words::day(checked)));
    }
    if !updates.build.is_empty() {
        told.push_str(&format!("; build {}", updates.build));
    }
    told
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Updates;
    use jiff::ToSpan as _;

    use super::super::sample;
    use super::judge;

    fn updated(hours_ago: i64) -> Updates {
        let at = sample::now().checked_sub(hours_ago.hours()).expect("a time in range");
        Updates { last_security_at: Some(at), ..Updates::default() }
    }

    #[test]
    fn thirty_days_are_allowed_and_an_hour_more_is_not() {
        for (hours, word, summary) in [
            (5, "meets", "last security update 5 hours ago"),
            (720, "meets", "last security update 30 days ago"),
            (721, "fails", "no security update for over 30 days"),
            (2400, "fails", "no security update for 100 days"),
            (-1, "meets", "last security update 0 hours ago"),
            (-48, "unknown", "last security update is dated in the future"),
        ] {
            let verdict = [judge(&updated(hours), None, &sample::policy(), sample::now())];
            let told = sample::told(&verdict)[0];
            assert_eq!((told.0, told.2), (word, summary), "{hours}");
        }
    }

    #[test]
    fn what_the_system_does_not_say_is_unknown() {
        let verdict = [judge(&Updates::default(), None, &sample::policy(), sample::now())];
        assert_eq!(sample::told(&verdict)[0].0, "unknown");
    }

    #[test]
    fn a_restart_that_waits_stands_in_the_reason() {
        let waits = Updates { restart_pending: Some(true), build: "22631.4460".into(), ..updated(5) };
        let verdict = [judge(&waits, None, &sample::policy(), sample::now())];
        let told = sample::told(&verdict)[0];
        assert_eq!(told.0, "meets");
        assert!(told.3.ends_with("; an update waits for a restart; build 22631.4460"), "{}", told.3);
    }

    #[test]
    fn an_old_update_in_a_part_of_the_history_proves_nothing() {
        let some = |hours| {
            [judge(&updated(hours), Some("/var/log/dpkg.log.1: permission denied"), &sample::policy(), sample::now())]
        };
        assert_eq!(sample::told(&some(2400))[0].0, "unknown");
        assert_eq!(sample::told(&some(5))[0].0, "meets");
    }
}
