//! Histories of every family, made by SQL with the browsers' own schemas, and what a hostile person would put there.

#![expect(clippy::disallowed_methods, reason = "saves files as a browser or a pupil does")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Browser, Excluded, Home, Marks, Reading, Settings, Unread, VisitKind, read};
use crate::host::System;

const CHROMIUM: &str = include_str!("testdata/chromium-156.sql");
const FIREFOX: &str = include_str!("testdata/firefox-140.sql");
const SAFARI: &str = include_str!("testdata/safari-17.sql");

const CHROMIUM_PLACE: &str = ".config/chromium/Default/History";
const FIREFOX_PLACE: &str = ".mozilla/firefox/abc.default-release/places.sqlite";
const SAFARI_PLACE: &str = "Library/Safari/History.db";

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().expect("a time")
}

fn ago(minutes: u64) -> Timestamp {
    now() - Duration::from_secs(60 * minutes)
}

/// A home, the agent's folder for copies, and what the agent remembers.
struct Stage {
    place: TempDir,
    home: Home,
    settings: Settings,
    marks: Marks,
}

impl Stage {
    fn of(system: System) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let root = fs::canonicalize(place.path()).expect("is there");
        let home = Home { user: "pupil.one".into(), folder: root.join("home") };
        fs::create_dir(&home.folder).expect("a home");
        let settings = Settings {
            system,
            key: Secret::new([7; 32]),
            copies: root.join("state").join("history"),
            excluded: Excluded::default(),
            most_visits: Settings::MOST_VISITS,
        };
        Self { place, home, settings, marks: Marks::new() }
    }

    fn path(&self, place: &str) -> PathBuf {
        self.home.folder.join(place)
    }

    /// A database of this schema in its place.
    fn database(&self, place: &str, schema: &str) -> Connection {
        let path = self.path(place);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
        let database = Connection::open(path).expect("a database");
        database.execute_batch(schema).expect("the schema");
        database
    }

    /// One reading, whose marks are kept. Nothing may be left of it.
    fn read_at(&mut self, now: Timestamp) -> Reading {
        let before = files(&self.home.folder);
        let reading = read(&self.home, &self.marks, &self.settings, now);
        assert_eq!(files(&self.home.folder), before, "something was written in the home");
        assert!(!self.settings.copies.exists(), "a copy is left");
        self.marks.extend(reading.marks.clone());
        reading
    }

    fn read(&mut self) -> Vec<(VisitKind, String)> {
        texts(&self.read_at(now()))
    }

    fn titles(&mut self) -> Vec<String> {
        titles(&self.read_at(now()))
    }

    fn unread(&mut self) -> Option<Unread> {
        let reading = self.read_at(now());
        assert!(reading.visits.is_empty());
        reading.marks.values().next().expect("a profile was tried").unread
    }
}

fn texts(reading: &Reading) -> Vec<(VisitKind, String)> {
    reading.visits.iter().map(|visit| (visit.kind, visit.text.to_string())).collect()
}

fn titles(reading: &Reading) -> Vec<String> {
    let titles = reading.visits.iter().filter(|visit| visit.kind == VisitKind::Title);
    titles.map(|visit| visit.text.to_string()).collect()
}

/// Names and sizes of all files.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    entries.filter_map(|entry| Some((entry.path().to_path_buf(), entry.metadata().ok()?.len()))).collect()
}

/// A visit as Chromium notes it; gives its number.
fn chromium_visit(database: &Connection, at: Timestamp, address: &str, title: &str) -> i64 {
    let time = at.as_microsecond() + 11_644_473_600_000_000;
    database
        .execute(
            "INSERT INTO urls (url, title, visit_count, last_visit_time) VALUES (?1, ?2, 1, ?3)",
            (address, title, time),
        )
        .expect("an address");
    let address = database.last_insert_rowid();
    let sql = "INSERT INTO visits (url, visit_time, from_visit, transition) VALUES (?1, ?2, 0, 805306368)";
    database.execute(sql, (address, time)).expect("a visit");
    database.last_insert_rowid()
}

fn firefox_visit(database: &Connection, at: Timestamp, address: &str, title: &str) {
    let time = at.as_microsecond();
    let sql = "INSERT INTO moz_places (url, title, visit_count, last_visit_date) VALUES (?1, ?2, 1, ?3)";
    database.execute(sql, (address, title, time)).expect("an address");
    let address = database.last_insert_rowid();
    let sql = "INSERT INTO moz_historyvisits (from_visit, place_id, visit_date, visit_type) VALUES (0, ?1, ?2, 1)";
    database.execute(sql, (address, time)).expect("a visit");
}

