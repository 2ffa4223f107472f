//! What is said between the service and the child: one request as a line of JSON, answers as frames.
//!
//! A frame is one byte for its kind, the length of its content as four bytes, least first, and the content. Texts are read
//! into memory that is wiped.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use zeroize::{Zeroize as _, Zeroizing};

use super::reading::{Progress, Task, Unread};
use super::visit::VisitKind;

/// Longest request: some hundred profiles and some thousand rules.
pub(super) const REQUEST_BYTES: u64 = 4 * 1024 * 1024;
/// Longest content of a frame: one text, at most 2,048 bytes, and what is said about it.
const CONTENT_BYTES: usize = 4 * 1024;
/// What stands before a text: number of the task, kind, time.
const ABOUT_BYTES: usize = 2 + 1 + 8;

/// What the child is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) home: PathBuf,
    pub(super) tasks: Vec<Task>,
    pub(super) excluded: Vec<String>,
    pub(super) copies: PathBuf,
    pub(super) now: Timestamp,
    pub(super) most: usize,
    /// Whether the child ends when its input does: then nobody waits for it any more. Absent in a request that was
    /// written by hand, for measuring.
    #[serde(default)]
    pub(super) attended: bool,
}

/// One frame.
pub(super) enum Frame {
    /// A text of the task of this number.
    Text(u16, VisitKind, Timestamp, Zeroizing<String>),
    /// The task after the last one is done.
    Done(Result<Progress, Unread>),
}

/// Writes a text's frame.
pub(super) fn write_text(
    out: &mut impl Write,
    task: u16,
    kind: VisitKind,
    visited_at: Timestamp,
    text: &str,
) -> io::Result<()> {
    let kind = VisitKind::ALL.iter().position(|known| *known == kind).and_then(|at| u8::try_from(at).ok());
    let kind = kind.ok_or(io::ErrorKind::InvalidData)?;
    head(out, 1, ABOUT_BYTES + text.len())?;
    out.write_all(&task.to_le_bytes())?;
    out.write_all(&[kind])?;
    out.write_all(&visited_at.as_microsecond().to_le_bytes())?;
    out.write_all(text.as_bytes())
}

/// Writes what became of a task.
pub(super) fn write_done(out: &mut impl Write, done: &Result<Progress, Unread>) -> io::Result<()> {
    let content = serde_json::to_vec(done)?;
    head(out, 2, content.len())?;
    out.write_all(&content)?;
    out.flush()
}

fn head(out: &mut impl Write, kind: u8, length: usize) -> io::Result<()> {
    let length = u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
    out.write_all(&[kind])?;
    out.write_all(&length.to_le_bytes())
}

impl Frame {
    /// Reads one.
    ///
    /// # Errors
    /// Those of `source`, and when it gives something else.
    pub(super) async fn read(source: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let kind = source.read_u8().await?;
        let length = source.read_u32_le().await? as usize;
        if length > CONTENT_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        match kind {
            1 => Self::read_text(source, length).await,
            2 => {
                let mut content = vec![0; length];
                source.read_exact(&mut content).await?;
                Ok(Self::Done(serde_json::from_slice(&content)?))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    async fn read_text(source: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<Self> {
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let task = source.read_u16_le().await?;
        let kind = source.read_u8().await?;
        let kind = VisitKind::ALL.get(usize::from(kind)).copied().ok_or_else(broken)?;
        let visited_at = Timestamp::from_microsecond(source.read_i64_le().await?).map_err(|_| broken())?;
        let mut bytes = Zeroizing::new(vec![0; length.checked_sub(ABOUT_BYTES).ok_or_else(broken)?]);
        source.read_exact(&mut bytes).await?;
        let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
            error.into_bytes().zeroize();
            broken()
        })?;
        Ok(Self::Text(task, kind, visited_at, Zeroizing::new(text)))
    }
}
