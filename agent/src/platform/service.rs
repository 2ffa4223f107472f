//! The system's service manager: what the agent tells it, and what it can be asked. Each system has its own way; on
//! Linux systemd reads a unit file, so that there is nothing to ask.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A moment in the life of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Everything that belongs to it runs.
    Ready,
    /// It is still alive.
    Alive,
    /// It was asked to stop, and is about to.
    Stopping,
}

/// What an administrator must be able to find where nobody reads standard error. No name and no word of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The service runs.
    Started,
    /// It has stopped because it was asked to.
    Stopped,
    /// It has nothing to do before somebody enrols the device.
    NotEnrolled,
    /// The collector turned the device away, with its reason.
    Refused(String),
    /// What was kept for the collector was damaged and lies aside.
    SpoolDamaged,
    /// It ended with a failure.
    Failed(String),
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// It is good to know.
    Information,
    /// Somebody should look at it.
    Warning,
    /// The device does not do what it is there for.
    Error,
}

impl Note {
    /// Its number in the system's log: one each, never given to another.
    #[must_use]
    pub fn id(&self) -> u32 {
        match self {
            Self::Started => 1,
            Self::Stopped => 2,
            Self::NotEnrolled => 3,
            Self::Refused(_) => 4,
            Self::SpoolDamaged => 5,
            Self::Failed(_) => 6,
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Started | Self::Stopped => Gravity::Information,
            Self::NotEnrolled | Self::SpoolDamaged => Gravity::Warning,
            Self::Refused(_) | Self::Failed(_) => Gravity::Error,
        }
    }

    /// In words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Started => format!("Caretaker runs, version {}.", env!("CARGO_PKG_VERSION")),
            Self::Stopped => "Caretaker was asked to stop, and has.".into(),
            Self::NotEnrolled => {
                "This device is not enrolled, so nothing is asked and nothing is sent. Ask the network \
                                  manager for a token, then run: caretaker-agent enrol -"
                    .into()
            }
            Self::Refused(reason) => format!("The collector turned this device away: {reason}"),
            Self::SpoolDamaged => "What was kept for the collector was damaged. It was set aside, and what could be \
                                   read of it was taken over."
                .into(),
            Self::Failed(reason) => format!("Caretaker ended: {reason}"),
        }
    }
}

/// What a person may ask of the service manager.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// Register the service, with the folder of its state.
    Install(&'a Path),
    /// Stop it and take it out.
    Uninstall,
    /// Start it.
    Start,
    /// Stop it.
    Stop,
}

/// The service itself: runs on a state folder until the token is cancelled.
pub type Work = fn(PathBuf, CancellationToken) -> anyhow::Result<()>;

/// What a person types or does on this system.
pub struct Words {
    /// Starts the service.
    pub start: &'static str,
    /// Stops it.
    pub stop: &'static str,
    /// What comes after the first enrolment.
    pub after_enrolment: &'static str,
    /// What comes after a later one, while the service runs.
    pub after_new_enrolment: &'static str,
    /// How a command is run with an administrator's rights.
    pub as_administrator: &'static str,
}

/// Those of this system.
pub const WORDS: Words = if cfg!(windows) {
    Words {
        start: "caretaker-agent service start",
        stop: "caretaker-agent service stop",
        after_enrolment: "the service takes this up by itself; where it is not installed:  caretaker-agent service install",
        after_new_enrolment: "restart the computer, so that the service uses this",
        as_administrator: "open the command line as administrator, and run it there",
    }
} else if cfg!(target_os = "macos") {
    Words {
        start: "sudo launchctl kickstart system/caretaker-agent",
        stop: "sudo launchctl kill TERM system/caretaker-agent",
        after_enrolment: "start it:  sudo launchctl kickstart system/caretaker-agent",
        after_new_enrolment: "start the service again, so that it uses this:  \
                              sudo launchctl kickstart -k system/caretaker-agent",
        as_administrator: "run it as root:  sudo caretaker-agent status",
    }
} else {
    Words {
        start: "systemctl start caretaker-agent",
        stop: "systemctl stop caretaker-agent",
        after_enrolment: "start it:  systemctl enable --now caretaker-agent",
        after_new_enrolment: "start the service again, so that it uses this:  systemctl restart caretaker-agent",
        as_administrator: "run it as root:  sudo caretaker-agent status",
    }
};

