//! Browser history read by the real child: what crosses the pipe, and what a child that fails leaves behind.

#![expect(clippy::disallowed_methods, reason = "saves files as a pupil's program does")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_agent::history::{Excluded, Home, Launch, Marks, Reading, Settings, Unread, clear, read, read_in_child};
use caretaker_agent::host::System;
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use rusqlite::Connection;

const CHROMIUM: &str = include_str!("../src/history/testdata/chromium-156.sql");

struct Stage {
    place: tempfile::TempDir,
    settings: Settings,
    launch: Launch,
}

impl Stage {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let root = fs::canonicalize(place.path()).expect("is there");
        let settings = Settings {
            system: System::Linux,
            key: Secret::new([7; 32]),
            copies: root.join("state/history"),
            excluded: Excluded::parse(["help.example"]).expect("rules"),
            most_visits: Settings::MOST_VISITS,
        };
        let program = PathBuf::from(env!("CARGO_BIN_EXE_caretaker-agent"));
        Self { place, settings, launch: Launch { program, deadline: Duration::from_secs(60) } }
    }

    fn home(&self, user: &str) -> Home {
        let folder = fs::canonicalize(self.place.path()).expect("is there").join(user);
        fs::create_dir_all(&folder).expect("a home");
        Home { user: user.into(), folder }
    }

    async fn read(&self, home: &Home, marks: &Marks) -> Reading {
        let reading = read_in_child(&self.launch, home, marks, &self.settings, now()).await;
        assert!(!self.settings.copies.exists(), "a copy is left");
        reading
    }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().expect("a time")
}

/// A history of Chromium with these pages, visited shortly before now.
fn history(home: &Home, place: &str, pages: &[(&str, &str)]) {
    let path = home.folder.join(place);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
    let database = Connection::open(path).expect("a database");
    database.execute_batch(CHROMIUM).expect("the schema");
    let time = now().as_microsecond() + 11_644_473_600_000_000 - 60_000_000;
    for (address, title) in pages {
        let sql = "INSERT INTO urls (url, title, last_visit_time) VALUES (?1, ?2, ?3)";
        database.execute(sql, (address, title, time)).expect("an address");
        let sql = "INSERT INTO visits (url, visit_time) VALUES (last_insert_rowid(), ?1)";
        database.execute(sql, [time]).expect("a visit");
    }
}

fn texts(reading: &Reading) -> Vec<&str> {
    reading.visits.iter().map(|visit| visit.text.as_str()).collect()
}

#[tokio::test]
async fn the_child_reads_what_this_process_would_read() {
    let stage = Stage::new();
    let home = stage.home("pupil.one");
    let pages = [
        ("https://www.bing.com/search?q=bread+%F0%9F%8D%9E+%D9%85%D8%B1%D8%AD%D8%A8%D8%A7", "bread 🍞 مرحبا - Search"),
        ("https://help.example/hidden", "hidden"),
        ("https://example.org/a\u{0}b\nc", "a title\nof two lines"),
    ];
    history(&home, ".config/chromium/Default/History", &pages);
    history(&home, ".config/google-chrome/Default/History", &pages);

    let reading = stage.read(&home, &Marks::new()).await;
    let here = read(&home, &Marks::new(), &stage.settings, now());
    assert_eq!((&reading.visits, &reading.marks), (&here.visits, &here.marks));
    assert_eq!(texts(&reading)[0], "bread 🍞 مرحبا");
    assert_eq!(reading.visits.len(), 10);
    assert!(!texts(&reading).iter().any(|text| text.contains("hid") || text.contains("help")));

    let again = stage.read(&home, &reading.marks).await;
    assert!(again.visits.is_empty() && again.marks.is_empty());
}

