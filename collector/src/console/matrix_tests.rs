//! Every role through every call of every service: the list of calls is held against the contract, so that a call that
//! nobody thought about fails here.

use std::collections::BTreeSet;
use std::path::Path;

use caretaker_shared::model::{DeviceId, Role};
use caretaker_shared::pki::{DeviceKey, Validity};
use caretaker_shared::tls::Peer;
use tonic::Code;

use super::bench::{Bench, der, start};
use super::calls::{CALLS, PACKAGE};
use super::permissions::Permission;

/// Stands beside the devices' port and asks for no certificate.
const BEFORE_THE_CONSOLE: &str = "Admission/Login";

/// "Console/Status" of every rpc in the contract's texts.
fn contract() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/caretaker/console/v1");
    let mut calls = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the contract") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a text");
        let mut service = "";
        for line in text.lines().map(str::trim) {
            let mut words = line.split([' ', '(', '{']).filter(|word| !word.is_empty());
            match (words.next(), words.next()) {
                (Some("service"), Some(name)) => service = name,
                (Some("rpc"), Some(name)) => assert!(calls.insert(format!("{service}/{name}")), "{name} stands twice"),
                _ => {}
            }
        }
    }
    calls
}

#[test]
fn every_call_of_the_contract_has_its_permission() {
    let listed: BTreeSet<String> = CALLS.iter().map(|(call, _)| (*call).to_owned()).collect();
    assert_eq!(listed.len(), CALLS.len(), "a call stands twice in calls.rs");
    let mut contract = contract();
    assert!(contract.remove(BEFORE_THE_CONSOLE));
    let missing: Vec<_> = contract.difference(&listed).collect();
    assert!(missing.is_empty(), "give each of these its permission in console/calls.rs: {missing:?}");
    let gone: Vec<_> = listed.difference(&contract).collect();
    assert!(gone.is_empty(), "the contract does not have these: {gone:?}");
}

#[tokio::test]
async fn every_role_is_let_into_its_calls_and_refused_all_others() {
    let bench = Bench::open().await;
    for role in Role::ALL {
        let name = format!("{} Example", role.word());
        let (_, caller) = bench.operator(&name, role, &[]).await;
        let before = bench.store.audited().await.len();
        let mut refused = Vec::new();
        // What ends the own access comes last.
        let (last, others): (Vec<_>, Vec<_>) = CALLS.iter().partition(|(call, _)| *call == "Operators/Logout");
        for (call, permission) in others.into_iter().chain(last) {
            let status = caller.call(&format!("{PACKAGE}{call}")).await;
            let denied = status.code() == Code::PermissionDenied;
            assert_eq!(denied, !permission.is_of(role), "{role}: {call}: {status:?}");
            if denied {
                let told = format!("{name} as {role} may not {}\n  this is for:  ", permission.what());
                assert!(status.message().starts_with(&told), "{status:?}");
                refused.push((format!("{name} ({role})"), "denied".to_owned(), (*call).to_owned()));
            }
        }
        let audited = bench.store.audited().await.split_off(before);
        let denials: Vec<_> = audited.into_iter().filter(|(_, action, _)| action == "denied").collect();
        assert_eq!(denials, refused, "every refusal is in the audit chain once, with a name");
    }
}

#[tokio::test]
async fn who_is_no_operator_is_let_into_nothing() {
    let bench = Bench::open().await;
    let csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
    let validity = Validity { now: start(), days: 100 };
    let device = bench.authority.issue_device(DeviceId::random(), &csr, validity).expect("a certificate");
    let never_added = caretaker_shared::model::OperatorId::random();
    let unknown = bench.authority.issue_operator(never_added, &csr, validity).expect("a certificate");
    let callers = [
        Some(Peer::Operator(der(&device.pem))),
        Some(Peer::Operator(der(&unknown.pem))),
        Some(Peer::Operator(b"no certificate".to_vec())),
        Some(Peer::Device(der(&device.pem))),
        Some(Peer::Stranger),
        None,
    ];
    for peer in callers {
        let caller = bench.caller(peer.clone());
        for (call, _) in CALLS {
            let status = caller.call(&format!("{PACKAGE}{call}")).await;
            assert_eq!(status.code(), Code::PermissionDenied, "{peer:?}: {call}");
        }
    }
}

#[tokio::test]
async fn a_call_that_is_not_in_the_list_is_answered_to_nobody() {
    let bench = Bench::open().await;
    let (_, caller) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    for path in ["/caretaker.console.v1.Console/Nothing", "/caretaker.agent.v1.Agent/Hello", "/", "/x"] {
        assert_eq!(caller.call(path).await.code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn access_ends_with_the_next_call() {
    let bench = Bench::open().await;
    let (row, caller) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let status = format!("{PACKAGE}Console/Status");
    assert_eq!(caller.call(&status).await.code(), Code::Ok);
    let revoked = bench.store.revoke_operator("nora example", "left the school", "root on this machine", start()).await;
    assert_eq!(revoked.expect("the database answers").map(|row| row.id), Some(row.id));
    let refused = caller.call(&status).await;
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(refused.message(), "Nora Example was shut out\n  ask the administrator of the collector");
    let (_, again) = bench.operator("Nora Example", Role::Technician, &[]).await;
    assert_eq!(again.call(&status).await.code(), Code::Ok, "the name is free again");
    assert_eq!(caller.call(&status).await.code(), Code::PermissionDenied, "and opens nothing to the old certificate");

    let (_, leaves) = bench.operator("Lena Example", Role::SafeguardingLead, &[]).await;
    assert_eq!(leaves.call(&format!("{PACKAGE}Operators/Logout")).await.code(), Code::Ok);
    assert_eq!(leaves.call(&status).await.code(), Code::PermissionDenied);

    let (_, forgets) = bench.operator("Otto Example", Role::Auditor, &[]).await;
    bench.clock.advance(std::time::Duration::from_secs(100 * 24 * 60 * 60));
    assert_eq!(forgets.call(&status).await.code(), Code::PermissionDenied, "a certificate has its time");
}

#[tokio::test]
async fn a_flood_of_calls_of_one_operator_is_held_up_and_leaves_the_others_alone() {
    let bench = Bench::open().await;
    let (_, floods) = bench.operator("Flo Example", Role::Governor, &[]).await;
    let (_, other) = bench.operator("Nora Example", Role::NetworkManager, &[]).await;
    let denied = format!("{PACKAGE}Console/Status");
    let mut codes = Vec::new();
    for _ in 0..400 {
        codes.push(floods.call(&denied).await.code());
    }
    assert_eq!(codes.iter().filter(|code| **code == Code::PermissionDenied).count(), 300);
    assert_eq!(codes.last(), Some(&Code::ResourceExhausted));
    assert_eq!(other.call(&denied).await.code(), Code::Ok);
}

#[test]
fn the_calls_that_give_access_are_the_administrators() {
    for call in
        ["Operators/AddOperator", "Operators/CreateLoginCode", "Operators/RevokeOperator", "Console/CreateToken"]
    {
        let (_, permission) = CALLS.iter().find(|(listed, _)| *listed == call).expect("a call");
        assert!(
            [Permission::OperatorsManage, Permission::TokensCreate].contains(permission)
                && permission.roles().is_empty()
        );
    }
}
