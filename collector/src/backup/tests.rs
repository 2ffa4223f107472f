//! A backup that was restored is the collector that it was made of, and says what it has lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caretaker_shared::checkpoint::SignedCheckpoint;
use caretaker_shared::clock::ManualClock;
use caretaker_shared::secret::Secret;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;

use super::{Contents, Created, create, restore, verify};
use crate::data::{DataFolder, Lock, Setup, audit_key, set_up};
use crate::rules::sample;
use crate::store::proof::{Verdict, prove_file};
use crate::store::{Store, vault};

struct School {
    home: tempfile::TempDir,
    folder: DataFolder,
}

fn secret() -> Secret<String> {
    Secret::new("seven green bicycles".into())
}

fn later(hours: i64) -> Timestamp {
    sample::now().checked_add(hours.hours()).expect("in range")
}

async fn folder(path: &Path) -> DataFolder {
    let folder = DataFolder::at(path);
    let setup = Setup {
        school: "Northfield School".into(),
        address: "localhost:7443".into(),
        site: "Main".into(),
        actor: "a test".into(),
    };
    set_up(&folder, &setup, Arc::new(ManualClock::new(sample::now()))).await.expect("is set up");
    folder
}

/// A school with a device and keys of months.
async fn school() -> School {
    let home = tempfile::tempdir().expect("a folder");
    let folder = folder(&home.path().join("data")).await;
    let store = Store::open(&folder.database()).expect("opens");
    store.write_down(entry("before the backup")).await.expect("is written");
    drop(store);
    Connection::open(folder.database())
        .expect("opens")
        .execute(
            "INSERT INTO device (uuid, site, name, status, enrolled_at, agent_version)
             VALUES (zeroblob(16), 1, 'PC-LAB3-11', 'active', 0, '0.1.0')",
            [],
        )
        .expect("a device");
    let key = caretaker_shared::month_key::MonthKey::generate();
    let line = format!("2026-11 {}\n", key.text().expose());
    caretaker_shared::private_file::write(&folder.path().join(vault::FILE), line.as_bytes()).expect("writes");
    School { home, folder }
}

fn entry(detail: &str) -> crate::audit::Entry {
    crate::audit::Entry {
        at_ms: sample::now().as_millisecond(),
        actor: "a test".into(),
        action: "policy.apply".into(),
        subject: "Main".into(),
        detail: detail.into(),
    }
}

impl School {
    fn backup(&self) -> Created {
        create(&self.folder, &self.home.path().join("backups"), &secret(), sample::now()).expect("is made")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    async fn checkpoint(&self) -> SignedCheckpoint {
        let store = Store::open(&self.folder.database()).expect("opens");
        store.write_down(entry("after the backup")).await.expect("is written");
        let key = Arc::new(audit_key(&self.folder).expect("a key"));
        let made = store.make_checkpoint(key, "Northfield School".into(), later(1)).await;
        made.expect("signs").expect("there are rows")
    }
}

#[tokio::test]
async fn a_backup_is_made_while_the_collector_works_and_holds_everything_but_the_keys_of_months() {
    let school = school().await;
    let working = Store::open(&school.folder.database()).expect("opens");
    let _lock = Lock::take(&school.folder).expect("works there");
    working.write_down(entry("in the log only")).await.expect("is written");
    let created = school.backup();
    let Contents { about, entries, proof } = verify(&created.file, &secret()).expect("is whole");
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["caretaker.db", "collector.toml", "authority.pem", "authority.key", "audit.key"]);
    assert_eq!((about.kind.as_str(), about.made_at), ("backup", sample::now()));
    let proof = proof.expect("of the database");
    assert_eq!((proof.verdict, proof.last), (Verdict::Whole, 3), "what was in the log is there");
    let keys = verify(&created.keys.expect("the keys"), &secret()).expect("is whole");
    assert_eq!(keys.entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["retention.keys"]);
    assert!(verify(&created.file, &Secret::new("another".into())).is_err());
    let left: Vec<_> = std::fs::read_dir(school.folder.path()).expect("reads").filter_map(Result::ok).collect();
    assert!(left.iter().all(|file| !file.file_name().to_string_lossy().starts_with("backup.db")), "{left:?}");
}

#[tokio::test]
async fn what_was_restored_is_a_new_life_and_names_who_was_shut_out_since() {
    let school = school().await;
    let created = school.backup();
    Connection::open(school.folder.database())
        .expect("opens")
        .execute("UPDATE device SET status = 'lost', revoked_at = 1", [])
        .expect("is lost");
    let kept = school.checkpoint().await;
    let lock = Lock::take(&school.folder).expect("works there");
    let refused = restore(&created.file, None, &school.folder, &secret(), later(2)).await;
    assert!(refused.expect_err("a collector works there").to_string().contains("another collector works"));
    drop(lock);

    let restored = restore(&created.file, None, &school.folder, &secret(), later(2)).await.expect("is restored");
    let lost: Vec<_> = restored.lost.expect("compared").into_iter().map(|one| (one.kind, one.name)).collect();
    assert_eq!(lost, [("device", "PC-LAB3-11".to_owned())]);
    assert_eq!((restored.incarnation, restored.has_keys), (2, true));
    let before = restored.before.expect("was moved aside");
    assert_eq!(prove_file(&before, Some(kept.clone())).expect("reads").verdict, Verdict::Whole);

    let proof = prove_file(&school.folder.database(), Some(kept.clone())).expect("reads");
    assert_eq!(proof.verdict, Verdict::LostByRestore(3), "the checkpoint of a row that is lost says so");
    let newest = proof.newest.expect("the new life is signed at once");
    assert_eq!(newest.follows(&kept), Ok(caretaker_shared::checkpoint::Follows::Restored));
    assert_eq!(prove_file(&school.folder.database(), Some(newest)).expect("reads").verdict, Verdict::Whole);
}

#[tokio::test]
async fn an_empty_folder_becomes_the_collector_and_another_schools_folder_does_not() {
    let school = school().await;
    let created = school.backup();
    let empty = DataFolder::at(&school.path("new"));
    let restored =
        restore(&created.file, created.keys.as_deref(), &empty, &secret(), later(1)).await.expect("restores");
    assert_eq!((restored.lost, restored.before, restored.has_keys), (None, None, true));
    for name in ["authority.key", "authority.pem", "audit.key", "collector.toml", "retention.keys"] {
        let read = |folder: &DataFolder| std::fs::read(folder.path().join(name)).expect(name);
        assert_eq!(read(&empty), read(&school.folder), "{name}");
    }
    Store::open(&empty.database()).expect("opens").answers().await.expect("works");

    let other = folder(&school.path("other")).await;
    let before = std::fs::read(other.database()).expect("reads");
    let refused = restore(&created.file, None, &other, &secret(), later(1)).await.expect_err("another school's");
    assert!(refused.to_string().contains("another collector"), "{refused}");
    assert!(std::fs::read(other.database()).expect("reads") == before, "something was changed");
}

#[tokio::test]
async fn keys_that_were_destroyed_stay_destroyed() {
    let school = school().await;
    let created = school.backup();
    let key_file = school.folder.path().join(vault::FILE);
    caretaker_shared::private_file::write(&key_file, b"").expect("the month is over");
    let restored = restore(&created.file, created.keys.as_deref(), &school.folder, &secret(), later(1)).await;
    assert!(restored.is_ok());
    assert_eq!(std::fs::read(&key_file).expect("reads"), b"", "an old copy does not bring them back");
}
