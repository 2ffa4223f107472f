//! Looking through a backup, and putting it in place.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use caretaker_shared::archive::ArchiveReader;
use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;
use caretaker_shared::secret::Secret;
use jiff::Timestamp;

use super::{ABOUT, About, BACKUP, DATABASE, LEXICONS, entries};
use crate::config::Config;
use crate::data::{DataFolder, FolderError, Lock, audit_key};
use crate::store::proof::{Proof, prove_file};
use crate::store::{Store, quick_check, shut_out, vault};

/// Bytes of an entry that is no database.
const SMALL: u64 = 32 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What it says of itself.
    pub about: About,
    /// Names and sizes of its entries.
    pub entries: Vec<(String, u64)>,
    /// The proof of its audit log; `None` for a file of keys.
    pub proof: Option<Proof>,
}

/// Somebody or something that was shut out after the backup was made, and is let in by it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// "device" or "operator".
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// What came of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup said of itself.
    pub about: About,
    /// Which life of the collector has begun.
    pub incarnation: u32,
    /// Who was shut out since; `None` where there was no database to compare with.
    pub lost: Option<Vec<Lost>>,
    /// Where the database that was there before lies now.
    pub before: Option<PathBuf>,
    /// Whether there are keys of months.
    pub has_keys: bool,
}

/// Looks through a backup: every byte is decrypted, the database is checked, its audit log is proven.
///
/// # Errors
/// When it is not whole, not a backup, or under another passphrase.
pub fn verify(file: &Path, secret: &Secret<String>) -> anyhow::Result<Contents> {
    let room = tempfile_beside(file)?;
    let database = room.path().join(DATABASE);
    let mut listed = Vec::new();
    let about = unpack(file, secret, |name, entry| {
        let size = if name == DATABASE {
            private_file::write_by(&database, |out| io::copy(entry, out).map(drop))?;
            std::fs::metadata(&database)?.len()
        } else {
            io::copy(entry, &mut io::sink())?
        };
        listed.push((name.to_owned(), size));
        Ok(())
    })?;
    let proof = if about.kind == BACKUP {
        quick_check(&database).context("the database in the backup is damaged")?;
        Some(prove_file(&database, None).context("the audit log in the backup cannot be proved")?)
    } else {
        None
    };
    Ok(Contents { about, entries: listed, proof })
}

