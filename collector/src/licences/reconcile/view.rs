//! The estate and the register as one audit looks at them: every site or one, on one day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cover::{Cover, here, phase};
use super::room::Room;
use crate::licences::estate::{Day, Estate, Installation, Reading};
use crate::licences::model::{Licence, LicenceId, Metric, Term};
use crate::licences::outcome::{Fleet, Measures, Phase};
use crate::licences::register::{Register, Seat};

/// What one device counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// At a site that is not looked at.
    Elsewhere,
    /// Retired, lost, revoked.
    Gone,
    /// Has told nothing.
    Silent,
    /// Not heard of for long.
    Stale,
    /// Counted.
    Counted,
}

/// What a licence for every site gave to each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Allotted {
    /// By place of the site in the estate,
    pub(super) sites: BTreeMap<u32, u64>,
    /// and what no site took.
    pub(super) free: u64,
}

/// One site, when it is looked at by itself.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    /// Its place in the estate.
    pub(super) site: u32,
    /// What is installed there.
    pub(super) installations: &'a [Installation],
    /// What the audit of every site gave to each.
    pub(super) allotted: &'a BTreeMap<LicenceId, Allotted>,
}

/// What is looked at.
pub(super) struct View<'a> {
    pub(super) estate: &'a Estate,
    /// What is installed where is looked, in the estate's order.
    pub(super) installations: &'a [Installation],
    pub(super) register: &'a Register,
    pub(super) today: Date,
    pub(super) measures: &'a Measures,
    /// Place of the one site; `None` for every site.
    pub(super) site: Option<u32>,
    /// By place of the device.
    pub(super) standing: Vec<Standing>,
    /// Licences that hold where is looked, by slug of their title.
    pub(super) holdings: BTreeMap<&'a str, Vec<Holding<'a>>>,
}

/// A licence on the day.
pub(super) struct Holding<'a> {
    pub(super) licence: &'a Licence,
    pub(super) phase: Phase,
    /// Of which devices at its site it is.
    pub(super) room: Room,
    /// What it has to give: seats, or hundredths of full-time equivalents.
    pub(super) capacity: u64,
    /// Seats given out,
    pub(super) assigned: u32,
    /// those given to devices that are gone,
    pub(super) freed: u32,
    /// and those that went to other sites.
    pub(super) handed_on: u32,
    /// What was paid, and for how many: of one that another handed on, what was paid for that.
    pub(super) price: Option<(u64, u32)>,
}

impl Holding<'_> {
    /// Whether it is owned on the day.
    pub(super) fn is_owned(&self) -> bool {
        match self.phase {
            Phase::InForce | Phase::MaintenanceEnded => true,
            Phase::NotStarted | Phase::Expired => false,
        }
    }

    /// Whether it has seats, each for one device or person.
    pub(super) fn has_seats(&self) -> bool {
        match self.licence.metric {
            Metric::Device | Metric::User => !self.is_endless(),
            Metric::Fte | Metric::Concurrent | Metric::Site | Metric::Trust => false,
        }
    }

    /// Whether it covers any number of devices.
    pub(super) fn is_endless(&self) -> bool {
        match self.licence.metric {
            Metric::Site | Metric::Trust => true,
            Metric::Device | Metric::User | Metric::Concurrent | Metric::Fte => {
                self.licence.quantity == 0 && self.comes_free()
            }
        }
    }

    /// Whether nobody paid for it by itself.
    pub(super) fn comes_free(&self) -> bool {
        match self.licence.term {
            Term::Bundled | Term::Free | Term::Trial => true,
            Term::Subscription | Term::Perpetual | Term::Maintenance => false,
        }
    }

    /// Whether it counts, and nobody recorded up to what.
    pub(super) fn lacks_quantity(&self) -> bool {
        self.licence.metric.is_counted() && self.licence.quantity == 0 && !self.is_endless()
    }
}

impl<'a> View<'a> {
    /// What `one` names alone; every site without it.
    pub(super) fn new(
        estate: &'a Estate,
        register: &'a Register,
        today: Date,
        measures: &'a Measures,
        one: Option<One<'a>>,
    ) -> Self {
        let site = one.map(|one| one.site);
        let installations = one.map_or(estate.installations.as_slice(), |one| one.installations);
        let standing = standings(estate, today, measures, site);
        let mut view =
            Self { estate, installations, register, today, measures, site, standing, holdings: BTreeMap::new() };
        let places: BTreeMap<i64, Standing> =
            estate.devices.iter().zip(&view.standing).map(|(device, standing)| (device.row, *standing)).collect();
        for licence in &register.licences {
            let shared = licence.scope.site.is_none();
            if !shared && site.is_some_and(|site| here(licence, view.site_name(site), 1) == Cover::No) {
                continue;
            }
            let mut holding = view.holding(licence, &places);
            if let Some(one) = one.filter(|_| shared)
                && let Some(allotted) = one.allotted.get(&licence.id)
            {
                holding.capacity = allotted.sites.get(&one.site).copied().unwrap_or_default() + allotted.free;
            }
            view.holdings.entry(licence.title.as_str()).or_default().push(holding);
        }
        view
    }

