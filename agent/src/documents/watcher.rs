//! The loop: takes notices, lets files come to rest, has them read one at a time, and looks for what it missed.
//!
//! Everything it holds is bounded. What cannot be held is found again by a search, because the ledger knows what was
//! read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::DocumentSettings;
use super::catch_up::{Caught, Search};
use super::folders::{FolderWatch, Notice, Notices};
use super::following::Following;
use super::names;
use super::reader::{Errand, Outcome, Reader};
use super::settle::{Obstacle, Turn, Waiting};

/// How often folders that are not there are looked for.
const LOOK: Duration = Duration::from_secs(60);
/// Pause before a search that makes up for lost notices: more may be lost in the meantime.
const BEFORE_SEARCH: Duration = Duration::from_secs(1);
/// Folders that wait to be searched at the most; beyond, their whole watched folder is.
const SEARCHES: usize = 1_000;

/// Follows folders and has their documents read.
pub(super) struct Watcher<W, R> {
    following: Following<W>,
    reader: Arc<R>,
    stop: CancellationToken,
    started: Instant,
    settings: DocumentSettings,
    waiting: Waiting,
    to_search: BTreeSet<PathBuf>,
    search_from: Duration,
    /// Files were found that could not be held.
    held_back: bool,
    reading: Option<Turn>,
    reads: JoinSet<Outcome>,
    searches: JoinSet<Caught>,
}

impl<W: FolderWatch, R: Reader> Watcher<W, R> {
    pub(super) fn new(watch: W, reader: R, stop: CancellationToken) -> Self {
        Self {
            following: Following::new(watch),
            reader: Arc::new(reader),
            stop,
            started: Instant::now(),
            settings: DocumentSettings::default(),
            waiting: Waiting::new(),
            to_search: BTreeSet::new(),
            search_from: Duration::ZERO,
            held_back: false,
            reading: None,
            reads: JoinSet::new(),
            searches: JoinSet::new(),
        }
    }

