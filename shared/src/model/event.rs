//! What happened on a device, as opposed to what is so.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::digest::Sha256;

/// How serious an event is: 1 (worth counting) to 5 (a life in danger). See detection.md 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity(u8);

impl Severity {
    /// A life in danger, now.
    pub const HIGHEST: Self = Self(5);

    /// A level; `None` unless it is 1 to 5.
    #[must_use]
    pub fn new(level: u32) -> Option<Self> {
        u8::try_from(level).ok().filter(|level| (1..=5).contains(level)).map(Self)
    }

    /// 1 to 5.
    #[must_use]
    pub fn level(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// A keyword rule met a document. It holds no text, by design: there is no field that could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordEvent {
    /// Id of the rule.
    pub rule: String,
    /// Id of the rule's category.
    pub category: String,
    /// As the rule says.
    pub severity: Severity,
    /// Keyed hash of the document's path: tells documents apart, names none.
    pub document: Sha256,
    /// When the document was read, by the device's clock.
    pub occurred_at: Timestamp,
}

/// Something happened to the agent or to what protects the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TamperEvent {
    /// What.
    pub kind: TamperKind,
    /// When, by the device's clock.
    pub occurred_at: Timestamp,
}

/// Kinds of [`TamperEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TamperKind {
    /// The agent started, after a proper stop or for the first time.
    Started,
    /// The agent started, and its last run had been cut off.
    StartedAfterKill,
    /// The agent was asked to stop, and did.
    Stopped,
    /// The spool could not be read; it was set aside and a new epoch began.
    SpoolSetAside,
    /// Antivirus protection went from on to off (B1, E1).
    AntivirusOff,
    /// Antivirus protection went from off to on.
    AntivirusOn,
}

impl TamperKind {
    /// A stable word for logs and storage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::StartedAfterKill => "started-after-kill",
            Self::Stopped => "stopped",
            Self::SpoolSetAside => "spool-set-aside",
            Self::AntivirusOff => "antivirus-off",
            Self::AntivirusOn => "antivirus-on",
        }
    }
}

/// What the agent itself has cost since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentCost {
    /// Resident memory.
    pub resident_bytes: u64,
    /// Processor time, user and system.
    pub processor: Duration,
    /// Size of the spool on disk.
    pub spool_bytes: u64,
    /// Time since the agent started.
    pub uptime: Duration,
}
