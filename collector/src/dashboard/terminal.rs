//! The terminal, taken and given back.

use std::io::{self, IsTerminal as _};

use ratatui::DefaultTerminal;

use crate::commands::{Exit, Failure};

/// The whole screen. Given back when it goes out of scope, and before a panic says what happened.
pub(super) struct Taken(pub(super) DefaultTerminal);

impl Taken {
    /// Takes the screen.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub(super) fn take() -> io::Result<Self> {
        match ratatui::try_init() {
            Ok(terminal) => Ok(Self(terminal)),
            Err(error) => {
                // It may be half taken.
                let _ = ratatui::try_restore();
                Err(error)
            }
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Nobody is left to hear of a terminal that went away.
        let _ = self.0.show_cursor();
        let _ = ratatui::try_restore();
    }
}

/// Whether there is a terminal that can be drawn on.
pub(super) fn check() -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(failure(
            "the dashboard needs a terminal, and its output goes elsewhere",
            "for a script:  caretaker-collector dashboard --json    for a file:  caretaker-collector status",
        ));
    }
    match std::env::var("TERM") {
        Ok(term) if !term.is_empty() && term != "dumb" => Ok(()),
        Ok(_) | Err(_) => Err(failure(
            "this terminal cannot be drawn on (TERM is \"dumb\" or not set)",
            "see the same once:  caretaker-collector status    or say what the terminal is, for example:  \
             TERM=xterm-256color",
        )),
    }
}

fn failure(what: &str, remedy: &str) -> Failure {
    Failure { exit: Exit::Usage, message: format!("{what}\n  {remedy}") }
}
