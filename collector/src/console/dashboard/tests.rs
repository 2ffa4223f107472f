//! The numbers and the devices behind them, as each role sees them.

use caretaker_proto::console::v1::{
    Band, GetDashboardRequest, GetDashboardResponse, ListBehindRequest, ListBehindResponse,
};
use caretaker_shared::model::{
    Antivirus, AntivirusProduct, Engine, Facts, Idle, Outcome, ProbeName, Reading, Role, ScreenLock,
};
use jiff::{SignedDuration, Timestamp};
use tonic::Code;

use crate::console::bench::{Bench, Caller, start};
use crate::store::console::sample::SampleFinding;

fn hours_ago(hours: i64) -> Timestamp {
    start() - SignedDuration::from_hours(hours)
}

fn lock(user: &str, until_password: Idle) -> ScreenLock {
    ScreenLock {
        user: user.into(),
        desktop: "Windows".into(),
        until_covered: Idle::Never,
        until_password,
        setting: String::new(),
        place: String::new(),
        user_can_change: false,
        on_battery: None,
        weighed: Vec::new(),
    }
}

fn locks(locks: Vec<ScreenLock>) -> Reading {
    Reading { probe: ProbeName::ScreenLock, taken_at: start(), outcome: Outcome::Complete(Facts::ScreenLock(locks)) }
}

fn signatures(built_at: Option<Timestamp>) -> Reading {
    let product = AntivirusProduct {
        name: "Microsoft Defender".into(),
        engine: Engine::Running,
        signatures_built_at: built_at,
        ..AntivirusProduct::default()
    };
    let found = Antivirus { products: vec![product], detections: Vec::new() };
    Reading { probe: ProbeName::Antivirus, taken_at: start(), outcome: Outcome::Complete(Facts::Antivirus(found)) }
}

/// Six devices at North and one at South.
async fn school() -> Bench {
    let bench = Bench::open().await;
    let seen = Some(hours_ago(1));
    let north = ["fine", "Late", "never-locks", "unsure"].map(|name| (name.to_owned(), seen));
    bench.store.add_devices("North", north.into()).await;
    let more = vec![("away".to_owned(), Some(hours_ago(30 * 24))), ("unheard".to_owned(), None)];
    bench.store.add_devices("North", more).await;
    bench.store.add_devices("South", vec![("south".to_owned(), seen)]).await;
    bench.store.add_reading("fine", locks(vec![lock("", Idle::Seconds(300))])).await;
    bench.store.add_reading("fine", signatures(Some(hours_ago(23)))).await;
    bench.store.add_reading("Late", locks(vec![lock("", Idle::Seconds(60)), lock("a", Idle::Seconds(901))])).await;
    bench.store.add_reading("Late", signatures(Some(hours_ago(8 * 24)))).await;
    bench
        .store
        .add_reading("never-locks", locks(vec![lock("", Idle::Never), lock("a", Idle::Unknown("x".into()))]))
        .await;
    bench.store.add_reading("never-locks", signatures(None)).await;
    bench
        .store
        .add_reading("unsure", locks(vec![lock("", Idle::Seconds(60)), lock("a", Idle::Unknown("x".into()))]))
        .await;
    // What it said a month ago was well then.
    bench.store.add_reading("away", locks(vec![lock("", Idle::Seconds(60))])).await;
    bench.store.add_reading("away", signatures(Some(hours_ago(31 * 24)))).await;
    bench.store.add_reading("south", locks(vec![lock("", Idle::Seconds(600))])).await;
    for device in ["Late", "never-locks"] {
        let finding = SampleFinding {
            device,
            requirement: "E2",
            subject: "pupil.one",
            verdict: "fails",
            summary: "never locks",
            reason: "screen saver off",
            remedy: "Set it.",
            opened_at: hours_ago(3),
        };
        bench.store.add_finding(finding).await;
    }
    bench
}

async fn page(caller: &Caller, site: &str) -> GetDashboardResponse {
    let request = GetDashboardRequest { site: site.to_owned(), group: String::new() };
    caller.dashboard().get_dashboard(request).await.expect("an answer").into_inner()
}

async fn behind(caller: &Caller, number: &str) -> ListBehindResponse {
    let request = ListBehindRequest { site: String::new(), group: String::new(), number: number.to_owned() };
    caller.dashboard().list_behind(request).await.expect("an answer").into_inner()
}

async fn names(caller: &Caller, number: &str) -> String {
    behind(caller, number).await.devices.into_iter().map(|device| device.name).collect::<Vec<_>>().join(" ")
}

fn counted(bands: &[Band]) -> String {
    bands.iter().map(|band| format!("{}={} ", band.band, band.devices)).collect::<String>().trim_end().to_owned()
}

