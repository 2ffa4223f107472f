//! Suites: small schools of which the truth is followed device by device, by the rule that the documentation gives.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::school::{Copy, Machine, School, TODAY, ago};
use crate::licences::{Owned, Reading, TitleState};

/// The suite's own entry, three members that are paid for, and one that is free; in the order of the estate.
const TITLES: [&str; 5] = ["draw", "paint", "photo", "suite", "viewer"];
const PAID: [&str; 3] = ["draw", "paint", "photo"];
const SUITE: &str = "suite";

#[derive(Debug, Clone)]
struct Computer {
    stale: bool,
    exempt: bool,
    has: [bool; 5],
}

/// What the register has of a title: so many seats, and as many that have lapsed where it is said.
#[derive(Debug, Clone)]
struct Bought {
    title: usize,
    seats: u32,
    lapsed: bool,
}

/// What a computer is in need of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    Own(&'static str),
    Suite,
}

/// What is true of one title.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Truth {
    installed: u32,
    stale: u32,
    exempt: u32,
    in_suite: u32,
    over: u32,
    spare: u32,
    seats: u32,
    /// Counted computers that need a licence of it.
    wanting: u32,
    /// Stale ones without an exception.
    stale_wanting: u32,
}

struct Fleet<'a> {
    computers: &'a [Computer],
    bought: &'a [Bought],
}

impl Computer {
    fn has(&self, title: &str) -> bool {
        TITLES.iter().zip(self.has).any(|(slug, has)| has && *slug == title)
    }

    fn members(&self) -> Vec<&'static str> {
        PAID.into_iter().filter(|title| self.has(title)).collect()
    }
}

