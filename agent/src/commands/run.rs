//! `run`: the service itself.

use caretaker_shared::log::{self, Level};

use crate::agent;
use crate::cli::{LogLevel, Run};
use crate::plain::Exit;

pub(super) fn run(options: Run) -> anyhow::Result<Exit> {
    log::start(match options.log {
        LogLevel::Warn => Level::Warn,
        LogLevel::Info => Level::Info,
        LogLevel::Debug => Level::Debug,
    });
    // What a panic says may hold what was being read: the log gets the place alone.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    let runtime = super::runtime()?;
    let done = runtime.block_on(agent::run(options.state.dir));
    // A probe that hangs must not keep the service from ending.
    runtime.shutdown_background();
    done.map(|()| Exit::Fine)
}
