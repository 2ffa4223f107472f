//! With a made-up watch: what breaks the trust in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notify::event::{CreateKind, EventKind, Flag};
use notify::{Error, Event};

use super::marks::Sightings;
use super::watch::{NotWatched, Watch};
use super::{MOST_FOLDERS, Narrowing};
use crate::platform;
use crate::probes::ProbeSettings;
use crate::probes::executables::EVERYTHING_EVERY;

/// What the made-up watch was asked, and how it behaves.
#[derive(Default)]
struct Script {
    trees: bool,
    refuses: Option<PathBuf>,
    dead: bool,
    started: Vec<PathBuf>,
    begun: usize,
    seen: Sightings,
}

struct Invented(Arc<Mutex<Script>>);

impl Watch for Invented {
    fn watches_trees(&self) -> bool {
        self.0.lock().expect("no holder panics").trees
    }

    fn start(&mut self, folder: &Path) -> Result<(), NotWatched> {
        let mut script = self.0.lock().expect("no holder panics");
        script.started.push(folder.to_path_buf());
        if script.refuses.as_deref() == Some(folder) { Err(NotWatched::Refused) } else { Ok(()) }
    }

    fn again(&mut self, folder: &Path) -> Result<(), NotWatched> {
        self.start(folder)
    }

    fn is_alive(&self, _folder: &Path) -> bool {
        !self.0.lock().expect("no holder panics").dead
    }
}

/// A folder to search with a made-up watch over it.
struct Stage {
    place: tempfile::TempDir,
    script: Arc<Mutex<Script>>,
    narrowing: Narrowing,
    now: Duration,
    wanted: Vec<String>,
}

impl Stage {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        for folder in ["root/a", "root/b", "other"] {
            fs::create_dir_all(place.path().join(folder)).expect("a folder");
        }
        let script = Arc::new(Mutex::new(Script::default()));
        let given = script.clone();
        let begin = move |seen: Sightings| {
            let mut script = given.lock().expect("no holder panics");
            (script.begun, script.seen) = (script.begun + 1, seen);
            Some(Box::new(Invented(given.clone())) as Box<dyn Watch>)
        };
        let narrowing = Narrowing::with(Box::new(begin));
        let mut stage = Self { place, script, narrowing, now: Duration::from_secs(1), wanted: Vec::new() };
        stage.wanted = vec![stage.path("root").to_string_lossy().into_owned()];
        stage
    }

    /// After a first whole search.
    fn searched() -> Self {
        let mut stage = Self::new();
        assert_eq!(stage.ask(), None, "nothing was watched before the first search");
        stage.narrowing.answered_whole();
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        platform::machine().resolve(self.place.path()).expect("it is there").join(name)
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("no holder panics")
    }

    fn happens(&self, name: &str) {
        let event = Event::new(EventKind::Create(CreateKind::Any)).add_path(self.path(name));
        self.script().seen.note(&Ok(event));
    }

    /// What is said to have changed in the folder "root"; `None` when it is to be walked.
    fn ask(&mut self) -> Option<BTreeSet<PathBuf>> {
        let memory = Some(self.path("memory"));
        let settings = ProbeSettings { executable_folders: self.wanted.clone(), memory, ..ProbeSettings::default() };
        self.now += Duration::from_secs(3600);
        let watched = self.narrowing.question(platform::machine().as_ref(), &settings, self.now);
        let root = self.path("root");
        watched.into_iter().find(|watched| watched.folder == root).map(|watched| watched.changed)
    }
}

#[test]
fn a_folder_counts_after_a_whole_search_and_what_happens_during_one_counts_for_the_next() {
    let mut stage = Stage::searched();
    assert_eq!(stage.ask(), Some(BTreeSet::new()));
    stage.happens("root/a/new");
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), Some(BTreeSet::from([stage.path("root/a/new")])));
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), Some(BTreeSet::new()));
}

