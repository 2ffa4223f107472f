//! Who somebody is to the school: what decides what they may see and do.

use std::fmt;

/// The role of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Looks after the computers; never sees a child's identity, the category or the content of a concern.
    NetworkManager,
    /// Leads safeguarding (DSL).
    SafeguardingLead,
    /// Stands in for the safeguarding lead.
    Deputy,
    /// The headteacher.
    Head,
    /// Chairs the governors; takes concerns about the head.
    Chair,
    /// One of the governors.
    Governor,
    /// Looks after licences and their cost.
    BusinessManager,
    /// Mends devices, often from another company; sees no personal data.
    Technician,
    /// Proves that the rules were kept.
    Auditor,
}

impl Role {
    /// All roles, in the order in which tables show them.
    pub const ALL: [Self; 9] = [
        Self::NetworkManager,
        Self::SafeguardingLead,
        Self::Deputy,
        Self::Head,
        Self::Chair,
        Self::Governor,
        Self::BusinessManager,
        Self::Technician,
        Self::Auditor,
    ];

    /// The stable word: "safeguarding-lead".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NetworkManager => "network-manager",
            Self::SafeguardingLead => "safeguarding-lead",
            Self::Deputy => "deputy",
            Self::Head => "head",
            Self::Chair => "chair",
            Self::Governor => "governor",
            Self::BusinessManager => "business-manager",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
        }
    }

    /// As people say it: "safeguarding lead".
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::NetworkManager => "network manager",
            Self::SafeguardingLead => "safeguarding lead",
            Self::Deputy => "deputy safeguarding lead",
            Self::Head => "head",
            Self::Chair => "chair of governors",
            Self::Governor => "governor",
            Self::BusinessManager => "business manager",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
        }
    }

    /// The role of that word; `None` for another word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn every_role_is_found_by_its_word_and_by_nothing_else() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(role));
        }
        assert_eq!(Role::parse("Head"), None);
        assert_eq!(Role::parse(""), None);
    }
}
