//! Sessions of devices: their epochs, how far each stream has come, and the last word that was heard.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{CanaryNonce, EpochId, Requirement, Stream};
use caretaker_shared::wire::Hello;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::identity::Caller;
use super::proof::checkpoints_after;
use super::{Order, Store, StoreError, canary, device_groups, findings, in_force, recipients};
use crate::rules::Judgement;

/// What the collector answers to a Hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The last number held of each stream of the device's epoch; 0 for none.
    pub high_water: [(Stream, u64); 4],
    /// Version of the policy in force at the device's site; 0 for none.
    pub policy_version: u64,
    /// Digest of the recipients in force; `None` before the first were published.
    pub recipients: Option<Sha256>,
    /// Checkpoints of the audit chain that follow the one the device keeps, each an encoded `SignedCheckpoint`.
    pub checkpoints: Vec<Vec<u8>>,
    /// What the device is to prove itself with; `None` when nobody asks.
    pub canary: Option<CanaryNonce>,
}

impl Store {
    /// Takes note of a device's epoch and of what it says about itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hello(&self, caller: Caller, hello: Hello, now: Timestamp) -> Result<Welcome, StoreError> {
        let policies = self.policies.clone();
        self.write(Order::Device(*caller.device.as_bytes()), move |transaction| {
            note_device(transaction, caller, &hello, now)?;
            // It may go by another name by now, or have been given to another site.
            device_groups::settle_device(transaction, caller.row, &policies)?;
            // Whatever the policy allows, this device is silent no longer.
            let heard =
                Judgement { source: "", covers: vec![Requirement::A1Seen], complete: true, verdicts: Vec::new() };
            findings::settle(transaction, caller.row, &heard, now)?;
            let epoch = note_epoch(transaction, caller, &hello, now)?;
            let mut high_water = Stream::ALL.map(|stream| (stream, 0));
            for (stream, mark) in &mut high_water {
                *mark = read_mark(transaction, epoch, *stream)?;
            }
            let policy_version = in_force::version(transaction, caller.site)?;
            let recipients = recipients::in_force(transaction)?.map(|row| row.digest);
            let checkpoints = checkpoints_after(transaction, hello.checkpoint)?;
            let canary = canary::open_question(transaction, caller, now)?;
            Ok(Welcome { high_water, policy_version, recipients, checkpoints, canary })
        })
        .await
    }
}

fn note_device(transaction: &Transaction<'_>, caller: Caller, hello: &Hello, now: Timestamp) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE device SET last_seen_at = ?2, agent_version = ?3, policy_version = ?4,
                    name = CASE ?5 WHEN '' THEN name ELSE ?5 END, root = ?6, recipients = ?7
             WHERE id = ?1",
        )?
        .execute(params![
            caller.row,
            now.as_millisecond(),
            hello.agent_version,
            i64::try_from(hello.policy_version).unwrap_or(i64::MAX),
            hello.hostname,
            hello.root.as_ref().map(Sha256::as_bytes),
            hello.recipients.as_ref().map(Sha256::as_bytes)
        ])?;
    Ok(())
}

fn note_epoch(transaction: &Transaction<'_>, caller: Caller, hello: &Hello, now: Timestamp) -> Result<i64, StoreError> {
    if let Some(known) = find_epoch(transaction, caller, hello.epoch)? {
        return Ok(known);
    }
    transaction
        .prepare_cached("INSERT INTO epoch (device, uuid, previous, reason, first_seen) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            caller.row,
            hello.epoch.as_bytes(),
            hello.previous.as_ref().map(EpochId::as_bytes),
            hello.reason.word(),
            now.as_millisecond()
        ])?;
    Ok(transaction.last_insert_rowid())
}

/// The row of an epoch, provided that it is this device's.
pub(super) fn find_epoch(connection: &Connection, caller: Caller, epoch: EpochId) -> Result<Option<i64>, StoreError> {
    let row = connection
        .prepare_cached("SELECT id FROM epoch WHERE device = ?1 AND uuid = ?2")?
        .query_row(params![caller.row, epoch.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(row)
}

/// The last number of a stream that is held; 0 for none.
pub(super) fn read_mark(connection: &Connection, epoch: i64, stream: Stream) -> Result<u64, StoreError> {
    let mark: Option<i64> = connection
        .prepare_cached("SELECT high_water FROM mark WHERE epoch = ?1 AND stream = ?2")?
        .query_row(params![epoch, stream.priority()], |row| row.get(0))
        .optional()?;
    Ok(mark.and_then(|mark| u64::try_from(mark).ok()).unwrap_or_default())
}
