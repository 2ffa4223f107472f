//! An operator of one site learns nothing of the others: not a name, not a number.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use tonic::Code;

use super::bench::{Bench, Caller, start};
use crate::store::console::sample::{SampleAlert, SampleFinding};

/// A school with one device at North and three at South, each with a finding, titles, a file and two alerts.
async fn school() -> Bench {
    let bench = Bench::open().await;
    let seen = Some(start());
    bench.store.add_devices("North", vec![("PC-NORTH".into(), seen)]).await;
    bench
        .store
        .add_devices("South", ["PC-SOUTH", "PC-SOUTH-2", "PC-SOUTH-3"].map(|name| (name.into(), seen)).into())
        .await;
    for (device, safeguarding, about_device) in [("PC-NORTH", "26-0001", "26-0002"), ("PC-SOUTH", "26-0003", "26-0004")]
    {
        bench.store.add_finding(finding(device)).await;
        bench.store.add_alert(alert(safeguarding, "safeguarding", device, 4)).await;
        bench.store.add_alert(alert(about_device, "device", device, 3)).await;
    }
    bench.store.add_software("PC-NORTH", vec![("shared-title".into(), "1".into())]).await;
    bench
        .store
        .add_software("PC-SOUTH", vec![("shared-title".into(), "1".into()), ("south-title".into(), "1".into())])
        .await;
    // One content for all: where it was first seen must not show through either.
    bench
        .store
        .add_executables(
            "PC-SOUTH",
            vec![("/home/pupil.two/south-tool".into(), start() - jiff::SignedDuration::from_hours(1))],
        )
        .await;
    bench.store.add_executables("PC-NORTH", vec![("/home/pupil.one/north-tool".into(), start())]).await;
    bench
}

fn finding(device: &'static str) -> SampleFinding {
    SampleFinding {
        device,
        requirement: "E2",
        subject: "pupil.one",
        verdict: "fails",
        summary: "never locks",
        reason: "GNOME: lock-enabled = false in /etc/dconf/db/local",
        remedy: "Set the lock time.",
        opened_at: start(),
    }
}

fn alert(reference: &'static str, kind: &'static str, device: &'static str, severity: i64) -> SampleAlert {
    let (mail_state, mail_error) = ("failed", "the mail server said no");
    let about = if kind == "device" { "C2 a new administrator: pupil.one; teacher.two was logged in" } else { "" };
    SampleAlert { reference, kind, severity, device, about, raised_at: start(), mail_state, mail_error }
}

async fn devices(caller: &Caller) -> Vec<String> {
    let answer = caller.console().list_devices(proto::ListDevicesRequest::default()).await.expect("an answer");
    answer.into_inner().devices.into_iter().map(|device| device.name).collect()
}

async fn alerts(caller: &Caller) -> Vec<String> {
    let answer = caller.console().list_alerts(proto::ListAlertsRequest::default()).await.expect("an answer");
    let mut seen: Vec<String> = answer.into_inner().alerts.into_iter().map(|alert| alert.reference).collect();
    seen.sort_unstable();
    seen
}

async fn status(caller: &Caller) -> proto::StatusResponse {
    caller.console().status(proto::StatusRequest {}).await.expect("an answer").into_inner()
}

#[tokio::test]
async fn lists_and_counts_are_of_the_own_sites_alone() {
    let bench = school().await;
    let (_, north) = bench.operator("Nora Example", Role::NetworkManager, &["north"]).await;
    let (_, both) = bench.operator("Bo Example", Role::NetworkManager, &["North", "South"]).await;
    let (_, all) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    assert_eq!(devices(&north).await, ["PC-NORTH"]);
    assert_eq!(devices(&both).await.len(), 4);
    assert_eq!(devices(&all).await.len(), 4);
    assert_eq!(alerts(&north).await, ["26-0001", "26-0002"]);
    assert_eq!(alerts(&all).await.len(), 4);

    let seen = status(&north).await;
    let (counts, mail) = (seen.devices.unwrap_or_default(), seen.mail.clone().unwrap_or_default());
    assert_eq!((counts.enrolled, counts.reported_today), (1, 1));
    assert_eq!(seen.policies.iter().map(|policy| policy.site.as_str()).collect::<Vec<_>>(), ["North"]);
    assert_eq!(seen.alerts.unwrap_or_default().new, 2);
    assert_eq!(mail.state, "failing");
    let e2 = seen.requirements.iter().find(|row| row.requirement == "E2").expect("E2");
    assert_eq!((e2.not_met, e2.met + e2.unknown), (1, 0));
    assert_eq!(status(&all).await.alerts.unwrap_or_default().new, 4);

    let mut console = north.console();
    let found = console.list_findings(proto::ListFindingsRequest::default()).await.expect("an answer").into_inner();
    assert_eq!(found.findings.iter().map(|finding| finding.device.as_str()).collect::<Vec<_>>(), ["PC-NORTH"]);
    for name in ["", "title"] {
        let request = proto::ListSoftwareRequest { name: name.into(), ..Default::default() };
        let titles = console.list_software(request.clone()).await.expect("an answer").into_inner().titles;
        let told: Vec<_> = titles.iter().map(|title| (title.name.as_str(), title.devices)).collect();
        assert_eq!(told, [("shared-title", 1)], "by the name {name:?}");
        assert_eq!(all.console().list_software(request).await.expect("an answer").into_inner().titles.len(), 2);
    }
}