impl Fleet<'_> {
    fn is_bought(&self, title: &str) -> bool {
        self.bought.iter().any(|one| TITLES[one.title] == title)
    }

    fn seats(&self, title: &str) -> u32 {
        self.bought.iter().filter(|one| TITLES[one.title] == title && !one.lapsed).map(|one| one.seats).sum()
    }

    /// Two members, or the suite's own entry, need the suite; one member needs its own licence where there is one.
    fn need(&self, computer: &Computer) -> Need {
        let members = computer.members();
        match (computer.has(SUITE), members.as_slice()) {
            (false, []) => Need::Nothing,
            (false, [only]) if self.seats(only) > 0 => Need::Own(only),
            (_, _) => Need::Suite,
        }
    }

    /// What is true, by title.
    fn truth(&self) -> BTreeMap<&'static str, Truth> {
        let mut truth: BTreeMap<&str, Truth> = TITLES.into_iter().map(|title| (title, Truth::default())).collect();
        let mut count = |title: &'static str, what: fn(&mut Truth) -> &mut u32| {
            *what(truth.get_mut(title).expect("every title is there")) += 1;
        };
        for one in self.computers {
            for title in TITLES.into_iter().filter(|title| one.has(title) && *title != SUITE) {
                count(title, if one.stale { |of| &mut of.stale } else { |of| &mut of.installed });
                if !one.stale && one.exempt {
                    count(title, |of| &mut of.exempt);
                }
                if self.need(one) == Need::Suite && !one.stale && !one.exempt && PAID.contains(&title) {
                    count(title, |of| &mut of.in_suite);
                }
            }
            let needed = match self.need(one) {
                Need::Nothing => continue,
                Need::Own(title) => title,
                Need::Suite => SUITE,
            };
            match (one.stale, one.exempt) {
                (false, false) => count(needed, |of| &mut of.wanting),
                (true, false) => count(needed, |of| &mut of.stale_wanting),
                (_, true) => {}
            }
        }
        let suite = truth.get_mut(SUITE).expect("it is there");
        let exempt = self.computers.iter().filter(|one| one.exempt && one.has(SUITE) && !one.stale).count();
        suite.exempt = u32::try_from(exempt).expect("few");
        (suite.installed, suite.stale) = (suite.wanting + suite.exempt, suite.stale_wanting);
        self.serve(&mut truth);
        truth
    }

    /// Hands out seats, one by one.
    fn serve(&self, truth: &mut BTreeMap<&'static str, Truth>) {
        let mut left: BTreeMap<&str, u32> = TITLES.into_iter().map(|title| (title, self.seats(title))).collect();
        let mut take = |title: &str| {
            let left = left.get_mut(title).expect("every title is there");
            let has = *left > 0;
            *left -= u32::from(has);
            has
        };
        let mut lacking: BTreeMap<&str, u32> = BTreeMap::new();
        let mut waiting = Vec::new();
        // The suite's own entry is covered by nothing else: it comes first.
        let by_entry = [true, false].into_iter().flat_map(|entry| self.computers.iter().map(move |one| (entry, one)));
        for (_, one) in by_entry.filter(|(entry, one)| one.has(SUITE) == *entry && !one.stale && !one.exempt) {
            match self.need(one) {
                Need::Nothing => {}
                Need::Own(title) if take(title) => {}
                Need::Own(title) => *lacking.entry(title).or_default() += 1,
                Need::Suite if take(SUITE) => {}
                Need::Suite if one.has(SUITE) => *lacking.entry(SUITE).or_default() += 1,
                Need::Suite => waiting.push(one),
            }
        }
        for title in PAID {
            let lack = lacking.entry(title).or_default();
            while *lack > 0 && take(SUITE) {
                *lack -= 1;
            }
        }
        // Whichever of those that need the suite have a seat of it: as many as lack one are served one by one, in order.
        let short = waiting.len();
        let all = self.computers.iter().filter(|one| !one.stale && !one.exempt);
        let without_entry = all.filter(|one| self.need(one) == Need::Suite && !one.has(SUITE));
        let mut served = 0;
        for one in without_entry {
            if served == short {
                break;
            }
            let members = one.members();
            let enough = members.iter().all(|title| left[title] > 0);
            if enough {
                members.iter().for_each(|title| *left.get_mut(title).expect("it is there") -= 1);
                served += 1;
            }
        }
        *lacking.entry(SUITE).or_default() += u32::try_from(short - served).expect("few");
        for (title, of) in truth {
            of.seats = self.seats(title);
            of.over = lacking.get(title).copied().unwrap_or_default();
            of.spare = left[title].saturating_sub(of.stale_wanting);
        }
    }

    fn state(&self, title: &str, of: &Truth) -> TitleState {
        let lapsed = self.bought.iter().any(|one| TITLES[one.title] == title && one.lapsed);
        match (of.over > 0, of.seats > 0) {
            (true, true) => return TitleState::Over,
            (true, false) if lapsed => return TitleState::Expired,
            (true, false) => return TitleState::Unlicensed,
            (false, _) => {}
        }
        let in_suite = of.in_suite > 0 && of.wanting == 0;
        if of.seats == 0 && !in_suite && of.stale_wanting > 0 {
            TitleState::CannotTell
        } else if in_suite {
            TitleState::InSuite
        } else if of.installed == 0 {
            TitleState::NotInstalled
        } else if of.installed == of.exempt {
            TitleState::Exempt
        } else {
            TitleState::InOrder
        }
    }

    fn told(&self) -> School {
        let mut school = School::new(&["North"]);
        for title in TITLES {
            let licensing = if title == "viewer" { "free" } else { "paid" };
            school.title(title, licensing, if title == SUITE { "" } else { SUITE });
        }
        for (row, one) in (1_i64..).zip(self.computers) {
            let there = TITLES.into_iter().filter(|title| one.has(title));
            school.machines.push(Machine {
                site: 0,
                gone: false,
                seen: Some(if one.stale { 31 } else { 0 }),
                reading: Reading::Whole,
                copies: there.map(|title| (title, Copy::default())).collect(),
            });
            if one.exempt {
                school.exempt(SUITE, Some(row), TODAY);
            }
        }
        for one in self.bought {
            school.own(TITLES[one.title], one.seats).ends_on = one.lapsed.then(|| ago(1));
        }
        school
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn suites_are_what_they_were_made(
        computers in prop::collection::vec(
            (prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::array::uniform5(prop::bool::weighted(0.4))), 1..9,
        ),
        bought in prop::collection::vec((0_usize..4, 1_u32..4, prop::bool::weighted(0.15)), 0..6),
        lapsed in prop::bool::weighted(0.15),
        seats in 1_u32..4,
    ) {
        let computers: Vec<_> =
            computers.into_iter().map(|(stale, exempt, has)| Computer { stale, exempt, has }).collect();
        // Without a licence of the suite there is none to speak of: that is the other property.
        let suite = Bought { title: 3, seats, lapsed };
        let bought: Vec<_> = bought.into_iter().map(|(title, seats, lapsed)| Bought { title, seats, lapsed }).chain([suite]).collect();
        let fleet = Fleet { computers: &computers, bought: &bought };
        let outcome = fleet.told().audited().outcome;
        for (title, of) in fleet.truth() {
            let is_told = title == SUITE || of.installed + of.stale > 0 || fleet.is_bought(title);
            let Some(found) = outcome.title(title) else {
                prop_assert!(!is_told, "{} is missing", title);
                continue;
            };
            prop_assert_eq!(found.owned, Owned::Seats(of.seats), "{}", title);
            prop_assert_eq!(
                (found.installed, found.stale, found.exempt, found.in_suite),
                (of.installed, of.stale, of.exempt, of.in_suite),
                "{}", title
            );
            if title == "viewer" {
                prop_assert_eq!((found.state, found.over), (TitleState::NotNeeded, 0));
                continue;
            }
            prop_assert_eq!((found.over, found.spare), (of.over, of.spare), "{}", title);
            prop_assert_eq!(found.state, fleet.state(title, &of), "{}", title);
        }
    }
}
