//! Sites: how one is founded, and what its devices must know.

use caretaker_shared::policy::DevicePolicy;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::identity::Caller;
use super::{Order, Store, StoreError, audit};
use crate::audit::Entry;

impl Store {
    /// Founds a site with its first policy; says whether it was not there before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn found_site(
        &self,
        name: String,
        policy_toml: &'static str,
        actor: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(Order::First, move |transaction| {
            let known = transaction.query_row("SELECT id FROM site WHERE name = ?1", [&name], |_| Ok(())).optional()?;
            if known.is_some() {
                return Ok(false);
            }
            transaction.execute("INSERT INTO site (name) VALUES (?1)", [&name])?;
            transaction.execute(
                "INSERT INTO policy (site, version, toml, applied_at, applied_by) VALUES (?1, 1, ?2, ?3, ?4)",
                params![transaction.last_insert_rowid(), policy_toml, now.as_millisecond(), actor],
            )?;
            let entry = Entry {
                at_ms: now.as_millisecond(),
                actor,
                action: "site.found".into(),
                subject: format!("site {name}"),
                detail: "policy version 1".into(),
            };
            audit::append(transaction, &entry)?;
            Ok(true)
        })
        .await
    }

    /// Names of all sites, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn site_names(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut sites = connection.prepare("SELECT name FROM site ORDER BY name")?;
            let names = sites.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
        .await
    }

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
