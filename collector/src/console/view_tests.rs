//! Lists that the collector filters, sorts and pages: as memory would, and nothing more than the role may see.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value as Json;
use tonic::{Code, Status};

use super::bench::{Bench, Caller, start};
use crate::filter::{Column, Field, Fields, Filter, Sort, rows};
use crate::store::console::sample::SampleFinding;
use crate::store::console::{CONTENT_COLUMNS, DEVICE_COLUMNS, FINDING_COLUMNS, SOFTWARE_COLUMNS};

/// Devices of two sites that differ in what they have.
async fn school() -> Bench {
    let bench = Bench::open().await;
    let ago = |hours| Some(start() - SignedDuration::from_hours(hours));
    bench
        .store
        .add_devices("North", vec![("PC-b".into(), ago(1)), ("pc-A".into(), ago(300)), ("LT-1".into(), None)])
        .await;
    bench.store.add_devices("South", vec![("PC-S".into(), ago(2)), ("pc-s-2".into(), ago(50))]).await;
    for (device, requirement, verdict, summary) in [
        ("PC-b", "E2", "fails", "never locks"),
        ("PC-b", "A1", "fails", "not seen for 12 days"),
        ("PC-b", "B2", "fails", "3 updates missing"),
        ("pc-A", "E2", "unknown", "not readable"),
        ("PC-S", "E2", "fails", "never locks"),
        ("PC-S", "E4", "fails", "unknown tool"),
    ] {
        let opened_at = start();
        let finding = SampleFinding {
            device,
            requirement,
            subject: "pupil.one",
            verdict,
            summary,
            reason: "read from /home/pupil.one/.config",
            remedy: "Set it.",
            opened_at,
        };
        bench.store.add_finding(finding).await;
    }
    let titles = |names: &[(&str, &str)]| names.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    bench.store.add_software("PC-b", titles(&[("vim", "9.1"), ("Zip", "3"), ("apt", "2")])).await;
    bench.store.add_software("pc-A", titles(&[("vim", "9.1"), ("vim", "9.2")])).await;
    bench.store.add_software("PC-S", titles(&[("vim", "9.1"), ("south-title", "1")])).await;
    let hours = |hours| start() - SignedDuration::from_hours(hours);
    bench.store.add_executables("PC-b", vec![("/home/pupil.one/game".into(), hours(3))]).await;
    bench.store.add_executables("PC-S", vec![("/opt/tool".into(), hours(9))]).await;
    bench.group("North", &[("Lab 3", "PC-*"), ("Library", "pc-b")]).await;
    bench.group("South", &[("LAB 3", "pc-s")]).await;
    bench
}

fn view(filter: &str, sort: &str) -> Option<proto::View> {
    Some(proto::View { filter: filter.into(), sort: sort.into(), skip: 0, count: true })
}

/// Rows and their number.
type Answer = Result<(Vec<Json>, u64), Status>;

fn json<M: Serialize>(rows: &[M]) -> Vec<Json> {
    rows.iter().map(|row| serde_json::to_value(row).expect("messages are JSON")).collect()
}

async fn devices(caller: &Caller, filter: &str, sort: &str) -> Answer {
    let request = proto::ListDevicesRequest { view: view(filter, sort), ..Default::default() };
    let answer = caller.console().list_devices(request).await?.into_inner();
    Ok((json(&answer.devices), answer.total))
}

async fn findings(caller: &Caller, filter: &str, sort: &str) -> Answer {
    let request = proto::ListFindingsRequest { view: view(filter, sort), ..Default::default() };
    let answer = caller.console().list_findings(request).await?.into_inner();
    Ok((json(&answer.findings), answer.total))
}

async fn software(caller: &Caller, filter: &str, sort: &str) -> Answer {
    let request = proto::ListSoftwareRequest { view: view(filter, sort), ..Default::default() };
    let answer = caller.console().list_software(request).await?.into_inner();
    Ok((json(&answer.titles), answer.total))
}

async fn executables(caller: &Caller, filter: &str, sort: &str) -> Answer {
    let request = proto::ListExecutablesRequest { view: view(filter, sort), ..Default::default() };
    let answer = caller.console().list_executables(request).await?.into_inner();
    Ok((json(&answer.executables), answer.total))
}

