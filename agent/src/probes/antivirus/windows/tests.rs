//! Made-up Windows machines, and what is to be told of each.

use std::io::ErrorKind;

use caretaker_shared::model::{Antivirus, AntivirusProduct, Engine, Facts, Outcome, RealTime};

use super::{defender, detections};
use crate::host::System;
use crate::host::sample::Sample;
use crate::host::windows::{ServiceState, WmiObject, WmiValue};
use crate::probes::security_center::{ANTIVIRUS, NAMESPACE};

const SETTINGS: &str = include_str!("../testdata/windows-11-defender.reg");
const EXE: &str = r"C:\Program Files\Example\report.exe";

fn object(properties: &[(&str, WmiValue)]) -> WmiObject {
    properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn text(text: &str) -> WmiValue {
    WmiValue::Text(text.into())
}

fn claim(name: &str, exe: &str, state: i64) -> WmiObject {
    object(&[
        ("displayName", text(name)),
        ("pathToSignedProductExe", text(exe)),
        ("pathToSignedReportingExe", text(exe)),
        ("productState", WmiValue::Number(state)),
    ])
}

fn defender_claim(state: i64) -> WmiObject {
    claim("Windows Defender", "windowsdefender://", state)
}

fn status(mode: &str, changes: &[(&str, WmiValue)]) -> Vec<WmiObject> {
    let passive = mode != "Normal";
    let mut status = object(&[
        ("AMProductVersion", text("4.18.26100.5")),
        ("AMRunningMode", text(mode)),
        ("AMServiceEnabled", WmiValue::Flag(true)),
        ("AntivirusEnabled", WmiValue::Flag(true)),
        ("RealTimeProtectionEnabled", WmiValue::Flag(!passive)),
        ("OnAccessProtectionEnabled", WmiValue::Flag(!passive)),
        ("IsTamperProtected", WmiValue::Flag(true)),
        ("AntivirusSignatureVersion", text("1.421.108.0")),
        ("AntivirusSignatureLastUpdated", text("20261121061231.000000+000")),
        ("AntivirusSignatureAge", WmiValue::Number(0)),
        ("DefenderSignaturesOutOfDate", WmiValue::Flag(false)),
        ("ProductStatus", WmiValue::Number(524_288)),
    ]);
    status.extend(object(changes));
    vec![status]
}

/// A machine with this in the Security Center and these services.
fn machine(claims: Vec<WmiObject>, services: &[(&str, ServiceState)]) -> Sample {
    let mut host = Sample::of(System::Windows).registry(SETTINGS).wmi(NAMESPACE, ANTIVIRUS, claims);
    host.services = services.iter().map(|(name, state)| ((*name).to_owned(), *state)).collect();
    host
}

fn found(host: &Sample) -> (Outcome, Antivirus) {
    let outcome = super::ask(host).outcome(None);
    let Some(Facts::Antivirus(found)) = outcome.facts().cloned() else { panic!("products, not {outcome:?}") };
    (outcome, found)
}

fn only(host: &Sample) -> AntivirusProduct {
    let (outcome, mut found) = found(host);
    assert_eq!((outcome.word(), found.products.len()), ("complete", 1), "{outcome:?}");
    found.products.remove(0)
}

const RUNS: &[(&str, ServiceState)] = &[(defender::SERVICE, ServiceState::Running)];

#[test]
fn both_views_of_defender_are_one_product() {
    let host =
        machine(vec![defender_claim(397_568)], RUNS).wmi(defender::NAMESPACE, defender::STATUS, status("Normal", &[]));
    let product = only(&host);
    assert_eq!((product.name.as_str(), product.vendor.as_str()), (defender::NAME, "Microsoft"));
    assert_eq!((product.engine, product.real_time), (Engine::Running, RealTime::Blocking));
    assert_eq!((product.passive, product.tamper_protection), (Some(false), Some(true)));
    assert_eq!((product.expired, product.claims_up_to_date), (Some(false), Some(true)));
    assert_eq!(product.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-21T06:12:31Z"));
    let weak = r"2 excluded from scans: HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths";
    assert!(product.evidence.iter().any(|line| line == weak), "{:?}", product.evidence);
}

#[test]
fn case_21_snoozed_and_expired_products_do_not_protect() {
    for (state, expired) in [(0x04_2000, Some(false)), (0x04_3000, Some(true)), (262_144, Some(false))] {
        let host = machine(vec![claim("ESET Security", EXE, state)], &[("ekrn", ServiceState::Running)]).file(EXE, "");
        let product = only(&host);
        assert_eq!((product.real_time, product.expired), (RealTime::Off, expired), "{state:#x}");
    }
}

#[test]
fn case_22_two_products_are_two_rows_and_defender_stands_back() {
    let claims = vec![defender_claim(393_472), claim("ESET Security", EXE, 266_240)];
    let services = [(defender::SERVICE, ServiceState::Running), ("ekrn", ServiceState::Running)];
    let host = machine(claims, &services).file(EXE, "").wmi(
        defender::NAMESPACE,
        defender::STATUS,
        status("SxS Passive Mode", &[]),
    );
    let (_, found) = found(&host);
    let rows: Vec<_> = found.products.iter().map(|it| (it.name.as_str(), it.passive, it.real_time)).collect();
    assert_eq!(rows, [(defender::NAME, Some(true), RealTime::Off), ("ESET Security", None, RealTime::Blocking)]);
}

#[test]
fn what_a_removed_product_left_registered_does_not_protect() {
    let gone = machine(vec![claim("Example Security", EXE, 266_240)], &[]);
    let product = only(&gone);
    assert_eq!((product.engine, product.real_time), (Engine::Stopped, RealTime::Off));
    let stopped = machine(vec![claim("ESET Security", EXE, 266_240)], &[("ekrn", ServiceState::Stopped)]).file(EXE, "");
    assert_eq!(only(&stopped).real_time, RealTime::Off);
    let unknown = machine(vec![claim("Example Security", EXE, 266_240)], &[]).file(EXE, "");
    assert_eq!(only(&unknown).real_time, RealTime::Unknown, "nobody knows its service: a claim alone is not enough");
}

#[test]
fn variables_in_a_path_are_filled_in() {
    let host = machine(
        vec![claim("ESET Security", r"%ProgramFiles%\Example\report.exe", 266_240)],
        &[("ekrn", ServiceState::Running)],
    )
    .file(EXE, "");
    assert_eq!(only(&host).real_time, RealTime::Blocking);
}

#[test]
fn case_23_a_server_without_a_security_center_is_asked_by_defender_and_services() {
    let server = SETTINGS.replace("WinNT", "ServerNT");
    let mut host =
        Sample::of(System::Windows).registry(&server).wmi(defender::NAMESPACE, defender::STATUS, status("Normal", &[]));
    host.services =
        [(defender::SERVICE.to_owned(), ServiceState::Running), ("cyserver".into(), ServiceState::Running)].into();
    let (outcome, found) = found(&host);
    assert_eq!(outcome.word(), "complete", "{outcome:?}");
    let rows: Vec<_> = found.products.iter().map(|it| (it.name.as_str(), it.engine, it.real_time)).collect();
    assert_eq!(
        rows,
        [(defender::NAME, Engine::Running, RealTime::Blocking), ("Cortex XDR", Engine::Running, RealTime::Unknown)]
    );
}

#[test]
fn a_workstation_without_a_security_center_is_no_whole_answer() {
    let host = Sample::of(System::Windows).registry(SETTINGS);
    let (outcome, _) = found(&host);
    assert_eq!(outcome.reason(), Some(r"root\SecurityCenter2: is not there"));
}

#[test]
fn a_source_that_times_out_leaves_the_others() {
    let host = machine(vec![defender_claim(397_568)], RUNS).wmi_broken(defender::NAMESPACE, ErrorKind::TimedOut);
    let (outcome, found) = found(&host);
    assert_eq!(outcome.word(), "partial");
    let product = &found.products[0];
    assert_eq!((product.engine, product.real_time), (Engine::Running, RealTime::Blocking), "by its settings");
    assert_eq!(product.signature_version, "1.421.108.0");
    assert_eq!(product.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-21T06:12:31Z"));
    assert_eq!(product.tamper_protection, Some(true));
    let mut host = Sample::of(System::Windows).registry(SETTINGS).wmi_broken(NAMESPACE, ErrorKind::TimedOut).wmi(
        defender::NAMESPACE,
        defender::STATUS,
        status("Normal", &[]),
    );
    host.services.insert(defender::SERVICE.into(), ServiceState::Running);
    let (outcome, found) = self::found(&host);
    assert_eq!((outcome.word(), found.products.len()), ("partial", 1));
}

#[test]
fn signatures_that_were_never_updated_have_no_date() {
    for days in [65_535, 4_294_967_295] {
        let never = status("Normal", &[("AntivirusSignatureAge", WmiValue::Number(days))]);
        let host = machine(vec![defender_claim(397_584)], RUNS).wmi(defender::NAMESPACE, defender::STATUS, never);
        let product = only(&host);
        assert_eq!((product.signatures_built_at, product.claims_up_to_date), (None, Some(false)));
    }
}

#[test]
fn nothing_that_is_not_set_is_taken_for_on() {
    let mut host = Sample::of(System::Windows).registry(
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions]\n\"ProductType\"=\"ServerNT\"\n",
    );
    host.services.insert(defender::SERVICE.into(), ServiceState::Running);
    let product = only(&host);
    assert_eq!((product.engine, product.real_time), (Engine::Running, RealTime::Unknown));
    assert_eq!((product.tamper_protection, product.signatures_built_at), (None, None));
}

#[test]
fn a_policy_that_turns_it_off_is_found_under_its_real_name() {
    let policy = "\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Real-Time Protection]\n\
                  \"DisableRealtimeMonitoring\"=dword:00000001\n";
    let unset = SETTINGS.replace("\"DisableRealtimeMonitoring\"=dword:00000000", "");
    for (settings, own) in [(unset.as_str(), "not set"), (SETTINGS, "on")] {
        let mut host =
            Sample::of(System::Windows).registry(settings).registry(policy).wmi(NAMESPACE, ANTIVIRUS, Vec::new());
        host.services.insert(defender::SERVICE.into(), ServiceState::Running);
        let product = only(&host);
        assert_eq!(product.real_time, RealTime::Off, "Defender's own setting is {own}");
        let line =
            r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Real-Time Protection\DisableRealtimeMonitoring = 1";
        assert!(product.evidence.iter().any(|said| said == line), "{:?}", product.evidence);
    }
}

#[test]
fn case_49_defender_is_listed_though_no_list_of_software_has_it() {
    let host = machine(Vec::new(), &[(defender::SERVICE, ServiceState::Stopped)]);
    let product = only(&host);
    assert_eq!((product.name.as_str(), product.engine), (defender::NAME, Engine::Stopped));
}

#[test]
fn what_defender_met_is_told_by_name_place_and_action() {
    let met = object(&[
        ("ThreatID", WmiValue::Number(2_147_519_003)),
        ("InitialDetectionTime", text("20261121101500.000000+000")),
        (
            "Resources",
            WmiValue::List(vec![
                text(r"CmdLine:_C:\Windows\System32\cmd.exe /c net use \\server secret"),
                text(r"webfile:_C:\Users\pupil.one\Downloads\game.exe|https://example.school/?token=secret|pid:1"),
                text(r"file:_C:\Users\pupil.one\Downloads\game (1).exe"),
            ]),
        ),
        ("ThreatStatusID", WmiValue::Number(3)),
    ]);
    let name = object(&[("ThreatID", WmiValue::Number(2_147_519_003)), ("ThreatName", text("Invented:Win32/Threat"))]);
    let host = machine(vec![defender_claim(397_568)], RUNS)
        .wmi(defender::NAMESPACE, defender::STATUS, status("Normal", &[]))
        .wmi(defender::NAMESPACE, detections::MET, vec![met])
        .wmi(defender::NAMESPACE, detections::NAMES, vec![name]);
    let (_, found) = found(&host);
    let detection = &found.detections[0];
    assert_eq!(detection.threat, "Invented:Win32/Threat");
    assert_eq!(
        (detection.path.as_str(), detection.action.as_str()),
        (r"C:\Users\pupil.one\Downloads\game.exe", "quarantined")
    );
    assert_eq!(detection.found_at.to_string(), "2026-11-21T10:15:00Z");
}
