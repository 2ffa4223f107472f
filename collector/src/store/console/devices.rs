//! Devices, listed and found.

use caretaker_shared::model::{DeviceId, Requirement};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params};
use uuid::Uuid;

use super::super::device_groups::{GROUPS_OF_D, IN_GROUP, texts};
use super::super::functions::operating_system;
use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::chosen::{REQUIREMENTS, many, rows, total};
use super::count;
use crate::filter::{Chosen, Column, Kind};

/// A device as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its number in this database.
    pub(crate) rowid: i64,
    /// Its id.
    pub id: DeviceId,
    /// As people call it; two may share one.
    pub name: String,
    /// Name of its site.
    pub site: String,
    /// "active", "revoked".
    pub status: String,
    /// Operating system; empty until it has reported.
    pub os: String,
    /// Of its agent.
    pub agent_version: String,
    /// When it was let in.
    pub enrolled_at: Timestamp,
    /// Its last word, if it ever said one.
    pub last_seen_at: Option<Timestamp>,
    /// The policy that it works by; 0 for none.
    pub policy_version: u64,
    /// Open findings that fail.
    pub findings: u32,
    /// Open findings that are not known.
    pub unknowns: u32,
    /// The end of its newest certificate.
    pub certificate_ends_at: Option<Timestamp>,
    /// What is out of date on it (A1, B2, D1), in a few words each.
    pub overdue: Vec<String>,
    /// The groups of its site's policy that it is in, sorted; none once it is not active.
    pub groups: Vec<String>,
}

/// Which devices.
#[derive(Debug, Clone)]
pub struct DeviceFilter {
    /// At these sites alone.
    pub sites: SiteScope,
    /// Of this site.
    pub site: Option<String>,
    /// With an open finding of this requirement.
    pub finding: Option<Requirement>,
    /// With something out of date.
    pub overdue: bool,
    /// Those of them.
    pub view: Chosen,
}

/// What a list of devices may be filtered and sorted by.
pub const DEVICE_COLUMNS: &[Column] = &[
    Column::new(
        "id",
        Kind::Text,
        "lower(substr(hex(d.uuid), 1, 8) || '-' || substr(hex(d.uuid), 9, 4) || '-' ||
        substr(hex(d.uuid), 13, 4) || '-' || substr(hex(d.uuid), 17, 4) || '-' || substr(hex(d.uuid), 21))",
    ),
    Column::new("name", Kind::Text, "d.name"),
    Column::new("site", Kind::Text, "s.name"),
    Column::new("status", Kind::Word(&["active", "revoked", "retired", "lost"]), "d.status"),
    Column::new(
        "os",
        Kind::Text,
        "(SELECT system_of((SELECT r.facts FROM reading r WHERE r.device = d.id AND r.probe = 'host')))",
    ),
    Column::new("agent_version", Kind::Text, "d.agent_version"),
    Column::new("enrolled_at", Kind::Time, "d.enrolled_at"),
    Column::new("last_seen_at", Kind::Time, "d.last_seen_at"),
    Column::new("policy_version", Kind::Number, "d.policy_version"),
    Column::new(
        "findings",
        Kind::Number,
        "(SELECT count(*) FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL
        AND f.verdict = 'fails')",
    ),
    Column::new(
        "unknowns",
        Kind::Number,
        "(SELECT count(*) FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL
        AND f.verdict = 'unknown')",
    ),
    Column::new("certificate_ends_at", Kind::Time, "(SELECT max(c.ends_at) FROM certificate c WHERE c.device = d.id)"),
    Column::new(
        "overdue",
        Kind::List,
        "coalesce((SELECT group_concat(f.summary, char(10)) FROM finding f
        WHERE f.device = d.id AND f.closed_at IS NULL AND f.verdict = 'fails'
          AND f.requirement IN ('A1', 'A1.signatures', 'B2')), '')",
    ),
    Column::new("groups", Kind::List, GROUPS_OF_D).holding(IN_GROUP),
    // Not in the JSON of a list: which requirements it has an open finding of.
    Column::new(
        "finding",
        Kind::Words(REQUIREMENTS),
        "coalesce((SELECT group_concat(f.requirement, char(10)) FROM finding f
        WHERE f.device = d.id AND f.closed_at IS NULL), '')",
    ),
];

/// Where a list of devices goes on: name and id of the last one.
pub type DeviceKey = (String, Uuid);

const COLUMNS: &str = "SELECT d.id, d.uuid, d.name, s.name, d.status, d.agent_version, d.enrolled_at, d.last_seen_at,
    d.policy_version,
    (SELECT count(*) FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL AND f.verdict = 'fails'),
    (SELECT count(*) FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL AND f.verdict = 'unknown'),
    (SELECT max(c.ends_at) FROM certificate c WHERE c.device = d.id),
    (SELECT r.facts FROM reading r WHERE r.device = d.id AND r.probe = 'host'),
    (SELECT group_concat(f.summary, char(10)) FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL
        AND f.verdict = 'fails' AND f.requirement IN ('A1', 'A1.signatures', 'B2')),
    (SELECT group_concat(g.name, char(10)) FROM device_group g WHERE g.device = d.id)
    FROM device d JOIN site s ON s.id = d.site";

