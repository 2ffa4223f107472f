//! What the collector holds against what the device remembers, at the beginning of every session.

use caretaker_shared::model::{Gap, GapReason, ProbeName, Stream};
use rusqlite::{Connection, params};

use super::rows::{Span, delete, insert_gap, mark, set_mark, signed, spans};
use super::{Spool, SpoolError, notes, queue};
use crate::clocks::DeviceClocks;

/// What came of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Both agree now.
    Agreed,
    /// The collector went back in time: what is still here is sent again.
    Regressed,
    /// The collector holds numbers that this spool never sent: the device went back in time, and needs a new epoch.
    Ahead,
}

impl Spool {
    /// Brings the marks in line with what the collector says it holds of this epoch. A stream it does not name, it
    /// does not hold.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn settle(&self, high_water: &[(Stream, u64)]) -> Result<Settled, SpoolError> {
        self.change(|change| {
            let mut settled = Settled::Agreed;
            for stream in Stream::ALL {
                let held = high_water.iter().find(|(named, _)| *named == stream).map_or(0, |(_, held)| *held);
                let mark = mark(change, stream)?;
                if held > mark.attempted {
                    return Ok(Settled::Ahead);
                }
                if held < mark.acknowledged {
                    regress(change, &self.clocks, stream, held)?;
                    settled = Settled::Regressed;
                }
                queue::acknowledge(change, &self.clocks, stream, held)?;
            }
            Ok(settled)
        })
    }
}

/// The collector holds less than it once acknowledged: what is kept waits again, what is gone becomes a gap.
fn regress(change: &Connection, clocks: &DeviceClocks, stream: Stream, high_water: u64) -> Result<(), SpoolError> {
    let mut mark = mark(change, stream)?;
    let acknowledged = mark.acknowledged;
    if high_water >= acknowledged {
        return Ok(());
    }
    mark.acknowledged = high_water;
    set_mark(change, stream, mark)?;
    change
        .prepare_cached("UPDATE record SET acknowledged_ms = NULL WHERE stream = ?1 AND sequence > ?2")?
        .execute(params![stream.priority(), signed(high_water)?])?;
    let mut covered = high_water;
    for Span { from, to, gap } in spans(change, stream, high_water)? {
        if let Some(reason) = gap.filter(|_| from <= covered) {
            delete(change, stream, to)?;
            insert_gap(change, clocks, stream, Gap { from: covered + 1, to, reason })?;
        } else if from > covered + 1 {
            let lost = Gap { from: covered + 1, to: from - 1, reason: GapReason::LostInRestore };
            insert_gap(change, clocks, stream, lost)?;
        }
        covered = to;
    }
    if covered < acknowledged {
        let lost = Gap { from: covered + 1, to: acknowledged, reason: GapReason::LostInRestore };
        insert_gap(change, clocks, stream, lost)?;
    }
    if stream == Stream::State {
        for probe in ProbeName::ALL {
            notes::forget(change, &notes::sent(probe))?;
        }
    }
    Ok(())
}
