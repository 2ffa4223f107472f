//! Codes exchanged for certificates, and what a certificate is worth on each call.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{OperatorId, Role};
use caretaker_shared::pki::Certificate;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::{Order, SiteScope, Store, StoreError, audit};
use super::rows::{OperatorRow, find, role, sites_of};
use crate::audit::{self as chain, Entry};

/// What the database says of a login code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginStanding {
    /// It lets this operator in.
    Good(OperatorRow),
    /// Never made here.
    Unknown,
    /// Its time has passed.
    Expired,
    /// Somebody has used it.
    Used,
    /// Its operator was shut out.
    Revoked,
}

/// A code that is presented, and the certificate that was signed for its operator.
pub struct NewLogin {
    /// Hash of the code's secret.
    pub code: Sha256,
    /// Counts only when the code is good.
    pub certificate: Certificate,
}

/// What the database says of an operator's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorStanding {
    /// Ours, and its operator has access.
    Active {
        /// As people call them.
        name: String,
        /// What they may do.
        role: Role,
        /// What they see.
        sites: SiteScope,
    },
    /// Ours, but somebody has shut its operator out.
    Revoked {
        /// As people called them.
        name: String,
        /// What they might do.
        role: Role,
    },
    /// Not issued here, logged out of, or its time has passed.
    Unknown,
}

impl Store {
    /// Looks up the certificate that an operator's connection has shown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn operator_standing(
        &self,
        operator: OperatorId,
        serial: Vec<u8>,
        now: Timestamp,
    ) -> Result<OperatorStanding, StoreError> {
        self.read(move |connection| standing(connection, operator, &serial, now)).await
    }

    /// Looks up a code without using it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn login_standing(&self, code: Sha256, now: Timestamp) -> Result<LoginStanding, StoreError> {
        self.read(move |connection| code_standing(connection, code, now)).await
    }

    /// Uses a code and keeps the certificate that was signed for its operator; does nothing unless the code is good.
    ///
    /// # Errors
    /// When the database refuses; nothing is used then.
    pub async fn log_in(&self, login: NewLogin, now: Timestamp) -> Result<LoginStanding, StoreError> {
        self.write(Order::First, move |transaction| {
            let LoginStanding::Good(row) = code_standing(transaction, login.code, now)? else {
                return code_standing(transaction, login.code, now);
            };
            transaction
                .prepare_cached("UPDATE login_code SET used_at = ?2 WHERE hash = ?1")?
                .execute(params![login.code.as_bytes(), now.as_millisecond()])?;
            keep(transaction, row.rowid, &login.certificate, now)?;
            audit::append(transaction, &own(&row, "operator.login", until(&login.certificate), now))?;
            Ok(find(transaction, &row.id.to_string(), now)?.map_or(LoginStanding::Unknown, LoginStanding::Good))
        })
        .await
    }

    /// Keeps the next certificate of an operator; those they have stay good until they end. Says whether they still
    /// have access: without it nothing is kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn operator_renewed(
        &self,
        operator: OperatorId,
        certificate: Certificate,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(Order::First, move |transaction| {
            let found = find(transaction, &operator.to_string(), now)?;
            let Some(row) = found.filter(|row| row.revoked_at.is_none()) else { return Ok(false) };
            keep(transaction, row.rowid, &certificate, now)?;
            audit::append(transaction, &own(&row, "operator.renew", until(&certificate), now))?;
            Ok(true)
        })
        .await
    }

    /// Ends one certificate of an operator now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn log_out(&self, operator: OperatorId, serial: Vec<u8>, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |transaction| {
            let Some(row) = find(transaction, &operator.to_string(), now)? else { return Ok(()) };
            transaction
                .prepare_cached("UPDATE operator_certificate SET ends_at = ?3 WHERE serial = ?1 AND operator = ?2")?
                .execute(params![serial, row.rowid, now.as_millisecond()])?;
            audit::append(transaction, &own(&row, "operator.logout", String::new(), now))
        })
        .await
    }
}

fn standing(
    connection: &Connection,
    operator: OperatorId,
    serial: &[u8],
    now: Timestamp,
) -> Result<OperatorStanding, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT o.id, o.name, o.role, o.all_sites, o.revoked_at IS NULL FROM operator_certificate c
             JOIN operator o ON o.id = c.operator WHERE c.serial = ?1 AND o.uuid = ?2 AND c.ends_at > ?3",
        )?
        .query_row(params![serial, operator.as_bytes(), now.as_millisecond()], |row| {
            let (id, name, all): (i64, String, bool) = (row.get(0)?, row.get(1)?, row.get(3)?);
            Ok((id, name, role(row, 2)?, all, row.get::<_, bool>(4)?))
        })
        .optional()?;
    Ok(match found {
        None => OperatorStanding::Unknown,
        Some((_, name, role, _, false)) => OperatorStanding::Revoked { name, role },
        Some((_, name, role, true, true)) => OperatorStanding::Active { name, role, sites: SiteScope::all() },
        Some((id, name, role, false, true)) => {
            OperatorStanding::Active { name, role, sites: sites_of(connection, id)? }
        }
    })
}

fn code_standing(connection: &Connection, code: Sha256, now: Timestamp) -> Result<LoginStanding, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT o.uuid, l.expires_at, l.used_at IS NOT NULL, o.revoked_at IS NOT NULL FROM login_code l
             JOIN operator o ON o.id = l.operator WHERE l.hash = ?1",
        )?
        .query_row([code.as_bytes()], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?, row.get::<_, bool>(3)?))
        })
        .optional()?;
    Ok(match found {
        None => LoginStanding::Unknown,
        Some((_, _, _, true)) => LoginStanding::Revoked,
        Some((_, _, true, false)) => LoginStanding::Used,
        Some((_, expires_at, false, false)) if expires_at <= now.as_millisecond() => LoginStanding::Expired,
        Some((uuid, _, false, false)) => {
            let id = OperatorId::from_uuid(uuid::Uuid::from_bytes(uuid));
            find(connection, &id.to_string(), now)?.map_or(LoginStanding::Unknown, LoginStanding::Good)
        }
    })
}

fn keep(
    transaction: &Transaction<'_>,
    operator: i64,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO operator_certificate (serial, operator, issued_at, ends_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![certificate.serial, operator, now.as_millisecond(), certificate.not_after.as_millisecond()])?;
    Ok(())
}

fn until(certificate: &Certificate) -> String {
    format!("until {}", certificate.not_after)
}

/// An entry of the audit chain about what an operator did to their own access.
fn own(row: &OperatorRow, action: &str, detail: String, now: Timestamp) -> Entry {
    let actor = chain::operator(&row.name, row.role);
    Entry { at_ms: now.as_millisecond(), subject: actor.clone(), actor, action: action.to_owned(), detail }
}
