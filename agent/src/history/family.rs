//! What the browsers' databases are asked, and what their times mean.
//!
//! Each family numbers its visits upwards, so that reading goes on after a number. Columns are those that all versions of
//! the last years have.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::browser::Family;
use super::marks::Last;

/// From 1601 to 1970, in microseconds.
const CHROMIUM_EPOCH_US: i64 = 11_644_473_600_000_000;
/// From 1970 to 2001, in seconds.
const SAFARI_EPOCH_S: f64 = 978_307_200.0;

/// The questions to one family. `substr` bounds what a row brings into memory.
struct Questions {
    /// The visit of the highest number: number and time.
    newest: &'static str,
    /// The time of the visit of a number.
    time_of: &'static str,
    /// The lowest number of visits from a time on.
    since: &'static str,
    /// Visits above a number, in their order: number, time, address, title, search, whether it was made here by a person.
    after: &'static str,
}

/// `visit_source` has a row for what was not browsed here: 0 is synchronised, 3 and more imported from other browsers. Of
/// the transitions 3 is a frame that a page loaded by itself.
const CHROMIUM: Questions = Questions {
    newest: "SELECT id, visit_time FROM visits ORDER BY id DESC LIMIT 1",
    time_of: "SELECT visit_time FROM visits WHERE id = ?1",
    since: "SELECT min(id) FROM visits WHERE visit_time >= ?1",
    after: "SELECT v.id, v.visit_time, substr(u.url, 1, 8192), substr(u.title, 1, 2048),
              (SELECT substr(k.term, 1, 2048) FROM keyword_search_terms k WHERE k.url_id = v.url LIMIT 1),
              coalesce(s.source, 1) IN (1, 2) AND (v.transition & 255) <> 3
            FROM visits v LEFT JOIN urls u ON u.id = v.url LEFT JOIN visit_source s ON s.id = v.id
            WHERE v.id > ?1 ORDER BY v.id LIMIT ?2",
};

/// Of the types of visits 4 is what a page embeds and 8 a frame.
const FIREFOX: Questions = Questions {
    newest: "SELECT id, visit_date FROM moz_historyvisits ORDER BY id DESC LIMIT 1",
    time_of: "SELECT visit_date FROM moz_historyvisits WHERE id = ?1",
    since: "SELECT min(id) FROM moz_historyvisits WHERE visit_date >= ?1",
    after: "SELECT v.id, v.visit_date, substr(p.url, 1, 8192), substr(p.title, 1, 2048), NULL,
              coalesce(v.visit_type, 1) NOT IN (4, 8)
            FROM moz_historyvisits v LEFT JOIN moz_places p ON p.id = v.place_id
            WHERE v.id > ?1 ORDER BY v.id LIMIT ?2",
};

/// `origin` 1 came from another device.
const SAFARI: Questions = Questions {
    newest: "SELECT id, visit_time FROM history_visits ORDER BY id DESC LIMIT 1",
    time_of: "SELECT visit_time FROM history_visits WHERE id = ?1",
    since: "SELECT min(id) FROM history_visits WHERE visit_time >= ?1",
    after: "SELECT v.id, v.visit_time, substr(i.url, 1, 8192), substr(v.title, 1, 2048), NULL, v.origin = 0
            FROM history_visits v LEFT JOIN history_items i ON i.id = v.history_item
            WHERE v.id > ?1 ORDER BY v.id LIMIT ?2",
};

/// A visit as the database has it.
pub(super) struct RawVisit {
    pub(super) id: i64,
    /// In microseconds since 1970.
    pub(super) visited_us: i64,
    pub(super) address: String,
    pub(super) title: String,
    /// What the browser knows to have been searched for.
    pub(super) search: String,
    /// Made on this device, by a person and not by a page.
    pub(super) counts: bool,
}

impl Family {
    fn questions(self) -> &'static Questions {
        match self {
            Self::Chromium => &CHROMIUM,
            Self::Firefox => &FIREFOX,
            Self::Safari => &SAFARI,
        }
    }

    /// The visit of the highest number.
    pub(super) fn newest(self, database: &Connection) -> rusqlite::Result<Option<Last>> {
        let last = |row: &Row<'_>| Ok(Last { id: row.get(0)?, visited_us: self.time(row.get_ref(1)?) });
        database.query_row(self.questions().newest, [], last).optional()
    }

    /// The time of the visit of a number.
    pub(super) fn time_of(self, database: &Connection, id: i64) -> rusqlite::Result<Option<i64>> {
        database.query_row(self.questions().time_of, [id], |row| Ok(self.time(row.get_ref(0)?))).optional()
    }

    /// The lowest number of visits from a time on.
    pub(super) fn since(self, database: &Connection, from_us: i64) -> rusqlite::Result<Option<i64>> {
        database.query_row(self.questions().since, [self.native(from_us)], |row| row.get(0))
    }

    /// Hands visits above a number on, in their order, until `visit` says that it is enough.
    pub(super) fn after(
        self,
        database: &Connection,
        id: i64,
        most: usize,
        mut visit: impl FnMut(RawVisit) -> bool,
    ) -> rusqlite::Result<()> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut statement = database.prepare(self.questions().after)?;
        let mut rows = statement.query([id, most])?;
        while let Some(row) = rows.next()? {
            let raw = RawVisit {
                id: row.get(0)?,
                visited_us: self.time(row.get_ref(1)?),
                address: text(row.get_ref(2)?),
                title: text(row.get_ref(3)?),
                search: text(row.get_ref(4)?),
                counts: row.get_ref(5)? == ValueRef::Integer(1),
            };
            if !visit(raw) {
                break;
            }
        }
        Ok(())
    }

    /// Microseconds since 1970.
    fn time(self, value: ValueRef<'_>) -> i64 {
        match (self, value) {
            (Self::Chromium, ValueRef::Integer(us)) => us.saturating_sub(CHROMIUM_EPOCH_US),
            (Self::Firefox, ValueRef::Integer(us)) => us,
            (Self::Safari, ValueRef::Real(seconds)) => microseconds(seconds),
            (Self::Safari, ValueRef::Integer(seconds)) => microseconds(seconds as f64),
            (Self::Chromium | Self::Firefox, ValueRef::Real(_)) => 0,
            (Self::Chromium | Self::Firefox | Self::Safari, ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_)) => {
                0
            }
        }
    }

    fn native(self, time_us: i64) -> Value {
        match self {
            Self::Chromium => Value::Integer(time_us.saturating_add(CHROMIUM_EPOCH_US)),
            Self::Firefox => Value::Integer(time_us),
            Self::Safari => Value::Real(time_us as f64 / 1e6 - SAFARI_EPOCH_S),
        }
    }
}

fn microseconds(since_2001: f64) -> i64 {
    ((since_2001 + SAFARI_EPOCH_S) * 1e6).round() as i64
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => String::new(),
    }
}
