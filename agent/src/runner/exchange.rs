//! What is said between the service and the child: one request as a line of JSON, answers as frames.
//!
//! A frame is one byte for its kind, the length of its content as four bytes, least first, and the content: a message of
//! the contract.

use std::io::{self, Write};
use std::path::PathBuf;

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, ExecutableFormat};
use prost::Message;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::probes::ProbeSettings;

/// Longest request: the folders of a policy, or the paths of one batch of executables.
pub(super) const REQUEST_BYTES: u64 = 1024 * 1024;
/// Longest content of a frame. What is larger would not cross the wire either.
const CONTENT_BYTES: usize = 8 * 1024 * 1024;

/// What the child is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// The question.
    pub(super) question: Question,
    /// Where the machine's file tree begins; "/" when absent. For measuring: see docs/adr/0006.
    #[serde(default)]
    pub(super) root: Option<PathBuf>,
    /// Whether the child ends when its input does: then nobody waits for it any more.
    #[serde(default)]
    pub(super) attended: bool,
}

/// One question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Question {
    /// One probe's.
    Probe {
        /// The probe's name.
        name: String,
        /// What it must know.
        #[serde(default)]
        settings: ProbeSettings,
    },
    /// What is true of these files' bytes.
    Describe(Vec<Wanted>),
}

/// An executable as a reading told it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wanted {
    path: String,
    sha256: [u8; 32],
    size_bytes: u64,
    modified_ms: i64,
    format: String,
}

impl From<&Executable> for Wanted {
    fn from(executable: &Executable) -> Self {
        Self {
            path: executable.path.clone(),
            sha256: *executable.sha256.as_bytes(),
            size_bytes: executable.size_bytes,
            modified_ms: executable.modified_at.as_millisecond(),
            format: executable.format.word().to_owned(),
        }
    }
}

impl Wanted {
    /// The executable, as far as it has to be known to describe it; `None` when this is none.
    pub(super) fn executable(self) -> Option<Executable> {
        Some(Executable {
            path: self.path,
            sha256: Sha256::from_slice(&self.sha256)?,
            size_bytes: self.size_bytes,
            modified_at: jiff::Timestamp::from_millisecond(self.modified_ms).ok()?,
            owner: String::new(),
            format: ExecutableFormat::parse(&self.format)?,
            class: None,
            signer: None,
            removable: false,
        })
    }
}

/// One frame.
#[derive(Debug)]
pub(super) enum Frame {
    /// What is known so far.
    Earlier(proto::Reading),
    /// The final answer.
    Last(proto::Reading),
    /// One file's facts.
    Facts(proto::ExecutableFacts),
    /// There are no more facts.
    End,
}

impl Frame {
    /// Writes it.
    ///
    /// # Errors
    /// Those of `out`, and when the content is too long.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, content) = match self {
            Self::Earlier(reading) => (1, reading.encode_to_vec()),
            Self::Last(reading) => (2, reading.encode_to_vec()),
            Self::Facts(facts) => (3, facts.encode_to_vec()),
            Self::End => (4, Vec::new()),
        };
        if content.len() > CONTENT_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = u32::try_from(content.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        out.write_all(&[kind])?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&content)?;
        out.flush()
    }

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
        let mut content = vec![0; length];
        source.read_exact(&mut content).await?;
        Ok(match kind {
            1 => Self::Earlier(proto::Reading::decode(content.as_slice())?),
            2 => Self::Last(proto::Reading::decode(content.as_slice())?),
            3 => Self::Facts(proto::ExecutableFacts::decode(content.as_slice())?),
            4 => Self::End,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        })
    }
}
