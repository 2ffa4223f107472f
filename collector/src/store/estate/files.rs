//! Contents that nobody had before today.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::{DeviceState, StoreError};

/// Places of today that are looked at: on the day when a school begins there may be a hundred thousand.
const MOST: usize = 5_000;

/// Contents that no package owns and that were first seen since a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFiles {
    /// How many contents.
    pub contents: u32,
    /// How many of them each device has, by its number.
    pub(crate) by_device: HashMap<i64, u32>,
    /// Whether there are more than were looked at.
    pub more: bool,
}

/// What is new on the `seen` devices since `today` began.
pub(super) fn since(
    connection: &Connection,
    seen: &HashMap<i64, DeviceState>,
    today: Timestamp,
) -> Result<NewFiles, StoreError> {
    let today = today.as_millisecond();
    let mut places = connection.prepare_cached(
        "SELECT device, sha256 FROM executable WHERE first_seen_at >= ?1 ORDER BY first_seen_at LIMIT ?2",
    )?;
    let mut rows = places.query(params![today, i64::try_from(MOST).unwrap_or(i64::MAX)])?;
    let mut earlier =
        connection.prepare_cached("SELECT device FROM executable WHERE sha256 = ?1 AND first_seen_at < ?2")?;
    let (mut new, mut old, mut pairs, mut looked_at) = (HashSet::new(), HashSet::new(), HashSet::new(), 0);
    while let Some(row) = rows.next()? {
        looked_at += 1;
        let (device, digest): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
        if !seen.contains_key(&device) || old.contains(&digest) {
            continue;
        }
        if !new.contains(&digest) {
            let mut before = earlier.query(params![digest, today])?;
            let mut is_old = false;
            while let Some(row) = before.next()? {
                // Where a device left the school, what it had is new again: lists say the same.
                is_old = seen.contains_key(&row.get(0)?);
                if is_old {
                    break;
                }
            }
            if is_old { &mut old } else { &mut new }.insert(digest);
            if is_old {
                continue;
            }
        }
        pairs.insert((device, digest));
    }
    let mut by_device = HashMap::new();
    for (device, _) in pairs {
        *by_device.entry(device).or_default() += 1;
    }
    let contents = u32::try_from(new.len()).unwrap_or(u32::MAX);
    Ok(NewFiles { contents, by_device, more: looked_at == MOST })
}
