//! How often a rule was right, as the people who closed its cases have said (detection.md 3.9, 4).

use rusqlite::Connection;

use super::super::{Store, StoreError};
use crate::store::console::count;

/// What closed cases say of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePrecision {
    /// Id of the rule.
    pub rule: String,
    /// Closed cases that it was right in: those that were no false alarm.
    pub right: u32,
    /// Closed cases that it was met in, lessons apart.
    pub closed: u32,
}

/// A case counts once for each rule that one of its events met; a lesson is no judgement on a rule.
const COUNTED: &str = "SELECT met.rule, sum(met.outcome <> 'false-alarm'), count(*)
    FROM (SELECT DISTINCT event.rule AS rule, alert.id AS id, alert.outcome AS outcome
          FROM event JOIN alert ON alert.id = event.alert
          WHERE alert.kind = 'safeguarding' AND alert.state = 'closed' AND alert.outcome NOT IN ('lesson', 'test')
            AND event.rule IS NOT NULL) AS met";

/// That of the rules behind one case, the gravest event's first.
pub(super) fn of_case(connection: &Connection, alert: i64) -> Result<Vec<RulePrecision>, StoreError> {
    let mut rules = connection.prepare_cached(
        "SELECT rule FROM event WHERE alert = ?1 AND rule IS NOT NULL
         GROUP BY rule ORDER BY max(severity) DESC, min(id) LIMIT 10",
    )?;
    let rules = rules.query_map([alert], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut query = connection.prepare_cached(&format!("{COUNTED} WHERE met.rule = ?1"))?;
    rules
        .into_iter()
        .map(|rule| {
            let (right, closed): (Option<i64>, i64) = query.query_row([&rule], |row| Ok((row.get(1)?, row.get(2)?)))?;
            Ok(RulePrecision { rule, right: count(right.unwrap_or_default()), closed: count(closed) })
        })
        .collect()
}

impl Store {
    /// That of every rule that was met in a closed case, the least right first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rule_precision(&self) -> Result<Vec<RulePrecision>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "{COUNTED} GROUP BY met.rule
                 ORDER BY sum(met.outcome <> 'false-alarm') * 1.0 / count(*), count(*) DESC, met.rule LIMIT 10000"
            ))?;
            let rows = query.query_map([], |row| {
                Ok(RulePrecision { rule: row.get(0)?, right: count(row.get(1)?), closed: count(row.get(2)?) })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
