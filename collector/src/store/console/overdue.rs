//! Devices that should come in: silent for too long, or out of date (D1).

use std::collections::BTreeMap;

use caretaker_shared::model::{DeviceId, Requirement};
use jiff::Timestamp;
use rusqlite::params;
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{Store, StoreError};

/// What brings a device in: contact, signatures, security updates.
const OVERDUE: [Requirement; 3] = [Requirement::A1Seen, Requirement::A1Signatures, Requirement::B2];

/// A device that should come in, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueDevice {
    /// As people call it.
    pub name: String,
    /// Its id.
    pub id: DeviceId,
    /// Name of its site.
    pub site: String,
    /// Its last word, if it ever said one.
    pub last_seen_at: Option<Timestamp>,
    /// What is overdue, in the order of the requirements: the id and what is so in a few words.
    pub overdue: Vec<(Requirement, String)>,
}

impl Store {
    /// Active devices that are silent for too long or out of date, those first that were heard of least lately.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn overdue_devices(&self) -> Result<Vec<OverdueDevice>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT d.id, d.name, d.uuid, s.name, d.last_seen_at, f.requirement, f.summary
                 FROM finding f JOIN device d ON d.id = f.device JOIN site s ON s.id = d.site
                 WHERE f.requirement IN (?1, ?2, ?3) AND f.verdict = 'fails' AND f.closed_at IS NULL
                   AND d.status = 'active'",
            )?;
            let ids = OVERDUE.map(Requirement::id);
            let mut rows = query.query(params![ids[0], ids[1], ids[2]])?;
            let mut devices: BTreeMap<i64, OverdueDevice> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let id = DeviceId::from_uuid(Uuid::from_bytes(row.get(2)?));
                let (name, site) = (row.get(1)?, row.get(3)?);
                let last_seen_at = row.get::<_, Option<i64>>(4)?.map(moment);
                let device = devices.entry(row.get(0)?).or_insert_with(|| OverdueDevice {
                    name,
                    id,
                    site,
                    last_seen_at,
                    overdue: Vec::new(),
                });
                if let Some(requirement) = Requirement::parse(row.get_ref(5)?.as_str().unwrap_or_default()) {
                    device.overdue.push((requirement, row.get(6)?));
                }
            }
            let mut devices: Vec<OverdueDevice> = devices.into_values().collect();
            devices.iter_mut().for_each(|device| device.overdue.sort_unstable());
            devices.sort_by(|one, other| (one.last_seen_at, &one.name).cmp(&(other.last_seen_at, &other.name)));
            Ok(devices)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Requirement;
    use jiff::ToSpan as _;

    use super::super::sample::SampleFinding;
    use crate::rules::sample::now;
    use crate::store::sample::store;

    #[tokio::test]
    async fn a_device_is_listed_once_with_all_that_is_overdue_and_the_most_silent_first() {
        let sample = store().await;
        let seen = |days: i64| now().checked_sub((days * 24).hours()).ok();
        let devices = [("PC-1", 1), ("PC-2", 40), ("PC-3", 1)].map(|(name, days)| (name.to_owned(), seen(days)));
        sample.store.add_devices("Northfield School", devices.into()).await;
        for (device, requirement, verdict, summary) in [
            ("PC-1", "B2", "fails", "no security update for 60 days"),
            ("PC-2", "B2", "fails", "no security update for 90 days"),
            ("PC-2", "A1", "fails", "not seen for 40 days"),
            ("PC-3", "B2", "unknown", "cannot be told"),
            ("PC-3", "E2", "fails", "never locks"),
        ] {
            let (subject, reason, remedy, opened_at) = ("", "so it is", "Change it.", now());
            let finding = SampleFinding { device, requirement, subject, verdict, summary, reason, remedy, opened_at };
            sample.store.add_finding(finding).await;
        }
        let told: Vec<_> = sample
            .store
            .overdue_devices()
            .await
            .expect("reads")
            .into_iter()
            .map(|device| (device.name, device.overdue))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "PC-2".to_owned(),
                    vec![
                        (Requirement::A1Seen, "not seen for 40 days".to_owned()),
                        (Requirement::B2, "no security update for 90 days".to_owned())
                    ]
                ),
                ("PC-1".to_owned(), vec![(Requirement::B2, "no security update for 60 days".to_owned())]),
            ]
        );
    }
}
