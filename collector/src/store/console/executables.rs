//! Executables of the fleet: where one lies, and which are new.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{Store, StoreError};
use super::count;

/// What is known of one content, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutableCard {
    /// What is true of its bytes; `None` when no device has described it yet.
    pub described: Option<DescribedExecutable>,
    /// Active devices that have it.
    pub devices: u32,
    /// Where it lies on active devices, the place that was seen first at the top; not all where there are very many.
    pub places: Vec<ExecutablePlace>,
}

/// What is true of an executable's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedExecutable {
    /// Of its content.
    pub size_bytes: u64,
    /// "pe".
    pub format: String,
    /// "x86_64", "/bin/sh".
    pub runs_on: String,
    /// The name it was first met under.
    pub file_name: String,
    /// When the collector first heard of it.
    pub first_seen_at: Timestamp,
    /// What the file says of itself: maker, product, description, version, original name. Claims, not proofs.
    pub claims: [String; 5],
    /// Whom its signature names, not verified.
    pub signer: Option<String>,
    /// "bypass", "game"; `None` for what the catalogue does not know.
    pub class: Option<String>,
}

/// One file on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutablePlace {
    /// Name of the device.
    pub device: String,
    /// Its id.
    pub device_id: DeviceId,
    /// Name of its site.
    pub site: String,
    /// Where it lies there.
    pub path: String,
    /// Of its content; `None` when the row is damaged.
    pub sha256: Option<Sha256>,
    /// Of its content.
    pub size_bytes: u64,
    /// Account of its owner.
    pub owner: String,
    /// "pe".
    pub format: String,
    /// "bypass", "game"; `None` for what the catalogue does not know.
    pub class: Option<String>,
    /// Whom its signature names, not verified.
    pub signer: Option<String>,
    /// Whether it lies on a removable medium.
    pub removable: bool,
    /// When the collector first heard of it there.
    pub first_seen_at: Timestamp,
    /// When the collector first heard of the content anywhere, as far as it still lies there.
    pub first_in_fleet_at: Timestamp,
}

const PLACES: &str =
    "SELECT d.name, d.uuid, s.name, e.path, e.sha256, e.size_bytes, e.owner, e.format, e.class, e.signer,
    e.removable, e.first_seen_at, (SELECT min(f.first_seen_at) FROM executable f WHERE f.sha256 = e.sha256)
    FROM executable e JOIN device d ON d.id = e.device JOIN site s ON s.id = d.site WHERE d.status = 'active'";

