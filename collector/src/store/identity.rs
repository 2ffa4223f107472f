//! Which certificates are good, and how a device comes by one.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::DeviceId;
use caretaker_shared::pki::Certificate;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::in_force::Policies;
use super::{Order, Store, StoreError, audit, device_groups};
use crate::audit::Entry;

/// A device that may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Its row.
    pub(crate) row: i64,
    /// Its name in certificates.
    pub(crate) device: DeviceId,
    /// The row of its site.
    pub(crate) site: i64,
}

/// What the database says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Ours, and its device may speak.
    Active(Caller),
    /// Ours, but somebody has revoked the device.
    Revoked,
    /// Not issued here (the database may be older than the certificate), or its time has passed.
    Unknown,
}

/// What the database says of an enrolment token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenStanding {
    /// It lets a device into this site.
    Good {
        /// Name of the site.
        site: String,
    },
    /// Never made here, or withdrawn.
    Unknown,
    /// Its time has passed.
    Expired,
    /// It has let in as many devices as it may.
    UsedUp,
}

/// A device that presents a token, and the certificate that was signed for it.
pub struct NewDevice {
    /// Its new name.
    pub device: DeviceId,
    /// What people call it.
    pub hostname: String,
    /// Version of its agent.
    pub agent_version: String,
    /// Hash of the token's secret.
    pub token: Sha256,
    /// Counts only when the token is good.
    pub certificate: Certificate,
}

impl Store {
    /// Looks up the certificate that a connection has shown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn standing(&self, device: DeviceId, serial: Vec<u8>, now: Timestamp) -> Result<Standing, StoreError> {
        self.read(move |connection| standing(connection, device, &serial, now)).await
    }

    /// Looks up a token without using it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn token_standing(&self, token: Sha256, now: Timestamp) -> Result<TokenStanding, StoreError> {
        self.read(move |connection| Ok(token_row(connection, token, now)?.1)).await
    }

    /// Uses a token once and takes the device in; does nothing unless the token is good.
    ///
    /// # Errors
    /// When the database refuses; nothing is used then.
    pub async fn enrol(&self, new: NewDevice, now: Timestamp) -> Result<TokenStanding, StoreError> {
        let policies = self.policies.clone();
        self.write(Order::First, move |transaction| enrol(transaction, &policies, &new, now)).await
    }

    /// Keeps the next certificate of a device; those it has stay good until they end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renewed(&self, caller: Caller, certificate: Certificate, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::Device(*caller.device.as_bytes()), move |transaction| {
            keep_certificate(transaction, caller.row, &certificate, now)?;
            let detail = format!("until {}", certificate.not_after);
            audit::append(transaction, &entry(caller.device, "renew", detail, now))
        })
        .await
    }
}

fn standing(connection: &Connection, device: DeviceId, serial: &[u8], now: Timestamp) -> Result<Standing, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT device.id, device.site, device.status = 'active' FROM certificate
             JOIN device ON device.id = certificate.device
             WHERE certificate.serial = ?1 AND device.uuid = ?2 AND certificate.ends_at > ?3",
        )?
        .query_row(params![serial, device.as_bytes(), now.as_millisecond()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(match found {
        Some((row, site, true)) => Standing::Active(Caller { row, device, site }),
        Some((_, _, false)) => Standing::Revoked,
        None => Standing::Unknown,
    })
}

/// Whether a device may speak, as the caller's transaction sees it: it may have been revoked while the step waited.
pub(super) fn is_active(connection: &Connection, device_rowid: i64) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT 1 FROM device WHERE id = ?1 AND status = 'active'")?;
    Ok(query.exists([device_rowid])?)
}

/// The token's site (0 for none), and what the token is good for.
fn token_row(connection: &Connection, token: Sha256, now: Timestamp) -> Result<(i64, TokenStanding), StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT site.id, site.name, uses < max_uses, expires_at FROM token
             JOIN site ON site.id = token.site WHERE hash = ?1",
        )?
        .query_row([token.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?, row.get::<_, i64>(3)?))
        })
        .optional()?;
    Ok(match found {
        None => (0, TokenStanding::Unknown),
        Some((site, _, _, expires_at)) if expires_at <= now.as_millisecond() => (site, TokenStanding::Expired),
        Some((site, _, false, _)) => (site, TokenStanding::UsedUp),
        Some((row, site, true, _)) => (row, TokenStanding::Good { site }),
    })
}

fn enrol(
    transaction: &Transaction<'_>,
    policies: &Policies,
    new: &NewDevice,
    now: Timestamp,
) -> Result<TokenStanding, StoreError> {
    let (site_row, standing) = token_row(transaction, new.token, now)?;
    let TokenStanding::Good { site } = &standing else { return Ok(standing) };
    transaction.prepare_cached("UPDATE token SET uses = uses + 1 WHERE hash = ?1")?.execute([new.token.as_bytes()])?;
    transaction
        .prepare_cached(
            "INSERT INTO device (uuid, site, name, status, enrolled_at, agent_version)
             VALUES (?1, ?2, ?3, 'active', ?4, ?5)",
        )?
        .execute(params![new.device.as_bytes(), site_row, new.hostname, now.as_millisecond(), new.agent_version])?;
    let device = transaction.last_insert_rowid();
    keep_certificate(transaction, device, &new.certificate, now)?;
    device_groups::settle_device(transaction, device, policies)?;
    // Enough of the hash to tell tokens apart, too little to be of use.
    let token = new.token.to_string();
    let detail = format!("site={site} token={} until {}", &token[..6], new.certificate.not_after);
    audit::append(transaction, &entry(new.device, "enrol", detail, now))?;
    Ok(standing)
}

fn keep_certificate(
    transaction: &Transaction<'_>,
    device: i64,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO certificate (serial, device, issued_at, ends_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![certificate.serial, device, now.as_millisecond(), certificate.not_after.as_millisecond()])?;
    transaction
        .prepare_cached("INSERT OR IGNORE INTO device_certificate (fingerprint, device, der) VALUES (?1, ?2, ?3)")?
        .execute(params![certificate.fingerprint.as_bytes(), device, certificate.der])?;
    Ok(())
}

/// An entry of the audit chain about what a device did itself.
pub(super) fn entry(device: DeviceId, action: &str, detail: String, now: Timestamp) -> Entry {
    let subject = format!("device {device}");
    Entry { at_ms: now.as_millisecond(), actor: subject.clone(), action: action.to_owned(), subject, detail }
}
