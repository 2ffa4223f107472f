//! Concerns of a period, one row each, without a person, an account or a device.

use caretaker_shared::model::Role;
use jiff::Timestamp;
use rusqlite::named_params;

use crate::store::moment::moment;
use crate::store::{SiteScope, Store, StoreError};

/// Whose report it is, and of when.
#[derive(Debug, Clone)]
pub struct ReportScope {
    /// Sites that are counted.
    pub sites: SiteScope,
    /// Of these, one alone; empty for all.
    pub site: String,
    /// Who reads it: what is about their own office is not counted for them.
    pub role: Role,
    /// From this moment on,
    pub from: Timestamp,
    /// and before this one.
    pub to: Timestamp,
}

/// One concern, as far as a report counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcernRow {
    /// 1 to 5.
    pub level: u8,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Where.
    pub site: String,
    /// Id of its category; empty where nobody can tell.
    pub category: String,
    /// How it ended; empty while it is open.
    pub outcome: String,
    /// When somebody first took it.
    pub taken_at: Option<Timestamp>,
}

/// Rows of `alert a` and `case_file f` at `site s` that a report counts: no tests, no lessons, nothing about the reader.
pub(super) const COUNTED: &str = "a.kind = 'safeguarding' AND a.canary = 0
    AND a.id NOT IN (SELECT alert FROM lesson) AND instr(f.conflicts, ',' || :role || ',') = 0
    AND (:sites IS NULL OR a.site IN (SELECT value FROM json_each(:sites)))
    AND (:site = '' OR s.name = :site COLLATE NOCASE)";

impl Store {
    /// The concerns that were raised in a period, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn concerns(&self, scope: &ReportScope) -> Result<Vec<ConcernRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT a.severity, a.raised_at, s.name, f.category, iif(a.state = 'closed', coalesce(a.outcome, ''), ''),
                        coalesce((SELECT min(at) FROM case_step WHERE case_step.alert = a.id AND step = 'acknowledged'),
                                 a.acknowledged_at)
                 FROM alert a JOIN case_file f ON f.alert = a.id JOIN site s ON s.id = a.site
                 WHERE {COUNTED} AND a.raised_at >= :from AND a.raised_at < :to ORDER BY a.raised_at, a.id"
            ))?;
            let values = named_params! {
                ":role": scope.role.word(), ":sites": scope.sites, ":site": scope.site,
                ":from": scope.from.as_millisecond(), ":to": scope.to.as_millisecond(),
            };
            let rows = query.query_map(values, |row| {
                Ok(ConcernRow {
                    level: row.get(0)?,
                    raised_at: moment(row.get(1)?),
                    site: row.get(2)?,
                    category: row.get(3)?,
                    outcome: row.get(4)?,
                    taken_at: row.get::<_, Option<i64>>(5)?.map(moment),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