#[tokio::test]
async fn a_broken_history_keeps_nothing_from_the_others() {
    let stage = Stage::new();
    let home = stage.home("pupil.one");
    history(&home, ".config/google-chrome/Default/History", &[("https://example.org/1", "one")]);
    for place in [".config/google-chrome/Profile 1/History", ".config/microsoft-edge/Default/History"] {
        let path = home.folder.join(place);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
        fs::write(path, "SQLite format 3\0 and then something else").expect("a file");
    }
    history(&home, ".config/chromium/Default/History", &[("https://example.org/2", "two")]);

    let reading = stage.read(&home, &Marks::new()).await;
    assert_eq!(texts(&reading), ["one", "example.org 1", "two", "example.org 2"]);
    let unread: Vec<_> = reading.marks.values().filter_map(|mark| mark.unread).collect();
    assert_eq!((reading.marks.len(), unread), (4, vec![Unread::Broken; 2]));
}

#[tokio::test]
async fn copies_that_a_killed_agent_left_behind_go() {
    let stage = Stage::new();
    fs::create_dir_all(&stage.settings.copies).expect("a folder");
    fs::write(stage.settings.copies.join("history"), "left by a killed agent").expect("a file");
    clear(stage.settings.copies.clone()).await;
    assert!(!stage.settings.copies.exists());
    clear(stage.settings.copies.clone()).await;
}

#[tokio::test]
async fn a_child_that_cannot_be_started_is_a_reason() {
    let mut stage = Stage::new();
    let home = stage.home("pupil.one");
    history(&home, ".config/chromium/Default/History", &[("https://example.org/1", "one")]);
    let program = std::mem::replace(&mut stage.launch.program, home.folder.join("no such program"));
    let reading = stage.read(&home, &Marks::new()).await;
    assert!(reading.visits.is_empty());
    let unread: Vec<_> = reading.marks.values().filter_map(|mark| mark.unread).collect();
    assert_eq!(unread, [Unread::NotStarted]);

    stage.launch.program = program;
    assert_eq!(texts(&stage.read(&home, &reading.marks).await)[0], "one");
}

/// A program that leaves a copy behind, writes these bytes as its answer, and goes on as told.
#[cfg(unix)]
fn play(stage: &mut Stage, answer: &str, then: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let copies = stage.settings.copies.display();
    let script = stage.place.path().join("child");
    let lines = format!("#!/bin/sh\nmkdir -p '{copies}'\necho words > '{copies}/history'\nprintf '{answer}'\n{then}\n");
    fs::write(&script, lines).expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("runnable");
    stage.launch.program = script;
}

#[cfg(unix)]
async fn reasons(stage: &Stage) -> Vec<Unread> {
    let home = stage.home("pupil.one");
    for profile in ["Default", "Profile 1"] {
        let place = Path::new(".config/chromium").join(profile).join("History");
        if !home.folder.join(&place).exists() {
            history(&home, &place.to_string_lossy(), &[("https://example.org/1", "one")]);
        }
    }
    let reading = stage.read(&home, &Marks::new()).await;
    assert!(reading.visits.is_empty());
    reading.marks.values().filter_map(|mark| mark.unread).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn a_child_that_dies_hangs_or_lies_costs_its_profile_and_leaves_no_copy() {
    let mut stage = Stage::new();
    play(&mut stage, "", "exit 1");
    assert_eq!(reasons(&stage).await, [Unread::Died; 2]);
    // A frame of an unknown kind; a text for another profile than the one that has its turn.
    play(&mut stage, r"\011\0\0\0\0", "exec tail -f /dev/null");
    assert_eq!(reasons(&stage).await, [Unread::Died; 2]);
    play(&mut stage, r"\001\015\0\0\0\007\0\0\0\0\0\0\0\0\0\0ab", "exec tail -f /dev/null");
    assert_eq!(reasons(&stage).await, [Unread::Died; 2]);

    stage.launch.deadline = Duration::from_millis(50);
    play(&mut stage, "", "exec tail -f /dev/null");
    assert_eq!(reasons(&stage).await, [Unread::Slow; 2]);
}
