//! Checkpoints of the collector's audit chain: signed, handed to people and devices, and linked to one another.
//!
//! Whoever rules the collector's machine can write its log anew, and sign again. What they cannot do is change what was
//! handed out: each checkpoint names the one before, so that one device that was there is enough to notice.

mod key;
#[cfg(test)]
mod tests;

use caretaker_proto::agent::v1 as proto;
use jiff::Timestamp;
use prost::Message as _;

use crate::digest::Sha256;
use crate::sealing::armour;

pub use key::{AuditKey, PublicAuditKey};

/// Between the lines of a checkpoint in a mail or a file.
const WHAT: &str = "CARETAKER CHECKPOINT";
/// Bytes of a signed checkpoint: no honest one comes near.
const MOST_BYTES: usize = 4 * 1024;

/// How far the audit chain had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the school.
    pub school: String,
    /// Number of the last row, from 1.
    pub row: u64,
    /// Its hash.
    pub hash: Sha256,
    /// When this was made.
    pub made_at: Timestamp,
    /// Which life of the collector: each restore from a backup begins the next.
    pub incarnation: Incarnation,
    /// Digest of the checkpoint before.
    pub previous: Option<Sha256>,
}

/// A life of the collector's database, from a restore to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incarnation {
    /// From 1.
    pub number: u32,
    /// Drawn at random when it began.
    pub id: [u8; 16],
}

/// Why a text or message is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A part is missing or makes no sense.
    #[error("this is not a checkpoint, or a part of it is missing")]
    Malformed,
    /// The signature is not that of the key it names.
    #[error("the checkpoint was changed after it was signed")]
    Unsigned,
}

/// How a checkpoint stands to the one that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// It is the same.
    Same,
    /// It is the next.
    Next,
    /// The collector was restored from a backup meanwhile: what came between is lost, and the chain goes on from there.
    Restored,
}

/// Why a checkpoint cannot follow the one that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Another key has signed it.
    #[error("another key has signed it")]
    OtherKey,
    /// It is of fewer rows, or of an earlier life of the collector.
    #[error("the log goes back from row {kept} to row {offered}")]
    WentBack {
        /// Row of the one that is kept.
        kept: u64,
        /// Row of the other.
        offered: u64,
    },
    /// It knows nothing of the one that is kept.
    #[error("the log was written anew: the checkpoint of row {kept} is not part of its history")]
    Rewritten {
        /// Row of the one that is kept.
        kept: u64,
    },
}

/// A checkpoint whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    key: PublicAuditKey,
    digest: Sha256,
    message: proto::SignedCheckpoint,
}

impl SignedCheckpoint {
    /// Reads an encoded `SignedCheckpoint`. Whose key it is remains to be checked.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn parse(encoded: &[u8]) -> Result<Self, CheckpointError> {
        if encoded.len() > MOST_BYTES {
            return Err(CheckpointError::Malformed);
        }
        proto::SignedCheckpoint::decode(encoded).map_err(|_| CheckpointError::Malformed)?.try_into()
    }

    /// Reads the text of a mail or file that holds one, whatever stands around it.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn from_text(text: &str) -> Result<Self, CheckpointError> {
        // A mail program that answers or forwards puts "> " before each line.
        let plain: String = text.lines().map(|line| line.trim_start_matches(['>', ' ']).to_owned() + "\n").collect();
        Self::parse(&armour::unwrapped(WHAT, &plain).ok_or(CheckpointError::Malformed)?)
    }

    /// As a text for a mail or a file.
    #[must_use]
    pub fn text(&self) -> String {
        armour::wrapped(WHAT, &self.encoded())
    }

    /// As it travels and is kept.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        self.message.encode_to_vec()
    }

    /// The same as a message.
    #[must_use]
    pub fn message(&self) -> &proto::SignedCheckpoint {
        &self.message
    }

    /// What was signed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who has signed it.
    #[must_use]
    pub fn key(&self) -> PublicAuditKey {
        self.key
    }

    /// SHA-256 over the signed bytes: by this the next one names it.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// How this stands to one that is kept.
    ///
    /// # Errors
    /// [`Conflict`] when both cannot be of one history.
    pub fn follows(&self, kept: &Self) -> Result<Follows, Conflict> {
        let (new, old) = (&self.checkpoint, &kept.checkpoint);
        let went_back = Conflict::WentBack { kept: old.row, offered: new.row };
        if self.key != kept.key {
            return Err(Conflict::OtherKey);
        }
        if self.digest == kept.digest {
            return Ok(Follows::Same);
        }
        if new.incarnation.number > old.incarnation.number {
            return Ok(Follows::Restored);
        }
        if new.incarnation.number < old.incarnation.number || new.row < old.row {
            return Err(went_back);
        }
        let linked = new.previous == Some(kept.digest) && new.incarnation == old.incarnation;
        let same_row = new.row > old.row || new.hash == old.hash;
        if linked && same_row { Ok(Follows::Next) } else { Err(Conflict::Rewritten { kept: old.row }) }
    }
}

impl TryFrom<proto::SignedCheckpoint> for SignedCheckpoint {
    type Error = CheckpointError;

    fn try_from(message: proto::SignedCheckpoint) -> Result<Self, CheckpointError> {
        let key = PublicAuditKey::from_slice(&message.key).ok_or(CheckpointError::Malformed)?;
        if !key.has_signed_checkpoint(&message.checkpoint, &message.signature) {
            return Err(CheckpointError::Unsigned);
        }
        let inner = proto::Checkpoint::decode(message.checkpoint.as_slice());
        let checkpoint = inner.ok().and_then(|inner| checked(&inner)).ok_or(CheckpointError::Malformed)?;
        Ok(Self { checkpoint, key, digest: Sha256::of(&message.checkpoint), message })
    }
}

fn checked(message: &proto::Checkpoint) -> Option<Checkpoint> {
    let previous = match message.previous.as_slice() {
        [] => None,
        digest => Some(Sha256::from_slice(digest)?),
    };
    let incarnation =
        Incarnation { number: message.incarnation, id: message.incarnation_id.as_slice().try_into().ok()? };
    Some(Checkpoint {
        school: message.school.clone(),
        row: Some(message.row).filter(|row| (1..=i64::MAX.unsigned_abs()).contains(row))?,
        hash: Sha256::from_slice(&message.hash)?,
        made_at: Timestamp::from_millisecond(message.made_unix_ms).ok()?,
        incarnation,
        previous,
    })
}

impl From<&Checkpoint> for proto::Checkpoint {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self {
            school: checkpoint.school.clone(),
            row: checkpoint.row,
            hash: checkpoint.hash.as_bytes().to_vec(),
            made_unix_ms: checkpoint.made_at.as_millisecond(),
            incarnation: checkpoint.incarnation.number,
            incarnation_id: checkpoint.incarnation.id.to_vec(),
            previous: checkpoint.previous.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default(),
        }
    }
}
