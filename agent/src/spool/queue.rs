//! In at one end, out at the other, away only after the acknowledgement.

use caretaker_shared::model::{Envelope, Payload, Stream, StreamMark};
use caretaker_shared::wire::{self, limits};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows::{mark, set_mark, signed, unsigned};
use super::{Spool, SpoolError, notes, quota};
use crate::clocks::DeviceClocks;

/// Records of one stream that go out together, in order and without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Which stream.
    pub stream: Stream,
    /// Number and encoded envelope.
    pub records: Vec<(u64, Vec<u8>)>,
}

impl Batch {
    /// The number that the collector acknowledges when it has taken all of it.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.records.last().map_or(0, |(sequence, _)| *sequence)
    }
}

impl Spool {
    /// Queues a record at the end of its stream and returns its number. Durable when it returns.
    ///
    /// # Errors
    /// When it is too large, or the spool cannot be written.
    pub fn push(&self, payload: &Payload) -> Result<u64, SpoolError> {
        let sequence = self.change(|change| {
            let sequence = append(change, &self.clocks, payload, None)?;
            quota::enforce(change, &self.clocks, self.quota_bytes)?;
            Ok(sequence)
        })?;
        self.enqueued.notify_one();
        Ok(sequence)
    }

    /// Queues the newest state under a key. It takes the place and the number of an older one that was never tried.
    ///
    /// # Errors
    /// As [`Spool::push`].
    pub fn push_state(&self, key: &str, payload: &Payload) -> Result<u64, SpoolError> {
        let sequence = self.change(|change| {
            let sequence = put_state(change, &self.clocks, key, payload)?;
            quota::enforce(change, &self.clocks, self.quota_bytes)?;
            Ok(sequence)
        })?;
        self.enqueued.notify_one();
        Ok(sequence)
    }

    /// The next records of a stream, from the first that is not acknowledged. From now on they are as they are: the
    /// collector may have them.
    ///
    /// # Errors
    /// When the spool cannot be used.
    pub fn next_batch(&self, stream: Stream) -> Result<Option<Batch>, SpoolError> {
        let mark_now = mark(&self.connection(), stream)?;
        if mark_now.acknowledged == mark_now.last {
            return Ok(None);
        }
        self.change(|change| {
            let records = waiting(change, stream)?;
            let batch = Batch { stream, records };
            if batch.records.is_empty() {
                return Ok(None);
            }
            let mut mark = mark(change, stream)?;
            if batch.last() > mark.attempted {
                mark.attempted = batch.last();
                set_mark(change, stream, mark)?;
            }
            Ok(Some(batch))
        })
    }

    /// Takes note that the collector holds everything up to `high_water`, and says whether that is news. What was
    /// never sent stays, whatever the number says.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn acknowledge(&self, stream: Stream, high_water: u64) -> Result<bool, SpoolError> {
        self.change(|change| {
            notes::write_time(change, notes::CONTACT, self.clocks.now())?;
            acknowledge(change, &self.clocks, stream, high_water)
        })
    }

    /// How far every stream has come.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn marks(&self) -> Result<Vec<StreamMark>, SpoolError> {
        let connection = self.connection();
        let marks = Stream::ALL.into_iter().map(|stream| {
            let mark = mark(&connection, stream)?;
            Ok(StreamMark { stream, acknowledged: mark.acknowledged, last: mark.last })
        });
        marks.collect()
    }

    /// How many bytes the spool takes on disk.
    #[must_use]
    pub fn size_on_disk(&self) -> u64 {
        let size = |file: &std::path::Path| std::fs::metadata(file).map_or(0, |about| about.len());
        size(&self.file) + size(&self.file.with_extension("db-wal"))
    }
}

pub(super) fn append(
    change: &Connection,
    clocks: &DeviceClocks,
    payload: &Payload,
    slot: Option<&str>,
) -> Result<u64, SpoolError> {
    let stream = payload.stream().ok_or(SpoolError::NoStream)?;
    append_encoded(change, stream, &encoded(clocks, payload)?, slot)
}

