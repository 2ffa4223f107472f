//! What devices have sealed, beside the events that it belongs to. Nothing here can open it.
//!
//! The wraps, which open the rest for their recipients, are taken off and kept in a table of their own, under the key of
//! the month: without the row, or without that key, nobody opens the rest any more (reliability.md 5.5).

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::model::{Content, KeywordEvent};
use caretaker_shared::sealing::Sealed;
use jiff::Timestamp;
use prost::Message as _;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::vault::Vault;
use super::{StoreError, moment::moment};

/// Level of which no text is kept, only that it was met (detection.md 4.5).
const COUNTED_ONLY: u8 = 1;

/// What somebody needs who is to open a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// An encoded `Sealed`.
    pub content: Vec<u8>,
    /// The certificate of the device, DER; empty when this collector has not issued it.
    pub certificate_der: Vec<u8>,
    /// The recipients that it was sealed for, an encoded `SignedRecipients`; empty when they were never published here.
    pub recipients: Vec<u8>,
}

/// Keeps what came with an event.
pub(super) fn keep(
    tx: &Transaction<'_>,
    event_rowid: i64,
    event: &KeywordEvent,
    vault: &Vault,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Content::Sealed(content) = &event.content else { return Ok(()) };
    if event.severity.level() <= COUNTED_ONLY {
        return Ok(());
    }
    // What makes no sense now is kept all the same: a later version may understand it.
    let sealed = Sealed::parse(content).ok();
    let certificate = sealed.as_ref().map(|sealed| sealed.certificate().as_bytes().to_vec()).unwrap_or_default();
    let recipients = sealed.map(|sealed| sealed.recipients().as_bytes().to_vec()).unwrap_or_default();
    let (rest, wraps) = split(content);
    tx.prepare_cached("INSERT INTO sealed (event, certificate, recipients, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![event_rowid, certificate, recipients, rest])?;
    keep_wraps(tx, event_rowid, &wraps, vault, now)
}

fn keep_wraps(
    tx: &Transaction<'_>,
    event_rowid: i64,
    wraps: &[u8],
    vault: &Vault,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (month, bytes) = vault.seal(event_rowid, now, wraps).map_err(StoreError::Keys)?;
    tx.prepare_cached("INSERT INTO wrap (event, month, bytes) VALUES (?1, ?2, ?3)")?.execute(params![
        event_rowid,
        month,
        bytes
    ])?;
    Ok(())
}

/// The rest, and the wraps. What this version would not write back byte for byte is all wraps.
fn split(content: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let message = proto::Sealed::decode(content).ok().filter(|message| message.encode_to_vec() == content);
    let Some(mut rest) = message else { return (Vec::new(), content.to_vec()) };
    let wraps = proto::Sealed { wraps: std::mem::take(&mut rest.wraps), ..proto::Sealed::default() };
    (rest.encode_to_vec(), wraps.encode_to_vec())
}

/// The reverse of [`split`].
fn joined(rest: &[u8], wraps: Vec<u8>) -> Option<Vec<u8>> {
    if rest.is_empty() {
        return Some(wraps);
    }
    let wraps = proto::Sealed::decode(wraps.as_slice()).ok()?.wraps;
    let rest = proto::Sealed::decode(rest).ok()?;
    Some(proto::Sealed { wraps, ..rest }.encode_to_vec())
}

/// What was sealed, as its device sent it; empty when it was erased, or the key of its month is gone.
pub(super) fn whole(vault: &Vault, event_rowid: i64, rest: &[u8], wrap: &(String, Vec<u8>)) -> Vec<u8> {
    vault.open(event_rowid, &wrap.0, &wrap.1).and_then(|wraps| joined(rest, wraps)).unwrap_or_default()
}

/// Takes the wraps off what was kept before there was a table for them.
pub(super) fn move_wraps(connection: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    let tx = connection.transaction()?;
    let old = tx
        .prepare(
            "SELECT sealed.event, sealed.content, event.received_at FROM sealed JOIN event ON event.id = sealed.event
             WHERE NOT EXISTS (SELECT 1 FROM wrap WHERE wrap.event = sealed.event)",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, Vec<u8>, i64)>, _>>()?;
    for (event, content, received_at) in old {
        let (rest, wraps) = split(&content);
        keep_wraps(&tx, event, &wraps, vault, moment(received_at))?;
        tx.prepare_cached("UPDATE sealed SET content = ?2 WHERE event = ?1")?.execute(params![event, rest])?;
    }
    Ok(tx.commit()?)
}

/// What was sealed with an event; `None` when nothing was, or when it was erased.
fn of_event(connection: &Connection, vault: &Vault, event_rowid: i64) -> Result<Option<SealedRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT sealed.content, device_certificate.der, recipients.signed, wrap.month, wrap.bytes FROM sealed
         JOIN wrap ON wrap.event = sealed.event
         LEFT JOIN device_certificate ON device_certificate.fingerprint = sealed.certificate
         LEFT JOIN recipients ON recipients.digest = sealed.recipients
         WHERE sealed.event = ?1",
    )?;
    let row = query.query_row([event_rowid], |row| {
        let rest: Vec<u8> = row.get(0)?;
        Ok(SealedRow {
            content: whole(vault, event_rowid, &rest, &(row.get(3)?, row.get(4)?)),
            certificate_der: row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default(),
            recipients: row.get::<_, Option<Vec<u8>>>(2)?.unwrap_or_default(),
        })
    });
    Ok(row.optional()?.filter(|row| !row.content.is_empty()))
}

impl super::Store {
    /// What was sealed with an event; `None` when nothing was, or when it was erased.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sealed_of_event(&self, event_rowid: i64) -> Result<Option<SealedRow>, StoreError> {
        let vault = self.vault.clone();
        self.read(move |connection| of_event(connection, &vault, event_rowid)).await
    }
}
