//! Findings, listed.

use caretaker_shared::model::{DeviceId, Requirement};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, ToSql};
use uuid::Uuid;

use super::super::device_groups::{GROUPS_OF_D, IN_GROUP, texts};
use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::chosen::{REQUIREMENTS, many, rows, total};
use crate::filter::{Chosen, Column, Kind};

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
    /// Groups of the device.
    pub groups: Vec<String>,
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
    /// Those of them.
    pub view: Chosen,
}

/// What a list of findings may be filtered and sorted by.
pub const FINDING_COLUMNS: &[Column] = &[
    Column::new("requirement", Kind::Word(REQUIREMENTS), "f.requirement"),
    Column::new("title", Kind::Text, "title_of(f.requirement)"),
    Column::new("device", Kind::Text, "d.name"),
    Column::new(
        "device_id",
        Kind::Text,
        "lower(substr(hex(d.uuid), 1, 8) || '-' || substr(hex(d.uuid), 9, 4) || '-' ||
        substr(hex(d.uuid), 13, 4) || '-' || substr(hex(d.uuid), 17, 4) || '-' || substr(hex(d.uuid), 21))",
    ),
    Column::new("site", Kind::Text, "s.name"),
    // What names accounts, and folders that are called after people.
    Column::new("subject", Kind::Text, "f.subject").personal(),
    Column::new("verdict", Kind::Word(&["fails", "unknown"]), "f.verdict"),
    Column::new("summary", Kind::Text, "f.summary").personal(),
    Column::new("reason", Kind::Text, "f.reason").personal(),
    Column::new("remedy", Kind::Text, "f.remedy").personal(),
    Column::new("opened_at", Kind::Time, "f.opened_at"),
    Column::new("closed_at", Kind::Time, "f.closed_at"),
    Column::new("groups", Kind::List, GROUPS_OF_D).holding(IN_GROUP),
];

/// Where a list of findings goes on: requirement, device and number of the last one.
pub type FindingKey = (String, i64, i64);

const COLUMNS: &str = "SELECT f.id, f.requirement, d.name, d.uuid, s.name, f.subject, f.verdict, f.summary, f.reason,
    f.remedy, f.opened_at, f.closed_at, f.device,
    (SELECT group_concat(g.name, char(10)) FROM device_group g WHERE g.device = d.id)
    FROM finding f JOIN device d ON d.id = f.device JOIN site s ON s.id = d.site";

impl FindingFilter {
    /// The findings that it is about. Said in so many words whether closed ones are among them, so that the index of
    /// open findings is used: a page then costs what it shows.
    fn listed(&self) -> String {
        let state = if self.include_closed { "TRUE" } else { "f.closed_at IS NULL" };
        format!(
            "FROM finding f JOIN device d ON d.id = f.device JOIN site s ON s.id = d.site
             WHERE (:only IS NULL OR f.requirement = :only) AND (:site IS NULL OR s.name = :site)
               AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites))) AND {state} AND {}",
            self.view.clause()
        )
    }
}

impl Store {
    /// Up to `limit` findings after `after`, in the order of the view, then by requirement and device, those first that
    /// enrolled first. A view that is sorted goes on by its `skip` alone.
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
            let sql = format!(
                "SELECT f.id {} AND (f.requirement, f.device, f.id) > (:requirement, :device, :rowid)
                 ORDER BY {} f.requirement, f.device, f.id LIMIT :limit OFFSET :skip",
                filter.listed(),
                filter.view.order()
            );
            let own: [(&str, &dyn ToSql); 8] = [
                (":only", &filter.requirement.map(Requirement::id)),
                (":site", &filter.site),
                (":sites", &filter.sites),
                (":requirement", &requirement),
                (":device", &device),
                (":rowid", &rowid),
                (":limit", &many(limit)),
                (":skip", &many(filter.view.skip)),
            ];
            let found = rows(connection, &sql, &own, &filter.view, |row| row.get::<_, i64>(0))?;
            let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE f.id = ?1"))?;
            let findings =
                found.into_iter().filter_map(|finding| query.query_row([finding], read).optional().transpose());
            Ok(findings.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How many findings the filter finds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_findings(&self, filter: FindingFilter) -> Result<u64, StoreError> {
        self.read(move |connection| {
            let own: [(&str, &dyn ToSql); 3] = [
                (":only", &filter.requirement.map(Requirement::id)),
                (":site", &filter.site),
                (":sites", &filter.sites),
            ];
            total(connection, &format!("SELECT count(*) {}", filter.listed()), &own, &filter.view)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<FindingRow> {
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
        groups: texts(row.get(13)?),
    })
}