/// Puts a backup in place of what is in a data folder, or in an empty one.
///
/// # Errors
/// When a collector works there, the backup is another school's, or something cannot be written. The database that was
/// there stays until the other is whole.
pub async fn restore(
    file: &Path,
    keys: Option<&Path>,
    folder: &DataFolder,
    secret: &Secret<String>,
    now: Timestamp,
) -> anyhow::Result<Restored> {
    match folder.check() {
        Ok(()) => {}
        Err(FolderError::NotSetUp(path)) => {
            private_file::create_folder(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        }
        Err(error) => return Err(error.into()),
    }
    let _lock = Lock::take(folder)?;
    let fresh = folder.path().join("restored.db");
    let about = place_files(file, folder, &fresh, secret)?;
    quick_check(&fresh).context("the database in the backup is damaged; nothing was changed")?;
    let key_file = folder.path().join(vault::FILE);
    if let Some(keys) = keys.filter(|_| !key_file.exists()) {
        unpack(keys, secret, |name, entry| if name == vault::FILE { put(&key_file, entry) } else { Ok(()) })?;
    }
    let incarnation = begin(folder, &fresh, &about, now).await?;
    let lost = if folder.database().exists() { Some(lost(&folder.database(), &fresh)?) } else { None };
    let before = exchange(folder, &fresh, now)?;
    Ok(Restored { about, incarnation, lost, before, has_keys: key_file.exists() })
}

/// Unpacks the database beside the one that is there, and what else is missing.
fn place_files(file: &Path, folder: &DataFolder, fresh: &Path, secret: &Secret<String>) -> anyhow::Result<About> {
    let own = std::fs::read(folder.authority_pem()).ok().map(|pem| Sha256::of(&pem).to_string());
    // Whose it is has to be known before anything is written.
    let about = unpack(file, secret, |_, _| Ok(()))?;
    if about.kind != BACKUP {
        bail!("{} holds keys of months, and no database\n  name the file that ends in .{BACKUP}", file.display());
    }
    if own.is_some_and(|own| own != about.authority) {
        bail!(
            "this is the backup of another collector than the one in {}\n  restore it into an empty folder",
            folder.path().display()
        );
    }
    unpack(file, secret, |name, entry| {
        if name == DATABASE {
            return private_file::write_by(fresh, |out| io::copy(entry, out).map(drop));
        }
        let path = folder.path().join(name);
        if path.exists() {
            return Ok(());
        }
        if name.starts_with(LEXICONS) {
            private_file::create_folder(&folder.lexicons())?;
        }
        put(&path, entry)
    })
}

/// Begins the next life of the database, in a checkpoint of its own.
async fn begin(folder: &DataFolder, fresh: &Path, about: &About, now: Timestamp) -> anyhow::Result<u32> {
    let school = Config::load(folder)?.school;
    let key = Arc::new(audit_key(folder)?);
    // The keys of months are found beside the database under its own name.
    let store = Store::open(fresh).context("the database of the backup cannot be used")?;
    let number = store.begin_incarnation(about.made_at, now).await?;
    store.make_checkpoint(key, school, now).await?;
    store.close_log().await?;
    Ok(number)
}

/// Who was shut out in the old database and is let in by the new one.
fn lost(old: &Path, new: &Path) -> anyhow::Result<Vec<Lost>> {
    let about = "the database that was there cannot be compared";
    let (old, new) = (shut_out(old).context(about)?, shut_out(new).context(about)?);
    let lost = old.into_iter().filter(|one| !new.contains(one));
    Ok(lost.map(|(kind, _, name)| Lost { kind, name }).collect())
}

fn exchange(folder: &DataFolder, fresh: &Path, now: Timestamp) -> anyhow::Result<Option<PathBuf>> {
    let database = folder.database();
    let before = database.with_extension(format!("db.before-{}", now.strftime("%Y-%m-%dt%H%M%S")));
    let had = database.exists();
    if had {
        std::fs::rename(&database, &before).with_context(|| format!("{} cannot be moved", database.display()))?;
        for end in ["-wal", "-shm"] {
            let with = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            match std::fs::rename(with(&database), with(&before)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
    }
    std::fs::rename(fresh, &database).with_context(|| format!("{} cannot be put in place", database.display()))?;
    std::fs::File::open(folder.path())?.sync_all()?;
    Ok(had.then_some(before))
}

fn put(path: &Path, entry: &mut dyn io::Read) -> io::Result<()> {
    let mut bytes = Vec::new();
    entry.take(SMALL).read_to_end(&mut bytes)?;
    private_file::write(path, &bytes)
}

/// Hands out the entries behind the first one, which says what it is.
fn unpack(
    file: &Path,
    secret: &Secret<String>,
    mut take: impl FnMut(&str, &mut dyn io::Read) -> io::Result<()>,
) -> anyhow::Result<About> {
    let shown = || format!("{} cannot be read", file.display());
    let source = std::fs::File::open(file).with_context(shown)?;
    let mut archive = ArchiveReader::new(io::BufReader::new(source), secret).with_context(shown)?;
    let mut about = None;
    entries::each(&mut archive, |name, entry| {
        if about.is_some() {
            return take(name, entry);
        }
        let mut text = Vec::new();
        entry.take(SMALL).read_to_end(&mut text)?;
        about = Some(serde_json::from_slice::<About>(&text).map_err(|_| io::ErrorKind::InvalidData)?);
        if name == ABOUT { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    })
    .with_context(shown)?;
    about.with_context(shown)
}

/// A folder for plain pages, that is gone when it is dropped.
fn tempfile_beside(file: &Path) -> anyhow::Result<Room> {
    let beside = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let path = beside.join(format!(".verify-{}", uuid::Uuid::new_v4()));
    private_file::create_folder(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(Room(path))
}

struct Room(PathBuf);

impl Room {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::error!(%error, folder = %self.0.display(), "pages of a backup are left behind");
        }
    }
}
