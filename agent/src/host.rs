//! Everything that a probe may ask of the operating system.

use std::path::PathBuf;

/// One account that people log in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its home folder.
    pub home: PathBuf,
    /// Whether it has a session now.
    pub logged_in: bool,
}

/// The operating system, as far as a probe may see it. What is not offered here, no probe can do.
pub trait Host: Send + Sync + 'static {
    /// Accounts of people, in the order of their numbers.
    ///
    /// # Errors
    /// When the list of accounts cannot be read.
    fn accounts(&self) -> std::io::Result<Vec<Account>>;
}