fn named(rows: &[Json], field: &str) -> Vec<String> {
    rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn devices_are_found_by_their_findings_and_site() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let found = async |filter: &str| named(&devices(&manager, filter, "").await.expect(filter).0, "name");
    assert_eq!(found("site=North and finding=E2").await, ["pc-A", "PC-b"]);
    assert_eq!(found("finding != E2").await, ["LT-1", "pc-s-2"]);
    assert_eq!(found("last_seen < 7d and findings = 0").await, ["pc-s-2"]);
    assert_eq!(found("last_seen = ''").await, ["LT-1"]);
    assert_eq!(found("overdue ~ updates or overdue = 'Not seen for 12 days'").await, ["PC-b"]);
    assert_eq!(found("group = 'lab 3'").await, ["pc-A", "PC-b", "PC-S"], "any of a device's groups");
    assert_eq!(found("group != 'Lab 3'").await, ["LT-1", "pc-s-2"], "in none of that name");
    assert_eq!(found("groups ~ lib or group = ''").await, ["LT-1", "PC-b", "pc-s-2"]);
    let rows = devices(&manager, "group = Library", "").await.expect("rows").0;
    assert_eq!(rows[0]["groups"], serde_json::json!(["Lab 3", "Library"]));
    let refused = devices(&manager, "sitte = North", "").await.expect_err("no such field");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("there is no field \"sitte\""), "{}", refused.message());
    let refused = devices(&manager, "finding = E22", "").await.expect_err("no such requirement");
    assert!(refused.message().contains("one of:  E1  E2"), "{}", refused.message());
}