impl Store {
    /// What is known of a content, with at most `places` of the files that have it; `None` when nobody has ever heard
    /// of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn executable_by_digest(
        &self,
        sha256: Sha256,
        places: usize,
    ) -> Result<Option<ExecutableCard>, StoreError> {
        self.read(move |connection| {
            let described = connection
                .prepare_cached(
                    "SELECT size_bytes, format, runs_on, file_name, first_seen, company, product, description, version,
                            original_name, signer, class FROM executable_facts WHERE sha256 = ?1",
                )?
                .query_row([sha256.as_bytes()], described)
                .optional()?;
            let devices: i64 = connection
                .prepare_cached(
                    "SELECT count(DISTINCT e.device) FROM executable e JOIN device d ON d.id = e.device
                     WHERE e.sha256 = ?1 AND d.status = 'active'",
                )?
                .query_row([sha256.as_bytes()], |row| row.get(0))?;
            let sql = format!("{PLACES} AND e.sha256 = ?1 ORDER BY e.first_seen_at, d.name, e.path LIMIT ?2");
            let mut query = connection.prepare_cached(&sql)?;
            let most = i64::try_from(places).unwrap_or(i64::MAX);
            let places: Vec<ExecutablePlace> =
                query.query_map(params![sha256.as_bytes(), most], place)?.collect::<Result<_, _>>()?;
            let known = described.is_some() || devices > 0;
            Ok(known.then(|| ExecutableCard { described, devices: count(devices), places }))
        })
        .await
    }

    /// At most `limit` files on active devices that were first seen there since a moment, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn new_executables(&self, since: Timestamp, limit: usize) -> Result<Vec<ExecutablePlace>, StoreError> {
        self.read(move |connection| {
            let sql =
                format!("{PLACES} AND e.first_seen_at >= ?1 ORDER BY e.first_seen_at DESC, d.name, e.path LIMIT ?2");
            let mut query = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![since.as_millisecond(), limit], place)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn described(row: &Row<'_>) -> rusqlite::Result<DescribedExecutable> {
    Ok(DescribedExecutable {
        size_bytes: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
        format: row.get(1)?,
        runs_on: row.get(2)?,
        file_name: row.get(3)?,
        first_seen_at: moment(row.get(4)?),
        claims: [row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?],
        signer: row.get(10)?,
        class: row.get(11)?,
    })
}

fn place(row: &Row<'_>) -> rusqlite::Result<ExecutablePlace> {
    Ok(ExecutablePlace {
        device: row.get(0)?,
        device_id: DeviceId::from_uuid(Uuid::from_bytes(row.get(1)?)),
        site: row.get(2)?,
        path: row.get(3)?,
        sha256: Sha256::from_slice(&row.get::<_, Vec<u8>>(4)?),
        size_bytes: u64::try_from(row.get::<_, i64>(5)?).unwrap_or_default(),
        owner: row.get(6)?,
        format: row.get(7)?,
        class: row.get(8)?,
        signer: row.get(9)?,
        removable: row.get(10)?,
        first_seen_at: moment(row.get(11)?),
        first_in_fleet_at: moment(row.get(12)?),
    })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{ExecutableFacts, ExecutableFormat, SoftwareClass, VersionInfo};
    use jiff::{Timestamp, ToSpan as _};

    use crate::rules::sample::now;
    use crate::store::executables::describe;
    use crate::store::sample::{Sample, store};

    fn days_ago(days: i64) -> Timestamp {
        now().checked_sub((days * 24).hours()).expect("in range")
    }

    /// `PC-1` has had a tool for nine days, `PC-2` for one, and something else for two; `PC-3` is gone.
    async fn fleet() -> Sample {
        let sample = store().await;
        sample
            .store
            .add_devices("Northfield School", ["PC-1", "PC-2", "PC-3"].map(|name| (name.to_owned(), None)).into())
            .await;
        for (device, path, days) in
            [("PC-1", "/tmp/tool", 9), ("PC-2", "/tmp/tool", 1), ("PC-2", "/tmp/other", 2), ("PC-3", "/tmp/tool", 1)]
        {
            sample.store.add_executables(device, vec![(path.to_owned(), days_ago(days))]).await;
        }
        sample
            .write(|tx| {
                tx.execute("UPDATE device SET status = 'retired' WHERE name = 'PC-3'", [])?;
                tx.execute(
                    "UPDATE executable SET sha256 = ?1 WHERE path = '/tmp/tool'",
                    [Sha256::of(b"tool").as_bytes()],
                )
            })
            .await;
        sample
    }

    #[tokio::test]
    async fn a_content_is_told_with_what_it_claims_and_where_it_lies() {
        let sample = fleet().await;
        let facts = ExecutableFacts {
            sha256: Sha256::of(b"tool"),
            size_bytes: 9,
            format: ExecutableFormat::Pe,
            runs_on: "x86_64".into(),
            file_name: "tool.exe".into(),
            version: VersionInfo {
                company: "Example Ltd".into(),
                original_name: "vpn.exe".into(),
                ..VersionInfo::default()
            },
            signer: Some("Example Ltd".into()),
            class: Some(SoftwareClass::Bypass),
        };
        sample.store.write(crate::store::Order::First, move |tx| describe(tx, &facts, now())).await.expect("is kept");
        let card = sample.store.executable_by_digest(Sha256::of(b"tool"), 1).await.expect("reads").expect("is known");
        assert_eq!((card.devices, card.places.len()), (2, 1));
        assert_eq!((card.places[0].device.as_str(), card.places[0].first_seen_at), ("PC-1", days_ago(9)));
        let described = card.described.expect("somebody described it");
        assert_eq!((described.claims[0].as_str(), described.claims[4].as_str()), ("Example Ltd", "vpn.exe"));
        assert_eq!(described.class.as_deref(), Some("bypass"));
        assert_eq!(sample.store.executable_by_digest(Sha256::of(b"nobody"), 1).await.expect("reads"), None);
    }

    #[tokio::test]
    async fn what_is_new_somewhere_tells_since_when_it_is_known_anywhere() {
        let sample = fleet().await;
        let new = sample.store.new_executables(days_ago(7), 10).await.expect("reads");
        let told: Vec<_> =
            new.iter().map(|file| (file.device.as_str(), file.path.as_str(), file.first_in_fleet_at)).collect();
        assert_eq!(told, [("PC-2", "/tmp/tool", days_ago(9)), ("PC-2", "/tmp/other", days_ago(2))]);
        assert_eq!(sample.store.new_executables(days_ago(7), 1).await.expect("reads").len(), 1);
    }
}