pub(super) fn append_encoded(
    change: &Connection,
    stream: Stream,
    envelope: &[u8],
    slot: Option<&str>,
) -> Result<u64, SpoolError> {
    let mut mark = mark(change, stream)?;
    mark.last += 1;
    set_mark(change, stream, mark)?;
    let number = signed(mark.last)?;
    change
        .prepare_cached(
            "INSERT INTO record (stream, covers_from, sequence, slot, envelope) VALUES (?1, ?2, ?2, ?3, ?4)",
        )?
        .execute(params![stream.priority(), number, slot, envelope])?;
    Ok(mark.last)
}

pub(super) fn put_state(
    change: &Connection,
    clocks: &DeviceClocks,
    key: &str,
    payload: &Payload,
) -> Result<u64, SpoolError> {
    let stream = payload.stream().ok_or(SpoolError::NoStream)?;
    let Some((sequence, _)) = untried(change, stream, key)? else {
        return append(change, clocks, payload, Some(key));
    };
    let envelope = encoded(clocks, payload)?;
    change.prepare_cached("UPDATE record SET envelope = ?3 WHERE stream = ?1 AND sequence = ?2")?.execute(params![
        stream.priority(),
        signed(sequence)?,
        envelope
    ])?;
    Ok(sequence)
}

/// The record of this key that was never tried, if there is one: its number and envelope.
pub(super) fn untried(change: &Connection, stream: Stream, key: &str) -> Result<Option<(u64, Vec<u8>)>, SpoolError> {
    let attempted = mark(change, stream)?.attempted;
    let mut statement = change
        .prepare_cached("SELECT sequence, envelope FROM record WHERE slot = ?1 AND stream = ?2 AND sequence > ?3")?;
    let found = statement
        .query_row(params![key, stream.priority(), signed(attempted)?], |row| Ok((unsigned(row, 0)?, row.get(1)?)));
    Ok(found.optional()?)
}

pub(super) fn acknowledge(
    change: &Connection,
    clocks: &DeviceClocks,
    stream: Stream,
    high_water: u64,
) -> Result<bool, SpoolError> {
    let mut mark = mark(change, stream)?;
    let high_water = high_water.min(mark.attempted);
    if high_water <= mark.acknowledged {
        return Ok(false);
    }
    mark.acknowledged = high_water;
    set_mark(change, stream, mark)?;
    let now = clocks.now();
    match stream {
        Stream::Safeguarding | Stream::Tamper => change
            .prepare_cached(
                "UPDATE record SET acknowledged_ms = ?3
                 WHERE stream = ?1 AND sequence <= ?2 AND acknowledged_ms IS NULL",
            )?
            .execute(params![stream.priority(), signed(high_water)?, now.as_millisecond()])?,
        Stream::State | Stream::Metrics => change
            .prepare_cached("DELETE FROM record WHERE stream = ?1 AND sequence <= ?2")?
            .execute(params![stream.priority(), signed(high_water)?])?,
    };
    quota::forget_old(change, now)?;
    Ok(true)
}

fn waiting(change: &Connection, stream: Stream) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
    let mut statement = change.prepare_cached(
        "SELECT sequence, envelope FROM record WHERE stream = ?1 AND acknowledged_ms IS NULL ORDER BY sequence",
    )?;
    let mut rows = statement.query([stream.priority()])?;
    let (mut records, mut bytes) = (Vec::new(), 0);
    while records.len() < limits::UPLOAD_RECORDS {
        let Some(row) = rows.next()? else { break };
        let envelope: Vec<u8> = row.get(1)?;
        bytes += envelope.len();
        if bytes > limits::UPLOAD_BYTES && !records.is_empty() {
            break;
        }
        records.push((unsigned(row, 0)?, envelope));
    }
    Ok(records)
}

fn encoded(clocks: &DeviceClocks, payload: &Payload) -> Result<Vec<u8>, SpoolError> {
    let envelope = wire::encode(&Envelope { recorded: clocks.read(), payload: payload.clone() });
    if envelope.len() > limits::ENVELOPE_BYTES { Err(SpoolError::TooLarge(envelope.len())) } else { Ok(envelope) }
}
