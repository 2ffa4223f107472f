//! `init` and `serve` as they are typed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;

#[expect(clippy::disallowed_methods, reason = "the program under test is started as a person starts it")]
fn collector(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caretaker-collector")).args(arguments).output().expect("the program starts")
}

fn init(folder: &Path) -> Output {
    let folder = folder.to_str().expect("a plain path");
    collector(&["init", "--data", folder, "--name", "Northfield School", "--address", "127.0.0.1:7443"])
}

/// The files of a folder by the digest of their content. Of the database only that it is there: it moves its own log
/// into itself whenever it likes.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, path)| path.is_file() && !name.contains('-'))
        .map(|(name, path)| {
            let content = if name == "caretaker.db" { Vec::new() } else { std::fs::read(path).expect("a file") };
            (name, Sha256::of(&content).to_string())
        })
        .collect()
}

/// What `init` writes into the database.
fn written(folder: &Path) -> (i64, i64, i64) {
    let database = rusqlite::Connection::open(folder.join("caretaker.db")).expect("opens");
    let counts = "SELECT (SELECT count(*) FROM site), (SELECT count(*) FROM policy), (SELECT count(*) FROM audit)";
    database.query_row(counts, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("one row")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn init_twice_makes_everything_once() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("data");
    let first = init(&folder);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout).matches("made ").count(), 9);
    let before = contents(&folder);
    let second = init(&folder);
    assert!(second.status.success());
    assert_eq!(text(&second.stdout).matches("exists ").count(), 9);
    assert!(text(&second.stdout).contains("nothing was changed"));
    assert_eq!(contents(&folder), before);
    assert_eq!(written(&folder), (1, 1, 1));
}

#[test]
fn a_folder_that_was_left_half_made_is_completed() {
    let home = tempfile::tempdir().expect("a folder");
    for missing in ["collector.toml", "caretaker.db", "server.key", "server.pem", "authority.pem"] {
        let folder = home.path().join(missing);
        assert!(init(&folder).status.success());
        let before = contents(&folder);
        std::fs::remove_file(folder.join(missing)).expect("was there");
        let again = init(&folder);
        assert!(again.status.success(), "{missing}: {}", text(&again.stderr));
        let after = contents(&folder);
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert_eq!(after["authority.key"], before["authority.key"], "without {missing}");
    }
}

#[test]
fn an_authority_without_its_key_is_not_replaced() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("data");
    assert!(init(&folder).status.success());
    std::fs::remove_file(folder.join("authority.key")).expect("was there");
    let before = contents(&folder);
    let again = init(&folder);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("put it back from a backup"), "{}", text(&again.stderr));
    assert_eq!(contents(&folder), before);
}

#[test]
fn somebody_elses_folder_is_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    private_file::write(&home.path().join("holiday.jpg"), b"sea").expect("writes");
    let refused = init(home.path());
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("holiday.jpg"));
    assert_eq!(contents(home.path()).len(), 1);
}

#[test]
fn serve_says_what_is_missing_or_wrong_and_how_to_put_it_right() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("data");
    let path = folder.to_str().expect("a plain path");
    let serve = || text(&collector(&["serve", "--data", path]).stderr);
    assert!(serve().contains("caretaker-collector init --data"));
    assert!(init(&folder).status.success());
    let settings = folder.join("collector.toml");
    let good = std::fs::read_to_string(&settings).expect("reads");

    private_file::write(&settings, good.replace("log = \"info\"", "log = \"loud\"").as_bytes()).expect("writes");
    let told = serve();
    assert!(told.contains("log is not a level") && told.contains("\"warn\""), "{told}");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    private_file::write(&settings, good.replace("127.0.0.1:7443", &address).as_bytes()).expect("writes");
    let told = serve();
    assert!(told.contains(&format!("cannot listen on {address}: another program has the port")), "{told}");

    let database = rusqlite::Connection::open(folder.join("caretaker.db")).expect("opens");
    database.pragma_update(None, "user_version", 999).expect("writes");
    drop(database);
    let told = serve();
    assert!(told.contains("newer collector (version 999"), "{told}");
    std::fs::remove_file(folder.join("caretaker.db")).expect("was there");
    let told = serve();
    assert!(told.contains("caretaker.db is missing\n  put it back from a backup"), "{told}");
}

#[test]
fn a_folder_that_a_collector_works_in_is_not_given_to_a_second() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("data");
    assert!(init(&folder).status.success());
    let held = std::fs::File::options().write(true).open(folder.join("collector.lock")).expect("opens");
    held.try_lock().expect("nobody has it");
    let before = contents(&folder);
    let second = collector(&["serve", "--data", folder.to_str().expect("a plain path")]);
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("another collector works in"), "{}", text(&second.stderr));
    assert_eq!(contents(&folder), before);
}
