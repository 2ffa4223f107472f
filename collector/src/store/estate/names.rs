//! The devices behind a number, by name.

use std::collections::{HashMap, HashSet};

use caretaker_shared::model::{DeviceId, Requirement};
use rusqlite::{Connection, named_params};
use uuid::Uuid;

use super::super::console::FindingRow;
use super::super::moment::moment;
use super::super::{Store, StoreError};

/// A device and the first thing that is open at it.
#[derive(Debug, Clone)]
pub struct NamedDevice {
    /// Its number in this database.
    pub(crate) rowid: i64,
    /// Its id.
    pub id: DeviceId,
    /// As people call it.
    pub name: String,
    /// What was found first of the requirement that was asked for, what fails before what is not known.
    pub finding: Option<FindingRow>,
    /// How many more findings of the requirement are open.
    pub more: u32,
}

impl Store {
    /// Names of these devices, by name, with what is open of a requirement.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn names_of(
        &self,
        devices: HashSet<i64>,
        requirement: Option<Requirement>,
    ) -> Result<Vec<NamedDevice>, StoreError> {
        self.read(move |connection| {
            let moment = connection.unchecked_transaction()?;
            let mut findings = match requirement {
                Some(requirement) => findings(&moment, &devices, requirement)?,
                None => HashMap::new(),
            };
            let mut query = moment.prepare_cached(
                "SELECT id, uuid, name FROM device WHERE status = 'active' ORDER BY name COLLATE NOCASE, uuid",
            )?;
            let mut rows = query.query([])?;
            let mut named = Vec::with_capacity(devices.len());
            while let Some(row) = rows.next()? {
                let rowid = row.get(0)?;
                if devices.contains(&rowid) {
                    let id = DeviceId::from_uuid(Uuid::from_bytes(row.get(1)?));
                    let (finding, more) =
                        findings.remove(&rowid).map_or((None, 0), |(found, more)| (Some(found), more));
                    named.push(NamedDevice { rowid, id, name: row.get(2)?, finding, more });
                }
            }
            Ok(named)
        })
        .await
    }
}

/// The first open finding of each device, and how many more it has.
fn findings(
    connection: &Connection,
    devices: &HashSet<i64>,
    requirement: Requirement,
) -> Result<HashMap<i64, (FindingRow, u32)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, device, subject, verdict, summary, reason, remedy, opened_at FROM finding
         WHERE requirement = :requirement AND closed_at IS NULL ORDER BY device, id",
    )?;
    let mut rows = query.query(named_params! { ":requirement": requirement.id() })?;
    let mut findings: HashMap<i64, (FindingRow, u32)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let device = row.get(1)?;
        if !devices.contains(&device) {
            continue;
        }
        let fails = row.get_ref(3)?.as_str().is_ok_and(|verdict| verdict == "fails");
        let more = match findings.get_mut(&device) {
            Some((first, more)) if first.verdict == "fails" || !fails => {
                *more += 1;
                continue;
            }
            Some((_, more)) => *more + 1,
            None => 0,
        };
        let found = FindingRow {
            rowid: row.get(0)?,
            device_rowid: device,
            requirement: requirement.id().to_owned(),
            device: String::new(),
            device_id: DeviceId::from_uuid(Uuid::nil()),
            site: String::new(),
            subject: row.get(2)?,
            verdict: row.get(3)?,
            summary: row.get(4)?,
            reason: row.get(5)?,
            remedy: row.get(6)?,
            opened_at: moment(row.get(7)?),
            closed_at: None,
            groups: Vec::new(),
        };
        findings.insert(device, (found, more));
    }
    Ok(findings)
}
