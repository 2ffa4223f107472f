//! From a flagged document to a closed case, each person at their own computer.

use std::path::{Path, PathBuf};

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::desk::Desk;
use caretaker_tests::mail::MailServer;
use caretaker_tests::process::Said;
use caretaker_tests::school::{READY, School};
use caretaker_tests::{search, wait};

/// What a person of the team writes down.
const NOTE: &str = "Spoke with them at break, a parent is called";

#[track_caller]
fn assert_refused(said: &Said, part: &str) {
    assert_eq!(said.code, 4, "{}{}", said.out, said.err);
    assert!(said.err.contains(part), "no '{part}' in: {}", said.err);
}

/// C4-C6, C9, D4, E9: the lead reads, the second person approves what leaves the house, nobody else learns of it.
#[test]
fn a_case_goes_from_the_mail_to_the_child_protection_file() {
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let lead = Desk::of_lead(&school);
    let deputy = Desk::new();
    deputy.log_in(&school, "Ben Example", "deputy");
    let card = deputy.add("own.key", "Ben Example", "deputy");
    lead.keys("lead.key", &["admit", &card]);
    let version = lead.publish();
    let manager = Desk::new();
    manager.log_in(&school, "Nora Example", "network-manager");

    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    agent.wait_for_recipients(version);
    let written = format!("Dear diary, this is the {PHRASE} and nobody else may read it.");
    std::fs::write(school.documents().join("diary.txt"), &written).expect("saves");
    wait::until("the e-mail", READY, || (mail.accepted() >= 1).then_some(()));

    // The lead follows the mail.
    let told = mail.messages().remove(0);
    let command = told.text.lines().find_map(|line| line.trim().strip_prefix("caretaker-collector case open "));
    let reference = command.expect("the mail says how to open it").trim().to_owned();
    let listed = lead.run(&["cases"]).ok();
    assert!(listed.contains(&reference), "{listed}");
    assert_refused(&manager.run(&["cases"]), "Nora Example as network manager may not");
    assert_refused(&manager.run(&["case", "show", &reference]), "Nora Example as network manager may not");

    let piped = lead.with_key("lead.key", &["case", "open", &reference]);
    assert!(piped.code != 0 && piped.err.contains("on a terminal only"), "{}{}", piped.out, piped.err);
    let opened = lead.on_terminal("lead.key", &["case", "open", &reference]);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    assert!(opened.code == 0 && words(&opened.out).contains(PHRASE), "{}{}", opened.out, opened.err);
    assert!(opened.out.contains("diary.txt"), "{}", opened.out);

    let _ = lead.run(&["case", "ack", &reference]).ok();
    let _ = lead.with_key("lead.key", &["case", "note", &reference, NOTE]).ok();
    let _ = lead.run(&["case", "assign", &reference, "--to", "Ben Example"]).ok();

    export(&lead, &deputy, &reference);
    let close = ["case", "close", &reference, "--outcome", "pastoral", "--reason", "in hand", "--by-whom", "A.E."];
    let _ = deputy.with_key("own.key", &close).ok();
    assert!(!lead.run(&["cases"]).ok().contains(&reference), "closed");
    let log = lead.with_key("lead.key", &["incident-log"]).ok();
    assert!(log.contains("A.E.") && log.contains("pastoral"), "{log}");

    // Who did what stands in the log of the collector, what was said does not.
    let audit = "SELECT count(*) FROM audit WHERE subject = '26-0001' AND action IN ('case.open', 'case.acknowledge',
                 'case.note', 'case.assign', 'case.close')";
    assert_eq!(school.count(&audit.replace("26-0001", &reference)), 6, "two openings: to read, to export");
    agent.stop();
    school.close();
    let places = [school.data(), school.log("collector.log"), mail.folder().to_owned()];
    let places: Vec<&Path> = places.iter().map(PathBuf::as_path).collect();
    for said in [NOTE, "nobody else may read it", "diary.txt"] {
        assert_eq!(search::files_with(said, &places), Vec::<PathBuf>::new(), "{said}");
    }
}

/// Pages for the file take two people.
fn export(lead: &Desk, deputy: &Desk, reference: &str) {
    let export = ["case", "export", reference, "--reason", "for the file"];
    let asked = lead.with_key("lead.key", &export).ok();
    assert!(pages(lead).is_empty(), "nothing is written before a second person has approved:\n{asked}");
    let _ = deputy.with_key("own.key", &["case", "approve", reference]).ok();
    let _ = lead.with_key("lead.key", &export).ok();
    let pages = pages(lead);
    let kinds: Vec<_> = pages.iter().filter_map(|page| page.extension()?.to_str()).collect();
    assert_eq!(kinds, ["json", "pdf"]);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&pages[0]).expect("the pages")).expect("JSON");
    let text = json.to_string();
    assert!(text.contains(PHRASE) && text.contains(NOTE) && text.contains("diary.txt"), "{text}");
    assert!(std::fs::read(&pages[1]).expect("the pages").starts_with(b"%PDF-"));
    let receipt = pages[0].file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix("case-"));
    let _ = lead.run(&["case", "receipt", receipt.expect("a number")]).ok();
}

/// What an export has written, by name.
fn pages(desk: &Desk) -> Vec<PathBuf> {
    let files = std::fs::read_dir(desk.home()).expect("the desk").filter_map(|entry| Some(entry.ok()?.path()));
    let mut pages: Vec<_> =
        files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("case-"))).collect();
    pages.sort();
    pages
}
