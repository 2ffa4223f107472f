//! What changed on a device.

use jiff::Timestamp;
use rusqlite::params;

use super::super::moment::moment;
use super::super::{Store, StoreError};
use super::DeviceRow;

/// Changes that one answer holds.
const MOST: i64 = 1_000;

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// When the device was found changed.
    pub at: Timestamp,
    /// Name of the probe that found it: "software", "executables", "updates".
    pub probe: String,
    /// "added", "removed", "updated", "applied".
    pub kind: String,
    /// "vim 9.0 -> 9.1", a path, the name of an update.
    pub text: String,
}

impl Store {
    /// What changed on a device since a moment, newest first; the newest thousand where there is more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn device_changes(&self, device: &DeviceRow, since: Timestamp) -> Result<Vec<ChangeRow>, StoreError> {
        let device = device.rowid;
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT at, probe, kind, text FROM change WHERE device = ?1 AND at >= ?2
                 ORDER BY at DESC, id DESC LIMIT ?3",
            )?;
            let rows = query.query_map(params![device, since.as_millisecond(), MOST], |row| {
                Ok(ChangeRow { at: moment(row.get(0)?), probe: row.get(1)?, kind: row.get(2)?, text: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use crate::rules::sample::now;
    use crate::store::sample::{DEVICE_NAME, store};

    #[tokio::test]
    async fn the_newest_change_comes_first_and_older_ones_than_asked_for_do_not() {
        let sample = store().await;
        sample
            .write(|tx| {
                let mut insert = tx.prepare(
                    "INSERT INTO change (device, at, probe, kind, text) VALUES (1, ?1, 'software', 'added', ?2)",
                )?;
                for (days, text) in [(8, "too old"), (7, "first"), (1, "second"), (1, "third")] {
                    let at = now().checked_sub((days * 24).hours()).expect("in range");
                    insert.execute(rusqlite::params![at.as_millisecond(), text])?;
                }
                Ok(())
            })
            .await;
        let device = &sample.store.find_devices(DEVICE_NAME).await.expect("reads")[0];
        let since = now().checked_sub((7 * 24).hours()).expect("in range");
        let changes = sample.store.device_changes(device, since).await.expect("reads");
        let texts: Vec<&str> = changes.iter().map(|change| change.text.as_str()).collect();
        assert_eq!(texts, ["third", "second", "first"]);
    }
}
