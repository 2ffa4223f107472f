//! The rules that the school has added, ready to be handed to devices.
//!
//! The command that adds a list writes into the data folder; here it is looked at again and again, so that a list that
//! was added while the collector runs reaches the devices with their next greeting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::wire::limits;
use prost::Message as _;

use crate::data::DataFolder;

/// How long what was read is taken to be in force.
const FRESH: Duration = Duration::from_secs(10);

/// The packs in force.
#[derive(Debug, Default)]
pub struct Bundle {
    /// The packs, encoded.
    pub bytes: Vec<u8>,
    /// Of the bytes; `None` when there are no packs.
    pub digest: Option<Sha256>,
    /// They could not be read, and never were since the start.
    pub is_unknown: bool,
}

/// The packs of a data folder.
pub struct AddedLexicons {
    folder: DataFolder,
    read: Mutex<Option<(Duration, Arc<Bundle>)>>,
}

impl AddedLexicons {
    /// The packs of `folder`, which are read when they are first asked for.
    #[must_use]
    pub fn of(folder: DataFolder) -> Arc<Self> {
        Arc::new(Self { folder, read: Mutex::default() })
    }

    /// The packs in force. `steady` is a time that only goes forward.
    pub async fn current(self: &Arc<Self>, steady: Duration) -> Arc<Bundle> {
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, bundle)) = &known
            && steady.saturating_sub(*at) < FRESH
        {
            return bundle.clone();
        }
        let this = self.clone();
        let read = tokio::task::spawn_blocking(move || this.bundle()).await.ok().flatten();
        // What cannot be read now leaves in force what was: devices must not forget a list because of that.
        let unknown = || Arc::new(Bundle { is_unknown: true, ..Bundle::default() });
        let bundle = read.map(Arc::new).or_else(|| known.map(|(_, bundle)| bundle)).unwrap_or_else(unknown);
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((steady, bundle.clone()));
        bundle
    }

    fn bundle(&self) -> Option<Bundle> {
        let packs = match self.folder.installed_lexicons() {
            Ok(packs) => packs,
            Err(error) => {
                tracing::error!(reason = %error, "the lists that were added to the rules cannot be read");
                return None;
            }
        };
        if packs.is_empty() {
            return Some(Bundle::default());
        }
        let bytes = proto::Packs { packs: packs.into_iter().map(|pack| pack.bytes).collect() }.encode_to_vec();
        if bytes.len() > limits::PACKS_BYTES {
            tracing::error!(bytes = bytes.len(), "the lists that were added to the rules are too large: remove some");
            return None;
        }
        Some(Bundle { digest: Some(Sha256::of(&bytes)), bytes, is_unknown: false })
    }
}

impl Bundle {
    /// The piece that begins at `offset`, of the packs of this digest.
    #[must_use]
    pub fn piece(&self, digest: &[u8], offset: u32) -> proto::LexiconsResponse {
        let is_this = self.digest.is_some_and(|own| own.as_bytes() == digest);
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).filter(|_| is_this).unwrap_or_default();
        let piece = rest.get(..limits::PACKS_PIECE_BYTES).unwrap_or(rest).to_vec();
        proto::LexiconsResponse { piece, total: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX) }
    }
}
