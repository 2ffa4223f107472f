//! Sessions of Windows. Disconnected ones stay in the list: whoever switched users or closed a remote connection is
//! still logged in.

use caretaker_shared::model::{Facts, Outcome, SessionKind, UserSession};
use caretaker_shared::wire::limits;

use crate::host::Host;
use crate::host::windows::Session;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    match host.windows().and_then(|windows| windows.sessions()) {
        Ok(sessions) => {
            let mut sessions: Vec<UserSession> = sessions.into_iter().map(session).collect();
            sessions.sort_unstable();
            let crowd = sessions.len() > limits::LOCKS;
            sessions.truncate(limits::LOCKS);
            let facts = Facts::Sessions(sessions);
            if crowd {
                let reason = format!("more than {} sessions; the rest is left out", limits::LOCKS);
                return Outcome::Partial { facts, reason };
            }
            Outcome::Complete(facts)
        }
        Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {
            Outcome::Unsupported { reason: "this Windows does not list its sessions".into() }
        }
        Err(error) => Outcome::Failed { reason: format!("the list of sessions: {error}") },
    }
}

fn session(session: Session) -> UserSession {
    UserSession {
        user: session.user,
        kind: if session.remote { SessionKind::Remote } else { SessionKind::Console },
        active: session.active,
        locked: session.locked,
        began_at: session.began_at,
        idle_since: session.last_input_at,
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, SessionKind};

    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::Session;
    use crate::probes::sessions::Sessions;
    use crate::probes::{Probe, ProbeSettings};

    fn session(user: &str, active: bool, locked: Option<bool>) -> Session {
        let last_input_at = "2026-11-20T15:10:00Z".parse().ok();
        let began_at = "2026-11-20T08:55:00Z".parse().ok();
        Session { user: user.into(), remote: false, active, locked, began_at, last_input_at }
    }

    #[test]
    fn case_48_a_disconnected_session_is_still_listed() {
        let mut host = Sample::of(System::Windows);
        host.sessions = vec![session("teacher.two", true, Some(false)), session("pupil.one", false, None)];
        let Outcome::Complete(Facts::Sessions(found)) = Sessions.ask(&host, &ProbeSettings::default()) else {
            panic!("sessions can be listed")
        };
        let told: Vec<_> = found.iter().map(|found| (found.user.as_str(), found.active, found.locked)).collect();
        assert_eq!(told, [("pupil.one", false, None), ("teacher.two", true, Some(false))]);
        assert!(found.iter().all(|found| found.kind == SessionKind::Console && found.idle_since.is_some()));
    }

    #[test]
    fn nobody_logged_in_is_an_answer() {
        let answer = Sessions.ask(&Sample::of(System::Windows), &ProbeSettings::default());
        assert_eq!(answer, Outcome::Complete(Facts::Sessions(Vec::new())));
    }

    #[test]
    fn more_sessions_than_a_reading_holds_are_partial() {
        let mut host = Sample::of(System::Windows);
        host.sessions = (0..300).map(|number| session(&format!("pupil.{number}"), true, None)).collect();
        let answer = Sessions.ask(&host, &ProbeSettings::default());
        assert!(matches!(answer, Outcome::Partial { facts: Facts::Sessions(found), .. } if found.len() == 256));
    }
}
