//! The one writer: steps arrive from many tasks, are committed together, and are answered after the commit.
//!
//! A durable commit costs one sync of the disk whatever it holds, so steps that wait while one runs share the next.
//! Each step has a savepoint of its own: one that fails is undone and the others go on. Steps are sorted by device, so
//! that the rows of one device are written together (performance.md section 5).

use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Steps that one commit may carry.
const GROUP: usize = 256;
/// Steps that may wait before those who bring more have to wait themselves.
const QUEUE: usize = 1024;

/// Where a step stands among the others of its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Before all devices: what people and timers do.
    First,
    /// With the other steps of this device (the bytes of its id), in the order in which they came.
    Device([u8; 16]),
}

type Step = Box<dyn FnOnce(&Transaction<'_>) -> Answer + Send>;
/// Sends the step's result once the commit is known to have worked, or the failure when it did not.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A handle to the writer's thread. Dropping the last one waits until what was asked is done and the database is closed:
/// whoever moves or reads the file then finds it as it stays.
#[derive(Clone)]
pub(super) struct Writer(Arc<Work>);

struct Work {
    /// `None` once there is nothing more to ask.
    steps: Option<mpsc::Sender<(Order, Step)>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Work {
    fn drop(&mut self) {
        drop(self.steps.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer of the database ended in a panic");
        }
    }
}

impl Writer {
    /// Starts the thread that owns the connection.
    pub(super) fn start(connection: Connection) -> Self {
        let (steps, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || work(connection, queue))
            .expect("the system starts one thread at start-up");
        Self(Arc::new(Work { steps: Some(steps), thread: Some(thread) }))
    }

    /// Runs a step and waits until it is durable.
    pub(super) async fn write<T, F>(&self, order: Order, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let step: Step = Box::new(move |transaction| {
            let result = in_savepoint(transaction, step);
            Box::new(move |committed| {
                // Whoever asked may have gone away; the step is done all the same.
                let _ = tell.send(committed.and(result));
            })
        });
        let steps = self.0.steps.as_ref().ok_or(StoreError::Closed)?;
        steps.send((order, step)).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

fn work(mut connection: Connection, mut queue: mpsc::Receiver<(Order, Step)>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        group.sort_by_key(|(order, _)| *order);
        commit(&mut connection, group.drain(..).map(|(_, step)| step));
    }
}

fn commit(connection: &mut Connection, steps: impl Iterator<Item = Step>) {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            // Dropping a step closes its channel: those who wait are told that the store did not do it.
            tracing::error!(%error, steps = steps.count(), "no transaction could be begun");
            return;
        }
    };
    let answers: Vec<Answer> = steps.map(|step| step(&transaction)).collect();
    match transaction.commit() {
        Ok(()) => answers.into_iter().for_each(|answer| answer(Ok(()))),
        Err(error) => {
            tracing::error!(%error, steps = answers.len(), "the commit failed; nothing of it is acknowledged");
            answers.into_iter().for_each(|answer| answer(Err(StoreError::Closed)));
        }
    }
}

/// Runs a step so that it can be undone alone.
pub(super) fn in_savepoint<T>(
    transaction: &Transaction<'_>,
    step: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    transaction.execute_batch("SAVEPOINT step")?;
    // A step that panics must not take the writer with it: it is undone like any other failure.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(transaction)))
        .unwrap_or(Err(StoreError::Stumbled));
    if result.is_err() {
        transaction.execute_batch("ROLLBACK TO step")?;
    }
    transaction.execute_batch("RELEASE step")?;
    result
}

#[cfg(test)]
mod tests {
    use super::Order;
    use crate::store::{Store, StoreError};

    #[tokio::test]
    async fn a_step_that_panics_is_undone_and_the_next_one_works() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(&home.path().join("caretaker.db")).expect("a new database");
        let stumbled = store
            .write(Order::First, |transaction| -> Result<(), StoreError> {
                transaction.execute("INSERT INTO site (name) VALUES ('Main')", [])?;
                panic!("a defect")
            })
            .await;
        assert!(matches!(stumbled, Err(StoreError::Stumbled)));
        assert!(store.site_names().await.expect("reads").is_empty());
        store.answers().await.expect("works on");
    }

    #[tokio::test]
    async fn a_store_that_is_dropped_has_closed_its_database() {
        let home = tempfile::tempdir().expect("a folder");
        for round in 0..20 {
            let path = home.path().join(format!("{round}.db"));
            let store = Store::open(&path).expect("a new database");
            store.answers().await.expect("works");
            drop(store);
            let entries = std::fs::read_dir(home.path()).expect("reads").filter_map(Result::ok);
            let files: Vec<_> = entries.map(|file| file.file_name()).filter(|name| name != "retention.keys").collect();
            assert_eq!(files.len(), round + 1, "one file for each database, and no log beside it: {files:?}");
        }
    }
}
