//! Spreads licences over copies, so that nothing is called missing that some way of spreading would cover.
//!
//! Copies of one title, site and build (edition and version) are alike and make one class; classes and licences are few,
//! so the best way is found by augmenting paths (`flow`). What is sure comes first, then what may be: a copy whose version
//! nobody knows may be one that the licence covers, more copies than may run at a time may never run at a time. What only
//! these cover is a doubt, and never green.
//!
//! Suites. Where the register has a licence of a suite, a device takes one of its seats when it has the suite's own entry,
//! two or more members, or one member that has no licence of its own. With one member it takes that title's licence; what
//! is left over of the suite's then serves titles that lack, and what is left over of the titles' licences serves, in
//! ascending order of device, devices that lack a seat of the suite and have a title's licence for each member.
//! Free members count for none of this.

use std::collections::BTreeMap;

use super::cover::{Cover, cover};
use super::flow::{ENDLESS, Flow};
use super::tally::{Copy, Tally, Used};
use super::view::{Holding, View, place};
use crate::licences::model::Metric;

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
    pub(super) copies: Vec<Wanted>,
}

/// A device that needs something.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) device: u32,
    pub(super) users: u32,
    pub(super) used: Used,
    /// Places of the members that it has, where the suite is needed: each with its build.
    members: Vec<(usize, u32)>,
}

/// A licence as one or two supplies.
pub(super) struct Supply<'a> {
    /// Which need it serves first.
    pub(super) of: Need,
    pub(super) holding: &'a Holding<'a>,
    step: Step,
}

/// In which order supplies are drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Seats,
    Fte,
    /// What a concurrent licence covers only when not all copies run.
    Beyond,
    /// What a licence of unknown quantity may cover.
    Unquantified,
}

/// How much each need lacks after each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lack {
    /// When only what is sure is drawn on,
    pub(super) sure: u64,
    /// when versions that nobody knows are covered,
    pub(super) version: u64,
    /// when not all copies run,
    pub(super) beyond: u64,
    /// and at the end: what is missing.
    pub(super) end: u64,
}

/// What came of it.
pub(super) struct Spread<'a> {
    pub(super) classes: Vec<Class>,
    pub(super) supplies: Vec<Supply<'a>>,
    pub(super) lacks: BTreeMap<Need, Lack>,
    /// The same when accounts are counted instead of devices; only where every licence is for people.
    pub(super) lacks_of_users: BTreeMap<Need, u64>,
    /// By supply and place of the site: what it serves.
    pub(super) taken: Vec<BTreeMap<u32, u64>>,
    /// Devices among which each need is short.
    pub(super) contended: BTreeMap<Need, Vec<u32>>,
}

