//! A school with its collector.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use caretaker_shared::private_file;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::binaries;
use crate::process::{Process, Said};
use crate::wait;

/// How long a program may take to be ready on a busy machine.
pub const READY: Duration = Duration::from_secs(30);

/// A collector's data folder, and its process while it runs.
pub struct School {
    home: TempDir,
    port: u16,
    collector: Option<Process>,
}

impl School {
    /// A new school: initialised, its policy watching one folder for the demonstration phrase, not yet serving.
    ///
    /// # Panics
    /// When any command fails.
    #[must_use]
    pub fn found() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        // A port that was free a moment ago: the collector must know it before it starts, for its tokens.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        for folder in ["documents", "programs"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder");
        }
        let school = Self { home, port, collector: None };
        let address = format!("127.0.0.1:{port}");
        let init = ["init", "--name", "Northfield School", "--address", &address];
        let _ = school.command(&init).ok();
        school
    }

    /// As [`School::found`], serving, with the policy of the stories in force.
    #[must_use]
    pub fn open() -> Self {
        let mut school = Self::found();
        school.reopen();
        school
    }

    /// Starts the collector of a school that was only founded, and puts the policy of the stories in force.
    ///
    /// # Panics
    /// When a command fails.
    pub fn reopen(&mut self) {
        self.serve();
        self.apply_policy();
    }

    /// Starts the collector and waits until it answers.
    ///
    /// # Panics
    /// When it runs already or does not answer.
    pub fn serve(&mut self) {
        assert!(self.collector.is_none(), "the collector runs already");
        let mut command = self.collector_command(&["serve"]);
        let mut collector = Process::start("the collector", &mut command, &self.log("collector.log"));
        wait::until("the collector", READY, || {
            assert!(collector.is_running(), "{}", self.read_log("collector.log"));
            (self.command(&["status", "--json"]).code == 0).then_some(())
        });
        self.collector = Some(collector);
    }

    fn apply_policy(&self) {
        self.apply("");
    }

    /// Puts the policy of the stories in force, one watched folder, one searched folder, two addresses, with `more`
    /// sections.
    ///
    /// # Panics
    /// When the collector refuses it.
    pub fn apply(&self, more: &str) {
        let policy = format!(
            "[documents]\nfolders = [{documents:?}]\n\n[detection]\ncategories = [\"demonstration\"]\n\n\
             [executables]\nfolders = [{programs:?}]\n\n\
             [alerts]\nsafeguarding_lead = [\"lead@example.school\", \"deputy@example.school\"]\nnetwork_manager = [\"network@example.school\"]\n{more}",
            documents = self.documents(),
            programs = self.programs(),
        );
        let file = self.home.path().join("policy.toml");
        std::fs::write(&file, policy).expect("writes the policy");
        let _ = self.command(&["policy", "apply", "--site", "Main", &file.to_string_lossy()]).ok();
    }

    /// Sends mail to a server on this machine from the next start on.
    ///
    /// # Panics
    /// When the config file is not TOML.
    pub fn use_smtp(&self, port: u16) {
        self.configure("mail", &format!("route = \"smtp\"\n{}from = \"caretaker@example.school\"\n", plain(port)));
    }

    /// Has another mail server take over at once when the first does not work.
    ///
    /// # Panics
    /// When the config file is not TOML, or names no mail server.
    pub fn use_second(&self, port: u16) {
        self.configure("mail.second", &format!("after_minutes = 0\n{}", plain(port)));
    }

    /// Has an address on this machine called at once when mail reaches nobody; the calls are signed with `key`.
    ///
    /// # Panics
    /// When the config file is not TOML, or the key cannot be written.
    pub fn use_webhook(&self, port: u16, key: &str) {
        private_file::write(&self.data().join("webhook-key"), format!("{key}\n").as_bytes()).expect("writes the key");
        self.configure(
            "webhook",
            &format!("url = \"http://127.0.0.1:{port}/caretaker\"\nsecret_file = \"webhook-key\"\nafter_minutes = 0\n"),
        );
    }

    /// Puts a section in the place of what the config file has there.
    fn configure(&self, section: &str, keys: &str) {
        let file = self.data().join("collector.toml");
        let text = std::fs::read_to_string(&file).expect("reads the config");
        let mut config: toml::Table = text.parse().expect("the config is TOML");
        let value = toml::Value::Table(keys.parse().expect("TOML"));
        let mut parts = section.rsplitn(2, '.');
        let last = parts.next().expect("a name").to_owned();
        let table = match parts.next() {
            None => &mut config,
            Some(parent) => config[parent].as_table_mut().expect("a section"),
        };
        table.insert(last, value);
        std::fs::write(&file, config.to_string()).expect("writes the config");
    }

    /// Asks the collector to stop and waits for it.
    ///
    /// # Panics
    /// When it does not run or does not stop.
    pub fn close(&mut self) {
        let status = self.collector.take().expect("the collector runs").stop();
        assert!(status.success(), "{}", self.read_log("collector.log"));
    }

    /// Ends the collector at once.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill_collector(&mut self) {
        self.collector.take().expect("the collector runs").kill();
    }

    /// The running collector.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn collector(&self) -> &Process {
        self.collector.as_ref().expect("the collector runs")
    }

    /// Runs a command of the collector to its end.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Said {
        Said::by(&mut self.collector_command(arguments))
    }

    /// Runs a command of the collector that prints JSON.
    ///
    /// # Panics
    /// When it fails or prints something else.
    #[must_use]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.command(&arguments).ok()).expect("JSON")
    }

    /// A new enrolment token for one device.
    #[must_use]
    pub fn token(&self) -> String {
        let answer = self.json(&["token", "create", "--site", "Main"]);
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// One number from the database file, read beside the running collector.
    ///
    /// # Panics
    /// When the query fails.
    #[must_use]
    pub fn count(&self, sql: &str) -> i64 {
        let path = self.data().join("caretaker.db");
        let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens the database");
        database.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    /// The collector's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The folder that the policy watches for documents.
    #[must_use]
    pub fn documents(&self) -> PathBuf {
        self.home.path().join("documents")
    }

    /// The folder that the policy searches for executables.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.home.path().join("programs")
    }

    /// The folder that holds all of this.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the collector listens for devices.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Path of a log file.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn read_log(&self, name: &str) -> String {
        std::fs::read_to_string(self.log(name)).unwrap_or_default()
    }

    fn collector_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::collector());
        command.args(arguments).arg("--data").arg(self.data()).env("NO_COLOR", "1");
        command
    }
}

/// The keys of a mail server on this machine.
fn plain(port: u16) -> String {
    format!("host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n")
}