pub use imp::{HAS_COMMANDS, ask, note, serve, tell, watchdog};

#[cfg(windows)]
mod imp {
    pub use crate::platform::windows::report as note;
    pub use crate::platform::windows::service_control::{serve, tell};
    pub use crate::platform::windows::service_setup::ask;

    /// Whether `caretaker-agent service` does anything here.
    pub const HAS_COMMANDS: bool = true;

    /// Nobody asks.
    #[must_use]
    pub fn watchdog() -> Option<super::Duration> {
        None
    }
}

#[cfg(not(windows))]
mod imp {
    use super::{Ask, Duration, Moment, Note, PathBuf, WORDS, Work};
    use crate::plain::{Exit, Plain};

    /// Whether `caretaker-agent service` does anything here.
    pub const HAS_COMMANDS: bool = false;

    /// Says who does this here.
    ///
    /// # Errors
    /// Always.
    pub fn ask(ask: Ask<'_>) -> anyhow::Result<Vec<String>> {
        let remedy = match ask {
            Ask::Install(_) => "docs/operations.md says how to install it",
            Ask::Uninstall | Ask::Stop => WORDS.stop,
            Ask::Start => WORDS.start,
        };
        Err(elsewhere(remedy).into())
    }

    /// Says who does this here.
    ///
    /// # Errors
    /// Always.
    pub fn serve(_state: PathBuf, _work: Work) -> anyhow::Result<()> {
        Err(elsewhere("caretaker-agent run").into())
    }

    fn elsewhere(remedy: &str) -> Plain {
        let manager = if cfg!(target_os = "linux") { "systemd" } else { "launchd" };
        let problem = format!("this command is for Windows; here {manager} starts and stops the service");
        Plain::new(Exit::Usage, problem, format!("use:  {remedy}"))
    }

    /// Nothing: the journal has standard error.
    pub fn note(_note: &Note) {}

    /// Tells the service manager. One that does not listen is no failure of the agent.
    #[cfg(target_os = "linux")]
    pub fn tell(moment: Moment) {
        use sd_notify::NotifyState;
        let state = match moment {
            Moment::Ready => NotifyState::Ready,
            Moment::Alive => NotifyState::Watchdog,
            Moment::Stopping => NotifyState::Stopping,
        };
        if let Err(error) = sd_notify::notify(&[state]) {
            tracing::debug!(reason = %error, "the service manager was not told");
        }
    }

    /// How often the service manager wants to hear that the agent is alive; `None` when it does not.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn watchdog() -> Option<Duration> {
        sd_notify::watchdog_enabled().map(|limit| limit / 2)
    }

    /// Tells nobody: this system's service manager is not spoken to.
    #[cfg(not(target_os = "linux"))]
    pub fn tell(_moment: Moment) {}

    /// Nobody asks.
    #[cfg(not(target_os = "linux"))]
    #[must_use]
    pub fn watchdog() -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Note;

    #[test]
    fn every_note_has_a_number_of_its_own_and_one_that_windows_can_show() {
        let notes = [
            Note::Started,
            Note::Stopped,
            Note::NotEnrolled,
            Note::Refused("this device was revoked".into()),
            Note::SpoolDamaged,
            Note::Failed("the disk is full".into()),
        ];
        let ids: BTreeSet<u32> = notes.iter().map(Note::id).collect();
        assert_eq!(ids.len(), notes.len());
        assert!(ids.iter().all(|id| (1..=1000).contains(id)), "EventCreate.exe has messages for these alone");
    }
}
