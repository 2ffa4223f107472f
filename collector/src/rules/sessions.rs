//! D2: nobody is left logged in with an open screen, over night above all.

use caretaker_shared::model::{Requirement, SessionKind, UserSession};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, words};

/// Judges each session as it was when it was looked at: what has become of it since, only the next reading tells.
pub(super) fn judge(
    sessions: &[UserSession],
    missing: Option<&str>,
    policy: &Policy,
    looked_at: Timestamp,
) -> Vec<Verdict> {
    let most = policy.sessions.open_hours;
    let reason = format!("{} when it was looked at", words::counted(sessions.len(), "session"));
    let sum = Sum {
        requirement: Requirement::D2,
        missing,
        all_well: VerdictOutcome::meets("no session left open", reason),
        not_all: "not all sessions could be looked at",
        look: "Remove what keeps the agent from looking, or check this device by hand.",
    };
    sum.of(sessions.iter().map(|session| (session.user.clone(), judge_session(session, most, looked_at))))
}

fn judge_session(session: &UserSession, most: u32, looked_at: Timestamp) -> VerdictOutcome {
    let place = match session.kind {
        SessionKind::Console => "at the device",
        SessionKind::Remote => "from another computer",
    };
    if session.locked == Some(true) {
        return VerdictOutcome::meets("locked", place);
    }
    let Some(since) = session.idle_since else {
        return VerdictOutcome::meets("in use", place);
    };
    let idle = looked_at.as_second() - since.as_second();
    let told = words::age((idle / 3600).max(0));
    let reason = format!("{place}, not touched since {} UTC", since.strftime("%a %-d %b %H:%M"));
    if idle <= i64::from(most) * 3600 {
        return VerdictOutcome::meets(format!("not touched for {told}"), reason);
    }
    let told = words::too_old(idle / 3600, i64::from(most));
    let remedy = "Log this session off, and make the device lock by itself (E2).";
    if session.locked == Some(false) {
        VerdictOutcome::fails(format!("left logged in and unlocked for {told}"), reason, remedy)
    } else {
        let reason = format!("{reason}; whether its screen is locked cannot be told");
        VerdictOutcome::unknown(format!("left logged in for {told}"), reason, remedy)
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{SessionKind, UserSession};
    use jiff::ToSpan as _;

    use super::super::sample;
    use super::judge;

    fn session(locked: Option<bool>, idle_minutes: Option<i64>) -> UserSession {
        UserSession {
            user: "teacher.two".into(),
            kind: SessionKind::Console,
            active: true,
            locked,
            began_at: None,
            idle_since: idle_minutes.map(|minutes| sample::now().checked_sub(minutes.minutes()).expect("in range")),
        }
    }

    #[test]
    fn four_hours_are_allowed_and_a_minute_more_is_not() {
        for (locked, minutes, word, summary) in [
            (Some(false), Some(240), "meets", "no session left open"),
            (Some(false), Some(241), "fails", "left logged in and unlocked for over 4 hours"),
            (Some(false), Some(14 * 60), "fails", "left logged in and unlocked for 14 hours"),
            (None, Some(14 * 60), "unknown", "left logged in for 14 hours"),
            (Some(true), Some(14 * 60), "meets", "no session left open"),
            (Some(false), None, "meets", "no session left open"),
            (Some(false), Some(-5), "meets", "no session left open"),
        ] {
            let verdicts = judge(&[session(locked, minutes)], None, &sample::policy(), sample::now());
            let told = sample::told(&verdicts);
            assert_eq!((told.len(), told[0].0, told[0].2), (1, word, summary), "{locked:?} {minutes:?}");
        }
    }

    #[test]
    fn the_worst_of_a_persons_sessions_counts() {
        let both = [session(Some(true), Some(600)), session(Some(false), Some(600))];
        let verdicts = judge(&both, None, &sample::policy(), sample::now());
        assert_eq!(sample::told(&verdicts)[0].0, "fails");
    }

    #[test]
    fn nobody_is_met_when_all_was_looked_at_and_unknown_otherwise() {
        assert_eq!(sample::told(&judge(&[], None, &sample::policy(), sample::now()))[0].0, "meets");
        let part = judge(&[], Some("logind did not answer"), &sample::policy(), sample::now());
        assert_eq!(sample::told(&part)[0].0, "unknown");
    }
}
