//! The mail server is away, rude, silent or forgetful; every alert still arrives.

use std::collections::BTreeMap;
use std::time::Duration;

use caretaker_shared::digest;
use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::{MailServer, Manners};
use caretaker_tests::pager::{Call, Pager};
use caretaker_tests::school::School;
use caretaker_tests::wait;

/// The second try comes after a minute at the latest, and a server that hangs is given up after half of one.
const PATIENCE: Duration = Duration::from_secs(200);

fn with_mail() -> (MailServer, School, Agent) {
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    (mail, school, agent)
}

fn save(school: &School, name: &str) {
    std::fs::write(school.documents().join(name), format!("{name}: this is the {PHRASE}.")).expect("saves");
}

fn attempts(school: &School) -> i64 {
    school.count("SELECT coalesce(sum(attempts), 0) FROM outbox")
}

fn wait_for_tries(school: &School, tries: i64) {
    wait::until("a try to send", PATIENCE, || (attempts(school) >= tries).then_some(()));
}

fn wait_for_sent(school: &School, sent: i64) {
    wait::until("the mail to be sent", PATIENCE, || {
        (school.count("SELECT count(*) FROM outbox WHERE state = 'sent'") >= sent).then_some(())
    });
}

fn message_ids(mail: &MailServer) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    for message in mail.messages() {
        let id = message.header("Message-ID");
        assert!(!id.is_empty(), "{}", message.text);
        *ids.entry(id).or_default() += 1;
    }
    ids
}

#[test]
fn mail_waits_for_a_server_that_is_away_or_refuses() {
    let (mut mail, school, mut agent) = with_mail();
    mail.pause();
    save(&school, "away.txt");
    wait_for_tries(&school, 1);
    wait::until("status to say that mail waits", PATIENCE, || {
        (school.json(&["status"])["mail"]["state"] == "waiting").then_some(())
    });
    mail.behave(Manners::Refuse);
    mail.resume();
    save(&school, "refused.txt");
    wait_for_tries(&school, 3);
    mail.behave(Manners::Accept);
    wait_for_sent(&school, 2);
    agent.stop();
    assert_eq!(message_ids(&mail).values().copied().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_server_that_hangs_holds_up_one_mail_and_loses_none() {
    let (mail, school, mut agent) = with_mail();
    mail.behave(Manners::Hang);
    save(&school, "hung.txt");
    wait::until("the server to hang", PATIENCE, || (mail.hung() == 1).then_some(()));
    mail.behave(Manners::Accept);
    save(&school, "passes.txt");
    // The second goes out while the first still hangs.
    wait::until("the other mail", PATIENCE, || (mail.accepted() >= 1).then_some(()));
    wait_for_sent(&school, 2);
    agent.stop();
    assert_eq!(message_ids(&mail).values().copied().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_server_that_forgets_to_say_yes_gets_the_same_message_once_more() {
    let (mail, school, mut agent) = with_mail();
    mail.behave(Manners::Drop);
    save(&school, "dropped.txt");
    wait::until("the message", PATIENCE, || (mail.accepted() == 1).then_some(()));
    mail.behave(Manners::Accept);
    wait_for_sent(&school, 1);
    agent.stop();
    assert_eq!(message_ids(&mail).values().copied().collect::<Vec<_>>(), [2], "one message, twice, one Message-ID");
}

#[test]
fn a_second_mail_server_takes_over_and_status_says_so() {
    let (mut mail, second) = (MailServer::start(), MailServer::start());
    mail.pause();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.use_second(second.port());
    school.reopen();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    save(&school, "away.txt");
    wait_for_sent(&school, 1);
    let message = second.messages().pop().expect("the second server has it");
    assert_eq!(message.header("To"), "lead@example.school");
    assert!(message.header("Content-Type").starts_with("multipart/alternative"), "{}", message.text);
    let told = school.json(&["status"])["mail"].clone();
    assert_eq!((&told["state"], &told["others"][0]["state"]), (&"healthy".into(), &"works".into()), "{told}");
    assert!(!told["failing_since"].as_str().expect("a time").is_empty(), "{told}");

    mail.resume();
    save(&school, "back.txt");
    wait_for_sent(&school, 2);
    agent.stop();
    assert_eq!((mail.accepted(), second.accepted()), (1, 1), "the first is asked first again");
    assert_eq!(school.json(&["status"])["mail"]["failing_since"], "");
}

#[test]
fn when_no_mail_server_works_the_webhook_is_called_with_a_number_and_no_content() {
    let key = "0123456789abcdef0123456789abcdef";
    let (mut mail, pager) = (MailServer::start(), Pager::start());
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.use_webhook(pager.port(), key);
    school.reopen();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    mail.pause();
    save(&school, "away.txt");
    let Call { head, body } = pager.next(PATIENCE);
    let told: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let keys: Vec<_> = told.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["case", "level", "raised_at", "sent_at", "site"]);
    assert_eq!((&told["level"], &told["site"]), (&4.into(), &"Main".into()));
    let signature = format!("x-caretaker-signature: sha256={}", digest::keyed(key.as_bytes(), body.as_bytes()));
    assert!(head.lines().any(|line| line == signature), "{head}");
    let webhook = "the webhook to be noted";
    wait::until(webhook, PATIENCE, || {
        (school.json(&["status"])["mail"]["others"][0]["state"] == "works").then_some(())
    });
    agent.stop();
}
