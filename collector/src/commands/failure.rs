//! How a command ends when it does not end well, and with which exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use tonic::{Code, Status};

use crate::render::text::safe;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is as asked.
    Fine = 0,
    /// The command is a check, and what it checked is not well; or the collector failed.
    NotWell = 1,
    /// The command cannot be done as it was typed.
    Usage = 2,
    /// The collector cannot be reached.
    Unreachable = 3,
    /// The caller may not.
    Denied = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command was not done. The first line says what is wrong, the lines after it what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the collector is not running on {}\n  start it:  caretaker-collector serve --data {}", .0.display(), .0.display())]
    NotRunning(PathBuf),
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    Refused(String),
    #[error("the collector could not do this: {0}")]
    Broken(String),
    #[error("{0}")]
    NotWell(String),
    #[error("the answer could not be written")]
    Output(#[from] io::Error),
}

impl Failure {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::NotRunning(_) => Exit::Unreachable,
            Self::Denied(_) => Exit::Denied,
            Self::Refused(_) => Exit::Usage,
            // Whoever read the answer has seen enough, as `head` does.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine,
            Self::Broken(_) | Self::NotWell(_) | Self::Output(_) => Exit::NotWell,
        }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let lines: Vec<String> = status.message().lines().map(safe).collect();
        let text = lines.join("\n");
        match status.code() {
            Code::PermissionDenied | Code::Unauthenticated => Self::Denied(text),
            Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::OutOfRange => Self::Refused(text),
            Code::Unavailable => Self::Broken("it ended while it was asked; try again".into()),
            Code::DeadlineExceeded | Code::Cancelled => Self::Broken("it took too long; try again".into()),
            Code::Ok
            | Code::Unknown
            | Code::AlreadyExists
            | Code::ResourceExhausted
            | Code::Aborted
            | Code::Unimplemented
            | Code::Internal
            | Code::DataLoss => Self::Broken(text),
        }
    }
}
