//! Reads what is installed where: one ordered walk over every installation.

use std::collections::HashMap;

use caretaker_shared::model::ProbeName;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::licences::{Build, Day, Device, Estate, Group, Installation, Reading, Title};
use crate::store::StoreError;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Reads the whole estate. Days are those of `zone` as its clocks stand at `now`.
pub(super) fn read(connection: &Connection, zone: &TimeZone, now: Timestamp) -> Result<Estate, StoreError> {
    let shift = i64::from(zone.to_offset(now).seconds()) * 1000;
    let day = move |ms: i64| Day(i32::try_from((ms.saturating_add(shift)).div_euclid(DAY_MS)).unwrap_or(i32::MAX));
    let (sites, names) = sites(connection)?;
    let devices = devices(connection, &sites, day)?;
    let (titles, title_places) = titles(connection)?;
    let mut estate = Estate { sites: names, devices, titles, ..Estate::default() };
    estate.catalogue = catalogue(connection)?;
    estate.groups = groups(connection, &estate.devices)?;
    installations(connection, &mut estate, &title_places, day)?;
    Ok(estate)
}

/// Places of rows in one of the estate's tables.
type Places = HashMap<i64, u32>;

fn sites(connection: &Connection) -> Result<(Places, Vec<String>), StoreError> {
    let mut query = connection.prepare_cached("SELECT id, name FROM site ORDER BY id")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<Vec<(i64, String)>, _>>()?;
    let places = rows.iter().zip(0_u32..).map(|((row, _), place)| (*row, place)).collect();
    Ok((places, rows.into_iter().map(|(_, name)| name).collect()))
}

fn devices(connection: &Connection, sites: &Places, day: impl Fn(i64) -> Day) -> Result<Vec<Device>, StoreError> {
    // A reading without facts (a probe that failed) leaves those that were there: what is installed is as it was.
    let mut query = connection.prepare_cached(
        "SELECT d.id, d.site, d.status, d.last_seen_at, r.completeness
         FROM device d LEFT JOIN reading r ON r.device = d.id AND r.probe = ?1 AND r.facts IS NOT NULL
         ORDER BY d.id",
    )?;
    let device = |row: &Row<'_>| {
        let reading = match row.get::<_, Option<String>>(4)?.as_deref() {
            None => Reading::Never,
            Some("complete") => Reading::Whole,
            Some(_) => Reading::Partial,
        };
        Ok(Device {
            row: row.get(0)?,
            site: sites.get(&row.get(1)?).copied().unwrap_or_default(),
            gone: row.get_ref(2)?.as_str().is_ok_and(|status| status != "active"),
            seen: row.get::<_, Option<i64>>(3)?.map(&day),
            reading,
        })
    };
    Ok(query.query_map([ProbeName::Software.as_str()], device)?.collect::<Result<_, _>>()?)
}

fn titles(connection: &Connection) -> Result<(Vec<Title>, Places), StoreError> {
    let mut query =
        connection.prepare_cached("SELECT id, slug, name, category, licensing, suite, known FROM title ORDER BY id")?;
    let (mut titles, mut places) = (Vec::new(), Places::new());
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        places.insert(row.get(0)?, u32::try_from(titles.len()).unwrap_or(u32::MAX));
        titles.push(Title {
            slug: row.get(1)?,
            name: row.get(2)?,
            category: row.get(3)?,
            licensing: row.get(4)?,
            suite: row.get(5)?,
            known: row.get(6)?,
        });
    }
    Ok((titles, places))
}

/// Groups of devices by name, whichever way it is written at the sites.
fn groups(connection: &Connection, devices: &[Device]) -> Result<Vec<Group>, StoreError> {
    let mut query = connection.prepare_cached("SELECT name, device FROM device_group ORDER BY name, device")?;
    let mut groups: Vec<Group> = Vec::new();
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (name, device): (String, i64) = (row.get(0)?, row.get(1)?);
        let Ok(place) = devices.binary_search_by_key(&device, |one| one.row) else { continue };
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        match groups.last_mut().filter(|group| group.name.eq_ignore_ascii_case(&name)) {
            Some(group) => group.devices.push(place),
            None => groups.push(Group { name, devices: vec![place] }),
        }
    }
    Ok(groups)
}

fn catalogue(connection: &Connection) -> Result<String, StoreError> {
    let digest = connection
        .prepare_cached("SELECT digest FROM catalogue_state")?
        .query_row([], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(digest.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn installations(
    connection: &Connection,
    estate: &mut Estate,
    titles: &Places,
    day: impl Fn(i64) -> Day,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT title, device, edition, major, users, last_used_at FROM installation ORDER BY title, device",
    )?;
    let mut builds = Builds::default();
    let (mut title_row, mut title) = (i64::MIN, None);
    // Devices of one title ascend as the devices do: both are walked side by side.
    let mut at = 0;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let of: i64 = row.get(0)?;
        if of != title_row {
            (title_row, title, at) = (of, titles.get(&of).copied(), 0);
        }
        let device: i64 = row.get(1)?;
        while estate.devices.get(at).is_some_and(|one| one.row < device) {
            at += 1;
        }
        let Some(title) = title.filter(|_| estate.devices.get(at).is_some_and(|one| one.row == device)) else {
            continue;
        };
        let device = u32::try_from(at).unwrap_or(u32::MAX);
        let used = match row.get_ref(5)? {
            ValueRef::Integer(ms) => Some(day(ms)),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => None,
        };
        let build = builds.place(
            row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?,
            row.get_ref(3)?.as_bytes().map_err(rusqlite::Error::from)?,
        );
        let users = u32::try_from(row.get::<_, i64>(4)?).unwrap_or_default();
        estate.installations.push(Installation { title, device, build, users, used });
    }
    estate.builds = builds.known;
    Ok(())
}

/// Editions and versions that were met, each once. Copies of one title are mostly of one build: the last is tried first.
#[derive(Default)]
struct Builds {
    known: Vec<Build>,
    places: HashMap<Build, u32>,
    last: u32,
}

impl Builds {
    fn place(&mut self, edition: &[u8], major: &[u8]) -> u32 {
        let last = usize::try_from(self.last).ok().and_then(|last| self.known.get(last));
        if last.is_some_and(|build| build.edition.as_bytes() == edition && build.major.as_bytes() == major) {
            return self.last;
        }
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let build = Build { edition: text(edition), major: text(major) };
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let known = &mut self.known;
        self.last = *self.places.entry(build).or_insert_with_key(|build| {
            known.push(build.clone());
            next
        });
        self.last
    }
}