fn safari_visit(database: &Connection, at: Timestamp, address: &str, title: &str, origin: i64) {
    let sql = "INSERT INTO history_items (url, visit_count, daily_visit_counts, should_recompute_derived_visit_counts,
                 visit_count_score) VALUES (?1, 1, x'', 0, 100)";
    database.execute(sql, [address]).expect("an address");
    let (address, time) = (database.last_insert_rowid(), at.as_millisecond() as f64 / 1e3 - 978_307_200.0);
    let sql = "INSERT INTO history_visits (history_item, visit_time, title, origin) VALUES (?1, ?2, ?3, ?4)";
    database.execute(sql, (address, time, title, origin)).expect("a visit");
}

#[test]
fn a_visit_gives_its_search_its_title_and_the_words_of_its_address() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(5), "https://www.bing.com/search?q=baking+bread&form=X", "baking bread - Search");
    chromium_visit(&database, ago(4), "https://user:secret@example.org/how-to/bake?session=secret#top", "How to bake");

    let reading = stage.read_at(now());
    assert_eq!(
        texts(&reading),
        [
            (VisitKind::Search, "baking bread".to_owned()),
            (VisitKind::Title, "baking bread - Search".to_owned()),
            (VisitKind::Address, "www.bing.com search".to_owned()),
            (VisitKind::Title, "How to bake".to_owned()),
            (VisitKind::Address, "example.org how to bake".to_owned()),
        ]
    );
    let first = &reading.visits[0];
    assert_eq!((first.user.as_str(), first.browser, first.visited_at), ("pupil.one", Browser::Chromium, ago(5)));
    assert!(reading.marks.contains_key(&first.profile));
    assert!(!format!("{reading:?}").contains("bak"), "a text is printed");
}

#[test]
fn what_the_browser_knows_to_be_a_search_counts_on_any_site() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(5), "https://library.example/find?x=1", "Results");
    let sql = "INSERT INTO keyword_search_terms VALUES (9, last_insert_rowid(), 'Old Maps', 'old maps'),
                 (10, last_insert_rowid(), 'Old Maps', 'old maps')";
    database.execute(sql, []).expect("a search");

    assert_eq!(stage.read()[0], (VisitKind::Search, "Old Maps".to_owned()));
}

#[test]
fn a_first_reading_looks_back_a_day_and_no_further() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(25 * 60), "https://example.org/", "yesterday morning");
    assert_eq!(stage.titles(), [""; 0]);

    chromium_visit(&database, ago(23 * 60), "https://example.org/", "yesterday noon");
    chromium_visit(&database, ago(1), "https://example.org/", "today");
    assert_eq!(stage.titles(), ["yesterday noon", "today"]);
}

#[test]
fn a_visit_is_told_once() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(9), "https://example.org/1", "one");
    assert_eq!(stage.titles(), ["one"]);

    assert!(stage.read_at(now()).marks.is_empty(), "an unchanged history is not even copied");
    chromium_visit(&database, ago(8), "https://example.org/1", "one again");
    assert_eq!(stage.titles(), ["one again"]);
    database.execute("UPDATE urls SET title = 'changed later'", []).expect("a change without a visit");
    assert_eq!(stage.titles(), [""; 0]);
}

#[test]
fn a_visit_waits_until_its_page_has_a_title() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(2), "https://example.org/1", "settled");
    chromium_visit(&database, now() - Duration::from_secs(3), "https://example.org/2", "");
    assert_eq!(stage.titles(), ["settled"]);

    database.execute("UPDATE urls SET title = 'late title' WHERE title = ''", []).expect("the title comes");
    assert_eq!(titles(&stage.read_at(now() + Duration::from_secs(60))), ["late title"]);
}

#[test]
fn a_clock_that_ran_ahead_holds_nothing_up() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, now() + Duration::from_secs(7 * 24 * 3600), "https://example.org/", "next week");
    chromium_visit(&database, ago(2), "https://example.org/", "now");
    assert_eq!(stage.titles(), ["next week", "now"]);
}

