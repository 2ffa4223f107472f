//! What a licence has to give, in the order in which it is drawn on.

use super::cover::{Cover, cover, here};
use super::flow::ENDLESS;
use super::pool::{Class, Need, Pool};
use super::room::Room;
use super::view::{Holding, View, place};
use crate::licences::model::Metric;

/// A licence as one or two supplies.
pub(super) struct Supply<'a> {
    /// Which need it serves first.
    pub(super) of: Need,
    pub(super) holding: &'a Holding<'a>,
    pub(super) step: Step,
}

/// In which order supplies are drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// What covers any number of devices: a seat is called spare where this does its work.
    Endless,
    /// Seats of devices and of people.
    Seats,
    /// What may run at the same time.
    Concurrent,
    Fte,
    /// What a concurrent licence covers only when not all copies run.
    Beyond,
    /// What a licence of unknown quantity may cover.
    Unquantified,
}

impl<'a> Pool<'a> {
    /// The licences of the pool that are owned: those of its members, then the suite's.
    pub(super) fn supplies(&self, view: &'a View<'a>) -> Vec<Supply<'a>> {
        let mut supplies = Vec::new();
        let mut add = |of: Need, slug: &str| {
            for holding in view.of(slug).iter().filter(|holding| holding.is_owned()) {
                supplies.push(Supply { of, holding, step: Step::of(holding) });
                if holding.lacks_quantity() {
                    supplies.push(Supply { of, holding, step: Step::Unquantified });
                } else if holding.licence.metric == Metric::Concurrent && !holding.is_endless() {
                    supplies.push(Supply { of, holding, step: Step::Beyond });
                }
            }
        };
        for (member, one) in self.members.iter().enumerate().filter(|(_, one)| !one.is_entry) {
            add(Need::Own(member), one.slug);
        }
        if let Some(suite) = self.suite {
            add(Need::Suite, suite);
        }
        supplies
    }
}

impl Step {
    /// What is drawn on by itself, in this order.
    pub(super) const FIRST: [Self; 3] = [Self::Endless, Self::Seats, Self::Concurrent];

    fn of(holding: &Holding<'_>) -> Self {
        match holding.licence.metric {
            Metric::Fte => Self::Fte,
            Metric::Device | Metric::User | Metric::Concurrent | Metric::Site | Metric::Trust
                if holding.is_endless() =>
            {
                Self::Endless
            }
            Metric::Concurrent => Self::Concurrent,
            Metric::Device | Metric::User | Metric::Site | Metric::Trust => Self::Seats,
        }
    }
}

impl Supply<'_> {
    /// How much there is of it.
    pub(super) fn amount(&self) -> u64 {
        match self.step {
            Step::Seats | Step::Concurrent => self.holding.capacity,
            Step::Endless | Step::Fte | Step::Beyond | Step::Unquantified => ENDLESS,
        }
    }

    /// Whether it is what the licence has to give by itself.
    pub(super) fn is_first(&self) -> bool {
        Step::FIRST.contains(&self.step)
    }

    /// Whether it is one that covers as long as the full-time equivalents are reached.
    pub(super) fn is_fte(&self) -> bool {
        self.step == Step::Fte
    }
}

/// Whether a supply covers copies of a class, when they are of this build.
pub(super) fn covers(view: &View<'_>, supply: &Supply<'_>, class: &Class, build: Option<u32>) -> Cover {
    let (licence, site) = (supply.holding.licence, view.site_name(class.site));
    let here = match supply.holding.room {
        Room::Whole => here(licence, site, view.estate.sites.len()),
        // Where its devices are, there it is.
        Room::Group(group) if class.groups.contains(&group) => here(licence, site, 1),
        Room::Group(_) => Cover::No,
        Room::NotTold => here(licence, site, view.estate.sites.len()).min(Cover::Placeless),
    };
    let build = build.and_then(place).and_then(|build| view.estate.builds.get(build));
    here.min(cover(licence, build))
}
