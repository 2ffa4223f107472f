//! Watched folders, from a saved file to the ledger: real files, the operating system's notices, the real child.

#![expect(clippy::disallowed_methods, reason = "saves files as a pupil's program does")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use caretaker_agent::detection::{News, Rules, Week};
use caretaker_agent::documents::extract::Launch;
use caretaker_agent::documents::{DocumentSettings, Known, Ledger, Means, watch_with};
use caretaker_shared::clock::SystemClock;
use caretaker_shared::digest::{Sha256, keyed};
use caretaker_shared::lexicon::{Arithmetic, Ask, Finding, Places, category};
use caretaker_shared::model::{KeywordEvent, Source};
use caretaker_shared::policy::{Detection, Group, Hours};
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

const KEY: [u8; 32] = [7; 32];

/// Keeps everything in memory, and says when something was kept.
#[derive(Default)]
struct MemoryLedger {
    kept: Mutex<Kept>,
    failures: AtomicU32,
    unread: AtomicU32,
    news: Notify,
}

#[derive(Default)]
struct Kept {
    known: HashMap<Sha256, Known>,
    events: Vec<KeywordEvent>,
    records: usize,
}

impl Ledger for MemoryLedger {
    fn known(&self, document: &Sha256) -> anyhow::Result<Option<Known>> {
        Ok(self.kept.lock().expect("no test panics here").known.get(document).cloned())
    }

    fn week(&self, _: Option<&Sha256>, _: &Sha256, _: Timestamp) -> anyhow::Result<Week> {
        Ok(Week::default())
    }

    fn record(&self, document: &Sha256, known: &Known, news: &News) -> anyhow::Result<()> {
        let left = self.failures.load(Ordering::SeqCst);
        if left > 0 {
            self.failures.store(left - 1, Ordering::SeqCst);
            anyhow::bail!("the disk is full");
        }
        let mut kept = self.kept.lock().expect("no test panics here");
        kept.known.insert(*document, Known { told: news.told.clone(), ..known.clone() });
        kept.events.extend(news.events.iter().map(|told| told.event.clone()));
        kept.records += 1;
        drop(kept);
        self.news.notify_one();
        Ok(())
    }

    fn tell_unread(&self) -> anyhow::Result<()> {
        self.unread.fetch_add(1, Ordering::SeqCst);
        self.news.notify_one();
        Ok(())
    }
}

impl MemoryLedger {
    /// Waits until the rules were told to have failed.
    async fn until_unread(&self) {
        self.until(|_| (self.unread.load(Ordering::SeqCst) > 0).then_some(())).await;
    }

    /// Waits until something holds for what was kept.
    async fn until<T>(&self, holds: impl Fn(&Kept) -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(value) = holds(&self.kept.lock().expect("no test panics here")) {
                    return value;
                }
                self.news.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it is kept within a minute")
    }

    async fn rules(&self, count: usize) -> Vec<String> {
        let rules = |kept: &Kept| kept.events.iter().map(|event| event.rule.clone()).collect::<Vec<_>>();
        self.until(|kept| (kept.events.len() >= count).then(|| rules(kept))).await
    }

    async fn known_at(&self, path: &Path) -> Known {
        let document = document(path);
        self.until(|kept| kept.known.get(&document).cloned()).await
    }
}

fn document(path: &Path) -> Sha256 {
    keyed(&KEY, path.as_os_str().as_encoded_bytes())
}

/// Rules for tests: each word is one.
fn read(text: &str, ask: &Ask<'_>) -> Vec<Finding> {
    let category = category("bullying").expect("a category");
    assert!(!text.contains("breaks the rules"), "it was asked for");
    let finding = |rule: &str| Finding {
        rule: rule.into(),
        category,
        severity: category.most,
        count: u32::try_from(text.matches(rule).count()).unwrap_or(u32::MAX),
        arithmetic: Arithmetic::new(category.most, category.least, category.most),
        help_seeking: false,
        stage: None,
        topic: category.id.into(),
        places: Places::Withheld,
    };
    let wanted = ask.categories.contains("bullying");
    ["heron", "otter"].into_iter().map(finding).filter(|finding| wanted && finding.count > 0).collect()
}

/// Everybody's documents are looked at, except those of "a.teacher" on a day that never comes.
fn detection() -> Detection {
    let staff = Group {
        name: "staff".into(),
        devices: Vec::new(),
        users: vec!["a.teacher".into()],
        categories: None,
        age: None,
        sources: None,
        hours: Hours::parse(&["mon 00:00-00:01"]),
        subject: None,
    };
    Detection { categories: vec!["bullying".into()], groups: vec![staff], ..Detection::default() }
}

/// How often each rule was met.
fn counts(known: &Known) -> Vec<(String, u32)> {
    known.told.iter().map(|told| (told.rule.clone(), told.count)).collect()
}

