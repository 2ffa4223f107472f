//! `serve`: runs the collector until the system asks it to stop.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_shared::clock::SystemClock;
use caretaker_shared::log::{self, Level};
use caretaker_shared::{shutdown, tls};

use super::Exit;
use crate::config::{self, Config};
use crate::data::DataFolder;
use crate::server;

/// What `serve` is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Folder that init has set up
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// How much is said: warn, info or debug [default: as collector.toml says]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    log: Option<Level>,
}

fn level(word: &str) -> Result<Level, String> {
    config::level(word).ok_or_else(|| "expected warn, info or debug".to_owned())
}

/// Runs the collector.
///
/// # Errors
/// When it cannot start; nothing was changed then.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = DataFolder::open(&args.data)?;
    let config = Config::load(&folder)?;
    log::start(args.log.unwrap_or(config.log));
    tls::install_provider();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to work with")?;
    runtime.block_on(async {
        let stop = shutdown::on_signal().context("the stop signal cannot be waited for")?;
        server::serve(folder, config, Arc::new(SystemClock), stop).await
    })?;
    Ok(Exit::Fine)
}
