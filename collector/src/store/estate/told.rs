//! What devices told of their antivirus and their screen locks, remembered by the digest of the message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{AntivirusProduct, Facts, Idle, ProbeName, ScreenLock};
use rusqlite::{Connection, params};

use super::super::{DeviceState, StoreError, facts};

/// Askings after which what was not asked for is forgotten.
const ASKINGS: u64 = 100;

/// The longest time after which one of a device's screens asks for a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LongestLock {
    /// In seconds, of those that lock and say when; `None` where none does.
    pub seconds: Option<u32>,
    /// One never locks.
    pub never: bool,
    /// Of one it is not known, or not all could be looked at.
    pub unsure: bool,
}

/// What one device told.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) products: Option<Arc<[AntivirusProduct]>>,
    pub(super) locks: Option<LongestLock>,
}

/// What was read of messages, by their digests. As large as the school has different answers, and no larger for long.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    asking: u64,
    read: HashMap<Sha256, (u64, Read)>,
}

/// What a message says.
#[derive(Debug, Clone)]
enum Read {
    Products(Arc<[AntivirusProduct]>),
    Locks(LongestLock),
    /// Something else, or of another version.
    Nothing,
}

impl Remembered {
    /// What each of the `seen` devices told last, by its number.
    pub(super) fn told(
        &self,
        connection: &Connection,
        seen: &HashMap<i64, DeviceState>,
    ) -> Result<HashMap<i64, Told>, StoreError> {
        // What was remembered before a panic elsewhere is as good as ever.
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.begin();
        let mut query = connection.prepare_cached(
            "SELECT device, probe, completeness, digest FROM reading
             WHERE digest IS NOT NULL AND probe IN (?1, ?2) AND completeness IN ('complete', 'partial')",
        )?;
        let mut rows = query.query([ProbeName::Antivirus.as_str(), ProbeName::ScreenLock.as_str()])?;
        let mut told: HashMap<i64, Told> = HashMap::with_capacity(seen.len());
        while let Some(row) = rows.next()? {
            let device = row.get(0)?;
            if !seen.contains_key(&device) {
                continue;
            }
            let digest = Sha256::from(row.get::<_, [u8; 32]>(3)?);
            let read = match memory.find(digest) {
                Some(read) => read,
                None => {
                    let read = read(connection, device, row.get_ref(1)?.as_str().unwrap_or_default())?;
                    memory.keep(digest, &read);
                    read
                }
            };
            let partial = row.get_ref(2)?.as_str().is_ok_and(|word| word == "partial");
            let told = told.entry(device).or_default();
            match read {
                Read::Products(products) => told.products = Some(products),
                Read::Locks(locks) => told.locks = Some(LongestLock { unsure: locks.unsure || partial, ..locks }),
                Read::Nothing => {}
            }
        }
        Ok(told)
    }
}

impl Memory {
    fn begin(&mut self) {
        self.asking += 1;
        if self.asking.is_multiple_of(ASKINGS) {
            let least = self.asking - ASKINGS;
            self.read.retain(|_, (used, _)| *used >= least);
        }
    }

    fn find(&mut self, digest: Sha256) -> Option<Read> {
        let (used, read) = self.read.get_mut(&digest)?;
        *used = self.asking;
        Some(read.clone())
    }

    fn keep(&mut self, digest: Sha256, read: &Read) {
        self.read.insert(digest, (self.asking, read.clone()));
    }
}

fn read(connection: &Connection, device: i64, probe: &str) -> Result<Read, StoreError> {
    let bytes: Vec<u8> = connection
        .prepare_cached("SELECT facts FROM reading WHERE device = ?1 AND probe = ?2")?
        .query_row(params![device, probe], |row| row.get(0))?;
    Ok(match facts::decode(&bytes) {
        Some(Facts::Antivirus(found)) => Read::Products(found.products.into_iter().map(in_short).collect()),
        Some(Facts::ScreenLock(locks)) => Read::Locks(longest(&locks)),
        Some(_) | None => Read::Nothing,
    })
}

/// A product without the texts that nobody asks for here.
fn in_short(product: AntivirusProduct) -> AntivirusProduct {
    AntivirusProduct {
        vendor: String::new(),
        version: String::new(),
        signature_version: String::new(),
        evidence: Vec::new(),
        ..product
    }
}

/// The longest of all users' times, on mains and on battery. Nobody to tell of is not known either.
fn longest(locks: &[ScreenLock]) -> LongestLock {
    let battery = locks.iter().filter_map(|lock| Some(&lock.on_battery.as_ref()?.until_password));
    let times = locks.iter().map(|lock| &lock.until_password).chain(battery);
    times.fold(LongestLock { unsure: locks.is_empty(), ..LongestLock::default() }, |longest, time| match time {
        Idle::Seconds(seconds) => LongestLock { seconds: longest.seconds.max(Some(*seconds)), ..longest },
        Idle::Never => LongestLock { never: true, ..longest },
        Idle::Unknown(_) => LongestLock { unsure: true, ..longest },
    })
}
