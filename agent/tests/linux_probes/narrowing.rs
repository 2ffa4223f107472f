//! A search that is told by real watches where something happened finds what a whole one finds.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_agent::host::{Account, FileStatus, Found, Host, OpenFile, System};
use caretaker_agent::narrowing::Narrowing;
use caretaker_agent::platform::Machine;
use caretaker_agent::probes::executables::Executables;
use caretaker_agent::probes::{Probe as _, ProbeSettings};
use caretaker_shared::model::{Facts, HostFacts, Outcome};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::tree::{Counting, Tree};

/// The tree's packages and accounts, and its other files by their real paths: a watch knows no others.
struct ByRealPath {
    tree: PathBuf,
    laid_out: Machine,
    real: Machine,
}

impl ByRealPath {
    fn new(tree: &Tree) -> Self {
        let folder = tree.real("/");
        Self { laid_out: Machine::at(folder.clone()), real: Machine::at("/".into()), tree: folder }
    }

    fn of(&self, path: &Path) -> &Machine {
        if path.starts_with(&self.tree) { &self.real } else { &self.laid_out }
    }
}

impl Host for ByRealPath {
    fn system(&self) -> System {
        System::Linux
    }

    fn facts(&self) -> io::Result<HostFacts> {
        self.laid_out.facts()
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        self.laid_out.accounts()
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        self.laid_out.account_names()
    }

    fn processes(&self) -> io::Result<Vec<caretaker_agent::host::Process>> {
        self.laid_out.processes()
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.of(file).read(file, limit)
    }

