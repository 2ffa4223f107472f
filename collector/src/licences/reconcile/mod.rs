//! What is owned against what is installed, title by title: pure, and exact.
//!
//! 1. `view`: which devices count, which licences hold on the day, at every site or at one.
//! 2. `tally`: where each title is, whether it is used there, exceptions; `permission`: who approved it.
//! 3. `pool`: copies that are alike; `spread`: licences over them so that as few as possible lack one (`cover`, `supply`,
//!    `flow`), suites; `fte`.
//! 4. `judge`, `money`, `assemble`: what that means.
//!
//! One site's outcome rests on its own devices and licences, and of licences for every site on what the audit of every
//! site gave to it and on what no site took: what is over at the sites adds up to what is over.
//!
//! A licence for a room, group or phase is for the devices of the group of that name (`room`). Where no device is in such a
//! group it is held against its whole site, and what is covered only so is a doubt. Seats that were given out can be given
//! anew, and bind nothing.

mod assemble;
mod cover;
mod flow;
mod fte;
mod judge;
mod money;
mod permission;
mod pool;
mod room;
mod spread;
mod supply;
mod tally;
#[cfg(test)]
mod tests;
mod view;
mod whole;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::estate::{Estate, Installation};
use super::model::LicenceId;
use super::outcome::{Measures, Number, Outcome};
use super::register::Register;
use view::{Allotted, One, View};

/// What an audit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// For every site.
    pub outcome: Outcome,
    /// For each of them, in the order of the estate.
    pub sites: Vec<Outcome>,
    /// The devices behind the numbers of `outcome`, by slug.
    pub behind: Vec<Behind>,
    /// The devices themselves, rows ascending: "counted", "stale", "silent", "gone".
    pub fleet: [(&'static str, Vec<i64>); 4],
}

/// The devices behind one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Of which title.
    pub slug: String,
    /// Which.
    pub number: Number,
    /// Rows of devices, ascending.
    pub devices: Vec<i64>,
}

/// Holds the register against the estate on a day.
#[must_use]
pub fn audit(estate: &Estate, register: &Register, today: Date, measures: &Measures) -> Audited {
    let every = View::new(estate, register, today, measures, None);
    let fleet = every.parts();
    let whole = whole::audit(&every);
    let allotted: BTreeMap<LicenceId, Allotted> = whole.allotted;
    let copies = by_site(estate);
    let site = |(site, installations): (u32, &Vec<Installation>)| {
        let one = One { site, installations, allotted: &allotted };
        whole::audit(&View::new(estate, register, today, measures, Some(one))).outcome
    };
    let sites = (0_u32..).zip(&copies).map(site).collect();
    let rows = |devices: Vec<u32>| {
        let devices = devices.into_iter().filter_map(view::place).filter_map(|place| estate.devices.get(place));
        let mut rows: Vec<i64> = devices.map(|device| device.row).collect();
        rows.sort_unstable();
        rows
    };
    let behind = whole.sets.into_iter().flat_map(|(slug, sets)| {
        sets.into_iter().map(move |(number, devices)| Behind { slug: slug.clone(), number, devices: rows(devices) })
    });
    Audited { behind: behind.collect(), outcome: whole.outcome, sites, fleet }
}

/// The installations of each site, in the estate's order.
fn by_site(estate: &Estate) -> Vec<Vec<Installation>> {
    let mut sites = vec![Vec::new(); estate.sites.len()];
    for installation in &estate.installations {
        let device = view::place(installation.device).and_then(|place| estate.devices.get(place));
        let site = device.and_then(|device| view::place(device.site)).and_then(|site| sites.get_mut(site));
        if let Some(site) = site {
            site.push(*installation);
        }
    }
    sites
}
