//! One audit from the first title to the sums.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::{Sets, Subject};
use super::permission::rulings;
use super::pool::{Class, Member, Need, Pool};
use super::spread::Spread;
use super::tally::{Tally, Used, ranges};
use super::view::{Allotted, View, number};
use crate::licences::estate::Title;
use crate::licences::model::LicenceId;
use crate::licences::outcome::{Outcome, Permission, Phase, TitleOutcome, Totals};

/// An outcome, and what is needed to go on from it.
pub(super) struct Whole {
    pub(super) outcome: Outcome,
    /// Devices behind the numbers, by slug.
    pub(super) sets: Vec<(String, Sets)>,
    /// What licences for every site gave to each.
    pub(super) allotted: BTreeMap<LicenceId, Allotted>,
}

/// Audits what is in view.
pub(super) fn audit(view: &View<'_>) -> Whole {
    let estate = view.estate;
    let tallies: Vec<Tally> = ranges(estate.titles.len(), view.installations)
        .into_iter()
        .zip(&estate.titles)
        .map(|(range, title)| {
            let copies = view.installations.get(range).unwrap_or_default();
            if copies.is_empty() {
                Tally::default()
            } else {
                Tally::of(view, title, rulings(view, title).as_ref(), copies)
            }
        })
        .collect();
    let suites: BTreeSet<&str> =
        estate.titles.iter().map(|title| title.suite.as_str()).filter(|suite| !suite.is_empty()).collect();
    let mut found = Found { view, titles: Vec::new(), sets: Vec::new(), allotted: BTreeMap::new() };
    for pool in pools(view, &tallies, &suites) {
        found.pool(&pool, &suites);
    }
    let Found { mut titles, mut sets, allotted, .. } = found;
    titles.sort_by(|one, other| one.slug.cmp(&other.slug));
    sets.sort_by(|one, other| one.0.cmp(&other.0));
    let outcome = Outcome {
        on: view.today,
        site: view.site.map(|site| view.site_name(site).to_owned()),
        measures: view.measures.clone(),
        fleet: view.fleet(),
        totals: totals(view, &titles),
        titles,
        catalogue: estate.catalogue.clone(),
    };
    Whole { outcome, sets, allotted }
}

/// Suites with a licence, and every other title by itself; then what only the register names.
fn pools<'a>(view: &View<'a>, tallies: &'a [Tally], suites: &BTreeSet<&'a str>) -> Vec<Pool<'a>> {
    let mut pools: BTreeMap<&str, Pool<'a>> = BTreeMap::new();
    for ((place, title), tally) in view.estate.titles.iter().enumerate().zip(tallies) {
        let suite = [title.slug.as_str(), title.suite.as_str()].into_iter().find(|slug| {
            suites.contains(slug) && view.holdings.contains_key(slug) && title.known && needs_licence(title)
        });
        let is_there = !tally.installed.is_empty() || !tally.stale.is_empty();
        if !is_there && suite.is_none() && !view.holdings.contains_key(title.slug.as_str()) {
            continue;
        }
        let slug = suite.unwrap_or(title.slug.as_str());
        let member = Member { title: place, slug: title.slug.as_str(), is_entry: suite == Some(&title.slug), tally };
        pools.entry(slug).or_insert_with(|| Pool { suite, members: Vec::new() }).members.push(member);
    }
    for slug in view.holdings.keys() {
        let listed =
            pools.values().any(|pool| pool.suite == Some(slug) || pool.members.iter().any(|one| one.slug == *slug));
        if !listed {
            pools.insert(slug, Pool { suite: Some(slug), members: Vec::new() });
        }
    }
    pools.into_values().collect()
}

/// Whether the licences of a title are looked at: it has to be paid for, or nobody knows.
pub(super) fn needs_licence(title: &Title) -> bool {
    !matches!(title.licensing.as_str(), "free" | "open-source" | "bundled")
}

struct Found<'a> {
    view: &'a View<'a>,
    titles: Vec<TitleOutcome>,
    sets: Vec<(String, Sets)>,
    allotted: BTreeMap<LicenceId, Allotted>,
}

