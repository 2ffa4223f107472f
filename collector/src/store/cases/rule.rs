//! Who opens what, alone or with a second person (detection.md 4.4). Pure.

use caretaker_shared::model::Role;

use super::row::CaseRow;

/// Least level of what is opened alone: two-person control must never delay a child at risk.
const ALONE_FROM: u32 = 3;

/// What content is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read it now.
    Read,
    /// For the child-protection file.
    Export,
}

impl Purpose {
    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Export => "export",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        if word == "export" { Self::Export } else { Self::Read }
    }
}

/// How somebody comes to the content of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By themselves.
    Alone,
    /// With one of these roles, who approves.
    With(&'static [Role]),
}

/// How a role comes to the content of a case that it may know of.
#[must_use]
pub fn way(case: &CaseRow, role: Role, purpose: Purpose, chair_approves_staff: bool) -> Way {
    let about_staff = case.subject == "staff";
    let leads = matches!(role, Role::SafeguardingLead | Role::Deputy);
    if leads && purpose == Purpose::Read && !about_staff && case.severity >= ALONE_FROM {
        return Way::Alone;
    }
    if about_staff && chair_approves_staff && role != Role::Chair {
        return Way::With(&[Role::Chair]);
    }
    Way::With(&[Role::SafeguardingLead, Role::Deputy, Role::Head, Role::Chair])
}
