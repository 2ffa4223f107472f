//! Reads one document: opens it, has its text taken out, matches it, and remembers what is new in it.
//!
//! Invariants: the text lives in memory that is wiped, and is gone before the ledger is written. A document whose
//! findings could not be kept is read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::Clock;
use caretaker_shared::digest::{Sha256, keyed};
use caretaker_shared::model::{Source, SubjectKind};
use caretaker_shared::policy::Scope;
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::beneath::{self, Found, Version};
use super::catch_up::{Caught, Search};
use super::extract::{FILE_LIMIT_BYTES, Refusal, Unread, text_of};
use super::settle::{Attempts, Obstacle};
use super::{Known, Ledger, Means};
use crate::blocking::blocking;
use crate::detection::{self, Met, News, Subject, Told, WEEK};

/// Files that changed longer ago than this are left alone when nobody saw them change.
const CATCH_UP: Duration = Duration::from_secs(24 * 3600);
/// A document at which the child dies or uses up its processor time is tried this often before it is given up in this
/// version.
const TRIES: u32 = 3;
/// A document that cannot be opened is tried this often: for two minutes.
const OPEN_TRIES: u32 = 8;

/// What became of a path whose turn came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It needs no more attention until it changes.
    Done,
    /// It is a folder: what is in it may be new.
    Folder,
    /// It could not be dealt with, and must be tried again.
    Again(Obstacle),
}

/// A path that is to be read.
pub(super) struct Errand {
    /// The watched folder.
    pub(super) folder: PathBuf,
    /// The path within it.
    pub(super) inside: PathBuf,
    /// How often it was tried before.
    pub(super) attempts: Attempts,
    /// The account whose text it is.
    pub(super) user: Option<String>,
    /// What holds for that account.
    pub(super) scope: Scope,
}

/// Reads paths and searches folders. The real one is [`DocumentReader`]; a test has another.
pub(super) trait Reader: Send + Sync + 'static {
    /// Deals with one path.
    fn read(&self, errand: Errand) -> impl Future<Output = Outcome> + Send;

    /// Finds documents that changed unseen. Takes its time.
    fn search(&self, search: &Search) -> Caught;
}

/// The ledger, and the key that names documents in it.
struct Memory {
    ledger: Arc<dyn Ledger>,
    key: Secret<[u8; 32]>,
}

impl Memory {
    fn document(&self, path: &Path) -> Sha256 {
        keyed(self.key.expose(), path.as_os_str().as_encoded_bytes())
    }
}

/// Reads documents of this machine.
pub(super) struct DocumentReader {
    means: Means,
    memory: Arc<Memory>,
    clock: Arc<dyn Clock>,
}

impl DocumentReader {
    pub(super) fn new(means: Means, ledger: Arc<dyn Ledger>, key: Secret<[u8; 32]>, clock: Arc<dyn Clock>) -> Self {
        Self { means, memory: Arc::new(Memory { ledger, key }), clock }
    }
}

impl Reader for DocumentReader {
    async fn read(&self, errand: Errand) -> Outcome {
        let document = self.memory.document(&errand.folder.join(&errand.inside));
        let (folder, inside) = (errand.folder.clone(), errand.inside.clone());
        let (file, version) = match blocking(move || beneath::open(&folder, &inside)).await.ok() {
            Some(Ok(Found::File(file, version))) => (file, version),
            Some(Ok(Found::Folder)) => return Outcome::Folder,
            Some(Ok(Found::Other | Found::Nothing)) => return Outcome::Done,
            Some(Err(error)) => {
                tracing::warn!(document = %short(&document), reason = %error.kind(), "a document cannot be opened");
                return after_refused_open(errand.attempts);
            }
            None => return Outcome::Again(Obstacle::Device),
        };
        let memory = self.memory.clone();
        let before = match blocking(move || memory.ledger.known(&document)).await.ok() {
            Some(Ok(before)) => before,
            Some(Err(error)) => return ledger_failed(&error),
            None => return Outcome::Again(Obstacle::Device),
        };
        if before.as_ref().is_some_and(|known| is_version(known, version)) {
            return Outcome::Done;
        }
        let told = before.as_ref().map(|known| known.told.clone()).unwrap_or_default();
        let Version { size_bytes, modified_ns } = version;
        let unread = Known { size_bytes, modified_ns, text: None, told: told.clone() };
        if !errand.scope.reads(Source::Document, on_the_wall(modified_ns)) {
            // Never read, also not later: it was written in somebody's own time.
            return self.keep(document, unread, News { told, events: Vec::new() }).await;
        }
        let text = if version.size_bytes > FILE_LIMIT_BYTES {
            Err(Unread::Refused(Refusal::TooLarge))
        } else {
            text_of(file, &self.means.launch.after(errand.attempts.late)).await
        };
        match text {
            Ok(text) => {
                let digest = keyed(self.memory.key.expose(), text.as_bytes());
                let known = Known { text: Some(digest), ..unread };
                if before.is_some_and(|before| before.text == Some(digest)) {
                    return self.keep(document, known, News { told, events: Vec::new() }).await;
                }
                let kind = errand.scope.subject;
                let path = errand.folder.join(&errand.inside);
                let user = errand.user.unwrap_or_default();
                match self.find(text, errand.scope, &path, &user).await {
                    Some(Some(met)) => self.tell(document, known, met, (user, kind)).await,
                    Some(None) => self.give_up(document, known, told).await,
                    None => Outcome::Again(Obstacle::Device),
                }
            }
            Err(unread_why) => {
                report(&document, &unread_why, errand.attempts);
                match obstacle(&unread_why, errand.attempts) {
                    Some(obstacle) => Outcome::Again(obstacle),
                    // What it met when it could be read still stands.
                    None => self.keep(document, unread, News { told, events: Vec::new() }).await,
                }
            }
        }
    }

