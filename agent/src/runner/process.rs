//! The service's side of the child: starts it, takes its answers, and ends it when it does not end by itself.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use caretaker_shared::model::{Executable, ExecutableFacts, Outcome, ProbeName, Reading};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

use super::ARGUMENT;
use super::exchange::{Frame, Question, Request};
use crate::probes::{Probe, ProbeSettings};

/// Longest time that a batch of files may take to be described.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(60);
/// Exit code of a program that panicked.
const PANICKED: i32 = 101;

/// How the child is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The agent's executable.
    pub program: PathBuf,
}

impl Launch {
    /// This program.
    ///
    /// # Errors
    /// When the system does not say which file this program is.
    pub fn own() -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()? })
    }
}

/// A child that works, and what it has to say.
pub(super) struct Conversation {
    child: Child,
    /// Held, not used: the child ends when it is closed.
    _attending: ChildStdin,
    answers: ChildStdout,
    ends_at: Instant,
    within: Duration,
}

impl Conversation {
    /// Starts a child and asks it.
    pub(super) async fn begin(
        launch: &Launch,
        probe: &'static dyn Probe,
        settings: ProbeSettings,
    ) -> Result<Self, String> {
        let question = Question::Probe { name: probe.name().as_str().to_owned(), settings };
        Self::about(launch, question, probe.deadline()).await
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts the child that asks a probe")]
    async fn about(launch: &Launch, question: Question, within: Duration) -> Result<Self, String> {
        let mut request = serde_json::to_vec(&Request { question, root: None, attended: true })
            .map_err(|_| "a folder of the policy is not text".to_owned())?;
        request.push(b'\n');
        let ends_at = Instant::now() + within;
        let mut child = Command::new(&launch.program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the child that asks could not be started: {}", error.kind()))?;
        let (Some(mut input), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Self::SILENT.to_owned());
        };
        // A child that does not listen has nothing to say either: the first answer will tell.
        let _ = timeout_at(ends_at, input.write_all(&request)).await;
        Ok(Self { child, _attending: input, answers, ends_at, within })
    }

    const SILENT: &str = "the probe ended without an answer";

    /// The next answer, and whether it is the final one.
    pub(super) async fn next(&mut self, probe: ProbeName) -> (Result<Outcome, String>, bool) {
        let (reading, last) = match self.frame().await {
            Ok(Frame::Earlier(reading)) => (reading, false),
            Ok(Frame::Last(reading)) => (reading, true),
            Ok(Frame::Facts(_) | Frame::End) => return (Err(Self::SILENT.to_owned()), true),
            Err(reason) => return (Err(reason), true),
        };
        match Reading::try_from(reading) {
            Ok(reading) if reading.probe == probe => (Ok(reading.outcome), last),
            Ok(_) => (Err(Self::SILENT.to_owned()), true),
            Err(error) => (Err(format!("the answer cannot be sent: {error}")), true),
        }
    }

    async fn frame(&mut self) -> Result<Frame, String> {
        match timeout_at(self.ends_at, Frame::read(&mut self.answers)).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(_)) => Err(self.why_silent().await),
            Err(_) => {
                // It fails only when the child has ended already, which is what is wanted.
                let _ = self.child.kill().await;
                Err(format!("gave no answer within {} s", self.within.as_secs()))
            }
        }
    }

    async fn why_silent(&mut self) -> String {
        let _ = self.child.start_kill();
        match self.child.wait().await {
            Ok(status) if status.code() == Some(PANICKED) => "the probe panicked".to_owned(),
            Ok(_) | Err(_) => Self::SILENT.to_owned(),
        }
    }
}

/// What is true of these executables' bytes, as far as they are still the ones that were found. No byte of theirs is
/// parsed by this program. When one of them ends the child, the others are asked about one by one.
pub async fn describe(launch: &Launch, wanted: Vec<Executable>) -> Vec<ExecutableFacts> {
    if let Some(facts) = batch(launch, &wanted).await {
        return facts;
    }
    let mut described = Vec::new();
    for executable in wanted.chunks(1) {
        described.extend(batch(launch, executable).await.into_iter().flatten());
    }
    described
}

async fn batch(launch: &Launch, wanted: &[Executable]) -> Option<Vec<ExecutableFacts>> {
    let question = Question::Describe(wanted.iter().map(Into::into).collect());
    let mut conversation = Conversation::about(launch, question, DESCRIBED_WITHIN).await.ok()?;
    let mut described = Vec::new();
    while described.len() <= wanted.len() {
        match conversation.frame().await.ok()? {
            Frame::Facts(facts) => described.extend(ExecutableFacts::try_from(facts)),
            Frame::End => return Some(described),
            Frame::Earlier(_) | Frame::Last(_) => return None,
        }
    }
    None
}
