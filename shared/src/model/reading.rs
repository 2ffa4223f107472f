//! What a probe found out.

use std::fmt;

use jiff::Timestamp;

use super::facts::{
    Antivirus, Executables, FirewallProfile, Hardware, HostFacts, LocalAccount, Network, RemovableMedium, ScreenLock,
    SoftwareTitle, Updates, UserSession, Volume,
};

/// The subjects that devices report on. The names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProbeName {
    /// The machine and its operating system.
    Host,
    /// Maker, model and serial number.
    Hardware,
    /// Installed software titles.
    Software,
    /// Executables that no package owns, and media files.
    Executables,
    /// Antivirus products and what they do.
    Antivirus,
    /// The effective screen lock of each user.
    ScreenLock,
    /// Whether volumes are encrypted.
    Encryption,
    /// What keeps callers from outside away.
    Firewall,
    /// Updates of the operating system.
    Updates,
    /// Local accounts, passwords, administrators.
    Accounts,
    /// Who is logged in, and whether their screen is locked.
    Sessions,
    /// Media that can be taken out.
    Removable,
    /// Proxies and private networks.
    Network,
}

impl ProbeName {
    /// Every probe.
    pub const ALL: [Self; 13] = [
        Self::Host,
        Self::Hardware,
        Self::Software,
        Self::Executables,
        Self::Antivirus,
        Self::ScreenLock,
        Self::Encryption,
        Self::Firewall,
        Self::Updates,
        Self::Accounts,
        Self::Sessions,
        Self::Removable,
        Self::Network,
    ];

    /// The name on the wire and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Hardware => "hardware",
            Self::Software => "software",
            Self::Executables => "executables",
            Self::Antivirus => "antivirus",
            Self::ScreenLock => "screen-lock",
            Self::Encryption => "encryption",
            Self::Firewall => "firewall",
            Self::Updates => "updates",
            Self::Accounts => "accounts",
            Self::Sessions => "sessions",
            Self::Removable => "removable",
            Self::Network => "network",
        }
    }

    /// The probe of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|probe| probe.as_str() == name)
    }
}

impl fmt::Display for ProbeName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One probe's answer at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Who was asked.
    pub probe: ProbeName,
    /// When.
    pub taken_at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of asking. A reason is a lower-case fragment for people: "/var/lib/dpkg/status: permission denied".
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All there is to know.
    Complete(Facts),
    /// Some of it. What is missing here may still exist: nothing is "removed" by a partial answer.
    Partial {
        /// What was found.
        facts: Facts,
        /// What kept the rest from being found.
        reason: String,
    },
    /// This system has no way to tell.
    Unsupported {
        /// What it lacks.
        reason: String,
    },
    /// There is a way, but it did not work this time.
    Failed {
        /// What went wrong.
        reason: String,
    },
}

impl Outcome {
    /// What was found, if anything was.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Complete(facts) | Self::Partial { facts, .. } => Some(facts),
            Self::Unsupported { .. } | Self::Failed { .. } => None,
        }
    }

    /// Why it is not complete, when it is not.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Complete(_) => None,
            Self::Partial { reason, .. } | Self::Unsupported { reason } | Self::Failed { reason } => Some(reason),
        }
    }

    /// One word: complete, partial, unsupported, failed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::Partial { .. } => "partial",
            Self::Unsupported { .. } => "unsupported",
            Self::Failed { .. } => "failed",
        }
    }
}

/// What a probe found, by subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// Of [`ProbeName::Host`].
    Host(HostFacts),
    /// Of [`ProbeName::Hardware`].
    Hardware(Hardware),
    /// Of [`ProbeName::Software`].
    Software(Vec<SoftwareTitle>),
    /// Of [`ProbeName::Executables`].
    Executables(Executables),
    /// Of [`ProbeName::Antivirus`].
    Antivirus(Antivirus),
    /// Of [`ProbeName::ScreenLock`].
    ScreenLock(Vec<ScreenLock>),
    /// Of [`ProbeName::Encryption`].
    Encryption(Vec<Volume>),
    /// Of [`ProbeName::Firewall`].
    Firewall(Vec<FirewallProfile>),
    /// Of [`ProbeName::Updates`].
    Updates(Updates),
    /// Of [`ProbeName::Accounts`].
    Accounts(Vec<LocalAccount>),
    /// Of [`ProbeName::Sessions`].
    Sessions(Vec<UserSession>),
    /// Of [`ProbeName::Removable`].
    Removable(Vec<RemovableMedium>),
    /// Of [`ProbeName::Network`].
    Network(Network),
}

impl Facts {
    /// The probe that finds such facts.
    #[must_use]
    pub fn probe(&self) -> ProbeName {
        match self {
            Self::Host(_) => ProbeName::Host,
            Self::Hardware(_) => ProbeName::Hardware,
            Self::Software(_) => ProbeName::Software,
            Self::Executables(_) => ProbeName::Executables,
            Self::Antivirus(_) => ProbeName::Antivirus,
            Self::ScreenLock(_) => ProbeName::ScreenLock,
            Self::Encryption(_) => ProbeName::Encryption,
            Self::Firewall(_) => ProbeName::Firewall,
            Self::Updates(_) => ProbeName::Updates,
            Self::Accounts(_) => ProbeName::Accounts,
            Self::Sessions(_) => ProbeName::Sessions,
            Self::Removable(_) => ProbeName::Removable,
            Self::Network(_) => ProbeName::Network,
        }
    }
}
