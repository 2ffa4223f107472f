//! Alerts, listed and looked up, with what became of their mail.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use super::super::keywords::{self, CauseRow};
use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::count;

/// An alert as every role may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    pub(crate) rowid: i64,
    /// "26-0001".
    pub reference: String,
    /// "safeguarding", "device".
    pub kind: String,
    /// 1 to 5.
    pub severity: u32,
    /// Name of the site.
    pub site: String,
    /// What a device alert is about.
    pub about: String,
    /// "new", "acknowledged", "closed".
    pub state: String,
    /// When.
    pub raised_at: Timestamp,
    /// When somebody took it.
    pub acknowledged_at: Option<Timestamp>,
    /// Who.
    pub acknowledged_by: String,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// By whom.
    pub closed_by: String,
    /// With what outcome.
    pub outcome: String,
    /// Events that it stands for.
    pub events: u32,
}

/// One recipient's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The recipient's role.
    pub role: String,
    /// "waiting", "sending", "sent", "failed".
    pub state: String,
    /// Tries so far.
    pub attempts: u32,
    /// When it went out.
    pub sent_at: Option<Timestamp>,
    /// What the mail server said last, when it refused.
    pub last_error: String,
}

/// Which alerts somebody sees.
#[derive(Debug, Clone)]
pub struct AlertSight {
    /// At these sites alone.
    pub sites: SiteScope,
    /// Those about devices.
    pub devices: bool,
    /// Safeguarding alerts from this level on; `None` for none.
    pub safeguarding_from: Option<u32>,
}

impl AlertSight {
    /// Every alert of every site.
    #[must_use]
    pub fn everything() -> Self {
        Self { sites: SiteScope::all(), devices: true, safeguarding_from: Some(0) }
    }

    /// Whether this alert is seen.
    #[must_use]
    pub fn sees(&self, alert: &AlertRow) -> bool {
        let kind = if alert.kind == "device" {
            self.devices
        } else {
            self.safeguarding_from.is_some_and(|least| alert.severity >= least)
        };
        kind && self.sites.holds(&alert.site)
    }
}

/// What of the alerts `a` is seen, of the parameters `:sites`, `:devices` and `:least`.
pub(in crate::store) const SEEN: &str = "(:sites IS NULL OR a.site IN (SELECT value FROM json_each(:sites)))
    AND ((a.kind = 'device' AND :devices) OR (a.kind = 'safeguarding' AND a.severity >= :least))";

/// Where a list of alerts goes on: time in milliseconds and number of the last one.
pub type AlertKey = (i64, i64);

const COLUMNS: &str = "SELECT a.id, a.reference, a.kind, a.severity, s.name, a.about, a.state, a.raised_at,
    a.acknowledged_at, a.acknowledged_by, a.closed_at, a.closed_by, a.outcome,
    (SELECT count(*) FROM event e WHERE e.alert = a.id)
    FROM alert a JOIN site s ON s.id = a.site";

impl Store {
    /// Up to `limit` alerts that are seen, after `after`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_alerts(
        &self,
        sight: AlertSight,
        include_closed: bool,
        after: Option<AlertKey>,
        limit: usize,
    ) -> Result<Vec<AlertRow>, StoreError> {
        self.read(move |connection| {
            let (raised_at, rowid) = after.unwrap_or((i64::MAX, i64::MAX));
            let sql = format!(
                "{COLUMNS} WHERE (:closed OR a.state <> 'closed') AND (a.raised_at, a.id) < (:raised_at, :rowid)
                   AND {SEEN}
                 ORDER BY a.raised_at DESC, a.id DESC LIMIT :limit"
            );
            let mut query = connection.prepare_cached(&sql)?;
            let rows = query.query_map(
                named_params! {
                    ":sites": sight.sites,
                    ":devices": sight.devices,
                    ":least": sight.safeguarding_from,
                    ":closed": include_closed,
                    ":raised_at": raised_at,
                    ":rowid": rowid,
                    ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                read,
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The alert of that reference and what became of its mail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn alert(
        &self,
        reference: &str,
    ) -> Result<Option<(AlertRow, Vec<DeliveryRow>, Vec<CauseRow>)>, StoreError> {
        let reference = reference.to_owned();
        self.read(move |connection| {
            let Some(alert) = by_reference(connection, &reference)? else { return Ok(None) };
            let mut query = connection.prepare_cached(
                "SELECT role, state, attempts, sent_at, last_error FROM outbox WHERE alert = ?1 ORDER BY id LIMIT 1000",
            )?;
            let deliveries = query.query_map([alert.rowid], |row| {
                Ok(DeliveryRow {
                    role: row.get(0)?,
                    state: row.get(1)?,
                    attempts: count(row.get(2)?),
                    sent_at: row.get::<_, Option<i64>>(3)?.map(moment),
                    last_error: row.get(4)?,
                })
            })?;
            let deliveries = deliveries.collect::<Result<_, _>>()?;
            let causes = keywords::causes(connection, alert.rowid)?;
            Ok(Some((alert, deliveries, causes)))
        })
        .await
    }
}

/// The alert of that reference, as the caller's transaction sees it.
pub(in crate::store) fn by_reference(connection: &Connection, reference: &str) -> Result<Option<AlertRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE a.reference = ?1"))?;
    Ok(query.query_row([reference], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AlertRow> {
    Ok(AlertRow {
        rowid: row.get(0)?,
        reference: row.get(1)?,
        kind: row.get(2)?,
        severity: count(row.get(3)?),
        site: row.get(4)?,
        about: row.get(5)?,
        state: row.get(6)?,
        raised_at: moment(row.get(7)?),
        acknowledged_at: row.get::<_, Option<i64>>(8)?.map(moment),
        acknowledged_by: row.get::<_, Option<String>>(9)?.unwrap_or_default(),
        closed_at: row.get::<_, Option<i64>>(10)?.map(moment),
        closed_by: row.get::<_, Option<String>>(11)?.unwrap_or_default(),
        outcome: row.get::<_, Option<String>>(12)?.unwrap_or_default(),
        events: count(row.get(13)?),
    })
}