#[test]
fn after_a_history_was_cleared_new_visits_count_and_old_ones_not_again() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    for n in 0..5 {
        chromium_visit(&database, ago(60 - n), "https://example.org/", "before");
    }
    assert_eq!(stage.titles().len(), 5);

    // As Chromium does it: the tables are made anew, and numbers begin at 1. One old visit is kept.
    database.execute_batch("DELETE FROM visits; DELETE FROM urls; DELETE FROM sqlite_sequence;").expect("cleared");
    chromium_visit(&database, ago(58), "https://example.org/", "before");
    assert_eq!(stage.titles(), [""; 0]);
    for n in 0..7 {
        chromium_visit(&database, ago(30 - n), "https://example.org/", "after");
    }
    assert_eq!(stage.titles(), ["after"; 7]);
}

#[test]
fn when_only_the_last_visit_was_deleted_the_next_one_counts() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(FIREFOX_PLACE, FIREFOX);
    firefox_visit(&database, ago(50), "https://example.org/", "one");
    firefox_visit(&database, ago(40), "https://example.org/", "two");
    assert_eq!(stage.titles(), ["one", "two"]);

    // Firefox gives the number of a deleted last visit to the next one.
    database.execute("DELETE FROM moz_historyvisits WHERE id = 2", []).expect("deleted");
    firefox_visit(&database, ago(30), "https://example.org/", "three");
    assert_eq!(stage.titles(), ["three"]);
}

#[test]
fn what_does_not_fit_into_one_reading_comes_with_the_next() {
    let mut stage = Stage::of(System::Linux);
    stage.settings.most_visits = 10;
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    for n in 0..25 {
        chromium_visit(&database, ago(60 - n), "https://example.org/", &n.to_string());
    }
    let read: Vec<Vec<String>> = (0..4).map(|_| stage.titles()).collect();
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5, 0]);
    assert_eq!(read.concat(), (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn nothing_of_an_excluded_host_leaves_the_reader() {
    let mut stage = Stage::of(System::Linux);
    stage.settings.excluded = Excluded::parse(["help.example", "school.example/counselling"]).expect("rules");
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(9), "https://www.help.example/search?q=hidden", "hidden");
    database
        .execute("INSERT INTO keyword_search_terms VALUES (9, last_insert_rowid(), 'hidden', 'hidden')", [])
        .expect("a search");
    chromium_visit(&database, ago(8), "https://school.example/Counselling/book", "hidden");
    chromium_visit(&database, ago(7), "https://school.example/canteen", "seen");
    assert_eq!(
        stage.read(),
        [(VisitKind::Title, "seen".to_owned()), (VisitKind::Address, "school.example canteen".to_owned())]
    );
}

#[test]
fn visits_of_other_devices_and_other_browsers_are_not_told() {
    let mut stage = Stage::of(System::MacOs);
    let database = stage.database("Library/Application Support/Google/Chrome/Profile 1/History", CHROMIUM);
    for (source, title) in [(0, "synchronised"), (1, "browsed"), (2, "by an extension"), (3, "imported")] {
        let visit = chromium_visit(&database, ago(9), "https://example.org/", title);
        database.execute("INSERT INTO visit_source VALUES (?1, ?2)", (visit, source)).expect("a source");
    }
    let database = stage.database(SAFARI_PLACE, SAFARI);
    safari_visit(&database, ago(9), "https://example.org/phone", "on the phone", 1);
    safari_visit(&database, ago(8), "https://www.google.co.uk/search?q=baking+bread", "in Safari", 0);

    let reading = stage.read_at(now());
    assert_eq!(titles(&reading), ["browsed", "by an extension", "in Safari"]);
    let search = reading.visits.iter().find(|visit| visit.kind == VisitKind::Search).expect("a search");
    assert_eq!((search.text.as_str(), search.browser, search.visited_at), ("baking bread", Browser::Safari, ago(8)));
    safari_visit(&database, ago(7), "https://example.org/next", "next", 0);
    assert_eq!(stage.titles(), ["next"]);
}

#[test]
fn old_visits_that_are_brought_in_later_are_not_told() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(FIREFOX_PLACE, FIREFOX);
    firefox_visit(&database, ago(9), "https://example.org/", "today");
    assert_eq!(stage.titles(), ["today"]);
    firefox_visit(&database, ago(48 * 60), "https://example.org/", "imported");
    firefox_visit(&database, ago(8), "https://example.org/", "later today");
    assert_eq!(stage.titles(), ["later today"]);
}

