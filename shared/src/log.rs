//! The log, the same for both programs: one line an event on standard error, for the journal to keep.
//!
//! Messages are for people, fields for queries. Device ids, counts and reasons belong here; names, paths of documents,
//! words, tokens and addresses of people never do.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Failures and surprises.
    Warn,
    /// And each step in the life of the program.
    Info,
    /// And each exchange.
    Debug,
}

/// Starts logging for this process. Later calls change nothing, so tests may call it as often as they like.
pub fn start(level: Level) {
    let filter = match level {
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    // What a library says at debug level drowns what we say.
    let filter = Targets::new().with_default(filter.min(LevelFilter::INFO)).with_target("caretaker", filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}