impl<'a> Pool<'a> {
    /// Spreads the licences of the pool over its copies.
    pub(super) fn spread(&self, view: &'a View<'a>) -> Spread<'a> {
        let classes = self.classes(view, |tally| &tally.wanting);
        let supplies = self.supplies(view);
        let mut flow = Flow::new(
            classes.iter().map(|class| count(class.copies.len())).collect(),
            supplies.iter().map(Supply::amount).collect(),
        );
        let mut lacks = fill(view, &mut flow, &classes, &supplies);
        let mut taken: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); supplies.len()];
        self.fall_back(view, &mut flow, &classes, &supplies, &mut lacks, &mut taken);
        for (supply, taken) in taken.iter_mut().enumerate() {
            for (need, class) in classes.iter().enumerate() {
                *taken.entry(class.site).or_default() += flow.served(need, supply);
            }
        }
        let lacks_of_users = self.users(view, &classes, &supplies);
        let contended = contended(&flow, &classes);
        Spread { classes, supplies, lacks, lacks_of_users, taken, contended }
    }

    /// The classes of counted or of stale copies.
    pub(super) fn classes(&self, view: &View<'_>, copies: impl Fn(&'a Tally) -> &'a Vec<Copy>) -> Vec<Class> {
        let mut classes: BTreeMap<(Need, u32, Option<u32>), Vec<Wanted>> = BTreeMap::new();
        if self.suite.is_none() {
            for (member, copy) in self
                .members
                .iter()
                .enumerate()
                .flat_map(|(member, one)| copies(one.tally).iter().map(move |copy| (member, copy)))
            {
                let wanted = Wanted { device: copy.device, users: copy.users, used: copy.used, members: Vec::new() };
                classes.entry((Need::Own(member), copy.site, Some(copy.build))).or_default().push(wanted);
            }
        } else {
            for (_, found) in self.by_device(copies) {
                let (need, build, wanted) = self.of_device(view, &found);
                let site = found.first().map_or(0, |(_, copy)| copy.site);
                classes.entry((need, site, build)).or_default().push(wanted);
            }
        }
        let class = |((need, site, build), copies)| Class { need, site, build, copies };
        classes.into_iter().map(class).collect()
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

    fn supplies(&self, view: &'a View<'a>) -> Vec<Supply<'a>> {
        let mut supplies = Vec::new();
        let mut add = |of: Need, slug: &str| {
            for holding in view.of(slug).iter().filter(|holding| holding.is_owned()) {
                let step = if holding.licence.metric == Metric::Fte { Step::Fte } else { Step::Seats };
                supplies.push(Supply { of, holding, step });
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

    /// Serves devices that lack a seat of the suite from what is left over of their titles' own licences.
    fn fall_back(
        &self,
        view: &View<'_>,
        flow: &mut Flow,
        classes: &[Class],
        supplies: &[Supply<'_>],
        lacks: &mut BTreeMap<Need, Lack>,
        taken: &mut [BTreeMap<u32, u64>],
    ) {
        for (need, class) in classes.iter().enumerate().filter(|(_, class)| class.need == Need::Suite) {
            let mut left = flow.lacks(need);
            for wanted in &class.copies {
                if left == 0 || class.build.is_some() {
                    break;
                }
                let Some(found) = self.singly(view, flow, class.site, wanted, supplies) else { continue };
                left -= 1;
                for supply in found {
                    if let Some(taken) = taken.get_mut(supply) {
                        *taken.entry(class.site).or_default() += 1;
                    }
                }
                flow.relieve(need);
                if let Some(lack) = lacks.get_mut(&Need::Suite) {
                    for figure in [&mut lack.sure, &mut lack.version, &mut lack.beyond, &mut lack.end] {
                        *figure = figure.saturating_sub(1);
                    }
                }
            }
        }
    }

    /// Takes a seat of each member's own licences; nothing when one of them has none left.
    fn singly(
        &self,
        view: &View<'_>,
        flow: &mut Flow,
        site: u32,
        wanted: &Wanted,
        supplies: &[Supply<'_>],
    ) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        for (member, build) in &wanted.members {
            let fits = |supply: &Supply<'_>| {
                let step = match supply.step {
                    Step::Seats => true,
                    Step::Fte | Step::Beyond | Step::Unquantified => false,
                };
                step && supply.of == Need::Own(*member) && covers(view, supply, site, Some(*build)) == Cover::Yes
            };
            let seat = (0..supplies.len()).find(|at| fits(&supplies[*at]) && flow.take(*at));
            match seat {
                Some(seat) => found.push(seat),
                None => {
                    found.iter().for_each(|seat| flow.give_back(*seat));
                    return None;
                }
            }
        }
        Some(found)
    }

    /// What is lacking when accounts with a copy of their own are counted: only where every licence is for people.
    fn users(&self, view: &View<'_>, classes: &[Class], supplies: &[Supply<'_>]) -> BTreeMap<Need, u64> {
        let for_people = |supply: &Supply<'_>| supply.holding.licence.metric == Metric::User;
        if supplies.is_empty() || !supplies.iter().all(for_people) {
            return BTreeMap::new();
        }
        let accounts = |class: &Class| class.copies.iter().map(|wanted| u64::from(wanted.users.max(1))).sum();
        let mut flow = Flow::new(classes.iter().map(accounts).collect(), supplies.iter().map(Supply::amount).collect());
        let lacks = fill(view, &mut flow, classes, supplies);
        lacks.into_iter().map(|(need, lack)| (need, lack.end)).collect()
    }
}

