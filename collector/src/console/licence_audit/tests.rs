//! Audits through the console.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use caretaker_shared::policy::PRESET;
use tonic::Code;

use super::super::bench::{Bench, Caller, start};
use crate::store::Order;

/// Two devices at North and one at South with a paid title of which two seats are owned, and one that is not known.
async fn school() -> Bench {
    let bench = Bench::open().await;
    let seen = Some(start());
    bench.store.add_devices("North", vec![("PC-N1".into(), seen), ("PC-N2".into(), seen)]).await;
    bench.store.add_devices("South", vec![("PC-S1".into(), seen)]).await;
    run(
        &bench,
        "INSERT INTO title (id, slug, name, publisher, category, licensing, suite, known)
         VALUES (1, 'adobe', 'Adobe CC', '', 'media', 'paid', '', 1), (2, '?1', 'frobnicate', '', '', '', '', 0);
         INSERT INTO installation (title, device, edition, major, users, evidence)
         SELECT title.id, device.id, '', '', 0, 'list' FROM title, device WHERE title.id = 1 OR device.name = 'PC-S1';
         INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at, facts)
         SELECT id, 'software', 'complete', '', 0, 0, x'00' FROM device;
         INSERT INTO licence (title, title_name, version, edition, metric, term, quantity, place, cost_pence, supplier,
                              order_ref, proof_holder, note, added_at, added_by, changed_at)
         VALUES ('adobe', 'Adobe CC', '', '', 'device', 'subscription', 2, '', 20000, '', '', '', '', 0, 'a test', 0)",
    )
    .await;
    in_line(&bench).await;
    bench
}

/// Says that titles are in line with the catalogue, as a replay does at its end.
async fn in_line(bench: &Bench) {
    let digest = bench.store.catalogue().digest();
    let written = move |tx: &rusqlite::Transaction<'_>| {
        let sql = "INSERT OR REPLACE INTO catalogue_state (id, digest, replayed_at) VALUES (1, ?1, 0)";
        Ok(tx.execute(sql, [digest.as_bytes()])?)
    };
    bench.store.write(Order::First, written).await.expect("it is written");
}

async fn run(bench: &Bench, sql: &'static str) {
    bench.store.write(Order::First, move |tx| Ok(tx.execute_batch(sql)?)).await.expect("it is written");
}

fn client(caller: &Caller) -> proto::licence_audit_client::LicenceAuditClient<Caller> {
    proto::licence_audit_client::LicenceAuditClient::new(caller.clone())
}

async fn audited(caller: &Caller) -> proto::GetAuditResponse {
    client(caller).run_audit(proto::RunAuditRequest {}).await.expect("an audit").into_inner()
}

async fn shown(caller: &Caller) -> proto::GetAuditResponse {
    client(caller).get_audit(proto::GetAuditRequest::default()).await.expect("an answer").into_inner()
}

fn title<'a>(audit: &'a proto::GetAuditResponse, slug: &str) -> &'a proto::AuditTitle {
    audit.titles.iter().find(|title| title.slug == slug).expect("the title is told of")
}

#[tokio::test]
async fn a_technician_sees_what_lacks_a_licence_and_not_what_it_costs() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    assert!(title(&audited(&manager).await, "adobe").at_risk_pence.is_some());
    let (_, technician) = bench.operator("Tom Example", Role::Technician, &[]).await;
    let audit = shown(&technician).await;
    let adobe = title(&audit, "adobe");
    assert_eq!((adobe.over, adobe.at_risk_pence, adobe.wasted_pence), (1, None, None));
    assert_eq!(adobe.licences.iter().map(|one| one.cost_pence).collect::<Vec<_>>(), [None]);
    assert_eq!(audit.totals.expect("sums").at_risk_pence, 0);
}

