//! The loop that asks the probes when they are due, and queues what they answer.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use caretaker_shared::model::{Executables, Facts, Outcome, ProbeName, Reading};
use caretaker_shared::policy::DevicePolicy;
use caretaker_shared::wire::limits;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clocks::DeviceClocks;
use crate::config::{self, InForce};
use crate::host::Host;
use crate::narrowing::Narrowing;
use crate::platform;
use crate::probes::{Probe, ProbeSettings};
use crate::runner::{self, Asking};
use crate::schedule::Schedule;
use crate::spool::Spool;

/// Sleeping longer than this would miss a machine that wakes from its own sleep.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long it may take to watch the folders of executables.
const WATCHED_WITHIN: Duration = Duration::from_secs(60);

/// Everything that the loop needs.
pub(super) struct Probing {
    pub(super) asker: Arc<Asker>,
    pub(super) policy: watch::Receiver<InForce>,
    pub(super) resend: mpsc::Receiver<Vec<ProbeName>>,
    pub(super) chance: fn() -> f64,
}

/// Asks one probe and queues its answer.
pub(super) struct Asker {
    pub(super) spool: Arc<Spool>,
    /// Tells who is logged in when there is something to tell.
    pub(super) host: Arc<dyn Host>,
    pub(super) asking: Asking,
    /// Where probes may remember things.
    pub(super) memory: Option<PathBuf>,
    pub(super) clocks: DeviceClocks,
    pub(super) probes: &'static [&'static dyn Probe],
    pub(super) executables: watch::Sender<Arc<Executables>>,
    /// Watches over the folders of executables; `None` where nobody watches.
    pub(super) narrowing: Option<Arc<Mutex<Narrowing>>>,
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
        follow(&mut schedule, &policy);
        let mut asked = Asked::default();
        loop {
            for name in schedule.due(clock.steady(), self.chance) {
                // Where to look for executables only a policy says: without one there is no question.
                if name == ProbeName::Executables && policy.is_none() {
                    continue;
                }
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
                    follow(&mut schedule, &policy);
                    if folders(&before) != folders(&policy) {
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

fn follow(schedule: &mut Schedule, policy: &InForce) {
    if let Some(policy) = policy {
        schedule.follow(&policy.probe_every);
    }
}

/// Where executables are looked for; `None` without a policy.
fn folders(policy: &InForce) -> Option<&[String]> {
    policy.as_ref().map(|policy| policy.executable_folders.as_slice())
}

impl Asked {
    fn ask(&mut self, name: ProbeName, asker: &Arc<Asker>, policy: &InForce) {
        if !self.busy.insert(name) {
            self.again.insert(name);
            return;
        }
        let (asker, policy) = (asker.clone(), policy.clone());
        self.tasks.spawn(async move {
            asker.ask(name, policy.as_deref()).await;
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
    async fn ask(&self, name: ProbeName, policy: Option<&DevicePolicy>) {
        let Some(probe) = self.probes.iter().copied().find(|probe| probe.name() == name) else { return };
        let clock = self.clocks.clock();
        let settings = ProbeSettings { asked_at: Some(clock.now()), ..config::probes(policy, self.memory.clone()) };
        let narrowing = self.narrowing.as_ref().filter(|_| name == ProbeName::Executables);
        let settings = match narrowing {
            Some(narrowing) => self.narrowed(narrowing.clone(), settings).await,
            None => settings,
        };
        let (mut whole, watched) = (false, settings.watched.is_some());
        let mut answers = runner::ask(probe, &self.asking, settings).await;
        while let Some(reading) = answers.next(clock.as_ref()).await {
            whole = matches!(reading.outcome, Outcome::Complete(_));
            // Not the reason: it may name a path, and with it a person.
            tracing::debug!(probe.name = %name, outcome = reading.outcome.word(), "answered");
            self.queue(reading).await;
        }
        if whole
            && watched
            && let Some(mut narrowing) = narrowing.and_then(|narrowing| narrowing.try_lock().ok())
        {
            narrowing.answered_whole();
        }
    }

    /// The question with what the watches saw. A file system that does not answer holds the watches up, not the question:
    /// without them everything is walked.
    async fn narrowed(&self, narrowing: Arc<Mutex<Narrowing>>, settings: ProbeSettings) -> ProbeSettings {
        let (host, question, now) = (self.host.clone(), settings.clone(), self.clocks.clock().steady());
        let seen = tokio::task::spawn_blocking(move || {
            narrowing.try_lock().ok().map(|mut narrowing| narrowing.question(host.as_ref(), &question, now))
        });
        let watched = tokio::time::timeout(WATCHED_WITHIN, seen).await;
        ProbeSettings { watched: watched.ok().and_then(Result::ok).flatten(), ..settings }
    }

    async fn queue(&self, reading: Reading) {
        let name = reading.probe;
        let executables = match reading.outcome.facts() {
            Some(Facts::Executables(found)) => Some(Arc::new(found.clone())),
            Some(_) | None => None,
        };
        let host = self.host.clone();
        let push = move |spool: &Spool| {
            let queued = spool.push_reading(&reading, || logged_in(host.as_ref()))?;
            spool.push_digests()?;
            Ok(queued)
        };
        match self.spool.run(push).await {
            Ok(queued) => {
                tracing::debug!(probe.name = %name, sequence = queued.sequence, whole = queued.whole, "reading queued");
                if let Some(executables) = executables {
                    self.executables.send_replace(executables);
                }
            }
            Err(error) => tracing::error!(probe.name = %name, reason = %error, "a reading could not be queued"),
        }
        platform::give_back_memory();
    }
}

/// Who is logged in, as an event names them; nobody when that cannot be told.
fn logged_in(host: &dyn Host) -> Vec<String> {
    let accounts = host.accounts().unwrap_or_default().into_iter();
    accounts.filter(|account| account.logged_in).map(|account| account.name).take(limits::EVENT_USERS).collect()
}

#[cfg(test)]
mod tests {
    use caretaker_shared::clock::ManualClock;
    use caretaker_shared::model::{Antivirus, AntivirusProduct, DeviceEventKind, Engine, Payload, RealTime, Stream};
    use caretaker_shared::wire;
    use jiff::Timestamp;
    use tokio::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::host::sample::Sample;
    use crate::host::{Account, System};
    use crate::spool::Options;

    /// Tells where it was asked to look.
    struct Invented(Mutex<Sender<Vec<String>>>);

    impl Probe for Invented {
        fn name(&self) -> ProbeName {
            ProbeName::Executables
        }

        fn every(&self) -> Duration {
            Duration::from_secs(3600)
        }

        fn deadline(&self) -> Duration {
            Duration::from_secs(60)
        }

        fn collects(&self) -> &'static [&'static str] {
            &["nothing"]
        }

        fn ask(&self, _host: &dyn Host, settings: &ProbeSettings) -> Outcome {
            let told = self.0.lock().expect("no holder panics").blocking_send(settings.executable_folders.clone());
            told.expect("the test listens");
            Outcome::Complete(Facts::Executables(Executables::default()))
        }
    }

    fn policy(folder: &str) -> InForce {
        Some(Arc::new(DevicePolicy {
            version: 1,
            school: "Northfield School".into(),
            site: "North".into(),
            document_folders: Vec::new(),
            removable_media: false,
            detection: caretaker_shared::policy::Detection::default(),
            executable_folders: vec![folder.into()],
            probe_every: [(ProbeName::Executables, Duration::from_secs(7200))].into(),
            notice: String::new(),
            viewers: Vec::new(),
            media_names: false,
            pause_below_battery_percent: 30,
        }))
    }

    #[tokio::test]
    async fn executables_are_asked_for_when_a_policy_says_where_and_again_when_it_changes() {
        let home = tempfile::tempdir().expect("a folder");
        let clocks = DeviceClocks::of_this_boot(Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH)));
        let spool = Arc::new(Spool::open(&Options::within(home.path()), clocks.clone()).expect("opens"));
        let (told, mut asked) = channel(8);
        let probes: &'static [&'static dyn Probe] =
            Box::leak(Box::new([&*Box::leak(Box::new(Invented(Mutex::new(told)))) as &dyn Probe]));
        let (in_force, seen) = watch::channel(None);
        let (_resend, resent) = mpsc::channel(1);
        let (executables, mut found) = watch::channel(Arc::default());
        let host = crate::platform::machine();
        let asking = Asking::Here(host.clone());
        let asker = Arc::new(Asker { spool, host, asking, memory: None, clocks, probes, executables, narrowing: None });
        let stop = CancellationToken::new();
        let probing = Probing { asker, policy: seen, resend: resent, chance: || 0.5 };
        let running = tokio::spawn(probing.run(stop.clone()));
        // The loop has looked at what is due, and now waits.
        tokio::task::yield_now().await;
        in_force.send_replace(policy("/opt"));
        assert_eq!(asked.recv().await, Some(vec!["/opt".to_owned()]), "and not before there was a policy");
        found.changed().await.expect("the loop runs");
        in_force.send_replace(policy("~/Downloads"));
        assert_eq!(asked.recv().await, Some(vec!["~/Downloads".to_owned()]));
        stop.cancel();
        running.await.expect("ends");
    }

    fn antivirus(engine: Engine) -> Reading {
        let real_time = RealTime::Blocking;
        let product = AntivirusProduct { name: "ClamAV".into(), engine, real_time, ..AntivirusProduct::default() };
        let facts = Facts::Antivirus(Antivirus { products: vec![product], detections: Vec::new() });
        Reading { probe: ProbeName::Antivirus, taken_at: Timestamp::UNIX_EPOCH, outcome: Outcome::Complete(facts) }
    }

    fn payloads(spool: &Spool, stream: Stream) -> Vec<Payload> {
        let records = spool.next_batch(stream).expect("reads").map(|batch| batch.records).unwrap_or_default();
        records.iter().map(|(_, bytes)| wire::decode(bytes).expect("an envelope").payload).collect()
    }

    #[tokio::test]
    async fn an_event_names_who_is_logged_in_and_a_day_later_both_sides_compare() {
        let home = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        let clocks = DeviceClocks::of_this_boot(clock.clone());
        let spool = Arc::new(Spool::open(&Options::within(home.path()), clocks.clone()).expect("opens"));
        let mut host = Sample::of(System::Linux);
        let account = |name: &str, logged_in| Account {
            name: name.into(),
            uid: 1000,
            sid: String::new(),
            home: "/home".into(),
            logged_in,
        };
        host.accounts = vec![account("pupil.one", true), account("teacher.two", false)];
        let executables = watch::channel(Arc::default()).0;
        let host: Arc<dyn Host> = Arc::new(host);
        let asking = Asking::Here(host.clone());
        let asker = Asker {
            spool: spool.clone(),
            host,
            asking,
            memory: None,
            clocks,
            probes: &[],
            executables,
            narrowing: None,
        };
        asker.queue(antivirus(Engine::Running)).await;
        asker.queue(antivirus(Engine::Stopped)).await;
        clock.advance(Duration::from_secs(24 * 60 * 60));
        asker.queue(antivirus(Engine::Stopped)).await;
        let events = payloads(&spool, Stream::Tamper);
        let Some(Payload::Device(event)) = events.first() else { panic!("an event was expected, not {events:?}") };
        assert_eq!(
            (event.kind, event.users.as_slice()),
            (DeviceEventKind::AntivirusOff, &["pupil.one".to_owned()][..])
        );
        let state = payloads(&spool, Stream::State);
        assert!(matches!(state.last(), Some(Payload::Digests(_))), "{state:?}");
    }
}