    fn search(&self, search: &Search) -> Caught {
        let since = self.clock.now().checked_sub(CATCH_UP).unwrap_or(Timestamp::UNIX_EPOCH);
        search.run(since, |path, version| {
            // A ledger that cannot be read now is asked again when the document has its turn.
            let known = self.memory.ledger.known(&self.memory.document(path)).ok().flatten();
            !known.is_some_and(|known| is_version(&known, version))
        })
    }
}

impl DocumentReader {
    /// What the text meets: `None` within when the rules fail at it.
    async fn find(&self, text: Zeroizing<String>, scope: Scope, path: &Path, user: &str) -> Option<Option<Vec<Met>>> {
        let (rules, user) = (self.means.rules.clone(), user.to_owned());
        let place = Zeroizing::new(path.to_string_lossy().into_owned());
        // The text moves into the closure, and is wiped at its end.
        blocking(move || Met::all(&rules, &text, &detection::ask(&scope), &place, &user)).await.ok()
    }

    /// Counts a document at which the rules fail as read, and says so. What it met before still stands.
    async fn give_up(&self, document: Sha256, known: Known, told: Vec<Told>) -> Outcome {
        tracing::error!(document = %short(&document), "the rules failed at a document; it counts as read");
        let memory = self.memory.clone();
        match blocking(move || memory.ledger.tell_unread()).await.ok() {
            Some(Ok(())) => self.keep(document, known, News { told, events: Vec::new() }).await,
            Some(Err(error)) => ledger_failed(&error),
            None => Outcome::Again(Obstacle::Device),
        }
    }

    /// Keeps what is new of what was met, in the light of the week of the user (an empty name for nobody).
    async fn tell(&self, document: Sha256, known: Known, met: Vec<Met>, user: (String, SubjectKind)) -> Outcome {
        let (memory, now) = (self.memory.clone(), self.clock.now());
        let kept = blocking(move || {
            let (user, kind) = user;
            let user = (!user.is_empty()).then(|| keyed(memory.key.expose(), user.as_bytes()));
            let since = now.checked_sub(WEEK).unwrap_or(Timestamp::UNIX_EPOCH);
            let week = memory.ledger.week(user.as_ref(), &document, since)?;
            let subject = Subject { source: Source::Document, document, user, kind, at: now };
            let news = detection::news(&known.told, met, &week, &subject, now);
            memory.ledger.record(&document, &known, &news)
        });
        after(kept.await.ok())
    }

    async fn keep(&self, document: Sha256, known: Known, news: News) -> Outcome {
        let memory = self.memory.clone();
        after(blocking(move || memory.ledger.record(&document, &known, &news)).await.ok())
    }
}

fn after(kept: Option<anyhow::Result<()>>) -> Outcome {
    match kept {
        Some(Ok(())) => Outcome::Done,
        Some(Err(error)) => ledger_failed(&error),
        None => Outcome::Again(Obstacle::Device),
    }
}

