//! The clauses of real school policies that this version measures, by their stable ids (policy-clauses.md).

use std::fmt;

use super::ProbeName;

/// A requirement: findings, reports and tests name it by [`Requirement::id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Requirement {
    /// Approved antivirus installed and on.
    E1,
    /// Locks within the time that the policy allows, and demands the password.
    E2,
    /// The screen locks at all, for every user.
    A3,
    /// Seen on the network within the days that the policy allows.
    A1Seen,
    /// Antivirus signatures not older than the policy allows.
    A1Signatures,
    /// Security updates are applied.
    B2,
    /// Volumes with people's files are encrypted.
    B4,
    /// Removable media are encrypted.
    A8,
    /// Passwords are set, and changed as often as the policy asks.
    E3,
    /// Only known accounts are administrators.
    C2,
    /// Nobody is left logged in with an open screen.
    D2,
    /// No executable outside of packages.
    E4,
    /// No games, no music or video files but those for teaching.
    E6,
    /// Nothing that gets around the filter.
    E7,
    /// What a device said can be believed: not a clause of a policy, but what all others rest on.
    Integrity,
}

impl Requirement {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 15] = [
        Self::E1,
        Self::E2,
        Self::A3,
        Self::A1Seen,
        Self::A1Signatures,
        Self::B2,
        Self::B4,
        Self::A8,
        Self::E3,
        Self::C2,
        Self::D2,
        Self::E4,
        Self::E6,
        Self::E7,
        Self::Integrity,
    ];

    /// The stable id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::A3 => "A3",
            Self::A1Seen => "A1",
            Self::A1Signatures => "A1.signatures",
            Self::B2 => "B2",
            Self::B4 => "B4",
            Self::A8 => "A8",
            Self::E3 => "E3",
            Self::C2 => "C2",
            Self::D2 => "D2",
            Self::E4 => "E4",
            Self::E6 => "E6",
            Self::E7 => "E7",
            Self::Integrity => "integrity",
        }
    }

    /// The requirement with that id, in any case.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|requirement| requirement.id().eq_ignore_ascii_case(id))
    }

    /// The probes whose answers it takes to know. Empty for what the collector knows by itself.
    #[must_use]
    pub fn probes(self) -> &'static [ProbeName] {
        match self {
            Self::E1 | Self::A1Signatures => &[ProbeName::Antivirus],
            Self::E2 | Self::A3 => &[ProbeName::ScreenLock],
            Self::B2 => &[ProbeName::Updates],
            Self::B4 => &[ProbeName::Encryption],
            Self::A8 => &[ProbeName::Removable],
            Self::E3 | Self::C2 => &[ProbeName::Accounts],
            Self::D2 => &[ProbeName::Sessions],
            Self::E4 => &[ProbeName::Executables],
            Self::E6 => &[ProbeName::Software, ProbeName::Executables],
            Self::E7 => &[ProbeName::Network, ProbeName::Software, ProbeName::Executables],
            Self::A1Seen | Self::Integrity => &[],
        }
    }

    /// What it asks for, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::E1 => "approved antivirus installed and on",
            Self::E2 => "locks within 5 minutes, with password",
            Self::A3 => "every user's screen locks",
            Self::A1Seen => "seen on the network every week",
            Self::A1Signatures => "antivirus signatures up to date",
            Self::B2 => "security updates applied",
            Self::B4 => "disks encrypted",
            Self::A8 => "removable media encrypted",
            Self::E3 => "passwords set and changed",
            Self::C2 => "administrators known",
            Self::D2 => "no session left open",
            Self::E4 => "no unknown executables",
            Self::E6 => "no games, no private media",
            Self::E7 => "no way around the filter",
            Self::Integrity => "reports agree with themselves",
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}
