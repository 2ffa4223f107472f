//! The console of macOS: the one at the screen owns `/dev/console`. Other sessions, and whether the screen is locked,
//! are told only to programs in those sessions.

use std::path::Path;

use caretaker_shared::model::{Facts, Outcome, SessionKind, UserSession};

use crate::host::{Host, why};

const CONSOLE: &str = "/dev/console";

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let console = Path::new(CONSOLE);
    let owner = match host.status(console) {
        Ok(status) => status.uid,
        Err(error) => return Outcome::Failed { reason: why(console, &error) },
    };
    // At the login window the console belongs to the administrator.
    let sessions = if owner == 0 { Vec::new() } else { vec![session(name(host, owner))] };
    Outcome::Partial {
        facts: Facts::Sessions(sessions),
        reason: "only who sits at the screen is known; macOS tells the rest inside each session only".into(),
    }
}

fn name(host: &dyn Host, uid: u32) -> String {
    let names = host.account_names().unwrap_or_default();
    names.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
}

fn session(user: String) -> UserSession {
    UserSession { user, kind: SessionKind::Console, active: true, locked: None, began_at: None, idle_since: None }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome};

    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::probes::sessions::Sessions;
    use crate::probes::{Probe, ProbeSettings};

    #[test]
    fn at_the_login_window_nobody_is_known_to_be_logged_in() {
        let host = Sample::of(System::MacOs).file("/dev/console", "");
        let answer = Sessions.ask(&host, &ProbeSettings::default());
        assert!(matches!(answer, Outcome::Partial { facts: Facts::Sessions(found), .. } if found.is_empty()));
    }

    #[test]
    fn without_a_console_it_fails() {
        let answer = Sessions.ask(&Sample::of(System::MacOs), &ProbeSettings::default());
        assert!(matches!(answer, Outcome::Failed { reason } if reason.contains("/dev/console")));
    }
}
