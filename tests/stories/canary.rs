//! A device proves, with nothing but what a concern would use, that its alerts arrive and are answered.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use caretaker_shared::checkpoint::PublicAuditKey;
use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::MailServer;
use caretaker_tests::process::Said;
use caretaker_tests::school::School;
use caretaker_tests::{binaries, search, wait};

/// The lead's own machine.
struct Lead {
    home: PathBuf,
}

impl Lead {
    fn of(school: &School) -> Self {
        let home = school.home().join("lead");
        std::fs::create_dir(&home).expect("a home");
        let lead = Self { home };
        let line = [
            "operators",
            "add",
            "--name",
            "Anna Example",
            "--role",
            "safeguarding-lead",
            "--email",
            "lead@example.school",
        ];
        let code = school.json(&line)["code"]["code"].as_str().expect("a code").to_owned();
        let _ = lead.types(&["login", &code]).ok();
        lead
    }

    fn types(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(binaries::collector());
        command.args(arguments).current_dir(&self.home).env("NO_COLOR", "1");
        command.env_remove("CARETAKER_DATA").env_remove("XDG_CONFIG_HOME").env("HOME", &self.home);
        Said::by(&mut command)
    }
}

#[test]
fn a_device_proves_that_its_alerts_arrive_and_are_answered() {
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let lead = Lead::of(&school);
    let mut agent = Agent::enrol(&school, "device");

    let listed = school.command(&["canary", "list", "--json"]);
    assert_eq!(listed.code, 1, "a device that has proven nothing is a finding: {}{}", listed.out, listed.err);
    let asked = school.json(&["canary", "run", "--all"]);
    assert_eq!(asked["canaries"][0]["state"], "asked", "{asked}");
    // The device hears of it with its first greeting.
    agent.run();
    wait::until("the mail of the canary", Duration::from_secs(60), || (mail.accepted() >= 1).then_some(()));

    let message = mail.messages().remove(0);
    assert_eq!(message.header("Subject"), "Safeguarding alert - level 4 - case 26-0001 - this is a test");
    assert!(["lead@example.school", "deputy@example.school"].contains(&message.header("To").as_str()));
    for forbidden in ["demonstration phrase", "demo.check", PHRASE, "canary/"] {
        assert!(!message.text.to_lowercase().contains(forbidden), "{forbidden} stands in:\n{}", message.text);
    }
    assert!(!agent.state().join("canary").exists(), "the sentence is gone");
    let in_agent = search::files_with("This computer wrote it by itself", &[agent.state()]);
    assert_eq!(in_agent, Vec::<PathBuf>::new(), "no copy of it stays");

    let waits = school.command(&["canary", "run", "--device", "no such device"]);
    assert_ne!(waits.code, 0);
    let early = school.command(&["canary", "ack", "26-0001"]);
    assert_eq!(early.code, 4, "the administrator is no lead: {}{}", early.out, early.err);
    let answered = lead.types(&["canary", "ack", "26-0001"]).ok();
    assert!(answered.contains("1 of 1 device proven"), "{answered}");

    assert_eq!(school.command(&["canary", "list"]).code, 0, "nothing is missing any more");
    let proof = school.json(&["canary", "list"])["devices"][0].clone();
    assert_eq!(proof["proven_this_term"], true, "{proof}");
    let device = proof["device"].as_str().expect("a name");
    let certificate = school.json(&["canary", "certificate", device]);
    assert_eq!(certificate["canary"]["acknowledged_by"], "Anna Example (safeguarding lead)", "{certificate}");
    let row = certificate["audit_row"].as_u64().expect("a number");
    let sql = format!("SELECT count(*) FROM audit WHERE n = {row} AND action = 'canary.proven'");
    assert_eq!(school.count(&sql), 1);
    assert!(is_signed(&certificate), "{certificate}");
    let text = school.command(&["canary", "certificate", device]).ok();
    assert!(text.contains("can raise the alarm") && text.contains("26-0001"), "{text}");

    assert_eq!(mail.accepted(), message_count(&mail), "nobody else was told");
    let status = lead.types(&["cases", "--json"]).ok();
    let cases: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(cases["cases"].as_array().map(Vec::len), Some(0), "a test leaves no case to work on: {cases}");
    agent.stop();
    school.close();
}

fn is_signed(certificate: &serde_json::Value) -> bool {
    let bytes = |name: &str| -> Option<Vec<u8>> {
        let text = certificate[name].as_str()?;
        (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect()
    };
    let lines: Vec<&str> =
        certificate["statement"].as_array().into_iter().flatten().filter_map(|line| line.as_str()).collect();
    let key = bytes("key").and_then(|key| PublicAuditKey::from_slice(&key)).expect("a key");
    let signature = bytes("signature").expect("a signature");
    key.has_stated(&lines.join("\n"), &signature) && !key.has_stated("device: another", &signature)
}

/// Mails that tell of the only case.
fn message_count(mail: &MailServer) -> usize {
    mail.messages().iter().filter(|message| message.header("Subject").ends_with("this is a test")).count()
}
