use std::path::{Path, PathBuf};

use caretaker_shared::private_file;
use caretaker_shared::sealing::{Card, KeyFile, SignedSet};
use clap::Parser as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{KeysCommand, run_on};
use crate::commands::{Exit, Failure};
use crate::render::Screen;

#[derive(clap::Parser)]
struct Line {
    #[command(subcommand)]
    command: KeysCommand,
}

/// A folder for one person's files.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.put("pass", "seven green bicycles sing");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        private_file::write(&self.path(name), text.as_bytes()).expect("writes");
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Runs `keys WORDS --key KEY --passphrase-file pass`.
    fn keys(&self, key: &str, words: &[&str]) -> anyhow::Result<String> {
        let (key, pass) = (self.path(key), self.path("pass"));
        let mut line: Vec<&Path> = vec![Path::new("keys")];
        line.extend(words.iter().map(Path::new));
        line.extend([Path::new("--key"), &key, Path::new("--passphrase-file"), &pass]);
        let parsed = Line::try_parse_from(line)?;
        let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let mut out = Vec::new();
        run_on(&parsed.command, &Screen { width: 100, colour: false, now }, &mut out)?;
        Ok(String::from_utf8(out).expect("text"))
    }

    fn refused(&self, key: &str, words: &[&str]) -> (Exit, String) {
        let error = self.keys(key, words).expect_err("it is refused");
        let failure = error.downcast_ref::<Failure>().expect("with an exit code and a remedy");
        (failure.exit, failure.message.clone())
    }

    fn list(&self, key: &str) -> SignedSet {
        let encoded = std::fs::read(self.path(key).with_extension("recipients")).expect("a list");
        SignedSet::parse(&encoded).expect("a signed list")
    }
}

const SCHOOL: [&str; 2] = ["--school", "Northfield School"];

fn create(desk: &Desk) -> String {
    let words = [&["create", "--name", "Anna Example", "--account", "a.example"], SCHOOL.as_slice()].concat();
    desk.keys("lead.key", &words).expect("made")
}

fn add(desk: &Desk, key: &str, name: &str, role: &str) -> String {
    let words = [&["add", "--name", name, "--role", role], SCHOOL.as_slice()].concat();
    let said = desk.keys(key, &words).expect("made");
    said.lines().find(|line| line.starts_with("caretaker-card_")).expect("a card").to_owned()
}

#[test]
fn the_lead_makes_a_root_and_admits_the_others() {
    let desk = Desk::new();
    assert!(create(&desk).contains("keys publish"));
    assert_eq!(desk.list("lead.key").set().version, 1);
    let head = add(&desk, "head.key", "Hal Example", "head");
    let said = desk.keys("lead.key", &["admit", &head]).expect("admitted");
    let spoken = head.parse::<Card>().expect("a card").spoken();
    assert!(said.contains(&spoken), "{said}");
    let keepers: Vec<String> =
        (1..=3).map(|n| add(&desk, &format!("k{n}.key"), &format!("Keeper {n}"), "recovery")).collect();
    let (exit, why) = desk.refused("lead.key", &["admit", &keepers[0], &keepers[1]]);
    assert_eq!(exit, Exit::Usage);
    assert!(why.contains("three keepers"), "{why}");
    desk.keys("lead.key", &["admit", &keepers[0], &keepers[1], &keepers[2]]).expect("admitted");
    let list = desk.list("lead.key");
    assert_eq!((list.set().version, list.set().recipients.len(), list.set().recovery.len()), (3, 2, 3));
    let shown = desk.keys("lead.key", &["list"]).expect("listed");
    assert!(shown.contains("Hal Example") && shown.contains("Keeper 3"), "{shown}");
    let id = head.parse::<Card>().expect("a card").id().to_string();
    desk.keys("lead.key", &["remove", &id]).expect("removed");
    assert_eq!(desk.list("lead.key").set().recipients.len(), 1);
}

#[test]
fn nobody_but_the_root_changes_the_list() {
    let desk = Desk::new();
    create(&desk);
    let card = add(&desk, "head.key", "Hal Example", "head");
    std::fs::copy(desk.path("lead.recipients"), desk.path("head.recipients")).expect("copied");
    let (exit, why) = desk.refused("head.key", &["admit", &card]);
    assert_eq!(exit, Exit::Usage);
    assert!(why.contains("only the holder of the safeguarding root"), "{why}");
}

#[test]
fn a_sheet_that_is_typed_back_makes_the_same_key() {
    let desk = Desk::new();
    create(&desk);
    let sheet = desk.text("lead.sheet.txt");
    assert!(desk.text("lead.sheet.html").contains("<pre>1  "));
    desk.put("typed", &sheet.to_lowercase().replace("name: anna example", "Name: Anna Example"));
    let said = desk
        .keys("again.key", &["recover", "--school", "Northfield School", &desk.path("typed").display().to_string()]);
    assert!(said.expect("recovered").contains("The root is here again"));
    let key = |name: &str| KeyFile::parse(&desk.text(name)).expect("a key file");
    assert_eq!((key("again.key").card.key, key("again.key").root), (key("lead.key").card.key, key("lead.key").root));
    assert_eq!(key("again.key").card.holder.name, "Anna Example");

    let line = sheet.lines().find(|line| line.trim_start().starts_with('3')).expect("the third line");
    let at = line.rfind(' ').expect("groups") - 3;
    let wrong = if &line[at..=at] == "A" { "C" } else { "A" };
    let mut mistyped = line.to_owned();
    mistyped.replace_range(at..=at, wrong);
    desk.put("typed", &sheet.replace(line, &mistyped));
    let (_, why) = desk.refused("third.key", &["recover", &desk.path("typed").display().to_string()]);
    assert!(why.contains("line 3"), "{why}");
}

#[test]
fn weak_and_wrong_passphrases_and_taken_files_are_refused() {
    let desk = Desk::new();
    create(&desk);
    let again = [&["create", "--name", "Anna Example"], SCHOOL.as_slice()].concat();
    assert!(desk.refused("lead.key", &again).1.contains("exists"));
    desk.put("pass", "too short");
    assert!(desk.refused("other.key", &again).1.contains("fewer than 12"));
    assert!(!desk.path("other.key").exists());
    desk.put("pass", "seven green bicycles sang");
    let card = desk.keys("lead.key", &["show"]).expect("no passphrase is needed");
    let card = card.lines().find(|line| line.starts_with("caretaker-card_")).expect("a card").to_owned();
    assert_eq!(desk.refused("lead.key", &["admit", &card]).0, Exit::Denied);
}

#[test]
fn a_new_passphrase_takes_the_place_of_the_old_one() {
    let desk = Desk::new();
    create(&desk);
    desk.put("new", "nine blue umbrellas hum");
    let new = desk.path("new").display().to_string();
    desk.keys("lead.key", &["change-passphrase", "--new-passphrase-file", &new]).expect("changed");
    let card = add(&desk, "head.key", "Hal Example", "head");
    assert_eq!(desk.refused("lead.key", &["admit", &card]).0, Exit::Denied);
    desk.put("pass", "nine blue umbrellas hum");
    desk.keys("lead.key", &["admit", &card]).expect("opens with the new one");
}

#[test]
fn no_command_takes_a_passphrase_from_the_line() {
    use clap::CommandFactory as _;
    for command in Line::command().get_subcommands() {
        let takes = |arg: &clap::Arg| arg.get_id().as_str() == "passphrase";
        assert!(!command.get_arguments().any(takes), "{}", command.get_name());
    }
}
