//! Wiring of the running service: builds the parts, starts their loops, and lets them end in order.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use caretaker_shared::clock::SystemClock;
use caretaker_shared::{digest, shutdown};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::looking::Looking;
use super::{browsing, cost, probing, watching};
use crate::checkpoints::Checkpoints;
use crate::clocks::DeviceClocks;
use crate::config::{self, InForce};
use crate::detection::Rules;
use crate::host::Host;
use crate::identity::{self, Keeper};
use crate::narrowing::Narrowing;
use crate::plain::{Exit, Plain};
use crate::platform::service::{self, Moment, Note};
use crate::runner::{self, Asking, Launch};
use crate::sealing::Sealer;
use crate::spool::{Options, Spool, SpoolError, StateLock};
use crate::uplink::{self, Describe, Grpc, Session, Wiring};
use crate::{history, platform, probes};

/// How often a device that is not enrolled is looked at again.
const ENROLMENT: Duration = Duration::from_secs(10);
/// The folder, in the state folder, where probes remember things.
const MEMORY: &str = "memory";
/// The folder, in the state folder, for copies of histories while they are read.
const COPIES: &str = "copies";
/// How long no text may have come before the rules are laid aside.
const QUIET: Duration = Duration::from_secs(2 * 60);
/// How long probes and the watcher may take to end.
const DRAIN: Duration = Duration::from_secs(5);
/// How long the uplink may take: its last words, and what surrounds them.
const DRAIN_UPLINK: Duration = Duration::from_secs(8);

/// As [`run`], but waits for an identity first, however long that takes: for a service manager that starts the agent
/// with the computer, whether somebody has enrolled the device yet or not.
///
/// # Errors
/// Those of [`run`].
pub async fn run_when_enrolled(state: PathBuf, stop: CancellationToken) -> anyhow::Result<()> {
    identity::check_state(&state)?;
    if identity::load(&state)?.is_none() {
        service::note(&Note::NotEnrolled);
        service::tell(Moment::Ready);
    }
    while identity::load(&state)?.is_none() {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(ENROLMENT) => {}
        }
    }
    run(state, stop).await
}

/// Runs the service on a state folder until `stop`.
///
/// # Errors
/// When it cannot start, or its spool is damaged while it runs.
pub async fn run(state: PathBuf, stop: CancellationToken) -> anyhow::Result<()> {
    identity::check_state(&state)?;
    let _lock = lock(&state)?;
    let keeper = Keeper::open(&state)?.ok_or_else(not_enrolled)?;
    if let Err(error) = platform::lower_priority() {
        tracing::debug!(reason = %error, "the priority stays as it is");
    }
    let clocks = DeviceClocks::of_this_boot(Arc::new(SystemClock));
    let options = Options::within(&state);
    let opened = clocks.clone();
    let spool = tokio::task::spawn_blocking(move || Spool::open(&options, opened)).await?;
    let spool = Arc::new(spool.context("the spool cannot be opened")?);
    let began = spool.run(Spool::begin_run).await?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), start = began.word(), "the agent runs");
    let running = Running::start(&state, keeper, clocks, spool, stop.clone()).await?;
    service::tell(Moment::Ready);
    service::note(&Note::Started);
    running.until(stop).await
}

fn lock(state: &Path) -> anyhow::Result<StateLock> {
    let lock = StateLock::take(state).with_context(|| format!("the lock in {} cannot be taken", state.display()))?;
    let busy = || {
        Plain::new(
            Exit::Denied,
            format!("another agent already runs on {}", state.display()),
            format!("stop it first:  {};  or name another folder with --state", service::WORDS.stop),
        )
    };
    Ok(lock.ok_or_else(busy)?)
}

/// What `run` says on a device without an identity.
fn not_enrolled() -> Plain {
    Plain::new(
        Exit::Denied,
        "this device is not enrolled",
        "ask the network manager for a token, then:  caretaker-agent enrol TOKEN",
    )
}

/// The loops of a running agent.
struct Running {
    spool: Arc<Spool>,
    loops: TaskTracker,
    uplink: tokio::task::JoinHandle<Result<(), SpoolError>>,
    stop_uplink: CancellationToken,
    failed: CancellationToken,
}

