//! A flagged document becomes an e-mail, quickly, and its words stay on the device.

use std::time::{Duration, Instant};

use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::MailServer;
use caretaker_tests::school::School;
use caretaker_tests::{search, wait};

/// Runs of the latency measurement.
const RUNS: usize = 50;
/// Saved to accepted, at the 99th percentile.
const LIMIT: Duration = Duration::from_secs(10);

/// A11, B7, C5: the alert arrives, and holds no name, word, category or device.
#[test]
fn a_flagged_document_is_mailed_within_ten_seconds_and_its_words_stay_where_they_are() {
    let canary = format!("ZZCANARY-{}", uuid::Uuid::new_v4());
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);

    let mut took = Vec::with_capacity(RUNS);
    for run in 1..=RUNS {
        let document = school.documents().join(format!("{canary} {run}.txt"));
        let start = Instant::now();
        std::fs::write(document, format!("Dear {canary}, this is the {PHRASE}, number {run}.")).expect("saves");
        wait::until("the e-mail", Duration::from_secs(60), || (mail.accepted() >= run).then_some(()));
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let (median, p99) = (took[RUNS / 2], took[RUNS - 1]);
    report(&format!("saved to accepted e-mail, {RUNS} runs: median {median:.2?}, p99 {p99:.2?}"));
    assert!(p99 <= LIMIT, "p99 was {p99:?}");

    let hostname = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("Linux says its name");
    for message in mail.messages() {
        let subject = message.header("Subject");
        assert!(subject.starts_with("Safeguarding alert - level 4 - case "), "{subject}");
        assert_eq!(message.header("To"), "lead@example.school");
        for forbidden in ["demonstration", "demo.check", hostname.trim(), "documents", PHRASE] {
            let written = message.written().to_lowercase();
            assert!(!written.contains(&forbidden.to_lowercase()), "{forbidden} stands in:\n{}", message.text);
        }
    }

    // Errors are places too: commands that speak of the device and the alert.
    let said = [
        school.command(&["alerts", "--json"]),
        school.command(&["status"]),
        school.command(&["alert", "show", "no such case"]),
        agent.command(&["status"]),
        agent.command(&["explain"]),
    ];
    for said in said {
        assert!(!format!("{}{}", said.out, said.err).contains(&canary));
    }
    agent.stop();
    let places = [school.data(), agent.state().to_owned(), mail.folder().to_owned()];
    let logs = [school.log("collector.log"), school.log("device.log")];
    let mut places: Vec<&std::path::Path> = places.iter().map(std::path::PathBuf::as_path).collect();
    places.extend(logs.iter().map(std::path::PathBuf::as_path));
    // Once while the collector runs, with its write-ahead log, and once after it has closed.
    assert_eq!(search::files_with(&canary, &places), Vec::<std::path::PathBuf>::new());
    school.close();
    assert_eq!(search::files_with(&canary, &places), Vec::<std::path::PathBuf>::new());
    assert!(!search::files_with(&canary, &[&school.documents()]).is_empty(), "the search finds what is there");
}

/// A figure for the person who reads the test's output.
fn report(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
