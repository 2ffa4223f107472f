//! The daily purge: what is past its time goes, is counted, and the count is signed.

use std::sync::Arc;

use caretaker_shared::checkpoint::AuditKey;
use caretaker_shared::policy::Retention;
use data_encoding::HEXLOWER;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::in_force::Policies;
use super::super::vault::month;
use super::super::{Order, Store, StoreError, audit, connection, moment::moment};
use super::{due, erase};
use crate::audit::Entry;

/// The class that says that a purge ran, with the sum of all others.
pub(super) const RUN: &str = "all";

/// What a purge has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// Class and count, of what there was any.
    pub erased: Vec<(&'static str, usize)>,
    /// Months whose keys were destroyed.
    pub months: Vec<String>,
}

impl Purged {
    /// How many rows of all classes.
    #[must_use]
    pub fn total(&self) -> usize {
        self.erased.iter().map(|(_, count)| count).sum()
    }
}

impl Store {
    /// When the last purge ran, in this life of the database: one that was restored holds what was erased before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_purge_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let at = connection
                .prepare_cached(
                    "SELECT at FROM purge WHERE class = ?1
                       AND at >= (SELECT iif(number > 1, began_at, -1) FROM incarnation ORDER BY number DESC LIMIT 1)
                     ORDER BY id DESC LIMIT 1",
                )?
                .query_row([RUN], |row| row.get(0))
                .optional()?;
            Ok(at.map(moment))
        })
        .await
    }

    /// Erases what is past its time, destroys the keys of months of which nothing is left, and leaves nothing of it in
    /// the database's log.
    ///
    /// # Errors
    /// When the database or the keys beside it cannot be written.
    pub async fn purge(&self, key: Arc<AuditKey>, now: Timestamp) -> Result<Purged, StoreError> {
        let policies = self.policies.clone();
        let mut purged =
            self.write(Order::First, move |tx| Purge { tx, policies: &policies, key: &key, now }.run()).await?;
        purged.months = self.end_erasing(now).await?;
        Ok(purged)
    }

    /// Destroys the keys of past months of which nothing is left, and empties the database's log.
    pub(in crate::store) async fn end_erasing(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let months = self.end_months(now).await?;
        self.empty_log().await?;
        Ok(months)
    }

    /// Destroys the keys of past months of which nothing is left.
    async fn end_months(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let vault = self.vault.clone();
        // In the writer's turn: no event comes under a key while it goes.
        self.write(Order::First, move |tx| {
            let mut months = tx
                .prepare_cached("SELECT DISTINCT month FROM wrap")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<Vec<String>, _>>()?;
            months.push(month(now));
            vault.keep_only(&months).map_err(StoreError::Keys)
        })
        .await
    }

    /// Moves everything from the database's log into the database, and makes the log empty.
    pub(in crate::store) async fn empty_log(&self) -> Result<(), StoreError> {
        let path = self.readers.path.clone();
        let emptied = tokio::task::spawn_blocking(move || connection::empty_log(&path));
        emptied.await.map_err(|_| StoreError::Closed)?
    }
}

struct Purge<'a> {
    tx: &'a Transaction<'a>,
    policies: &'a Policies,
    key: &'a AuditKey,
    now: Timestamp,
}

