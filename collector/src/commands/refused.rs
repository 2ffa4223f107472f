//! How a client command ends when it does not end well: what to say, and with which exit code.

use std::path::Path;

use tonic::{Code, Status};

use super::{Exit, Failure};
use crate::render::text::safe;

/// No collector answers for this data folder.
pub(super) fn not_running(data: &Path) -> Failure {
    let data = data.display();
    failure(
        Exit::Unreachable,
        format!("the collector is not running on {data}\n  start it:  caretaker-collector serve --data {data}"),
    )
}

/// A failure with a text of one or more lines: what is wrong, then what to do.
pub(super) fn failure(exit: Exit, message: String) -> Failure {
    Failure { exit, message }
}

/// What the collector answered instead of doing what was asked.
pub(super) fn refused(status: &Status) -> Failure {
    let lines: Vec<String> = status.message().lines().map(safe).collect();
    let text = lines.join("\n");
    match status.code() {
        Code::PermissionDenied | Code::Unauthenticated => failure(Exit::Denied, text),
        Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::OutOfRange => {
            failure(Exit::Usage, text)
        }
        Code::Unavailable => {
            failure(Exit::Unreachable, "the collector ended while it was asked\n  try again:  status".into())
        }
        Code::DeadlineExceeded | Code::Cancelled => {
            failure(Exit::Findings, "the collector took too long to answer\n  try again".into())
        }
        Code::Ok
        | Code::Unknown
        | Code::AlreadyExists
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss => failure(Exit::Findings, text),
    }
}
