//! What is remembered of documents and of a user's week, beside the events that they gave rise to.

use std::collections::BTreeMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::Stage;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, KeywordEvent, Payload, Severity, Stream};
use caretaker_shared::order;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::rows::{mark, signed, unsigned};
use super::{Spool, SpoolError, epoch, prune, queue, quota};
use crate::detection::{Event, News, Told, WEEK, Week};
use crate::documents::{Known, Ledger};
use crate::history::{Mark, Marks};
use crate::sealing::Place;

impl Ledger for Spool {
    fn known(&self, document: &Sha256) -> anyhow::Result<Option<Known>> {
        Ok(self.mind(read_known(&self.connection(), document))?)
    }

    fn week(&self, user: Option<&Sha256>, document: &Sha256, since: Timestamp) -> anyhow::Result<Week> {
        let Some(user) = user else { return Ok(Week::default()) };
        Ok(self.mind(read_week(&self.connection(), user, document, since))?)
    }

    fn record(&self, document: &Sha256, known: &Known, news: &News) -> anyhow::Result<()> {
        Ok(self.mind(self.write_known(document, known, news))?)
    }

    fn tell_unread(&self) -> anyhow::Result<()> {
        Ok(self.tell_text_unread()?)
    }
}

fn read_known(connection: &Connection, document: &Sha256) -> Result<Option<Known>, SpoolError> {
    let found = connection
        .prepare_cached("SELECT size_bytes, modified_ns, text FROM document WHERE hash = ?1")?
        .query_row([document.as_bytes().as_slice()], |row| {
            let text: Option<Vec<u8>> = row.get(2)?;
            Ok((unsigned(row, 0)?, row.get(1)?, text.and_then(|text| Sha256::from_slice(&text))))
        })
        .optional()?;
    let Some((size_bytes, modified_ns, text)) = found else { return Ok(None) };
    Ok(Some(Known { size_bytes, modified_ns, text, told: read_told(connection, document)? }))
}

fn read_told(connection: &Connection, document: &Sha256) -> Result<Vec<Told>, SpoolError> {
    let told = connection
        .prepare_cached("SELECT rule, times, severity, told_ms FROM fired WHERE document = ?1 ORDER BY rule")?
        .query_map([document.as_bytes().as_slice()], told)?
        .collect::<Result<_, _>>()?;
    Ok(told)
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    Ok(Told {
        rule: row.get(0)?,
        count: row.get(1)?,
        severity: Severity::new(row.get(2)?).unwrap_or(Severity::LOWEST),
        at: Timestamp::from_millisecond(row.get(3)?).unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

fn read_week(connection: &Connection, user: &Sha256, document: &Sha256, since: Timestamp) -> Result<Week, SpoolError> {
    let mut week = Week::default();
    let mut query = connection.prepare_cached(
        "SELECT rule, stage, count(*) FROM met WHERE user = ?1 AND at_ms >= ?2 AND document <> ?3 GROUP BY rule, stage",
    )?;
    let (user, document) = (user.as_bytes().as_slice(), document.as_bytes().as_slice());
    let mut rows = query.query(params![user, since.as_millisecond(), document])?;
    while let Some(row) = rows.next()? {
        let (rule, stage, times): (String, Option<String>, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        *week.rules.entry(rule).or_default() += times;
        week.stages.extend(stage.as_deref().and_then(Stage::from_word));
    }
    Ok(week)
}

/// Adds what an event tells to the user's week, and forgets what is older.
fn remember(connection: &Connection, told: &Event) -> Result<(), SpoolError> {
    let at = told.event.occurred_at;
    let Some(user) = told.event.user else { return Ok(()) };
    connection
        .prepare_cached("INSERT INTO met (user, at_ms, document, rule, stage) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            user.as_bytes().as_slice(),
            at.as_millisecond(),
            told.event.document.as_bytes().as_slice(),
            told.event.rule,
            told.stage.map(Stage::word)
        ])?;
    let oldest = at.checked_sub(WEEK).unwrap_or(Timestamp::UNIX_EPOCH);
    connection.prepare_cached("DELETE FROM met WHERE at_ms < ?1")?.execute([oldest.as_millisecond()])?;
    Ok(())
}

/// Histories of browsers.
impl Spool {
    /// How far each profile has been read.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn visit_marks(&self) -> Result<Marks, SpoolError> {
        let read = || -> Result<Marks, SpoolError> {
            let connection = self.connection();
            let mut query = connection.prepare_cached("SELECT hash, mark FROM profile")?;
            let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?)))?;
            let mark = |(hash, line): (Vec<u8>, String)| Some((Sha256::from_slice(&hash)?, Mark::from_line(&line)?));
            Ok(order::map(rows.collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(mark)))
        };
        self.mind(read())
    }

    /// What was told of a profile.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn told_of(&self, profile: &Sha256) -> anyhow::Result<Vec<Told>> {
        Ok(self.mind(read_told(&self.connection(), profile))?)
    }

    /// What all texts of a user met since a moment.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn week_of(&self, user: &Sha256, since: Timestamp) -> anyhow::Result<Week> {
        let none = Sha256::of(b"");
        Ok(self.mind(read_week(&self.connection(), user, &none, since))?)
    }

    /// Keeps how far profiles were read, what they met, and queues their events: all or nothing.
    ///
    /// # Errors
    /// When the spool cannot be written; the visits are read again then.
    pub fn record_visits(&self, marks: &Marks, news: &BTreeMap<Sha256, News>) -> anyhow::Result<()> {
        let is_news = news.values().any(|news| !news.events.is_empty());
        let now = self.clocks.now();
        let change = self.change(|change| {
            for (profile, mark) in marks {
                change
                    .prepare_cached("INSERT OR REPLACE INTO profile (hash, mark, seen_ms) VALUES (?1, ?2, ?3)")?
                    .execute(params![profile.as_bytes().as_slice(), mark.to_line(), now.as_millisecond()])?;
            }
            prune::forget_gone(change, now)?;
            for (profile, news) in news {
                self.write_news(change, profile, news)?;
            }
            if is_news { quota::enforce(change, &self.clocks, self.quota_bytes) } else { Ok(()) }
        });
        self.mind(change)?;
        if is_news {
            self.enqueued.notify_one();
        }
        Ok(())
    }
}

