//! Asks on a thread of this program.
//!
//! A thread cannot be stopped from outside. A probe that misses its deadline is left to finish on its own thread, its
//! late answer is dropped, and it is not asked again before it has finished.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::host::Host;
use crate::probes::{Probe, ProbeSettings};

/// A question that a thread works on.
pub(super) struct Question {
    answer: oneshot::Receiver<Outcome>,
    ends_at: Instant,
    within: Duration,
}

impl Question {
    /// Starts the thread, unless the probe is still busy with an earlier question.
    pub(super) fn begin(
        probe: &'static dyn Probe,
        host: Arc<dyn Host>,
        settings: ProbeSettings,
    ) -> Result<Self, String> {
        let busy = Busy::begin(probe).ok_or("still busy with the question before")?;
        let within = probe.deadline();
        let ends_at = Instant::now() + within;
        let (answer, answered) = oneshot::channel();
        let question = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| probe.ask(host.as_ref(), &settings)));
            drop(busy);
            // What a panic says may hold what the probe was reading: it is not passed on.
            let _ = answer.send(outcome.unwrap_or_else(|_| failed("the probe panicked")));
        };
        let thread = std::thread::Builder::new().name(format!("probe {}", probe.name()));
        thread.spawn(question).map_err(|_| "the system starts no more threads")?;
        Ok(Self { answer: answered, ends_at, within })
    }

    /// Waits for the answer.
    pub(super) async fn answer(&mut self) -> Result<Outcome, String> {
        match timeout_at(self.ends_at, &mut self.answer).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) => Err("the probe ended without an answer".to_owned()),
            Err(_) => Err(format!("gave no answer within {} s", self.within.as_secs())),
        }
    }
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed { reason: reason.to_owned() }
}

/// Which probe: its name, and where it lies, since a test may have two of the same name.
type Key = (ProbeName, usize);

static BUSY: Mutex<BTreeSet<Key>> = Mutex::new(BTreeSet::new());

/// Holds a probe's place among the busy ones for as long as it works.
struct Busy(Key);

impl Busy {
    fn begin(probe: &'static dyn Probe) -> Option<Self> {
        let key = (probe.name(), std::ptr::from_ref(probe).cast::<()>().addr());
        Self::all().insert(key).then(|| Self(key))
    }

    fn all() -> MutexGuard<'static, BTreeSet<Key>> {
        BUSY.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        Self::all().remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use caretaker_shared::clock::ManualClock;
    use caretaker_shared::model::{Antivirus, Facts};
    use jiff::Timestamp;

    use super::*;
    use crate::platform;
    use crate::runner::{Asking, run};
    use caretaker_shared::model::Reading;

    /// Answers once it is told to, or panics.
    struct Invented {
        deadline: Duration,
        go_on: Mutex<Option<Receiver<()>>>,
        panics: bool,
    }

    impl Invented {
        fn new(deadline: Duration, go_on: Option<Receiver<()>>, panics: bool) -> &'static Self {
            Box::leak(Box::new(Self { deadline, go_on: Mutex::new(go_on), panics }))
        }
    }

    impl Probe for Invented {
        fn name(&self) -> ProbeName {
            ProbeName::Antivirus
        }

        fn every(&self) -> Duration {
            Duration::from_secs(3600)
        }

        fn deadline(&self) -> Duration {
            self.deadline
        }

        fn collects(&self) -> &'static [&'static str] {
            &["nothing"]
        }

        fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
            assert!(!self.panics, "a name that nobody else may read");
            if let Some(go_on) = self.go_on.lock().expect("asked once at a time").take() {
                go_on.recv().expect("the test lets it go on");
            }
            Outcome::Complete(Facts::Antivirus(Antivirus::default()))
        }
    }

    async fn asked(probe: &'static Invented) -> Reading {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        run(probe, &Asking::Here(platform::machine()), ProbeSettings::default(), &clock).await
    }

    fn held() -> (Sender<()>, Option<Receiver<()>>) {
        let (sender, receiver) = channel();
        (sender, Some(receiver))
    }

    #[tokio::test]
    async fn hands_on_an_answer_with_the_time_of_the_clock() {
        let reading = asked(Invented::new(Duration::from_secs(60), None, false)).await;
        assert_eq!(reading.taken_at, Timestamp::UNIX_EPOCH);
        assert_eq!(reading.outcome, Outcome::Complete(Facts::Antivirus(Antivirus::default())));
    }

    #[tokio::test]
    async fn a_panic_is_a_failed_reading_without_its_text() {
        let reading = asked(Invented::new(Duration::from_secs(60), None, true)).await;
        assert_eq!(reading.outcome, failed("the probe panicked"));
    }

    #[tokio::test]
    async fn a_late_probe_fails_and_is_not_asked_again_before_it_has_finished() {
        let (let_go, go_on) = held();
        let probe = Invented::new(Duration::ZERO, go_on, false);
        assert_eq!(asked(probe).await.outcome, failed("gave no answer within 0 s"));
        assert_eq!(asked(probe).await.outcome, failed("still busy with the question before"));
        let_go.send(()).expect("the probe waits for this");
        let free = async {
            while asked(probe).await.outcome == failed("still busy with the question before") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), free).await.expect("a probe that has finished is asked again");
    }
}
