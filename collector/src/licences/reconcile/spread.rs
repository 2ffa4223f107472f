//! Spreads licences over copies, so that nothing is called missing that some way of spreading would cover.
//!
//! Classes of copies and licences are few, so the best way is found by augmenting paths (`flow`). What is sure comes first,
//! then what may be: a copy whose version nobody knows may be one that the licence covers, more copies than may run at a
//! time may never run at a time. What only these cover is a doubt, and never green.

use std::collections::BTreeMap;

use super::cover::Cover;
use super::flow::Flow;
use super::pool::{Class, Need, Pool, Wanted};
use super::supply::{Step, Supply, covers};
use super::view::View;
use crate::licences::model::Metric;

/// How much each need lacks after each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lack {
    /// When only what is sure is drawn on,
    pub(super) sure: u64,
    /// when places that are no group of devices are their whole sites,
    pub(super) place: u64,
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
    /// What is missing when accounts are counted instead of devices; only where every licence is for people.
    pub(super) lacks_of_users: BTreeMap<Need, u64>,
    /// Devices among whose accounts it is missing.
    pub(super) contended_by_users: BTreeMap<Need, Vec<u32>>,
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
        let (lacks_of_users, contended_by_users) = users(view, &classes, &supplies);
        let contended = contended(&flow, &classes);
        Spread { classes, supplies, lacks, lacks_of_users, contended_by_users, taken, contended }
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
                let Some(found) = self.singly(view, flow, class, wanted, supplies) else { continue };
                left -= 1;
                for supply in found {
                    if let Some(taken) = taken.get_mut(supply) {
                        *taken.entry(class.site).or_default() += 1;
                    }
                }
                flow.relieve(need);
                if let Some(lack) = lacks.get_mut(&Need::Suite) {
                    for figure in [&mut lack.sure, &mut lack.place, &mut lack.version, &mut lack.beyond, &mut lack.end]
                    {
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
        class: &Class,
        wanted: &Wanted,
        supplies: &[Supply<'_>],
    ) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        for (member, build) in &wanted.members {
            let fits = |supply: &Supply<'_>| {
                supply.is_first()
                    && supply.of == Need::Own(*member)
                    && covers(view, supply, class, Some(*build)) == Cover::Yes
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
}

/// What is lacking when accounts with a copy of their own are counted, and on which devices: only where every licence is
/// for people.
fn users(
    view: &View<'_>,
    classes: &[Class],
    supplies: &[Supply<'_>],
) -> (BTreeMap<Need, u64>, BTreeMap<Need, Vec<u32>>) {
    let for_people = |supply: &Supply<'_>| supply.holding.licence.metric == Metric::User;
    if supplies.is_empty() || !supplies.iter().all(for_people) {
        return <_>::default();
    }
    let accounts = |class: &Class| class.copies.iter().map(|wanted| u64::from(wanted.users.max(1))).sum();
    let mut flow = Flow::new(classes.iter().map(accounts).collect(), supplies.iter().map(Supply::amount).collect());
    let lacks = fill(view, &mut flow, classes, supplies);
    (lacks.into_iter().map(|(need, lack)| (need, lack.end)).collect(), contended(&flow, classes))
}

/// Opens one way after the other, the surest first.
fn fill(view: &View<'_>, flow: &mut Flow, classes: &[Class], supplies: &[Supply<'_>]) -> BTreeMap<Need, Lack> {
    let mut open = |steps: &[Step], least: Cover| {
        for (own, step) in [true, false].into_iter().flat_map(|own| steps.iter().map(move |step| (own, *step))) {
            for (need, class) in classes.iter().enumerate() {
                for (at, supply) in supplies.iter().enumerate().filter(|(_, supply)| supply.step == step) {
                    let served_first = supply.of == class.need;
                    let may = served_first || (supply.of == Need::Suite && !own);
                    // A member's version says nothing of its suite's.
                    let build = if served_first { class.build } else { None };
                    if may && covers(view, supply, class, build) >= least {
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
    open(&Step::FIRST, Cover::Yes);
    let sure = open(&[Step::Fte], Cover::Yes);
    let place = open(&Step::FIRST, Cover::Placeless);
    open(&Step::FIRST, Cover::Perhaps);
    let version = open(&[Step::Fte], Cover::Perhaps);
    let beyond = open(&[Step::Beyond], Cover::Perhaps);
    let end = open(&[Step::Unquantified], Cover::Perhaps);
    let of = |lacks: &BTreeMap<Need, u64>, need: &Need| lacks.get(need).copied().unwrap_or_default();
    sure.iter()
        .map(|(need, sure)| {
            let lack = Lack {
                sure: *sure,
                place: of(&place, need),
                version: of(&version, need),
                beyond: of(&beyond, need),
                end: of(&end, need),
            };
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

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
