//! Devices are asked, and told so when they next call.

use caretaker_shared::model::{CanaryNonce, DeviceId};
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Transaction, named_params, params};

use super::row::{self, CanaryRow};
use crate::audit::Entry;
use crate::store::identity::Caller;
use crate::store::{Order, SiteScope, Store, StoreError, audit};

/// How long a device may take: a laptop that is at home in the holidays answers afterwards.
const DAYS: i64 = 30;

impl Store {
    /// Asks these devices, or every active one of the sites, to prove themselves; returns the number of the run. `None`
    /// when there is no device to ask.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_canary(
        &self,
        devices: Option<Vec<DeviceId>>,
        scope: &SiteScope,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let (scope, actor) = (scope.clone(), actor.to_owned());
        self.write(Order::First, move |tx| {
            let rows = asked(tx, devices.as_deref(), &scope)?;
            if rows.is_empty() {
                return Ok(None);
            }
            let at = now.as_millisecond();
            let ends = now.checked_add((DAYS * 24).hours()).unwrap_or(Timestamp::MAX).as_millisecond();
            tx.prepare_cached("INSERT INTO canary_run (asked_at, asked_by, ends_at) VALUES (?1, ?2, ?3)")?
                .execute(params![at, actor, ends])?;
            let run = tx.last_insert_rowid();
            for device in &rows {
                tx.prepare_cached("INSERT INTO canary (run, device, nonce) VALUES (?1, ?2, ?3)")?.execute(params![
                    run,
                    device,
                    CanaryNonce::random().as_bytes()
                ])?;
            }
            let detail = if rows.len() == 1 { "1 device".into() } else { format!("{} devices", rows.len()) };
            let subject = format!("canary run {run}");
            audit::append(tx, &Entry { at_ms: at, actor, action: "canary.run".into(), subject, detail })?;
            Ok(Some(run))
        })
        .await
    }

    /// Every device of a run that is at one of the sites, in the order of their names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn canary_run(&self, run: i64, scope: &SiteScope) -> Result<Vec<CanaryRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "{} WHERE c.run = :run AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))
                 ORDER BY s.name, d.name, d.id",
                row::SELECT
            ))?;
            let rows = query.query_map(named_params! { ":run": run, ":sites": scope }, row::read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn asked(tx: &Transaction<'_>, devices: Option<&[DeviceId]>, scope: &SiteScope) -> Result<Vec<i64>, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT id, uuid FROM device WHERE status = 'active'
         AND (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites))) ORDER BY id",
    )?;
    let rows =
        query.query_map(named_params! { ":sites": scope }, |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let named = |id: &[u8]| devices.is_none_or(|devices| devices.iter().any(|one| one.as_bytes() == id));
    let rows = rows.collect::<Result<Vec<(i64, Vec<u8>)>, _>>()?;
    Ok(rows.into_iter().filter(|(_, id)| named(id)).map(|(row, _)| row).collect())
}

/// What a device that greets is asked: the newest question that it has not answered.
pub(in crate::store) fn open_question(
    tx: &Transaction<'_>,
    caller: Caller,
    now: Timestamp,
) -> Result<Option<CanaryNonce>, StoreError> {
    let Some((canary, nonce)) = newest(tx, caller.row, now)? else { return Ok(None) };
    tx.prepare_cached("UPDATE canary SET told_at = ?2 WHERE id = ?1 AND told_at IS NULL")?
        .execute([canary, now.as_millisecond()])?;
    Ok(CanaryNonce::from_slice(&nonce))
}

fn newest(connection: &Connection, device: i64, now: Timestamp) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT canary.id, canary.nonce, canary.event IS NULL AND canary_run.ends_at > ?2
             FROM canary JOIN canary_run ON canary_run.id = canary.run
             WHERE canary.device = ?1 ORDER BY canary.id DESC LIMIT 1",
        )?
        .query_row([device, now.as_millisecond()], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
        .optional()?;
    Ok(found.and_then(|(question, open): (_, bool)| open.then_some(question)))
}
