//! What gives way when the spool is full, and what is no longer kept.
//!
//! First the acknowledged records that are kept for a collector restored from a backup, then metrics, then state,
//! the oldest first. Safeguarding and tamper records never do. A record that was tried stays: the collector may have
//! it under its number, and must not get that number again with another content.

use std::time::Duration;

use caretaker_shared::model::{Gap, GapReason, ProbeName, Stream};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows::{delete, insert_gap, mark, neighbour, signed, unsigned, usage};
use super::{SpoolError, notes};
use crate::clocks::DeviceClocks;

/// How long acknowledged safeguarding and tamper records are kept (reliability.md, goal G11).
const KEEP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Frees space until the quota holds, or nothing is left that may go.
pub(super) fn enforce(change: &Connection, clocks: &DeviceClocks, quota_bytes: u64) -> Result<(), SpoolError> {
    while usage(change)? > quota_bytes {
        let freed = drop_oldest_kept(change)?
            || give_way(change, clocks, Stream::Metrics)?
            || give_way(change, clocks, Stream::State)?;
        if !freed {
            break;
        }
    }
    Ok(())
}

/// Removes what was acknowledged more than seven days ago.
pub(super) fn forget_old(change: &Connection, now: Timestamp) -> Result<(), SpoolError> {
    let Ok(oldest) = now.checked_sub(KEEP) else { return Ok(()) };
    change.prepare_cached("DELETE FROM record WHERE acknowledged_ms < ?1")?.execute([oldest.as_millisecond()])?;
    Ok(())
}

fn drop_oldest_kept(change: &Connection) -> Result<bool, SpoolError> {
    let dropped = change
        .prepare_cached(
            "DELETE FROM record WHERE id = (SELECT id FROM record WHERE acknowledged_ms IS NOT NULL
             ORDER BY acknowledged_ms, sequence LIMIT 1)",
        )?
        .execute([])?;
    Ok(dropped > 0)
}

fn give_way(change: &Connection, clocks: &DeviceClocks, stream: Stream) -> Result<bool, SpoolError> {
    let attempted = mark(change, stream)?.attempted;
    let oldest = change
        .prepare_cached(
            "SELECT sequence, slot FROM record WHERE stream = ?1 AND sequence > ?2 AND gap IS NULL
             ORDER BY sequence LIMIT 1",
        )?
        .query_row(params![stream.priority(), signed(attempted)?], |row| {
            Ok((unsigned(row, 0)?, row.get::<_, Option<String>>(1)?))
        })
        .optional()?;
    let Some((sequence, slot)) = oldest else { return Ok(false) };
    delete(change, stream, sequence)?;
    // The collector will not get this reading, so the next one must not refer to it.
    if let Some(probe) = slot.as_deref().and_then(ProbeName::parse) {
        notes::forget(change, &notes::sent(probe))?;
    }
    let mut gap = Gap { from: sequence, to: sequence, reason: GapReason::Quota };
    for beside in neighbour(change, stream, sequence.saturating_sub(1), sequence + 1)? {
        if beside.gap == Some(GapReason::Quota) && beside.to > attempted {
            delete(change, stream, beside.to)?;
            gap.from = gap.from.min(beside.from);
            gap.to = gap.to.max(beside.to);
        }
    }
    insert_gap(change, clocks, stream, gap)?;
    Ok(true)
}