#[tokio::test]
async fn every_device_falls_into_one_band_and_what_is_not_known_is_never_well() {
    let bench = school().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let page = page(&nora, "").await;
    let devices = page.devices.expect("counts");
    assert_eq!((devices.enrolled, devices.reporting, devices.silent, devices.never_reported), (7, 5, 1, 1));
    assert_eq!(counted(&page.signatures), "1d=1 3d=0 7d=0 older=2 unknown=4");
    assert_eq!(counted(&page.locks), "5min=1 10min=1 15min=0 longer=1 never=1 unknown=3");
    assert_eq!(page.sites, ["North", "South"]);
    assert_eq!(page.licences.expect("hers to see").audited_at, "", "no audit yet");
    // The second time from memory: the same.
    let again = self::page(&nora, "").await;
    assert_eq!((again.signatures, again.locks), (page.signatures, page.locks));
}

#[tokio::test]
async fn behind_each_number_are_as_many_devices_as_it_counts() {
    let bench = school().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let page = page(&nora, "").await;
    for (of, bands) in [("signatures", &page.signatures), ("lock", &page.locks)] {
        for Band { band, devices } in bands {
            let listed = behind(&nora, &format!("{of}:{band}")).await.devices.len();
            assert_eq!(u32::try_from(listed), Ok(*devices), "{of}:{band}");
        }
    }
    for row in &page.requirements {
        let listed = behind(&nora, &format!("requirement:{}", row.requirement)).await.devices;
        let fails = listed.iter().filter(|device| device.verdict == "fails").count();
        assert_eq!(
            (u32::try_from(fails), u32::try_from(listed.len())),
            (Ok(row.not_met), Ok(row.not_met + row.unknown)),
            "{row:?}"
        );
    }
    assert_eq!(names(&nora, "silent").await, "away");
    assert_eq!(names(&nora, "never-reported").await, "unheard");
    assert_eq!(names(&nora, "all").await, "away fine Late never-locks south unheard unsure", "by name, in any case");
    assert_eq!(names(&nora, "signatures:older").await, "away Late");
    let late = behind(&nora, "requirement:E2").await.devices;
    assert_eq!(
        (late[0].name.as_str(), late[0].note.as_str(), late[0].verdict.as_str()),
        ("Late", "never locks", "fails")
    );
    assert_eq!(behind(&nora, "lock:longer").await.devices[0].note, "after 15 min 1 s");
}

#[tokio::test]
async fn a_newer_answer_of_a_device_counts_at_once() {
    let bench = school().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    assert_eq!(names(&nora, "lock:5min").await, "fine");
    bench.store.add_reading("unheard", locks(vec![lock("", Idle::Seconds(60))])).await;
    bench.store.add_devices("South", vec![("new".to_owned(), Some(start()))]).await;
    bench.store.add_reading("new", locks(vec![lock("", Idle::Seconds(120))])).await;
    assert_eq!(names(&nora, "lock:5min").await, "fine new");
}

#[tokio::test]
async fn executables_are_new_where_nobody_had_them_before_today() {
    let bench = school().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    assert_eq!(page(&nora, "").await.executables.expect("hers to see").contents, 0);
    bench.store.add_executables("fine", vec![("/srv/a".into(), hours_ago(1))]).await;
    bench.store.add_executables("Late", vec![("/srv/b".into(), hours_ago(1)), ("/srv/c".into(), hours_ago(2))]).await;
    let new = page(&nora, "").await.executables.expect("hers to see");
    assert_eq!((new.contents, new.devices, new.more), (1, 2, false), "one content, wherever it lies");
    assert_eq!(names(&nora, "executables").await, "fine Late");
    bench.store.add_executables("south", vec![("/srv/a".into(), hours_ago(20))]).await;
    assert_eq!(page(&nora, "").await.executables.expect("hers to see").contents, 0, "known since yesterday");
    let north = page(&nora, "North").await.executables.expect("hers to see");
    assert_eq!(north.contents, 1, "but not at North");
}

#[tokio::test]
async fn each_sees_their_own_sites_and_parts() {
    let bench = school().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &["South"]).await;
    let south = page(&nora, "").await;
    assert_eq!((south.devices.expect("counts").enrolled, south.sites), (1, vec!["South".to_owned()]));
    assert_eq!(names(&nora, "all").await, "south");
    let request = GetDashboardRequest { site: "north".into(), group: String::new() };
    let refused = nora.dashboard().get_dashboard(request).await.expect_err("not hers");
    assert_eq!(refused.code(), Code::NotFound);

    let (_, bea) = bench.operator("Bea Example", Role::BusinessManager, &[]).await;
    let counts = page(&bea, "nOrTh").await;
    assert_eq!((counts.site.as_str(), counts.devices.expect("counts").enrolled), ("North", 6));
    assert!(counts.executables.is_none() && counts.mail.is_none() && counts.alerts.is_none() && !counts.may_list);
    assert!(counts.licences.is_some() && counts.audit.is_none());
    let refused = bea.dashboard().list_behind(ListBehindRequest::default()).await.expect_err("not hers");
    assert_eq!(refused.code(), Code::PermissionDenied);

    let (_, tom) = bench.operator("Tom Example", Role::Technician, &[]).await;
    let shown = behind(&tom, "requirement:E2").await;
    assert!(!format!("{shown:?}").contains("pupil.one"), "{shown:?}");
}

