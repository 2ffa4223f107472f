//! Devices that leave the school: disposed of (B3), lost or stolen (A7). Each is shut out as a revoked one is.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::console::DeviceRow;
use super::moment::moment;
use super::revocation::shut_out;
use super::{Order, Store, StoreError, audit};
use crate::audit::Entry;

/// The record of a disposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposal {
    /// When it left.
    pub disposed_at: Timestamp,
    /// Who decided it.
    pub authorised_by: String,
    /// "sold", "recycled", "given away".
    pub how: String,
    /// Who has it now.
    pub to_whom: String,
    /// Whether what was on it was destroyed.
    pub wiped: bool,
}

/// The record of a loss or theft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Since when it is missing.
    pub lost_at: Timestamp,
    /// Who said so.
    pub reported_by: String,
    /// What is known of it.
    pub circumstances: String,
}

impl Store {
    /// Records that a device was disposed of and shuts it out, whatever it was before. Says whether that is news: a
    /// retired device keeps its first record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retire_device(
        &self,
        device: DeviceId,
        disposal: Disposal,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.write(Order::First, move |tx| {
            let wiped = if disposal.wiped { "wiped" } else { "not wiped" };
            let Disposal { disposed_at, authorised_by, how, to_whom, .. } = &disposal;
            let reason = format!("disposed of on {}: {how}, to {to_whom}", disposed_at.strftime("%-d %b %Y"));
            let Some(row) = shut_out(tx, device, "retired", &["active", "revoked", "lost"], &reason, now)? else {
                return Ok(false);
            };
            tx.prepare_cached(
                "INSERT INTO disposal (device, disposed_at, authorised_by, how, to_whom, wiped, recorded_at, recorded_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                row,
                disposed_at.as_millisecond(),
                authorised_by,
                how,
                to_whom,
                disposal.wiped,
                now.as_millisecond(),
                actor
            ])?;
            link(tx, device, "retire", format!("{reason}, {wiped}, authorised by {authorised_by}"), actor, now)?;
            Ok(true)
        })
        .await
    }

    /// Records that a device was lost or stolen and shuts it out. Says whether that is news: one that is lost already
    /// keeps its first record, and one that was disposed of cannot be lost.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lose_device(
        &self,
        device: DeviceId,
        loss: Loss,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let actor = actor.to_owned();
        self.write(Order::First, move |tx| {
            let reason = format!("lost since {}", loss.lost_at.strftime("%-d %b %Y"));
            let Some(row) = shut_out(tx, device, "lost", &["active", "revoked"], &reason, now)? else {
                return Ok(false);
            };
            tx.prepare_cached(
                "INSERT INTO loss (device, lost_at, reported_by, circumstances, recorded_at, recorded_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                row,
                loss.lost_at.as_millisecond(),
                loss.reported_by,
                loss.circumstances,
                now.as_millisecond(),
                actor
            ])?;
            let detail = format!("{reason}, reported by {}: {}", loss.reported_by, loss.circumstances);
            link(tx, device, "lose", detail, actor, now)?;
            Ok(true)
        })
        .await
    }

    /// The records of how a device left, where there are any.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn departure(&self, device: &DeviceRow) -> Result<(Option<Disposal>, Option<Loss>), StoreError> {
        let row = device.rowid;
        self.read(move |connection| {
            let disposal = connection
                .prepare_cached(
                    "SELECT disposed_at, authorised_by, how, to_whom, wiped FROM disposal WHERE device = ?1",
                )?
                .query_row([row], |row| {
                    Ok(Disposal {
                        disposed_at: moment(row.get(0)?),
                        authorised_by: row.get(1)?,
                        how: row.get(2)?,
                        to_whom: row.get(3)?,
                        wiped: row.get(4)?,
                    })
                })
                .optional()?;
            let loss = connection
                .prepare_cached("SELECT lost_at, reported_by, circumstances FROM loss WHERE device = ?1")?
                .query_row([row], |row| {
                    Ok(Loss { lost_at: moment(row.get(0)?), reported_by: row.get(1)?, circumstances: row.get(2)? })
                })
                .optional()?;
            Ok((disposal, loss))
        })
        .await
    }
}

