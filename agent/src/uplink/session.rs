//! What is said in one session: the greeting, the records in order of urgency, the executables on offer.

use std::pin::Pin;
use std::sync::Arc;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, ExecutableFacts, Executables, Facts, Payload, ProbeName, Stream};
use caretaker_shared::order;
use caretaker_shared::pki::DeviceKey;
use caretaker_shared::refusal::Refusal;
use caretaker_shared::tls::Fault;
use caretaker_shared::wire::{self, Hello, Upload, limits};
use tokio::sync::{mpsc, watch};

use super::{Uplink, UplinkError, Welcome};
use crate::checkpoints::Checkpoints;
use crate::clocks::DeviceClocks;
use crate::config::InForce;
use crate::detection::Rules;
use crate::identity::Keeper;
use crate::platform;
use crate::sealing::Sealer;
use crate::spool::{Batch, Settled, Spool, SpoolError};

/// Executables that are described before whatever waits is delivered: an alert must not wait for thousands.
const DESCRIBED: usize = 32;

/// Describes those of the executables that are still the ones that were found.
pub type Describe = Arc<dyn Fn(Vec<Executable>) -> Described + Send + Sync>;

/// What becomes of it.
pub type Described = Pin<Box<dyn Future<Output = Vec<ExecutableFacts>> + Send>>;

/// What a session is connected to on the device's side.
pub struct Wiring {
    /// Where records come from.
    pub spool: Arc<Spool>,
    /// Who the device is.
    pub keeper: Keeper,
    /// What time it is.
    pub clocks: DeviceClocks,
    /// What people call the machine.
    pub hostname: String,
    /// Where a new policy goes.
    pub policy: watch::Sender<InForce>,
    /// Seals what leaves this device of a text.
    pub sealer: Arc<Sealer>,
    /// What is kept of the collector's audit log.
    pub checkpoints: Arc<Checkpoints>,
    /// Which rules texts are held against: those that ship, and those that the school has added.
    pub rules: Rules,
    /// Probes whose whole state the collector wants.
    pub resend: mpsc::Sender<Vec<ProbeName>>,
    /// The executables of the newest reading.
    pub executables: watch::Receiver<Arc<Executables>>,
    /// See [`Describe`].
    pub describe: Describe,
    /// Numbers from 0 up to 1 for jitter.
    pub chance: fn() -> f64,
}

/// Why a session broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error(transparent)]
    Uplink(#[from] UplinkError),
    /// The collector answered, and nothing moved.
    #[error("the collector took none of the records")]
    Stalled,
    /// The collector holds less than it did a moment ago.
    #[error("the collector went back in time")]
    WentBack,
}

/// A device's side of the conversation.
pub struct Session<U> {
    pub(super) wiring: Wiring,
    pub(super) uplink: U,
    told_expired: bool,
    to_offer: Option<Arc<Executables>>,
    /// Recipients that were refused: they are not fetched again.
    pub(super) refused: Option<Sha256>,
    /// Whether anything was acknowledged since this was last asked.
    pub(super) moved: bool,
}

impl<U: Uplink> Session<U> {
    /// A conversation that has not begun.
    pub fn new(uplink: U, wiring: Wiring) -> Self {
        Self { wiring, uplink, told_expired: false, to_offer: None, refused: None, moved: false }
    }

