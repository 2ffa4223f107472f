//! `init`: sets up a new collector, and says line by line what it made and what was there.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use caretaker_shared::clock::SystemClock;

use super::{Exit, Failure};
use crate::config::is_address;
use crate::data::{DataFolder, Setup, StepOutcome, set_up};

/// What `init` is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Folder for everything that the collector keeps; made when it does not exist
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Name of the school
    #[arg(long, value_name = "SCHOOL")]
    name: String,
    /// Host and port under which devices reach this machine [default: its own name, port 7443]
    #[arg(long, value_name = "HOST:PORT")]
    address: Option<String>,
    /// Name of the first site
    #[arg(long, default_value = "Main")]
    site: String,
}

/// The port of a collector that was not given another.
const PORT: u16 = 7443;

/// Sets the collector up.
///
/// # Errors
/// When the folder cannot be used; nothing that was there is changed.
pub fn run(args: Args, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let setup = setup(&args)?;
    let folder = DataFolder::at(&args.data);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let steps = runtime.block_on(set_up(&folder, &setup, Arc::new(SystemClock)))?;
    for step in &steps {
        let done = match step.outcome {
            StepOutcome::Made => "made",
            StepOutcome::Exists => "exists",
        };
        writeln!(out, "{done:<7} {:<14} {}", step.piece, step.about)?;
    }
    let made = steps.iter().filter(|step| step.outcome == StepOutcome::Made).count();
    if made == 0 {
        writeln!(
            out,
            "\nEverything was there; nothing was changed. To change a setting, edit {}.",
            folder.settings().display()
        )?;
    }
    writeln!(out, "\nNext: caretaker-collector serve --data {}", args.data.display())?;
    Ok(Exit::Fine)
}

fn setup(args: &Args) -> Result<Setup, Failure> {
    let usage = |message: String| Failure { exit: Exit::Usage, message };
    for (option, text) in [("--name", &args.name), ("--site", &args.site)] {
        if text.trim().is_empty() || text.chars().any(char::is_control) || text.len() > 200 {
            return Err(usage(format!("{option} is not a name\n  expected 1 to 200 letters on one line")));
        }
    }
    let address = args.address.clone().unwrap_or_else(|| format!("{}:{PORT}", machine_name()));
    if !is_address(&address) {
        return Err(usage(format!(
            "--address {address:?} is not host:port\n  expected for example caretaker.example.school:7443"
        )));
    }
    Ok(Setup {
        school: args.name.trim().to_owned(),
        address,
        site: args.site.trim().to_owned(),
        actor: "init on this machine".to_owned(),
    })
}

#[cfg(unix)]
fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn machine_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".to_owned())
}
