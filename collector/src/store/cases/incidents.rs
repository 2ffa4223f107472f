//! The incident log (C9): what was closed with an action. A case that is open, a lesson and a false alarm are none.

use jiff::Timestamp;
use rusqlite::named_params;

use super::super::{Order, Store, StoreError, moment::moment};
use super::row::{self, CaseRow};
use super::step::{self, Words};
use super::viewer::{MAY_KNOW, Viewer};
use crate::audit::Entry;
use crate::store::audit;

/// Incidents of one log.
const MOST: u32 = 5_000;

/// Which incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// That were raised then or later.
    pub from: Option<Timestamp>,
    /// That were raised before then.
    pub to: Option<Timestamp>,
    /// Of this site; empty for all.
    pub site: String,
}

/// An incident, as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// The case: what, how grave, who closed it with what outcome.
    pub case: CaseRow,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What whoever closed it wrote: by whom it was, and what was done.
    pub action: Option<Words>,
}

impl Store {
    /// The incidents that the viewer may know of, oldest first. That somebody took the log is written to the audit
    /// chain.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn incident_log(
        &self,
        filter: IncidentFilter,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        self.write(Order::First, move |tx| {
            let incidents = incidents(tx, &filter, &viewer)?;
            audit::append(
                tx,
                &Entry {
                    at_ms: now.as_millisecond(),
                    actor: viewer.actor.clone(),
                    action: "case.incident-log".into(),
                    subject: filter.site.clone(),
                    detail: format!("{} incidents", incidents.len()),
                },
            )?;
            Ok(incidents)
        })
        .await
    }
}

fn incidents(
    tx: &rusqlite::Transaction<'_>,
    filter: &IncidentFilter,
    viewer: &Viewer,
) -> Result<Vec<IncidentRow>, StoreError> {
    let columns = row::COLUMNS.replacen(
        "\n    FROM alert a",
        ",
    (SELECT min(occurred_at) FROM event WHERE event.alert = a.id),
    (SELECT max(id) FROM case_step WHERE case_step.alert = a.id AND step = 'closed')
    FROM alert a",
        1,
    );
    let mut query = tx.prepare_cached(&format!(
        "{columns} WHERE {MAY_KNOW} AND a.state = 'closed' AND a.outcome NOT IN ('lesson', 'false-alarm', 'test')
           AND a.raised_at >= :from AND a.raised_at < :to AND (:site = '' OR s.name = :site COLLATE NOCASE)
         ORDER BY a.raised_at, a.id LIMIT :most"
    ))?;
    let values = named_params! {
        ":role": viewer.role.word(),
        ":sites": viewer.sites,
        ":from": filter.from.map_or(i64::MIN, Timestamp::as_millisecond),
        ":to": filter.to.map_or(i64::MAX, Timestamp::as_millisecond),
        ":site": filter.site,
        ":most": MOST,
    };
    let rows = query
        .query_map(values, |found| {
            Ok((row::read(found)?, found.get::<_, Option<i64>>(23)?, found.get::<_, Option<i64>>(24)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter()
        .map(|(case, occurred, step)| {
            let action = step.map(|step| step::words_of(tx, step)).transpose()?.flatten();
            Ok(IncidentRow { occurred_at: occurred.map_or(case.raised_at, moment), case, action })
        })
        .collect()
}
