//! What stays true of the register whatever is done with it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use proptest::prelude::*;

use super::super::sample::{Sample, store};
use super::super::{Order, SiteScope};
use super::{Hand, LicenceRow, Outcome};
use crate::licences::import::{Listed, as_csv, find_columns, licences, sheet};
use crate::licences::{Approval, Decision, Licence, LicenceId, Metric, Pence, Register, Scope, Seat, Term};
use crate::rules::sample;

const SITES: [&str; 3] = ["Northfield School", "South", "West"];

async fn school() -> Sample {
    let sample = store().await;
    let step = |tx: &rusqlite::Transaction<'_>| {
        tx.execute_batch(
            "INSERT INTO site (name) VALUES ('South'), ('West');
             INSERT INTO title (slug, name, publisher, category, licensing, suite, known)
             VALUES ('microsoft-office', 'Microsoft Office', 'Microsoft', 'office', 'paid', '', 1),
                    ('?0a1b', 'MathsBox', '', '', '', '', 0)",
        )?;
        Ok(())
    };
    sample.store.write(Order::First, step).await.expect("is written");
    sample
}

fn hand() -> Hand {
    Hand { actor: "the test".into(), at: sample::now() }
}

fn plain(title: &str, quantity: u32) -> Licence {
    Licence {
        id: LicenceId(0),
        title: title.into(),
        version: String::new(),
        edition: String::new(),
        metric: Metric::Device,
        term: Term::Perpetual,
        quantity,
        scope: Scope::default(),
        starts_on: None,
        ends_on: None,
        notice_on: None,
        cost: None,
        supplier: String::new(),
        order_ref: String::new(),
        proof_holder: String::new(),
        note: String::new(),
    }
}

async fn add(sample: &Sample, licences: Vec<Licence>) -> Vec<Outcome> {
    sample.store.add_licences(licences, SiteScope::all(), true, hand()).await.expect("the database answers")
}

async fn register(sample: &Sample) -> Register {
    sample.store.register(&SiteScope::all()).await.expect("reads")
}

#[tokio::test]
async fn a_title_is_found_by_name_and_slug_and_else_kept_as_it_is_called() {
    let sample = school().await;
    let titles = ["microsoft office", "Microsoft-Office", "MICROSOFT  OFFICE", "mathsbox", "Plan-it  .net"];
    add(&sample, titles.map(|title| plain(title, 1)).to_vec()).await;
    let rows = sample.store.licences(SiteScope::all(), false).await.expect("reads");
    let told: Vec<_> =
        rows.iter().map(|row| (row.licence.title.as_str(), row.title_name.as_str(), row.known)).collect();
    let office = ("microsoft-office", "Microsoft Office", true);
    assert_eq!(told, [office, office, office, ("?0a1b", "MathsBox", false), ("plan-it-net", "Plan-it .net", false)]);

    let learns = |tx: &rusqlite::Transaction<'_>| {
        tx.execute_batch(
            "INSERT INTO title (slug, name, publisher, category, licensing, suite, known)
             VALUES ('planit', 'Plan-It .NET', 'Example Ltd', 'system', 'paid', '', 1)",
        )?;
        Ok(())
    };
    sample.store.write(Order::First, learns).await.expect("is written");
    let licence = register(&sample).await.licences.pop().expect("the last");
    assert_eq!(licence.title, "planit", "what the catalogue learns holds for what was entered before");
}

#[tokio::test]
async fn a_title_is_found_by_what_orders_call_it_with_version_and_edition() {
    let sample = school().await;
    sample.store.replay_titles(sample::now()).await.expect("the catalogue is in use");
    let bought = |title, version: &str, term| Licence { term, version: version.into(), ..plain(title, 1) };
    let licences = vec![
        bought("SketchUp Pro 2022", "", Term::Perpetual),
        bought("SketchUp Pro 2022", "2021", Term::Perpetual),
        bought("sketchup  pro 2022", "", Term::Subscription),
        bought("Sketch-a-lot 2022", "", Term::Perpetual),
    ];
    add(&sample, licences).await;
    let rows = sample.store.licences(SiteScope::all(), false).await.expect("reads");
    let told = |row: &LicenceRow| {
        let Licence { title, version, edition, .. } = row.licence.clone();
        (title, version, edition, row.known)
    };
    let pro = |version: &str| ("sketchup".to_owned(), version.to_owned(), "pro".to_owned(), true);
    let free = ("sketch-a-lot-2022".to_owned(), String::new(), String::new(), false);
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), [pro("2022"), pro("2021"), pro(""), free]);
}