impl Purge<'_> {
    fn run(&self) -> Result<Purged, StoreError> {
        let mut purged = Purged::default();
        let mut longest =
            Retention { findings_days: 0, departed_days: 0, mails_days: 0, audit_years: 0, ..Retention::default() };
        for (site, keep) in sites(self.tx, self.policies)? {
            self.site(site, &keep, &mut purged)?;
            longest.findings_days = longest.findings_days.max(keep.findings_days);
            longest.mails_days = longest.mails_days.max(keep.mails_days);
            longest.audit_years = longest.audit_years.max(keep.audit_years);
            longest.unopened_days = longest.unopened_days.max(keep.unopened_days);
        }
        // Of what belongs to no one site the longest time of all holds; of a collector without a site, everything stays.
        if longest.audit_years > 0 {
            self.shared(&longest, &mut purged)?;
        }
        self.count(None, RUN, purged.total())?;
        Ok(purged)
    }

    fn site(&self, site: i64, keep: &Retention, purged: &mut Purged) -> Result<(), StoreError> {
        let cases = due::cases(self.tx, site, keep, self.now)?;
        for (alert, why) in &cases {
            erase::case_content(self.tx, *alert, *why, self.now)?;
        }
        self.tell(site, "case content", cases.len(), purged)?;
        let lone = due::lone_events(self.tx, site, keep, self.now)?;
        lone.iter().try_for_each(|event| erase::event_content(self.tx, *event))?;
        self.tell(site, "content of no case", lone.len(), purged)?;
        let labels = erase::labels(self.tx, site, due::before_days(self.now, keep.events_days))?;
        self.tell(site, "events", labels, purged)?;
        let before = due::before_days(self.now, keep.findings_days);
        let of_site = "device IN (SELECT id FROM device WHERE site = ?1)";
        let findings = self.delete(&format!("finding WHERE closed_at <= ?2 AND {of_site}"), site, before)?;
        self.tell(site, "findings", findings, purged)?;
        let changes = self.delete(&format!("change WHERE at <= ?2 AND {of_site}"), site, before)?;
        self.tell(site, "changes of devices", changes, purged)?;
        let departed = self.departed(site, due::before_days(self.now, keep.departed_days))?;
        self.tell(site, "readings of devices that left", departed, purged)
    }

    fn departed(&self, site: i64, before: i64) -> Result<usize, StoreError> {
        let left = "device IN (SELECT id FROM device WHERE site = ?1 AND status <> 'active' AND revoked_at <= ?2)";
        let tables = ["reading", "software", "executable", "media_folder", "agent_cost"];
        tables
            .into_iter()
            .try_fold(0, |sum, table| Ok(sum + self.delete(&format!("{table} WHERE {left}"), site, before)?))
    }

    fn shared(&self, keep: &Retention, purged: &mut Purged) -> Result<(), StoreError> {
        let mails = self
            .tx
            .prepare_cached(
                "DELETE FROM outbox WHERE state IN ('sent', 'failed') AND created_at <= ?1
                 AND (alert IS NULL OR EXISTS (SELECT 1 FROM alert WHERE alert.id = outbox.alert
                                               AND alert.state = 'closed'))",
            )?
            .execute([due::before_days(self.now, keep.mails_days)])?;
        self.tell(None, "mails", mails, purged)?;
        let aside = self
            .tx
            .prepare_cached("DELETE FROM quarantine WHERE received_at <= ?1")?
            .execute([due::before_days(self.now, keep.unopened_days)])?;
        self.tell(None, "unreadable records", aside, purged)?;
        let rows = self.trim_audit(keep.audit_years)?;
        self.tell(None, "rows of the audit log", rows, purged)
    }

    fn delete(&self, what: &str, site: i64, before: i64) -> Result<usize, StoreError> {
        Ok(self.tx.prepare_cached(&format!("DELETE FROM {what}"))?.execute(params![site, before])?)
    }

    /// Erases the oldest rows of the audit chain up to a checkpoint, which from then on proves its beginning.
    fn trim_audit(&self, years: u32) -> Result<usize, StoreError> {
        let before = self.now.checked_sub((i64::from(years) * 366 * 24).hours()).unwrap_or(Timestamp::MIN);
        let last = self
            .tx
            .prepare_cached(
                "SELECT checkpoint.row, checkpoint.signed, audit.hash FROM checkpoint
                 JOIN audit ON audit.n = checkpoint.row WHERE made_at <= ?1 ORDER BY checkpoint.id DESC LIMIT 1",
            )?
            .query_row([before.as_millisecond()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
            })
            .optional()?;
        let Some((row, signed, hash)) = last else { return Ok(0) };
        self.tx
            .prepare_cached(
                "INSERT INTO audit_start (one, row, hash, signed) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET row = excluded.row, hash = excluded.hash, signed = excluded.signed",
            )?
            .execute(params![row, hash, signed])?;
        let erased = self.tx.prepare_cached("DELETE FROM audit WHERE n <= ?1")?.execute([row])?;
        Ok(erased)
    }

    fn tell(
        &self,
        site: impl Into<Option<i64>>,
        class: &'static str,
        count: usize,
        purged: &mut Purged,
    ) -> Result<(), StoreError> {
        if count == 0 {
            return Ok(());
        }
        purged.erased.push((class, count));
        self.count(site.into(), class, count)
    }

    /// Writes a signed count down, here and in the audit chain.
    fn count(&self, site: Option<i64>, class: &str, count: usize) -> Result<(), StoreError> {
        sign(self.tx, self.key, site, class, count, self.now)
    }
}

/// Writes the count of something that was erased down, signed, here and in the audit chain.
pub(in crate::store) fn sign(
    tx: &Transaction<'_>,
    key: &AuditKey,
    site: Option<i64>,
    class: &str,
    count: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = now.as_millisecond();
    let signature = key.state(&format!("{class}: {count} erased at {at}"));
    tx.prepare_cached("INSERT INTO purge (at, site, class, erased, signature) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![at, site, class, i64::try_from(count).unwrap_or(i64::MAX), signature])?;
    let detail = format!("{count} erased, signature={}", HEXLOWER.encode(&signature));
    let entry = Entry { at_ms: at, actor: "collector".into(), action: "purge".into(), subject: class.into(), detail };
    audit::append(tx, &entry)
}

/// Each site that has a policy, and how long it keeps what. One whose policy cannot be read keeps everything.
pub(super) fn sites(connection: &Connection, policies: &Policies) -> Result<Vec<(i64, Retention)>, StoreError> {
    let sites = connection
        .prepare_cached("SELECT id FROM site ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    let mut kept = Vec::with_capacity(sites.len());
    for site in sites {
        match policies.in_force(connection, site) {
            Ok(Some((_, policy))) => kept.push((site, policy.retention)),
            Ok(None) => {}
            Err(error @ StoreError::Policy { .. }) => tracing::error!(%error, "nothing of this site is erased by age"),
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}
