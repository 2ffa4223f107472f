//! One upload, taken in as a whole or not at all: records, what they tell, what follows from it, how far the stream
//! has come, and the link in the audit chain, in one transaction.
//!
//! A number is stored once and for ever. What comes again is compared with what is held: the same bytes are a
//! repetition, others are a contradiction and are kept aside. Nothing that is held is ever overwritten.

mod apply;
mod aside;
mod changes;
mod files;
mod inventory;
mod place;
mod readings;
mod time;

use caretaker_shared::digest::{Hasher, Sha256};
use caretaker_shared::model::{DeviceClock, Envelope, EpochId, Gap, Payload, ProbeName, Stream};
use caretaker_shared::wire::{self, Upload, WireError};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::identity::{self, Caller, entry};
use super::in_force::Policies;
use super::titles::Shelf;
use super::vault::Vault;
use super::{Order, Store, StoreError, audit, number, sessions, writer};
use place::Place;

/// What came of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// Everything up to here is durable.
    pub high_water: u64,
    /// Probes whose facts are not held as the device believes.
    pub resend: Vec<ProbeName>,
    /// Whether mail is waiting to go out because of it.
    pub alerts_raised: bool,
}

/// Why nothing of an upload was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIngested {
    /// Somebody revoked the device while the upload waited.
    Revoked,
    /// The device has not announced this epoch.
    EpochUnknown,
    /// Numbers are missing.
    SequenceGap {
        /// The last number that is held.
        high_water: u64,
    },
}

/// A record off the wire, read as far as it can be.
struct Arrival {
    seq: u64,
    hash: Sha256,
    bytes: Vec<u8>,
    content: Result<Envelope, WireError>,
}

impl Arrival {
    fn new((seq, bytes): (u64, Vec<u8>)) -> Self {
        Self { seq, hash: Sha256::of(&bytes), content: wire::decode(&bytes), bytes }
    }

    /// The gap that this record stands for, when it says so rightly.
    fn gap(&self) -> Option<&Gap> {
        match &self.content {
            Ok(Envelope { payload: Payload::Gap(gap), .. }) if gap.to == self.seq => Some(gap),
            Ok(_) | Err(_) => None,
        }
    }
}

/// What all records of an upload share.
struct Scene<'a> {
    transaction: &'a Transaction<'a>,
    policies: &'a Policies,
    vault: &'a Vault,
    shelf: &'a Shelf,
    caller: Caller,
    epoch: i64,
    stream: Stream,
    sent: DeviceClock,
    received: Timestamp,
}

impl Store {
    /// Takes in an upload. Answers when it is durable.
    ///
    /// # Errors
    /// When the database refuses; nothing of the upload is stored then.
    pub async fn ingest(
        &self,
        caller: Caller,
        upload: Upload,
        received: Timestamp,
    ) -> Result<Result<Ingested, NotIngested>, StoreError> {
        let (policies, vault, shelf) = (self.policies.clone(), self.vault.clone(), self.shelf.clone());
        let Upload { epoch, stream, records, clock } = upload;
        // Reading and hashing happen here, so that the one writer only writes.
        let arrivals: Vec<Arrival> = records.into_iter().map(Arrival::new).collect();
        self.write(Order::Device(*caller.device.as_bytes()), move |transaction| {
            if !identity::is_active(transaction, caller.row)? {
                return Ok(Err(NotIngested::Revoked));
            }
            let Some(row) = sessions::find_epoch(transaction, caller, epoch)? else {
                return Ok(Err(NotIngested::EpochUnknown));
            };
            let scene = Scene {
                transaction,
                policies: &policies,
                vault: &vault,
                shelf: &shelf,
                caller,
                epoch: row,
                stream,
                sent: clock,
                received,
            };
            scene.ingest(epoch, &arrivals)
        })
        .await
    }
}

impl Scene<'_> {
    fn ingest(&self, epoch: EpochId, arrivals: &[Arrival]) -> Result<Result<Ingested, NotIngested>, StoreError> {
        let held = sessions::read_mark(self.transaction, self.epoch, self.stream)?;
        let Some(places) = self.places(held, arrivals)? else {
            return Ok(Err(NotIngested::SequenceGap { high_water: held }));
        };
        let mut ingested = Ingested { high_water: held, resend: Vec::new(), alerts_raised: false };
        let mut hashes = Hasher::new();
        for (arrival, place) in arrivals.iter().zip(places) {
            match place {
                Place::Held => {}
                Place::Contradicts => ingested.alerts_raised |= self.set_contradiction_aside(arrival)?,
                Place::Next { first } => {
                    self.note(arrival)?;
                    self.apply_or_set_aside(arrival, first, &mut ingested)?;
                    hashes.update(arrival.hash.as_bytes());
                    ingested.high_water = arrival.seq;
                }
            }
        }
        if ingested.high_water > held {
            self.move_mark(ingested.high_water)?;
            let detail = format!(
                "{} epoch={epoch} {}..{} sha256={}",
                self.stream,
                held + 1,
                ingested.high_water,
                hashes.finish()
            );
            audit::append(self.transaction, &entry(self.caller.device, "ingest", detail, self.received))?;
        }
        Ok(Ok(ingested))
    }

    /// Applies a record. One over which this version stumbles must not hold up those behind it for ever.
    fn apply_or_set_aside(&self, arrival: &Arrival, first: u64, ingested: &mut Ingested) -> Result<(), StoreError> {
        match writer::in_savepoint(self.transaction, |_| self.apply(arrival, first, ingested)) {
            Err(StoreError::Stumbled) => {
                ingested.alerts_raised |= self.set_unusable_aside(arrival, "this version cannot digest it")?;
                Ok(())
            }
            applied => applied,
        }
    }

    /// Where each record stands; `None` when numbers are missing before one of them.
    fn places(&self, held: u64, arrivals: &[Arrival]) -> Result<Option<Vec<Place>>, StoreError> {
        let mut mark = held;
        let mut places = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let stored = if arrival.seq <= held { self.stored_hash(arrival.seq)? } else { None };
            let Some(place) = place::find(mark, arrival.seq, arrival.hash, arrival.gap(), stored) else {
                return Ok(None);
            };
            mark = mark.max(arrival.seq);
            places.push(place);
        }
        Ok(Some(places))
    }

    fn stored_hash(&self, seq: u64) -> Result<Option<Sha256>, StoreError> {
        let hash: Option<Vec<u8>> = self
            .transaction
            .prepare_cached("SELECT hash FROM record WHERE epoch = ?1 AND stream = ?2 AND seq = ?3")?
            .query_row(params![self.epoch, self.stream.priority(), number(seq)], |row| row.get(0))
            .optional()?;
        Ok(hash.and_then(|hash| Sha256::from_slice(&hash)))
    }

    fn note(&self, arrival: &Arrival) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT INTO record (epoch, stream, seq, hash, received_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                self.epoch,
                self.stream.priority(),
                number(arrival.seq),
                arrival.hash.as_bytes(),
                self.received.as_millisecond()
            ])?;
        Ok(())
    }

    fn move_mark(&self, high_water: u64) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO mark (epoch, stream, high_water) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET high_water = excluded.high_water",
            )?
            .execute(params![self.epoch, self.stream.priority(), number(high_water)])?;
        Ok(())
    }
}
