//! The place that a licence is for, as a group of devices.

use rusqlite::params;

use super::super::{Store, StoreError};
use crate::licences::Licence;

/// What the place of a licence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LicencePlace {
    /// Whether a group of devices at its site is called so.
    pub is_group: bool,
    /// Active devices of the group at its site.
    pub devices: u32,
}

impl Store {
    /// The place of a licence; `None` where it is for its whole site, or for people.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_place(&self, licence: &Licence) -> Result<Option<LicencePlace>, StoreError> {
        let scope = licence.scope.clone();
        let place = scope.place.trim().to_owned();
        if place.is_empty() || !licence.metric.binds_to_place() {
            return Ok(None);
        }
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT count(*) > 0, count(*) FILTER (WHERE d.status = 'active')
                 FROM device_group g JOIN device d ON d.id = g.device JOIN site s ON s.id = d.site
                 WHERE g.name = ?1 AND (?2 IS NULL OR s.name = ?2 COLLATE NOCASE)",
            )?;
            let found = query.query_row(params![place, scope.site], |row| {
                Ok(LicencePlace { is_group: row.get(0)?, devices: row.get(1)? })
            })?;
            Ok(Some(found))
        })
        .await
    }
}
