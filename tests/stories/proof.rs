//! What can be proven afterwards: that nobody changed the log, that what was erased is gone, and that a backup brings
//! everything back but that.

use std::path::{Path, PathBuf};

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::process::Said;
use caretaker_tests::school::{READY, School};
use caretaker_tests::{search, wait};
use rusqlite::Connection;

const PASSPHRASE: &str = "seven green bicycles sing";

fn passphrase(school: &School) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = school.home().join("passphrase");
    std::fs::write(&path, PASSPHRASE).expect("writes");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("for its owner");
    path.display().to_string()
}

/// The collector's database, while no collector works on it.
fn database(school: &School) -> Connection {
    Connection::open(school.data().join("caretaker.db")).expect("opens the database")
}

#[track_caller]
fn assert_found(said: &Said, part: &str) {
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains(part), "no '{part}' in: {}", said.out);
}

/// The backup and the keys of the newest in a folder.
fn newest(folder: &Path, end: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).expect("reads").map(|file| file.expect("a file").path());
    files.filter(|path| path.to_string_lossy().ends_with(end)).max().expect("one was made")
}

#[test]
fn the_log_is_proven_by_what_was_kept_elsewhere() {
    let mut school = School::open();
    let mut device = Agent::enrol(&school, "device");
    device.run_until_reported(&school);
    let kept = device.state().join("checkpoints");
    wait::until("the device to keep a checkpoint", READY, || kept.exists().then_some(()));

    let checkpoint = school.home().join("checkpoint.txt");
    std::fs::write(&checkpoint, school.command(&["audit", "checkpoint"]).ok()).expect("keeps it");
    let from = checkpoint.display().to_string();
    let said = school.command(&["audit", "verify", "--from", &from]).ok();
    assert!(said.starts_with("The audit log is whole"), "{said}");
    let log = school.command(&["audit", "log"]).ok();
    assert!(log.contains("put a policy in force at Main"), "{log}");
    device.stop();
    school.close();

    // The collector is stopped: the same on its folder.
    let said = school.command(&["audit", "verify", "--from", &from]).ok();
    assert!(said.starts_with("The audit log is whole"), "{said}");
    let meddled = database(&school);
    meddled.execute("UPDATE audit SET actor = 'nobody' WHERE n = 1", []).expect("is edited");
    assert_found(&school.command(&["audit", "verify"]), "broken at row 1");
    meddled
        .execute_batch(
            "UPDATE audit SET actor = 'init on this machine' WHERE n = 1; DELETE FROM audit WHERE n > 1;
             DELETE FROM checkpoint",
        )
        .expect("is cut");
    assert!(school.command(&["audit", "verify"]).ok().starts_with("The audit log is whole"), "from inside it looks so");
    assert_found(&school.command(&["audit", "verify", "--from", &from]), "was cut off");

    // The device, too, keeps another history than this collector now signs.
    drop(meddled);
    school.serve();
    device.run();
    wait::until("the device's word", READY, || {
        let told = school.count("SELECT count(*) FROM event WHERE kind = 'checkpoint-refused'");
        (told == 1).then_some(())
    });
    let alerts = school.json(&["alerts"]).to_string();
    assert!(alerts.contains("another history of the audit chain"), "{alerts}");
    device.stop();
}

