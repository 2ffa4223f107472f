//! A machine is enrolled and tells the truth about itself.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use caretaker_tests::agent::Agent;
use caretaker_tests::process::Said;
use caretaker_tests::school::{READY, School};
use caretaker_tests::wait;

/// A4, E1, E2, E4: what the lists show is what this machine is.
#[test]
fn the_first_report_is_the_truth_about_this_machine() {
    let school = School::open();
    let program = school.programs().join("unblock-vpn");
    std::fs::write(&program, "#!/bin/sh\nexit 0\n").expect("writes");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("makes it executable");
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);

    let devices = school.json(&["devices"]);
    let device = &devices["devices"][0];
    let hostname = Said::by(&mut Command::new("hostname")).ok();
    assert_eq!(device["name"].as_str(), Some(hostname.trim()));
    assert_eq!(device["status"].as_str(), Some("active"));
    assert!(!device["last_seen_at"].as_str().expect("a time").is_empty());

    // Each installed package, counted by Debian itself.
    let listed =
        Said::by(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status} ${Package} ${Version}\\n"])).ok();
    let mut truth: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("installed ")).collect();
    truth.sort_unstable();
    let software = school.json(&["software", "--device", hostname.trim()]);
    let titles = software["titles"].as_array().expect("a list");
    let mut reported: Vec<String> = titles
        .iter()
        .map(|title| {
            format!("{} {}", title["name"].as_str().expect("a name"), title["version"].as_str().expect("a version"))
        })
        .collect();
    reported.sort_unstable();
    assert_eq!(reported, truth);

    // The one executable that no package owns, with its digest.
    let shown = wait::until("the executable to be reported", READY, || {
        let shown = school.json(&["device", "show", hostname.trim()]);
        (!shown["executables"].as_array()?.is_empty()).then_some(shown)
    });
    let executables = shown["executables"].as_array().expect("a list");
    assert_eq!(executables.len(), 1, "{executables:?}");
    assert_eq!(executables[0]["path"].as_str(), Some(&*program.to_string_lossy()));
    let digest = Said::by(Command::new("sha256sum").arg(&program)).ok();
    assert_eq!(executables[0]["sha256"].as_str(), digest.split_whitespace().next());

    // Every requirement has a verdict, and what is not known is not called good.
    let verdicts = shown["verdicts"].as_array().expect("a list");
    for requirement in ["E1", "E2", "E4", "A1", "A1.signatures", "integrity"] {
        let verdict = verdicts.iter().find(|verdict| verdict["requirement"] == requirement);
        let verdict = verdict.unwrap_or_else(|| panic!("no verdict on {requirement}"));
        assert!(!verdict["summary"].as_str().expect("a summary").is_empty(), "{requirement}");
    }
    let findings = school.json(&["findings", "E4"]);
    assert_eq!(findings["findings"][0]["subject"].as_str(), Some(&*program.to_string_lossy()));

    // Once the file is gone and the probe has looked again, so is the finding.
    agent.stop();
    std::fs::remove_file(&program).expect("removes");
    agent.run();
    wait::until("the finding to close", READY, || {
        school.json(&["findings", "E4"])["findings"].as_array()?.is_empty().then_some(())
    });
    agent.stop();
}
