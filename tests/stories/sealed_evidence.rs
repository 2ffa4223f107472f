//! Evidence reaches the safeguarding lead, and nobody on the way: not the collector, its database, its mails, its logs,
//! nor the memory of any of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_collector::opening::{Given, Opener};
use caretaker_collector::store::{SealedRow, Store};
use caretaker_shared::sealing::{KeyFile, Sealed};
use caretaker_shared::secret::Secret;
use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::desk::{Desk, PASSPHRASE};
use caretaker_tests::mail::MailServer;
use caretaker_tests::school::School;
use caretaker_tests::{memory, search, wait};

/// What the collector hands out of the only sealed event: the wraps lie under the month's key.
fn given(school: &School) -> Given {
    let event = school.count("SELECT event FROM sealed");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let row = runtime.block_on(async {
        let store = Store::open(&school.data().join("caretaker.db")).expect("opens the database");
        store.sealed_of_event(event).await.expect("reads")
    });
    let SealedRow { content, certificate_der, recipients } = row.expect("one sealed event");
    Given { content, certificate_der, recipients }
}

fn opener(desk: &Desk, key: &str) -> Opener {
    let text = std::fs::read_to_string(desk.path(key)).expect("the key file");
    let file = KeyFile::parse(&text).expect("a key file");
    Opener::unlock(&file, &Secret::new(PASSPHRASE.to_owned())).expect("unlocks")
}

/// B7, T8, G8: in every place of reliability.md 4.6 but the swap file, which no program of ours decides about.
#[test]
fn the_lead_reads_the_passage_and_no_other_place_holds_a_word_of_it() {
    let canary = format!("ZZCANARY-{}", uuid::Uuid::new_v4());
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let desk = Desk::of_lead(&school);
    let keepers = desk.admit_keepers();
    assert_eq!(keepers, 3, "the version with all of them");
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    agent.wait_for_recipients(keepers);

    let document = school.documents().join(format!("{canary}.txt"));
    std::fs::write(&document, format!("Dear {canary}, this is the {PHRASE}. Yours, {canary}")).expect("saves");
    wait::until("the e-mail", Duration::from_secs(60), || (mail.accepted() >= 1).then_some(()));

    let given = given(&school);
    let lead = opener(&desk, "lead.key");
    let evidence = lead.check(&given).expect("of the device, for the root's recipients");
    let opened = lead.open(&evidence).expect("for the lead");
    let quoted = opened.quoted.as_ref().expect("a passage");
    assert_eq!(&quoted.passage[quoted.met.clone()], PHRASE);
    assert_eq!(quoted.passage.as_str(), format!("Dear {canary}, this is the {PHRASE}. Yours, {canary}"));
    assert_eq!(quoted.place.as_str(), document.canonicalize().expect("the document").to_string_lossy());
    assert!(opener(&desk, "head.key").open(&evidence).is_err(), "the head alone opens nothing");
    let (first, second) = (opener(&desk, "keeper1.key"), opener(&desk, "keeper3.key"));
    let half = first.half(&evidence, &second.id()).expect("the outer layer");
    assert!(second.complete(&evidence, &half).is_ok(), "two keepers open it");
    let size = Sealed::parse(&given.content).map(|_| given.content.len()).expect("sealed");
    report(&format!("sealed for a lead and three keepers: {size} bytes"));

    let said = [
        school.command(&["alerts", "--json"]),
        school.command(&["status"]),
        agent.command(&["status"]),
        agent.command(&["explain"]),
        desk.run(&["keys", "verify", "--key", "lead.key"]),
    ];
    for said in said {
        assert!(!format!("{}{}", said.out, said.err).contains(&canary));
    }
    assert_memory_holds_none(&school, &agent, &canary);
    agent.stop();
    let places = [
        school.data(),
        agent.state().to_owned(),
        mail.folder().to_owned(),
        school.log("collector.log"),
        school.log("device.log"),
        desk.home().to_owned(),
    ];
    let places: Vec<&Path> = places.iter().map(PathBuf::as_path).collect();
    assert_eq!(search::files_with(&canary, &places), Vec::<PathBuf>::new());
    school.close();
    assert_eq!(search::files_with(&canary, &places), Vec::<PathBuf>::new());
    assert!(!search::files_with(&canary, &[&school.documents()]).is_empty(), "the search finds what is there");
}

/// The agent knows the document's name for as long as it watches it, and forgets what stands in it.
fn assert_memory_holds_none(school: &School, agent: &Agent, canary: &str) {
    let dumps = tempfile::tempdir().expect("a folder");
    memory::dump(school.collector().id(), &dumps.path().join("collector"));
    memory::dump(agent.process().id(), &dumps.path().join("agent"));
    let known = search::files_with("Northfield School", &[dumps.path()]);
    assert_eq!(known.len(), 2, "what both hold is found in both");
    let collector = search::files_with(canary, &[&dumps.path().join("collector")]);
    assert_eq!(collector, Vec::<PathBuf>::new(), "the collector's memory");
    let in_agent = search::files_with(&format!("Yours, {canary}"), &[&dumps.path().join("agent")]);
    assert_eq!(in_agent, Vec::<PathBuf>::new(), "the agent's memory holds no passage");
}

/// A figure for the person who reads the test's output.
fn report(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
