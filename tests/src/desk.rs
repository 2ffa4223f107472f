//! The computer of one person of the safeguarding team: their keys, and their login.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::binaries;
use crate::process::{Said, with_input};
use crate::school::School;

/// The passphrase of every key.
pub const PASSPHRASE: &str = "seven green bicycles sing";
const SCHOOL: &str = "Northfield School";

/// A folder for somebody's files.
pub struct Desk {
    home: TempDir,
}

impl Desk {
    /// An empty desk.
    ///
    /// # Panics
    /// When the folder cannot be written to.
    #[must_use]
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a folder");
        let pass = home.path().join("pass");
        std::fs::write(&pass, PASSPHRASE).expect("writes");
        std::fs::set_permissions(&pass, std::fs::Permissions::from_mode(0o600)).expect("for its owner");
        Self { home }
    }

    /// The desk of Anna Example, who has logged in as safeguarding lead and made the root, in `lead.key`.
    ///
    /// # Panics
    /// When a command fails.
    #[must_use]
    pub fn of_lead(school: &School) -> Self {
        let desk = Self::new();
        desk.log_in(school, "Anna Example", "safeguarding-lead");
        desk.keys("lead.key", &["create", "--school", SCHOOL, "--name", "Anna Example"]);
        desk
    }

    /// Makes the keys of a head and of three keepers here, admits them, and puts the list in force: its version.
    ///
    /// # Panics
    /// When a command fails.
    #[must_use]
    pub fn admit_keepers(&self) -> u64 {
        let head = self.add("head.key", "Hal Example", "head");
        self.keys("lead.key", &["admit", &head]);
        let keepers: Vec<String> =
            (1..=3).map(|n| self.add(&format!("keeper{n}.key"), &format!("Keeper {n}"), "recovery")).collect();
        self.keys("lead.key", &["admit", &keepers[0], &keepers[1], &keepers[2]]);
        self.publish()
    }

    /// Puts the list of this desk's root in force: its version.
    ///
    /// # Panics
    /// When a command fails.
    #[must_use]
    pub fn publish(&self) -> u64 {
        let said = self.keys("lead.key", &["publish"]);
        let version = said.split_once("Version ").and_then(|(_, rest)| rest.split_once(" is in force"));
        version.and_then(|(number, _)| number.parse().ok()).unwrap_or_else(|| panic!("no version in: {said}"))
    }

    /// Gives somebody a role, and logs them in here.
    ///
    /// # Panics
    /// When a command fails.
    pub fn log_in(&self, school: &School, name: &str, role: &str) {
        let email = format!("{role}@example.school");
        let added = school.json(&["operators", "add", "--name", name, "--role", role, "--email", &email]);
        let code = added["code"]["code"].as_str().expect("a login code");
        let _ = self.run(&["login", code]).ok();
    }

    /// Makes somebody's key here; returns the card.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn add(&self, key: &str, name: &str, role: &str) -> String {
        let said = self.keys(key, &["add", "--school", SCHOOL, "--name", name, "--role", role]);
        said.lines().find(|line| line.starts_with("caretaker-card_")).expect("a card").to_owned()
    }

    /// `keys`, with a key of this folder.
    ///
    /// # Panics
    /// When the command fails.
    pub fn keys(&self, key: &str, words: &[&str]) -> String {
        let mut line = vec!["keys"];
        line.extend(words);
        if matches!(words[0], "publish" | "verify" | "show" | "list") {
            line.extend(["--key", key]);
            return self.run(&line).ok();
        }
        self.with_key(key, &line).ok()
    }

    /// A command that opens a key of this folder.
    #[must_use]
    pub fn with_key(&self, key: &str, arguments: &[&str]) -> Said {
        self.run(&[arguments, &["--key", key, "--passphrase-file", "pass"]].concat())
    }

    /// As [`Desk::with_key`], on a terminal of its own.
    ///
    /// # Panics
    /// When `script`, which makes the terminal, cannot be started.
    #[must_use]
    pub fn on_terminal(&self, key: &str, arguments: &[&str]) -> Said {
        let program = binaries::collector().display().to_string();
        let words = [&[program.as_str()], arguments, &["--key", key, "--passphrase-file", "pass"]].concat();
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"]);
        with_input(self.at_home(&mut command), "")
    }

    /// Any command.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::by(self.at_home(Command::new(binaries::collector()).args(arguments)))
    }

    /// A file of this desk.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Its folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn at_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.current_dir(self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        command.env_remove("CARETAKER_DATA").env_remove("CARETAKER_KEY").env("NO_COLOR", "1")
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
