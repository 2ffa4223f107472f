//! The agent's command line.

use std::process::ExitCode;

use caretaker_agent::documents::extract;

fn main() -> ExitCode {
    match std::env::args().nth(1) {
        Some(command) if command == extract::ARGUMENT => extract::child_main(),
        Some(_) | None => ExitCode::from(2),
    }
}