impl<'a> Found<'a> {
    fn pool(&mut self, pool: &Pool<'a>, suites: &BTreeSet<&str>) {
        let view = self.view;
        let spread = pool.spread(view);
        let stale = pool.classes(view, |tally| &tally.stale_wanting);
        for (at, member) in pool.members.iter().enumerate().filter(|(_, member)| !member.is_entry) {
            let Some(title) = view.estate.titles.get(member.title) else { continue };
            if member.tally.installed.is_empty() && member.tally.stale.is_empty() && view.of(member.slug).is_empty() {
                continue;
            }
            let in_suite = spread.classes.iter().filter(|class| class.need == Need::Suite);
            let in_suite = in_suite.flat_map(|class| &class.copies).filter(|wanted| wanted.has(at)).count();
            self.title(&Subject {
                title,
                in_catalogue: true,
                need: Need::Own(at),
                tally: member.tally,
                spread: &spread,
                stale: &stale,
                in_suite: number(in_suite),
            });
        }
        if let Some(suite) = pool.suite {
            let entry = pool.members.iter().find(|member| member.is_entry);
            let known = entry.and_then(|entry| view.estate.titles.get(entry.title));
            let in_catalogue = suites.contains(suite);
            let by_name = Title {
                slug: suite.to_owned(),
                name: view.register.names.get(suite).map_or(suite, String::as_str).to_owned(),
                licensing: "paid".into(),
                known: in_catalogue,
                ..Title::default()
            };
            self.title(&Subject {
                title: known.unwrap_or(&by_name),
                in_catalogue: known.is_some() || in_catalogue,
                need: Need::Suite,
                tally: &of_suite(&spread, &stale, entry.map(|entry| entry.tally)),
                spread: &spread,
                stale: &stale,
                in_suite: 0,
            });
        }
        self.allot(&spread);
    }

    fn title(&mut self, subject: &Subject<'_>) {
        let (outcome, sets, reach) = subject.outcome(self.view);
        for (supply, served) in reach.served {
            let Some(supply) = subject.spread.supplies.get(supply) else { continue };
            let spent: u64 = served.values().sum();
            let free = supply.holding.capacity.saturating_sub(spent);
            self.allotted.insert(supply.holding.licence.id, Allotted { sites: served, free });
        }
        if !sets.is_empty() {
            self.sets.push((outcome.slug.clone(), sets));
        }
        self.titles.push(outcome);
    }

    fn allot(&mut self, spread: &Spread<'_>) {
        for (supply, taken) in spread.supplies.iter().zip(&spread.taken).filter(|(supply, _)| supply.is_first()) {
            let spent: u64 = taken.values().sum();
            let free = supply.holding.capacity.saturating_sub(spent);
            self.allotted.insert(supply.holding.licence.id, Allotted { sites: taken.clone(), free });
        }
    }
}

/// The devices that need a seat of the suite, as if it were a title.
fn of_suite(spread: &Spread<'_>, stale: &[Class], entry: Option<&Tally>) -> Tally {
    let mut tally = Tally::default();
    for wanted in spread.classes.iter().filter(|class| class.need == Need::Suite).flat_map(|class| &class.copies) {
        tally.installed.push(wanted.device);
        match wanted.used {
            Used::Lately => tally.used.push(wanted.device),
            Used::No => tally.unused.push(wanted.device),
            Used::NotTold => tally.use_unknown += 1,
        }
    }
    let stale = stale.iter().filter(|class| class.need == Need::Suite).flat_map(|class| &class.copies);
    tally.stale.extend(stale.map(|wanted| wanted.device));
    if let Some(entry) = entry {
        tally.exempt.clone_from(&entry.exempt);
        tally.unapproved.clone_from(&entry.unapproved);
        tally.refused.clone_from(&entry.refused);
        let exempt: BTreeSet<u32> = entry.exempt.iter().copied().collect();
        tally.installed.extend(entry.exempt.iter());
        tally.used.extend(entry.used.iter().filter(|device| exempt.contains(device)));
        tally.unused.extend(entry.unused.iter().filter(|device| exempt.contains(device)));
    }
    for devices in [&mut tally.installed, &mut tally.stale, &mut tally.used, &mut tally.unused] {
        devices.sort_unstable();
        devices.dedup();
    }
    tally.use_unknown = number(tally.installed.len() - tally.used.len() - tally.unused.len());
    tally
}

fn totals(view: &View<'_>, titles: &[TitleOutcome]) -> Totals {
    let mut totals = Totals::default();
    for title in titles {
        *totals.states.entry(title.state.word().to_owned()).or_default() += 1;
        totals.unapproved += u32::from(title.permission == Permission::Missing);
        totals.refused += u32::from(title.permission == Permission::Refused);
        totals.unused += u32::from(title.unused > 0);
        totals.at_risk.0 = totals.at_risk.0.saturating_add(title.at_risk.map_or(0, |pence| pence.0));
        totals.at_risk_unknown += u32::from(title.risk_is_not_known());
        totals.wasted.0 = totals.wasted.0.saturating_add(title.wasted.map_or(0, |pence| pence.0));
        totals.wasted_unknown += u32::from(title.waste_is_not_known());
        for licence in &title.licences {
            totals.expired += u32::from(licence.phase == Phase::Expired);
            let Some(days) = licence.ends_in else { continue };
            let shortest = view.measures.warn_days.iter().position(|limit| days <= *limit);
            if let Some(count) = shortest.and_then(|at| totals.ending.get_mut(at)) {
                *count += 1;
            }
        }
    }
    totals
}