#[test]
fn after_an_answer_that_was_not_whole_everything_is_walked() {
    let mut stage = Stage::searched();
    assert!(stage.ask().is_some());
    assert_eq!(stage.ask(), None, "the one before was not answered, or in part");
    stage.narrowing.answered_whole();
    assert!(stage.ask().is_some());
    assert_eq!(stage.script().begun, 1, "the watches went on meanwhile");
}

#[test]
fn lost_notices_make_everything_walked_and_watched_anew() {
    for lost in [Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)), Err(Error::generic("anything"))] {
        let mut stage = Stage::searched();
        let seen = stage.script().seen.clone();
        seen.note(&lost);
        assert_eq!(stage.ask(), None);
        assert_eq!(stage.script().begun, 2);
        stage.narrowing.answered_whole();
        assert_eq!(stage.ask(), Some(BTreeSet::new()));
    }
}

#[test]
fn a_watch_that_ended_without_a_word_counts_no_more() {
    let mut stage = Stage::searched();
    stage.script().dead = true;
    assert_eq!(stage.ask(), None);
    assert_eq!(stage.script().begun, 2);
}

#[test]
fn other_folders_in_the_policy_begin_anew() {
    let mut stage = Stage::searched();
    let other = stage.path("other").to_string_lossy().into_owned();
    stage.wanted.push(other);
    assert_eq!(stage.ask(), None);
}

#[test]
fn a_folder_that_was_replaced_begins_anew() {
    let mut stage = Stage::searched();
    // Both are there at once, so that they are told apart by their numbers.
    fs::rename(stage.path("root"), stage.path("was")).expect("it moves");
    fs::create_dir(stage.path("root")).expect("a folder");
    assert_eq!(stage.ask(), None);
}

#[test]
fn once_a_day_everything_begins_anew() {
    let mut stage = Stage::searched();
    stage.now += EVERYTHING_EVERY;
    assert_eq!(stage.ask(), None);
    assert_eq!(stage.script().begun, 2);
}

#[test]
fn when_the_system_refuses_all_watches_are_given_back_for_a_day() {
    let mut stage = Stage::new();
    stage.script().refuses = Some(stage.path("root/a"));
    assert_eq!(stage.ask(), None);
    assert_eq!(Arc::strong_count(&stage.script), 2, "the watch itself is gone; the test and its maker remain");
    stage.narrowing.answered_whole();
    stage.script().refuses = None;
    assert_eq!(stage.ask(), None);
    assert_eq!(stage.script().begun, 1, "and it is not asked again at once");
    stage.now += EVERYTHING_EVERY;
    assert_eq!(stage.ask(), None);
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), Some(BTreeSet::new()));
}

#[test]
fn a_folder_that_appears_is_watched_before_the_search_that_walks_it() {
    let mut stage = Stage::searched();
    fs::create_dir_all(stage.path("root/new/deep")).expect("a folder");
    stage.happens("root/new");
    assert_eq!(stage.ask(), Some(BTreeSet::from([stage.path("root/new")])));
    let started = stage.script().started.clone();
    assert!(started.ends_with(&[stage.path("root/new"), stage.path("root/new/deep")]), "{started:?}");
}

#[test]
fn a_folder_with_too_many_in_it_is_not_watched_at_all() {
    let mut stage = Stage::new();
    for number in 0..MOST_FOLDERS {
        fs::create_dir(stage.path(&format!("root/a/{number}"))).expect("a folder");
    }
    assert_eq!(stage.ask(), None);
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), None);
    let bell = stage.path("memory/watched");
    assert_eq!(stage.script().started, [bell], "only what tells that watches are alive");
}

#[test]
fn a_watched_tree_counts_only_as_long_as_nothing_at_all_happens_in_it() {
    let mut stage = Stage::new();
    stage.script().trees = true;
    assert_eq!(stage.ask(), None);
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), Some(BTreeSet::new()));
    stage.happens("root/a/new");
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), None, "after one notice others may have been lost");
    stage.narrowing.answered_whole();
    assert_eq!(stage.ask(), Some(BTreeSet::new()));
    assert_eq!(stage.script().started, [stage.path("root"), stage.path("root")], "and its watch was made anew");
}
