//! A1, first half: the device was heard of within the days that the policy allows.

use caretaker_shared::model::Requirement;
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

use super::{Verdict, VerdictOutcome, words};

const DAY_SECONDS: i64 = 24 * 3600;

/// Judges the time since the device's last word. One that never said any is unknown, however new it is.
pub(super) fn judge(last_seen: Option<Timestamp>, enrolled: Timestamp, policy: &Policy, now: Timestamp) -> Verdict {
    let allowed = policy.contact.silent_after_days;
    let outcome = match last_seen {
        Some(seen) => heard(seen, allowed, now),
        None => never_heard(enrolled),
    };
    Verdict::device(Requirement::A1Seen, outcome)
}

fn heard(seen: Timestamp, allowed: u32, now: Timestamp) -> VerdictOutcome {
    let silent = now.as_second() - seen.as_second();
    let reason = format!("last heard of on {} UTC; {} are allowed", date(seen), words::days(allowed));
    if silent <= i64::from(allowed) * DAY_SECONDS {
        return VerdictOutcome::meets("seen in time", reason);
    }
    VerdictOutcome::fails(
        format!("not seen for {}", words::too_old(silent / 3600, i64::from(allowed) * 24)),
        reason,
        "Bring the device onto the school network, or revoke it when it is gone for good.",
    )
}

fn never_heard(enrolled: Timestamp) -> VerdictOutcome {
    let reason = format!("enrolled on {} UTC and never heard of since", date(enrolled));
    VerdictOutcome::unknown("never reported", reason, "Start the agent on the device and run: caretaker-agent status")
}

fn date(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%a %d %b %Y %H:%M")
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan as _};

    use super::super::{VerdictOutcome, sample};
    use super::judge;

    fn ago(minutes: i64) -> Timestamp {
        sample::now().checked_sub(minutes.minutes()).expect("a time in range")
    }

    fn told(last_seen: Option<Timestamp>, enrolled: Timestamp) -> (&'static str, String) {
        match judge(last_seen, enrolled, &sample::policy(), sample::now()).outcome {
            VerdictOutcome::Meets { summary, .. } => ("meets", summary),
            VerdictOutcome::Fails { summary, .. } => ("fails", summary),
            VerdictOutcome::Unknown { summary, .. } => ("unknown", summary),
        }
    }

    #[test]
    fn seven_days_of_silence_are_allowed_and_a_minute_more_is_not() {
        const WEEK: i64 = 7 * 24 * 60;
        for (minutes, verdict, summary) in [
            (0, "meets", "seen in time"),
            (WEEK, "meets", "seen in time"),
            (WEEK + 1, "fails", "not seen for over 7 days"),
            (WEEK * 6, "fails", "not seen for 42 days"),
            (-5, "meets", "seen in time"),
        ] {
            let (got, text) = told(Some(ago(minutes)), ago(WEEK * 10));
            assert_eq!((got, text.as_str()), (verdict, summary), "{minutes} minutes");
        }
    }

    #[test]
    fn a_device_that_never_reported_is_unknown_from_the_first_minute() {
        for minutes in [0, 24 * 60, 24 * 60 + 1] {
            assert_eq!(told(None, ago(minutes)), ("unknown", "never reported".into()), "{minutes} minutes");
        }
    }
}
