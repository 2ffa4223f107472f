//! The agent's command line: arguments in, exit code out.

use std::io::{self, Write as _};
use std::process::ExitCode;

use caretaker_agent::documents::extract;
use caretaker_agent::plain::{Exit, Plain};
use caretaker_agent::{commands, history, panics, runner};

fn main() -> ExitCode {
    panics::tell_place_only();
    // The children that read a document or a browser's history or ask a probe do nothing of what follows.
    match std::env::args_os().nth(1) {
        Some(command) if command == extract::ARGUMENT => return extract::child_main(),
        Some(command) if command == runner::ARGUMENT => return runner::child_main(),
        Some(command) if command == history::ARGUMENT => return history::child_main(),
        Some(_) | None => {}
    }
    let mut out = io::stdout().lock();
    let done = commands::run(std::env::args_os(), &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match done {
        Ok(exit) => exit.code().into(),
        Err(error) if is_broken_pipe(&error) => Exit::Fine.code().into(),
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            error.downcast_ref::<Plain>().map_or(Exit::Failed, |plain| plain.exit).code().into()
        }
    }
}

/// Whoever read the output has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
