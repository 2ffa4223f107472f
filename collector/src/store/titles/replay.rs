//! Another catalogue over everything stored, in steps between which reports of devices are taken in.

use caretaker_shared::digest::Sha256;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::settle::{put_title, settle};
use super::{Moved, Shelf};
use crate::store::{Order, Store, StoreError};

/// Devices of one step: some 10 ms of the writer's time.
const AT_ONCE: usize = 8;

/// What one call has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chunk {
    /// The last device that was brought in line; where the next call goes on.
    pub last: i64,
    /// Devices that were brought in line by this call.
    pub devices: u64,
    /// Devices that are left.
    pub left: u64,
    /// What changed.
    pub moved: Moved,
}

/// What a whole replay has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    /// Devices that were looked at.
    pub devices: u64,
    /// What changed.
    pub moved: Moved,
}

impl Store {
    /// Whether what is stored was made by the catalogue in use.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn titles_are_current(&self) -> Result<bool, StoreError> {
        let digest = self.catalogue().digest();
        self.read(move |connection| {
            let held: Option<Vec<u8>> =
                connection.query_row("SELECT digest FROM catalogue_state", [], |row| row.get(0)).optional()?;
            Ok(held.is_some_and(|held| held == digest.as_bytes()))
        })
        .await
    }

    /// Brings all devices in line with the catalogue in use.
    ///
    /// # Errors
    /// When the database refuses; what was brought in line stays so.
    pub async fn replay_titles(&self, now: Timestamp) -> Result<Replayed, StoreError> {
        let (mut replayed, mut last, by) = (Replayed::default(), 0, self.catalogue().digest());
        loop {
            let chunk = self.replay_some(last, AT_ONCE, by, now).await?;
            replayed.devices += chunk.devices;
            replayed.moved += chunk.moved;
            last = chunk.last;
            if chunk.left == 0 {
                return Ok(replayed);
            }
        }
    }

    /// Brings up to `devices` of them in line, after the one in row `after` (0 to begin). The call that leaves none
    /// writes down that all are, unless the catalogue is no longer that of the digest `by`, with which it was begun.
    ///
    /// # Errors
    /// When the database refuses; what was brought in line stays so.
    pub async fn replay_some(
        &self,
        after: i64,
        devices: usize,
        by: Sha256,
        now: Timestamp,
    ) -> Result<Chunk, StoreError> {
        if after == 0 {
            self.put_titles().await?;
        }
        let rows = self.devices_after(after).await?;
        let mut chunk = Chunk { last: after, ..Chunk::default() };
        let (some, rest) = rows.split_at(devices.min(rows.len()));
        for some in some.chunks(AT_ONCE) {
            let (some, shelf) = (some.to_vec(), self.shelf.clone());
            let step = move |transaction: &Transaction<'_>| {
                let mut moved = Moved::default();
                for device in &some {
                    moved += settle(transaction, *device, &shelf)?;
                }
                Ok((some.last().copied(), some.len(), moved))
            };
            let (last, count, moved) = self.write(Order::First, step).await?;
            chunk.last = last.unwrap_or(after);
            chunk.devices += u64::try_from(count).unwrap_or(u64::MAX);
            chunk.moved += moved;
        }
        chunk.left = u64::try_from(rest.len()).unwrap_or(u64::MAX);
        if chunk.left == 0 {
            let shelf = self.shelf.clone();
            self.write(Order::First, move |transaction| finish(transaction, &shelf, by, now)).await?;
        }
        Ok(chunk)
    }

    /// Every device, also those that have left: their rows stay.
    async fn devices_after(&self, after: i64) -> Result<Vec<i64>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached("SELECT id FROM device WHERE id > ?1 ORDER BY id")?;
            Ok(query.query_map([after], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What the catalogue says of its titles.
    async fn put_titles(&self) -> Result<(), StoreError> {
        let catalogue = self.catalogue();
        self.write(Order::First, move |transaction| {
            for title in catalogue.titles() {
                put_title(transaction, title)?;
            }
            Ok(())
        })
        .await
    }
}

/// Forgets titles that nobody has and no rule knows, and writes down which catalogue made the rows.
fn finish(transaction: &Transaction<'_>, shelf: &Shelf, by: Sha256, now: Timestamp) -> Result<(), StoreError> {
    let catalogue = shelf.memory().catalogue().clone();
    if catalogue.digest() != by {
        return Ok(());
    }
    let rows: Vec<(i64, String)> = transaction
        .prepare(
            "SELECT id, slug FROM title WHERE NOT EXISTS (SELECT 1 FROM installation WHERE title = title.id)
             ORDER BY id",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (row, _) in rows.iter().filter(|(_, slug)| catalogue.title(slug).is_none()) {
        transaction.prepare_cached("DELETE FROM title_count WHERE title = ?1")?.execute([row])?;
        transaction.prepare_cached("DELETE FROM title WHERE id = ?1")?.execute([row])?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO catalogue_state (id, digest, replayed_at) VALUES (1, ?1, ?2)
             ON CONFLICT DO UPDATE SET digest = excluded.digest, replayed_at = excluded.replayed_at",
        )?
        .execute(params![catalogue.digest().as_bytes(), now.as_millisecond()])?;
    Ok(())
}
