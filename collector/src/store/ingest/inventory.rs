//! Installed titles, row by row: only what differs is written, and only a complete answer takes anything away.

use std::collections::{BTreeMap, HashMap};

use caretaker_shared::model::{SoftwareTitle, TitleKind};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::Scene;
use super::changes::Change;
use crate::store::moment::moment;
use crate::store::{StoreError, number, titles};

/// Whether an answer holds everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// What is not in it is gone.
    Yes,
    /// What is not in it may still be there.
    No,
}

/// What tells two titles of one device apart: name, version, architecture, source, user, id.
type TitleKey = (String, String, String, String, String, String);

const SELECT: &str = "SELECT name, version, architecture, source, user, id, publisher, kind, upgrade_code, origin,
    section, installed_at, size_bytes, last_used_at FROM software WHERE device = ?1";
const INSERT: &str = "INSERT INTO software (device, name, version, architecture, source, user, id, publisher, kind,
        upgrade_code, origin, section, installed_at, size_bytes, last_used_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    ON CONFLICT DO UPDATE SET publisher = excluded.publisher, kind = excluded.kind,
        upgrade_code = excluded.upgrade_code, origin = excluded.origin, section = excluded.section,
        installed_at = excluded.installed_at, size_bytes = excluded.size_bytes, last_used_at = excluded.last_used_at";
const DELETE: &str = "DELETE FROM software WHERE device = ?1 AND name = ?2 AND version = ?3 AND architecture = ?4
    AND source = ?5 AND user = ?6 AND id = ?7";

impl Scene<'_> {
    /// Brings the rows in line with an answer; says what came, went or was replaced.
    pub(super) fn keep_software(&self, titles: &[SoftwareTitle], whole: Whole) -> Result<Vec<Change>, StoreError> {
        let mut held: HashMap<TitleKey, SoftwareTitle> =
            self.held_software()?.into_iter().map(|title| (key(&title), title)).collect();
        // The later of two entries with one key counts, as it would if they were written one after the other.
        let now: HashMap<TitleKey, &SoftwareTitle> = titles.iter().map(|title| (key(title), title)).collect();
        let mut insert = self.transaction.prepare_cached(INSERT)?;
        let (mut added, mut written) = (Vec::new(), false);
        for (key, title) in now {
            let before = held.remove(&key);
            if before.as_ref() == Some(title) {
                continue;
            }
            insert.execute(params![
                self.caller.row,
                title.name,
                title.version,
                title.architecture,
                title.source,
                title.user,
                title.id,
                title.publisher,
                title.kind.word(),
                title.upgrade_code,
                title.origin,
                title.section,
                title.installed_at.map(Timestamp::as_millisecond),
                title.size_bytes.map(number),
                title.last_used_at.map(Timestamp::as_millisecond)
            ])?;
            written = true;
            if before.is_none() {
                added.push(title.clone());
            }
        }
        let mut removed = Vec::new();
        if whole == Whole::Yes {
            let mut delete = self.transaction.prepare_cached(DELETE)?;
            for (key, title) in held {
                delete.execute(params![self.caller.row, key.0, key.1, key.2, key.3, key.4, key.5])?;
                removed.push(title);
            }
        }
        if written || !removed.is_empty() {
            titles::settle(self.transaction, self.caller.row, self.shelf)?;
        }
        Ok(told(added, removed))
    }

    /// The titles as the rows have them.
    pub(super) fn held_software(&self) -> Result<Vec<SoftwareTitle>, StoreError> {
        let mut query = self.transaction.prepare_cached(SELECT)?;
        let rows = query.query_map([self.caller.row], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SoftwareTitle> {
    Ok(SoftwareTitle {
        name: row.get(0)?,
        version: row.get(1)?,
        architecture: row.get(2)?,
        source: row.get(3)?,
        user: row.get(4)?,
        id: row.get(5)?,
        publisher: row.get(6)?,
        kind: TitleKind::parse(row.get_ref(7)?.as_str().unwrap_or_default()).unwrap_or_default(),
        upgrade_code: row.get(8)?,
        origin: row.get(9)?,
        section: row.get(10)?,
        installed_at: row.get::<_, Option<i64>>(11)?.map(moment),
        size_bytes: row.get::<_, Option<i64>>(12)?.and_then(|size| u64::try_from(size).ok()),
        last_used_at: row.get::<_, Option<i64>>(13)?.map(moment),
    })
}

fn key(title: &SoftwareTitle) -> TitleKey {
    let SoftwareTitle { name, version, architecture, source, user, id, .. } = title.clone();
    (name, version, architecture, source, user, id)
}

/// One version that went and one that came of the same title are one change. Parts of titles are not told.
fn told(added: Vec<SoftwareTitle>, removed: Vec<SoftwareTitle>) -> Vec<Change> {
    let mut pairs: BTreeMap<[String; 4], (Vec<String>, Vec<String>)> = BTreeMap::new();
    let same = |title: &SoftwareTitle| {
        [title.name.clone(), title.user.clone(), title.source.clone(), title.architecture.clone()]
    };
    let told = |title: &SoftwareTitle| title.kind != TitleKind::Component;
    for title in added.into_iter().filter(told) {
        pairs.entry(same(&title)).or_default().1.push(title.version);
    }
    for title in removed.into_iter().filter(told) {
        pairs.entry(same(&title)).or_default().0.push(title.version);
    }
    let mut changes = Vec::new();
    for ([name, user, ..], (mut gone, mut come)) in pairs {
        let whose = if user.is_empty() { String::new() } else { format!(" (of {user})") };
        let named = |version: &str| format!("{} {version}", name).trim_end().to_owned() + &whose;
        gone.sort_unstable();
        come.sort_unstable();
        // The same version under another id, as after an upgrade of the collector, is news to nobody.
        let stayed: Vec<String> = come.iter().filter(|version| gone.contains(version)).cloned().collect();
        gone.retain(|version| !stayed.contains(version));
        come.retain(|version| !stayed.contains(version));
        let both = gone.len().min(come.len());
        let replaced =
            gone.iter().zip(&come).map(|(from, to)| Change::updated(format!("{name} {from} -> {to}{whose}")));
        changes.extend(replaced);
        changes.extend(gone.iter().skip(both).map(|version| Change::removed(named(version))));
        changes.extend(come.iter().skip(both).map(|version| Change::added(named(version))));
    }
    changes
}
