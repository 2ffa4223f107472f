//! What was erased when, and what is due.

use std::collections::BTreeMap;

use caretaker_shared::policy::Retention;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, named_params};

use super::super::{SiteScope, Store, StoreError, moment::moment};
use super::due::{self, Why};
use super::purge::{RUN, sites};

/// What was erased, by day and class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedRow {
    /// When.
    pub at: Timestamp,
    /// What.
    pub class: String,
    /// How many.
    pub count: u64,
}

/// How it stands with what is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetentionReport {
    /// What was erased, the newest first.
    pub erased: Vec<ErasedRow>,
    /// When the last purge ran.
    pub last_run: Option<Timestamp>,
    /// Cases whose content goes within 30 days, by reason.
    pub due: Vec<(Why, u64)>,
    /// Cases under a legal hold.
    pub held: u64,
    /// Cases with content.
    pub kept: u64,
    /// What the policy says, by site.
    pub rules: Vec<(String, Retention)>,
}

/// Rows that are told.
const TOLD: u32 = 200;
/// How far ahead is looked.
const AHEAD_DAYS: i64 = 30;

impl Store {
    /// What was erased when, and what is due, at these sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retention_report(&self, scope: SiteScope, now: Timestamp) -> Result<RetentionReport, StoreError> {
        let policies = self.policies.clone();
        self.read(move |connection| {
            let mut report = RetentionReport { erased: erased(connection, &scope)?, ..RetentionReport::default() };
            report.last_run = report.erased.iter().find(|row| row.class == RUN).map(|row| row.at);
            report.erased.retain(|row| row.class != RUN);
            let soon = now.checked_add((AHEAD_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
            let mut due = BTreeMap::new();
            for (site, keep) in sites(connection, &policies)? {
                let name: String =
                    connection.query_row("SELECT name FROM site WHERE id = ?1", [site], |row| row.get(0))?;
                if !scope.holds(&name) {
                    continue;
                }
                for (_, why) in due::cases(connection, site, &keep, soon)? {
                    *due.entry(why).or_insert(0) += 1;
                }
                report.rules.push((name, keep));
            }
            report.due = due.into_iter().collect();
            let count = |what: &str| {
                connection
                    .prepare_cached(&format!(
                        "SELECT count(*) FROM case_file f JOIN alert a ON a.id = f.alert WHERE {what}
                         AND (:sites IS NULL OR a.site IN (SELECT value FROM json_each(:sites)))"
                    ))?
                    .query_row(named_params! { ":sites": scope }, |row| row.get::<_, i64>(0))
            };
            report.held = count("f.legal_hold = 1")?.unsigned_abs();
            report.kept = count(
                "f.erased_at IS NULL AND EXISTS (SELECT 1 FROM event JOIN sealed ON sealed.event = event.id
                                                 WHERE event.alert = a.id)",
            )?
            .unsigned_abs();
            Ok(report)
        })
        .await
    }
}

fn erased(connection: &Connection, scope: &SiteScope) -> Result<Vec<ErasedRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT at, class, sum(erased) FROM purge
         WHERE :sites IS NULL OR site IS NULL OR site IN (SELECT value FROM json_each(:sites))
         GROUP BY at, class ORDER BY at DESC, class LIMIT :told",
    )?;
    let rows = query.query_map(named_params! { ":sites": scope, ":told": TOLD }, |row| {
        Ok(ErasedRow { at: moment(row.get(0)?), class: row.get(1)?, count: row.get::<_, i64>(2)?.unsigned_abs() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
