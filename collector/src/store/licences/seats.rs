//! Who and what has a seat of a licence.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{Order, SiteScope, Store, StoreError};
use super::row::{self, LicenceRow};
use super::{Done, Hand, Unfit, owned};
use crate::licences::check::line;
use crate::licences::{LicenceId, Metric, Seat};

/// A seat that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRow {
    /// To whom or what.
    pub seat: Seat,
    /// Name, id and status of the device.
    pub device: Option<(String, DeviceId, String)>,
    /// When.
    pub given_at: Timestamp,
    /// By whom.
    pub given_by: String,
}

/// A device that shall have a seat.
struct Device {
    id: DeviceId,
    name: String,
    site: String,
    status: String,
}

impl Store {
    /// Seats of a licence: devices by name, then accounts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_seats(&self, id: LicenceId) -> Result<Vec<SeatRow>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT e.device, e.account, e.given_at, e.given_by, d.name, d.uuid, d.status
                 FROM licence_seat e LEFT JOIN device d ON d.id = e.device WHERE e.licence = ?1
                 ORDER BY e.device IS NULL, d.name, e.account COLLATE NOCASE",
            )?;
            let rows = query.query_map([id.0], |row| {
                let device: Option<i64> = row.get(0)?;
                let seat = match device {
                    Some(device) => Seat::Device(device),
                    None => Seat::Account(row.get(1)?),
                };
                let uuid: Option<[u8; 16]> = row.get(5)?;
                let device = match uuid {
                    Some(uuid) => Some((row.get(4)?, DeviceId::from_uuid(Uuid::from_bytes(uuid)), row.get(6)?)),
                    None => None,
                };
                Ok(SeatRow { seat, device, given_at: moment(row.get(2)?), given_by: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Gives seats of a licence, or takes them back: all or none. Gives the licence as it is now, and how many seats
    /// changed hands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change_seats(
        &self,
        id: LicenceId,
        seats: Vec<Seat>,
        take_back: bool,
        sites: SiteScope,
        hand: Hand,
    ) -> Done<(LicenceRow, u32)> {
        self.write(Order::First, move |tx| {
            let row = match owned(tx, id, &sites)? {
                Ok(row) => row,
                Err(unfit) => return Ok(Err(unfit)),
            };
            tx.execute_batch("SAVEPOINT seats")?;
            let (mut changed, mut devices) = (0_u32, Vec::new());
            for seat in &seats {
                let came = if take_back { take(tx, id, seat)? } else { give(tx, &row, seat, &hand)? };
                match came {
                    Ok(true) => {
                        changed += 1;
                        devices.extend(device_of(tx, seat)?.map(|device| device.id.to_string()));
                    }
                    Ok(false) => {}
                    Err(unfit) => return undone(tx, unfit),
                }
            }
            let now = row::one(tx, id, &sites)?.ok_or(StoreError::Stumbled)?;
            if let (false, Err(unfit)) = (take_back, fits(&now, changed)) {
                return undone(tx, unfit);
            }
            tx.execute_batch("RELEASE seats")?;
            if changed > 0 {
                let action = if take_back { "licence.unassign" } else { "licence.assign" };
                hand.write_down(tx, action, id.to_string(), told(&devices, changed))?;
            }
            Ok(Ok((now, changed)))
        })
        .await
    }
}

fn undone<T>(tx: &Transaction<'_>, unfit: Unfit) -> Done<T> {
    tx.execute_batch("ROLLBACK TO seats; RELEASE seats")?;
    Ok(Err(unfit))
}

/// What the audit chain says: devices by their ids, people by their number.
fn told(devices: &[String], changed: u32) -> String {
    let people = usize::try_from(changed).unwrap_or_default() - devices.len();
    match (devices.is_empty(), people) {
        (true, people) => format!("{people} accounts"),
        (false, 0) => format!("devices {}", devices.join(" ")),
        (false, people) => format!("devices {}; {people} accounts", devices.join(" ")),
    }
}

fn fits(now: &LicenceRow, changed: u32) -> Result<(), Unfit> {
    let given = now.seats.devices + now.seats.accounts;
    let (id, held) = (now.licence.id, now.held());
    if given <= held {
        return Ok(());
    }
    let before = given - changed;
    let problem = format!("{changed} more seats do not fit: {id} has {held}, and {before} are given");
    let remedy = format!(
        "take some back:  caretaker-collector licences unassign {id}\n  \
         or enter what was bought since:  caretaker-collector licences edit {id} --quantity {}",
        now.licence.quantity + (given - held)
    );
    Unfit::because("seats", problem, remedy)
}

fn give(tx: &Transaction<'_>, row: &LicenceRow, seat: &Seat, hand: &Hand) -> Done<bool> {
    let (id, metric) = (row.licence.id, row.licence.metric);
    let wanted = match seat {
        Seat::Device(_) => Metric::Device,
        Seat::Account(_) => Metric::User,
    };
    if metric != wanted {
        let what = if wanted == Metric::Device { "devices" } else { "people" };
        let problem = format!("{id} counts per {}, so {what} have no seats of it", metric.word());
        let remedy = "seats are given to devices of a licence per device, and to accounts of one per user";
        return Ok(Unfit::because("seats", problem, remedy));
    }
    let (device, account) = match seat {
        Seat::Device(device) => {
            if let Err(unfit) = may_sit(row, device_of(tx, seat)?) {
                return Ok(Err(unfit));
            }
            (Some(*device), None)
        }
        Seat::Account(account) => {
            if account.is_empty() {
                return Ok(Unfit::because("account", "account is missing", "give the name that people log in with"));
            }
            if let Err(problem) = line("account", account, 200) {
                return Ok(Err(Unfit::Problem(problem)));
            }
            (None, Some(account))
        }
    };
    let given = tx
        .prepare_cached(
            "INSERT INTO licence_seat (licence, device, account, given_at, given_by) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![id.0, device, account, hand.at.as_millisecond(), hand.actor])?;
    Ok(Ok(given > 0))
}

/// A device has a seat of its own site's licence, or of one for all sites, while it is in use.
fn may_sit(row: &LicenceRow, device: Option<Device>) -> Result<(), Unfit> {
    let Some(device) = device else { return Err(Unfit::Unknown) };
    if device.status != "active" {
        let problem = format!("{} is {}", device.name, device.status);
        return Unfit::because("device", problem, "seats are given to devices in use");
    }
    match &row.licence.scope.site {
        Some(site) if *site != device.site => {
            let (name, id) = (&device.name, row.licence.id);
            let problem = format!("{name} is of {}, and {id} of {site}", device.site);
            let remedy = format!("hand seats on:  caretaker-collector licences transfer {id} --to {}", device.site);
            Unfit::because("device", problem, remedy)
        }
        Some(_) | None => Ok(()),
    }
}

fn take(tx: &Transaction<'_>, id: LicenceId, seat: &Seat) -> Done<bool> {
    let gone = match seat {
        Seat::Device(device) => tx
            .prepare_cached("DELETE FROM licence_seat WHERE licence = ?1 AND device = ?2")?
            .execute(params![id.0, device])?,
        Seat::Account(account) => tx
            .prepare_cached("DELETE FROM licence_seat WHERE licence = ?1 AND account = ?2 COLLATE NOCASE")?
            .execute(params![id.0, account])?,
    };
    Ok(Ok(gone > 0))
}

fn device_of(tx: &Transaction<'_>, seat: &Seat) -> Result<Option<Device>, StoreError> {
    let Seat::Device(device) = seat else { return Ok(None) };
    let mut query = tx.prepare_cached(
        "SELECT d.uuid, d.name, s.name, d.status FROM device d JOIN site s ON s.id = d.site WHERE d.id = ?1",
    )?;
    let found = query.query_row([device], |row| {
        let id = DeviceId::from_uuid(Uuid::from_bytes(row.get(0)?));
        Ok(Device { id, name: row.get(1)?, site: row.get(2)?, status: row.get(3)? })
    });
    Ok(found.optional()?)
}
