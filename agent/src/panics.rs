//! What becomes known of a panic: the place in the source, and never its text, which may hold what was being read.

use std::io::{self, Write as _};
use std::panic::{Location, set_hook};

/// From now on a panic is told to the log, or on standard error before there is one.
pub fn tell_place_only() {
    tell(|place| {
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(place, "a panic");
        } else {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "error: the agent broke at {place}");
        }
    });
}

/// From now on `say` gets the file and the line of each panic, and nothing else happens.
pub fn tell(say: impl Fn(&str) + Send + Sync + 'static) {
    set_hook(Box::new(move |panic| say(&panic.location().map(place).unwrap_or_default())));
}

fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}
