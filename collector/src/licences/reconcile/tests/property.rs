//! Small fleets of which the truth is made first; what is missing is found a second way, by trying every set of devices.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::school::{Copy, Machine, School, ago};
use crate::licences::{Doubt, Owned, Reading, TitleState};

const SITES: [&str; 2] = ["North", "South"];
const VERSIONS: [&str; 4] = ["", "1", "2", "3"];

/// What is true of a device.
#[derive(Debug, Clone)]
struct Truth {
    site: u32,
    fate: Fate,
    /// Place in `VERSIONS`; 0 where nobody knows.
    version: usize,
    used: Option<i32>,
    has: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    Partial,
    Stale,
    Silent,
    Gone,
}

#[derive(Debug, Clone)]
struct Bought {
    site: Option<usize>,
    /// 0 for every version.
    version: usize,
    seats: u32,
    lapsed: bool,
}

fn device() -> impl Strategy<Value = Truth> {
    let fate = prop_oneof![
        6 => Just(Fate::Whole),
        1 => Just(Fate::Partial),
        1 => Just(Fate::Stale),
        1 => Just(Fate::Silent),
        1 => Just(Fate::Gone),
    ];
    let used = prop_oneof![Just(None), (0_i32..200).prop_map(Some)];
    (0_u32..2, fate, 0_usize..4, used, prop::bool::weighted(0.9)).prop_map(|(site, fate, version, used, has)| Truth {
        site,
        fate,
        version,
        used,
        has,
    })
}

fn bought() -> impl Strategy<Value = Bought> {
    (prop::option::of(0_usize..2), 0_usize..4, 1_u32..4, prop::bool::weighted(0.2))
        .prop_map(|(site, version, seats, lapsed)| Bought { site, version, seats, lapsed })
}

/// What is told of the truth.
fn told(devices: &[Truth], licences: &[Bought]) -> School {
    let mut school = School::new(&SITES);
    school.title("title", "paid", "");
    for one in devices {
        let copy = Copy { major: VERSIONS[one.version].into(), used: one.used, ..Copy::default() };
        school.machines.push(Machine {
            site: one.site,
            gone: one.fate == Fate::Gone,
            seen: Some(if one.fate == Fate::Stale { 31 } else { 3 }),
            reading: match one.fate {
                Fate::Silent => Reading::Never,
                Fate::Partial => Reading::Partial,
                Fate::Whole | Fate::Stale | Fate::Gone => Reading::Whole,
            },
            copies: if one.has { BTreeMap::from([("title", copy)]) } else { BTreeMap::new() },
        });
    }
    for one in licences {
        let licence = school.own("title", one.seats);
        licence.scope.site = one.site.map(|site| SITES[site].to_owned());
        licence.version = VERSIONS[one.version].into();
        licence.ends_on = one.lapsed.then(|| ago(1));
    }
    school
}

/// The most devices of any set that the licences for it cannot cover (the marriage theorem): devices one by one.
fn lacking(devices: &[&Truth], licences: &[&Bought], benefit_of_doubt: bool) -> u32 {
    let covers = |licence: &Bought, device: &Truth| {
        let here = licence.site.is_none_or(|site| site == usize::try_from(device.site).expect("small"));
        let version = match (licence.version, device.version) {
            (0, _) => true,
            (_, 0) => benefit_of_doubt,
            (owned, installed) => installed <= owned,
        };
        here && version
    };
    let worst = (0_u32..1 << devices.len()).map(|set| {
        let within: Vec<_> =
            devices.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, one)| one).collect();
        let seats: u32 = licences
            .iter()
            .filter(|licence| within.iter().any(|device| covers(licence, device)))
            .map(|licence| licence.seats)
            .sum();
        u32::try_from(within.len()).expect("few").saturating_sub(seats)
    });
    worst.max().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_audit_is_the_truth(
        devices in prop::collection::vec(device(), 1..11),
        licences in prop::collection::vec(bought(), 0..5),
    ) {
        let audited = told(&devices, &licences).audited();
        let with = |fates: &[Fate]| -> Vec<&Truth> {
            devices.iter().filter(|one| one.has && fates.contains(&one.fate)).collect()
        };
        let (counted, stale) = (with(&[Fate::Whole, Fate::Partial]), with(&[Fate::Stale]));
        let Some(title) = audited.outcome.title("title") else {
            prop_assert!(counted.is_empty() && stale.is_empty() && licences.is_empty());
            return Ok(());
        };
        let number = |count: usize| u32::try_from(count).expect("few");
        prop_assert_eq!((title.installed, title.stale), (number(counted.len()), number(stale.len())));
        let used = |fits: fn(i32) -> bool| number(counted.iter().filter(|one| one.used.is_some_and(fits)).count());
        prop_assert_eq!((title.used, title.unused), (used(|days| days <= 90), used(|days| days > 90)));
        prop_assert_eq!(title.use_unknown, number(counted.iter().filter(|one| one.used.is_none()).count()));

        let owned: Vec<&Bought> = licences.iter().filter(|one| !one.lapsed).collect();
        let seats: u32 = owned.iter().map(|one| one.seats).sum();
        let (over, sure) = (lacking(&counted, &owned, true), lacking(&counted, &owned, false));
        prop_assert_eq!((title.owned, title.over), (Owned::Seats(seats), over));
        let covered = number(counted.len()) - over;
        prop_assert_eq!(title.spare, (seats - covered).saturating_sub(number(stale.len())));
        let not_told = |doubt: &Doubt| {
            if let Doubt::VersionNotTold { devices } = doubt { Some(*devices) } else { None }
        };
        let doubt = title.doubts.iter().find_map(not_told);
        prop_assert_eq!(doubt.unwrap_or_default(), sure - over);
        let state = if over > 0 && !owned.is_empty() {
            TitleState::Over
        } else if over > 0 && !licences.is_empty() {
            TitleState::Expired
        } else if over > 0 {
            TitleState::Unlicensed
        } else if sure > over || (owned.is_empty() && !stale.is_empty()) {
            TitleState::CannotTell
        } else if counted.is_empty() {
            TitleState::NotInstalled
        } else {
            TitleState::InOrder
        };
        prop_assert_eq!(title.state, state);
        let at_sites: u32 = audited.sites.iter().filter_map(|site| site.title("title")).map(|title| title.over).sum();
        prop_assert_eq!(at_sites, over, "what is over at the sites adds up");
        for licence in &title.licences {
            prop_assert!(licence.taken <= licence.quantity);
        }
        prop_assert_eq!(title.licences.iter().map(|one| one.taken).sum::<u32>(), covered);
    }
}
