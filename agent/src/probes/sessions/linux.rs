//! Sessions of Linux: what `loginctl` says, else what the login service has noted in `/run/systemd/sessions`. The old
//! list of logins (utmp) is not read: distributions are giving it up.

use std::io::{self, ErrorKind};
use std::path::Path;

use caretaker_shared::model::{Facts, Outcome, UserSession};
use caretaker_shared::order;

use super::logind;
use crate::host::program::Program;
use crate::host::{Host, if_there, why};

const NOTES: &str = "/run/systemd/sessions";
const NOTE_BYTES: u64 = 64 * 1024;
/// More than sit at one school computer; each costs one run of a small program.
const MOST: usize = 64;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let asked = match asked(host) {
        Ok(sessions) => return answer(sessions, None),
        Err(error) => error,
    };
    // A machine without the program, or without systemd, is as it should be; anything else is worth a word.
    let expected = matches!(asked.kind(), ErrorKind::NotFound | ErrorKind::Unsupported);
    let failure = (!expected).then(|| format!("loginctl: {asked}; whether screens are locked is not known"));
    match (noted(host), failure) {
        (Ok(Some(sessions)), failure) => answer(sessions, failure),
        (Ok(None), None) => {
            Outcome::Unsupported { reason: format!("loginctl does not answer, and nothing is noted in {NOTES}") }
        }
        (Ok(None), Some(failure)) => Outcome::Failed { reason: failure },
        (Err(reason), _) => Outcome::Failed { reason },
    }
}

fn answer(mut sessions: Vec<UserSession>, failure: Option<String>) -> Outcome {
    order::sort(&mut sessions);
    let crowd = (sessions.len() > MOST).then(|| format!("more than {MOST} sessions; the rest is left out"));
    sessions.truncate(MOST);
    let facts = Facts::Sessions(sessions);
    match failure.or(crowd) {
        Some(reason) => Outcome::Partial { facts, reason },
        None => Outcome::Complete(facts),
    }
}

fn asked(host: &dyn Host) -> io::Result<Vec<UserSession>> {
    let list = host.run(&Program::SESSIONS)?;
    if list.code != Some(0) {
        // "System has not been booted with systemd as init system": nothing is wrong, only nothing to ask.
        return Err(ErrorKind::Unsupported.into());
    }
    let programs = logind::ids(&list.out).filter_map(|id| Some((id, Program::session(id)?)));
    let mut sessions = Vec::new();
    for (id, program) in programs.take(MOST + 1) {
        let shown = host.run(&program)?;
        // A session may end between the two questions.
        let session = logind::shown(&shown.out).filter(|_| shown.code == Some(0));
        sessions.extend(session.map(|session| UserSession {
            began_at: note(host, id).and_then(|note| logind::began_at(&note)).or(session.began_at),
            ..session
        }));
    }
    Ok(sessions)
}

fn note(host: &dyn Host, id: &str) -> Option<String> {
    let bytes = host.read(&Path::new(NOTES).join(id), NOTE_BYTES).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the login service has noted; `None` where there is nothing.
fn noted(host: &dyn Host) -> Result<Option<Vec<UserSession>>, String> {
    let folder = Path::new(NOTES);
    let Some(names) = if_there(host.list(folder)).map_err(|error| why(folder, &error))? else { return Ok(None) };
    let mut sessions = Vec::new();
    // Beside each note may lie a pipe, "2.ref".
    for name in names.iter().filter(|name| !name.contains('.')).take(MOST + 1) {
        let file = folder.join(name);
        let note = if_there(host.read(&file, NOTE_BYTES)).map_err(|error| why(&file, &error))?;
        sessions.extend(note.and_then(|note| logind::noted(&String::from_utf8_lossy(&note))));
    }
    // Without any note it cannot be told whether nobody is there or nobody takes notes.
    Ok((!sessions.is_empty()).then_some(sessions))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, SessionKind, UserSession};

    use crate::host::System;
    use crate::host::program::Program;
    use crate::host::sample::Sample;
    use crate::probes::sessions::Sessions;
    use crate::probes::{Probe, ProbeSettings};

    const LIST: &str = include_str!("testdata/linux-systemd-252-list-sessions");
    const PUPIL: &str = include_str!("testdata/linux-systemd-252-show-session-gnome");
    const TEACHER: &str = include_str!("testdata/linux-systemd-252-show-session-ssh");
    const GREETER: &str = include_str!("testdata/linux-systemd-252-show-session-greeter");
    const NOTE: &str = include_str!("testdata/linux-systemd-252-session-note");

    fn ask(host: &Sample) -> Outcome {
        Sessions.ask(host, &ProbeSettings::default())
    }

    fn program(id: &str) -> Program {
        Program::session(id).expect("it is plain")
    }

    fn found(outcome: &Outcome) -> &[UserSession] {
        match outcome.facts() {
            Some(Facts::Sessions(sessions)) => sessions,
            other => panic!("sessions were expected, not {other:?}"),
        }
    }

    #[test]
    fn people_at_the_screen_and_from_afar_are_told_and_greeters_are_not() {
        let host = Sample::of(System::Linux)
            .program(&Program::SESSIONS, LIST)
            .program(&program("2"), PUPIL)
            .program(&program("5"), TEACHER)
            .program(&program("c1"), GREETER)
            .file("/run/systemd/sessions/2", NOTE);
        let outcome = ask(&host);
        assert!(matches!(outcome, Outcome::Complete(_)));
        let [pupil, teacher] = found(&outcome) else { panic!("two people were expected, not {outcome:?}") };
        assert_eq!((pupil.user.as_str(), pupil.kind, pupil.active), ("pupil.one", SessionKind::Console, true));
        assert_eq!(pupil.locked, Some(false), "GNOME says when it locks");
        assert_eq!(pupil.began_at, "2026-11-20T08:55:03.250Z".parse().ok());
        assert_eq!(pupil.idle_since, "2026-11-20T15:10:00Z".parse().ok());
        assert_eq!((teacher.user.as_str(), teacher.kind), ("teacher.two", SessionKind::Remote));
        assert_eq!((teacher.locked, teacher.idle_since), (None, None));
        assert_eq!(teacher.began_at, "2026-11-20T09:30:00Z".parse().ok());
    }

    #[test]
    fn without_loginctl_the_notes_tell_who_but_not_whether_it_is_locked() {
        let host =
            Sample::of(System::Linux).file("/run/systemd/sessions/2", NOTE).file("/run/systemd/sessions/2.ref", "");
        let outcome = ask(&host);
        assert!(matches!(outcome, Outcome::Complete(_)));
        let [pupil] = found(&outcome) else { panic!("one person was expected, not {outcome:?}") };
        assert_eq!((pupil.user.as_str(), pupil.active, pupil.locked), ("pupil.one", true, None));
        assert!(pupil.began_at.is_some());
    }

    #[test]
    fn without_a_login_service_it_is_unsupported_not_empty() {
        assert!(matches!(ask(&Sample::of(System::Linux)), Outcome::Unsupported { .. }));
        let denied = Sample::of(System::Linux).denied("/run/systemd/sessions");
        assert!(matches!(ask(&denied), Outcome::Failed { reason } if reason.contains("/run/systemd/sessions")));
    }
}