/// The time of a file by the clock on the wall here.
fn on_the_wall(modified_ns: i64) -> jiff::civil::DateTime {
    detection::on_the_wall(Timestamp::from_nanosecond(modified_ns.into()).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn is_version(known: &Known, version: Version) -> bool {
    known.size_bytes == version.size_bytes && known.modified_ns == version.modified_ns
}

/// Why the document is to be tried again. None when asking again about this version is of no use.
fn obstacle(unread: &Unread, attempts: Attempts) -> Option<Obstacle> {
    match unread {
        Unread::Refused(_) => None,
        Unread::Slow | Unread::Died => (attempts.fault + 1 < TRIES).then_some(Obstacle::Fault),
        // The device is at fault, and not the document.
        Unread::Late => Some(Obstacle::Late),
        Unread::Unconfined | Unread::NotStarted(_) => Some(Obstacle::Device),
    }
}

/// What refuses to be opened may yield in a moment: another program holds it, or the system is short of something.
fn after_refused_open(attempts: Attempts) -> Outcome {
    if attempts.refused + 1 >= OPEN_TRIES { Outcome::Done } else { Outcome::Again(Obstacle::Refused) }
}

fn report(document: &Sha256, unread: &Unread, attempts: Attempts) {
    let document = short(document);
    match unread {
        // Said once, and not every hour for as long as a disk of the network hangs.
        Unread::Late if attempts.late > 0 => tracing::debug!(document, reason = %unread, "a document was not read"),
        // Every picture and every film is one.
        Unread::Refused(Refusal::Unsupported) => tracing::debug!(document, reason = %unread, "a document was not read"),
        Unread::Refused(Refusal::Encrypted | Refusal::Broken | Refusal::TooLarge) => {
            tracing::info!(document, reason = %unread, "a document was not read");
        }
        Unread::Slow | Unread::Late | Unread::Died | Unread::Unconfined => {
            tracing::warn!(document, reason = %unread, "a document was not read");
        }
        Unread::NotStarted(cause) => tracing::warn!(document, reason = %unread, %cause, "a document was not read"),
    }
}

fn ledger_failed(error: &anyhow::Error) -> Outcome {
    tracing::warn!(error = %format!("{error:#}"), "the ledger of documents failed; the document is tried again");
    Outcome::Again(Obstacle::Device)
}

/// Enough of a document's hash to tell documents apart in the log.
fn short(document: &Sha256) -> String {
    let mut digits = document.to_string();
    digits.truncate(12);
    digits
}

#[cfg(test)]
mod tests {
    use super::{Attempts, OPEN_TRIES, Obstacle, Outcome, Refusal, TRIES, Unread, after_refused_open, obstacle};

    const FIRST: Attempts = Attempts { refused: 0, fault: 0, late: 0, device: 0 };

    #[test]
    fn gives_a_document_up_only_when_it_is_at_fault() {
        let (once_more, last) = (Attempts { fault: TRIES - 2, ..FIRST }, Attempts { fault: TRIES - 1, ..FIRST });
        assert_eq!(obstacle(&Unread::Refused(Refusal::Encrypted), FIRST), None);
        for unread in [Unread::Slow, Unread::Died] {
            assert_eq!(obstacle(&unread, FIRST), Some(Obstacle::Fault));
            assert_eq!(obstacle(&unread, once_more), Some(Obstacle::Fault));
            assert_eq!(obstacle(&unread, last), None);
        }
        assert_eq!(obstacle(&Unread::Unconfined, last), Some(Obstacle::Device));
        assert_eq!(obstacle(&Unread::Late, last), Some(Obstacle::Late));
    }

    #[test]
    fn a_document_that_cannot_be_opened_is_tried_again_but_not_for_ever() {
        assert_eq!(after_refused_open(FIRST), Outcome::Again(Obstacle::Refused));
        assert_eq!(after_refused_open(Attempts { refused: OPEN_TRIES - 1, ..FIRST }), Outcome::Done);
    }

    #[test]
    fn what_the_device_did_to_a_document_does_not_count_against_it() {
        let long_in_vain = Attempts { late: 1_000, device: 1_000, ..FIRST };
        assert_eq!(obstacle(&Unread::Died, long_in_vain), Some(Obstacle::Fault));
        assert_eq!(obstacle(&Unread::Late, long_in_vain), Some(Obstacle::Late));
        assert_eq!(after_refused_open(long_in_vain), Outcome::Again(Obstacle::Refused));
    }
}
