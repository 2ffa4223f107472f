//! Epochs: unbroken histories of a spool, and the record of clean and unclean ends.

use std::path::Path;

use caretaker_shared::model::{DeviceEvent, DeviceEventKind, EpochId, EpochReason, Payload, ProbeName};
use rusqlite::{Connection, OpenFlags};

use super::{Spool, SpoolError, notes, queue};

/// The epoch that a spool is in, and how it came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochStory {
    /// This epoch.
    pub id: EpochId,
    /// The one before, where it could be read.
    pub previous: Option<EpochId>,
    /// Why this one began.
    pub reason: EpochReason,
}

impl Spool {
    /// The epoch that the spool is in.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn epoch(&self) -> Result<EpochStory, SpoolError> {
        read(&self.connection())
    }

    /// Begins a new epoch because this spool is older than what the collector holds of the present one, as after the
    /// disk was restored. What waits is numbered anew; what was acknowledged belongs to the epoch before.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn begin_new_epoch(&self) -> Result<EpochStory, SpoolError> {
        self.change(|change| {
            let before = read(change)?;
            write(change, EpochId::random(), Some(before.id), EpochReason::SpoolDamaged)?;
            // Without the index meanwhile: a new number may be one that another record still has.
            change.execute_batch(
                "DELETE FROM record WHERE acknowledged_ms IS NOT NULL OR gap IS NOT NULL;
                 CREATE TEMP TABLE renumber AS
                   SELECT id, row_number() OVER (PARTITION BY stream ORDER BY sequence) AS number FROM record;
                 DROP INDEX record_order;
                 UPDATE record SET sequence = renumber.number, covers_from = renumber.number
                   FROM renumber WHERE renumber.id = record.id;
                 DROP TABLE renumber;
                 CREATE UNIQUE INDEX record_order ON record (stream, sequence);
                 UPDATE mark SET acknowledged = 0, attempted = 0,
                   last = (SELECT count(*) FROM record WHERE record.stream = mark.stream);",
            )?;
            for probe in ProbeName::ALL {
                notes::forget(change, &notes::sent(probe))?;
            }
            read(change)
        })
    }

    /// Marks the start of a run; says in a tamper record whether the last one was cut off.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn begin_run(&self) -> Result<DeviceEventKind, SpoolError> {
        let kind = self.change(|change| {
            let cut_off = notes::read(change, notes::RUNNING)?.is_some();
            let kind = if cut_off { DeviceEventKind::StartedAfterKill } else { DeviceEventKind::Started };
            notes::write(change, notes::RUNNING, b"")?;
            self.tell(change, kind)?;
            Ok(kind)
        })?;
        self.enqueued.notify_one();
        Ok(kind)
    }

    /// Marks a proper end, in a tamper record too.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn end_run(&self) -> Result<(), SpoolError> {
        self.change(|change| {
            notes::forget(change, notes::RUNNING)?;
            self.tell(change, DeviceEventKind::Stopped)
        })?;
        self.enqueued.notify_one();
        Ok(())
    }

    pub(super) fn tell(&self, change: &Connection, kind: DeviceEventKind) -> Result<(), SpoolError> {
        let event = DeviceEvent::of_agent(kind, self.clocks.now());
        queue::append(change, &self.clocks, &Payload::Device(event), None)?;
        Ok(())
    }
}

pub(super) fn read(connection: &Connection) -> Result<EpochStory, SpoolError> {
    let id = notes::read(connection, notes::EPOCH)?.and_then(|id| EpochId::from_slice(&id));
    let previous = notes::read(connection, notes::PREVIOUS_EPOCH)?.and_then(|id| EpochId::from_slice(&id));
    let damaged = notes::read(connection, notes::EPOCH_REASON)?
        .is_some_and(|reason| reason == EpochReason::SpoolDamaged.word().as_bytes());
    Ok(EpochStory {
        id: id.ok_or(SpoolError::Unreadable("the epoch"))?,
        previous,
        reason: if damaged { EpochReason::SpoolDamaged } else { EpochReason::NewInstall },
    })
}

pub(super) fn write(
    change: &Connection,
    id: EpochId,
    previous: Option<EpochId>,
    reason: EpochReason,
) -> Result<(), SpoolError> {
    notes::write(change, notes::EPOCH, id.as_bytes())?;
    notes::write(change, notes::EPOCH_REASON, reason.word().as_bytes())?;
    match previous {
        Some(previous) => notes::write(change, notes::PREVIOUS_EPOCH, previous.as_bytes()),
        None => notes::forget(change, notes::PREVIOUS_EPOCH),
    }
}

/// The epoch of a damaged spool, if that much of it can be read.
pub(super) fn of_damaged(file: &Path) -> Option<EpochId> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(file, flags).ok()?;
    read(&connection).ok().map(|story| story.id)
}