fn of_group(site: &str, group: &str) -> GetDashboardRequest {
    GetDashboardRequest { site: site.to_owned(), group: group.to_owned() }
}

async fn names_of(caller: &Caller, site: &str, group: &str, number: &str) -> Vec<String> {
    let request = ListBehindRequest { site: site.to_owned(), group: group.to_owned(), number: number.to_owned() };
    let answer = caller.dashboard().list_behind(request).await.expect("an answer").into_inner();
    answer.devices.into_iter().map(|device| device.name).collect()
}

#[tokio::test]
async fn a_group_counts_its_devices_alone_and_what_is_not_of_devices_stays() {
    let bench = school().await;
    bench.store.add_executables("fine", vec![("/srv/a".into(), hours_ago(1))]).await;
    bench.store.add_executables("away", vec![("/srv/b".into(), hours_ago(1))]).await;
    bench.group("North", &[("Lab 3", "*e*"), ("Away", "AWAY"), ("Nobody", "none-is-called-so")]).await;
    bench.group("South", &[("LAB 3", "south")]).await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let all = page(&nora, "").await;
    assert_eq!((all.group.as_str(), all.groups.join(", ").as_str()), ("", "Away, Lab 3, Nobody"));

    let ask = async |site: &str, group: &str| {
        nora.dashboard().get_dashboard(of_group(site, group)).await.expect("an answer").into_inner()
    };
    let lab = ask("", "lab 3").await;
    assert_eq!((lab.group.as_str(), &lab.groups), ("Lab 3", &all.groups), "as the first site writes it");
    // "fine", "Late", "never-locks", "unheard", "unsure" at North, and "south".
    let devices = lab.devices.expect("counts");
    assert_eq!((devices.enrolled, devices.reporting, devices.silent, devices.never_reported), (6, 5, 0, 1));
    assert_eq!(counted(&lab.signatures), "1d=1 3d=0 7d=0 older=1 unknown=4");
    assert_eq!(counted(&lab.locks), "5min=1 10min=1 15min=0 longer=1 never=1 unknown=2");
    let new = lab.executables.expect("hers to see");
    assert_eq!((new.contents, new.devices), (1, 1), "not what is new elsewhere");
    let outdated: u32 = lab.policies.iter().map(|policy| policy.devices - policy.devices_current).sum();
    assert_eq!(names_of(&nora, "", "Lab 3", "policy").await.len(), outdated as usize);
    assert_eq!((lab.mail, lab.alerts, lab.audit), (all.mail, all.alerts, all.audit));
    assert_eq!(lab.licences, all.licences);
    for Band { band, devices } in &lab.locks {
        assert_eq!(names_of(&nora, "", "Lab 3", &format!("lock:{band}")).await.len(), *devices as usize, "{band}");
    }
    for row in &lab.requirements {
        let listed = names_of(&nora, "", "Lab 3", &format!("requirement:{}", row.requirement)).await.len();
        assert_eq!(listed, (row.not_met + row.unknown) as usize, "{row:?}");
    }

    assert_eq!(names_of(&nora, "South", "Lab 3", "all").await, ["south"]);
    let nobody = ask("North", "Nobody").await;
    assert_eq!(nobody.devices.expect("counts").enrolled, 0, "a group without devices is known");
    assert_eq!(ask("South", "").await.groups, ["LAB 3"]);
}

#[tokio::test]
async fn a_group_that_is_none_is_refused_with_those_that_are() {
    let bench = school().await;
    bench.group("North", &[("Lab 3", "*e*"), ("Away", "AWAY")]).await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let (_, south) = bench.operator("Sol Example", Role::NetworkManager, &["South"]).await;
    for (caller, site, told) in [
        (&nora, "", "group: there is no group of devices \"Lab 9\"\n  the groups are:  Away, Lab 3"),
        (&nora, "South", "group: there is no group of devices \"Lab 9\"\n  no policy names a group here"),
        (&south, "", "group: there is no group of devices \"Lab 9\"\n  no policy names a group here"),
    ] {
        let refused = caller.dashboard().get_dashboard(of_group(site, "Lab 9")).await.expect_err("no such group");
        assert_eq!(refused.code(), Code::NotFound);
        assert!(refused.message().starts_with(told), "{}", refused.message());
        let request = ListBehindRequest { site: site.into(), group: "Lab 9".into(), number: "all".into() };
        assert_eq!(caller.dashboard().list_behind(request).await.expect_err("none").code(), Code::NotFound);
    }
    let refused = south.dashboard().get_dashboard(of_group("", "Lab 3")).await.expect_err("not hers");
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_with_those_that_are() {
    let bench = Bench::open().await;
    let (_, nora) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    for number in ["", "x", "requirement:X9", "lock:soon", "signatures:", "a:b"] {
        let request = ListBehindRequest { site: String::new(), group: String::new(), number: number.to_owned() };
        let refused = nora.dashboard().list_behind(request).await.expect_err("no such number");
        assert_eq!(refused.code(), Code::InvalidArgument, "{number}");
        assert!(refused.message().contains("never-reported"), "{}", refused.message());
    }
}
