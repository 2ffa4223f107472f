//! Who sees and changes which licences, and whose names they learn.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use tonic::Code;

use crate::console::bench::{Bench, Caller, start};

/// A licence for all sites with two people's seats (L-0001), one of North with a device's (L-0002), one of South.
async fn school() -> (Bench, Caller) {
    let bench = Bench::open().await;
    bench.store.add_devices("North", vec![("PC-NORTH".into(), Some(start()))]).await;
    let (_, all) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let answer = add(
        &all,
        vec![
            terms("Adobe CC", "user", ""),
            terms("Sibelius", "device", "North"),
            terms("Maths Box", "device", "South"),
        ],
    );
    let answer = answer.await;
    assert!(answer.done, "{answer:?}");
    let people = ["teacher.one", "teacher.two"].map(String::from).to_vec();
    let request = proto::ChangeSeatsRequest { number: "L-0001".into(), accounts: people, ..Default::default() };
    all.licences().change_seats(request).await.expect("seats are given");
    let devices = vec!["PC-NORTH".into()];
    let request = proto::ChangeSeatsRequest { number: "L-0002".into(), devices, ..Default::default() };
    all.licences().change_seats(request).await.expect("a seat is given");
    (bench, all)
}

fn terms(title: &str, metric: &str, site: &str) -> proto::LicenceTerms {
    proto::LicenceTerms {
        title: Some(title.into()),
        metric: Some(metric.into()),
        term: Some("perpetual".into()),
        quantity: Some(30),
        site: Some(site.into()),
        cost_pence: Some(910_000),
        ..Default::default()
    }
}

async fn add(caller: &Caller, licences: Vec<proto::LicenceTerms>) -> proto::AddLicencesResponse {
    let request = proto::AddLicencesRequest { licences, really: true };
    caller.licences().add_licences(request).await.expect("an answer").into_inner()
}

async fn list(caller: &Caller) -> Vec<(String, Option<u64>)> {
    let answer = caller.licences().list_licences(proto::ListLicencesRequest::default()).await.expect("a list");
    let row = |licence: proto::Licence| (licence.number, licence.terms.and_then(|terms| terms.cost_pence));
    let mut rows: Vec<_> = answer.into_inner().licences.into_iter().map(row).collect();
    rows.sort();
    rows
}

