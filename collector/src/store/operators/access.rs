//! Access given and taken.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{OperatorId, Role};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::super::{Order, Store, StoreError, audit, sites};
use super::rows::{OperatorRow, find};
use crate::audit::{self as chain, Entry};

/// Somebody to be let in, and the code that lets them in.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// A name that nobody with access has.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where mail for them goes; may be empty.
    pub email: String,
    /// Names of the sites that they see; none for all.
    pub sites: Vec<String>,
    /// Hash of the secret of their first code.
    pub code: Sha256,
    /// Until when the code is good.
    pub code_until: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// They are in the list now.
    Done(OperatorRow),
    /// Somebody with access has this name.
    NameTaken,
    /// There is no such site.
    NoSite(String),
}

impl Store {
    /// Adds an operator with a first login code; changes nothing unless it is done.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_operator(&self, new: NewOperator, actor: &str, now: Timestamp) -> Result<Added, StoreError> {
        let actor = actor.to_owned();
        self.write(Order::First, move |transaction| add(transaction, &new, actor, now)).await
    }

    /// Keeps a further login code for somebody with access. `None` when nobody with access goes by this name or id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn create_login_code(
        &self,
        operator: &str,
        code: Sha256,
        until: Timestamp,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<OperatorRow>, StoreError> {
        let (operator, actor) = (operator.to_owned(), actor.to_owned());
        self.write(Order::First, move |transaction| {
            let Some(row) = find(transaction, &operator, now)?.filter(|row| row.revoked_at.is_none()) else {
                return Ok(None);
            };
            keep_code(transaction, row.rowid, code, until, now)?;
            audit::append(transaction, &entry(actor, "operator.code", &row, format!("until {until}"), now))?;
            Ok(Some(row))
        })
        .await
    }

    /// Shuts somebody out for good, from their next call on. `None` when nobody goes by this name or id; one who was
    /// shut out before stays as they are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_operator(
        &self,
        operator: &str,
        reason: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<OperatorRow>, StoreError> {
        let (operator, reason, actor) = (operator.to_owned(), reason.to_owned(), actor.to_owned());
        self.write(Order::First, move |transaction| {
            let Some(row) = find(transaction, &operator, now)? else { return Ok(None) };
            if row.revoked_at.is_some() {
                return Ok(Some(row));
            }
            transaction
                .prepare_cached(
                    "UPDATE operator SET revoked_at = ?2, revoked_by = ?3, revoked_reason = ?4 WHERE id = ?1",
                )?
                .execute(params![row.rowid, now.as_millisecond(), actor, reason])?;
            audit::append(transaction, &entry(actor, "operator.revoke", &row, reason, now))?;
            find(transaction, &row.id.to_string(), now)
        })
        .await
    }
}

fn add(transaction: &Transaction<'_>, new: &NewOperator, actor: String, now: Timestamp) -> Result<Added, StoreError> {
    if find(transaction, &new.name, now)?.is_some() {
        return Ok(Added::NameTaken);
    }
    let mut seen = Vec::new();
    for name in &new.sites {
        match sites::by_name(transaction, name)? {
            Some((site, _)) => seen.push(site),
            None => return Ok(Added::NoSite(name.clone())),
        }
    }
    let id = OperatorId::random();
    transaction
        .prepare_cached(
            "INSERT INTO operator (uuid, name, role, email, all_sites, added_at, added_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id.as_bytes(),
            new.name,
            new.role.word(),
            new.email,
            seen.is_empty(),
            now.as_millisecond(),
            actor
        ])?;
    let row = transaction.last_insert_rowid();
    for site in seen {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO operator_site (operator, site) VALUES (?1, ?2)")?
            .execute([row, site])?;
    }
    keep_code(transaction, row, new.code, new.code_until, now)?;
    let Some(row) = find(transaction, &id.to_string(), now)? else { return Err(StoreError::Stumbled) };
    let sites: Vec<&str> = row.sites.names().collect();
    let sites = if sites.is_empty() { "all sites".to_owned() } else { sites.join(", ") };
    audit::append(transaction, &entry(actor, "operator.add", &row, sites, now))?;
    Ok(Added::Done(row))
}

fn keep_code(
    transaction: &Transaction<'_>,
    operator: i64,
    code: Sha256,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO login_code (hash, operator, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![code.as_bytes(), operator, now.as_millisecond(), until.as_millisecond()])?;
    Ok(())
}

/// An entry of the audit chain about an operator.
fn entry(actor: String, action: &str, about: &OperatorRow, detail: String, now: Timestamp) -> Entry {
    let subject = chain::operator(&about.name, about.role);
    Entry { at_ms: now.as_millisecond(), actor, action: action.to_owned(), subject, detail }
}
