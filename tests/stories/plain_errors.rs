//! What goes wrong is said plainly, with what to do about it, and nothing is half-changed.

use std::os::unix::fs::PermissionsExt as _;

use caretaker_shared::digest::Sha256;
use caretaker_shared::token::EnrolmentToken;
use caretaker_tests::agent::Agent;
use caretaker_tests::process::Said;
use caretaker_tests::school::School;

/// An error says what is wrong on its first line, and what to do on one after it.
#[track_caller]
fn assert_plain(said: &Said, code: i32, parts: &[&str]) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    assert!(said.err.starts_with("error: "), "{}", said.err);
    assert!(said.err.lines().count() >= 2, "no remedy: {}", said.err);
    for part in parts {
        assert!(said.err.contains(part), "no '{part}' in: {}", said.err);
    }
    assert!(!said.err.contains("panicked") && !said.err.contains("Error {"), "{}", said.err);
}

#[test]
fn a_bad_policy_points_at_its_line_and_leaves_the_old_one_in_force() {
    let school = School::open();
    let before = school.json(&["policy", "show", "--site", "Main"]);
    let file = school.home().join("bad.toml");
    std::fs::write(&file, "[screen_lock]\nmax_seconds = \"5m\"\n").expect("writes");
    let file = file.to_string_lossy();
    let expected = ["line 2", "screen_lock.max_seconds = \"5m\"", "whole number of seconds, for example 300"];
    assert_plain(&school.command(&["policy", "check", &file]), 1, &expected);
    assert_plain(&school.command(&["policy", "apply", "--site", "Main", &file]), 1, &expected);
    assert_eq!(school.json(&["policy", "show", "--site", "Main"]), before);
}

#[test]
fn tokens_that_do_not_work_say_why() {
    let school = School::open();
    let device = Agent::new(&school, "device");
    let good = school.token();
    assert_plain(&device.enrol_with("hello"), 2, &["not an enrolment token"]);
    assert_plain(&device.enrol_with(&good[..good.len() - 3]), 2, &["damaged"]);

    let parsed: EnrolmentToken = good.parse().expect("a token");
    let invented = EnrolmentToken::generate(parsed.address.clone(), parsed.authority, None);
    assert_plain(&device.enrol_with(invented.reveal().expose()), 4, &["does not know this enrolment token"]);
    let elsewhere = EnrolmentToken::generate(parsed.address.clone(), Sha256::of(b"another authority"), None);
    assert_plain(&device.enrol_with(elsewhere.reveal().expose()), 4, &["not the collector"]);

    let expiring = school.json(&["token", "create", "--site", "Main", "--expires", "1s"]);
    let expiring = expiring["token"].as_str().expect("a token");
    let said = caretaker_tests::wait::until("the token to expire", std::time::Duration::from_secs(20), || {
        // Another device each time: a try that comes too early enrols it.
        let device = Agent::new(&school, &format!("early-{}", uuid::Uuid::new_v4()));
        let said = device.enrol_with(expiring);
        said.err.contains("expired").then_some(said)
    });
    assert_plain(&said, 4, &["token create"]);

    assert_eq!(device.enrol_with(&good).code, 0);
    let second = Agent::new(&school, "second");
    assert_plain(&second.enrol_with(&good), 4, &["used"]);
    assert!(!second.state().join("identity/current").exists());
}

#[test]
fn an_agent_that_is_not_enrolled_says_how_to_enrol_it() {
    let school = School::found();
    let device = Agent::new(&school, "device");
    assert_plain(&device.command(&["run"]), 4, &["not enrolled", "caretaker-agent enrol"]);
}

#[test]
fn a_collector_that_does_not_run_is_named() {
    let school = School::found();
    assert_plain(&school.command(&["status"]), 3, &["not running", "caretaker-collector serve"]);
}

#[test]
fn a_second_collector_on_the_same_data_leaves_the_first_alone() {
    let mut school = School::open();
    assert_plain(&school.command(&["serve"]), 1, &["another collector"]);
    assert_eq!(school.command(&["status"]).code, 0);
    school.close();
}

#[test]
fn a_folder_that_is_no_collectors_is_left_as_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let serve = |data: &std::path::Path| {
        let mut command = std::process::Command::new(caretaker_tests::binaries::collector());
        Said::by(command.arg("serve").arg("--data").arg(data))
    };
    assert_plain(&serve(&home.path().join("nothing")), 1, &["caretaker-collector init"]);
    assert!(!home.path().join("nothing").exists());

    let file = home.path().join("file");
    std::fs::write(&file, "not a folder").expect("writes");
    assert_plain(&serve(&file), 1, &["not a folder"]);
}

#[test]
fn a_data_folder_that_others_may_write_to_is_refused() {
    let school = School::found();
    std::fs::set_permissions(school.data(), std::fs::Permissions::from_mode(0o777)).expect("opens it to all");
    assert_plain(&school.command(&["serve"]), 1, &["chmod"]);
}

#[test]
fn a_bad_config_names_the_line_and_the_key() {
    let school = School::found();
    let file = school.data().join("collector.toml");
    let config = std::fs::read_to_string(&file).expect("reads").replace("listen = ", "listne = ");
    std::fs::write(&file, config).expect("writes");
    assert_plain(&school.command(&["serve"]), 1, &["collector.toml, line ", "listne"]);
}

#[test]
fn init_twice_says_what_is_there_and_changes_nothing() {
    let school = School::found();
    let read = |name: &str| std::fs::read(school.data().join(name)).expect("reads");
    let before = (read("authority.pem"), read("authority.key"), read("server.pem"), read("collector.toml"));
    let said = school.command(&["init", "--name", "Northfield School"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("nothing was changed"), "{}", said.out);
    let after = (read("authority.pem"), read("authority.key"), read("server.pem"), read("collector.toml"));
    assert_eq!(before, after);
}
