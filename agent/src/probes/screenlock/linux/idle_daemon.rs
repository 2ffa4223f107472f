//! What programs that watch for idleness do after which time: their events, and how those are weighed. Pure.

use caretaker_shared::model::{Idle, ScreenLock};

use super::Told;
use super::commands::{Does, does};
use crate::probes::screenlock::weigh::{Candidate, Weighing};

/// A command that runs after a time of idleness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) seconds: u32,
    pub(super) command: String,
    pub(super) place: String,
}

/// All that such a program was told.
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) timed: Vec<Event>,
    /// Whether something locks when the session is asked to.
    pub(super) answers: bool,
    /// What could not be understood.
    pub(super) doubts: Vec<String>,
}

impl Events {
    /// The effective lock. `without` says what is the matter when nothing ever locks, and where.
    pub(super) fn decide(self, user: &str, desktop: &str, without: (&str, &str)) -> ScreenLock {
        let (mut covered, mut password) = (Weighing::default(), Weighing::default());
        for Event { seconds, command, place } in self.timed {
            let setting = format!("timeout {seconds} {command}");
            let unsure = format!("{setting} in {place}: what that does is not known");
            let candidate = Candidate { after: seconds, setting, place, user_can_change: true };
            match does(&command) {
                Does::Lock => (covered.add(candidate.clone()), password.add(candidate)).0,
                Does::AskToLock if self.answers => (covered.add(candidate.clone()), password.add(candidate)).0,
                Does::AskToLock => password.doubt(format!("{unsure}: nothing here answers when a lock is asked for")),
                Does::Cover => covered.add(candidate),
                Does::Nothing => {}
                Does::Unknown => {
                    covered.doubt(unsure.clone());
                    password.doubt(unsure);
                }
            }
        }
        for doubt in self.doubts {
            covered.doubt(doubt.clone());
            password.doubt(doubt);
        }
        let (setting, place, user_can_change) = match (password.winner(), password.idle()) {
            (Some(winner), _) => (winner.setting.clone(), winner.place.clone(), true),
            (None, Idle::Unknown(_)) => (String::new(), String::new(), true),
            (None, _) => (without.0.to_owned(), without.1.to_owned(), true),
        };
        let told = Told { covered: covered.idle(), password: password.idle(), setting, place, user_can_change };
        ScreenLock { weighed: password.others(), ..told.lock(user, desktop) }
    }
}
