//! Documents: watched folders, text taken out of files, rules matched, events handed on.
//!
//! [`watch()`] follows the folders of the policy. A file that has come to rest is opened without following links, read by
//! a child without rights, and matched; the ledger keeps what was found, and never a name or a word.

pub(crate) mod beneath;
mod catch_up;
pub mod extract;
mod folders;
mod following;
mod names;
mod reader;
mod settle;
mod watcher;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_shared::clock::Clock;
use caretaker_shared::digest::Sha256;
use caretaker_shared::policy::{Detection, Scope};
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::detection::{News, Rules, Told, Week};

/// What the policy says about documents, with the homes filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentSettings {
    /// Folders that are watched, with their subfolders, and the account whose text lies there. Empty when no document
    /// is read.
    pub folders: BTreeMap<PathBuf, Option<String>>,
    /// Folders among them in which no document is read.
    pub excluded: Vec<PathBuf>,
    /// For whom what holds; `None` when no document is read.
    pub detection: Option<Arc<Detection>>,
    /// The name of this device.
    pub device: String,
    /// Whether names that differ in small and capital letters alone are of one file here.
    pub ignores_case: bool,
}

impl DocumentSettings {
    /// Whether no document is read there.
    #[must_use]
    pub fn excludes(&self, path: &Path) -> bool {
        let is_same = |one: Component<'_>, other: Component<'_>| {
            let folded = |part: Component<'_>| part.as_os_str().to_string_lossy().to_lowercase();
            one == other || (self.ignores_case && folded(one) == folded(other))
        };
        let within = |folder: &PathBuf| {
            let mut parts = path.components();
            folder.components().all(|part| parts.next().is_some_and(|other| is_same(part, other)))
        };
        self.excluded.iter().any(within)
    }

    /// Whose text lies in a watched folder, and what holds for it.
    #[must_use]
    pub fn scope(&self, folder: &Path) -> Option<(Option<String>, Scope)> {
        let user = self.folders.get(folder)?.clone();
        let scope = self.detection.as_ref()?.scope(&self.device, user.as_deref());
        Some((user, scope))
    }
}

/// What is remembered of a document, so that only what is new in it counts: no name and no word of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Size in bytes when it was last read.
    pub size_bytes: u64,
    /// Time of its last change then, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Keyed hash of its text; `None` when it was not read.
    pub text: Option<Sha256>,
    /// Rules that it met then.
    pub told: Vec<Told>,
}

/// Where the watcher keeps what it knows, and puts what it finds. The spool is one; a test has another.
pub trait Ledger: Send + Sync + 'static {
    /// What is remembered of a document.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn known(&self, document: &Sha256) -> anyhow::Result<Option<Known>>;

    /// What other documents of a user met since a moment.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn week(&self, user: Option<&Sha256>, document: &Sha256, since: Timestamp) -> anyhow::Result<Week>;

    /// Remembers a document and what it met, and queues its events: all or nothing. What is told in `news` takes the
    /// place of what `known` says. Durable when it returns.
    ///
    /// # Errors
    /// When the ledger cannot be written; nothing is remembered then, and the document is read again.
    fn record(&self, document: &Sha256, known: &Known, news: &News) -> anyhow::Result<()>;

    /// Queues the event that the rules failed at a document.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    fn tell_unread(&self) -> anyhow::Result<()>;
}

/// What reading needs besides the documents.
#[derive(Debug, Clone)]
pub struct Means {
    /// How the child that takes text out of files is started.
    pub launch: extract::Launch,
    /// Finds what a text meets.
    pub rules: Rules,
}

/// Watches the folders of the settings until `stop`. New settings take effect at once. `key` makes document hashes.
///
/// # Errors
/// At once, when the system does not say which file this program is.
pub async fn watch(
    rules: Rules,
    settings: watch::Receiver<DocumentSettings>,
    ledger: Arc<dyn Ledger>,
    key: Secret<[u8; 32]>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let launch = extract::Launch::own().context("the agent's own executable cannot be found")?;
    watch_with(Means { launch, rules }, settings, ledger, key, clock, stop).await;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::DocumentSettings;

    #[test]
    fn a_folder_is_excluded_in_whatever_case_where_the_system_finds_it_so() {
        let settings = |ignores_case| DocumentSettings {
            excluded: vec!["/home/pupil.one/Documents/Union".into()],
            ignores_case,
            ..DocumentSettings::default()
        };
        let other_case = Path::new("/home/pupil.one/documents/UNION/minutes.txt");
        assert!(settings(true).excludes(other_case));
        assert!(!settings(false).excludes(other_case));
        for ignores_case in [true, false] {
            assert!(settings(ignores_case).excludes(Path::new("/home/pupil.one/Documents/Union/a/b.txt")));
            assert!(!settings(ignores_case).excludes(Path::new("/home/pupil.one/Documents/Unions/b.txt")));
            assert!(!settings(ignores_case).excludes(Path::new("/home/pupil.one/Documents")));
        }
    }
}
