//! Policies: every version that was ever in force at a site.

use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::console::count;
use super::moment::moment;
use super::{Order, Store, StoreError, audit, device_groups, ladder, sites};
use crate::audit::Entry;

/// A version of a site's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitePolicyText {
    /// Name of the site.
    pub site: String,
    /// From 1, one more with each change.
    pub version: u64,
    /// The file as it was applied, with its comments.
    pub toml: String,
    /// When.
    pub applied_at: Timestamp,
    /// By whom.
    pub applied_by: String,
}

/// What applying a policy came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Name of the site, as it was written first.
    pub site: String,
    /// The version in force now.
    pub version: u64,
    /// Whether it is a new one.
    pub changed: bool,
    /// Active devices of the site.
    pub devices: u32,
}

impl Store {
    /// Puts a checked policy in force at a site, which begins with it when there was none of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn apply_policy(
        &self,
        site: &str,
        toml: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let (site, toml, actor, now) = (site.to_owned(), toml.to_owned(), actor.to_owned(), now.as_millisecond());
        self.write(Order::First, move |transaction| {
            let (id, site) = if let Some(known) = sites::by_name(transaction, &site)? {
                known
            } else {
                transaction.prepare_cached("INSERT INTO site (name) VALUES (?1)")?.execute([&site])?;
                (transaction.last_insert_rowid(), site)
            };
            let before = newest(transaction, id)?;
            let version = before.as_ref().map_or(0, |(version, _)| *version);
            let changed = before.is_none_or(|(_, text)| text != toml);
            let version = if changed { version + 1 } else { version };
            if changed {
                transaction
                    .prepare_cached(
                        "INSERT INTO policy (site, version, toml, applied_at, applied_by) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![id, version, toml, now, actor])?;
                let (subject, detail) = (site.clone(), format!("version {version}"));
                audit::append(
                    transaction,
                    &Entry { at_ms: now, actor, action: "policy.apply".into(), subject, detail },
                )?;
                if let Ok(policy) = Policy::parse(&toml) {
                    ladder::redirect(transaction, id, &policy, moment(now))?;
                    device_groups::settle_site(transaction, id, &policy.groups)?;
                }
            }
            let devices = transaction
                .prepare_cached("SELECT count(*) FROM device WHERE site = ?1 AND status = 'active'")?
                .query_row([id], |row| row.get(0))?;
            let version = u64::try_from(version).unwrap_or_default();
            Ok(Applied { site, version, changed, devices: count(devices) })
        })
        .await
    }

    /// The policy in force at a site.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn site_policy(&self, site: &str) -> Result<Option<SitePolicyText>, StoreError> {
        let site = site.to_owned();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT s.name, p.version, p.toml, p.applied_at, p.applied_by FROM policy p JOIN site s ON s.id = p.site
                 WHERE s.name = ?1 ORDER BY p.version DESC LIMIT 1",
            )?;
            let found = query.query_row([site], |row| {
                Ok(SitePolicyText {
                    site: row.get(0)?,
                    version: u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
                    toml: row.get(2)?,
                    applied_at: moment(row.get(3)?),
                    applied_by: row.get(4)?,
                })
            });
            Ok(found.optional()?)
        })
        .await
    }
}

/// The version in force at a site, and its text.
pub(super) fn newest(connection: &Connection, site: i64) -> Result<Option<(i64, String)>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT version, toml FROM policy WHERE site = ?1 ORDER BY version DESC LIMIT 1")?;
    Ok(query.query_row([site], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
