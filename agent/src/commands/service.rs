//! `service`: the agent as a service of Windows.

use std::io::Write;
use std::path::PathBuf;

use caretaker_shared::log::{self, Level};
use tokio_util::sync::CancellationToken;

use crate::agent;
use crate::cli::{Service, ServiceAction};
use crate::plain::Exit;
use crate::platform::service::{self, Ask};

pub(super) fn run(options: Service, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let (ask, done) = match &options.action {
        ServiceAction::Install(state) => {
            (Ask::Install(&state.dir), "The service is installed. Windows starts it with the computer.")
        }
        ServiceAction::Uninstall => (Ask::Uninstall, "The service is removed. What it kept stays where it is."),
        ServiceAction::Start => (Ask::Start, "The service runs."),
        ServiceAction::Stop => (Ask::Stop, "The service has stopped."),
        ServiceAction::Run(_) => return serve(options.action),
    };
    let missing = service::ask(ask)?;
    writeln!(out, "{done}")?;
    for what in missing {
        writeln!(out, "  could not be set: {what}")?;
    }
    Ok(Exit::Fine)
}

fn serve(action: ServiceAction) -> anyhow::Result<Exit> {
    if let ServiceAction::Run(state) = action {
        service::serve(state.dir, work)?;
    }
    Ok(Exit::Fine)
}

fn work(state: PathBuf, stop: CancellationToken) -> anyhow::Result<()> {
    log::start(Level::Info);
    let runtime = super::runtime()?;
    let done = runtime.block_on(agent::run_when_enrolled(state, stop));
    // A probe that hangs must not keep the service from ending.
    runtime.shutdown_background();
    done
}
