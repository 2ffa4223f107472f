//! A device with its agent.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{Process, Said};
use crate::school::School;
use crate::{binaries, process, wait};

/// The phrase of the rule that exists to try the whole way (packaging/lexicons).
pub const PHRASE: &str = "caretaker demonstration phrase";

/// One enrolled device, and its agent while it runs.
pub struct Agent {
    state: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

impl Agent {
    /// Enrols this machine at a school under a name for its state folder.
    ///
    /// # Panics
    /// When enrolment fails.
    #[must_use]
    pub fn enrol(school: &School, name: &str) -> Self {
        let agent = Self::new(school, name);
        let said = agent.enrol_with(&school.token());
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        agent
    }

    /// A device that is not enrolled.
    #[must_use]
    pub fn new(school: &School, name: &str) -> Self {
        Self { state: school.home().join(name), log: school.log(&format!("{name}.log")), process: None }
    }

    /// Runs `enrol -` with a token on standard input.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn enrol_with(&self, token: &str) -> Said {
        let mut command = Command::new(binaries::agent());
        process::with_input(command.args(["enrol", "-", "--state"]).arg(&self.state), token)
    }

    /// Starts the agent.
    ///
    /// # Panics
    /// When it runs already.
    pub fn run(&mut self) {
        assert!(self.process.is_none(), "the agent runs already");
        let mut command = Command::new(binaries::agent());
        command.arg("run").arg("--state").arg(&self.state);
        self.process = Some(Process::start("the agent", &mut command, &self.log));
    }

    /// Starts the agent and waits until the collector has its first readings and the agent watches documents.
    pub fn run_until_reported(&mut self, school: &School) {
        self.run();
        wait::until("the first report", crate::school::READY, || {
            (school.count("SELECT count(*) FROM reading") >= 5).then_some(())
        });
        self.wait_for_watching();
    }

    /// Waits until it holds that version of the list of those it seals for.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait_for_recipients(&self, version: u64) {
        wait::until("the agent to know whom it seals for", crate::school::READY, || {
            let status: serde_json::Value = serde_json::from_str(&self.command(&["status", "--json"]).out).ok()?;
            (status["recipients_version"] == version).then_some(())
        });
    }

    /// Waits until the agent says that it watches documents.
    pub fn wait_for_watching(&self) {
        wait::until("the agent to watch documents", crate::school::READY, || {
            let status: serde_json::Value = serde_json::from_str(&self.command(&["status", "--json"]).out).ok()?;
            (status["running"].as_bool()? && status["documents_read"].as_bool()?).then_some(())
        });
    }

    /// Safeguarding events that the agent holds and the collector has not acknowledged.
    ///
    /// # Panics
    /// When `status` does not say.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let said = self.command(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_str(&said.out).expect("status prints JSON");
        let streams = status["streams"].as_array().expect("status lists the streams");
        let safeguarding = streams.iter().find(|stream| stream["stream"] == "P0").expect("P0 is one of them");
        usize::try_from(safeguarding["waiting"].as_u64().expect("a number")).expect("a count")
    }

    /// Runs a command of the agent to its end.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Said {
        Said::by(Command::new(binaries::agent()).args(arguments).arg("--state").arg(&self.state))
    }

    /// Ends the agent at once.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) {
        self.process.take().expect("the agent runs").kill();
    }

    /// Asks the agent to stop and waits for it.
    ///
    /// # Panics
    /// When it does not run or does not stop.
    pub fn stop(&mut self) {
        let status = self.process.take().expect("the agent runs").stop();
        assert!(status.success(), "{}", std::fs::read_to_string(&self.log).unwrap_or_default());
    }

    /// The running agent.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("the agent runs")
    }

    /// Its state folder.
    #[must_use]
    pub fn state(&self) -> &std::path::Path {
        &self.state
    }
}
