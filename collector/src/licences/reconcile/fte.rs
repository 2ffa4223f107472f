//! Licences per full-time equivalent: they cover any number of devices of a site, once they reach what the site employs.
//!
//! Seats go first: only a site that has copies left over after them needs its figure reached.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::{Cover, here};
use super::flow::Flow;
use super::pool::Need;
use super::spread::Spread;
use super::view::View;

/// What the licences per full-time equivalent of one title, or suite, come to.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Sites that have not told their figure.
    pub(super) untold: Vec<String>,
    /// Hundredths that are not reached.
    pub(super) short: u64,
    /// By supply of the spread: hundredths that went to each site.
    pub(super) served: BTreeMap<usize, BTreeMap<u32, u64>>,
}

/// Holds the licences of `need` against the sites that draw on them.
pub(super) fn reach(view: &View<'_>, spread: &Spread<'_>, need: Need) -> Reach {
    let supplies: Vec<usize> = spread
        .supplies
        .iter()
        .enumerate()
        .filter(|(_, supply)| supply.of == need && supply.is_fte())
        .map(|(at, _)| at)
        .collect();
    let drawn = supplies.iter().filter_map(|at| spread.taken.get(*at)).flatten();
    let sites: BTreeSet<u32> = drawn.filter(|(_, taken)| **taken > 0).map(|(site, _)| *site).collect();
    let mut reach = Reach::default();
    let mut needs = Vec::new();
    for site in &sites {
        let name = view.site_name(*site);
        let told = view.register.fte.iter().find(|(site, _)| site.eq_ignore_ascii_case(name));
        if told.is_none() {
            reach.untold.push(name.to_owned());
        }
        needs.push(told.map_or(0, |(_, hundredths)| *hundredths));
    }
    let capacity = |at: &usize| spread.supplies.get(*at).map_or(0, |supply| supply.holding.capacity);
    let mut flow = Flow::new(needs, supplies.iter().map(capacity).collect());
    for (place, site) in sites.iter().enumerate() {
        for (column, at) in supplies.iter().enumerate() {
            let supply = spread.supplies.get(*at);
            let holds = |licence| here(licence, view.site_name(*site), view.estate.sites.len()) != Cover::No;
            if supply.is_some_and(|supply| holds(supply.holding.licence)) {
                flow.allow(place, column);
            }
        }
    }
    flow.fill();
    reach.short = (0..sites.len()).map(|place| flow.lacks(place)).sum();
    for (column, at) in supplies.iter().enumerate() {
        let served = sites.iter().enumerate().map(|(place, site)| (*site, flow.served(place, column)));
        reach.served.insert(*at, served.collect());
    }
    reach
}