/// A list, what it may be filtered by, and filters with orders.
type Case = (&'static str, &'static [Column], &'static [(&'static str, &'static str)]);

const CASES: [Case; 4] = [
    (
        "devices",
        DEVICE_COLUMNS,
        &[
            ("name ~ pc-s", "-name"),
            ("not (site = south or findings >= 3)", "-last_seen,name"),
            ("enrolled_at < 2030-01-01 and status != revoked", "site,-findings"),
            ("last_seen_at > 2d or last_seen_at != ''", "last_seen"),
            ("overdue ~ MISSING", ""),
            ("group = 'lab 3' and group != library", "-name"),
            ("group != 'LAB 3' or not groups ~ a", "name"),
            ("unknowns > 0 or policy_version = 1", "unknowns,os,id"),
        ],
    ),
    (
        "findings",
        FINDING_COLUMNS,
        &[
            ("requirement = e2 and verdict = fails", "-device"),
            ("title ~ LOCKS or summary = 'unknown tool'", "site,summary"),
            ("opened_at <= 0s and closed_at = ''", "-requirement,-device_id"),
            ("not subject ~ pupil or reason ~ '/home'", "device"),
            ("group = Library or group = ''", "-requirement"),
            ("group != library and verdict = fails", "device"),
        ],
    ),
    (
        "software",
        SOFTWARE_COLUMNS,
        &[
            ("name >= v", "-devices,-version"),
            ("devices > 1 and source = dpkg", "name"),
            ("publisher ~ 'sample maker' and not name = Zip", "version"),
            ("installed_at = ''", "-name"),
        ],
    ),
    (
        "executables",
        CONTENT_COLUMNS,
        &[
            ("path ~ tool or device = pc-b", "path"),
            ("first_seen_at < 12h and size_bytes > 1000", "-device"),
            ("signer = '' and class != game and devices >= 1", "format,sha256"),
        ],
    ),
];

fn fields(columns: &[Column]) -> Fields {
    let field = |column: &Column| Field { name: column.name.into(), kind: column.kind, withheld: false };
    Fields::new(columns.iter().map(field).collect())
}

#[tokio::test]
async fn memory_and_collector_show_the_same() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    for (list, columns, asked) in CASES {
        let ask = async |filter: &str, sort: &str| match list {
            "devices" => devices(&manager, filter, sort).await,
            "findings" => findings(&manager, filter, sort).await,
            "software" => software(&manager, filter, sort).await,
            _ => executables(&manager, filter, sort).await,
        };
        let (all, total) = ask("", "").await.expect("all rows");
        assert_eq!(total as usize, all.len());
        let fields = fields(columns);
        for (filter, sort) in asked {
            let read = Filter::parse(filter, &fields).expect(filter);
            let order = Sort::parse(sort, &fields).expect(sort);
            let expected: Vec<&Json> =
                rows::choose(&all, &fields, Some(&read), &order, start()).into_iter().map(|at| &all[at]).collect();
            let (got, total) = ask(filter, sort).await.expect(filter);
            assert!(!expected.is_empty(), "{list} {filter} finds nothing");
            assert_eq!(got.iter().collect::<Vec<_>>(), expected, "{list} {filter} by {sort}");
            assert_eq!(total as usize, got.len());
        }
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_what_its_json_shows() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    // What a list may be filtered by is what its JSON shows, which findings a device has, and whose an executable is.
    for (all, columns) in [
        (devices(&manager, "", "").await, DEVICE_COLUMNS),
        (findings(&manager, "", "").await, FINDING_COLUMNS),
        (software(&manager, "", "").await, SOFTWARE_COLUMNS),
        (executables(&manager, "", "").await, CONTENT_COLUMNS),
    ] {
        let row = all.expect("rows").0[0].clone();
        let mut shown: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
        let beside = ["finding", "group"];
        let mut known: Vec<&str> =
            columns.iter().map(|column| column.name).filter(|name| !beside.contains(name)).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}

#[tokio::test]
async fn a_filter_learns_no_more_than_the_role_sees() {
    let bench = school().await;
    let (_, technician) = bench.operator("Theo Example", Role::Technician, &[]).await;
    for (list, filter, sort) in [
        ("executables", "path ~ pupil.one", ""),
        ("executables", "not path ~ pupil", ""),
        ("executables", "", "path"),
        ("findings", "subject = pupil.one", ""),
        ("findings", "requirement = E2 and reason ~ pupil", ""),
        ("findings", "summary ~ x or remedy ~ x", ""),
        ("findings", "", "-subject"),
    ] {
        let asked = if list == "findings" {
            findings(&technician, filter, sort).await
        } else {
            executables(&technician, filter, sort).await
        };
        let refused = asked.expect_err("may name people");
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(refused.message().contains("not shown to your role"), "{}", refused.message());
        let remedy = refused.message().lines().last().unwrap_or_default();
        assert!(!remedy.contains("path") && !remedy.contains("subject"), "{remedy}");
    }
    // Whose a file is stands in no list of them.
    let refused = executables(&technician, "owner = pupil.one", "").await.expect_err("no such field");
    assert!(refused.message().contains("there is no field \"owner\""), "{}", refused.message());
    assert_eq!(executables(&technician, "format = elf", "").await.expect("open to all").1, 1);
}

#[tokio::test]
async fn executables_are_found_by_the_groups_of_all_that_have_them() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    // The content lies at PC-S too, and was there first.
    let found = async |caller: &Caller, filter: &str| executables(caller, filter, "").await.expect(filter).1;
    assert_eq!(found(&manager, "device = PC-S").await, 1);
    for (filter, expected) in [
        ("group = library", 1),
        ("group = 'Lab 3' and group = Library", 1),
        ("group != Library", 0),
        ("group = 'Lab 4' or group = ''", 0),
        ("not group = 'Lab 4' and group ~ lib", 1),
    ] {
        assert_eq!(found(&manager, filter).await, expected, "{filter}");
    }
    let (_, south) = bench.operator("Sol Example", Role::NetworkManager, &["South"]).await;
    assert_eq!(found(&south, "group = 'Lab 3'").await, 1);
    assert_eq!(found(&south, "group = Library or group ~ lib").await, 0, "a group of another site");
}

#[tokio::test]
async fn a_filter_reaches_no_other_site() {
    let bench = school().await;
    let (_, north) = bench.operator("Nora Example", Role::NetworkManager, &["North"]).await;
    let everything = "site = South or not site = South";
    assert_eq!(devices(&north, everything, "-site").await.expect("rows").1, 3);
    assert_eq!(findings(&north, everything, "site").await.expect("rows").1, 4);
    assert_eq!(devices(&north, "site = South", "").await.expect("rows"), (Vec::new(), 0));
    assert_eq!(devices(&north, "group = 'Lab 3'", "").await.expect("rows").1, 2);
    let (titles, total) = software(&north, "name ~ i or devices > 0", "-devices").await.expect("rows");
    assert_eq!((total, titles[0]["devices"].as_u64()), (4, Some(2)), "{titles:?}");
    assert!(!named(&titles, "name").contains(&"south-title".to_owned()));
    assert_eq!(named(&executables(&north, "devices > 0", "device").await.expect("rows").0, "device"), ["PC-b"]);
}

#[tokio::test]
async fn pages_of_any_order_are_all_rows_once() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    for (sort, skip, expected) in [
        ("-name", 0, vec!["pc-s-2", "PC-S", "PC-b", "pc-A", "LT-1"]),
        ("", 0, vec!["LT-1", "pc-A", "PC-b", "PC-S", "pc-s-2"]),
        ("site,-name", 1, vec!["pc-A", "LT-1", "pc-s-2", "PC-S"]),
        ("", 3, vec!["PC-S", "pc-s-2"]),
    ] {
        let (mut names, mut after) = (Vec::new(), String::new());
        loop {
            let request = proto::ListDevicesRequest {
                page: Some(proto::Page { size: 2, after }),
                view: Some(proto::View { sort: sort.into(), skip, count: true, ..Default::default() }),
                ..Default::default()
            };
            let answer = manager.console().list_devices(request).await.expect("a page").into_inner();
            assert_eq!(answer.total, 5);
            names.extend(answer.devices.into_iter().map(|device| device.name));
            after = answer.next_page;
            if after.is_empty() {
                break;
            }
        }
        assert_eq!(names, expected, "{sort} after {skip}");
    }
}
