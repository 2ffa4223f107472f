//! What is remembered of documents, beside the events that they gave rise to.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{KeywordEvent, Payload};
use rusqlite::{OptionalExtension as _, params};

use super::rows::{signed, unsigned};
use super::{Spool, SpoolError, queue, quota};
use crate::documents::{Known, Ledger};

impl Ledger for Spool {
    fn known(&self, document: &Sha256) -> anyhow::Result<Option<Known>> {
        Ok(self.mind(self.read_known(document))?)
    }

    fn record(&self, document: &Sha256, known: &Known, events: &[KeywordEvent]) -> anyhow::Result<()> {
        Ok(self.mind(self.write_known(document, known, events))?)
    }
}

impl Spool {
    fn read_known(&self, document: &Sha256) -> Result<Option<Known>, SpoolError> {
        let connection = self.connection();
        let found = connection
            .prepare_cached("SELECT size_bytes, modified_ns FROM document WHERE hash = ?1")?
            .query_row([document.as_bytes().as_slice()], |row| Ok((unsigned(row, 0)?, row.get(1)?)))
            .optional()?;
        let Some((size_bytes, modified_ns)) = found else { return Ok(None) };
        let fired = connection
            .prepare_cached("SELECT rule, times FROM fired WHERE document = ?1 ORDER BY rule")?
            .query_map([document.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Some(Known { size_bytes, modified_ns, fired }))
    }

    fn write_known(&self, document: &Sha256, known: &Known, events: &[KeywordEvent]) -> Result<(), SpoolError> {
        let hash = document.as_bytes().as_slice();
        self.change(|change| {
            change
                .prepare_cached(
                    "INSERT INTO document (hash, size_bytes, modified_ns) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET size_bytes = ?2, modified_ns = ?3",
                )?
                .execute(params![hash, signed(known.size_bytes)?, known.modified_ns])?;
            change.prepare_cached("DELETE FROM fired WHERE document = ?1")?.execute([hash])?;
            for (rule, times) in &known.fired {
                change
                    .prepare_cached(
                        "INSERT INTO fired (document, rule, times) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO UPDATE SET times = times + ?3",
                    )?
                    .execute(params![hash, rule, times])?;
            }
            for event in events {
                queue::append(change, &self.clocks, &Payload::Keyword(event.clone()), None)?;
            }
            if events.is_empty() { Ok(()) } else { quota::enforce(change, &self.clocks, self.quota_bytes) }
        })?;
        if !events.is_empty() {
            self.enqueued.notify_one();
        }
        Ok(())
    }
}
