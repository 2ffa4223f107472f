//! The policy in force at a site, parsed once for each version.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_shared::policy::{DevicePolicy, Policy};
use rusqlite::Connection;

use super::identity::Caller;
use super::{SiteScope, Store, StoreError, policies};

/// Parsed policies, by the row of their site, with their version.
#[derive(Default)]
pub(super) struct Policies(Mutex<HashMap<i64, (u64, Arc<Policy>)>>);

impl Policies {
    /// The policy in force at a site; `None` for a site that has none.
    pub(super) fn in_force(
        &self,
        connection: &Connection,
        site: i64,
    ) -> Result<Option<(u64, Arc<Policy>)>, StoreError> {
        let version = version(connection, site)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, policy)) = known.get(&site).filter(|(known, _)| *known == version) {
            return Ok(Some((*version, policy.clone())));
        }
        let Some((version, text)) = policies::newest(connection, site)? else { return Ok(None) };
        let policy = Arc::new(Policy::parse(&text).map_err(|source| StoreError::Policy { version, source })?);
        let version = u64::try_from(version).unwrap_or_default();
        known.insert(site, (version, policy.clone()));
        Ok(Some((version, policy)))
    }
}

impl Store {
    /// The device's part of its site's policy; `None` when the device has the version in force.
    ///
    /// # Errors
    /// When the database cannot be read, or the policy in it is not one.
    pub async fn device_policy(
        &self,
        caller: Caller,
        school: String,
        held: u64,
    ) -> Result<Option<DevicePolicy>, StoreError> {
        let policies = self.policies.clone();
        self.read(move |connection| {
            let Some((version, policy)) = policies.in_force(connection, caller.site)?.filter(|(now, _)| *now != held)
            else {
                return Ok(None);
            };
            let site: String =
                connection.query_row("SELECT name FROM site WHERE id = ?1", [caller.site], |row| row.get(0))?;
            Ok(Some(DevicePolicy::of(&policy, &school, &site, version)))
        })
        .await
    }
}

impl Store {
    /// The sites and the policy in force at each, by name.
    ///
    /// # Errors
    /// When the database cannot be read, or a policy in it is not one.
    pub async fn policies_in_force(&self, scope: &SiteScope) -> Result<Vec<SitePolicy>, StoreError> {
        let (policies, scope) = (self.policies.clone(), scope.clone());
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT id, name FROM site WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY name",
            )?;
            let sites = query.query_map([scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let sites = sites.collect::<Result<Vec<(i64, String)>, _>>()?;
            sites
                .into_iter()
                .map(|(row, site)| {
                    Ok(SitePolicy { policy: policies.in_force(connection, row)?.map(|(_, policy)| policy), site })
                })
                .collect()
        })
        .await
    }
}

/// A site and its policy.
#[derive(Debug, Clone)]
pub struct SitePolicy {
    /// Its name.
    pub site: String,
    /// `None` for a site without one.
    pub policy: Option<Arc<Policy>>,
}

/// Version of the policy in force at a site; 0 for none.
pub(super) fn version(connection: &Connection, site: i64) -> Result<u64, StoreError> {
    let version: Option<i64> = connection
        .prepare_cached("SELECT max(version) FROM policy WHERE site = ?1")?
        .query_row([site], |row| row.get(0))?;
    Ok(version.and_then(|version| u64::try_from(version).ok()).unwrap_or_default())
}
