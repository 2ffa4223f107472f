//! What this device keeps of the collector's audit log: signed checkpoints, so that nobody can write the log anew
//! without this device noticing.
//!
//! They lie in a file beside the identity: the newest, and the first of each month. One that does not follow from the
//! newest is refused, and the newest stays.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::checkpoint::{CheckpointError, Conflict, Follows, SignedCheckpoint};
use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;
use jiff::tz::TimeZone;
use prost::Message as _;

use crate::identity::Identity;

/// The file, in the state folder.
const FILE: &str = "checkpoints";
/// Twenty years of months.
const MOST: usize = 240;

/// Why a checkpoint was not taken. Those before stay.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is none, or was changed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It does not follow.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// It cannot be kept.
    #[error("the checkpoint cannot be kept")]
    File(#[source] io::Error),
}

/// What came of a checkpoint that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is as it should be.
    Fine,
    /// The collector was restored from a backup: its log went back from the one row to the other.
    Restored {
        /// Row that was kept.
        from: u64,
        /// Row that it says now.
        to: u64,
    },
}

/// The checkpoints of one device.
pub struct Checkpoints {
    file: PathBuf,
    authority: Sha256,
    kept: Mutex<Vec<SignedCheckpoint>>,
}

impl Checkpoints {
    /// Those that were kept of this identity's collector. A file that is none counts as not there.
    #[must_use]
    pub fn open(state: &Path, identity: &Identity) -> Self {
        let authority = Sha256::of(identity.authority_pem.as_bytes());
        let file = state.join(FILE);
        let kept = Mutex::new(kept(&file, &authority).unwrap_or_default());
        Self { file, authority, kept }
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Option<SignedCheckpoint> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    /// Takes the next checkpoint.
    ///
    /// # Errors
    /// [`Refused`]; what is kept stays as it was.
    pub fn take(&self, offered: &proto::SignedCheckpoint) -> Result<Taken, Refused> {
        let offered = SignedCheckpoint::try_from(offered.clone())?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Taken::Fine;
        if let Some(newest) = kept.last() {
            match offered.follows(newest)? {
                Follows::Same => return Ok(taken),
                Follows::Next => {}
                Follows::Restored => {
                    taken = Taken::Restored { from: newest.checkpoint().row, to: offered.checkpoint().row };
                }
            }
        }
        let mut next = kept.clone();
        next.push(offered);
        thin(&mut next);
        let file = proto::KeptCheckpoints {
            authority: self.authority.as_bytes().to_vec(),
            kept: next.iter().map(|one| one.message().clone()).collect(),
        };
        private_file::write(&self.file, &file.encode_to_vec()).map_err(Refused::File)?;
        *kept = next;
        Ok(taken)
    }
}

/// Leaves the newest, and the first of each month.
fn thin(kept: &mut Vec<SignedCheckpoint>) {
    let month = |one: &SignedCheckpoint| {
        let day = one.checkpoint().made_at.to_zoned(TimeZone::UTC).date();
        (day.year(), day.month())
    };
    let newest = kept.pop();
    kept.dedup_by_key(|one| month(one));
    kept.extend(newest);
    if kept.len() > MOST {
        kept.drain(..kept.len() - MOST);
    }
}

fn kept(file: &Path, authority: &Sha256) -> Option<Vec<SignedCheckpoint>> {
    let encoded = match std::fs::read(file) {
        Ok(encoded) => encoded,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::error!(reason = %error, "the kept checkpoints cannot be read");
            return None;
        }
    };
    let file = proto::KeptCheckpoints::decode(encoded.as_slice()).ok()?;
    if file.authority != authority.as_bytes() {
        return None;
    }
    file.kept.into_iter().map(SignedCheckpoint::try_from).collect::<Result<_, _>>().ok()
}