async fn card(caller: &Caller, number: &str) -> Result<proto::GetLicenceResponse, tonic::Status> {
    let request = proto::GetLicenceRequest { number: number.into() };
    caller.licences().get_licence(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn an_operator_of_one_site_keeps_its_licences_and_sees_those_for_all_without_their_cost() {
    let (bench, _) = school().await;
    let (_, north) = bench.operator("Nora Example", Role::NetworkManager, &["North"]).await;
    assert_eq!(list(&north).await, [("L-0001".into(), None), ("L-0002".into(), Some(910_000))]);
    let seen = card(&north, "L-0001").await.expect("it is for all sites");
    assert!(seen.seats.is_empty() && seen.licence.unwrap_or_default().seats_accounts == 2, "numbers and no names");
    let missing = card(&north, "L-0003").await.expect_err("it is of South");
    let never = card(&north, "L-0009").await.expect_err("nowhere");
    assert_eq!(missing.message().replace("L-0003", "X"), never.message().replace("L-0009", "X"));

    let mut licences = north.licences();
    let edit = |number: &str, site: Option<&str>| proto::EditLicenceRequest {
        number: number.into(),
        terms: Some(proto::LicenceTerms { quantity: Some(40), site: site.map(String::from), ..Default::default() }),
        clear_cost: false,
    };
    let refused = licences.edit_licence(edit("L-0001", None)).await.expect_err("for all sites");
    assert_eq!(refused.message(), "what holds for all sites is not yours to change\n  name a site of yours:  North");
    assert_eq!(licences.edit_licence(edit("L-0003", None)).await.expect_err("of South").code(), Code::NotFound);
    for site in ["South", ""] {
        licences.edit_licence(edit("L-0002", Some(site))).await.expect_err("away from her sites");
    }
    licences.edit_licence(edit("L-0002", None)).await.expect("her own");
    let request = proto::RemoveLicenceRequest { number: "L-0003".into(), reason: "x".into() };
    assert_eq!(licences.remove_licence(request).await.expect_err("of South").code(), Code::NotFound);
    let request = proto::TransferLicenceRequest {
        number: "L-0002".into(),
        to_site: "South".into(),
        quantity: 1,
        reason: "x".into(),
    };
    assert_eq!(licences.transfer_licence(request).await.expect_err("to South").code(), Code::NotFound);

    let answer = add(
        &north,
        vec![terms("One", "device", "North"), terms("Two", "device", ""), terms("Three", "device", "South")],
    )
    .await;
    let outcomes: Vec<_> = answer.licences.iter().map(|one| (one.outcome.as_str(), one.field.as_str())).collect();
    assert_eq!((outcomes, answer.done), (vec![("new", ""), ("refused", "site"), ("refused", "site")], false));
    assert_eq!(list(&north).await.len(), 2, "all or nothing");
}

#[tokio::test]
async fn the_register_of_an_audit_is_cut_to_its_sites() {
    let (bench, all) = school().await;
    let fte = proto::SetFteRequest { site: "South".into(), hundredths: 8_460 };
    all.licences().set_fte(fte).await.expect("is told");
    let whole = bench.store.register(&crate::store::SiteScope::all()).await.expect("reads");
    assert_eq!((whole.licences.len(), whole.seats.len(), whole.fte["South"]), (3, 2, 8_460));
    // North was the first site.
    let only = crate::store::SiteScope::only(vec![(1, "North".into())]);
    let north = bench.store.register(&only).await.expect("reads");
    let costs: Vec<_> = north.licences.iter().map(|licence| (licence.id.0, licence.cost.is_some())).collect();
    assert_eq!((costs, north.fte.len()), (vec![(1, false), (2, true)], 0));
}

#[tokio::test]
async fn who_has_a_seat_is_told_to_those_who_may_know() {
    let (bench, all) = school().await;
    let (_, technician) = bench.operator("Tom Example", Role::Technician, &[]).await;
    let (_, business) = bench.operator("Bea Example", Role::BusinessManager, &[]).await;
    let told = format!("{:?}", card(&all, "L-0001").await.expect("a card"));
    assert!(told.contains("teacher.one") && told.contains("teacher.two"), "{told}");
    for (caller, device) in [(&technician, true), (&business, false)] {
        let told = format!("{:?} {:?}", card(caller, "L-0001").await, card(caller, "L-0002").await);
        assert!(!told.contains("teacher."), "{told}");
        assert_eq!(told.contains("PC-NORTH"), device, "{told}");
        assert!(told.contains("seats_accounts: 2"), "the number is hers to know: {told}");
    }
    let devices = vec!["PC-NORTH".into()];
    let request = proto::ChangeSeatsRequest { number: "L-0002".into(), devices, take_back: true, ..Default::default() };
    let refused = business.licences().change_seats(request.clone()).await.expect_err("a device");
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(technician.licences().change_seats(request).await.expect_err("a change").code(), Code::PermissionDenied);
    let accounts = vec!["teacher.three".to_owned()];
    let request = proto::ChangeSeatsRequest { number: "L-0001".into(), accounts, ..Default::default() };
    let answer =
        business.licences().change_seats(request).await.expect("people are hers to give seats to").into_inner();
    assert_eq!((answer.changed, answer.licence.unwrap_or_default().seats_accounts), (1, 3));
}

#[tokio::test]
async fn the_audit_chain_tells_of_every_change_and_of_nobody() {
    let (bench, all) = school().await;
    let mut licences = all.licences();
    let terms = proto::LicenceTerms {
        note: Some("ask Fay Example".into()),
        proof_holder: Some("Fay Example".into()),
        ..Default::default()
    };
    let request = proto::EditLicenceRequest { number: "L-0001".into(), terms: Some(terms), clear_cost: false };
    licences.edit_licence(request).await.expect("is changed");
    let reason = || "Fay Example wants it".to_owned();
    let request = proto::TransferLicenceRequest {
        number: "L-0002".into(),
        to_site: "South".into(),
        quantity: 4,
        reason: reason(),
    };
    licences.transfer_licence(request).await.expect("moves");
    let request = proto::RemoveLicenceRequest { number: "L-0003".into(), reason: reason() };
    licences.remove_licence(request).await.expect("is removed");
    let approval = proto::Approval {
        title: "Sibelius".into(),
        decision: "approved".into(),
        decided_by: "Fay Example".into(),
        ..Default::default()
    };
    licences.add_approval(proto::AddApprovalRequest { approval: Some(approval) }).await.expect("is entered");
    let exception = proto::LicenceException {
        title: "Sibelius".into(),
        reason: reason(),
        ends_on: "2027-01-01".into(),
        ..Default::default()
    };
    licences.add_exception(proto::AddExceptionRequest { exception: Some(exception) }).await.expect("is entered");
    let mut told = Vec::new();
    for action in [
        "licence.add",
        "licence.edit",
        "licence.transfer",
        "licence.remove",
        "licence.assign",
        "approval.add",
        "exception.add",
    ] {
        let details = bench.store.audit_details(action).await;
        assert!(!details.is_empty(), "{action}");
        told.extend(details);
    }
    let told = told.join("\n");
    assert!(!told.contains("Fay") && !told.contains("teacher."), "{told}");
    assert!(told.contains("4 seats: North -> South as L-0004") && told.contains("2 accounts"), "{told}");
}
