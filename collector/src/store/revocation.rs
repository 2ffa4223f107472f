//! Devices that are shut out.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{Order, Store, StoreError, audit, device_groups};
use crate::audit::Entry;

impl Store {
    /// Shuts a device out for good and closes its findings: nothing more will be heard of it. Says whether it was
    /// active; one that is revoked already stays as it is, with its first reason.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_device(
        &self,
        device: DeviceId,
        reason: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (reason, actor) = (reason.to_owned(), actor.to_owned());
        self.write(Order::First, move |transaction| {
            if shut_out(transaction, device, "revoked", &["active"], &reason, now)?.is_none() {
                return Ok(false);
            }
            let (at_ms, subject) = (now.as_millisecond(), device.to_string());
            audit::append(transaction, &Entry { at_ms, actor, action: "revoke".into(), subject, detail: reason })?;
            Ok(true)
        })
        .await
    }
}

/// Gives a device that has one of the states `from` another one in which nobody hears it, closes its findings and
/// takes it out of its groups. Its row; `None` when it had none of those states, or there is no such device.
pub(super) fn shut_out(
    transaction: &Transaction<'_>,
    device: DeviceId,
    status: &str,
    from: &[&str],
    reason: &str,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let now = now.as_millisecond();
    let held: Option<(i64, String)> = transaction
        .prepare_cached("SELECT id, status FROM device WHERE uuid = ?1")?
        .query_row([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((row, _)) = held.filter(|(_, status)| from.contains(&status.as_str())) else { return Ok(None) };
    transaction
        .prepare_cached("UPDATE device SET status = ?2, revoked_at = ?3, revoked_reason = ?4 WHERE id = ?1")?
        .execute(params![row, status, now, reason])?;
    transaction
        .prepare_cached("UPDATE finding SET closed_at = ?2, updated_at = ?2 WHERE device = ?1 AND closed_at IS NULL")?
        .execute([row, now])?;
    device_groups::leave(transaction, row)?;
    Ok(Some(row))
}
