//! Which devices have proven themselves.

use std::collections::HashMap;

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::row::{self, CanaryRow};
use crate::store::device_groups::{GROUPS_OF_D, texts};
use crate::store::moment::moment;
use crate::store::{SiteScope, Store, StoreError};

/// An active device, and what it has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The device.
    pub device: DeviceId,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub site: String,
    /// Its last word.
    pub last_seen_at: Option<Timestamp>,
    /// When it has proven itself last.
    pub proven_at: Option<Timestamp>,
    /// The newest canary.
    pub newest: Option<CanaryRow>,
    /// The groups of its site's policy that it is in, sorted.
    pub groups: Vec<String>,
}

impl Store {
    /// Every active device of the sites, by site and name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn proofs(&self, scope: &SiteScope) -> Result<Vec<Proof>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| proofs(connection, &scope)).await
    }
}

pub(in crate::store) fn proofs(connection: &Connection, scope: &SiteScope) -> Result<Vec<Proof>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "{} WHERE c.id IN (SELECT max(id) FROM canary GROUP BY device)
            AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))",
        row::SELECT
    ))?;
    let newest = query.query_map(named_params! { ":sites": scope }, row::read)?;
    let mut newest: HashMap<DeviceId, CanaryRow> =
        newest.map(|row| row.map(|row| (row.device, row))).collect::<Result<_, _>>()?;
    let mut query = connection.prepare_cached(&format!(
        "SELECT d.uuid, d.name, s.name, d.last_seen_at, (SELECT max(proven_at) FROM canary WHERE device = d.id),
             {GROUPS_OF_D}
         FROM device d JOIN site s ON s.id = d.site
         WHERE d.status = 'active' AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))
         ORDER BY s.name, d.name, d.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": scope }, |row| {
        let id: Vec<u8> = row.get(0)?;
        let device = DeviceId::from_slice(&id).ok_or(rusqlite::Error::InvalidQuery)?;
        Ok(Proof {
            newest: newest.remove(&device),
            device,
            name: row.get(1)?,
            site: row.get(2)?,
            last_seen_at: row.get::<_, Option<i64>>(3)?.map(moment),
            proven_at: row.get::<_, Option<i64>>(4)?.map(moment),
            groups: texts(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
