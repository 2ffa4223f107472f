//! Devices that are shut out.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::params;

use super::{Order, Store, StoreError, audit};
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
        let (reason, actor, now) = (reason.to_owned(), actor.to_owned(), now.as_millisecond());
        self.write(Order::First, move |transaction| {
            let revoked = transaction
                .prepare_cached(
                    "UPDATE device SET status = 'revoked', revoked_at = ?2, revoked_reason = ?3
                     WHERE uuid = ?1 AND status = 'active'",
                )?
                .execute(params![device.as_bytes(), now, reason])?;
            if revoked == 0 {
                return Ok(false);
            }
            transaction
                .prepare_cached(
                    "UPDATE finding SET closed_at = ?2, updated_at = ?2
                     WHERE device = (SELECT id FROM device WHERE uuid = ?1) AND closed_at IS NULL",
                )?
                .execute(params![device.as_bytes(), now])?;
            let subject = device.to_string();
            audit::append(transaction, &Entry { at_ms: now, actor, action: "revoke".into(), subject, detail: reason })?;
            Ok(true)
        })
        .await
    }
}
