use caretaker_agent::probes::antivirus::Antivirus;
use caretaker_shared::model::{AntivirusProduct, Engine, Facts, Outcome, RealTime};

use crate::tree::Tree;

const CLAMD_CONF: &str = include_str!("../../src/probes/antivirus/testdata/debian-12-clamd.conf");

fn products(outcome: &Outcome) -> &[AntivirusProduct] {
    match outcome.facts() {
        Some(Facts::Antivirus(found)) => &found.products,
        other => panic!("antivirus products were expected, not {other:?}"),
    }
}

fn head(version: u32, seconds: u64) -> String {
    format!("{:512}", format!("ClamAV-VDB:21 Nov 2026 22-49 +0000:{version}:216:90:m:X:tester:{seconds}"))
}

fn with_clamav() -> Tree {
    let tree = Tree::new();
    tree.program("/usr/sbin/clamd", "");
    tree.file("/etc/clamav/clamd.conf", CLAMD_CONF);
    tree.runs(1, "systemd", 0);
    tree.runs(300, "clamd", 112);
    tree
}

#[test]
fn no_antivirus_is_an_answer() {
    let outcome = Tree::new().ask(&Antivirus);
    assert_eq!(outcome.word(), "complete");
    assert_eq!(products(&outcome), []);
}

#[test]
fn case_26_an_engine_alone_is_no_real_time_protection() {
    let outcome = with_clamav().ask(&Antivirus);
    let clamav = &products(&outcome)[0];
    assert_eq!((clamav.engine, clamav.real_time), (Engine::Running, RealTime::Off));
}

#[test]
fn on_access_scanning_that_blocks_is_told_from_one_that_only_tells() {
    for (prevention, expected) in [("no", RealTime::DetectOnly), ("yes", RealTime::Blocking)] {
        let tree = with_clamav();
        tree.runs(301, "clamonacc", 0);
        tree.file("/etc/clamav/clamd.conf", format!("OnAccessIncludePath /home\nOnAccessPrevention {prevention}\n"));
        assert_eq!(products(&tree.ask(&Antivirus))[0].real_time, expected);
    }
}

#[test]
fn a_program_of_a_person_does_not_pass_for_the_scanner() {
    let tree = with_clamav();
    tree.runs(301, "clamonacc", 1000);
    tree.file("/etc/clamav/clamd.conf", "OnAccessIncludePath /home\nOnAccessPrevention yes\n");
    assert_eq!(products(&tree.ask(&Antivirus))[0].real_time, RealTime::Off);
}

#[test]
fn the_newer_signatures_count() {
    let tree = with_clamav();
    tree.file("/var/lib/clamav/daily.cvd", head(27_900, 1_795_000_000));
    tree.file("/var/lib/clamav/daily.cld", head(27_915, 1_795_301_389));
    let outcome = tree.ask(&Antivirus);
    let clamav = &products(&outcome)[0];
    assert_eq!(clamav.signature_version, "27915");
    assert_eq!(clamav.signatures_built_at.map(|time| time.as_second()), Some(1_795_301_389));
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_off() {
    let tree = Tree::new();
    tree.program("/usr/sbin/clamd", "");
    tree.runs(301, "clamonacc", 0);
    tree.folder("/opt/sophos-spl");
    let outcome = tree.ask(&Antivirus);
    assert_eq!(outcome.word(), "partial", "process 1 is hidden");
    for product in products(&outcome) {
        assert_eq!((product.engine, product.real_time), (Engine::Unknown, RealTime::Unknown), "{}", product.name);
    }
}

#[test]
fn a_product_that_this_version_cannot_ask_is_listed_and_unknown() {
    let tree = Tree::new();
    tree.runs(1, "systemd", 0);
    tree.folder("/opt/CrowdStrike");
    let outcome = tree.ask(&Antivirus);
    let falcon = &products(&outcome)[0];
    assert_eq!((falcon.engine, falcon.real_time), (Engine::Stopped, RealTime::Unknown));
    assert_eq!(falcon.evidence, ["installed at /opt/CrowdStrike", "falcon-sensor does not run"]);
}

#[test]
fn what_the_engine_wrote_to_its_log_is_reported_also_from_before_it_was_rotated() {
    let tree = with_clamav();
    tree.file("/var/log/clamav/clamav.log.1", "Fri Nov 20 09:00:00 2026 -> /home/a: Invented.Old FOUND\n");
    tree.file(
        "/var/log/clamav/clamav.log",
        include_str!("../../src/probes/antivirus/testdata/debian-12-clamav-1.4.6.log"),
    );
    let outcome = tree.ask(&Antivirus);
    let Some(Facts::Antivirus(found)) = outcome.facts() else { panic!("antivirus, not {outcome:?}") };
    assert_eq!(outcome.word(), "complete");
    assert_eq!(found.detections.first().map(|it| it.threat.as_str()), Some("Invented.Old"));
    assert_eq!(found.detections.last().map(|it| it.threat.as_str()), Some("Test.Northfield.Invented.UNOFFICIAL"));
}
