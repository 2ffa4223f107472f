//! How Hyprland locks: by hypridle, whose file names a time and a command for each step.

use caretaker_shared::model::ScreenLock;

use super::account::Who;
use super::commands::{Does, does};
use super::idle_daemon::{Event, Events};

const DESKTOP: &str = "Hyprland";
const OWN: &str = ".config/hypr/hypridle.conf";
const SYSTEM: &str = "/etc/xdg/hypr/hypridle.conf";

/// The effective lock of an account.
///
/// # Errors
/// Why a file could not be read.
pub(super) fn decide(who: &Who<'_>) -> Result<ScreenLock, String> {
    if !who.runs("hypridle")? {
        return Ok(Events::default().decide(who.name(), DESKTOP, ("hypridle does not run for this account", "/proc")));
    }
    let Some((place, text)) = who.first(who.home(OWN).into_iter().chain([SYSTEM.into()]))? else {
        return Ok(Events::default().decide(who.name(), DESKTOP, ("hypridle has no configuration", OWN)));
    };
    Ok(read(&text, &place).decide(who.name(), DESKTOP, ("no listener of hypridle locks", &place)))
}

fn read(text: &str, place: &str) -> Events {
    let mut events = Events::default();
    let (mut block, mut seconds, mut command) = (String::new(), None, None::<String>);
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if let Some(name) = line.strip_suffix('{') {
            (block, seconds, command) = (name.trim().to_owned(), None, None);
        } else if line == "}" {
            if block == "listener" {
                match (seconds, command.take()) {
                    (Some(seconds), Some(command)) => {
                        events.timed.push(Event { seconds, command, place: place.to_owned() });
                    }
                    (None, _) => events.doubts.push(format!("{place} has a listener without a time")),
                    (Some(_), None) => {}
                }
            }
            block.clear();
        } else if let Some((key, value)) = line.split_once('=') {
            let (key, value) = (key.trim(), value.trim());
            match (block.as_str(), key) {
                ("listener", "timeout") => seconds = value.parse().ok(),
                ("listener", "on-timeout") => command = Some(value.to_owned()),
                ("general", "lock_cmd") => events.answers |= does(value) == Does::Lock,
                ("", "source") => events.doubts.push(format!("{place} takes in another file, which is not read")),
                _ => {}
            }
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Idle;

    use super::super::account::tests::with_programs;
    use super::*;

    const HOME: &str = "/home/pupil.one/.config/hypr/hypridle.conf";
    const GENERAL: &str = "general {\n  lock_cmd = pidof hyprlock || hyprlock # once\n}\n";
    const DIM: &str = "listener {\n  timeout = 150\n  on-timeout = brightnessctl -s set 10\n}\n";
    const LOCK: &str = "listener {\n  timeout = 300\n  on-timeout = loginctl lock-session\n}\n";

    fn lock(text: &str, running: &[&str]) -> ScreenLock {
        with_programs(&[(HOME, text)], running, decide).expect("it can be read")
    }

    #[test]
    fn a_listener_locks_when_something_answers() {
        let whole = lock(&[GENERAL, DIM, LOCK].concat(), &["hypridle"]);
        assert_eq!((whole.until_covered, whole.until_password), (Idle::Seconds(300), Idle::Seconds(300)));
        assert_eq!(whole.setting, "timeout 300 loginctl lock-session");
        assert!(matches!(lock(LOCK, &["hypridle"]).until_password, Idle::Unknown(_)));
        assert_eq!(lock(&[GENERAL, DIM].concat(), &["hypridle"]).until_password, Idle::Never);
        assert_eq!(lock(&[GENERAL, LOCK].concat(), &[]).until_password, Idle::Never, "it does not run");
    }
}