    /// Runs until it is stopped. What is being read then is abandoned, and read after the next start.
    pub(super) async fn run(mut self, mut settings: watch::Receiver<DocumentSettings>, mut notices: Notices) {
        let stop = self.stop.clone();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut may_change, mut may_notice) = (true, true);
        self.apply(&settings.borrow_and_update().clone());
        loop {
            self.begin_search();
            self.begin_read();
            let wake = self.next_wake();
            tokio::select! {
                () = stop.cancelled() => return,
                changed = settings.changed(), if may_change => {
                    may_change = changed.is_ok();
                    let wanted = settings.borrow_and_update().clone();
                    self.apply(&wanted);
                    self.look().await;
                }
                notice = notices.next(), if may_notice => match notice {
                    Some(notice) => self.note(&notice),
                    None => may_notice = false,
                },
                _ = look.tick() => self.look().await,
                Some(outcome) = self.reads.join_next() => {
                    self.after_read(outcome.unwrap_or(Outcome::Again(Obstacle::Device)));
                }
                Some(caught) = self.searches.join_next() => self.after_search(caught.unwrap_or_default()),
                () = sleep_until(wake.unwrap_or(self.started)), if wake.is_some() => {}
            }
        }
    }

    fn apply(&mut self, settings: &DocumentSettings) {
        let folders: Vec<PathBuf> = settings.folders.keys().cloned().collect();
        self.following.set(&folders);
        self.settings = settings.clone();
        if settings.folders.is_empty() {
            self.waiting.clear();
            self.to_search.clear();
            self.held_back = false;
        }
    }

    async fn look(&mut self) {
        for folder in self.following.look().await {
            self.want_search(folder);
        }
    }

    fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::Changed(path) => self.hold(path),
            Notice::Gone(path) => self.following.shake(path),
            Notice::Missed => {
                // A folder of which no notice came is not watched: it is with the next look.
                self.following.shake_all();
                self.search_all();
            }
            Notice::Overfull => {
                self.following.search_too();
                self.search_all();
            }
        }
    }

    /// Lets a file wait until it has come to rest, if it may be a document at all.
    fn hold(&mut self, path: &Path) {
        let Some((_, inside)) = self.following.place(path) else { return };
        if !self.is_excluded(path) && names::is_document(&inside) && !self.waiting.changed(path, self.started.elapsed())
        {
            self.held_back = true;
        }
    }

    fn is_excluded(&self, path: &Path) -> bool {
        self.settings.excludes(path)
    }

    fn search_all(&mut self) {
        self.search_from = self.started.elapsed() + BEFORE_SEARCH;
        for folder in self.following.present() {
            self.want_search(folder);
        }
    }

    fn want_search(&mut self, folder: PathBuf) {
        if folder.ancestors().any(|ancestor| self.to_search.contains(ancestor)) {
            return;
        }
        let folder = match self.following.place(&folder) {
            Some((root, _)) if self.to_search.len() >= SEARCHES => root,
            Some(_) => folder,
            None => return,
        };
        self.to_search.retain(|other| !other.starts_with(&folder));
        self.to_search.insert(folder);
    }

    fn begin_search(&mut self) {
        if self.held_back && self.waiting.is_roomy() && self.searches.is_empty() {
            self.held_back = false;
            self.search_all();
        }
        if !self.may_search() || self.search_from > self.started.elapsed() {
            return;
        }
        let Some(folder) = self.to_search.pop_first() else { return };
        let Some((root, _)) = self.following.place(&folder) else { return };
        let search = Search { root, folder, room: self.waiting.room(), stop: self.stop.clone() };
        let reader = self.reader.clone();
        self.searches.spawn_blocking(move || reader.search(&search));
    }

    fn after_search(&mut self, caught: Caught) {
        for path in &caught.files {
            self.hold(path);
        }
        self.held_back |= caught.more;
    }

    fn begin_read(&mut self) {
        while self.reads.is_empty() {
            let Some(turn) = self.waiting.take_due(self.started.elapsed()) else { return };
            // The folder may have left the settings since.
            let Some((folder, inside)) = self.following.place(&turn.path) else { continue };
            let Some((user, scope)) = self.settings.scope(&folder) else { continue };
            if self.is_excluded(&turn.path) {
                continue;
            }
            let errand = Errand { folder, inside, attempts: turn.attempts, user, scope };
            let reader = self.reader.clone();
            self.reading = Some(turn);
            self.reads.spawn(async move { reader.read(errand).await });
        }
    }

    fn after_read(&mut self, outcome: Outcome) {
        let Some(turn) = self.reading.take() else { return };
        match outcome {
            Outcome::Done => {}
            Outcome::Folder => self.want_search(turn.path),
            Outcome::Again(obstacle) => {
                self.held_back |= !self.waiting.failed(&turn, obstacle, self.started.elapsed());
            }
        }
    }

    /// When there is something to do although nothing happens.
    fn next_wake(&self) -> Option<Instant> {
        let read = self.waiting.next_due().filter(|_| self.reads.is_empty());
        let search = Some(self.search_from).filter(|_| self.may_search());
        let next = read.into_iter().chain(search).min()?;
        Some(self.started + next)
    }

    fn may_search(&self) -> bool {
        self.searches.is_empty() && !self.to_search.is_empty() && self.waiting.room() > 0
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a script of a few calls, and nobody who writes it may wait")]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use tokio::sync::{mpsc, watch};
    use tokio::time::{Instant, advance, timeout};
    use tokio_util::sync::CancellationToken;

    use super::{Errand, Outcome, Reader, Search, Watcher};
    use crate::documents::DocumentSettings;
    use crate::documents::catch_up::Caught;
    use crate::documents::folders::{FolderWatch, NotWatched, Notice, Noticing, queue};
    use crate::documents::settle::Obstacle;

    /// Says what it is asked, and refuses where it is told to.
    struct FakeWatch {
        refuses: bool,
        asked: mpsc::UnboundedSender<String>,
    }

    impl FolderWatch for FakeWatch {
        fn start(&mut self, folder: &Path) -> Result<(), NotWatched> {
            let _ = self.asked.send(format!("start {}", folder.display()));
            if self.refuses { Err(NotWatched::Refused) } else { Ok(()) }
        }

        fn stop(&mut self, folder: &Path) {
            let _ = self.asked.send(format!("stop {}", folder.display()));
        }
    }

    /// Finds and answers what the test has put there, and nothing else.
    #[derive(Default)]
    struct Script {
        answers: BTreeMap<PathBuf, Vec<Outcome>>,
        found: BTreeMap<PathBuf, Vec<PathBuf>>,
    }

    struct FakeReader {
        script: Arc<Mutex<Script>>,
        read: mpsc::UnboundedSender<(PathBuf, Duration)>,
        started: Instant,
    }

    impl Reader for FakeReader {
        async fn read(&self, errand: Errand) -> Outcome {
            let path = errand.folder.join(&errand.inside);
            let _ = self.read.send((path.clone(), self.started.elapsed()));
            let mut script = self.script.lock().expect("no test panics here");
            script.answers.get_mut(&path).and_then(Vec::pop).unwrap_or(Outcome::Done)
        }

        fn search(&self, search: &Search) -> Caught {
            let found = self.script.lock().expect("no test panics here").found.remove(&search.folder);
            Caught { files: found.unwrap_or_default(), more: false }
        }
    }

    /// A watcher that runs, and all ends of it.
    struct Running {
        place: tempfile::TempDir,
        settings: watch::Sender<DocumentSettings>,
        noticing: Noticing,
        asked: mpsc::UnboundedReceiver<String>,
        read: mpsc::UnboundedReceiver<(PathBuf, Duration)>,
        script: Arc<Mutex<Script>>,
        started: Instant,
        _stop: tokio_util::sync::DropGuard,
    }

    impl Running {
        /// Follows the folder "docs" of a temporary folder.
        fn start(refuses: bool) -> Self {
            let place = tempfile::tempdir().expect("a temporary folder");
            let settings = DocumentSettings {
                folders: BTreeMap::from([(place.path().join("docs"), None)]),
                excluded: vec![place.path().join("docs/Union")],
                detection: Some(Arc::default()),
                device: "LAB-1".into(),
                ignores_case: false,
            };
            let (settings, wanted) = watch::channel(settings);
            let (noticing, notices) = queue();
            let (ask, asked) = mpsc::unbounded_channel();
            let (note, read) = mpsc::unbounded_channel();
            let (script, stop) = (Arc::new(Mutex::new(Script::default())), CancellationToken::new());
            let started = Instant::now();
            let reader = FakeReader { script: script.clone(), read: note, started };
            let watcher = Watcher::new(FakeWatch { refuses, asked: ask }, reader, stop.clone());
            tokio::spawn(watcher.run(wanted, notices));
            Self { place, settings, noticing, asked, read, script, started, _stop: stop.drop_guard() }
        }

        async fn with_folder() -> Self {
            let mut running = Self::start(false);
            running.make_folder();
            running.expect_asked("start").await;
            running
        }

        fn docs(&self) -> PathBuf {
            self.place.path().join("docs")
        }

        fn make_folder(&self) {
            std::fs::create_dir_all(self.docs()).expect("a folder");
        }

        /// The next search of the folder finds this file.
        fn hide(&self, name: &str) {
            let mut script = self.script.lock().expect("no test panics here");
            script.found.insert(self.docs(), vec![self.docs().join(name)]);
        }

        fn changed(&self, name: &str) {
            self.noticing.put(Notice::Changed(self.docs().join(name)));
        }

        async fn expect_asked(&mut self, what: &str) {
            let asked = timeout(Duration::from_secs(600), self.asked.recv()).await.expect("it is asked in time");
            assert_eq!(asked, Some(format!("{what} {}", self.docs().display())));
        }

        /// The next file that is read, and how long after the start.
        async fn next_read(&mut self) -> (String, Duration) {
            let (path, at) =
                timeout(Duration::from_secs(900), self.read.recv()).await.expect("it reads").expect("it runs");
            (path.strip_prefix(self.docs()).expect("within the folder").display().to_string(), at)
        }

        async fn expect_quiet(&mut self) {
            assert!(timeout(Duration::from_secs(300), self.read.recv()).await.is_err(), "nothing should be read");
        }
    }

    fn about(actual: Duration, expected: Duration) -> bool {
        actual >= expected && actual < expected + Duration::from_millis(20)
    }

    #[tokio::test(start_paused = true)]
    async fn reads_a_file_a_second_after_its_last_change() {
        let mut running = Running::with_folder().await;
        let before = running.started.elapsed();
        running.changed("a.txt");
        advance(Duration::from_millis(600)).await;
        running.changed("a.txt");
        let (name, at) = running.next_read().await;
        assert_eq!(name, "a.txt");
        assert!(about(at - before, Duration::from_millis(1_600)), "{:?}", at - before);
        running.expect_quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn leaves_files_alone_that_are_no_documents() {
        let mut running = Running::with_folder().await;
        for name in ["~$essay.docx", ".~lock.essay.odt#", "essay.tmp", ".cache/page.html"] {
            running.changed(name);
        }
        running.noticing.put(Notice::Changed("/elsewhere/essay.docx".into()));
        running.expect_quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn picks_up_a_folder_that_appears_later_and_what_is_in_it() {
        let mut running = Running::start(false);
        running.expect_quiet().await;
        running.hide("early.txt");
        running.make_folder();
        running.expect_asked("start").await;
        assert_eq!(running.next_read().await.0, "early.txt");
        running.expect_quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn looks_anew_for_a_folder_that_was_replaced() {
        let mut running = Running::with_folder().await;
        running.noticing.put(Notice::Gone(running.docs()));
        running.expect_asked("stop").await;
        running.expect_asked("start").await;
    }

    #[tokio::test(start_paused = true)]
    async fn lost_notices_lead_to_a_search() {
        let mut running = Running::with_folder().await;
        running.expect_quiet().await;
        running.hide("missed.txt");
        running.noticing.put(Notice::Missed);
        assert_eq!(running.next_read().await.0, "missed.txt");
    }

    #[tokio::test(start_paused = true)]
    async fn lost_notices_lead_to_a_new_watch_because_new_folders_may_be_among_them() {
        let mut running = Running::with_folder().await;
        running.hide("missed.txt");
        running.noticing.put(Notice::Missed);
        assert_eq!(running.next_read().await.0, "missed.txt");
        // What happens until the new watch stands is found by looking.
        running.hide("between.txt");
        assert_eq!(running.next_read().await.0, "between.txt");
        running.expect_asked("stop").await;
        running.expect_asked("start").await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_folder_that_cannot_be_watched_is_searched_every_minute() {
        let mut running = Running::start(true);
        running.make_folder();
        running.expect_asked("start").await;
        for name in ["one.txt", "two.txt"] {
            running.hide(name);
            assert_eq!(running.next_read().await.0, name);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_folder_that_can_be_watched_no_further_is_searched_every_minute_too() {
        let mut running = Running::with_folder().await;
        running.noticing.put(Notice::Overfull);
        for name in ["one.txt", "two.txt", "three.txt"] {
            running.hide(name);
            assert_eq!(running.next_read().await.0, name);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_folder_within_is_searched() {
        let mut running = Running::with_folder().await;
        let sub = running.docs().join("sub");
        {
            let mut script = running.script.lock().expect("no test panics here");
            script.answers.insert(sub.clone(), vec![Outcome::Folder]);
            script.found.insert(sub.clone(), vec![sub.join("deep.txt")]);
        }
        running.changed("sub");
        assert_eq!(running.next_read().await.0, "sub");
        assert_eq!(running.next_read().await.0, "sub/deep.txt");
    }

    #[tokio::test(start_paused = true)]
    async fn tries_again_after_growing_pauses() {
        let mut running = Running::with_folder().await;
        let path = running.docs().join("a.txt");
        running
            .script
            .lock()
            .expect("no test panics here")
            .answers
            .insert(path, vec![Outcome::Again(Obstacle::Device); 3]);
        running.changed("a.txt");
        let mut times = Vec::new();
        for _ in 0..4 {
            times.push(running.next_read().await.1);
        }
        let pauses: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (pause, seconds) in pauses.iter().zip([1, 2, 4]) {
            assert!(about(*pause, Duration::from_secs(seconds)), "{pauses:?}");
        }
        running.expect_quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn new_settings_take_effect_at_once() {
        let mut running = Running::with_folder().await;
        running.changed("a.txt");
        running.settings.send_replace(DocumentSettings::default());
        running.expect_asked("stop").await;
        running.expect_quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn finds_again_what_it_could_not_hold() {
        let mut running = Running::with_folder().await;
        running.hide("last.txt");
        for n in 0..3 {
            for m in 0..4_000 {
                running.changed(&format!("{n}-{m}.txt"));
            }
            // Less than a second, so that all of them still wait.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        loop {
            if running.next_read().await.0 == "last.txt" {
                return;
            }
        }
    }
}