#[test]
fn what_was_erased_is_gone_and_a_restored_collector_does_not_bring_it_back() {
    let mut school = School::open();
    let mut device = Agent::enrol(&school, "device");
    device.run_until_reported(&school);
    let document = school.documents().join("letter.txt");
    std::fs::write(&document, format!("This is the {PHRASE}.")).expect("saves");
    wait::until("the event", READY, || (school.count("SELECT count(*) FROM keyword") == 1).then_some(()));
    device.stop();
    school.close();

    // As a device with recipients would have sealed it; the collector moves the wraps under the month's key.
    let sealed = "ZZSEALED-".repeat(30);
    database(&school)
        .execute("INSERT OR REPLACE INTO sealed (event, certificate, recipients, content) SELECT event, x'', x'', ?1 FROM keyword",
                 [sealed.as_bytes()])
        .expect("is sealed");
    school.serve();
    assert_eq!(school.count("SELECT count(*) FROM wrap"), 1);
    assert_eq!(search::files_with("ZZSEALED-ZZSEALED", &[&school.data()]), Vec::<PathBuf>::new());
    let wrap: Vec<u8> = database(&school).query_row("SELECT bytes FROM wrap", [], |row| row.get(0)).expect("a wrap");

    // A backup from before, of the running collector.
    let (pass, backups) = (passphrase(&school), school.home().join("backups"));
    let to = backups.display().to_string();
    let made = school.command(&["backup", "create", "--to", &to, "--passphrase-file", &pass]).ok();
    assert!(made.contains("Read back and whole"), "{made}");
    let before = newest(&backups, ".backup").display().to_string();
    let verified = school.command(&["backup", "verify", &before, "--passphrase-file", &pass]).ok();
    assert!(verified.contains("so is its audit log"), "{verified}");
    assert_eq!(school.count("SELECT count(*) FROM audit WHERE action = 'backup.create'"), 1);
    let busy = school.command(&["backup", "restore", &before, "--passphrase-file", &pass]);
    assert!(busy.code != 0 && busy.err.contains("another collector works in"), "{}", busy.err);

    // The case was a false alarm, two days ago and in a month that is over. The day's purge has run already.
    school.close();
    database(&school)
        .execute_batch(
            "UPDATE alert SET state = 'closed', outcome = 'false-alarm', closed_at = raised_at - 172800000;
             DELETE FROM purge",
        )
        .expect("is closed");
    school.serve();
    wait::until("the purge", READY, || {
        (school.count("SELECT count(*) FROM purge WHERE class = 'case content'") == 1).then_some(())
    });
    wait::until("the empty log", READY, || holds(&school.data(), &wrap).is_empty().then_some(()));
    assert_eq!(school.count("SELECT count(*) FROM wrap") + school.count("SELECT count(*) FROM sealed"), 0);
    let report = school.command(&["retention", "report"]).ok();
    assert!(report.contains("case content") && report.contains("audit log"), "{report}");

    // The next backup has nothing of it, wherever its bytes lie once it is unpacked. In a folder of its own: a backup is
    // named by its second.
    let (backups, to) = (backups.join("next"), format!("{to}/next"));
    let made = school.command(&["backup", "create", "--to", &to, "--passphrase-file", &pass]).ok();
    assert!(made.contains("Read back and whole"), "{made}");
    let after = newest(&backups, ".backup").display().to_string();
    let elsewhere = school.home().join("elsewhere");
    let there = elsewhere.display().to_string();
    let restored = Said::by(
        std::process::Command::new(caretaker_tests::binaries::collector())
            .args(["backup", "restore", &after, "--passphrase-file", &pass, "--data", &there])
            .env("NO_COLOR", "1"),
    )
    .ok();
    assert!(restored.contains("life number 2") && restored.contains("no database to compare with"), "{restored}");
    assert_eq!(holds(&elsewhere, &wrap), Vec::<PathBuf>::new());

    // The older one brings the row back, and the collector erases it again before it does anything else.
    school.close();
    let restored = school.command(&["backup", "restore", &before, "--passphrase-file", &pass]).ok();
    assert!(restored.contains("Nobody was shut out since"), "{restored}");
    assert_found(&school.command(&["audit", "verify", "--from", &kept_checkpoint(&school)]), "lost when the collector");
}

/// A checkpoint of the database that was moved aside, which the restored one does not have.
fn kept_checkpoint(school: &School) -> String {
    use caretaker_shared::checkpoint::SignedCheckpoint;
    let aside = std::fs::read_dir(school.data()).expect("reads").map(|file| file.expect("a file").path());
    let aside = aside
        .filter(|path| path.to_string_lossy().contains(".before-"))
        .find(|path| !path.to_string_lossy().ends_with("-wal") && !path.to_string_lossy().ends_with("-shm"))
        .expect("the database from before");
    let database = Connection::open(aside).expect("opens");
    let key = std::fs::read_to_string(school.data().join("audit.key")).expect("the key");
    let key =
        caretaker_shared::checkpoint::AuditKey::from_text(&caretaker_shared::secret::Secret::new(key)).expect("a key");
    let (row, hash): (i64, Vec<u8>) = database
        .query_row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a row");
    let newest: Vec<u8> = database
        .query_row("SELECT signed FROM checkpoint ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
        .expect("a checkpoint");
    let row = row.unsigned_abs();
    let newest = SignedCheckpoint::parse(&newest).expect("signed");
    let hash = caretaker_shared::digest::Sha256::from_slice(&hash).expect("32 bytes");
    let signed = key.sign(&caretaker_shared::checkpoint::Checkpoint { row, hash, ..newest.checkpoint().clone() });
    let path = school.home().join("lost.txt");
    std::fs::write(&path, signed.text()).expect("keeps it");
    path.display().to_string()
}

/// Files below a folder that hold these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).expect("reads") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            found.extend(holds(&path, bytes));
        } else if std::fs::read(&path).is_ok_and(|text| text.windows(bytes.len()).any(|window| window == bytes)) {
            found.push(path);
        }
    }
    found
}