    fn open(&self, file: &Path) -> io::Result<OpenFile> {
        self.of(file).open(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.of(folder).list(folder)
    }

    fn status(&self, path: &Path) -> io::Result<FileStatus> {
        self.of(path).status(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.of(path).resolve(path)
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        self.of(folder).walk_some(folder, enter, visit);
    }
}

/// A service's searches of one folder.
struct Service {
    tree: Tree,
    host: Counting<ByRealPath>,
    narrowing: Narrowing,
    searches: u32,
}

impl Service {
    fn new() -> Self {
        let tree = Tree::new();
        tree.folder("/var/lib/dpkg/info");
        tree.folder("/opt");
        let host = Counting::new(ByRealPath::new(&tree));
        Self { tree, host, narrowing: Narrowing::new(), searches: 0 }
    }

    fn settings(&mut self) -> ProbeSettings {
        self.searches += 1;
        let at = i64::from(self.searches) * 600;
        ProbeSettings {
            executable_folders: vec![self.tree.real("/opt").to_string_lossy().into_owned()],
            memory: Some(self.tree.real("/memory")),
            asked_at: Some(Timestamp::from_second(1_000_000 + at).expect("a time")),
            hurry: true,
            ..ProbeSettings::default()
        }
    }

    /// As the service asks.
    fn search(&mut self) -> Outcome {
        let settings = self.settings();
        let now = Duration::from_secs(u64::from(self.searches) * 600);
        let watched = Some(self.narrowing.question(&self.host, &settings, now));
        let outcome = Executables.ask(&self.host, &ProbeSettings { watched, ..settings });
        if outcome.word() == "complete" {
            self.narrowing.answered_whole();
        }
        outcome
    }

    /// As somebody who remembers nothing asks.
    fn whole(&mut self) -> Outcome {
        let settings = ProbeSettings { memory: None, ..self.settings() };
        Executables.ask(&ByRealPath::new(&self.tree), &settings)
    }
}

/// As it is sent: with times in milliseconds.
fn sent(outcome: Outcome) -> Outcome {
    let Outcome::Complete(Facts::Executables(mut found)) = outcome else { panic!("not whole: {outcome:?}") };
    for file in &mut found.files {
        file.modified_at = Timestamp::from_millisecond(file.modified_at.as_millisecond()).expect("a time");
    }
    Outcome::Complete(Facts::Executables(found))
}

fn names(outcome: &Outcome) -> Vec<String> {
    let Some(Facts::Executables(found)) = outcome.facts() else { panic!("executables were expected, not {outcome:?}") };
    found.files.iter().map(|file| file.path.rsplit("/opt/").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn where_nothing_happened_no_folder_is_read() {
    let mut service = Service::new();
    service.tree.program("/opt/a/tool", "#!/bin/sh\n");
    service.tree.file("/opt/b/song.mp3", "music");
    let first = service.search();
    let (walks, entered) = (service.host.walks(), service.host.entered());
    assert_eq!(walks, 1);
    assert_eq!(sent(service.search()), sent(first));
    assert_eq!((service.host.walks(), service.host.entered()), (walks, entered));

    service.tree.program("/opt/b/game", "#!/bin/sh\n");
    assert_eq!(names(&service.search()), ["a/tool", "b/game"]);
    assert_eq!(service.host.entered(), entered + 1, "only the folder in which something happened");
    let walks = service.host.walks();
    service.search();
    assert_eq!(service.host.walks(), walks);
}

#[test]
fn a_new_start_of_the_agent_walks_everything() {
    let mut service = Service::new();
    service.tree.program("/opt/a/tool", "#!/bin/sh\n");
    service.search();
    service.narrowing = Narrowing::new();
    // Nobody watched while this happened.
    service.tree.program("/opt/a/game", "#!/bin/sh\n");
    assert_eq!(names(&service.search()), ["a/game", "a/tool"]);
}

#[test]
fn a_package_that_takes_a_file_over_counts_although_the_file_is_the_same() {
    let mut service = Service::new();
    service.tree.program("/opt/a/tool", "#!/bin/sh\n");
    service.search();
    let list = service.tree.real("/opt/a/tool");
    service.tree.file("/var/lib/dpkg/info/tool.list", format!("{}\n", list.display()));
    assert!(names(&service.search()).is_empty());
}

#[test]
fn a_day_later_everything_is_walked() {
    let mut service = Service::new();
    service.tree.program("/opt/a/tool", "#!/bin/sh\n");
    service.search();
    service.searches += 24 * 6;
    service.search();
    assert_eq!(service.host.walks(), 2);
}

/// What pupils and installers do.
#[derive(Debug, Clone)]
enum Deed {
    Program(String),
    Text(String),
    Song(String),
    Mode(String),
    Remove(String),
    Move(String, String),
    MoveIn(String),
    Replace(String),
}

fn place() -> impl Strategy<Value = String> {
    "[ab](/[ab](/[ab])?)?"
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        place().prop_map(Deed::Program),
        place().prop_map(Deed::Text),
        place().prop_map(Deed::Song),
        place().prop_map(Deed::Mode),
        place().prop_map(Deed::Remove),
        (place(), place()).prop_map(|(from, to)| Deed::Move(from, to)),
        place().prop_map(Deed::MoveIn),
        place().prop_map(Deed::Replace),
    ]
}

impl Deed {
    /// What cannot be done on the tree as it is, is not.
    fn on(&self, tree: &Tree, turn: usize) {
        let real = |place: &str| tree.real("/opt").join(place);
        let with = |place: &str, name: &str, content: &str, mode: u32| {
            if fs::create_dir_all(real(place)).is_ok() {
                tree.file(&format!("/opt/{place}/{name}"), content);
                let _ = fs::set_permissions(real(place).join(name), fs::Permissions::from_mode(mode));
            }
        };
        match self {
            Self::Program(place) => with(place, "tool", &format!("#!/bin/sh\necho {turn}\n"), 0o755),
            Self::Text(place) => with(place, "text", "#!/bin/sh\n", 0o644),
            Self::Song(place) => with(place, "song.mp3", &"music".repeat(turn), 0o644),
            Self::Mode(place) => {
                let _ = fs::set_permissions(real(place).join("text"), fs::Permissions::from_mode(0o755));
            }
            Self::Remove(place) => {
                let _ = fs::remove_dir_all(real(place));
            }
            Self::Move(from, to) => {
                let _ = fs::rename(real(from), real(to));
            }
            Self::MoveIn(place) => {
                tree.program(&format!("/outside/{turn}/deep/er/game"), format!("#!/bin/sh\n# {turn}\n"));
                let _ = fs::rename(tree.real(&format!("/outside/{turn}")), real(place));
            }
            Self::Replace(place) => {
                tree.program("/outside/saved", format!("#!/bin/sh\n# new {turn}\n"));
                let _ = fs::rename(tree.real("/outside/saved"), real(place).join("tool"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_happens_the_answer_is_that_of_a_whole_search(
        rounds in proptest::collection::vec(proptest::collection::vec(deed(), 0..6), 1..8)
    ) {
        let mut service = Service::new();
        let mut turn = 0;
        for deeds in rounds {
            for deed in deeds {
                turn += 1;
                deed.on(&service.tree, turn);
            }
            let narrowed = service.search();
            prop_assert_eq!(sent(narrowed), sent(service.whole()));
        }
    }
}
