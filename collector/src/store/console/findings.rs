//! Findings, listed.

use caretaker_shared::model::{DeviceId, Requirement};
use jiff::Timestamp;
use rusqlite::named_params;
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};

/// A finding as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    pub(crate) rowid: i64,
    pub(crate) device_rowid: i64,
    /// Id of the requirement.
    pub requirement: String,
    /// Name of the device.
    pub device: String,
    /// Its id.
    pub device_id: DeviceId,
    /// Name of the site.
    pub site: String,
    /// What it is about; empty for the device.
    pub subject: String,
    /// "fails", "unknown".
    pub verdict: String,
    /// In a few words.
    pub summary: String,
    /// How we know.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when; `None` while it is open.
    pub closed_at: Option<Timestamp>,
}

/// Which findings.
#[derive(Debug, Clone)]
pub struct FindingFilter {
    /// At these sites alone.
    pub sites: SiteScope,
    /// Of this requirement.
    pub requirement: Option<Requirement>,
    /// At this site.
    pub site: Option<String>,
    /// Closed ones too.
    pub include_closed: bool,
}

/// Where a list of findings goes on: requirement, device and number of the last one.
pub type FindingKey = (String, i64, i64);

impl Store {
    /// Up to `limit` findings after `after`, by requirement and device, those first that enrolled first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_findings(
        &self,
        filter: FindingFilter,
        after: Option<FindingKey>,
        limit: usize,
    ) -> Result<Vec<FindingRow>, StoreError> {
        self.read(move |connection| {
            let (requirement, device, rowid) = after.unwrap_or_default();
            // Said in so many words, so that the index of open findings is used: a page then costs what it shows.
            let state = if filter.include_closed { "TRUE" } else { "f.closed_at IS NULL" };
            let sql = format!(
                "SELECT f.id, f.requirement, d.name, d.uuid, s.name, f.subject, f.verdict, f.summary, f.reason,
                        f.remedy, f.opened_at, f.closed_at, f.device
                 FROM finding f JOIN device d ON d.id = f.device JOIN site s ON s.id = d.site
                 WHERE (:only IS NULL OR f.requirement = :only) AND (:site IS NULL OR s.name = :site)
                   AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))
                   AND {state} AND (f.requirement, f.device, f.id) > (:requirement, :device, :rowid)
                 ORDER BY f.requirement, f.device, f.id LIMIT :limit"
            );
            let mut query = connection.prepare_cached(&sql)?;
            let rows = query.query_map(
                named_params! {
                    ":only": filter.requirement.map(Requirement::id),
                    ":site": filter.site,
                    ":sites": filter.sites,
                    ":requirement": requirement,
                    ":device": device,
                    ":rowid": rowid,
                    ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                |row| {
                    Ok(FindingRow {
                        rowid: row.get(0)?,
                        requirement: row.get(1)?,
                        device: row.get(2)?,
                        device_id: DeviceId::from_uuid(Uuid::from_bytes(row.get(3)?)),
                        site: row.get(4)?,
                        subject: row.get(5)?,
                        verdict: row.get(6)?,
                        summary: row.get(7)?,
                        reason: row.get(8)?,
                        remedy: row.get(9)?,
                        opened_at: moment(row.get(10)?),
                        closed_at: row.get::<_, Option<i64>>(11)?.map(moment),
                        device_rowid: row.get(12)?,
                    })
                },
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
