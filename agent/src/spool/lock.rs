//! One agent per state folder.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use caretaker_shared::private_file;

const FILE: &str = "agent.lock";

/// Held by the running agent; the operating system releases it however the agent ends.
#[derive(Debug)]
pub struct StateLock(#[expect(dead_code, reason = "held open for its lock alone")] File);

impl StateLock {
    /// Takes the lock; `None` when another agent has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn take(state: &Path) -> io::Result<Option<Self>> {
        Ok(private_file::lock(&state.join(FILE))?.map(Self))
    }
}

/// Whether an agent runs on this state folder.
///
/// # Errors
/// When that cannot be told.
pub fn is_running(state: &Path) -> io::Result<bool> {
    let file = match File::open(state.join(FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
