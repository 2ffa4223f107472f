//! Kill -9 at random points under load: nothing is lost, nothing counts twice.
//!
//! Twenty rounds for each program; with `CARETAKER_CAMPAIGN` set (`tests/run --campaign`), ten times as many.

use std::collections::BTreeSet;
use std::time::Duration;

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::Message;
use caretaker_tests::school::{READY, School};
use caretaker_tests::wait;

use crate::offline_day::stored;

const PATIENCE: Duration = Duration::from_secs(300);
/// Documents saved before each kill.
const BURST: usize = 12;

fn rounds() -> usize {
    if std::env::var_os("CARETAKER_CAMPAIGN").is_some() { 200 } else { 20 }
}

/// A point in the work of a burst: so many milliseconds from its beginning, different in each round, the same in each
/// run of the test. What happens at that moment differs all the same, since the machine is never equally busy.
fn moment(round: usize) -> Duration {
    let spread = (round as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    Duration::from_millis(spread % 2500)
}

fn save_burst(school: &School, round: usize) {
    for number in 1..=BURST {
        let text = format!("Round {round}, number {number}: this is the {PHRASE}.");
        std::fs::write(school.documents().join(format!("essay {round} {number}.txt")), text).expect("saves");
    }
}

/// Lets the burst go on for a while that nobody can predict from outside.
fn let_it_work(round: usize) {
    std::thread::park_timeout(moment(round));
}

fn all_arrive(school: &School, agent: &mut Agent) {
    let expected = rounds() * BURST;
    wait::until("all events to arrive", PATIENCE, || (stored(school).1 >= expected).then_some(()));
    wait::until("the spool to be empty", PATIENCE, || (agent.waiting() == 0).then_some(()));
    agent.stop();
    assert_eq!(stored(school), (expected, expected));
    assert_eq!(school.count("SELECT count(*) FROM gap"), 0);
    assert_eq!(school.count("SELECT count(*) FROM quarantine"), 0);
    // Numbers of a stream have no holes: the highest is the count.
    let holes = "SELECT count(*) FROM mark WHERE high_water <> \
                 (SELECT count(*) FROM record WHERE record.epoch = mark.epoch AND record.stream = mark.stream)";
    assert_eq!(school.count(holes), 0);
}

#[test]
fn an_agent_killed_again_and_again_loses_nothing_and_repeats_nothing() {
    let school = School::open();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    for round in 0..rounds() {
        save_burst(&school, round);
        let_it_work(round);
        agent.kill();
        agent.run();
        agent.wait_for_watching();
    }
    all_arrive(&school, &mut agent);
}

#[test]
fn a_collector_killed_again_and_again_loses_nothing_and_repeats_nothing() {
    let mut school = School::open();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    for round in 0..rounds() {
        save_burst(&school, round);
        let_it_work(round);
        school.kill_collector();
        school.serve();
    }
    all_arrive(&school, &mut agent);
    school.close();
    assert_eq!(school.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    school.serve();
    // One e-mail a case, and none for a case that is not there.
    wait::until("the outbox to be empty", READY, || {
        (school.count("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0).then_some(())
    });
    let alerts = usize::try_from(school.count("SELECT count(*) FROM alert")).expect("a count");
    assert_eq!(message_ids(&school).len(), alerts);
}

/// The distinct Message-IDs in the maildir: a mail that a kill made go twice has the same one both times.
fn message_ids(school: &School) -> BTreeSet<String> {
    let mails = std::fs::read_dir(school.data().join("mail/new")).expect("the maildir is there").flatten();
    let texts = mails.map(|mail| std::fs::read_to_string(mail.path()).expect("a whole mail"));
    texts.map(|text| Message { text, ..Message::default() }.header("Message-ID")).collect()
}
