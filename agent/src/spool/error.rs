//! What can go wrong with the spool.

use rusqlite::ErrorCode;

/// Why the spool did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// SQLite before 3.51.3 can damage a database that several connections write to.
    #[error("SQLite {0} is too old for the spool: 3.51.3 or later is needed")]
    OldSqlite(&'static str),
    /// The folder or the file of the spool cannot be used.
    #[error("the spool's folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// SQLite says no.
    #[error("the spool's database cannot be used")]
    Database(#[from] rusqlite::Error),
    /// What is stored is not what this version, or any earlier one, wrote.
    #[error("the spool holds something unreadable: {0}")]
    Unreadable(&'static str),
    /// A payload that no stream carries.
    #[error("a gap record is made by the spool alone")]
    NoStream,
    /// One record of more bytes than the contract allows.
    #[error("a record of {0} bytes is too large to be sent")]
    TooLarge(usize),
    /// The program is ending.
    #[error("the agent is stopping")]
    Closing,
}

impl SpoolError {
    /// Whether the database itself is damaged: it has to be set aside, and only a new start does that.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Database(error) => {
                matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
            }
            Self::Unreadable(_) => true,
            Self::OldSqlite(_) | Self::Folder(_) | Self::NoStream | Self::TooLarge(_) | Self::Closing => false,
        }
    }
}