#[test]
fn pages_that_are_still_in_the_log_are_read() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(FIREFOX_PLACE, FIREFOX);
    database.pragma_update(None, "journal_mode", "wal").expect("a log");
    database.pragma_update(None, "wal_autocheckpoint", 0).expect("no checkpoint");
    firefox_visit(&database, ago(9), "https://example.org/", "in the log");
    assert!(fs::metadata(stage.path(&format!("{FIREFOX_PLACE}-wal"))).expect("a log").len() > 0);
    let held = database.unchecked_transaction().expect("a writer at work");
    firefox_visit(&held, ago(8), "https://example.org/", "not yet committed");

    assert_eq!(stage.titles(), ["in the log"]);
    held.commit().expect("committed");
    assert_eq!(stage.titles(), ["not yet committed"]);
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    assert_eq!(stage.titles(), [""; 0], "what moved from the log to the database is not new");
}

#[test]
fn a_database_that_its_browser_holds_locked_and_half_written_is_read_as_it_was_before() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(9), "https://example.org/", "committed");
    let (path, (begun, wait)) = (stage.path(CHROMIUM_PLACE), std::sync::mpsc::channel());
    drop(database);
    let (go_on, held) = std::sync::mpsc::channel::<()>();
    let browser = std::thread::spawn(move || {
        let database = Connection::open(path).expect("opens");
        // As Chromium holds it; a cache of one page makes SQLite write before the transaction ends.
        database.execute_batch("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=1; BEGIN EXCLUSIVE;").expect("locked");
        for n in 0..200 {
            chromium_visit(&database, ago(8), &format!("https://example.org/{n}"), "half written");
        }
        begun.send(()).expect("somebody waits");
        held.recv().expect("somebody says so");
        database.execute_batch("COMMIT").expect("committed");
    });
    wait.recv().expect("the browser writes");
    let journal = fs::metadata(stage.path(&format!("{CHROMIUM_PLACE}-journal"))).expect("a journal");
    assert!(journal.len() > 0, "the journal is not hot");

    assert_eq!(stage.titles(), ["committed"]);
    go_on.send(()).expect("the browser waits");
    browser.join().expect("the browser ends");
    assert_eq!(stage.titles().len(), 200);
}

#[test]
fn every_profile_of_every_browser_in_a_home_has_a_name_of_its_own_that_tells_nothing() {
    let mut stage = Stage::of(System::Linux);
    let places = [
        (Browser::Chrome, ".config/google-chrome/Default/History"),
        (Browser::Chrome, ".config/google-chrome/Profile 2/History"),
        (Browser::Edge, ".config/microsoft-edge/Default/History"),
        (Browser::Brave, ".config/BraveSoftware/Brave-Browser/Default/History"),
        (Browser::Chromium, "snap/chromium/common/chromium/Default/History"),
        (Browser::Chromium, ".var/app/org.chromium.Chromium/config/chromium/Default/History"),
        (Browser::Opera, ".config/opera/History"),
    ];
    for (_, place) in places {
        chromium_visit(&stage.database(place, CHROMIUM), ago(5), "https://example.org/", "a page");
    }
    let firefox = [FIREFOX_PLACE, "snap/firefox/common/.mozilla/firefox/a.default/places.sqlite"];
    for place in firefox {
        firefox_visit(&stage.database(place, FIREFOX), ago(5), "https://example.org/", "a page");
    }
    let reading = stage.read_at(now());
    assert_eq!((titles(&reading).len(), reading.marks.len()), (9, 9));
    let mut browsers: Vec<Browser> = reading.visits.iter().map(|visit| visit.browser).collect();
    browsers.dedup();
    browsers.sort();
    browsers.dedup();
    let all = [Browser::Chrome, Browser::Edge, Browser::Brave, Browser::Chromium, Browser::Opera, Browser::Firefox];
    assert_eq!(browsers, all);

    stage.settings.key = Secret::new([8; 32]);
    let others = stage.read_at(now()).marks;
    assert!(others.keys().all(|profile| !reading.marks.contains_key(profile)), "a name depends on the key");
}

