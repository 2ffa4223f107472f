//! The mail server is away, rude, silent or forgetful; every alert still arrives.

use std::collections::BTreeMap;
use std::time::Duration;

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::{MailServer, Manners};
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
