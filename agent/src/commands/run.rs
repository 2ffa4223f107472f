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
    let runtime = super::runtime()?;
    let done = runtime.block_on(agent::run(options.state.dir));
    // A probe that hangs must not keep the service from ending.
    runtime.shutdown_background();
    done.map(|()| Exit::Fine)
}
