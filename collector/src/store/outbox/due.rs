//! What a mail is about, and all that its text may say.

use caretaker_shared::checkpoint::SignedCheckpoint;
use caretaker_shared::model::{Requirement, Role};
use jiff::Timestamp;

use crate::audit_papers::Audience;
use crate::store::reports::WeeklyFigures;

/// Role of those who hear of device alerts.
pub(in crate::store) const NETWORK_MANAGER: &str = "network-manager";

/// A mail to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMail {
    /// Row.
    pub id: i64,
    /// Who gets it; empty for the webhook.
    pub address: String,
    /// Left part of the Message-ID: the same at every try.
    pub message_id: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// When it was queued: the schedule of tries counts from here.
    pub created_at: Timestamp,
    /// 1 to 5.
    pub urgency: u8,
    /// What it tells of.
    pub matter: Matter,
}

impl DueMail {
    /// What a log calls it: "26-0001", "daily list".
    #[must_use]
    pub fn label(&self) -> &str {
        match &self.matter {
            Matter::Alert(alert) | Matter::Webhook(alert) => &alert.reference,
            Matter::List(list) => list.kind.label(),
            Matter::Checkpoint(_) => "checkpoint",
            Matter::Weekly(_) => "weekly report",
            Matter::Licences(_) => "licence audit",
        }
    }
}

/// What a mail tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// One alert, to one person.
    Alert(MailedAlert),
    /// Several, to one person.
    List(MailedList),
    /// How watching itself did in a week, to one person.
    Weekly(WeeklyFigures),
    /// One alert that nobody could be told of, to the webhook.
    Webhook(MailedAlert),
    /// What a licence audit found, to one person: read when it is sent.
    Licences(MailedAudit),
    /// How far the audit log had come, to be kept.
    Checkpoint(Box<SignedCheckpoint>),
}

/// Which licence audit a mail brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedAudit {
    /// Its number.
    pub audit: i64,
    /// The one site that it is about; `None` for every site.
    pub site: Option<String>,
    /// Who reads it.
    pub audience: Audience,
}

/// What a mail may say of an alert: nothing of the device, the person, the rule or the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedAlert {
    /// "26-0001".
    pub reference: String,
    /// 1 to 5.
    pub severity: u8,
    /// Where.
    pub site: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Whom it concerns.
    pub kind: MailedKind,
    /// Who is told of it, this mail's recipient among them: a role and how many people, in the order of the ladder.
    pub told: Vec<(Role, u32)>,
}

/// Whom an alert concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailedKind {
    /// Those who look after children.
    Safeguarding {
        /// Events that were seen so far.
        events: u32,
        /// Why this mail comes.
        call: Call,
        /// Who is told next, when nobody answers; none when nobody is left.
        then: Option<Then>,
    },
    /// Those who look after children, as a test of the way that a concern takes.
    Canary {
        /// Devices that have answered so far.
        devices: u32,
    },
    /// The network manager: the requirement that is no longer met.
    Device {
        /// Which, when this version knows it.
        requirement: Option<Requirement>,
    },
    /// Those who could have been the second person: somebody opened the content of the case without one, at that time.
    BrokenGlass(Timestamp),
}

/// Why a mail about an alert comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It is new.
    First,
    /// Nobody has answered the first mail.
    Again,
    /// The same person was met once more.
    More,
    /// Nobody of those who were told first has answered.
    PassedOn,
    /// Somebody opened the content alone where two people are the rule.
    BrokenGlass,
}

/// Mail that tells of an alert itself, as a condition on a row of the outbox.
pub(in crate::store) const ABOUT_ALERT: &str = "outbox.kind NOT IN ('webhook', 'broken-glass')";

impl Call {
    /// Every reason.
    pub(in crate::store) const ALL: [Self; 5] =
        [Self::First, Self::Again, Self::More, Self::PassedOn, Self::BrokenGlass];

    /// The word of the outbox.
    pub(in crate::store) fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Again => "again",
            Self::More => "more",
            Self::PassedOn => "passed-on",
            Self::BrokenGlass => "broken-glass",
        }
    }
}

/// Who is told next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Then {
    /// People of that role.
    pub role: Role,
    /// When.
    pub at: Timestamp,
}

/// Several alerts in one mail: counts and numbers, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedList {
    /// Why they stand together.
    pub kind: ListKind,
    /// By level, the highest first, then by number.
    pub cases: Vec<ListedCase>,
}

/// Why alerts stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// Those of level 3 since the last school day.
    Daily,
    /// Those of level 2 since the last week.
    Weekly,
    /// More than ten mails in ten minutes.
    Surge,
}

impl ListKind {
    /// The word of the outbox.
    pub(in crate::store) fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Surge => "surge",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Daily => "daily list",
            Self::Weekly => "weekly list",
            Self::Surge => "surge list",
        }
    }
}

/// An alert in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCase {
    /// "26-0001".
    pub reference: String,
    /// 1 to 5.
    pub severity: u8,
    /// Where.
    pub site: String,
}
