//! A Windows device and a real collector: it enrols, reports, flags a document, and loses nothing when it is killed.

use std::time::Duration;

use caretaker_tests::agent::PHRASE;
use caretaker_tests::school::School;
use caretaker_tests::wait;
use caretaker_tests::wine::Wine;

/// Wine on a busy machine takes its time, above all to start.
const PATIENCE: Duration = Duration::from_secs(180);

/// A school whose policy watches the documents of every user, and a device of it that is enrolled.
fn device() -> (School, Wine) {
    let mut school = School::found();
    school.serve();
    let policy = school.home().join("windows.toml");
    let text = "[documents]\nfolders = [\"~/Documents\"]\n\n[detection]\ncategories = [\"demonstration\"]\n\n\
                [executables]\nfolders = [\"/opt\", 'C:\\Tools']\n\n\
                [alerts]\nsafeguarding_lead = [\"lead@example.school\", \"deputy@example.school\"]\nnetwork_manager = [\"network@example.school\"]\n";
    std::fs::write(&policy, text).expect("writes the policy");
    let _ = school.command(&["policy", "apply", "--site", "Main", &policy.to_string_lossy()]).ok();
    let machine = Wine::new();
    let said = machine.agent_with_input(&["enrol", "-"], &school.token());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("This device is enrolled."), "{said:?}");
    (school, machine)
}

/// What `status` says; `None` when it could not look, as while the service is on its way.
fn status(machine: &Wine) -> Option<serde_json::Value> {
    let said = machine.agent(&["status", "--json"]);
    serde_json::from_str(&said.out).ok()
}

fn wait_for_watching(machine: &Wine) {
    wait::until("the agent to watch documents", PATIENCE, || {
        let status = status(machine)?;
        (status["running"].as_bool()? && status["documents_read"].as_bool()?).then_some(())
    });
}

fn save(machine: &Wine, name: &str) {
    let folder = machine.path(&machine.profile()).join("Documents");
    std::fs::write(folder.join(name), format!("This is the {PHRASE}.")).expect("saves");
}

fn alerts(school: &School) -> i64 {
    school.count("SELECT count(*) FROM alert")
}

#[test]
fn the_service_enrols_reports_and_raises_an_alert() {
    let (school, machine) = device();
    let _ = machine.agent(&["service", "install"]).ok();
    let _ = machine.agent(&["service", "start"]).ok();
    wait_for_watching(&machine);
    let device = wait::until("the first report", PATIENCE, || {
        let devices = school.json(&["devices"]);
        let device = devices["devices"].as_array()?.first()?.clone();
        (school.count("SELECT count(*) FROM reading") > 0).then_some(device)
    });
    assert_eq!(device["status"], "active", "{device}");
    let name = device["name"].as_str().expect("it has a name");
    let shown = wait::until("the host reading", PATIENCE, || {
        let shown = school.json(&["device", "show", name]);
        shown.to_string().contains("Windows").then_some(shown)
    });
    assert!(shown.is_object(), "{shown}");

    save(&machine, "essay.txt");
    wait::until("the alert", PATIENCE, || (alerts(&school) == 1).then_some(()));
    let _ = machine.agent(&["explain"]).ok();
    let _ = machine.agent(&["service", "stop"]).ok();
    assert_eq!(status(&machine).expect("it can look")["running"], false);
}

#[test]
fn an_agent_that_is_killed_keeps_what_it_found() {
    let (mut school, machine) = device();
    let agent = machine.start(&["run"]);
    wait_for_watching(&machine);
    wait::until("the first report", PATIENCE, || (school.count("SELECT count(*) FROM reading") > 0).then_some(()));
    school.close();
    save(&machine, "essay.txt");
    wait::until("the event to be kept", PATIENCE, || {
        let status = status(&machine)?;
        let streams = status["streams"].as_array()?.clone();
        let safeguarding = streams.into_iter().find(|stream| stream["stream"] == "P0")?;
        (safeguarding["waiting"].as_u64()? == 1).then_some(())
    });
    agent.kill();
    school.serve();
    let agent = machine.start(&["run"]);
    wait::until("the alert", PATIENCE, || (alerts(&school) == 1).then_some(()));
    agent.kill();
    assert_eq!(school.count("SELECT count(*) FROM gap"), 0);
    assert_eq!(school.count("SELECT count(*) FROM quarantine"), 0);
}
