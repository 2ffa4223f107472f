//! Small schools that are made up first and then told to the audit: it must say what is true.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::school::{Copy, Machine, School, ago};
use super::truth::{Computer, Decided, EDITIONS, Excepted, Fate, Figures, GROUPS, Purchase, SITES, VERSIONS, World};
use crate::licences::{
    Approval, Audited, Counted, Decision, Exemption, Group, LicenceId, Metric, Number, Pence, Reading, Scope, Seat,
    Term, TitleOutcome, Transfer,
};

fn computer() -> impl Strategy<Value = Computer> {
    let fate = prop_oneof![
        8 => Just(Fate::Whole),
        1 => Just(Fate::Partial),
        1 => Just(Fate::Stale),
        1 => Just(Fate::Silent),
        1 => Just(Fate::Gone),
    ];
    let version = prop_oneof![1 => Just(0), 4 => 1..VERSIONS.len()];
    let edition = prop_oneof![1 => Just(0), 6 => 1..EDITIONS.len()];
    let accounts = prop_oneof![3 => Just(0), 1 => 1_u32..4];
    let opened = prop_oneof![Just(None), (88_i32..93).prop_map(Some)];
    let groups = prop::collection::btree_set(0_usize..2, 0..3);
    (0..SITES.len(), fate, prop::bool::weighted(0.9), version, edition, groups, accounts, opened).prop_map(
        |(site, fate, has, version, edition, groups, accounts, opened)| Computer {
            site,
            fate,
            has,
            version,
            edition,
            groups,
            accounts,
            opened,
        },
    )
}

fn purchase() -> impl Strategy<Value = Purchase> {
    let metric = prop_oneof![
        6 => Just(Metric::Device),
        3 => Just(Metric::User),
        1 => Just(Metric::Fte),
        1 => Just(Metric::Concurrent),
        1 => Just(Metric::Site),
        1 => Just(Metric::Trust),
    ];
    let term = prop_oneof![3 => Just(Term::Subscription), 3 => prop::sample::select(Term::ALL.to_vec())];
    let quantity = prop_oneof![1 => Just(0), 12 => 1_u32..5];
    let begins = prop_oneof![8 => Just(-400), 1 => -1_i32..2];
    let ends =
        prop_oneof![2 => Just(None), 1 => prop::sample::select(vec![-2, -1, 0, 30, 31, 60, 61, 90, 91]).prop_map(Some)];
    let cost = prop::option::weighted(0.8, 1_u64..5000);
    let handed = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec((1_u32..3, 0..SITES.len()), 1..3)];
    let version = prop_oneof![3 => Just(0), 2 => 1..VERSIONS.len()];
    let edition = prop_oneof![3 => Just(0), 1 => 1..EDITIONS.len()];
    let group = prop::option::weighted(0.3, 0..GROUPS.len());
    let holders = prop::collection::btree_set(0_usize..9, 0..3);
    let site = prop::option::of(0..SITES.len());
    ((metric, term, quantity, site), (version, edition, begins, ends), (group, cost, handed, holders)).prop_map(
        |((metric, term, quantity, site), (version, edition, begins, ends), (group, cost, handed, holders))| Purchase {
            metric,
            term,
            quantity: match metric {
                Metric::Site | Metric::Trust => 0,
                Metric::Fte => quantity.max(1),
                Metric::Device | Metric::User | Metric::Concurrent => quantity,
            },
            site: site.filter(|_| metric != Metric::Trust),
            version,
            edition,
            group,
            begins,
            ends,
            cost,
            handed,
            holders,
        },
    )
}

fn decided() -> impl Strategy<Value = Decided> {
    let ends = prop_oneof![3 => Just(None), 1 => (-1_i32..2).prop_map(Some)];
    (
        prop::bool::weighted(0.7),
        prop::option::of(0..SITES.len()),
        prop::option::weighted(0.4, 0..GROUPS.len()),
        -5_i32..2,
        ends,
    )
        .prop_map(|(approved, site, group, on, ends)| Decided { approved, site, group, on, ends })
}

fn excepted() -> impl Strategy<Value = Excepted> {
    let whose = prop_oneof![
        3 => (0_usize..9).prop_map(|computer| (Some(computer), None)),
        1 => (0..SITES.len()).prop_map(|site| (None, Some(site))),
        1 => Just((None, None)),
    ];
    (whose, -1_i32..2).prop_map(|((computer, site), ends)| Excepted { computer, site, ends })
}

