//! The durable queue between what the agent finds and the collector that is told of it.
//!
//! SQLite, owner-only, synced before anything returns. Four streams, each numbered from 1 without gaps. What holds:
//! a record leaves only after the collector acknowledged it; a record that may have been sent is never changed or
//! removed before that; numbers that will never come are covered by a gap record; safeguarding and tamper records
//! never give way to the quota. Everything here blocks; loops go through [`Spool::run`].

mod changes;
mod digests;
mod epoch;
mod error;
mod ledger;
mod lock;
mod notes;
mod open;
mod overview;
mod prune;
mod queue;
mod quota;
mod readings;
mod restore;
mod rows;
mod salvage;
mod schema;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test's files need no protection")]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use epoch::EpochStory;
pub use error::SpoolError;
pub use lock::{StateLock, is_running};
pub use open::{Options, QUOTA_BYTES};
pub use overview::{Overview, StreamOverview};
pub use queue::Batch;
pub use readings::Queued;
pub use restore::Settled;

use crate::blocking::blocking;
use crate::clocks::DeviceClocks;
use crate::sealing::Sealer;

/// The spool of one device. One process has it open for writing.
pub struct Spool {
    connection: Mutex<Connection>,
    clocks: DeviceClocks,
    quota_bytes: u64,
    file: PathBuf,
    enqueued: Notify,
    damaged: CancellationToken,
    sealer: OnceLock<Arc<Sealer>>,
}

impl Spool {
    /// Does a piece of work with the spool on a thread where it may block.
    ///
    /// # Errors
    /// Those of the work; a panic in it is passed on.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, SpoolError> + Send + 'static,
    ) -> Result<T, SpoolError> {
        let spool = self.clone();
        match blocking(move || work(&spool)).await {
            Ok(done) => self.mind(done),
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(SpoolError::Closing),
            },
        }
    }

    /// From now on what an event leaves of a text is sealed by `sealer` when the event is queued. Without one, nothing of
    /// a text is kept. The first one stays.
    pub fn seal_with(&self, sealer: Arc<Sealer>) {
        let _ = self.sealer.set(sealer);
    }

    /// Returns once something was queued since the last time this returned.
    pub async fn enqueued(&self) {
        self.enqueued.notified().await;
    }

    /// Returns once any work with the spool has met damage: only a new start sets a damaged spool aside.
    pub async fn damaged(&self) {
        self.damaged.cancelled().await;
    }

    /// Passes on what came of some work, and tells when it met damage.
    fn mind<T>(&self, done: Result<T, SpoolError>) -> Result<T, SpoolError> {
        done.inspect_err(|error| {
            if error.is_damage() {
                self.damaged.cancel();
            }
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic of an earlier holder rolled its transaction back, so the connection is good.
        self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// One transaction: all of `work` or nothing of it, on disk when this returns.
    fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, SpoolError>) -> Result<T, SpoolError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}
