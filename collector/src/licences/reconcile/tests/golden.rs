//! A school of 1,200 devices and 300 titles, whose figures are known from how it was made and kept in a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::school::{Copy, Machine, School, ago};
use crate::licences::{Outcome, Owned, Reading};

const DEVICES: usize = 1200;
const TITLES: usize = 300;

/// What the maker knows of one title.
#[derive(Debug, Default)]
struct Truth {
    state: &'static str,
    owned: u32,
    installed: u32,
    stale: u32,
    used: u32,
    unused: u32,
    over: u32,
    spare: u32,
    at_risk: Option<u64>,
}

/// What became of a device, by its number: of forty, one is gone, one stale, one silent, one partial.
fn reading(device: usize) -> (bool, i32, Reading) {
    match device % 40 {
        0 => (true, 0, Reading::Whole),
        1 => (false, 31, Reading::Whole),
        2 => (false, 0, Reading::Never),
        3 => (false, 30, Reading::Partial),
        _ => (false, 0, Reading::Whole),
    }
}

fn make() -> (School, BTreeMap<&'static str, Truth>) {
    let mut school = School::new(&["North", "South", "West"]);
    for device in 0..DEVICES {
        let (gone, seen, reading) = reading(device);
        let site = u32::try_from(device % 3).expect("small");
        school.machines.push(Machine { site, gone, seen: Some(seen), reading, copies: BTreeMap::new() });
    }
    let mut truths = BTreeMap::new();
    for title in 0..TITLES {
        let slug: &'static str = format!("title-{title:03}").leak();
        let (mut truth, mut at_sites) = (Truth::default(), [0_u32; 3]);
        for device in (0..DEVICES).filter(|device| (device * 7 + title * 13) % 12 <= title % 5) {
            let used = match (device + title) % 4 {
                0 => None,
                1 => Some(91),
                _ => Some(90),
            };
            let copy = Copy { used, major: ["2019", "2021", ""][device % 3].into(), ..Copy::default() };
            school.machines[device].copies.insert(slug, copy);
            match device % 40 {
                0 | 2 => {}
                1 => truth.stale += 1,
                _ => {
                    truth.installed += 1;
                    at_sites[device % 3] += 1;
                    truth.used += u32::from(used == Some(90));
                    truth.unused += u32::from(used == Some(91));
                }
            }
        }
        plan(&mut school, slug, title, at_sites, &mut truth);
        truths.insert(slug, truth);
    }
    (school, truths)
}

/// Buys what makes the title stand as planned; every seat costs £ 10.
fn plan(school: &mut School, slug: &'static str, title: usize, at_sites: [u32; 3], truth: &mut Truth) {
    let few = u32::try_from(title / 10).expect("small") + 1;
    let licensing =
        ["paid", "paid", "paid", "paid", "free", "open-source", "bundled", "paid", "paid", "paid"][title % 10];
    school.title(slug, licensing, "");
    let risk = |over: u32| Some(u64::from(over) * 1000);
    match title % 10 {
        0 => {
            (truth.state, truth.owned) = ("in-order", truth.installed + truth.stale);
            school.own(slug, truth.owned);
        }
        1 => {
            (truth.state, truth.owned, truth.over) = ("over", truth.installed - few.min(truth.installed - 1), 0);
            truth.over = truth.installed - truth.owned;
            truth.at_risk = risk(truth.over);
            school.own(slug, truth.owned);
        }
        2 => (truth.state, truth.over) = ("unlicensed", truth.installed),
        3 => {
            (truth.state, truth.over, truth.at_risk) = ("expired", truth.installed, risk(truth.installed));
            school.own(slug, truth.installed).ends_on = Some(ago(1));
        }
        4..=6 => truth.state = "not-needed",
        7 => {
            truth.state = "unknown-name";
            school.titles.last_mut().expect("it was just added").known = false;
        }
        8 => {
            (truth.state, truth.spare) = ("in-order", few);
            truth.owned = truth.installed + truth.stale + few;
            // In two parts, of which only the second covers the newer and the unknown.
            school.own(slug, at_sites[0]).version = "2019".into();
            school.own(slug, truth.owned - at_sites[0]);
        }
        _ => {
            // Enough in all, and not at South.
            let [north, south, west] = at_sites;
            (truth.state, truth.over, truth.at_risk) = ("over", 1, risk(1));
            truth.owned = north + west + truth.stale + few + south - 1;
            truth.spare = few;
            school.own(slug, south - 1).scope.site = Some("South".into());
            school.own(slug, north).scope.site = Some("North".into());
            school.own(slug, west + truth.stale + few).scope.site = Some("West".into());
        }
    }
}

fn known(truths: &BTreeMap<&'static str, Truth>) -> String {
    let mut text = String::new();
    let mut states: BTreeMap<&str, u32> = BTreeMap::new();
    for (slug, truth) in truths {
        let Truth { state, owned, installed, stale, used, unused, over, spare, at_risk } = truth;
        let risk = at_risk.map_or_else(|| "-".to_owned(), |pence| pence.to_string());
        let _ = writeln!(
            text,
            "{slug} {state} owned {owned} installed {installed} stale {stale} used {used} unused {unused} over {over} \
             spare {spare} at-risk {risk}"
        );
        *states.entry(state).or_default() += 1;
    }
    format!("{states:?} at-risk {}\n{text}", truths.values().filter_map(|truth| truth.at_risk).sum::<u64>())
}

fn found(outcome: &Outcome) -> String {
    let mut text = String::new();
    for title in &outcome.titles {
        let Owned::Seats(owned) = title.owned else { panic!("{} counts seats", title.slug) };
        let risk = title.at_risk.map_or_else(|| "-".to_owned(), |pence| pence.0.to_string());
        let _ = writeln!(
            text,
            "{} {} owned {owned} installed {} stale {} used {} unused {} over {} spare {} at-risk {risk}",
            title.slug,
            title.state.word(),
            title.installed,
            title.stale,
            title.used,
            title.unused,
            title.over,
            title.spare
        );
    }
    let states: BTreeMap<&str, u32> = outcome.totals.states.iter().map(|(state, n)| (state.as_str(), *n)).collect();
    format!("{states:?} at-risk {}\n{text}", outcome.totals.at_risk.0)
}

#[test]
fn the_golden_school_comes_out_as_it_was_made() {
    let (school, truths) = make();
    let audited = school.audited();
    let fleet = &audited.outcome.fleet;
    assert_eq!((fleet.enrolled, fleet.counted, fleet.stale), (1170, 1110, 30));
    assert_eq!((fleet.silent, fleet.partial, fleet.gone), (30, 30, 30));
    let known = known(&truths);
    assert_eq!(found(&audited.outcome), known);
    insta::assert_snapshot!("golden_school", known);
}

#[test]
fn the_sites_of_the_golden_school_add_up() {
    let (school, truths) = make();
    let audited = school.audited();
    for (slug, truth) in truths {
        let of = |figure: fn(&crate::licences::TitleOutcome) -> u32| -> u32 {
            audited.sites.iter().filter_map(|site| site.title(slug)).map(figure).sum()
        };
        assert_eq!(of(|title| title.installed), truth.installed, "{slug}");
        assert_eq!(of(|title| title.over), truth.over, "{slug}");
    }
}
