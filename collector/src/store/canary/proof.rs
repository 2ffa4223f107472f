//! The loop closes: somebody has answered the mail, and each device on the way is proven in the audit chain.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::row::{self, CanaryRow};
use crate::audit::Entry;
use crate::store::{SiteScope, Store, StoreError, audit};

/// The outcome of a case that was a test.
const OUTCOME: &str = "test";

/// What a device has proven, and where the audit chain says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenRow {
    /// The answer.
    pub canary: CanaryRow,
    /// Number of the row of the chain.
    pub audit_row: i64,
    /// Its hash.
    pub audit_hash: Vec<u8>,
}

/// Closes the loop of a case that was acknowledged in this transaction; says whether it is a canary's.
pub(in crate::store) fn acknowledged(tx: &Transaction<'_>, alert: i64, now: Timestamp) -> Result<bool, StoreError> {
    let is_canary: bool =
        tx.prepare_cached("SELECT canary FROM alert WHERE id = ?1")?.query_row([alert], |row| row.get(0))?;
    if !is_canary {
        return Ok(false);
    }
    let answers = tx
        .prepare_cached("SELECT id FROM canary WHERE alert = ?1 AND proven_at IS NULL ORDER BY id")?
        .query_map([alert], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    answers.into_iter().try_for_each(|canary| prove(tx, canary, now))?;
    tx.prepare_cached(
        "UPDATE alert SET state = 'closed', closed_at = ?2, closed_by = acknowledged_by, outcome = ?3 WHERE id = ?1",
    )?
    .execute(params![alert, now.as_millisecond(), OUTCOME])?;
    Ok(true)
}

/// Notes that a device has proven itself, in the chain too.
pub(super) fn prove(tx: &Transaction<'_>, canary: i64, now: Timestamp) -> Result<(), StoreError> {
    let (device, reference): (Vec<u8>, String) = tx
        .prepare_cached(
            "SELECT device.uuid, alert.reference FROM canary JOIN device ON device.id = canary.device
             JOIN alert ON alert.id = canary.alert WHERE canary.id = ?1",
        )?
        .query_row([canary], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let subject = DeviceId::from_slice(&device).map_or_else(String::new, |id| id.to_string());
    let at_ms = now.as_millisecond();
    let (actor, action) = ("collector".to_owned(), "canary.proven".to_owned());
    audit::append(tx, &Entry { at_ms, actor, action, subject, detail: format!("case {reference}") })?;
    tx.prepare_cached("UPDATE canary SET proven_at = ?2, audit = (SELECT max(n) FROM audit) WHERE id = ?1")?
        .execute([canary, at_ms])?;
    Ok(())
}

impl Store {
    /// What a device has proven last; `None` when it never has, or is at none of the sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_proof(&self, device: DeviceId, scope: &SiteScope) -> Result<Option<ProvenRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            let found = connection
                .prepare_cached(
                    "SELECT c.id, c.audit, audit.hash FROM canary c JOIN device d ON d.id = c.device
                     JOIN audit ON audit.n = c.audit
                     WHERE d.uuid = ?1 AND c.proven_at IS NOT NULL
                       AND (?2 IS NULL OR d.site IN (SELECT value FROM json_each(?2)))
                     ORDER BY c.id DESC LIMIT 1",
                )?
                .query_row(params![device.as_bytes(), scope], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let Some((canary, audit_row, audit_hash)) = found else { return Ok(None) };
            let canary = connection
                .prepare_cached(&format!("{} WHERE c.id = ?1", row::SELECT))?
                .query_row([canary], row::read)?;
            Ok(Some(ProvenRow { canary, audit_row, audit_hash }))
        })
        .await
    }

    /// The number of the newest run that a case belongs to; `None` when it is no canary's, or there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_of_case(&self, reference: &str) -> Result<Option<i64>, StoreError> {
        let reference = reference.to_owned();
        self.read(move |connection| {
            let run = connection
                .prepare_cached(
                    "SELECT max(canary.run) FROM canary JOIN alert ON alert.id = canary.alert WHERE alert.reference = ?1",
                )?
                .query_row([reference], |row| row.get(0))?;
            Ok(run)
        })
        .await
    }
}
