//! Evidence reaches the safeguarding lead, and nobody on the way: not the collector, its database, its mails, its logs,
//! nor the memory of any of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use caretaker_collector::opening::{Given, Opener};
use caretaker_collector::store::{SealedRow, Store};
use caretaker_shared::sealing::{KeyFile, Sealed};
use caretaker_shared::secret::Secret;
use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::mail::MailServer;
use caretaker_tests::process::Said;
use caretaker_tests::school::{READY, School};
use caretaker_tests::{binaries, memory, search, wait};

const PASSPHRASE: &str = "seven green bicycles sing";

/// The computer of one person: a folder for their files and their login.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a folder");
        let pass = home.path().join("pass");
        std::fs::write(&pass, PASSPHRASE).expect("writes");
        std::fs::set_permissions(&pass, std::fs::Permissions::from_mode(0o600)).expect("for its owner");
        Self { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(binaries::collector());
        command.args(arguments).current_dir(self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        Said::by(command.env_remove("CARETAKER_DATA").env("NO_COLOR", "1"))
    }

    /// `keys`, with a key of this folder.
    fn keys(&self, key: &str, words: &[&str]) -> String {
        let pass = self.path("pass").display().to_string();
        let mut line = vec!["keys"];
        line.extend(words);
        line.extend(["--key", key]);
        if !matches!(words[0], "publish" | "verify" | "show" | "list") {
            line.extend(["--passphrase-file", &pass]);
        }
        self.run(&line).ok()
    }

    /// Makes somebody's key here; returns the card.
    fn add(&self, key: &str, name: &str, role: &str) -> String {
        let said = self.keys(key, &["add", "--school", "Northfield School", "--name", name, "--role", role]);
        said.lines().find(|line| line.starts_with("caretaker-card_")).expect("a card").to_owned()
    }

    fn opener(&self, key: &str) -> Opener {
        let text = std::fs::read_to_string(self.path(key)).expect("the key file");
        let file = KeyFile::parse(&text).expect("a key file");
        Opener::unlock(&file, &Secret::new(PASSPHRASE.to_owned())).expect("unlocks")
    }
}

/// The lead has logged in, made the root, admitted a head and three keepers, and put the list in force.
fn lead_of(school: &School) -> Desk {
    let desk = Desk::new();
    let added = school.json(&[
        "operators",
        "add",
        "--name",
        "Anna Example",
        "--role",
        "safeguarding-lead",
        "--email",
        "lead@example.school",
    ]);
    let code = added["code"]["code"].as_str().expect("a login code");
    let _ = desk.run(&["login", code]).ok();
    desk.keys("lead.key", &["create", "--school", "Northfield School", "--name", "Anna Example"]);
    let head = desk.add("head.key", "Hal Example", "head");
    desk.keys("lead.key", &["admit", &head]);
    let keepers: Vec<String> =
        (1..=3).map(|n| desk.add(&format!("keeper{n}.key"), &format!("Keeper {n}"), "recovery")).collect();
    desk.keys("lead.key", &["admit", &keepers[0], &keepers[1], &keepers[2]]);
    let said = desk.keys("lead.key", &["publish"]);
    assert!(said.contains("Version 3 is in force"), "{said}");
    desk
}

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

/// Waits until the agent holds the list.
fn wait_for_recipients(agent: &Agent) {
    wait::until("the agent to know whom it seals for", READY, || {
        let status: serde_json::Value = serde_json::from_str(&agent.command(&["status", "--json"]).out).ok()?;
        (status["recipients_version"] == 3).then_some(())
    });
}

/// B7, T8, G8: in every place of reliability.md 4.6 but the swap file, which no program of ours decides about.
#[test]
fn the_lead_reads_the_passage_and_no_other_place_holds_a_word_of_it() {
    let canary = format!("ZZCANARY-{}", uuid::Uuid::new_v4());
    let mail = MailServer::start();
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.reopen();
    let desk = lead_of(&school);
    let mut agent = Agent::enrol(&school, "device");
    agent.run_until_reported(&school);
    wait_for_recipients(&agent);

    let document = school.documents().join(format!("{canary}.txt"));
    std::fs::write(&document, format!("Dear {canary}, this is the {PHRASE}. Yours, {canary}")).expect("saves");
    wait::until("the e-mail", Duration::from_secs(60), || (mail.accepted() >= 1).then_some(()));

    let given = given(&school);
    let lead = desk.opener("lead.key");
    let evidence = lead.check(&given).expect("of the device, for the root's recipients");
    let opened = lead.open(&evidence).expect("for the lead");
    let quoted = opened.quoted.as_ref().expect("a passage");
    assert_eq!(&quoted.passage[quoted.met.clone()], PHRASE);
    assert_eq!(quoted.passage.as_str(), format!("Dear {canary}, this is the {PHRASE}. Yours, {canary}"));
    assert_eq!(quoted.place.as_str(), document.canonicalize().expect("the document").to_string_lossy());
    assert!(desk.opener("head.key").open(&evidence).is_err(), "the head alone opens nothing");
    let (first, second) = (desk.opener("keeper1.key"), desk.opener("keeper3.key"));
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
    let dumps = tempfile::tempdir().expect("a folder");
    memory::dump(school.collector().id(), &dumps.path().join("collector"));
    memory::dump(agent.process().id(), &dumps.path().join("agent"));
    let known = search::files_with("Northfield School", &[dumps.path()]);
    assert_eq!(known.len(), 2, "what both hold is found in both");
    let collector = search::files_with(&canary, &[&dumps.path().join("collector")]);
    assert_eq!(collector, Vec::<PathBuf>::new(), "the collector's memory");
    let passage = format!("Yours, {canary}");
    let in_agent = search::files_with(&passage, &[&dumps.path().join("agent")]);
    assert_eq!(in_agent, Vec::<PathBuf>::new(), "the agent's memory holds no passage");

    agent.stop();
    let places = [
        school.data(),
        agent.state().to_owned(),
        mail.folder().to_owned(),
        school.log("collector.log"),
        school.log("device.log"),
        desk.home.path().to_owned(),
    ];
    let places: Vec<&Path> = places.iter().map(PathBuf::as_path).collect();
    assert_eq!(search::files_with(&canary, &places), Vec::<PathBuf>::new());
    school.close();
    assert_eq!(search::files_with(&canary, &places), Vec::<PathBuf>::new());
    assert!(!search::files_with(&canary, &[&school.documents()]).is_empty(), "the search finds what is there");
}

/// A figure for the person who reads the test's output.
fn report(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