fn link(
    tx: &Transaction<'_>,
    device: DeviceId,
    action: &str,
    detail: String,
    actor: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = device.to_string();
    audit::append(tx, &Entry { at_ms: now.as_millisecond(), actor, action: action.into(), subject, detail })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::DeviceId;
    use uuid::Uuid;

    use super::super::SiteScope;
    use super::super::sample::store;
    use super::{Disposal, Loss};
    use crate::rules::sample::now;

    const STATE: &str = "SELECT status || ': ' || revoked_reason FROM device";

    fn device() -> DeviceId {
        DeviceId::from_uuid(Uuid::from_bytes([7; 16]))
    }

    fn disposal() -> Disposal {
        Disposal {
            disposed_at: now(),
            authorised_by: "the business manager".into(),
            how: "recycled".into(),
            to_whom: "Example Recycling".into(),
            wiped: true,
        }
    }

    fn loss() -> Loss {
        Loss { lost_at: now(), reported_by: "teacher.two".into(), circumstances: "left on a train".into() }
    }

    #[tokio::test]
    async fn a_retired_device_is_shut_out_with_its_record_and_its_findings_closed() {
        let sample = store().await;
        sample.apply_policy().await;
        sample.store.rejudge_all(now()).await.expect("judges");
        assert!(sample.store.retire_device(device(), disposal(), "root", now()).await.expect("is written"));
        assert_eq!(sample.texts(STATE).await, ["retired: disposed of on 21 Nov 2026: recycled, to Example Recycling"]);
        assert!(sample.texts("SELECT summary FROM finding WHERE closed_at IS NULL").await.is_empty());
        let audited = sample.texts("SELECT actor || ' ' || action || ' ' || detail FROM audit").await;
        assert_eq!(
            audited,
            [
                "root retire disposed of on 21 Nov 2026: recycled, to Example Recycling, wiped, authorised by the business manager"
            ]
        );
        let other = Disposal { how: "sold".into(), ..disposal() };
        assert!(!sample.store.retire_device(device(), other, "root", now()).await.expect("is asked"));
        let row = &sample.store.find_devices(&device().to_string(), &SiteScope::all()).await.expect("reads")[0];
        assert_eq!(sample.store.departure(row).await.expect("reads"), (Some(disposal()), None), "the first record");
        assert!(!sample.store.lose_device(device(), loss(), "root", now()).await.expect("is asked"));
        let stranger = DeviceId::random();
        assert!(!sample.store.retire_device(stranger, disposal(), "root", now()).await.expect("is asked"));
    }

    #[tokio::test]
    async fn a_lost_device_can_be_found_again_and_disposed_of() {
        let sample = store().await;
        assert!(sample.store.lose_device(device(), loss(), "root", now()).await.expect("is written"));
        assert_eq!(sample.texts(STATE).await, ["lost: lost since 21 Nov 2026"]);
        assert!(!sample.store.lose_device(device(), loss(), "root", now()).await.expect("is asked"));
        assert!(sample.store.retire_device(device(), disposal(), "root", now()).await.expect("is written"));
        let row = &sample.store.find_devices(&device().to_string(), &SiteScope::all()).await.expect("reads")[0];
        assert_eq!(sample.store.departure(row).await.expect("reads"), (Some(disposal()), Some(loss())));
    }

    #[tokio::test]
    async fn a_revoked_device_can_be_lost_and_a_lost_one_not_revoked() {
        let sample = store().await;
        assert!(sample.store.revoke_device(device(), "a mistake", "root", now()).await.expect("is written"));
        assert!(sample.store.lose_device(device(), loss(), "root", now()).await.expect("is written"));
        assert!(!sample.store.revoke_device(device(), "again", "root", now()).await.expect("is asked"));
    }
}