#[tokio::test]
async fn an_audit_is_made_kept_and_shown() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let refused = client(&manager).get_audit(proto::GetAuditRequest::default()).await.expect_err("none yet");
    assert_eq!(refused.code(), Code::NotFound);
    let audit = audited(&manager).await;
    let adobe = title(&audit, "adobe");
    assert_eq!((adobe.state.as_str(), adobe.owned, adobe.installed, adobe.over), ("over", 2, 3, 1));
    assert_eq!((adobe.at_risk_pence, adobe.permission.as_str()), (Some(10_000), "missing"));
    assert_eq!(title(&audit, "?1").state, "unknown-name");
    let head = audit.audit.clone().unwrap_or_default();
    assert_eq!((head.week, head.met, head.not_met, head.unknown), (47, 0, 1, 1));
    assert_eq!(shown(&manager).await, audit);
    let status = manager.console().status(proto::StatusRequest {}).await.expect("an answer").into_inner();
    let standing = status.licences.expect("a network manager sees licences");
    assert_eq!((standing.audited, standing.met, standing.not_met, standing.unknown), (true, 0, 1, 1));
    let request =
        proto::GetAuditDevicesRequest { title: "Adobe CC".into(), number: "over".into(), ..Default::default() };
    let devices = client(&manager).get_audit_devices(request).await.expect("an answer").into_inner().devices;
    assert_eq!(devices.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["PC-N1", "PC-N2", "PC-S1"]);
}

#[tokio::test]
async fn an_audit_is_not_made_while_titles_are_put_in_line() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    run(&bench, "UPDATE catalogue_state SET digest = x'00'").await;
    let refused = client(&manager).run_audit(proto::RunAuditRequest {}).await.expect_err("half of it would be wrong");
    assert!(refused.message().starts_with("titles are being put in line with the catalogue"), "{refused}");
    let kept = client(&manager).list_audits(proto::ListAuditsRequest::default()).await.expect("an answer");
    assert!(kept.into_inner().audits.is_empty(), "nothing was kept");
    in_line(&bench).await;
    assert_eq!(audited(&manager).await.titles.len(), 2);
}

#[tokio::test]
async fn an_audit_that_is_mailed_does_not_wait_for_the_senders_next_look() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    audited(&manager).await;
    let mail_waits = bench.context().mail_waits;
    let waits = async || {
        tokio::select! {
            biased;
            () = mail_waits.notified() => true,
            () = std::future::ready(()) => false,
        }
    };
    let mail = async || {
        client(&manager).mail_audit(proto::MailAuditRequest::default()).await.expect("an answer").into_inner().mails
    };
    assert_eq!((mail().await, waits().await), (0, false), "no policy names anybody");
    let policy = PRESET.replace("business_manager = []", "business_manager = ['office@northfield.example']");
    bench.store.apply_policy("North", &policy, "the test", start()).await.expect("a policy");
    assert_eq!((mail().await, waits().await), (1, true));
}

#[tokio::test]
async fn a_licence_for_a_room_is_held_against_the_devices_of_that_group() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    run(&bench, "UPDATE licence SET place = 'Lab 3', quantity = 5").await;
    let audit = audited(&manager).await;
    let adobe = title(&audit, "adobe");
    let told = "L-0001 is for 'Lab 3', which is no group of devices: counted over every site; 3 copies hang on that";
    assert_eq!(
        (adobe.state.as_str(), adobe.over, adobe.doubts.as_slice()),
        ("cannot-tell", 0, [told.into()].as_slice())
    );
    let place = async || {
        let request = proto::GetLicenceRequest { number: "L-0001".into() };
        manager.licences().get_licence(request).await.expect("an answer").into_inner().place
    };
    assert_eq!(place().await, Some(proto::LicencePlace { is_group: false, devices: 0 }));
    run(&bench, "INSERT INTO device_group (device, name) SELECT id, 'LAB 3' FROM device WHERE name <> 'PC-N2'").await;
    let audit = audited(&manager).await;
    let adobe = title(&audit, "adobe");
    assert_eq!((adobe.state.as_str(), adobe.over, adobe.spare, adobe.doubts.len()), ("over", 1, 3, 0));
    assert_eq!(place().await, Some(proto::LicencePlace { is_group: true, devices: 2 }));
}

