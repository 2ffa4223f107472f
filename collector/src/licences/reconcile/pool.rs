//! Which copies are alike, and what they are in need of.
//!
//! Copies of one title, site, build (edition and version) and groups of devices are alike and make one class.
//!
//! Suites. Where the register has a licence of a suite, a device takes one of its seats when it has the suite's own entry,
//! two or more members, or one member that has no licence of its own. With one member it takes that title's licence; what
//! is left over of the suite's then serves titles that lack, and what is left over of the titles' licences serves, in
//! ascending order of device, devices that lack a seat of the suite and have a title's licence for each member.
//! Free members count for none of this.

use std::collections::{BTreeMap, BTreeSet};

use super::room::{Room, is_in};
use super::tally::{Copy, Tally, Used};
use super::view::{Holding, View};

/// A suite and its members, or one title alone.
pub(super) struct Pool<'a> {
    /// Slug of the suite.
    pub(super) suite: Option<&'a str>,
    /// The suite's own entry, and whether it is one.
    pub(super) members: Vec<Member<'a>>,
}

/// A title of a pool.
pub(super) struct Member<'a> {
    /// Its place in the estate.
    pub(super) title: usize,
    pub(super) slug: &'a str,
    /// Whether it stands for the whole suite.
    pub(super) is_entry: bool,
    pub(super) tally: &'a Tally,
}

/// What a class of copies is in need of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// A licence of the member at this place.
    Own(usize),
    /// One of the suite.
    Suite,
}

/// Copies that are alike, by device in ascending order.
pub(super) struct Class {
    pub(super) need: Need,
    pub(super) site: u32,
    pub(super) build: Option<u32>,
    /// Of the groups of devices that licences of the pool are for, those that they are in.
    pub(super) groups: Vec<usize>,
    pub(super) copies: Vec<Wanted>,
}

/// A device that needs something.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) device: u32,
    pub(super) users: u32,
    pub(super) used: Used,
    /// Places of the members that it has, where the suite is needed: each with its build.
    pub(super) members: Vec<(usize, u32)>,
}

/// What copies of a class share: need, site, build, groups of devices. In their midst, whether no entry of the suite says
/// the build: what has one comes first, because no other licence can stand in for it.
type Alike = (Need, bool, u32, Option<u32>, Vec<usize>);

impl<'a> Pool<'a> {
    /// The classes of counted or of stale copies.
    pub(super) fn classes(&self, view: &View<'_>, copies: impl Fn(&'a Tally) -> &'a Vec<Copy>) -> Vec<Class> {
        let mut classes: BTreeMap<Alike, Vec<Wanted>> = BTreeMap::new();
        let named = self.groups(view);
        let groups = |device| named.iter().filter(|group| is_in(view.estate, **group, device)).copied().collect();
        if self.suite.is_none() {
            for (member, copy) in self
                .members
                .iter()
                .enumerate()
                .flat_map(|(member, one)| copies(one.tally).iter().map(move |copy| (member, copy)))
            {
                let wanted = Wanted { device: copy.device, users: copy.users, used: copy.used, members: Vec::new() };
                classes
                    .entry((Need::Own(member), false, copy.site, Some(copy.build), groups(copy.device)))
                    .or_default()
                    .push(wanted);
            }
        } else {
            for (_, found) in self.by_device(copies) {
                let (need, build, wanted) = self.of_device(view, &found);
                let site = found.first().map_or(0, |(_, copy)| copy.site);
                classes.entry((need, build.is_none(), site, build, groups(wanted.device))).or_default().push(wanted);
            }
        }
        let class = |((need, _, site, build, groups), copies)| Class { need, site, build, groups, copies };
        classes.into_iter().map(class).collect()
    }

    /// The groups of devices that licences of the pool are for.
    fn groups(&self, view: &View<'_>) -> BTreeSet<usize> {
        let slugs = self.members.iter().map(|one| one.slug).chain(self.suite);
        let rooms =
            slugs.flat_map(|slug| view.of(slug)).filter(|holding| holding.is_owned()).map(|holding| holding.room);
        rooms.filter_map(|room| if let Room::Group(group) = room { Some(group) } else { None }).collect()
    }

    fn by_device(&self, copies: impl Fn(&'a Tally) -> &'a Vec<Copy>) -> BTreeMap<u32, Vec<(usize, Copy)>> {
        let mut devices: BTreeMap<u32, Vec<(usize, Copy)>> = BTreeMap::new();
        for (member, one) in self.members.iter().enumerate() {
            for copy in copies(one.tally) {
                devices.entry(copy.device).or_default().push((member, *copy));
            }
        }
        devices
    }

    /// What a device needs that has these members of the suite.
    fn of_device(&self, view: &View<'_>, found: &[(usize, Copy)]) -> (Need, Option<u32>, Wanted) {
        let entry = found.iter().find(|(member, _)| self.members.get(*member).is_some_and(|one| one.is_entry));
        let single = match found {
            [(member, copy)] if entry.is_none() => Some((*member, *copy)),
            [] | [_] | [_, ..] => None,
        };
        let owned =
            |member: usize| self.members.get(member).is_some_and(|one| view.of(one.slug).iter().any(Holding::is_owned));
        let wanted = Wanted {
            device: found.first().map_or(0, |(_, copy)| copy.device),
            users: found.iter().map(|(_, copy)| copy.users).max().unwrap_or_default(),
            used: used(found),
            members: found.iter().map(|(member, copy)| (*member, copy.build)).collect(),
        };
        match single.filter(|(member, _)| owned(*member)) {
            Some((member, copy)) => (Need::Own(member), Some(copy.build), wanted),
            None => (Need::Suite, entry.map(|(_, copy)| copy.build), wanted),
        }
    }
}

impl Wanted {
    /// Whether it has the member at this place.
    pub(super) fn has(&self, member: usize) -> bool {
        self.members.iter().any(|(at, _)| *at == member)
    }
}

/// A suite is used where any of its members is, and unused where all of them are known not to be.
fn used(found: &[(usize, Copy)]) -> Used {
    found.iter().map(|(_, copy)| copy.used).max().unwrap_or(Used::NotTold)
}