#[test]
fn windows_keeps_profiles_elsewhere() {
    let mut stage = Stage::of(System::Windows);
    let place = "AppData/Local/Microsoft/Edge/User Data/Default/History";
    chromium_visit(&stage.database(place, CHROMIUM), ago(5), "https://example.org/", "in Edge");
    let place = "AppData/Roaming/Mozilla/Firefox/Profiles/a.default/places.sqlite";
    firefox_visit(&stage.database(place, FIREFOX), ago(5), "https://example.org/", "in Firefox");
    assert_eq!(stage.titles(), ["in Edge", "in Firefox"]);
    assert!(stage.read_at(now()).marks.is_empty());
    let later = stage.read_at(now() + Duration::from_secs(16 * 60));
    assert_eq!((later.marks.len(), later.visits.len()), (2, 0), "times of open files are not trusted for long there");
}

#[test]
fn what_is_no_database_of_a_browser_has_a_reason_and_is_left_alone_until_it_changes() {
    let garbage: Vec<u8> = (0..40_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut looks_like_one = b"SQLite format 3\0".to_vec();
    looks_like_one.extend_from_slice(&garbage);
    for content in [&garbage[..], &looks_like_one, b"", b"SQLite format 3\0", b"short"] {
        let mut stage = Stage::of(System::Linux);
        let path = stage.path(CHROMIUM_PLACE);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
        fs::write(&path, content).expect("a file");
        assert_eq!(stage.unread(), Some(Unread::Broken), "{} bytes", content.len());
        assert!(stage.read_at(now()).marks.is_empty(), "it was tried again at once");

        fs::remove_file(&path).expect("removed");
        chromium_visit(&stage.database(CHROMIUM_PLACE, CHROMIUM), ago(5), "https://example.org/", "mended");
        assert_eq!(titles(&stage.read_at(now() + Duration::from_secs(16 * 60))), ["mended"]);
    }
}

#[test]
fn a_schema_that_would_work_for_the_pupil_is_refused() {
    for schema in [
        // A table that counts for ever.
        "CREATE VIEW visits AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
           SELECT id, 1 AS url, 1 AS visit_time, 0 AS transition FROM n;
         CREATE TABLE urls(id, url, title); CREATE TABLE visit_source(id, source);
         CREATE TABLE keyword_search_terms(url_id, term);",
        // Columns that compute something for ever.
        "CREATE TABLE visits(id INTEGER PRIMARY KEY, url, transition, x, visit_time AS (load_extension('x')));
         CREATE TABLE urls(id, url, title); CREATE TABLE visit_source(id, source);
         CREATE TABLE keyword_search_terms(url_id, term); INSERT INTO visits(id, url) VALUES (1, 1);",
        "CREATE TABLE urls(id, url, title);",
    ] {
        let mut stage = Stage::of(System::Linux);
        let path = stage.path(CHROMIUM_PLACE);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
        let database = Connection::open(path).expect("a database");
        let _ = database.execute_batch(schema);
        assert_eq!(stage.unread(), Some(Unread::Broken), "{schema}");
    }
}

#[test]
fn every_byte_that_is_changed_ends_in_texts_or_a_reason() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    for n in 0..50 {
        chromium_visit(&database, ago(60 - n), &format!("https://example.org/{n}"), "a page");
    }
    drop(database);
    let path = stage.path(CHROMIUM_PLACE);
    let good = fs::read(&path).expect("a file");
    for at in (0..good.len()).step_by(good.len() / 150) {
        let mut bad = good.clone();
        bad[at..].iter_mut().take(7).for_each(|byte| *byte = byte.wrapping_mul(5).wrapping_add(0x83));
        fs::write(&path, &bad).expect("a file");
        stage.marks.clear();
        let reading = stage.read_at(now());
        let reasons = reading.marks.values().filter_map(|mark| mark.unread).count();
        assert_eq!((reading.marks.len(), reasons * titles(&reading).len()), (1, 0), "at {at}");
    }
}

#[test]
fn rows_of_unexpected_kinds_are_passed_over() {
    let mut stage = Stage::of(System::Linux);
    let schema = "CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time, transition);
         CREATE TABLE urls(id, url, title); CREATE TABLE visit_source(id, source);
         CREATE TABLE keyword_search_terms(url_id, term);
         INSERT INTO urls VALUES (1, x'ff00', 7), (2, 'https://example.org/', x'80'), (3, NULL, NULL),
           (4, 'https://example.org/', 'a page');";
    let database = stage.database(CHROMIUM_PLACE, schema);
    let time = ago(5).as_microsecond() + 11_644_473_600_000_000;
    let sql = "INSERT INTO visits(url, visit_time, transition) VALUES (1, ?1, 0), (2, ?1, 0), (3, ?1, 0), (9, ?1, 0),
                 (4, 'then', 0), (4, ?1, 'x'), (4, 9223372036854775807, 0), (4, ?1, 0)";
    database.execute(sql, [time]).expect("visits");
    assert_eq!(stage.titles(), ["a page"; 2]);
}