impl Wanted {
    /// Whether it has the member at this place.
    pub(super) fn has(&self, member: usize) -> bool {
        self.members.iter().any(|(at, _)| *at == member)
    }
}

impl Supply<'_> {
    fn amount(&self) -> u64 {
        match self.step {
            Step::Seats if self.holding.is_endless() => ENDLESS,
            Step::Seats => self.holding.capacity,
            Step::Fte | Step::Beyond | Step::Unquantified => ENDLESS,
        }
    }

    /// Whether it is what the licence has to give by itself.
    pub(super) fn is_first(&self) -> bool {
        self.step == Step::Seats
    }

    /// Whether it is one that covers as long as the full-time equivalents are reached.
    pub(super) fn is_fte(&self) -> bool {
        self.step == Step::Fte
    }
}

fn covers(view: &View<'_>, supply: &Supply<'_>, site: u32, build: Option<u32>) -> Cover {
    let build = build.and_then(place).and_then(|build| view.estate.builds.get(build));
    cover(supply.holding.licence, build, view.site_name(site), view.estate.sites.len())
}

/// Opens one way after the other, the surest first.
fn fill(view: &View<'_>, flow: &mut Flow, classes: &[Class], supplies: &[Supply<'_>]) -> BTreeMap<Need, Lack> {
    let mut open = |step: Step, least: Cover| {
        for own in [true, false] {
            for (need, class) in classes.iter().enumerate() {
                for (at, supply) in supplies.iter().enumerate().filter(|(_, supply)| supply.step == step) {
                    let served_first = supply.of == class.need;
                    let may = served_first || (supply.of == Need::Suite && !own);
                    // A member's version says nothing of its suite's.
                    let build = if served_first { class.build } else { None };
                    if may && covers(view, supply, class.site, build) >= least {
                        flow.allow(need, at);
                    }
                }
            }
            flow.fill();
        }
        let mut lacks: BTreeMap<Need, u64> = BTreeMap::new();
        for (need, class) in classes.iter().enumerate() {
            *lacks.entry(class.need).or_default() += flow.lacks(need);
        }
        lacks
    };
    open(Step::Seats, Cover::Yes);
    let sure = open(Step::Fte, Cover::Yes);
    open(Step::Seats, Cover::Perhaps);
    let version = open(Step::Fte, Cover::Perhaps);
    let beyond = open(Step::Beyond, Cover::Perhaps);
    let end = open(Step::Unquantified, Cover::Perhaps);
    let of = |lacks: &BTreeMap<Need, u64>, need: &Need| lacks.get(need).copied().unwrap_or_default();
    sure.iter()
        .map(|(need, sure)| {
            let lack =
                Lack { sure: *sure, version: of(&version, need), beyond: of(&beyond, need), end: of(&end, need) };
            (*need, lack)
        })
        .collect()
}

fn contended(flow: &Flow, classes: &[Class]) -> BTreeMap<Need, Vec<u32>> {
    let mut contended: BTreeMap<Need, Vec<u32>> = BTreeMap::new();
    for (class, _) in classes.iter().zip(flow.contended()).filter(|(_, contended)| *contended) {
        contended.entry(class.need).or_default().extend(class.copies.iter().map(|wanted| wanted.device));
    }
    contended.values_mut().for_each(|devices| devices.sort_unstable());
    contended
}

/// A suite is used where any of its members is, and unused where all of them are known not to be.
fn used(found: &[(usize, Copy)]) -> Used {
    found.iter().map(|(_, copy)| copy.used).max().unwrap_or(Used::NotTold)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
