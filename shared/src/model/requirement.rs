//! The clauses of real school policies that this version measures, by their stable ids (policy-clauses.md).

use std::fmt;

/// A requirement: findings, reports and tests name it by [`Requirement::id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Requirement {
    /// Seen on the network within the days that the policy allows.
    A1Seen,
    /// Antivirus signatures not older than the policy allows.
    A1Signatures,
    /// Approved antivirus installed and on.
    E1,
    /// Locks within the time that the policy allows, and demands the password.
    E2,
    /// No executable outside of packages.
    E4,
    /// What a device said can be believed: not a clause of a policy, but what all others rest on.
    Integrity,
}

impl Requirement {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 6] = [Self::E1, Self::E2, Self::A1Seen, Self::A1Signatures, Self::E4, Self::Integrity];

    /// The stable id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::A1Seen => "A1",
            Self::A1Signatures => "A1.signatures",
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E4 => "E4",
            Self::Integrity => "integrity",
        }
    }

    /// The requirement with that id, in any case.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|requirement| requirement.id().eq_ignore_ascii_case(id))
    }

    /// What it asks for, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::A1Seen => "seen on the network every week",
            Self::A1Signatures => "antivirus signatures up to date",
            Self::E1 => "approved antivirus installed and on",
            Self::E2 => "locks within 5 minutes, with password",
            Self::E4 => "no unknown executables",
            Self::Integrity => "reports agree with themselves",
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}