/// The devices that a filter is about.
const LISTED: &str = "FROM device d JOIN site s ON s.id = d.site
    WHERE (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))
      AND (:site IS NULL OR s.name = :site)
      AND (:finding IS NULL OR EXISTS (SELECT 1 FROM finding f WHERE f.device = d.id AND f.requirement = :finding
          AND f.closed_at IS NULL))
      AND (NOT :overdue OR EXISTS (SELECT 1 FROM finding f WHERE f.device = d.id AND f.closed_at IS NULL
          AND f.verdict = 'fails' AND f.requirement IN ('A1', 'A1.signatures', 'B2')))";

/// Of a site that is seen.
const SEEN: &str = "(:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))";

impl Store {
    /// Up to `limit` devices after `after`, in the order of the view, then by name and id. A view that is sorted goes on
    /// by its `skip` alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_devices(
        &self,
        filter: DeviceFilter,
        after: Option<DeviceKey>,
        limit: usize,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(move |connection| {
            let (name, id) = after.unwrap_or_default();
            // The nil id sorts before every other, and no device has an empty name and the nil id. What is shown of a
            // device is asked for afterwards: of a page, and not of all that are sorted.
            let sql = format!(
                "SELECT d.id {LISTED} AND {} AND (d.name COLLATE NOCASE, d.uuid) > (:name, :id)
                 ORDER BY {} d.name COLLATE NOCASE, d.uuid LIMIT :limit OFFSET :skip",
                filter.view.clause(),
                filter.view.order()
            );
            let own: [(&str, &dyn ToSql); 8] = [
                (":sites", &filter.sites),
                (":site", &filter.site),
                (":finding", &filter.finding.map(Requirement::id)),
                (":overdue", &filter.overdue),
                (":name", &name),
                (":id", &id.as_bytes()),
                (":limit", &many(limit)),
                (":skip", &many(filter.view.skip)),
            ];
            let found = rows(connection, &sql, &own, &filter.view, |row| row.get::<_, i64>(0))?;
            let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE d.id = ?1"))?;
            let devices = found.into_iter().filter_map(|device| query.query_row([device], read).optional().transpose());
            Ok(devices.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How many devices the filter finds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_devices(&self, filter: DeviceFilter) -> Result<u64, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT count(*) {LISTED} AND {}", filter.view.clause());
            let own: [(&str, &dyn ToSql); 4] = [
                (":sites", &filter.sites),
                (":site", &filter.site),
                (":finding", &filter.finding.map(Requirement::id)),
                (":overdue", &filter.overdue),
            ];
            total(connection, &sql, &own, &filter.view)
        })
        .await
    }

    /// The devices of these sites that go by this id or name: one, none, or several that share the name. Where one of several is
    /// active and the others are revoked, the active one is meant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_devices(&self, device: &str, scope: &SiteScope) -> Result<Vec<DeviceRow>, StoreError> {
        let (device, scope) = (device.to_owned(), scope.clone());
        self.read(move |connection| named(connection, &device, &scope)).await
    }
}

fn named(connection: &Connection, device: &str, scope: &SiteScope) -> Result<Vec<DeviceRow>, StoreError> {
    let found: Vec<DeviceRow> = if let Ok(id) = device.parse::<DeviceId>() {
        let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE d.uuid = :id AND {SEEN}"))?;
        query.query_map(named_params! { ":id": id.as_bytes(), ":sites": scope }, read)?.collect::<Result<_, _>>()?
    } else {
        let sql = format!("{COLUMNS} WHERE d.name = :name COLLATE NOCASE AND {SEEN} ORDER BY d.uuid LIMIT 100");
        let mut query = connection.prepare_cached(&sql)?;
        query.query_map(named_params! { ":name": device, ":sites": scope }, read)?.collect::<Result<_, _>>()?
    };
    let mut active = found.iter().filter(|device| device.status == "active");
    match (active.next().cloned(), active.next()) {
        (Some(only), None) => Ok(vec![only]),
        (Some(_), Some(_)) | (None, _) => Ok(found),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    let id: [u8; 16] = row.get(1)?;
    let facts: Option<Vec<u8>> = row.get(12)?;
    Ok(DeviceRow {
        rowid: row.get(0)?,
        id: DeviceId::from_uuid(Uuid::from_bytes(id)),
        name: row.get(2)?,
        site: row.get(3)?,
        status: row.get(4)?,
        os: facts.map(|facts| operating_system(&facts)).unwrap_or_default(),
        agent_version: row.get(5)?,
        enrolled_at: moment(row.get(6)?),
        last_seen_at: row.get::<_, Option<i64>>(7)?.map(moment),
        policy_version: u64::try_from(row.get::<_, i64>(8)?).unwrap_or_default(),
        findings: count(row.get(9)?),
        unknowns: count(row.get(10)?),
        certificate_ends_at: row.get::<_, Option<i64>>(11)?.map(moment),
        overdue: texts(row.get(13)?),
        groups: texts(row.get(14)?),
    })
}