#[tokio::test]
async fn an_executable_is_told_of_as_the_own_sites_know_it() {
    let bench = school().await;
    let (_, north) = bench.operator("Nora Example", Role::NetworkManager, &["North"]).await;
    let (_, all) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let request = proto::ListExecutablesRequest::default();
    let seen = north.console().list_executables(request.clone()).await.expect("an answer").into_inner().executables;
    assert_eq!((seen[0].path.as_str(), seen[0].devices), ("/home/pupil.one/north-tool", 1));
    let everywhere = all.console().list_executables(request).await.expect("an answer").into_inner().executables;
    assert_eq!((everywhere[0].path.as_str(), everywhere[0].devices), ("/home/pupil.two/south-tool", 2));
    let request = proto::GetExecutableRequest { sha256: "00000000".into() };
    let one = north.console().get_executable(request).await.expect("an answer").into_inner();
    assert_eq!(one.places.iter().map(|place| place.device.as_str()).collect::<Vec<_>>(), ["PC-NORTH"]);
}

#[tokio::test]
async fn what_lies_at_another_site_does_not_exist() {
    let bench = school().await;
    let (_, north) = bench.operator("Nora Example", Role::NetworkManager, &["North"]).await;
    let mut console = north.console();
    let device = || "PC-SOUTH".to_owned();
    let missing = console.get_device(proto::GetDeviceRequest { device: device() }).await.expect_err("not hers");
    let never = console.get_device(proto::GetDeviceRequest { device: "PC-NEVER".into() }).await.expect_err("nowhere");
    assert_eq!(
        missing.message().replace("PC-SOUTH", "X"),
        never.message().replace("PC-NEVER", "X"),
        "no difference shows"
    );
    let request = proto::RevokeDeviceRequest { device: device(), reason: "lost".into() };
    assert_eq!(console.revoke_device(request).await.expect_err("not hers").code(), Code::NotFound);
    let request = proto::GetAlertRequest { reference: "26-0004".into() };
    assert_eq!(console.get_alert(request).await.expect_err("not hers").code(), Code::NotFound);
    let request = proto::AcknowledgeAlertRequest { reference: "26-0004".into() };
    assert_eq!(console.acknowledge_alert(request).await.expect_err("not hers").code(), Code::NotFound);
    for site in ["South", "Elsewhere"] {
        let request = proto::GetPolicyRequest { site: site.into() };
        let refused = console.get_policy(request).await.expect_err("not hers");
        assert_eq!(refused.message(), format!("there is no site \"{site}\"\n  the sites are:  North"));
        let toml = caretaker_shared::policy::PRESET.to_owned();
        let request = proto::ApplyPolicyRequest { site: site.into(), toml };
        assert_eq!(console.apply_policy(request).await.expect_err("not hers").code(), Code::NotFound);
        let request = proto::ListDevicesRequest { site: site.into(), ..Default::default() };
        assert_eq!(console.list_devices(request).await.expect_err("not hers").code(), Code::NotFound);
    }
    assert_eq!(bench.store.site_names().await.expect("names"), ["North", "South"], "and no site was begun");
}

