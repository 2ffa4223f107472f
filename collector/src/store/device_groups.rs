//! Which devices belong together: each active device has a row for each group of its site's policy in force that fits
//! its name. Whatever changes a policy, a name, a site or whether a device is active brings the rows in line in the same
//! transaction, so that lists and audits may join them without a look at any policy.

use std::collections::{BTreeSet, HashSet};

use caretaker_shared::policy::{DeviceGroup, Grouping};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::StoreError;
use super::in_force::Policies;

/// The groups of a device as one text with a line for each, over `d`, as lists filter by it.
pub(super) const GROUPS_OF_D: &str =
    "coalesce((SELECT group_concat(g.name, char(10)) FROM device_group g WHERE g.device = d.id), '')";

/// Whether `d` is in the group `{}`, as lists filter by it.
pub(super) const IN_GROUP: &str = "d.id IN (SELECT g.device FROM device_group g WHERE g.name = {})";

/// The texts of a list as a query gives it, one in each line; none for NULL.
pub(super) fn texts(lines: Option<String>) -> Vec<String> {
    lines.map(|lines| lines.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// Numbers of the devices that are in a group of this name, in any case, at any site.
pub(super) fn members(connection: &Connection, group: &str) -> Result<HashSet<i64>, StoreError> {
    let mut query = connection.prepare_cached("SELECT device FROM device_group WHERE name = ?1")?;
    Ok(query.query_map([group], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A device and what is held of it.
struct Held {
    row: i64,
    name: String,
    active: bool,
    groups: BTreeSet<String>,
}

/// Brings the devices of a site in line with the groups of its policy, which is in force from now on.
pub(super) fn settle_site(tx: &Transaction<'_>, site: i64, groups: &[DeviceGroup]) -> Result<(), StoreError> {
    let sql = format!("SELECT d.id, d.name, d.status = 'active', {GROUPS_OF_D} FROM device d WHERE d.site = ?1");
    settle(tx, held(tx, &sql, site)?, groups)
}

/// Brings one device in line with the policy in force at its site.
pub(super) fn settle_device(tx: &Transaction<'_>, device: i64, policies: &Policies) -> Result<(), StoreError> {
    let site = tx.prepare_cached("SELECT site FROM device WHERE id = ?1")?.query_row([device], |row| row.get(0))?;
    // A policy that cannot be read is told of by who judges by it, and keeps no device out.
    let policy = match policies.in_force(tx, site) {
        Ok(policy) => policy,
        Err(StoreError::Policy { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let sql = format!("SELECT d.id, d.name, d.status = 'active', {GROUPS_OF_D} FROM device d WHERE d.id = ?1");
    let groups = policy.as_ref().map_or(&[][..], |(_, policy)| &policy.groups);
    settle(tx, held(tx, &sql, device)?, groups)
}

/// Takes a device that is no longer active out of its groups.
pub(super) fn leave(tx: &Transaction<'_>, device: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM device_group WHERE device = ?1")?.execute([device])?;
    Ok(())
}

/// Brings all devices in line as the store is opened: the file may be of a time when nobody kept the rows, or have been
/// changed by hand.
pub(super) fn settle_all(connection: &mut Connection, policies: &Policies) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sites = tx.prepare("SELECT id FROM site")?.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for site in sites {
        match policies.in_force(&tx, site) {
            Ok(Some((_, policy))) => settle_site(&tx, site, &policy.groups)?,
            Ok(None) => settle_site(&tx, site, &[])?,
            Err(error @ StoreError::Policy { .. }) => {
                tracing::error!(%error, site, "groups of devices stay as they are");
            }
            Err(error) => return Err(error),
        }
    }
    tx.commit()?;
    Ok(())
}

fn held(tx: &Transaction<'_>, sql: &str, of: i64) -> Result<Vec<Held>, StoreError> {
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([of], |row| {
        let groups = texts(row.get(3)?).into_iter().collect();
        Ok(Held { row: row.get(0)?, name: row.get(1)?, active: row.get(2)?, groups })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes the rows of those devices alone that are not in line.
fn settle(tx: &Transaction<'_>, devices: Vec<Held>, groups: &[DeviceGroup]) -> Result<(), StoreError> {
    let grouping = Grouping::new(groups);
    let mut insert = tx.prepare_cached("INSERT INTO device_group (device, name) VALUES (?1, ?2)")?;
    for device in devices {
        let names = if device.active { grouping.of(&device.name) } else { Vec::new() };
        let wanted: BTreeSet<&str> = names.into_iter().collect();
        if device.groups.iter().map(String::as_str).eq(wanted.iter().copied()) {
            continue;
        }
        leave(tx, device.row)?;
        for name in wanted {
            insert.execute(params![device.row, name])?;
        }
    }
    Ok(())
}
