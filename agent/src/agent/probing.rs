//! The loop that asks the probes when they are due, and queues what they answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::model::{Executable, Facts, ProbeName, Reading};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clocks::DeviceClocks;
use crate::config::DevicePolicy;
use crate::host::Host;
use crate::probes::Probe;
use crate::runner;
use crate::schedule::Schedule;
use crate::spool::Spool;

/// Sleeping longer than this would miss a machine that wakes from its own sleep.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Everything that the loop needs.
pub(super) struct Probing {
    pub(super) asker: Arc<Asker>,
    pub(super) policy: watch::Receiver<Arc<DevicePolicy>>,
    pub(super) resend: mpsc::Receiver<Vec<ProbeName>>,
    pub(super) chance: fn() -> f64,
}

/// Asks one probe and queues its answer.
pub(super) struct Asker {
    pub(super) spool: Arc<Spool>,
    pub(super) host: Arc<dyn Host>,
    pub(super) clocks: DeviceClocks,
    pub(super) probes: &'static [&'static dyn Probe],
    pub(super) executables: watch::Sender<Arc<Vec<Executable>>>,
}

/// Probes that are being asked. A slow one must not keep the others waiting, and none is asked twice at a time.
#[derive(Default)]
struct Asked {
    tasks: JoinSet<ProbeName>,
    busy: BTreeSet<ProbeName>,
    /// Fell due while they were busy: asked again as soon as they are not.
    again: BTreeSet<ProbeName>,
}

impl Probing {
    /// Asks until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let clock = self.asker.clocks.clock();
        let rhythms = self.asker.probes.iter().map(|probe| (probe.name(), probe.every()));
        let mut schedule = Schedule::new(rhythms, clock.steady());
        let mut policy = self.policy.borrow_and_update().clone();
        schedule.follow(policy.rhythms());
        let mut asked = Asked::default();
        loop {
            for name in schedule.due(clock.steady(), self.chance) {
                asked.ask(name, &self.asker, &policy);
            }
            let wait = schedule.next().map_or(LONGEST_WAIT, |next| next.saturating_sub(clock.steady()));
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait.min(LONGEST_WAIT)) => {}
                Some(done) = asked.tasks.join_next() => {
                    let name = done.expect("asking a probe does not panic: the runner guards it");
                    if asked.finished(name) {
                        schedule.hasten(name, clock.steady());
                    }
                }
                Ok(()) = self.policy.changed() => {
                    let before = policy;
                    policy = self.policy.borrow_and_update().clone();
                    schedule.follow(policy.rhythms());
                    if before.executable_folders != policy.executable_folders {
                        schedule.hasten(ProbeName::Executables, clock.steady());
                    }
                }
                Some(names) = self.resend.recv() => {
                    for name in names {
                        schedule.hasten(name, clock.steady());
                    }
                }
            }
        }
    }
}

impl Asked {
    fn ask(&mut self, name: ProbeName, asker: &Arc<Asker>, policy: &Arc<DevicePolicy>) {
        if !self.busy.insert(name) {
            self.again.insert(name);
            return;
        }
        let (asker, policy) = (asker.clone(), policy.clone());
        self.tasks.spawn(async move {
            asker.ask(name, &policy).await;
            name
        });
    }

    /// Whether it has to be asked again at once.
    fn finished(&mut self, name: ProbeName) -> bool {
        self.busy.remove(&name);
        self.again.remove(&name)
    }
}

impl Asker {
    async fn ask(&self, name: ProbeName, policy: &DevicePolicy) {
        let Some(probe) = self.probes.iter().copied().find(|probe| probe.name() == name) else { return };
        let clock = self.clocks.clock();
        let reading = runner::run(probe, self.host.clone(), policy.probes(), clock.as_ref()).await;
        if let Some(reason) = reading.outcome.reason() {
            tracing::debug!(probe.name = %name, outcome = reading.outcome.word(), reason, "not complete");
        }
        self.queue(reading).await;
    }

    async fn queue(&self, reading: Reading) {
        let name = reading.probe;
        let executables = match reading.outcome.facts() {
            Some(Facts::Executables(executables)) => Some(Arc::new(executables.clone())),
            Some(Facts::Host(_) | Facts::Software(_) | Facts::Antivirus(_) | Facts::ScreenLock(_)) | None => None,
        };
        match self.spool.run(move |spool| spool.push_reading(&reading)).await {
            Ok(queued) => {
                tracing::debug!(probe.name = %name, sequence = queued.sequence, whole = queued.whole, "reading queued");
                if let Some(executables) = executables {
                    self.executables.send_replace(executables);
                }
            }
            Err(error) => tracing::error!(probe.name = %name, reason = %error, "a reading could not be queued"),
        }
    }
}
