//! The collector is away; nothing is lost and nothing counts twice.

use std::time::Duration;

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::school::School;
use caretaker_tests::wait;

/// Documents saved while the collector is away.
const DOCUMENTS: usize = 1000;
const PATIENCE: Duration = Duration::from_secs(600);

/// Promise G1 and G2 of the design, by the numbers that people can count: documents saved, events stored.
#[test]
fn a_thousand_events_of_an_offline_day_arrive_once_each() {
    let mut school = School::open();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    school.close();

    for number in 1..=DOCUMENTS {
        let text = format!("Number {number}: this is the {PHRASE}.");
        std::fs::write(school.documents().join(format!("essay {number}.txt")), text).expect("saves");
        if number == DOCUMENTS / 2 {
            wait::until("some events to be spooled", PATIENCE, || (agent.waiting() > 50).then_some(()));
            agent.kill();
            agent.run();
        }
    }
    wait::until("all events to be spooled", PATIENCE, || (agent.waiting() >= DOCUMENTS).then_some(()));
    assert_eq!(agent.waiting(), DOCUMENTS);

    school.serve();
    wait::until("all events to be delivered", PATIENCE, || (agent.waiting() == 0).then_some(()));
    agent.stop();
    assert_eq!(stored(&school), (DOCUMENTS, DOCUMENTS));
}

/// Keyword events stored, and the documents that they are about.
pub(crate) fn stored(school: &School) -> (usize, usize) {
    let count = |sql| usize::try_from(school.count(sql)).expect("a count");
    (
        count("SELECT count(*) FROM event WHERE kind = 'keyword'"),
        count("SELECT count(DISTINCT document) FROM event WHERE kind = 'keyword'"),
    )
}
