//! The one place that knows which operating system this is.

use std::path::PathBuf;
use std::sync::Arc;

use crate::host::Host;

/// This machine.
#[must_use]
pub fn machine() -> Arc<dyn Host> {
    unimplemented!("written next")
}

/// Where the agent keeps its state unless it is told otherwise.
#[must_use]
pub fn state_dir() -> PathBuf {
    PathBuf::from("/var/lib/caretaker-agent")
}