    fn holding(&self, licence: &'a Licence, places: &BTreeMap<i64, Standing>) -> Holding<'a> {
        let held = self.register.held(licence);
        let capacity = match licence.metric {
            Metric::Fte => u64::from(held) * 100,
            Metric::Device | Metric::User | Metric::Concurrent | Metric::Site | Metric::Trust => u64::from(held),
        };
        let (mut assigned, mut freed) = (0, 0);
        for seat in self.register.seats.get(&licence.id).into_iter().flatten() {
            match seat {
                Seat::Device(row) => match places.get(row) {
                    Some(Standing::Gone) | None => freed += 1,
                    Some(Standing::Elsewhere) => {}
                    Some(Standing::Silent | Standing::Stale | Standing::Counted) => assigned += 1,
                },
                // Where a person works is not known: seats of people show where the licence is, and for every site.
                Seat::Account(_) if self.site.is_none() || licence.scope.site.is_some() => assigned += 1,
                Seat::Account(_) => {}
            }
        }
        let handed_on = licence.quantity.saturating_sub(held);
        Holding {
            licence,
            phase: phase(licence, self.today),
            room: Room::of_licence(self.estate, licence),
            capacity,
            assigned,
            freed,
            handed_on,
            price: self.price(licence),
        }
    }

    fn price(&self, licence: &Licence) -> Option<(u64, u32)> {
        if let Some(cost) = licence.cost {
            return Some((cost.0, licence.quantity));
        }
        let from = self.register.transfers.iter().find(|transfer| transfer.target == licence.id)?.source;
        // A licence is handed on after it was entered: the numbers fall, and this ends.
        let source = self.register.licences.iter().find(|one| one.id == from && one.id < licence.id)?;
        self.price(source)
    }

    /// Name of a site.
    pub(super) fn site_name(&self, site: u32) -> &'a str {
        usize::try_from(site).ok().and_then(|site| self.estate.sites.get(site)).map_or("", String::as_str)
    }

    /// The licences of a title.
    pub(super) fn of(&self, slug: &str) -> &[Holding<'a>] {
        self.holdings.get(slug).map_or(&[], Vec::as_slice)
    }

    /// Rows of the devices, by what they count for.
    pub(super) fn parts(&self) -> [(&'static str, Vec<i64>); 4] {
        [
            ("counted", Standing::Counted),
            ("stale", Standing::Stale),
            ("silent", Standing::Silent),
            ("gone", Standing::Gone),
        ]
        .map(|(word, wanted)| {
            let devices = self.estate.devices.iter().zip(&self.standing);
            let mut rows: Vec<i64> =
                devices.filter(|(_, standing)| **standing == wanted).map(|(device, _)| device.row).collect();
            rows.sort_unstable();
            (word, rows)
        })
    }

    /// Counts the devices.
    pub(super) fn fleet(&self) -> Fleet {
        let mut fleet = Fleet::default();
        for (device, standing) in self.estate.devices.iter().zip(&self.standing) {
            match standing {
                Standing::Elsewhere => continue,
                Standing::Gone => {
                    fleet.gone += 1;
                    continue;
                }
                Standing::Silent => fleet.silent += 1,
                Standing::Stale => fleet.stale += 1,
                Standing::Counted => {
                    fleet.counted += 1;
                    fleet.partial += u32::from(device.reading == Reading::Partial);
                }
            }
            fleet.enrolled += 1;
        }
        let mut records = vec![false; self.estate.devices.len()];
        for installation in self.installations.iter().filter(|one| one.used.is_some()) {
            if let Some(records) = place(installation.device).and_then(|device| records.get_mut(device)) {
                *records = true;
            }
        }
        let counted =
            self.standing.iter().zip(records).filter(|(standing, records)| **standing == Standing::Counted && !records);
        fleet.without_use = number(counted.count());
        fleet
    }
}

fn standings(estate: &Estate, today: Date, measures: &Measures, site: Option<u32>) -> Vec<Standing> {
    let today = Day::from(today).0;
    let stale = i32::try_from(measures.stale_days).unwrap_or(i32::MAX);
    estate
        .devices
        .iter()
        .map(|device| {
            if site.is_some_and(|site| site != device.site) {
                Standing::Elsewhere
            } else if device.gone {
                Standing::Gone
            } else if device.reading == Reading::Never {
                Standing::Silent
            } else if device.seen.is_none_or(|Day(seen)| today.saturating_sub(seen) > stale) {
                Standing::Stale
            } else {
                Standing::Counted
            }
        })
        .collect()
}

/// A place in one of the estate's tables.
pub(super) fn place(index: u32) -> Option<usize> {
    usize::try_from(index).ok()
}

/// A count for people.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Likewise.
pub(super) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
