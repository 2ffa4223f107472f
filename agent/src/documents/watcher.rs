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
use super::settle::{Turn, Waiting};

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
    categories: Arc<BTreeSet<String>>,
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
            categories: Arc::default(),
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
                Some(outcome) = self.reads.join_next() => self.after_read(outcome.unwrap_or(Outcome::Again)),
                Some(caught) = self.searches.join_next() => self.after_search(caught.unwrap_or_default()),
                () = sleep_until(wake.unwrap_or(self.started)), if wake.is_some() => {}
            }
        }
    }

    fn apply(&mut self, settings: &DocumentSettings) {
        self.categories = Arc::new(settings.categories.clone());
        self.following.set(&settings.folders);
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
            Notice::Missed => self.search_all(),
        }
    }

    /// Lets a file wait until it has come to rest, if it may be a document at all.
    fn hold(&mut self, path: &Path) {
        let Some((_, inside)) = self.following.place(path) else { return };
        if names::is_document(&inside) && !self.waiting.changed(path, self.started.elapsed()) {
            self.held_back = true;
        }
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
            let errand = Errand { folder, inside, attempts: turn.attempts, categories: self.categories.clone() };
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
            Outcome::Again => self.held_back |= !self.waiting.failed(&turn, self.started.elapsed()),
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
