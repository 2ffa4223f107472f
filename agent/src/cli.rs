//! The agent's command line: what may be typed, and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::platform;

/// Background service of one school computer.
///
/// Reports installed software, antivirus, screen lock and other settings that the school's policy speaks about, and
/// flags documents that may show a child at risk. `caretaker-agent explain` says exactly what, from where, how often and
/// who may see it.
#[derive(Debug, Parser)]
#[command(name = "caretaker-agent", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service until it is asked to stop
    Run(Run),
    /// Make this computer a device of a school
    Enrol(Enrol),
    /// Say how the service is doing
    Status(Status),
    /// Ask one probe now and show its answer
    Probe(Probe),
    /// Say in plain words what is collected, how often, and who may see it
    Explain(Explain),
    /// Say what the rules find in texts of your own, one a line; nothing is kept or sent
    CheckText(CheckText),
    /// Install, remove, start or stop the Windows service
    #[command(hide = !platform::service::HAS_COMMANDS)]
    Service(Service),
}

/// Where the agent keeps its state.
#[derive(Debug, Args)]
pub struct State {
    /// Folder for identity and spool
    #[arg(long = "state", value_name = "DIR", default_value_os_t = platform::state_dir())]
    pub dir: PathBuf,
}

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// Where the state is.
    #[command(flatten)]
    pub state: State,
    /// How much to say on standard error
    #[arg(long, value_enum, default_value = "info")]
    pub log: LogLevel,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Failures and surprises.
    Warn,
    /// And each step in the life of the service.
    Info,
    /// And each exchange.
    Debug,
}

/// `enrol`
#[derive(Debug, Args)]
pub struct Enrol {
    /// The token as the network manager gave it, or - to read it from standard input
    #[arg(value_name = "TOKEN")]
    pub token: String,
    /// Enrol again, in place of the identity that this device has
    #[arg(long)]
    pub again: bool,
    /// Where the state is.
    #[command(flatten)]
    pub state: State,
}

/// `status`
#[derive(Debug, Args)]
pub struct Status {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Where the state is.
    #[command(flatten)]
    pub state: State,
}

/// `probe`
#[derive(Debug, Args)]
pub struct Probe {
    /// host, software, executables, antivirus or screen-lock
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Where the state is.
    #[command(flatten)]
    pub state: State,
}

/// `check-text`
#[derive(Debug, Args)]
pub struct CheckText {
    /// Where the state is, with the lists that the school has added.
    #[command(flatten)]
    pub state: State,
    /// A file with one text a line; standard input when there is none, or -
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// How old the writers are: primary, secondary, sixth_form or adult
    #[arg(long, value_name = "AGE", default_value = "secondary")]
    pub age: String,
    /// Look for these only, with commas between [default: all but profanity]
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    pub categories: Vec<String>,
}

/// `service`
#[derive(Debug, Args)]
pub struct Service {
    /// What to do with it.
    #[command(subcommand)]
    pub action: ServiceAction,
}

/// What can be done with the service.
#[derive(Debug, Subcommand)]
pub enum ServiceAction {
    /// Register it with Windows, which then starts it with the computer
    Install(State),
    /// Stop it and take it out of Windows; what it kept stays
    Uninstall,
    /// Start it
    Start,
    /// Stop it
    Stop,
    /// Be the service: Windows itself starts it with this
    #[command(hide = true)]
    Run(State),
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Where the state is.
    #[command(flatten)]
    pub state: State,
}
