//! Documents: watched folders, text taken out of files, rules matched, events handed on.
//!
//! [`watch()`] follows the folders of the policy. A file that has come to rest is opened without following links, read by
//! a child without rights, and matched; the ledger keeps what was found, and never a name or a word.

mod beneath;
mod catch_up;
pub mod extract;
mod fold;
mod folders;
mod following;
mod names;
mod reader;
mod settle;
mod watcher;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_shared::clock::Clock;
use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::{AgeProfile, Ask, Finding, Lexicon};
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

/// The rules that a text meets, of the given categories.
pub type Scan = fn(&str, &BTreeSet<String>) -> Vec<Finding>;

/// What reading needs besides the documents.
#[derive(Debug, Clone)]
pub struct Means {
    /// How the child that takes text out of files is started.
    pub launch: extract::Launch,
    /// Matches a text.
    pub scan: Scan,
}

/// Watches the folders of the settings until `stop`. New settings take effect at once. `key` makes document hashes.
///
/// # Errors
/// At once, when the system does not say which file this program is.
pub async fn watch(
    settings: watch::Receiver<DocumentSettings>,
    ledger: Arc<dyn Ledger>,
    key: Secret<[u8; 32]>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let launch = extract::Launch::own().context("the agent's own executable cannot be found")?;
    let scan: Scan = |text, categories| Lexicon::builtin().read(text, &Ask { categories, age: AgeProfile::Secondary });
    let means = Means { launch, scan };
    watch_with(means, settings, ledger, key, clock, stop).await;
    Ok(())
}

/// As [`watch()`], with other means: another executable, other rules.
pub async fn watch_with(
    means: Means,
    settings: watch::Receiver<DocumentSettings>,
    ledger: Arc<dyn Ledger>,
    key: Secret<[u8; 32]>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let (watch, notices) = folders::system();
    let reader = reader::DocumentReader::new(means, ledger, key, clock);
    watcher::Watcher::new(watch, reader, stop).run(settings, notices).await;
}
