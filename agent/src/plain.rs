//! What a person is told when something cannot be done: the problem, then the remedy, then the exit code for scripts.

use std::fmt;

use caretaker_shared::wire::limits;

/// How a command ended, as its exit code (architecture.md, invariant 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine,
    /// It failed for a reason that has no code of its own.
    Failed,
    /// It was called in a way that makes no sense.
    Usage,
    /// The collector cannot be reached.
    Unreachable,
    /// The collector, or this machine, does not allow it.
    Denied,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Denied => 4,
        }
    }
}

/// A failure in two lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// What is wrong, a lower-case fragment.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
    /// For scripts.
    pub exit: Exit,
}

impl Plain {
    /// A failure with its remedy.
    pub fn new(exit: Exit, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into(), exit }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n  {}", self.problem, self.remedy)
    }
}

impl std::error::Error for Plain {}

/// A text of the collector or of a person as a terminal may be shown it.
#[must_use]
pub fn printable(text: &str) -> String {
    without_controls(text.chars().take(limits::TEXT_BYTES))
}

/// What was found on the machine, whole, as a terminal may be shown it: a file may be called anything.
#[must_use]
pub fn shown(text: &str) -> String {
    without_controls(text.chars())
}

fn without_controls(letters: impl Iterator<Item = char>) -> String {
    letters.map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
