//! A network manager keeps the dashboard open: down to a device, to alerts, licences and the audit log and back,
//! through a night in which the collector is gone, on a real terminal.

use caretaker_tests::agent::Agent;
use caretaker_tests::binaries;
use caretaker_tests::process::Said;
use caretaker_tests::school::School;
use caretaker_tests::terminal::Terminal;

const ENTER: &str = "\r";
const ESCAPE: &str = "\u{1b}";
const RIGHT: &str = "\u{1b}[C";
const LEFT: &str = "\u{1b}[D";
const DOWN: &str = "\u{1b}[B";

fn dashboard(school: &School, variables: &[(&str, &str)]) -> Terminal {
    let data = school.data();
    let arguments = ["dashboard", "--every", "1s", "--data", &*data.to_string_lossy()];
    Terminal::open(&binaries::collector(), &arguments, variables, school.home())
}

/// From the front page, with its cursor in the column of facts, to each of them and back.
fn open_every_fact(terminal: &mut Terminal, school: &School) {
    // Whether mail goes, the alerts that it is about, and the proof of the audit log.
    terminal.press(DOWN);
    terminal.press(ENTER);
    terminal.wait_for(&["› alert mail", "Waiting     nothing", "enter alerts"]);
    terminal.press(ENTER);
    terminal.wait_for(&["› open alerts", "No alert is open here."]);
    terminal.press(ESCAPE);
    terminal.wait_for(&["› alert mail", "enter alerts"]);
    terminal.press(ESCAPE);
    terminal.wait_for(&["2 enrolled", "▸not needed yet"]);
    terminal.press(DOWN);
    terminal.press(DOWN);
    terminal.press(ENTER);
    terminal.wait_for(&["› audit log", "The audit log is whole", "Last signed"]);
    terminal.press(ESCAPE);
    terminal.wait_for(&["2 enrolled", "Audit log  ▸"]);

    // Licences, once there is an audit of them; groups, where the policy makes some.
    terminal.press(LEFT);
    terminal.press(ENTER);
    terminal.wait_for(&["▸no audit yet", "No licence audit was made yet."]);
    let audit = school.json(&["audit", "run"]);
    assert!(audit["audit"].is_object(), "{audit}");
    terminal.wait_for(&["audited today"]);
    terminal.press(ENTER);
    terminal.wait_for(&["› licences", "audited today"]);
    terminal.press(ESCAPE);
    terminal.wait_for(&["2 enrolled", "Licences   ▸"]);
    terminal.press("g");
    terminal.wait_for(&["Your policy has no [[groups]] of devices."]);
}

#[test]
fn a_dashboard_stays_open_through_the_life_of_a_collector() {
    let mut school = School::open();
    let mut device = Agent::enrol(&school, "device");
    device.run_until_reported(&school);
    let _never_started = Agent::enrol(&school, "spare");
    let name = school.json(&["devices"])["devices"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|device| device["last_seen_at"] != "")
        .and_then(|device| device["name"].as_str().map(str::to_owned))
        .expect("one has reported");

    let mut terminal = dashboard(&school, &[]);
    let front =
        terminal.wait_for(&["Northfield School", "2 enrolled", "▸1 reporting", "1 never reported", "E2  screen locks"]);
    assert_eq!(front.lines().count(), 24, "the whole screen is used:\n{front}");
    assert!(terminal.is_taken());

    // Down to the device and its software, and back.
    terminal.press(ENTER);
    terminal.wait_for(&["devices that report", "1 device", &name]);
    terminal.press(ENTER);
    terminal.wait_for(&[&name, "enter software"]);
    terminal.press(ENTER);
    terminal.wait_for(&["› software", "Publisher"]);
    terminal.press(ESCAPE);
    terminal.wait_for(&[&name, "enter software"]);
    terminal.press("\u{7f}");
    terminal.press(ESCAPE);
    terminal.wait_for(&["2 enrolled", "Requirement"]);
    terminal.press(RIGHT);
    terminal.wait_for(&["▸0 silent"]);

    open_every_fact(&mut terminal, &school);

    // A device that enrols is seen without a key.
    let _third = Agent::enrol(&school, "third");
    terminal.wait_for(&["3 enrolled"]);

    // Nobody answers: said at once, with the time; the figures stay and are not called new.
    school.kill_collector();
    let lost = terminal.wait_for(&["NO ANSWER from the collector since", "3 enrolled"]);
    let since = lost.lines().nth(1).expect("a second line");
    assert!(since.contains("What you see is from then."), "{since}");
    school.serve();
    terminal.wait_until("the banner to go", |seen| !seen.contains("NO ANSWER") && seen.contains("3 enrolled"));

    terminal.press("?");
    terminal.wait_for(&["any key closes this"]);
    terminal.press("x");
    terminal.wait_until("the page again", |seen| !seen.contains("any key closes this"));
    terminal.press("q");
    terminal.wait_for_end(0);
    device.stop();
}

#[test]
fn the_terminal_is_given_back_when_the_system_asks_or_ctrl_c_is_pressed() {
    let school = School::open();
    for by_signal in [true, false] {
        // Without colour and without Unicode.
        let mut terminal = dashboard(&school, &[("TERM", "vt100"), ("LC_ALL", "C")]);
        terminal.wait_for(&["0 enrolled", "No devices yet", "q quit"]);
        if by_signal {
            terminal.ask_to_stop();
        } else {
            terminal.press("\u{3}");
        }
        terminal.wait_for_end(0);
    }
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let school = School::open();
    let Said { code, err, .. } = school.command(&["dashboard"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.starts_with("error: the dashboard needs a terminal") && err.contains("dashboard --json"), "{err}");
    let terminal = dashboard(&school, &[("TERM", "dumb")]);
    let said = terminal.wait_for(&["ended 2, terminal restored"]);
    assert!(said.contains("TERM is \"dumb\"") && said.contains("caretaker-collector status"), "{said}");
    let page = school.json(&["dashboard"]);
    assert_eq!(page["devices"]["enrolled"], 0);
}