fn world() -> impl Strategy<Value = World> {
    let licensing = prop_oneof![9 => Just("paid"), 1 => Just("free"), 1 => Just("freemium"), 1 => Just("")];
    let fte = prop::option::weighted(0.8, 1_u64..900);
    (
        (licensing, prop::bool::weighted(0.9)),
        prop::collection::vec(computer(), 1..9),
        prop::collection::vec(purchase(), 0..4),
        prop::collection::vec(decided(), 0..4),
        prop::collection::vec(excepted(), 0..2),
        [fte.clone(), fte],
    )
        .prop_map(|((licensing, known), computers, purchases, decisions, exceptions, fte)| {
            World { licensing, known, computers, purchases, decisions, exceptions, fte }.settled()
        })
}

impl World {
    /// Leaves out what the catalogue does not say and the register refuses; and where licences count full-time equivalents, what would make it a
    /// matter of choice which site has to reach its figure.
    fn settled(mut self) -> Self {
        let by_fte = self.purchases.iter().any(|one| one.metric == Metric::Fte);
        for one in &mut self.purchases {
            if by_fte && one.metric != Metric::Trust {
                one.site = one.site.or(Some(0));
            }
            if one.metric == Metric::Fte {
                (one.version, one.edition) = (0, 0);
            }
            let there = |at: &usize| *at < self.computers.len();
            one.holders.retain(there);
        }
        if !self.known {
            self.licensing = "";
        }
        self.decisions.sort_by_key(|one| one.on);
        self
    }

    /// What the collector is told.
    fn told(&self) -> School {
        let mut school = School::new(&SITES);
        school.title("title", self.licensing, "");
        school.titles[0].known = self.known;
        school.machines.extend(self.computers.iter().map(told));
        for (at, name) in GROUPS.into_iter().enumerate() {
            let within = (0_u32..).zip(&self.computers).filter(|(_, one)| one.groups.contains(&at));
            school.groups.push(Group { name: name.into(), devices: within.map(|(place, _)| place).collect() });
        }
        for (number, lot) in (1_i64..).zip(&self.lots()) {
            let (one, id) = (lot.of, LicenceId(number));
            let licence = school.own("title", lot.received);
            (licence.metric, licence.term) = (one.metric, one.term);
            licence.scope.site = lot.site.map(|site| SITES[site].to_owned());
            let group = one.group.filter(|_| lot.source.is_none());
            licence.scope.place = group.map(|group| GROUPS[group].to_uppercase()).unwrap_or_default();
            (licence.version, licence.edition) = (VERSIONS[one.version].into(), EDITIONS[one.edition].into());
            (licence.starts_on, licence.ends_on) = (Some(ago(-one.begins)), one.ends.map(|days| ago(-days)));
            licence.cost = one.cost.map(Pence).filter(|_| lot.source.is_none());
            if let Some(source) = lot.source {
                school.register.transfers.push(Transfer {
                    id: number,
                    source: LicenceId(i64::try_from(source).expect("few") + 1),
                    target: id,
                    quantity: lot.received,
                    on: ago(1),
                    reason: "a class moved".into(),
                });
                continue;
            }
            let seats: Vec<Seat> = match one.metric {
                Metric::Device => one.holders.iter().map(|at| Seat::Device(row(*at))).collect(),
                Metric::User => one.holders.iter().map(|at| Seat::Account(format!("t.example{at}"))).collect(),
                Metric::Fte | Metric::Concurrent | Metric::Site | Metric::Trust => continue,
            };
            school.register.seats.insert(id, seats);
        }
        self.tell_decisions(&mut school);
        let fte = SITES.into_iter().zip(self.fte).filter_map(|(site, told)| Some((site.to_owned(), told?)));
        school.register.fte.extend(fte);
        school
    }

    fn tell_decisions(&self, school: &mut School) {
        for one in &self.decisions {
            school.register.approvals.push(Approval {
                title: "title".into(),
                decision: if one.approved { Decision::Approved } else { Decision::Refused },
                decided_by: "software group".into(),
                decided_on: ago(-one.on),
                scope: Scope {
                    site: one.site.map(|site| SITES[site].to_owned()),
                    place: one.group.map(|group| GROUPS[group].to_owned()).unwrap_or_default(),
                },
                ends_on: one.ends.map(|days| ago(-days)),
            });
        }
        for one in &self.exceptions {
            school.register.exemptions.push(Exemption {
                title: "title".into(),
                scope: Scope { site: one.site.map(|site| SITES[site].to_owned()), place: String::new() },
                device: one.computer.map(row),
                reason: "it is being replaced".into(),
                ends_on: ago(-one.ends),
            });
        }
    }
}

