//! `run`: the service itself.

use anyhow::Context as _;
use caretaker_shared::log::{self, Level};
use caretaker_shared::shutdown;

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
    let done = runtime.block_on(async {
        let stop = shutdown::on_signal().context("the stop signal cannot be received")?;
        agent::run(options.state.dir, stop).await
    });
    // A probe that hangs must not keep the service from ending.
    runtime.shutdown_background();
    done.map(|()| Exit::Fine)
}
