//! How facts queue and travel: streams, sequence numbers, envelopes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{AgentCost, BootId, DeviceEvent, ExecutableFacts, KeywordEvent, ProbeName, Reading};
use crate::digest::Sha256;

/// One of a device's four queues. Each numbers its records from 1 without gaps; the order here is the order of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// P0: safeguarding events.
    Safeguarding,
    /// P1: tampering, identity, antivirus turned off.
    Tamper,
    /// P2: state of the device.
    State,
    /// P3: the agent's own cost.
    Metrics,
}

impl Stream {
    /// All streams, most urgent first.
    pub const ALL: [Self; 4] = [Self::Safeguarding, Self::Tamper, Self::State, Self::Metrics];

    /// 0 to 3: how both databases store it.
    #[must_use]
    pub fn priority(self) -> u8 {
        match self {
            Self::Safeguarding => 0,
            Self::Tamper => 1,
            Self::State => 2,
            Self::Metrics => 3,
        }
    }

    /// The stream of a stored priority.
    #[must_use]
    pub fn from_priority(priority: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| i64::from(stream.priority()) == priority)
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "P{}", self.priority())
    }
}

/// Both clocks of a device at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceClock {
    /// Time of day, as the device believes it.
    pub wall: Timestamp,
    /// Time since the boot that `boot` names.
    pub steady: Duration,
    /// Which boot.
    pub boot: BootId,
}

/// How far a stream has come on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamMark {
    /// Which stream.
    pub stream: Stream,
    /// Last number that the collector acknowledged; 0 for none.
    pub acknowledged: u64,
    /// Last number given out; 0 for none.
    pub last: u64,
}

/// Why a new epoch began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochReason {
    /// The agent has never run here before.
    NewInstall,
    /// Its spool could not be read and was set aside.
    SpoolDamaged,
}

impl EpochReason {
    /// A stable word for storage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NewInstall => "new-install",
            Self::SpoolDamaged => "spool-damaged",
        }
    }
}

/// What one record holds, and when it was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Both clocks when it was written down.
    pub recorded: DeviceClock,
    /// The content.
    pub payload: Payload,
}

/// The contents that a record can have.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A probe's answer.
    Reading(Reading),
    /// A probe answered as before.
    Unchanged(Unchanged),
    /// Facts about an executable that the collector asked for.
    ExecutableFacts(ExecutableFacts),
    /// What the device last sent of each probe.
    Digests(StateDigests),
    /// A rule met a document.
    Keyword(KeywordEvent),
    /// Something happened to the agent or the antivirus.
    Device(DeviceEvent),
    /// The agent's own cost.
    Cost(AgentCost),
    /// Numbers that will never come.
    Gap(Gap),
}

impl Payload {
    /// The stream that such a payload travels on; `None` for a gap, which may stand in any.
    #[must_use]
    pub fn stream(&self) -> Option<Stream> {
        match self {
            Self::Keyword(_) => Some(Stream::Safeguarding),
            Self::Device(_) => Some(Stream::Tamper),
            Self::Reading(_) | Self::Unchanged(_) | Self::ExecutableFacts(_) | Self::Digests(_) => Some(Stream::State),
            Self::Cost(_) => Some(Stream::Metrics),
            Self::Gap(_) => None,
        }
    }
}

/// A probe answered as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchanged {
    /// Who was asked.
    pub probe: ProbeName,
    /// When.
    pub taken_at: Timestamp,
    /// Of the facts as they were sent, see [`crate::wire::facts_digest`].
    pub digest: Sha256,
}

/// What a device last sent of each probe, by which it and the collector prove once a day that they hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDigests {
    /// When.
    pub taken_at: Timestamp,
    /// As in [`Unchanged`], of the probes that have sent facts.
    pub probes: BTreeMap<ProbeName, Sha256>,
}

/// Numbers `from..=to` that will never come. The record that says so has the number `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// First number missing.
    pub from: u64,
    /// Last number missing.
    pub to: u64,
    /// Why.
    pub reason: GapReason,
}

/// Why numbers are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// The spool was full and these gave way.
    Quota,
    /// The collector went back in time, and the device no longer had these.
    LostInRestore,
}

impl GapReason {
    /// A stable word for storage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::LostInRestore => "lost-in-restore",
        }
    }
}
