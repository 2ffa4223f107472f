//! Where a title is, and whether it is used there.

use std::collections::BTreeSet;
use std::ops::Range;

use super::permission::{Ruling, Rulings};
use super::view::{Standing, View, place};
use super::whole::needs_licence;
use crate::licences::estate::{Day, Installation, Title};
use crate::licences::model::Exemption;

/// The copies of one title where is looked; devices by their place in the estate, ascending.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) installed: Vec<u32>,
    pub(super) stale: Vec<u32>,
    pub(super) exempt: Vec<u32>,
    pub(super) used: Vec<u32>,
    pub(super) unused: Vec<u32>,
    pub(super) use_unknown: u32,
    pub(super) unapproved: Vec<u32>,
    pub(super) refused: Vec<u32>,
    /// Counted copies that need a licence,
    pub(super) wanting: Vec<Copy>,
    /// and those of stale devices.
    pub(super) stale_wanting: Vec<Copy>,
}

/// A copy without an exception.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy {
    pub(super) device: u32,
    pub(super) site: u32,
    pub(super) build: u32,
    pub(super) users: u32,
    pub(super) used: Used,
}

/// Whether it was opened lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Used {
    /// No.
    No,
    /// Nobody knows.
    NotTold,
    /// Yes.
    Lately,
}

/// Where each title's installations begin and end.
pub(super) fn ranges(titles: usize, installations: &[Installation]) -> Vec<Range<usize>> {
    let mut ranges = vec![0..0; titles];
    let mut begin = 0;
    for run in installations.chunk_by(|one, next| one.title == next.title) {
        let title = run.first().and_then(|first| place(first.title));
        if let Some(range) = title.and_then(|title| ranges.get_mut(title)) {
            *range = begin..begin + run.len();
        }
        begin += run.len();
    }
    ranges
}

impl Tally {
    /// Counts the copies of a title.
    pub(super) fn of(view: &View<'_>, title: &Title, rulings: Option<&Rulings<'_>>, copies: &[Installation]) -> Self {
        let exemptions = Exemptions::of(view, title);
        let licensed = needs_licence(title) && (title.known || !view.of(&title.slug).is_empty());
        let mut tally = Self::default();
        let today = Day::from(view.today).0;
        let days = i32::try_from(view.measures.unused_days).unwrap_or(i32::MAX);
        for copy in copies {
            let Some(place) = place(copy.device) else { continue };
            let (Some(device), Some(standing)) = (view.estate.devices.get(place), view.standing.get(place)) else {
                continue;
            };
            let exempt = exemptions.hold(device.site, device.row);
            let used = used(today, days, copy.used);
            let wanting = Copy { device: copy.device, site: device.site, build: copy.build, users: copy.users, used };
            match standing {
                Standing::Elsewhere | Standing::Gone | Standing::Silent => {}
                Standing::Stale => {
                    tally.stale.push(copy.device);
                    if licensed && !exempt {
                        tally.stale_wanting.push(wanting);
                    }
                }
                Standing::Counted => {
                    let ruling = rulings.and_then(|rulings| rulings.of(copy.device, device.site));
                    tally.count(wanting, exempt, licensed, ruling);
                }
            }
        }
        tally
    }

    fn count(&mut self, copy: Copy, exempt: bool, licensed: bool, ruling: Option<Ruling>) {
        self.installed.push(copy.device);
        match copy.used {
            Used::Lately => self.used.push(copy.device),
            Used::No => self.unused.push(copy.device),
            Used::NotTold => self.use_unknown += 1,
        }
        if exempt {
            self.exempt.push(copy.device);
            return;
        }
        if licensed {
            self.wanting.push(copy);
        }
        match ruling {
            Some(Ruling::Refused) => self.refused.push(copy.device),
            Some(Ruling::Missing) => self.unapproved.push(copy.device),
            Some(Ruling::Approved) | None => {}
        }
    }
}

fn used(today: i32, days: i32, last: Option<Day>) -> Used {
    match last {
        None => Used::NotTold,
        Some(Day(day)) if today.saturating_sub(day) <= days => Used::Lately,
        Some(_) => Used::No,
    }
}

/// The exceptions for a title, or for its suite, that are in force.
struct Exemptions {
    everywhere: bool,
    sites: BTreeSet<u32>,
    devices: BTreeSet<i64>,
}

impl Exemptions {
    fn of(view: &View<'_>, title: &Title) -> Self {
        let mut found = Self { everywhere: false, sites: BTreeSet::new(), devices: BTreeSet::new() };
        let in_force = |exemption: &&Exemption| {
            let about = exemption.title == title.slug || (!title.suite.is_empty() && exemption.title == title.suite);
            about && exemption.ends_on >= view.today
        };
        for exemption in view.register.exemptions.iter().filter(in_force) {
            match (exemption.device, &exemption.scope.site) {
                (Some(device), _) => {
                    found.devices.insert(device);
                }
                (None, None) => found.everywhere = true,
                (None, Some(name)) => {
                    let sites = view.estate.sites.iter().zip(0_u32..);
                    found
                        .sites
                        .extend(sites.filter(|(site, _)| site.eq_ignore_ascii_case(name)).map(|(_, place)| place));
                }
            }
        }
        found
    }

    fn hold(&self, site: u32, device: i64) -> bool {
        self.everywhere || self.sites.contains(&site) || self.devices.contains(&device)
    }
}
