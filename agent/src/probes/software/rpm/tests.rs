use caretaker_shared::model::{Outcome, SoftwareTitle};

use super::{Listing, list};
use crate::host::System;
use crate::host::sample::Sample;

/// Two packages that rpm 4.18 installed; tables that nobody asks for are left out of it.
const RECORDED: &[u8] = include_bytes!("../testdata/debian-12-rpm-4.18-sqlite");
const SQLITE: &str = "/usr/lib/sysimage/rpm/rpmdb.sqlite";
const LOG: &str = "/usr/lib/sysimage/rpm/rpmdb.sqlite-wal";
const NDB: &str = "/var/lib/rpm/Packages.db";

fn ask(host: &Sample) -> (bool, Vec<SoftwareTitle>, String) {
    let mut listing = Listing::default();
    let there = list(host, &mut listing);
    let titles = listing.titles.clone();
    let outcome = listing.outcome();
    let reason = match &outcome {
        Outcome::Partial { reason, .. } | Outcome::Failed { reason } => reason.clone(),
        Outcome::Complete(_) | Outcome::Unsupported { .. } => outcome.word().to_owned(),
    };
    (there, titles, reason)
}

fn names(titles: &[SoftwareTitle]) -> Vec<&str> {
    titles.iter().map(|title| title.name.as_str()).collect()
}

/// The headers of the recorded packages, as SQLite itself finds them.
fn headers() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rpmdb.sqlite");
    caretaker_shared::private_file::write(&path, RECORDED).expect("it can be written");
    let database = rusqlite::Connection::open(path).expect("it opens");
    let mut rows = database.prepare("select blob from Packages order by hnum").expect("it has packages");
    let blobs = rows.query_map([], |row| row.get(0)).expect("it can be asked");
    blobs.collect::<Result<_, _>>().expect("blobs")
}

/// The same packages in rpm's own format, laid out as its sources say.
fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let numbers = |numbers: [u32; 3]| numbers.map(u32::to_le_bytes).concat();
    let (mut slots, mut blobs) = (Vec::new(), Vec::new());
    for (number, header) in (1..).zip(headers) {
        let length = u32::try_from(header.len()).expect("a small header");
        let block = 256 + u32::try_from(blobs.len() / 16).expect("a small file");
        blobs.extend([b"BlbS".as_slice(), &numbers([number, 0, length]), header].concat());
        blobs.resize((blobs.len() + 12).next_multiple_of(16), 0);
        slots.extend([b"Slot".as_slice(), &numbers([number, block, 0])].concat());
    }
    let mut file = [b"RpmP".as_slice(), &numbers([0, 1, 1])].concat();
    file.resize(32, 0);
    // The place of a package that was removed.
    file.extend([b"Slot".as_slice(), &[0; 12]].concat());
    file.extend(slots);
    while file.len() < 4096 {
        file.extend([b"Slot".as_slice(), &[0; 12]].concat());
    }
    file.extend(blobs);
    file
}

#[test]
fn lists_what_rpm_has_installed() {
    let host = Sample::of(System::Linux).file(SQLITE, RECORDED);
    let (there, titles, reason) = ask(&host);
    assert_eq!((there, reason.as_str()), (true, "complete"));
    assert_eq!(names(&titles), ["marble-run", "slate-editor"]);
    let slate = &titles[1];
    assert_eq!(slate.version, "1:2.4.1-3");
    assert_eq!(slate.architecture, "noarch");
    assert_eq!(slate.publisher, "Northfield Software");
    assert_eq!(slate.origin, "Northfield Linux 9");
    assert_eq!(slate.section, "Applications/Editors");
    assert_eq!(slate.size_bytes, Some(4096));
    assert_eq!(slate.installed_at.map(|at| at.as_second()), Some(1_795_322_267));
    assert_eq!((titles[0].version.as_str(), titles[0].section.as_str()), ("0.9-1", ""));
}

#[test]
fn both_formats_say_the_same() {
    let sqlite = ask(&Sample::of(System::Linux).file(SQLITE, RECORDED));
    let ndb = ask(&Sample::of(System::Linux).file(NDB, ndb(&headers())));
    assert_eq!(ndb, sqlite);
}

#[test]
fn a_torn_database_is_never_whole() {
    let whole = ndb(&headers());
    for (path, content) in [(SQLITE, RECORDED), (NDB, whole.as_slice())] {
        for cut in [0, 50, 2000, content.len() / 2, content.len() - 600] {
            let (there, _, reason) = ask(&Sample::of(System::Linux).file(path, &content[..cut]));
            assert!(there && reason.starts_with(path), "cut after {cut} bytes: {reason}");
        }
    }
}

#[test]
fn what_is_still_in_the_log_is_installed_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rpmdb.sqlite");
    caretaker_shared::private_file::write(&path, RECORDED).expect("it can be written");
    let database = rusqlite::Connection::open(&path).expect("it opens");
    let header = headers().remove(1);
    database.execute("insert into Packages (blob) values (?1)", [&header]).expect("it is written");
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("it is there");
    let (main, log) = (read("rpmdb.sqlite"), read("rpmdb.sqlite-wal"));
    let without = ask(&Sample::of(System::Linux).file(SQLITE, &main));
    let with = ask(&Sample::of(System::Linux).file(SQLITE, &main).file(LOG, &log));
    assert_eq!((without.1.len(), with.1.len()), (2, 3));
    let torn = ask(&Sample::of(System::Linux).file(SQLITE, &main).file(LOG, &log[..log.len() - 1]));
    assert_eq!(torn.1.len(), 2, "a transaction that is not whole has not happened");
}

#[test]
fn a_thousand_packages_lie_in_many_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rpmdb.sqlite");
    caretaker_shared::private_file::write(&path, RECORDED).expect("it can be written");
    let mut database = rusqlite::Connection::open(&path).expect("it opens");
    let headers = headers();
    let all = database.transaction().expect("it begins");
    for number in 0..998 {
        all.execute("insert into Packages (blob) values (?1)", [&headers[number % 2]]).expect("it is written");
    }
    all.commit().expect("it is written");
    database.close().expect("it closes");
    let content = std::fs::read(path).expect("it is there");
    let (_, titles, reason) = ask(&Sample::of(System::Linux).file(SQLITE, &content));
    assert_eq!((titles.len(), reason.as_str()), (1000, "complete"));
}

#[test]
fn the_older_format_is_named_and_none_is_none() {
    let (there, _, reason) = ask(&Sample::of(System::Linux).file("/var/lib/rpm/Packages", "old"));
    assert!(there && reason.contains("older Berkeley format"), "{reason}");
    assert!(!ask(&Sample::of(System::Linux)).0);
}
