//! Asks one probe under a deadline: whatever happens, there is a reading.
//!
//! The service asks in a child of its own program ([`Asking::Child`], docs/adr/0006): what the probe needed of memory goes
//! back when the child ends, a hang is ended at the deadline, and neither a panic nor a parser's fault reaches the
//! service. A command asks on a thread of its own program ([`Asking::Here`]), which ends with the answer anyway.

mod child;
mod exchange;
mod process;
mod thread;

use std::sync::Arc;

use caretaker_shared::clock::Clock;
use caretaker_shared::model::{Outcome, Reading};

pub use self::child::child_main;
pub use self::process::{Launch, describe};
use crate::host::Host;
use crate::probes::{Probe, ProbeSettings};

/// The hidden argument that makes this program the child.
pub const ARGUMENT: &str = "ask";

/// Where a probe does its work.
#[derive(Clone)]
pub enum Asking {
    /// In a child of this program, about this machine.
    Child(Launch),
    /// On a thread of this program.
    Here(Arc<dyn Host>),
}

/// The answers to one question: perhaps some that say what is known so far, and one that is final.
pub struct Answers {
    probe: &'static dyn Probe,
    source: Source,
}

enum Source {
    Child(Box<process::Conversation>),
    Thread(thread::Question),
    Broken(String),
    Ended,
}

/// Asks a probe. Ends with the answers: when they are dropped, the child is ended, too.
pub async fn ask(probe: &'static dyn Probe, asking: &Asking, settings: ProbeSettings) -> Answers {
    let source = match asking {
        Asking::Child(launch) => match process::Conversation::begin(launch, probe, settings).await {
            Ok(conversation) => Source::Child(Box::new(conversation)),
            Err(reason) => Source::Broken(reason),
        },
        Asking::Here(host) => match thread::Question::begin(probe, host.clone(), settings) {
            Ok(question) => Source::Thread(question),
            Err(reason) => Source::Broken(reason),
        },
    };
    Answers { probe, source }
}

/// Asks a probe and waits for its final answer. A panic, and an answer that does not come in time, are failed readings.
pub async fn run(probe: &'static dyn Probe, asking: &Asking, settings: ProbeSettings, clock: &dyn Clock) -> Reading {
    let mut answers = ask(probe, asking, settings).await;
    let mut last = None;
    while let Some(reading) = answers.next(clock).await {
        last = Some(reading);
    }
    let none = || Outcome::Failed { reason: "the probe ended without an answer".into() };
    last.unwrap_or_else(|| Reading { probe: probe.name(), taken_at: clock.now(), outcome: none() })
}

impl Answers {
    /// The next answer; `None` after the final one.
    pub async fn next(&mut self, clock: &dyn Clock) -> Option<Reading> {
        let (answer, last) = match &mut self.source {
            Source::Child(conversation) => conversation.next(self.probe.name()).await,
            Source::Thread(question) => (question.answer().await, true),
            Source::Broken(reason) => (Err(std::mem::take(reason)), true),
            Source::Ended => return None,
        };
        if last {
            self.source = Source::Ended;
        }
        let outcome = answer.unwrap_or_else(|reason| Outcome::Failed { reason });
        Some(Reading { probe: self.probe.name(), taken_at: clock.now(), outcome })
    }
}