#[test]
fn a_title_without_end_is_cut() {
    let mut stage = Stage::of(System::Linux);
    let database = stage.database(CHROMIUM_PLACE, CHROMIUM);
    chromium_visit(&database, ago(5), "https://example.org/", &"ö".repeat(3_000_000));
    let address = format!("https://www.bing.com/search?q={}", "a%20".repeat(100_000));
    chromium_visit(&database, ago(4), &address, "next");
    let reading = stage.read_at(now());
    assert_eq!(titles(&reading).iter().map(String::len).collect::<Vec<_>>(), [2_048, 4]);
    assert!(reading.visits.iter().all(|visit| visit.text.len() <= 2_048));
}

#[test]
fn a_file_beyond_the_limit_is_not_copied() {
    let mut stage = Stage::of(System::Linux);
    let path = stage.path(CHROMIUM_PLACE);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a profile");
    // A file with a hole takes no room on the disk.
    fs::File::create(path).and_then(|file| file.set_len(600 * 1024 * 1024)).expect("a large file");
    assert_eq!(stage.unread(), Some(Unread::TooLarge));
}

#[test]
fn a_folder_that_cannot_be_used_for_copies_is_a_reason() {
    let mut stage = Stage::of(System::Linux);
    chromium_visit(&stage.database(CHROMIUM_PLACE, CHROMIUM), ago(5), "https://example.org/", "a page");
    fs::write(stage.place.path().join("state"), "a file in its place").expect("a file");
    assert_eq!(stage.unread(), Some(Unread::NotCopied));
    assert!(stage.read_at(now()).marks.is_empty(), "it was tried again at once");
    fs::remove_file(stage.place.path().join("state")).expect("removed");
    assert_eq!(titles(&stage.read_at(now() + Duration::from_secs(16 * 60))), ["a page"]);
}

#[test]
fn a_copy_that_was_left_behind_is_removed() {
    let mut stage = Stage::of(System::Linux);
    fs::create_dir_all(stage.settings.copies.join("sub")).expect("a folder");
    fs::write(stage.settings.copies.join("history"), "left").expect("a file");
    super::remove_stale(&stage.settings.copies).expect("removed");
    assert!(!stage.settings.copies.exists());

    fs::create_dir_all(&stage.settings.copies).expect("a folder");
    fs::write(stage.settings.copies.join("history-wal"), "left").expect("a file");
    chromium_visit(&stage.database(CHROMIUM_PLACE, CHROMIUM), ago(5), "https://example.org/", "a page");
    assert_eq!(stage.titles(), ["a page"]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_lead_nowhere() {
    use std::os::unix::fs::symlink;

    let mut stage = Stage::of(System::Linux);
    let outside = stage.place.path().join("others");
    fs::create_dir_all(outside.join("Default")).expect("a folder");
    let database = Connection::open(outside.join("Default/History")).expect("a database");
    database.execute_batch(CHROMIUM).expect("the schema");
    chromium_visit(&database, ago(5), "https://example.org/", "somebody else's");

    fs::create_dir_all(stage.path(".config/google-chrome/Default")).expect("a folder");
    symlink(&outside, stage.path(".config/chromium")).expect("a link");
    symlink(outside.join("Default"), stage.path(".config/google-chrome/Profile 1")).expect("a link");
    symlink(outside.join("Default/History"), stage.path(".config/google-chrome/Default/History")).expect("a link");
    fs::create_dir_all(stage.path(".config/vivaldi/Default")).expect("a folder");
    let _pipe =
        std::os::unix::net::UnixListener::bind(stage.path(".config/vivaldi/Default/History")).expect("a socket");
    let reading = stage.read_at(now());
    assert!(reading.visits.is_empty() && reading.marks.is_empty());

    // The log of a true database must not be a link either.
    chromium_visit(&stage.database(".config/opera/History", CHROMIUM), ago(5), "https://example.org/", "mine");
    symlink(outside.join("Default/History"), stage.path(".config/opera/History-wal")).expect("a link");
    assert_eq!(stage.unread(), Some(Unread::Gone));
}
