//! The collector's command line: arguments in, exit code out, errors printed once.

use std::io::{self, Write};
use std::process::ExitCode;

use caretaker_collector::cli::Cli;
use caretaker_collector::commands::{self, Exit};
use clap::Parser as _;

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let ended = commands::run(Cli::parse(), &mut out).and_then(|exit| Ok(out.flush().map(|()| exit)?));
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = commands::exit_of(&error);
            if exit != Exit::Fine {
                // Nothing is left to be told about an error that cannot be told.
                let _ = writeln!(io::stderr(), "error: {}", told(&error));
            }
            exit.into()
        }
    }
}

/// The error and its causes on one line; the remedies of those that have one on lines of their own.
fn told(error: &anyhow::Error) -> String {
    let (mut what, mut remedies) = (Vec::new(), Vec::new());
    for cause in error.chain() {
        let text = cause.to_string();
        let mut lines = text.lines();
        what.push(lines.next().unwrap_or_default().to_owned());
        remedies.extend(lines.map(|line| format!("\n{line}")));
    }
    what.join(": ") + &remedies.concat()
}