#[tokio::test]
async fn what_was_withdrawn_and_removed_is_not_in_force() {
    let sample = school().await;
    add(&sample, vec![plain("One", 1), plain("Two", 2)]).await;
    let removed = sample.store.remove_licence(LicenceId(1), "sold".into(), SiteScope::all(), hand()).await;
    removed.expect("the database answers").expect("is removed");
    let approval = Approval {
        title: "Two".into(),
        decision: Decision::Approved,
        decided_by: "Head".into(),
        decided_on: Date::constant(2026, 11, 1),
        scope: Scope::default(),
        ends_on: None,
    };
    for _ in 0..2 {
        let added = sample.store.add_approval(approval.clone(), String::new(), SiteScope::all(), hand()).await;
        added.expect("the database answers").expect("is entered");
    }
    let gone = sample.store.withdraw_approval(1, "a mistake".into(), SiteScope::all(), hand()).await;
    gone.expect("the database answers").expect("is withdrawn");
    let register = register(&sample).await;
    assert_eq!(register.licences.iter().map(|licence| licence.id.0).collect::<Vec<_>>(), [2]);
    assert_eq!(register.approvals, [Approval { title: "two".into(), ..approval }]);
    let all = sample.store.licences(SiteScope::all(), true).await.expect("reads");
    assert_eq!(all.len(), 2, "a removed one is kept");
}

/// Something that somebody does to the register.
#[derive(Debug, Clone)]
enum Deed {
    Transfer { of: i64, to: usize, quantity: u32 },
    Assign { of: i64, account: u8 },
    Unassign { of: i64, account: u8 },
    Resize { of: i64, quantity: u32 },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1..6_i64, 0..3_usize, 0..12_u32).prop_map(|(of, to, quantity)| Deed::Transfer { of, to, quantity }),
        (1..6_i64, 0..8_u8).prop_map(|(of, account)| Deed::Assign { of, account }),
        (1..6_i64, 0..8_u8).prop_map(|(of, account)| Deed::Unassign { of, account }),
        (1..6_i64, 1..12_u32).prop_map(|(of, quantity)| Deed::Resize { of, quantity }),
    ]
}

impl Deed {
    /// Does it; whether it was accepted, and by how much the number of seats bought was changed.
    async fn run(self, sample: &Sample) -> i64 {
        let (all, store) = (SiteScope::all(), &sample.store);
        let account = |n: u8| vec![Seat::Account(format!("person.{n}"))];
        match self {
            Self::Transfer { of, to, quantity } => {
                let (site, why) = (SITES[to].to_owned(), "the test".to_owned());
                let _ = store.transfer_licence(LicenceId(of), site, quantity, why, all, hand()).await.expect("answers");
                0
            }
            Self::Assign { of, account: n } => {
                let _ = store.change_seats(LicenceId(of), account(n), false, all, hand()).await.expect("answers");
                0
            }
            Self::Unassign { of, account: n } => {
                let _ = store.change_seats(LicenceId(of), account(n), true, all, hand()).await.expect("answers");
                0
            }
            Self::Resize { of, quantity } => {
                let before = store.licence(LicenceId(of), all.clone()).await.expect("reads");
                let edit = crate::licences::Edit { quantity: Some(quantity), ..Default::default() };
                let done = store.edit_licence(LicenceId(of), edit, all, hand()).await.expect("answers");
                match (before, done) {
                    (Some(before), Ok(_)) => i64::from(quantity) - i64::from(before.licence.quantity),
                    _ => 0,
                }
            }
        }
    }
}

fn seats_fit(register: &Register) -> bool {
    register.licences.iter().all(|licence| {
        let given = register.seats.get(&licence.id).map_or(0, Vec::len);
        given <= usize::try_from(register.held(licence)).unwrap_or_default()
    })
}

#[test]
fn whatever_is_handed_on_and_given_the_seats_add_up() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _inside = runtime.enter();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(deeds in proptest::collection::vec(deed(), 1..30))| {
        runtime.block_on(async {
            let sample = school().await;
            let user = |quantity, cost| Licence {
                metric: Metric::User, cost: Some(Pence(cost)), ..plain("Adobe CC", quantity)
            };
            add(&sample, vec![user(10, 99_999), user(3, 1_000)]).await;
            let (mut bought, mut resized) = (13_i64, false);
            for deed in deeds {
                let changed = deed.run(&sample).await;
                bought += changed;
                resized |= changed != 0;
                let register = register(&sample).await;
                let held: i64 = register.licences.iter().map(|licence| i64::from(register.held(licence))).sum();
                prop_assert_eq!(held, bought, "the sum of seats");
                prop_assert!(seats_fit(&register), "no more seats than are held: {:?}", register);
                if !resized {
                    let worth: u64 = register.licences.iter().filter_map(|one| register.worth(one)).map(|one| one.0).sum();
                    prop_assert_eq!(worth, 100_999, "the sum of money");
                }
            }
            Ok(())
        })?;
    });
}