    /// Greets, settles what both hold, fetches a new policy, renews the certificate when it is time.
    pub(super) async fn greet(&mut self) -> Result<Welcome, Broken> {
        if self.wiring.keeper.expired(self.wiring.clocks.now()) && !self.told_expired {
            self.told_expired = true;
            tracing::error!("this device's certificate has expired; run: caretaker-agent enrol --again TOKEN");
        }
        let mut welcome = self.hello().await?;
        let held = welcome.high_water.clone();
        if self.settle(held).await? == Settled::Ahead {
            tracing::warn!("the collector holds records that this spool never sent; a new epoch begins");
            self.wiring.spool.run(Spool::begin_new_epoch).await?;
            welcome = self.hello().await?;
            let held = welcome.high_water.clone();
            if self.settle(held).await? == Settled::Ahead {
                return Err(Broken::Stalled);
            }
        }
        if self.follow_policy(welcome.policy_version).await? {
            // The collector hears at once which policy is in force here, and not only at the next greeting.
            welcome = self.hello().await?;
            let held = welcome.high_water.clone();
            self.settle(held).await?;
        }
        self.follow_checkpoints(std::mem::take(&mut welcome.checkpoints)).await?;
        match self.follow_recipients(welcome.recipients).await {
            Err(Broken::Uplink(error)) => tracing::warn!(reason = %error, "the recipients were not fetched"),
            followed => followed?,
        }
        if !welcome.lexicons_unknown {
            match self.follow_lexicons(welcome.lexicons).await {
                // An alert must not wait for a list.
                Err(Broken::Uplink(error)) => tracing::warn!(reason = %error, "the added rules were not fetched"),
                followed => followed?,
            }
        }
        self.renew_when_due().await;
        Ok(welcome)
    }

    /// Delivers until nothing waits, the most urgent stream first after every batch.
    pub(super) async fn deliver(&mut self) -> Result<(), Broken> {
        while let Some(batch) = self.next_batch().await? {
            self.send(batch).await?;
        }
        Ok(())
    }

    /// Offers the executables of the newest reading and queues the facts of those that nobody knows.
    pub(super) async fn offer(&mut self) -> Result<(), Broken> {
        if self.wiring.executables.has_changed().unwrap_or(false) {
            self.to_offer = Some(self.wiring.executables.borrow_and_update().clone());
        }
        let Some(executables) = self.to_offer.clone() else { return Ok(()) };
        let digest = wire::facts_digest(&Facts::Executables(executables.as_ref().clone()));
        let offered = self.wiring.spool.run(Spool::offered).await?;
        if offered.as_deref() != Some(digest.as_bytes()) {
            let known = order::map(executables.files.iter().map(|executable| (executable.sha256, executable.clone())));
            let digests: Vec<Sha256> = known.keys().copied().collect();
            for offer in digests.chunks(limits::OFFERED) {
                let wanted = self.uplink.offer_executables(offer.to_vec()).await?;
                let wanted: Vec<Executable> = wanted.iter().filter_map(|digest| known.get(digest)).cloned().collect();
                for piece in wanted.chunks(DESCRIBED) {
                    self.describe(piece.to_vec()).await?;
                    self.deliver().await?;
                }
            }
            self.wiring.spool.run(move |spool| spool.note_offered(digest.as_bytes())).await?;
        }
        self.to_offer = None;
        // Four thousand of them were held, by path and by digest.
        drop(executables);
        platform::give_back_memory();
        Ok(())
    }

    /// Whether a safeguarding record waits.
    pub(super) async fn urgent(&self) -> bool {
        let marks = self.wiring.spool.run(Spool::marks).await.unwrap_or_default();
        marks.iter().any(|mark| mark.stream == Stream::Safeguarding && mark.acknowledged < mark.last)
    }

    async fn hello(&mut self) -> Result<Welcome, Broken> {
        let epoch = self.wiring.spool.run(Spool::epoch).await?;
        let hello = Hello {
            epoch: epoch.id,
            previous: epoch.previous,
            reason: epoch.reason,
            marks: self.wiring.spool.run(Spool::marks).await?,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            hostname: self.wiring.hostname.clone(),
            policy_version: self.policy_version(),
            clock: self.wiring.clocks.read(),
            root: self.wiring.sealer.root(),
            recipients: self.wiring.sealer.recipients(),
            checkpoint: self.wiring.checkpoints.newest().map(|newest| newest.digest()),
        };
        let welcome = match self.uplink.hello(hello).await {
            Ok(welcome) => welcome,
            Err(error) => {
                self.fall_back(&error);
                return Err(error.into());
            }
        };
        let now = self.wiring.clocks.now();
        self.wiring.spool.run(move |spool| spool.note_contact(now)).await?;
        if let Err(error) = self.wiring.keeper.confirm() {
            tracing::warn!(reason = %error, "an old identity could not be removed");
        }
        Ok(welcome)
    }

