//! Text out of documents: a child of this program reads one, holding no rights, and hands back plain text.
//!
//! A file of a pupil is hostile until shown otherwise, so no parser runs inside the agent. [`text_of`] starts the child
//! with the open file as its input and waits for it, not for long; [`child_main`] is the child. What a file is, its
//! content says, never its name.

mod allowance;
mod archive;
mod child;
mod confine;
mod docx;
mod format;
mod html;
mod mail;
mod opendocument;
mod pdf;
mod plain;
mod pptx;
mod process;
mod rtf;
mod xlsx;
mod xml;

use std::io;

pub use child::child_main;
pub use format::text;
pub use process::{Launch, text_of};

/// The hidden argument that makes this program the child.
pub const ARGUMENT: &str = "extract";

/// Largest file that is read.
pub const FILE_LIMIT_BYTES: u64 = 32 * 1024 * 1024;

/// Longest text that is taken from one file.
pub const TEXT_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// Why a file has no text to give, whoever asks and however often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Protected by a password.
    #[error("encrypted")]
    Encrypted,
    /// None of the formats that are read.
    #[error("of an unsupported format")]
    Unsupported,
    /// Says that it is of a format, and is not.
    #[error("broken")]
    Broken,
    /// It, or what it expands to, is beyond the limits.
    #[error("too large")]
    TooLarge,
}

/// Why a document was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The file is at fault, and asking again changes nothing.
    #[error("the document is {0}")]
    Refused(Refusal),
    /// The child took more processor time than a document may, and was ended.
    #[error("the extraction took too much processor time")]
    Slow,
    /// The child had no answer by the deadline and was ended. The document need not be at fault: this device may have had
    /// other work.
    #[error("the extraction had no answer in time")]
    Late,
    /// The child ended without an answer: a limit, a panic or a signal.
    #[error("the extraction ended without an answer")]
    Died,
    /// The child could not give up its rights, and so read nothing.
    #[error("the extraction cannot give up its rights: allow setgroups, setresgid, setresuid or capset to the service")]
    Unconfined,
    /// The child could not be started.
    #[error("the extraction cannot be started")]
    NotStarted(#[source] io::Error),
}