fn word() -> impl Strategy<Value = String> {
    // Letters, quotes, separators, and what spreadsheets compute.
    "[a-zŷ£'\",;=+@\\-][a-z0-9 ŷ£'\",;=+@\\-]{0,12}"
        .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn perhaps<T: std::fmt::Debug + Clone + 'static>(
    some: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(some)
}

fn day() -> impl Strategy<Value = Date> {
    (2020..2035_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| Date::constant(year, month, day))
}

fn licence() -> impl Strategy<Value = Licence> {
    let kind = (0..6_usize, 0..6_usize).prop_map(|(metric, term)| (Metric::ALL[metric], Term::ALL[term]));
    let title = prop_oneof![
        Just("Microsoft Office".to_owned()),
        Just("MathsBox".to_owned()),
        word().prop_map(|word| format!("x{word}"))
    ];
    let days = (perhaps(day()), perhaps(0..900_i64), perhaps(0..60_i64));
    let texts = (
        perhaps(word()),
        perhaps(word()),
        perhaps(word()),
        perhaps(word()),
        perhaps(word()),
        perhaps(word()),
        perhaps(word()),
    );
    (title, kind, 1..2_000_u32, perhaps(0..3_usize), days, perhaps(0..100_000_000_u64), texts).prop_map(
        |(title, (metric, term), quantity, site, (start, length, notice), cost, texts)| {
            let starts_on = start;
            let ends_on = starts_on.zip(length).map(|(day, length)| day + jiff::Span::new().days(length));
            let site = match metric {
                Metric::Trust => None,
                Metric::Site => Some(site.unwrap_or_default()),
                Metric::Device | Metric::User | Metric::Fte | Metric::Concurrent => site,
            };
            Licence {
                title,
                metric,
                term,
                quantity: if metric.is_counted() { quantity } else { 0 },
                scope: Scope { site: site.map(|site| SITES[site].to_owned()), place: texts.0.unwrap_or_default() },
                starts_on,
                ends_on,
                notice_on: ends_on.zip(notice).map(|(day, before)| day - jiff::Span::new().days(before)),
                cost: cost.map(Pence),
                version: texts.1.unwrap_or_default(),
                edition: texts.2.unwrap_or_default(),
                supplier: texts.3.unwrap_or_default(),
                order_ref: texts.4.unwrap_or_default(),
                proof_holder: texts.5.unwrap_or_default(),
                note: texts.6.unwrap_or_default(),
                ..plain("", 0)
            }
        },
    )
}

/// What the register holds, whatever the numbers of its licences.
fn content(rows: Vec<LicenceRow>) -> BTreeMap<String, usize> {
    let mut content = BTreeMap::new();
    for row in rows {
        let licence = Licence { id: LicenceId(0), ..row.licence };
        *content.entry(format!("{licence:?} {} {}", row.title_name, row.known)).or_default() += 1;
    }
    content
}

#[test]
fn a_register_that_was_exported_is_read_back_whole() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _inside = runtime.enter();
    let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(wanted in proptest::collection::vec(licence(), 1..12))| {
        runtime.block_on(async {
            let (one, other) = (school().await, school().await);
            let outcomes = add(&one, wanted).await;
            prop_assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::New(_))), "{:?}", outcomes);
            let rows = one.store.licences(SiteScope::all(), false).await.expect("reads");
            let listed: Vec<Listed> = rows.iter().cloned().map(|row| Listed {
                licence: row.licence, title_name: row.title_name, in_catalogue: row.known,
            }).collect();
            let bytes = as_csv(&listed);
            let sheet = sheet::read(&bytes, None).expect("a table");
            let mapping = find_columns(&sheet, &[]).expect("a mapping");
            let read = licences(&sheet, &mapping).map_err(|errors| TestCaseError::fail(format!("{errors:?}")))?;
            let read: Vec<Licence> = read.into_iter().map(|row| row.licence).collect();
            add(&other, read.clone()).await;
            let there = other.store.licences(SiteScope::all(), false).await.expect("reads");
            prop_assert_eq!(content(there), content(rows), "{}", String::from_utf8_lossy(&bytes));
            let again = add(&one, read).await;
            prop_assert!(again.iter().all(|outcome| matches!(outcome, Outcome::There(_))), "{:?}", again);
            Ok(())
        })?;
    });
}
