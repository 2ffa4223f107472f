//! Where everything is kept: one SQLite database, one writer with group commit, readers beside it.
//!
//! A method is one business step and takes domain types; SQL stays in this folder. What is written is durable when the
//! method returns. Each file adds the methods of one noun to [`Store`].

mod alert_answers;
pub(crate) mod alerts;
mod audit;
pub mod canary;
pub mod cases;
mod connection;
pub mod console;
mod copies;
mod departure;
pub(crate) mod device_alerts;
mod device_groups;
#[cfg(test)]
mod device_groups_tests;
pub mod estate;
mod executables;
pub(crate) mod facts;
pub(crate) mod findings;
mod functions;
mod identity;
mod in_force;
mod ingest;
mod keywords;
mod ladder;
pub(crate) mod lessons;
mod lexicons;
pub mod licence_audit;
pub mod licences;
mod moment;
mod operators;
mod outbox;
mod policies;
pub mod proof;
mod recipients;
mod rejudge;
pub mod reports;
mod revocation;
#[cfg(test)]
pub(crate) mod sample;
mod scope;
pub(crate) mod sealed;
mod sessions;
mod sites;
mod status;
pub mod titles;
mod tokens;
pub(crate) mod vault;
mod writer;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};

pub use alert_answers::Answered;
pub use audit::AuditChain;
pub(crate) use copies::{copy_database, quick_check, shut_out};
pub use departure::{Disposal, Loss};
pub use findings::Settled;
pub use identity::{Caller, NewDevice, Standing, TokenStanding};
pub use in_force::SitePolicy;
pub use ingest::{Ingested, NotIngested};
pub use operators::{Added, LoginStanding, NewLogin, NewOperator, OperatorKey, OperatorRow, OperatorStanding};
pub use outbox::{
    Call, ChannelState, DueMail, Failed, ListKind, ListedCase, MailedAlert, MailedAudit, MailedKind, MailedList,
    Matter, Then, Way,
};
pub use policies::{Applied, SitePolicyText};
pub use recipients::{Published, RecipientsRow};
pub use scope::SiteScope;
pub use sealed::SealedRow;
pub use sessions::Welcome;
pub use status::{DeviceState, MailState, Overview, SiteState};
pub use tokens::NewToken;
pub use writer::Order;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused; nothing of the step was written.
    #[error("the database could not be read or written")]
    Database(#[from] rusqlite::Error),
    /// The file is of a version that this program does not know.
    #[error("the database was written by a newer collector (version {found}, this one knows {known})")]
    Newer {
        /// Version in the file.
        found: i64,
        /// Version of this program.
        known: i64,
    },
    /// The file is of an earlier version, and this step must not change it.
    #[error("the database was written by an older collector; start this one on it once")]
    Older,
    /// The file is a database, but not ours.
    #[error("the file is the database of another program")]
    Foreign,
    /// Rows refer to others that are not there, so the file cannot be brought to the current form.
    #[error("the database is damaged: some rows refer to others that are not there; restore it from a backup")]
    Damaged,
    /// A policy in the database is none; it was checked before it was stored, so a person has changed it there.
    #[error("version {version} of the policy in the database cannot be read")]
    Policy {
        /// Which.
        version: i64,
        /// What is wrong with it.
        source: caretaker_shared::policy::PolicyError,
    },
    /// The bundled SQLite has the WAL-reset defect (fixed in 3.51.3).
    #[error("SQLite {0} may lose data; 3.51.3 or later is needed")]
    SqliteTooOld(String),
    /// The keys beside the database cannot be read or written.
    #[error("the keys beside the database (retention.keys) cannot be read or written")]
    Keys(#[source] std::io::Error),
    /// A defect of this program; nothing of the step was written.
    #[error("a step came to grief over its input")]
    Stumbled,
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
}

/// The collector's memory.
#[derive(Clone)]
pub struct Store {
    /// Closed before the writer, which puts the log into the database when nobody else has it open.
    readers: Arc<Readers>,
    writer: writer::Writer,
    policies: Arc<in_force::Policies>,
    vault: Arc<vault::Vault>,
    shelf: Arc<titles::Shelf>,
    taken: Arc<ingest::Taken>,
}

/// Connections that only read. A reader is opened when none is free, and kept.
struct Readers {
    path: std::path::PathBuf,
    idle: Mutex<Vec<rusqlite::Connection>>,
    at_once: Semaphore,
}

/// Readers that may work at the same time.
const READERS: usize = 4;

impl Store {
    /// Opens the database, creating or migrating it.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or was written by a newer collector.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let vault = Arc::new(vault::Vault::beside(path).map_err(StoreError::Keys)?);
        let mut connection = connection::open_writer(path)?;
        sealed::move_wraps(&mut connection, &vault)?;
        let policies = Arc::default();
        device_groups::settle_all(&mut connection, &policies)?;
        let readers = Readers { path: path.to_owned(), idle: Mutex::new(Vec::new()), at_once: Semaphore::new(READERS) };
        Ok(Self {
            writer: writer::Writer::start(connection),
            readers: Arc::new(readers),
            policies,
            vault,
            shelf: Arc::default(),
            taken: Arc::default(),
        })
    }

    /// Asks the database for nothing, to learn whether it answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn answers(&self) -> Result<(), StoreError> {
        self.write(Order::First, |_| Ok(())).await
    }

    /// Runs one business step in the writer's current transaction. An error undoes this step alone.
    pub(crate) async fn write<T, F>(&self, order: Order, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.write(order, step).await
    }

    /// Runs a query on a connection that cannot write.
    pub(crate) async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let _turn = self.readers.at_once.acquire().await.map_err(|_| StoreError::Closed)?;
        let idle = self.readers.idle.lock().await.pop();
        let path = self.readers.path.clone();
        let (connection, answer) = tokio::task::spawn_blocking(move || {
            let connection = idle.map_or_else(|| connection::open_reader(&path), Ok)?;
            let answer = query(&connection);
            Ok::<_, StoreError>((connection, answer))
        })
        .await
        .map_err(|_| StoreError::Closed)??;
        self.readers.idle.lock().await.push(connection);
        answer
    }
}

/// A count as SQLite holds it: 63 bits are enough for every byte there is.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