#[tokio::test]
async fn who_is_responsible_for_a_site_is_told_of_it_alone_and_not_what_was_paid_for_all() {
    let bench = school().await;
    let (_, all) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let (_, south) = bench.operator("Sue Example", Role::NetworkManager, &["South"]).await;
    let (_, both) = bench.operator("Bo Example", Role::NetworkManager, &["North", "South"]).await;
    audited(&all).await;
    let audit = shown(&south).await;
    assert_eq!((audit.site.as_str(), audit.fleet.unwrap_or_default().enrolled), ("South", 1));
    let adobe = title(&audit, "adobe");
    assert_eq!((adobe.installed, adobe.at_risk_pence, adobe.licences[0].cost_pence), (1, None, None));
    let request =
        proto::GetAuditDevicesRequest { title: "adobe".into(), number: "installed".into(), ..Default::default() };
    let devices = client(&south).get_audit_devices(request.clone()).await.expect("an answer").into_inner().devices;
    assert_eq!(devices.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["PC-S1"]);
    let refused = client(&south).get_audit(proto::GetAuditRequest { site: "North".into(), ..Default::default() }).await;
    assert_eq!(refused.expect_err("not hers").code(), Code::NotFound);
    let refused = client(&both).get_audit(proto::GetAuditRequest::default()).await.expect_err("one of two");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("North, South"));
    let (_, business) = bench.operator("Bea Example", Role::BusinessManager, &[]).await;
    assert_eq!(title(&shown(&business).await, "adobe").at_risk_pence, Some(10_000));
    let refused = client(&business).get_audit_devices(request).await.expect_err("devices are not hers to see");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn two_audits_are_compared_and_each_move_has_its_reason() {
    let bench = school().await;
    let (_, manager) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    audited(&manager).await;
    bench.clock.advance(std::time::Duration::from_secs(3600));
    bench.store.add_devices("South", vec![("PC-S2".into(), Some(start()))]).await;
    run(
        &bench,
        "UPDATE device SET enrolled_at = 1795275000000 WHERE name = 'PC-S2';
         INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at, facts)
         SELECT id, 'software', 'complete', '', 0, 0, x'00' FROM device WHERE name = 'PC-S2';
         INSERT INTO installation (title, device, edition, major, users, evidence)
         SELECT 1, id, '', '', 0, 'list' FROM device WHERE name = 'PC-S2';
         UPDATE device SET status = 'retired' WHERE name = 'PC-N1';
         UPDATE device SET last_seen_at = 0 WHERE name = 'PC-N2';
         DELETE FROM installation WHERE title = 1 AND device = (SELECT id FROM device WHERE name = 'PC-S1');
         UPDATE licence SET quantity = 5",
    )
    .await;
    audited(&manager).await;
    let diff = client(&manager).diff_audits(proto::DiffAuditsRequest::default()).await.expect("two").into_inner();
    let [adobe] = diff.titles.as_slice() else { panic!("{:?}", diff.titles) };
    let told = |devices: &[proto::AuditDevice]| -> Vec<String> {
        devices.iter().map(|one| format!("{} {}", one.name, one.reason)).collect()
    };
    assert_eq!(told(&adobe.came_devices), ["PC-S2 newly enrolled"]);
    assert_eq!(
        told(&adobe.went_devices),
        ["PC-N1 retired, lost or shut out", "PC-N2 not seen for long", "PC-S1 removed"]
    );
    assert_eq!(adobe.licences.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["quantity 2 -> 5"]);
    let audit = shown(&manager).await;
    assert_eq!(audit.since.iter().map(|one| (one.slug.as_str(), one.installed)).collect::<Vec<_>>(), [("adobe", -2)]);
}