    async fn settle(&self, high_water: Vec<(Stream, u64)>) -> Result<Settled, Broken> {
        let settled = self.wiring.spool.run(move |spool| spool.settle(&high_water)).await?;
        if settled == Settled::Regressed {
            tracing::warn!("the collector went back in time; what is kept is sent again");
            let _ = self.wiring.resend.try_send(ProbeName::ALL.to_vec());
        }
        Ok(settled)
    }

    /// 0 before the first one.
    pub(super) fn policy_version(&self) -> u64 {
        self.wiring.policy.borrow().as_ref().map_or(0, |policy| policy.version)
    }

    async fn renew_when_due(&mut self) {
        if !self.wiring.keeper.renewal_due(self.wiring.clocks.now()) {
            return;
        }
        match self.renew().await {
            Ok(()) => tracing::info!("the device certificate was renewed"),
            Err(error) => tracing::warn!(reason = format!("{error:#}"), "the device certificate was not renewed"),
        }
    }

    async fn renew(&mut self) -> anyhow::Result<()> {
        let key = DeviceKey::generate()?;
        let certificate = self.uplink.renew(key.request()?).await?;
        self.wiring.keeper.renew(&key, certificate)?;
        self.wiring.sealer.adopt(self.wiring.keeper.identity());
        self.uplink.adopt(self.wiring.keeper.identity())?;
        Ok(())
    }

    /// A renewed identity that is turned away must not cut the device off while the old one still lies beside it.
    fn fall_back(&mut self, error: &UplinkError) {
        let turned_away = match error {
            UplinkError::Unreached(fault) => matches!(fault, Fault::DeviceUnknown | Fault::DeviceExpired),
            UplinkError::Refused { reason, .. } => *reason == Some(Refusal::DeviceUnknown),
            UplinkError::Answer(_) => false,
        };
        if !turned_away {
            return;
        }
        match self.wiring.keeper.fall_back() {
            Ok(true) => {
                tracing::warn!("the renewed identity was turned away; the one before is used again");
                self.wiring.sealer.adopt(self.wiring.keeper.identity());
                if let Err(error) = self.uplink.adopt(self.wiring.keeper.identity()) {
                    tracing::error!(reason = %error, "the identity before cannot be used");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::error!(reason = %error, "the identity before cannot be used"),
        }
    }

    async fn next_batch(&self) -> Result<Option<Batch>, SpoolError> {
        let first = |spool: &Spool| {
            for stream in Stream::ALL {
                if let Some(batch) = spool.next_batch(stream)? {
                    return Ok(Some(batch));
                }
            }
            Ok(None)
        };
        self.wiring.spool.run(first).await
    }

    async fn send(&mut self, batch: Batch) -> Result<(), Broken> {
        let epoch = self.wiring.spool.run(Spool::epoch).await?;
        let stream = batch.stream;
        let first = batch.records.first().map_or(0, |(sequence, _)| *sequence);
        let count = batch.records.len();
        let upload = Upload { epoch: epoch.id, stream, records: batch.records, clock: self.wiring.clocks.read() };
        let receipt = self.uplink.upload(upload).await?;
        let high_water = receipt.high_water;
        let moved = self.wiring.spool.run(move |spool| spool.acknowledge(stream, high_water)).await?;
        tracing::debug!(%stream, count, high_water, "delivered");
        if !receipt.resend.is_empty() {
            let probes = receipt.resend.clone();
            self.wiring.spool.run(move |spool| spool.forget_sent(&probes)).await?;
            let _ = self.wiring.resend.try_send(receipt.resend);
        }
        if moved {
            self.moved = true;
            return Ok(());
        }
        Err(if high_water.saturating_add(1) < first { Broken::WentBack } else { Broken::Stalled })
    }

    async fn describe(&self, wanted: Vec<Executable>) -> Result<(), SpoolError> {
        let described = (self.wiring.describe)(wanted).await;
        let push = move |spool: &Spool| {
            for facts in described {
                spool.push_state(&format!("executable/{}", facts.sha256), &Payload::ExecutableFacts(facts))?;
            }
            Ok(())
        };
        self.wiring.spool.run(push).await
    }
}