fn told(one: &Computer) -> Machine {
    let copy = Copy {
        edition: EDITIONS[one.edition].into(),
        major: VERSIONS[one.version].into(),
        users: one.accounts,
        used: one.opened,
    };
    Machine {
        site: u32::try_from(one.site).expect("few"),
        gone: one.fate == Fate::Gone,
        seen: Some(if one.fate == Fate::Stale { 31 } else { 30 }),
        reading: match one.fate {
            Fate::Silent => Reading::Never,
            Fate::Partial => Reading::Partial,
            Fate::Whole | Fate::Stale | Fate::Gone => Reading::Whole,
        },
        copies: if one.has { BTreeMap::from([("title", copy)]) } else { BTreeMap::new() },
    }
}

/// Row number of the computer at this place.
fn row(at: usize) -> i64 {
    i64::try_from(at).expect("few") + 1
}

/// What the audit said, in the same shape as what is true; what is not unique of that is left out.
fn said(audited: &Audited, title: &TitleOutcome, truth: &Figures) -> Figures {
    let place = |row: &i64| usize::try_from(row - 1).expect("small");
    let of_title = audited.behind.iter().filter(|one| one.slug == title.slug);
    let behind: BTreeMap<Number, Vec<usize>> =
        of_title.map(|one| (one.number, one.devices.iter().map(place).collect())).collect();
    for (number, count) in [
        (Number::Installed, title.installed),
        (Number::Stale, title.stale),
        (Number::Exempt, title.exempt),
        (Number::Used, title.used),
        (Number::Unused, title.unused),
        (Number::Unapproved, title.unapproved),
        (Number::Refused, title.refused),
    ] {
        assert_eq!(behind.get(&number).map_or(0, Vec::len), usize::try_from(count).expect("small"), "{number:?}");
    }
    Figures {
        state: title.state,
        permission: title.permission,
        owned: title.owned,
        over: title.over,
        over_of: title.over_of,
        doubts: title.doubts.clone(),
        assigned: title.assigned,
        used: title.used,
        use_unknown: title.use_unknown,
        at_risk: title.at_risk,
        spare: truth.spare.map(|_| (title.spare, title.wasted)),
        behind,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn the_audit_is_the_truth(world in world()) {
        let audited = world.told().audited();
        let fates = |fate: Fate| u32::try_from(world.computers.iter().filter(|one| one.fate == fate).count()).expect("few");
        let fleet = &audited.outcome.fleet;
        let (whole, partial) = (fates(Fate::Whole), fates(Fate::Partial));
        prop_assert_eq!((fleet.counted, fleet.partial, fleet.stale), (whole + partial, partial, fates(Fate::Stale)));
        prop_assert_eq!((fleet.silent, fleet.gone), (fates(Fate::Silent), fates(Fate::Gone)));

        let (title, truth) = (audited.outcome.title("title"), world.figures());
        prop_assert_eq!(title.is_some(), truth.is_some());
        let Some((title, truth)) = title.zip(truth) else { return Ok(()) };
        prop_assert_eq!(said(&audited, title, &truth), truth);

        let lots = world.lots();
        let within = |least: i32, most: i32| {
            let days = lots.iter().filter_map(|lot| lot.ends_in());
            u32::try_from(days.filter(|days| (least..=most).contains(days)).count()).expect("few")
        };
        prop_assert_eq!(audited.outcome.totals.ending, [within(0, 30), within(31, 60), within(61, 90)]);
        let expired = u32::try_from(lots.iter().filter(|lot| lot.has_lapsed()).count()).expect("few");
        prop_assert_eq!(audited.outcome.totals.expired, expired);
        prop_assert_eq!(lots.len(), title.licences.len());
        for (lot, licence) in lots.iter().zip(&title.licences) {
            prop_assert_eq!((licence.quantity, licence.handed_on), (lot.seats, lot.received - lot.seats));
            prop_assert_eq!((licence.assigned, licence.freed), world.assigned(lot));
            let is_limited = matches!(lot.of.metric, Metric::Device | Metric::User) && lot.received > 0;
            prop_assert!(!is_limited || licence.taken <= licence.quantity);
        }

        let at_sites = |figure: fn(&TitleOutcome) -> u32| -> u32 {
            audited.sites.iter().filter_map(|site| site.title("title")).map(figure).sum()
        };
        prop_assert_eq!(at_sites(|title| title.installed), title.installed);
        let every = audited.sites.iter().filter_map(|site| site.title("title")).chain([title]);
        if every.map(|title| title.over_of).all(|of| of == Counted::Devices) {
            prop_assert_eq!(at_sites(|title| title.over), title.over, "what is over at the sites adds up");
        }
    }
}