impl Spool {
    /// Queues the event that the rules failed at a text.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn tell_text_unread(&self) -> Result<(), SpoolError> {
        let event = DeviceEvent::of_agent(DeviceEventKind::TextUnread, self.clocks.now());
        self.mind(self.change(|change| {
            queue::append(change, &self.clocks, &Payload::Device(event), None)?;
            quota::enforce(change, &self.clocks, self.quota_bytes)
        }))?;
        self.enqueued.notify_one();
        Ok(())
    }

    fn write_known(&self, document: &Sha256, known: &Known, news: &News) -> Result<(), SpoolError> {
        let hash = document.as_bytes().as_slice();
        let now = self.clocks.now();
        self.change(|change| {
            change
                .prepare_cached(
                    "INSERT INTO document (hash, size_bytes, modified_ns, text, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET size_bytes = ?2, modified_ns = ?3, text = ?4, seen_ms = ?5",
                )?
                .execute(params![
                    hash,
                    signed(known.size_bytes)?,
                    known.modified_ns,
                    known.text.as_ref().map(|text| text.as_bytes().as_slice()),
                    now.as_millisecond()
                ])?;
            prune::forget_gone(change, now)?;
            self.write_news(change, document, news)?;
            if news.events.is_empty() { Ok(()) } else { quota::enforce(change, &self.clocks, self.quota_bytes) }
        })?;
        if !news.events.is_empty() {
            self.enqueued.notify_one();
        }
        Ok(())
    }

    /// The event with what is sealed of its text: bound to the number that it is about to get.
    fn sealed(&self, change: &Transaction<'_>, told: &Event) -> Result<KeywordEvent, SpoolError> {
        let Some(sealer) = self.sealer.get() else { return Ok(told.event.clone()) };
        let (epoch, stream) = (epoch::read(change)?.id, Stream::Safeguarding);
        let sequence = mark(change, stream)?.last + 1;
        Ok(sealer.seal(&Place { epoch, stream, sequence }, told))
    }

    /// What is told of a document or a profile now, and the events.
    fn write_news(&self, change: &Transaction<'_>, document: &Sha256, news: &News) -> Result<(), SpoolError> {
        let hash = document.as_bytes().as_slice();
        change.prepare_cached("DELETE FROM fired WHERE document = ?1")?.execute([hash])?;
        for told in &news.told {
            change
                .prepare_cached(
                    "INSERT OR REPLACE INTO fired (document, rule, times, severity, told_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![hash, told.rule, told.count, told.severity.level(), told.at.as_millisecond()])?;
        }
        for told in &news.events {
            let event = self.sealed(change, told)?;
            queue::append(change, &self.clocks, &Payload::Keyword(event), None)?;
            remember(change, told)?;
        }
        Ok(())
    }
}