#[tokio::test]
async fn an_alert_tells_each_role_what_it_may_know() {
    let bench = school().await;
    bench.store.add_alert(alert("26-0005", "safeguarding", "PC-NORTH", 5)).await;
    let (_, lead) = bench.operator("Lena Example", Role::SafeguardingLead, &[]).await;
    let request = proto::CloseAlertRequest { reference: "26-0001".into(), outcome: "prevent".into() };
    let closed = lead.console().close_alert(request).await.expect("hers to close").into_inner().alert;
    assert_eq!(closed.map(|alert| alert.outcome), Some("prevent".into()));
    assert_eq!(alerts(&lead).await, ["26-0003", "26-0005"], "no alerts about devices");

    let (_, manager) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let request = || proto::GetAlertRequest { reference: "26-0001".into() };
    let answer = manager.console().get_alert(request()).await.expect("a reference").into_inner();
    let seen = answer.alert.unwrap_or_default();
    assert_eq!((seen.reference.as_str(), seen.state.as_str()), ("26-0001", "closed"));
    assert_eq!((seen.outcome.as_str(), seen.closed_by.as_str(), seen.events), ("", "", 0), "not what came of it");
    assert!(answer.causes.is_empty() && !seen.may_answer);
    assert_eq!(answer.deliveries.len(), 1, "whether mail arrives is hers to know");
    let request = proto::AcknowledgeAlertRequest { reference: "26-0003".into() };
    let refused = manager.console().acknowledge_alert(request).await.expect_err("not hers to answer");
    assert!(refused.message().starts_with("Nora Example as network manager may not work on a safeguarding case"));

    let (_, head) = bench.operator("Hedda Example", Role::Head, &[]).await;
    assert_eq!(alerts(&head).await, ["26-0005"], "the highest level alone");
    let (_, technician) = bench.operator("Tom Example", Role::Technician, &[]).await;
    assert_eq!(alerts(&technician).await, ["26-0002", "26-0004"]);
    let request = proto::GetAlertRequest { reference: "26-0002".into() };
    let seen = technician.console().get_alert(request).await.expect("an answer").into_inner().alert.unwrap_or_default();
    assert_eq!((seen.about.as_str(), seen.may_answer), ("C2 a new administrator", false), "nobody is named");

    let read: Vec<_> =
        bench.store.audited().await.into_iter().filter(|(_, action, _)| action == "alert.read").collect();
    let row = |actor: &str, subject: &str| (actor.to_owned(), "alert.read".to_owned(), subject.to_owned());
    assert!(read.contains(&row("Nora Example (network manager)", "26-0001")), "{read:?}");
    assert!(read.contains(&row("Lena Example (safeguarding lead)", "list")), "{read:?}");
    assert!(!read.iter().any(|(actor, ..)| actor.starts_with("Tom")), "he saw no safeguarding alert: {read:?}");
}

#[tokio::test]
async fn a_technician_sees_devices_and_nobody_on_them() {
    let bench = school().await;
    let (_, technician) = bench.operator("Tom Example", Role::Technician, &[]).await;
    let mut console = technician.console();
    let request = proto::GetDeviceRequest { device: "PC-NORTH".into() };
    let device = console.get_device(request).await.expect("an answer").into_inner();
    let findings = console.list_findings(proto::ListFindingsRequest::default()).await.expect("an answer").into_inner();
    let files = console.list_executables(proto::ListExecutablesRequest::default()).await.expect("files").into_inner();
    let request = proto::GetExecutableRequest { sha256: "00000000".into() };
    let file = console.get_executable(request).await.expect("a file").into_inner();
    let told = format!("{device:?} {findings:?} {files:?} {file:?}");
    for name in ["pupil.one", "pupil.two", "teacher.two"] {
        assert!(!told.contains(name), "{told}");
    }
    assert!(told.contains("never locks") && told.contains("north-tool"), "{told}");
}

#[tokio::test]
async fn who_keeps_licences_sees_titles_and_no_devices() {
    let bench = school().await;
    let (_, business) = bench.operator("Bea Example", Role::BusinessManager, &[]).await;
    let request = proto::ListSoftwareRequest::default();
    assert_eq!(business.console().list_software(request).await.expect("titles").into_inner().titles.len(), 2);
    let request = proto::ListSoftwareRequest { device: "PC-NORTH".into(), ..Default::default() };
    assert_eq!(business.console().list_software(request).await.expect_err("a device").code(), Code::PermissionDenied);
    let seen = status(&business).await;
    assert!(seen.alerts.is_none() && seen.mail.is_none() && seen.audit.is_none(), "{seen:?}");
    assert_eq!(seen.devices.unwrap_or_default().enrolled, 4);
}

#[tokio::test]
async fn operators_know_those_whom_they_share_a_site_with() {
    let bench = school().await;
    let (_, north) = bench.operator("Lena Example", Role::SafeguardingLead, &["North"]).await;
    bench.operator("Dora Example", Role::Deputy, &["South"]).await;
    bench.operator("Hedda Example", Role::Head, &[]).await;
    let (_, all) = bench.operator("Otto Example", Role::Auditor, &[]).await;
    let names = async |caller: &Caller| {
        let answer = caller.operators().list_operators(proto::ListOperatorsRequest::default()).await.expect("a list");
        answer.into_inner().operators.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&north).await, ["Hedda Example", "Lena Example", "Otto Example"]);
    assert_eq!(names(&all).await.len(), 4);
    let me = north.operators().who_am_i(proto::WhoAmIRequest {}).await.expect("an answer").into_inner();
    let own = me.operator.unwrap_or_default();
    assert_eq!(
        (own.name.as_str(), own.role.as_str(), own.sites),
        ("Lena Example", "safeguarding-lead", vec!["North".into()])
    );
    assert!(me.may.contains(&"work on a safeguarding case".into()) && !me.may.contains(&"see single devices".into()));
}
