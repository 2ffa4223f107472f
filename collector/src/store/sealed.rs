//! What devices have sealed, beside the events that it belongs to. Nothing here can open it.

use caretaker_shared::model::{Content, KeywordEvent};
use caretaker_shared::sealing::Sealed;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::StoreError;

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
pub(super) fn keep(tx: &Transaction<'_>, event_rowid: i64, event: &KeywordEvent) -> Result<(), StoreError> {
    let Content::Sealed(content) = &event.content else { return Ok(()) };
    // What makes no sense now is kept all the same: a later version may understand it.
    let sealed = Sealed::parse(content).ok();
    let certificate = sealed.as_ref().map(|sealed| sealed.certificate().as_bytes().to_vec()).unwrap_or_default();
    let recipients = sealed.map(|sealed| sealed.recipients().as_bytes().to_vec()).unwrap_or_default();
    tx.prepare_cached("INSERT INTO sealed (event, certificate, recipients, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![event_rowid, certificate, recipients, content])?;
    Ok(())
}

/// What was sealed with an event; `None` when nothing was, or when it was erased.
pub(crate) fn of_event(connection: &Connection, event_rowid: i64) -> Result<Option<SealedRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT sealed.content, device_certificate.der, recipients.signed FROM sealed
         LEFT JOIN device_certificate ON device_certificate.fingerprint = sealed.certificate
         LEFT JOIN recipients ON recipients.digest = sealed.recipients
         WHERE sealed.event = ?1",
    )?;
    let row = query.query_row([event_rowid], |row| {
        Ok(SealedRow {
            content: row.get(0)?,
            certificate_der: row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default(),
            recipients: row.get::<_, Option<Vec<u8>>>(2)?.unwrap_or_default(),
        })
    });
    Ok(row.optional()?)
}

impl super::Store {
    /// What was sealed with an event; `None` when nothing was, or when it was erased.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sealed_of_event(&self, event_rowid: i64) -> Result<Option<SealedRow>, StoreError> {
        self.read(move |connection| of_event(connection, event_rowid)).await
    }
}
