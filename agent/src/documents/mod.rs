//! Documents: watched folders, text taken out of files, rules matched, events handed on.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use caretaker_shared::clock::Clock;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::KeywordEvent;
use caretaker_shared::secret::Secret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the policy says about documents, with the homes filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentSettings {
    /// Folders that are watched, with their subfolders. Empty when documents are not read.
    pub folders: Vec<PathBuf>,
    /// Ids of the categories that are looked for.
    pub categories: BTreeSet<String>,
}

/// What is remembered of a document, so that only what is new in it counts: no name and no word of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Size in bytes when it was last read.
    pub size_bytes: u64,
    /// Time of its last change then, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Rules that it met then, and how often.
    pub fired: Vec<(String, u32)>,
}

/// Where the watcher keeps what it knows, and puts what it finds. The spool is one; a test has another.
pub trait Ledger: Send + Sync + 'static {
    /// What is remembered of a document.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn known(&self, document: &Sha256) -> anyhow::Result<Option<Known>>;

    /// Remembers a document and queues its events, both or neither. Durable when it returns.
    ///
    /// # Errors
    /// When the ledger cannot be written; nothing is remembered then, and the document is read again.
    fn record(&self, document: &Sha256, known: &Known, events: &[KeywordEvent]) -> anyhow::Result<()>;
}

/// Watches the folders of the settings until `stop`. New settings take effect at once. `key` makes document hashes.
///
/// # Errors
/// When the operating system's file watch cannot be started at all.
pub async fn watch(
    _settings: watch::Receiver<DocumentSettings>,
    _ledger: Arc<dyn Ledger>,
    _key: Secret<[u8; 32]>,
    _clock: Arc<dyn Clock>,
    _stop: CancellationToken,
) -> anyhow::Result<()> {
    unimplemented!("written next")
}