struct Running {
    place: tempfile::TempDir,
    ledger: Arc<MemoryLedger>,
    _settings: watch::Sender<DocumentSettings>,
    watching: JoinHandle<()>,
    stop: DropGuard,
}

impl Running {
    fn start(prepare: impl FnOnce(&Path, &MemoryLedger)) -> Self {
        Self::start_for("pupil.one", prepare)
    }

    /// Watches a folder of the account `user`.
    fn start_for(user: &str, prepare: impl FnOnce(&Path, &MemoryLedger)) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let ledger = Arc::new(MemoryLedger::default());
        prepare(place.path(), &ledger);
        let settings = DocumentSettings {
            folders: BTreeMap::from([(place.path().to_path_buf(), Some(user.to_owned()))]),
            excluded: vec![place.path().join("Union")],
            detection: Some(Arc::new(detection())),
            device: "LAB-1".into(),
            ignores_case: false,
        };
        let (settings, wanted) = watch::channel(settings);
        let program = PathBuf::from(env!("CARGO_BIN_EXE_caretaker-agent"));
        let means = Means { launch: Launch { program, deadline: Duration::from_secs(60) }, rules: Rules::made(read) };
        let stop = CancellationToken::new();
        let watching = watch_with(means, wanted, ledger.clone(), Secret::new(KEY), Arc::new(SystemClock), stop.clone());
        let watching = tokio::spawn(watching);
        Self { place, ledger, _settings: settings, watching, stop: stop.drop_guard() }
    }

    /// Starts with a document, and waits until it was read: the folder is watched from then on.
    async fn watching() -> Self {
        let running = Self::start(|folder, _| fs::write(folder.join("first.txt"), "no bird").expect("a file"));
        running.ledger.known_at(&running.path("first.txt")).await;
        running
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }
}

#[tokio::test]
async fn reports_a_document_that_is_saved_and_what_is_added_later() {
    let running = Running::watching().await;
    running.write("essay.txt", "a heron, a heron");
    assert_eq!(running.ledger.rules(1).await, ["heron"]);
    let known = running.ledger.known_at(&running.path("essay.txt")).await;
    assert_eq!((known.size_bytes, counts(&known)), (16, vec![("heron".to_owned(), 2)]));

    running.write("essay.txt", "a heron, a heron, an otter");
    assert_eq!(running.ledger.rules(2).await, ["heron", "otter"]);
    let event = running.ledger.kept.lock().expect("no test panics here").events[1].clone();
    assert_eq!(event.document, document(&running.path("essay.txt")));
    assert_eq!(event.category, "bullying");
}

