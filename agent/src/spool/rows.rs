//! How records lie in the table, and the numbers that SQLite keeps as signed.

use caretaker_shared::model::{Envelope, Gap, GapReason, Payload, Stream};
use caretaker_shared::wire;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::SpoolError;
use crate::clocks::DeviceClocks;

/// How far one stream has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) acknowledged: u64,
    pub(super) attempted: u64,
    pub(super) last: u64,
}

/// The numbers that a record covers, and why when it is a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) gap: Option<GapReason>,
}

pub(super) fn signed(number: u64) -> Result<i64, SpoolError> {
    i64::try_from(number).map_err(|_| SpoolError::Unreadable("a number out of range"))
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

pub(super) fn mark(connection: &Connection, stream: Stream) -> Result<Mark, SpoolError> {
    let mut statement =
        connection.prepare_cached("SELECT acknowledged, attempted, last FROM mark WHERE stream = ?1")?;
    Ok(statement.query_row([stream.priority()], |row| {
        Ok(Mark { acknowledged: unsigned(row, 0)?, attempted: unsigned(row, 1)?, last: unsigned(row, 2)? })
    })?)
}

pub(super) fn set_mark(connection: &Connection, stream: Stream, mark: Mark) -> Result<(), SpoolError> {
    connection
        .prepare_cached("UPDATE mark SET acknowledged = ?2, attempted = ?3, last = ?4 WHERE stream = ?1")?
        .execute(params![stream.priority(), signed(mark.acknowledged)?, signed(mark.attempted)?, signed(mark.last)?])?;
    Ok(())
}

/// The spans of a stream that reach beyond `after`, in order.
pub(super) fn spans(connection: &Connection, stream: Stream, after: u64) -> Result<Vec<Span>, SpoolError> {
    let mut statement = connection.prepare_cached(
        "SELECT covers_from, sequence, gap FROM record WHERE stream = ?1 AND sequence > ?2 ORDER BY sequence",
    )?;
    let rows = statement.query_map(params![stream.priority(), signed(after)?], span)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The span that ends, or begins, with this number.
pub(super) fn neighbour(
    connection: &Connection,
    stream: Stream,
    ends: u64,
    begins: u64,
) -> Result<Vec<Span>, SpoolError> {
    let mut statement = connection.prepare_cached(
        "SELECT covers_from, sequence, gap FROM record WHERE stream = ?1 AND (sequence = ?2 OR covers_from = ?3)",
    )?;
    let rows = statement.query_map(params![stream.priority(), signed(ends)?, signed(begins)?], span)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn span(row: &Row<'_>) -> rusqlite::Result<Span> {
    let gap: Option<String> = row.get(2)?;
    let gap = gap.map(|word| if word == GapReason::Quota.word() { GapReason::Quota } else { GapReason::LostInRestore });
    Ok(Span { from: unsigned(row, 0)?, to: unsigned(row, 1)?, gap })
}

pub(super) fn insert_gap(
    connection: &Connection,
    clocks: &DeviceClocks,
    stream: Stream,
    gap: Gap,
) -> Result<(), SpoolError> {
    let envelope = wire::encode(&Envelope { recorded: clocks.read(), payload: Payload::Gap(gap) });
    connection
        .prepare_cached(
            "INSERT INTO record (stream, covers_from, sequence, gap, envelope) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![stream.priority(), signed(gap.from)?, signed(gap.to)?, gap.reason.word(), envelope])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, stream: Stream, sequence: u64) -> Result<(), SpoolError> {
    connection
        .prepare_cached("DELETE FROM record WHERE stream = ?1 AND sequence = ?2")?
        .execute(params![stream.priority(), signed(sequence)?])?;
    Ok(())
}

pub(super) fn usage(connection: &Connection) -> Result<u64, SpoolError> {
    let mut statement = connection.prepare_cached("SELECT bytes FROM usage")?;
    Ok(statement.query_row([], |row| unsigned(row, 0)).optional()?.unwrap_or_default())
}
