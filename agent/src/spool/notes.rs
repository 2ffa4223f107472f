//! Single facts that must survive a restart, each under its name.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Payload, ProbeName};
use caretaker_shared::secret::Secret;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Spool, SpoolError, queue};

pub(super) const EPOCH: &str = "epoch";
pub(super) const PREVIOUS_EPOCH: &str = "previous-epoch";
pub(super) const EPOCH_REASON: &str = "epoch-reason";
pub(super) const DOCUMENT_KEY: &str = "document-key";
pub(super) const RUNNING: &str = "running";
pub(super) const POLICY: &str = "policy";
pub(super) const CONTACT: &str = "contact-ms";
pub(super) const COMPARED: &str = "compared-ms";
const OFFERED: &str = "offered-executables";
pub(super) const LEXICONS: &str = "lexicons";
const LEXICONS_REFUSED: &str = "lexicons-refused";
const REFUSED_RECIPIENTS: &str = "refused-recipients";
const REFUSED_CHECKPOINT: &str = "refused-checkpoint";

/// Under which the digest of a probe's last whole reading is kept.
pub(super) fn sent(probe: ProbeName) -> String {
    format!("sent/{probe}")
}

/// Under which is kept what the next reading of a probe is compared with.
pub(super) fn seen(probe: ProbeName) -> String {
    format!("seen/{probe}")
}

pub(super) fn read(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, SpoolError> {
    let mut statement = connection.prepare_cached("SELECT value FROM note WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn write(connection: &Connection, name: &str, value: &[u8]) -> Result<(), SpoolError> {
    let mut statement = connection
        .prepare_cached("INSERT INTO note (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?;
    statement.execute(params![name, value])?;
    Ok(())
}

pub(super) fn forget(connection: &Connection, name: &str) -> Result<(), SpoolError> {
    connection.prepare_cached("DELETE FROM note WHERE name = ?1")?.execute([name])?;
    Ok(())
}

pub(super) fn write_time(connection: &Connection, name: &str, at: Timestamp) -> Result<(), SpoolError> {
    write(connection, name, &at.as_millisecond().to_be_bytes())
}

pub(super) fn time(connection: &Connection, name: &str) -> Result<Option<Timestamp>, SpoolError> {
    let Some(value) = read(connection, name)? else { return Ok(None) };
    let bytes = value.try_into().map_err(|_| SpoolError::Unreadable("a time"))?;
    Timestamp::from_millisecond(i64::from_be_bytes(bytes)).map(Some).map_err(|_| SpoolError::Unreadable("a time"))
}

impl Spool {
    /// The policy that was stored last, as its bytes.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn policy(&self) -> Result<Option<Vec<u8>>, SpoolError> {
        read(&self.connection(), POLICY)
    }

    /// Keeps a policy, so that it holds after a restart without the collector.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn store_policy(&self, policy: &[u8]) -> Result<(), SpoolError> {
        self.change(|change| write(change, POLICY, policy))
    }

    /// Says in a tamper record that recipients were refused; once for the same ones.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn tell_refused_recipients(&self, digest: &Sha256, why: &str) -> Result<(), SpoolError> {
        self.tell_once(REFUSED_RECIPIENTS, DeviceEventKind::RecipientsRefused, digest, why)
    }

    /// Says in a tamper record that a checkpoint contradicts those that are kept; once for the same one.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn tell_refused_checkpoint(&self, digest: &Sha256, why: &str) -> Result<(), SpoolError> {
        self.tell_once(REFUSED_CHECKPOINT, DeviceEventKind::CheckpointRefused, digest, why)
    }

    fn tell_once(&self, name: &str, kind: DeviceEventKind, digest: &Sha256, why: &str) -> Result<(), SpoolError> {
        let is_news = self.change(|change| {
            if read(change, name)?.as_deref() == Some(digest.as_bytes()) {
                return Ok(false);
            }
            write(change, name, digest.as_bytes())?;
            let event = DeviceEvent::of_agent(kind, self.clocks.now());
            let event = DeviceEvent { detail: why.to_owned(), ..event };
            queue::append(change, &self.clocks, &Payload::Device(event), None)?;
            Ok(true)
        })?;
        if is_news {
            self.enqueued.notify_one();
        }
        Ok(())
    }

    /// Which rules that the school has added this version of the agent could not read: their digest.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn refused_lexicons(&self) -> Result<Option<Sha256>, SpoolError> {
        let note = read(&self.connection(), LEXICONS_REFUSED)?.unwrap_or_default();
        let digest = note.strip_suffix(env!("CARGO_PKG_VERSION").as_bytes());
        Ok(digest.and_then(Sha256::from_slice))
    }

    /// Keeps which rules could not be read, so that they are not fetched again. Another version may read them.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn refuse_lexicons(&self, digest: &Sha256) -> Result<(), SpoolError> {
        let note = [digest.as_bytes().as_slice(), env!("CARGO_PKG_VERSION").as_bytes()].concat();
        self.change(|change| write(change, LEXICONS_REFUSED, &note))
    }

    /// The rules that the school has added, as they came; `None` when there are none.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn lexicons(&self) -> Result<Option<Vec<u8>>, SpoolError> {
        read(&self.connection(), LEXICONS)
    }

    /// Keeps the rules that the school has added; none for no bytes.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn store_lexicons(&self, bytes: &[u8]) -> Result<(), SpoolError> {
        self.change(|change| if bytes.is_empty() { forget(change, LEXICONS) } else { write(change, LEXICONS, bytes) })
    }

    /// Remembers that the collector answered at `at`.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn note_contact(&self, at: Timestamp) -> Result<(), SpoolError> {
        self.change(|change| write_time(change, CONTACT, at))
    }

    /// The key that document hashes are made with. It never leaves the device.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn document_key(&self) -> Result<Secret<[u8; 32]>, SpoolError> {
        let key = read(&self.connection(), DOCUMENT_KEY)?;
        let key = key.and_then(|key| key.try_into().ok()).ok_or(SpoolError::Unreadable("the document key"))?;
        Ok(Secret::new(key))
    }

    /// The digest of the executables that were offered to the collector last.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn offered(&self) -> Result<Option<Vec<u8>>, SpoolError> {
        read(&self.connection(), OFFERED)
    }

    /// Remembers that the executables of this digest were offered, and what was wanted is queued.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn note_offered(&self, digest: &[u8]) -> Result<(), SpoolError> {
        self.change(|change| write(change, OFFERED, digest))
    }

    /// Makes the next reading of these probes a whole one.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn forget_sent(&self, probes: &[ProbeName]) -> Result<(), SpoolError> {
        self.change(|change| probes.iter().try_for_each(|probe| forget(change, &sent(*probe))))
    }
}