#[tokio::test]
async fn a_document_at_which_the_rules_fail_counts_as_read_and_is_told_of_once() {
    let running = Running::watching().await;
    running.write("cursed.txt", "the text that breaks the rules");
    running.ledger.until_unread().await;
    let known = running.ledger.known_at(&running.path("cursed.txt")).await;
    assert!(known.text.is_some() && known.told.is_empty());
    running.write("essay.txt", "a heron");
    assert_eq!(running.ledger.rules(1).await, ["heron"], "what comes after it is read");
    assert_eq!(running.ledger.unread.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_file_that_is_renamed_over_another_is_a_save_of_it() {
    let running = Running::watching().await;
    running.write(".essay.swp", "a heron");
    fs::rename(running.path(".essay.swp"), running.path("essay.txt")).expect("a rename");
    assert_eq!(running.ledger.rules(1).await, ["heron"]);
    let kept = running.ledger.kept.lock().expect("no test panics here");
    assert!(kept.known.contains_key(&document(&running.path("essay.txt"))));
    assert!(!kept.known.contains_key(&document(&running.path(".essay.swp"))));
}

#[tokio::test]
async fn catches_up_at_the_start_with_what_the_ledger_does_not_know() {
    let running = Running::start(|folder, ledger| {
        fs::create_dir(folder.join("sub")).expect("a folder");
        fs::write(folder.join("sub/new.txt"), "an otter").expect("a file");
        fs::write(folder.join("read.txt"), "a heron").expect("a file");
        let metadata = fs::metadata(folder.join("read.txt")).expect("a file has metadata");
        let modified = metadata.modified().expect("a file has a time");
        let age = modified.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let modified_ns = i64::try_from(age.as_nanos()).expect("before 2262");
        let known = Known { size_bytes: metadata.len(), modified_ns, text: None, told: Vec::new() };
        ledger.kept.lock().expect("no test panics here").known.insert(document(&folder.join("read.txt")), known);
    });
    assert_eq!(running.ledger.rules(1).await, ["otter"]);
    running.write("last.txt", "a heron");
    assert_eq!(running.ledger.rules(2).await, ["otter", "heron"]);
    let kept = running.ledger.kept.lock().expect("no test panics here");
    assert_eq!(kept.events[1].document, document(&running.path("last.txt")));
    assert_eq!(kept.records, 2, "what was known was not read again");
}

#[tokio::test]
async fn an_event_says_whose_text_it_was_by_a_code_only() {
    let running = Running::watching().await;
    running.write("essay.txt", "a heron");
    running.ledger.rules(1).await;
    let event = running.ledger.kept.lock().expect("no test panics here").events[0].clone();
    assert_eq!(event.user, Some(keyed(&KEY, b"pupil.one")));
    assert_eq!((event.source, event.count), (Source::Document, 1));
}

#[tokio::test]
async fn a_document_that_was_saved_outside_of_its_writers_hours_is_never_read() {
    let running = Running::start_for("a.teacher", |folder, _| {
        fs::write(folder.join("letter.txt"), "a heron").expect("a file");
    });
    let known = running.ledger.known_at(&running.path("letter.txt")).await;
    assert_eq!((known.text, known.told), (None, Vec::new()));
    assert!(running.ledger.kept.lock().expect("no test panics here").events.is_empty());
}

#[tokio::test]
async fn nothing_in_an_excluded_folder_is_read() {
    let running = Running::watching().await;
    fs::create_dir(running.path("Union")).expect("a folder");
    running.write("Union/letter.txt", "a heron");
    // Read after the letter: by then that had its turn.
    running.write("last.txt", "an otter");
    assert_eq!(running.ledger.rules(1).await, ["otter"]);
    let kept = running.ledger.kept.lock().expect("no test panics here");
    assert!(!kept.known.contains_key(&document(&running.path("Union/letter.txt"))));
}

#[tokio::test]
async fn a_text_that_did_not_change_is_not_scored_again() {
    let running = Running::watching().await;
    running.write("essay.txt", "a heron");
    running.ledger.rules(1).await;
    let essay = document(&running.path("essay.txt"));
    // As if the rule had never been met: only another look at the text could tell of it anew.
    let first = {
        let mut kept = running.ledger.kept.lock().expect("no test panics here");
        let known = kept.known.get_mut(&essay).expect("it was read");
        known.told.clear();
        known.modified_ns
    };
    // An editor saves by writing anew and renaming; the text is the same, the version is not.
    running.write(".essay.new", "a heron");
    fs::rename(running.path(".essay.new"), running.path("essay.txt")).expect("a rename");
    let again = running.ledger.until(|kept| kept.known.get(&essay).filter(|known| known.modified_ns != first).cloned());
    assert_eq!(again.await.told, []);
    assert_eq!(running.ledger.kept.lock().expect("no test panics here").events.len(), 1);
}

#[tokio::test]
async fn finds_documents_in_a_folder_made_later() {
    let running = Running::watching().await;
    fs::create_dir_all(running.path("a/b")).expect("a folder");
    running.write("a/b/essay.txt", "a heron");
    assert_eq!(running.ledger.rules(1).await, ["heron"]);
}

#[tokio::test]
async fn a_ledger_that_fails_gets_the_findings_when_it_works_again() {
    let running = Running::start(|folder, ledger| {
        ledger.failures.store(2, Ordering::SeqCst);
        fs::write(folder.join("essay.txt"), "a heron").expect("a file");
    });
    assert_eq!(running.ledger.rules(1).await, ["heron"]);
    assert_eq!(running.ledger.kept.lock().expect("no test panics here").records, 1);
}

#[tokio::test]
async fn a_document_that_cannot_be_read_keeps_what_it_met_before() {
    let running = Running::watching().await;
    running.write("essay.txt", "a heron");
    assert_eq!(running.ledger.rules(1).await, ["heron"]);
    fs::write(running.path("essay.txt"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").expect("a file");
    let essay = document(&running.path("essay.txt"));
    let fired = running.ledger.until(|kept| kept.known.get(&essay).filter(|known| known.size_bytes == 16).map(counts));
    assert_eq!(fired.await, [("heron".to_owned(), 1)]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_not_followed() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    fs::write(outside.path().join("outside.txt"), "a heron").expect("a file");
    let running = Running::watching().await;
    std::os::unix::fs::symlink(outside.path().join("outside.txt"), running.path("link.txt")).expect("a link");
    std::os::unix::fs::symlink(outside.path(), running.path("way")).expect("a link");
    // Read after the links: by then they had their turn.
    running.write("last.txt", "an otter");
    assert_eq!(running.ledger.rules(1).await, ["otter"]);
    assert_eq!(running.ledger.kept.lock().expect("no test panics here").records, 2);
}

#[tokio::test]
async fn ends_when_it_is_asked_to_stop() {
    let running = Running::watching().await;
    drop(running.stop);
    running.watching.await.expect("it ends without a panic");
}
