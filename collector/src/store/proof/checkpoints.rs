//! Checkpoints of the audit chain: made once a day, handed to devices in the order in which they were made.

use std::collections::BTreeSet;
use std::sync::Arc;

use caretaker_shared::checkpoint::{AuditKey, Checkpoint, Incarnation, SignedCheckpoint};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Role;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::in_force::Policies;
use super::super::{Order, Store, StoreError, audit, moment::moment, outbox};
use crate::audit::Entry;

/// Checkpoints that one greeting brings.
const AT_ONCE: u32 = 40;

/// What came of making one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Checkpoint(SignedCheckpoint),
    /// Nothing was written down since the last one, or ever.
    Nothing,
}

impl Store {
    /// When the last checkpoint was made, in this life of the database.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_checkpoint_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let at = connection
                .prepare_cached(
                    "SELECT made_at FROM checkpoint WHERE incarnation = (SELECT max(number) FROM incarnation)
                     ORDER BY id DESC LIMIT 1",
                )?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(at.map(moment))
        })
        .await
    }

    /// Signs how far the audit chain has come, and writes into the chain that this was done.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn make_checkpoint(
        &self,
        key: Arc<AuditKey>,
        school: String,
        now: Timestamp,
    ) -> Result<Made, StoreError> {
        let policies = self.policies.clone();
        self.write(Order::First, move |tx| make(tx, &policies, &key, school, now)).await
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, StoreError> {
        self.read(|connection| Ok(newest(connection)?.and_then(|signed| SignedCheckpoint::parse(&signed).ok()))).await
    }
}

/// The addresses of all safeguarding leads, each once.
fn leads(tx: &Transaction<'_>, policies: &Policies) -> Result<BTreeSet<String>, StoreError> {
    let mut query = tx.prepare_cached("SELECT id FROM site ORDER BY id")?;
    let sites = query.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut addresses = BTreeSet::new();
    for site in sites {
        let policy = match policies.in_force(tx, site) {
            Ok(Some((_, policy))) => policy,
            Ok(None) => continue,
            Err(error @ StoreError::Policy { .. }) => {
                tracing::error!(%error, "nobody of this site gets the checkpoint");
                continue;
            }
            Err(error) => return Err(error),
        };
        let leads = policy.alerts.contacts.iter().filter(|contact| contact.role == Role::SafeguardingLead);
        addresses.extend(leads.map(|lead| lead.email.trim().to_lowercase()));
    }
    Ok(addresses)
}

fn make(
    tx: &Transaction<'_>,
    policies: &Policies,
    key: &AuditKey,
    school: String,
    now: Timestamp,
) -> Result<Made, StoreError> {
    let end = tx
        .prepare_cached("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let Some((row, hash)) = end else { return Ok(Made::Nothing) };
    let (Ok(number), Some(hash)) = (u64::try_from(row), Sha256::from_slice(&hash)) else { return Ok(Made::Nothing) };
    let previous: Option<Vec<u8>> = tx
        .prepare_cached("SELECT digest FROM checkpoint ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let previous = previous.and_then(|digest| Sha256::from_slice(&digest));
    let incarnation = incarnation(tx)?;
    let signed = key.sign(&Checkpoint { school, row: number, hash, made_at: now, incarnation, previous });
    tx.prepare_cached(
        "INSERT INTO checkpoint (digest, row, made_at, signed, incarnation) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        signed.digest().as_bytes(),
        row,
        now.as_millisecond(),
        signed.encoded(),
        incarnation.number
    ])?;
    let rowid = tx.last_insert_rowid();
    // The first is made when a collector starts for the first time, before anybody has said who the lead is.
    if previous.is_some() {
        for address in leads(tx, policies)? {
            outbox::queue_checkpoint(tx, rowid, &address, now)?;
        }
    }
    let entry = Entry {
        at_ms: now.as_millisecond(),
        actor: "collector".into(),
        action: "audit.checkpoint".into(),
        subject: format!("row {row}"),
        detail: format!("sha256={}", signed.digest()),
    };
    audit::append(tx, &entry)?;
    Ok(Made::Checkpoint(signed))
}

/// The encoded checkpoints that follow the one a device keeps; the newest alone for a device that keeps none, or one
/// that is not known here.
pub(in crate::store) fn after(connection: &Connection, kept: Option<Sha256>) -> Result<Vec<Vec<u8>>, StoreError> {
    let known: Option<i64> = match kept {
        Some(digest) => connection
            .prepare_cached("SELECT id FROM checkpoint WHERE digest = ?1")?
            .query_row([digest.as_bytes()], |row| row.get(0))
            .optional()?,
        None => None,
    };
    let Some(known) = known else { return Ok(newest(connection)?.into_iter().collect()) };
    let mut query = connection.prepare_cached("SELECT signed FROM checkpoint WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let rows = query.query_map(params![known, AT_ONCE], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All, oldest first: the row that the table names, and what was signed where it can be read and is of that row.
pub(super) fn all(connection: &Connection) -> Result<Vec<(i64, Option<SignedCheckpoint>)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT row, signed FROM checkpoint ORDER BY id")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let read = |(row, signed): (i64, Vec<u8>)| {
        let signed = SignedCheckpoint::parse(&signed).ok();
        (row, signed.filter(|signed| i64::try_from(signed.checkpoint().row) == Ok(row)))
    };
    Ok(rows.map(|row| row.map(read)).collect::<Result<_, _>>()?)
}

/// The life of this database.
pub(in crate::store) fn incarnation(connection: &Connection) -> Result<Incarnation, StoreError> {
    let mut query = connection.prepare_cached("SELECT number, id FROM incarnation ORDER BY number DESC LIMIT 1")?;
    let (number, id): (u32, Vec<u8>) = query.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Incarnation { number, id: id.try_into().unwrap_or_default() })
}

fn newest(connection: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT signed FROM checkpoint ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?)
}