impl Running {
    async fn start(
        state: &Path,
        keeper: Keeper,
        clocks: DeviceClocks,
        spool: Arc<Spool>,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let host = platform::machine();
        let launch = Launch::own().context("the system does not say which file this program is")?;
        let (policy, policy_seen) = watch::channel(stored_policy(&spool).await?);
        let rules = rules(&spool).await?;
        let (resend, resent) = mpsc::channel(8);
        let (found, executables) = watch::channel(Arc::default());
        let device = hostname(host.as_ref());
        let sealer = Arc::new(Sealer::open(state, keeper.identity()));
        spool.seal_with(sealer.clone());
        let checkpoints = Arc::new(Checkpoints::open(state, keeper.identity()));
        let grpc = Grpc::new(keeper.identity(), clocks.clock()).context("the identity cannot be used")?;
        let wiring = Wiring {
            spool: spool.clone(),
            keeper,
            clocks: clocks.clone(),
            hostname: device.clone(),
            policy,
            sealer,
            checkpoints,
            rules: rules.clone(),
            resend,
            executables,
            describe: describe(launch.clone()),
            chance,
        };
        let stop_uplink = CancellationToken::new();
        let uplink = tokio::spawn(uplink::run(Session::new(grpc, wiring), stop_uplink.clone()));
        let loops = TaskTracker::new();
        let asker = probing::Asker {
            spool: spool.clone(),
            host: host.clone(),
            asking: Asking::Child(launch),
            memory: Some(state.join(MEMORY)),
            clocks: clocks.clone(),
            probes: probes::all(),
            executables: found,
            narrowing: Some(Arc::new(Mutex::new(Narrowing::new()))),
        };
        let probing = probing::Probing { asker: Arc::new(asker), policy: policy_seen.clone(), resend: resent, chance };
        let failed = CancellationToken::new();
        guard(&loops, "probes", probing.run(stop.clone()), &failed);
        guard(&loops, "cost", cost::run(spool.clone(), stop.clone()), &failed);
        guard(&loops, "rules", lay_aside(rules.clone(), stop.clone()), &failed);
        let key = spool.run(Spool::document_key).await?;
        let clock = clocks.clock();
        let looking = Looking { rules, policy: policy_seen, device, host, spool: spool.clone(), key, clock };
        let browsing = browsing::Browsing { looking: looking.clone(), copies: state.join(COPIES) };
        let launch = history::Launch::own().context("the system does not say which file this program is")?;
        guard(&loops, "histories", browsing.run(launch, stop.clone()), &failed);
        let watching = watching::run(looking, stop);
        guard(&loops, "documents", watching, &failed);
        loops.spawn(beat(stop_uplink.clone()));
        Ok(Self { spool, loops, uplink, stop_uplink, failed })
    }

    /// Waits for the stop, then ends the loops that find things before the one that delivers them.
    async fn until(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.failed.cancelled() => {
                stop.cancel();
                anyhow::bail!("a part of the agent broke; the service manager starts it again");
            }
            () = self.spool.damaged() => {
                stop.cancel();
                anyhow::bail!("the spool was damaged while the agent ran; the next start sets it aside");
            }
            ended = &mut self.uplink => {
                stop.cancel();
                return ended?.context("the spool was damaged while the agent ran; the next start sets it aside");
            }
        }
        service::tell(Moment::Stopping);
        // A full disk must not keep what waits from its last chance to be delivered.
        if let Err(error) = self.spool.run(Spool::end_run).await {
            tracing::error!(reason = %error, "the stop could not be noted; the next start will say that it was cut off");
        }
        self.stop_uplink.cancel();
        if !shutdown::drain(&self.loops, DRAIN).await {
            tracing::warn!("a part of the agent did not end in time");
        }
        if tokio::time::timeout(DRAIN_UPLINK, self.uplink).await.is_err() {
            tracing::warn!("the uplink did not end in time; everything is kept");
        }
        tracing::info!("the agent has stopped");
        Ok(())
    }
}

/// The rules that ship, and those that the school has added.
async fn rules(spool: &Arc<Spool>) -> anyhow::Result<Rules> {
    let added = spool.run(Spool::lexicons).await?.unwrap_or_default();
    let rules = Rules::builtin();
    if let Err(error) = rules.load(&added) {
        tracing::error!(reason = %error, "the rules that the school has added are not in force; they are fetched anew");
        spool.run(|spool| spool.store_lexicons(&[])).await?;
    }
    Ok(rules)
}

/// Lays the rules aside whenever no text has come for a while.
async fn lay_aside(rules: Rules, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(QUIET) => {}
            () = stop.cancelled() => return,
        }
        if rules.lay_aside() {
            platform::give_back_memory();
        }
    }
}

/// Starts a loop whose end by a panic ends the whole agent: half of an agent would look like a whole one.
fn guard(
    loops: &TaskTracker,
    part: &'static str,
    work: impl Future<Output = ()> + Send + 'static,
    failed: &CancellationToken,
) {
    let (work, failed) = (tokio::spawn(work), failed.clone());
    loops.spawn(async move {
        if work.await.is_err() {
            tracing::error!(part, "a part of the agent panicked");
            failed.cancel();
        }
    });
}

/// The policy that was in force before the restart; none is read as documents off.
async fn stored_policy(spool: &Arc<Spool>) -> Result<InForce, SpoolError> {
    let Some(bytes) = spool.run(Spool::policy).await? else { return Ok(None) };
    let decoded = config::decode(&bytes);
    Ok(decoded
        .inspect_err(|fault| tracing::error!(reason = %fault, "the stored policy is not followed"))
        .ok()
        .map(Arc::new))
}

async fn beat(stop: CancellationToken) {
    let Some(every) = service::watchdog() else { return };
    loop {
        service::tell(Moment::Alive);
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn describe(launch: Launch) -> Describe {
    Arc::new(move |wanted| {
        let launch = launch.clone();
        Box::pin(async move { runner::describe(&launch, wanted).await })
    })
}

/// What people call this machine; "unknown" when it has no name.
#[must_use]
pub fn hostname(host: &dyn Host) -> String {
    host.facts().map_or_else(|_| "unknown".to_owned(), |facts| facts.hostname)
}

/// A number from 0 up to 1.
fn chance() -> f64 {
    let bits = u32::from_be_bytes(digest::random());
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}
