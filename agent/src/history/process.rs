//! The service's side of the child: starts it, takes its answers, and ends it when it does not end by itself.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

use super::exchange::{Frame, Request};
use super::marks::Marks;
use super::reading::{Plan, Reading, Settings, Task, Unread};
use super::{ARGUMENT, Home, copy};
use crate::platform::without_window;

/// How the child is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The agent's executable.
    pub program: PathBuf,
    /// Longest time for one profile, its copy included.
    pub deadline: Duration,
}

impl Launch {
    /// This program, with a minute for a profile: a slow disk may have to copy 512 MiB.
    ///
    /// # Errors
    /// When the system does not say which file this program is.
    pub fn own() -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, deadline: Duration::from_secs(60) })
    }
}

/// Reads what is new in one home. When nothing changed since the marks were made, no child is started. The child ends with
/// this future; a copy that it leaves when it is dropped is removed before the next one is made.
pub async fn read_in_child(
    launch: &Launch,
    home: &Home,
    marks: &Marks,
    settings: &Settings,
    now: Timestamp,
) -> Reading {
    let (known_home, known, how) = (home.clone(), marks.clone(), settings.clone());
    let planned = tokio::task::spawn_blocking(move || Plan::of(&known_home, &known, &how, now)).await;
    let Ok(mut plan) = planned else { return Reading::default() };
    let mut pending = std::mem::take(&mut plan.pending).into_iter();
    // A profile that ends the child keeps nothing from those after it: they are asked about in another.
    while !pending.as_slice().is_empty() {
        let tasks = pending.as_slice().iter().map(|(task, _)| task.clone()).collect();
        let mut conversation = match Conversation::begin(launch, home, tasks, settings, now).await {
            Ok(conversation) => conversation,
            Err(unread) => {
                pending.by_ref().for_each(|(_, pending)| plan.keep(&pending, Err(unread), Vec::new(), now));
                break;
            }
        };
        for number in 0.. {
            let Some((_, pending)) = pending.next() else { break };
            let mut visits = Vec::new();
            let done = conversation.task(number, launch.deadline, |kind, at, text| {
                visits.push(pending.visit(&home.user, kind, text, at));
            });
            let done = done.await;
            let is_over = matches!(done, Err(Unread::Died | Unread::Slow));
            plan.keep(&pending, done, visits, now);
            if is_over {
                break;
            }
        }
        conversation.end().await;
        clear(settings.copies.clone()).await;
    }
    plan.reading
}

/// Removes copies that a killed agent, or a child, left behind. Call it at the start, whatever the policy says, and before
/// homes are read one after the other.
pub async fn clear(copies: PathBuf) {
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || copy::remove_stale(&copies)).await {
        tracing::warn!(reason = %error.kind(), "the copy of a history cannot be removed yet");
    }
}

/// A child that works, and what it has to say.
struct Conversation {
    child: Child,
    /// Held, not used: the child ends when it is closed.
    _attending: ChildStdin,
    answers: ChildStdout,
}

impl Conversation {
    #[expect(clippy::disallowed_methods, reason = "the one place that starts the child that reads histories")]
    async fn begin(
        launch: &Launch,
        home: &Home,
        tasks: Vec<Task>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Unread> {
        let request = Request {
            home: home.folder.clone(),
            tasks,
            excluded: settings.excluded.rules().to_vec(),
            copies: settings.copies.clone(),
            now,
            most: settings.most_visits,
            attended: true,
        };
        // A path that is not text cannot be said.
        let mut request = serde_json::to_vec(&request).map_err(|_| Unread::NotStarted)?;
        request.push(b'\n');
        let mut command = Command::new(&launch.program);
        without_window(&mut command);
        let child = command
            .arg(ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = child.map_err(|_| Unread::NotStarted)?;
        let (Some(mut input), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Unread::NotStarted);
        };
        // A child that does not listen has nothing to say either: the first answer will tell.
        let _ = timeout_at(Instant::now() + launch.deadline, input.write_all(&request)).await;
        Ok(Self { child, _attending: input, answers })
    }

    /// Waits until one task is done, and takes its texts.
    async fn task(
        &mut self,
        number: u16,
        within: Duration,
        mut take: impl FnMut(super::VisitKind, Timestamp, zeroize::Zeroizing<String>),
    ) -> Result<super::reading::Progress, Unread> {
        let ends_at = Instant::now() + within;
        loop {
            match timeout_at(ends_at, Frame::read(&mut self.answers)).await {
                Ok(Ok(Frame::Text(of, kind, visited_at, text))) if of == number => take(kind, visited_at, text),
                Ok(Ok(Frame::Done(done))) => return done,
                Ok(Ok(Frame::Text(..)) | Err(_)) => return Err(Unread::Died),
                Err(_) => return Err(Unread::Slow),
            }
        }
    }

    async fn end(mut self) {
        // It fails only when the child has ended already, which is what is wanted.
        let _ = self.child.kill().await;
    }
}
