//! Opening the spool: checked before it is trusted, set aside when it cannot be.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use caretaker_shared::model::{DeviceEventKind, EpochId, EpochReason, Stream};
use caretaker_shared::private_file;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Spool, SpoolError, epoch, notes, queue, quota, salvage, schema};
use crate::clocks::DeviceClocks;
use crate::platform::service::{self, Note};

/// How much a spool may hold before state and metrics give way.
pub const QUOTA_BYTES: u64 = 64 * 1024 * 1024;

const FILE: &str = "spool.db";
const QUARANTINE: &str = "quarantine";
const OLDEST_SQLITE: i32 = 3_051_003;

/// Where a spool is and how much it may hold.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder, made when it is not there.
    pub folder: PathBuf,
    /// See [`QUOTA_BYTES`].
    pub quota_bytes: u64,
}

impl Options {
    /// A spool of the usual size in the agent's state folder.
    #[must_use]
    pub fn within(state: &Path) -> Self {
        Self { folder: state.join("spool"), quota_bytes: QUOTA_BYTES }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

/// What can be read of a spool that was set aside.
struct Past {
    epoch: Option<EpochId>,
    urgent: Vec<(Stream, Vec<u8>)>,
}

impl Past {
    fn of(file: &Path) -> Self {
        Self { epoch: epoch::of_damaged(file), urgent: salvage::urgent_records(file) }
    }
}

impl Spool {
    /// Opens the spool, makes it when there is none, and sets a damaged one aside: a damaged past must not stop the
    /// device from reporting.
    ///
    /// # Errors
    /// When the folder cannot be used, or the disk takes nothing.
    pub fn open(options: &Options, clocks: DeviceClocks) -> Result<Self, SpoolError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(SpoolError::OldSqlite(rusqlite::version()));
        }
        private_file::create_folder(&options.folder).map_err(SpoolError::Folder)?;
        private_file::check_folder(&options.folder).map_err(SpoolError::Folder)?;
        let file = options.file();
        let found = file.try_exists().map_err(SpoolError::Folder)?;
        let connection = match connect(&file) {
            Ok(connection) => connection,
            Err(error) if error.is_damage() => {
                tracing::error!(reason = %error, "the spool is damaged and was set aside");
                service::note(&Note::SpoolDamaged);
                set_aside(&options.folder).map_err(SpoolError::Folder)?;
                connect(&file)?
            }
            Err(error) => return Err(error),
        };
        let spool = Self {
            connection: Mutex::new(connection),
            clocks,
            quota_bytes: options.quota_bytes,
            file,
            enqueued: Notify::new(),
            damaged: CancellationToken::new(),
            sealer: OnceLock::new(),
        };
        spool.begin(found, &options.folder.join(QUARANTINE).join(FILE))?;
        Ok(spool)
    }

    /// Begins the first epoch of a new spool. What waits in the one that was set aside is taken over in the same step:
    /// when that does not succeed, as on a full disk, the next start does it.
    fn begin(&self, found: bool, set_aside: &Path) -> Result<(), SpoolError> {
        self.change(|change| {
            let is_new = notes::read(change, notes::EPOCH)?.is_none();
            let damaged = (is_new && set_aside.try_exists().map_err(SpoolError::Folder)?).then(|| Past::of(set_aside));
            if is_new {
                // An empty file of the right name is left when the very first start was cut off.
                let reason = if damaged.is_some() { EpochReason::SpoolDamaged } else { EpochReason::NewInstall };
                tracing::info!(reason = reason.word(), was_there = found, "a new epoch begins");
                epoch::write(change, EpochId::random(), damaged.as_ref().and_then(|past| past.epoch), reason)?;
                notes::write(change, notes::DOCUMENT_KEY, &caretaker_shared::digest::random::<32>())?;
            }
            if let Some(past) = damaged {
                self.tell(change, DeviceEventKind::SpoolSetAside)?;
                for (stream, envelope) in past.urgent {
                    queue::append_encoded(change, stream, &envelope, None)?;
                }
            }
            quota::forget_old(change, self.clocks.now())
        })
    }
}

fn connect(file: &Path) -> Result<Connection, SpoolError> {
    if !file.try_exists().map_err(SpoolError::Folder)? {
        // SQLite would make the file readable to others; an empty file is an empty database, and its mode is kept.
        private_file::write(file, b"").map_err(SpoolError::Folder)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(file, flags)?;
    schema::configure(&connection)?;
    check(&connection)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

fn check(connection: &Connection) -> Result<(), SpoolError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if version > 0 && application != schema::APPLICATION_ID {
        return Err(SpoolError::Unreadable("the database of another program"));
    }
    if version > schema::version() {
        return Err(SpoolError::Unreadable("the spool of a newer agent"));
    }
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(SpoolError::Unreadable("a damaged page")) }
}

/// Moves the spool's files into the quarantine, where one earlier spool is kept.
fn set_aside(folder: &Path) -> std::io::Result<()> {
    let quarantine = folder.join(QUARANTINE);
    match fs::remove_dir_all(&quarantine) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    private_file::create_folder(&quarantine)?;
    // The database goes last: as long as it stands, the next start comes here again.
    for name in [format!("{FILE}-wal"), format!("{FILE}-shm"), FILE.to_owned()] {
        match fs::rename(folder.join(&name), quarantine.join(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
