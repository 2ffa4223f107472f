//! What happened on a device, as opposed to what is so.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{Role, Source};
use crate::digest::Sha256;
use crate::lexicon::{self, Arithmetic, Severity};

/// Whom an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A pupil, or nobody in particular.
    Pupil,
    /// A member of staff: two people open what is about them.
    Staff,
}

impl SubjectKind {
    /// A stable word for policies and storage: "pupil", "staff".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pupil => "pupil",
            Self::Staff => "staff",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pupil, Self::Staff].into_iter().find(|kind| kind.word() == word)
    }
}

/// What of the text travels with an event.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// An encoded [`Sealed`](crate::sealing::Sealed): nobody on the way can read it.
    Sealed(Vec<u8>),
    /// Nothing.
    Nothing(Unsealed),
}

impl fmt::Debug for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sealed(bytes) => write!(out, "sealed ({} bytes)", bytes.len()),
            Self::Nothing(reason) => write!(out, "nothing ({})", reason.word()),
        }
    }
}

/// Why nothing is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unsealed {
    /// The agent is older than sealing.
    Older,
    /// The token that the device was enrolled with named no safeguarding root.
    NoRoot,
    /// No recipients have arrived yet.
    NoRecipients,
    /// Nobody is left who may open it.
    Nobody,
    /// Sealing failed.
    Failed,
}

impl Unsealed {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Older, Self::NoRoot, Self::NoRecipients, Self::Nobody, Self::Failed];

    /// A stable word for storage: "no-root".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Older => "older",
            Self::NoRoot => "no-root",
            Self::NoRecipients => "no-recipients",
            Self::Nobody => "nobody",
            Self::Failed => "failed",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// A keyword rule met a text. It holds no text, by design: what of it travels is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordEvent {
    /// Id of the rule.
    pub rule: String,
    /// Id of the rule's category.
    pub category: String,
    /// What the arithmetic comes to.
    pub severity: Severity,
    /// How the severity came about.
    pub arithmetic: Arithmetic,
    /// How often the rule was met.
    pub count: u32,
    /// Whether somebody asks for help: for pastoral care too.
    pub help_seeking: bool,
    /// What it is about, for telling a lesson from a child: the category, or something narrower.
    pub topic: String,
    /// Where the text was.
    pub source: Source,
    /// Keyed hash of the document's path, or of the browser's profile: tells documents apart, names none.
    pub document: Sha256,
    /// Keyed hash of the account whose text it is; `None` for a text of nobody in particular.
    pub user: Option<Sha256>,
    /// When the text was written or read, by the device's clock.
    pub occurred_at: Timestamp,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// Offices of the person whom it is about, among those who would hear of it: they must not.
    pub conflict: BTreeSet<Role>,
    /// What of the text travels with it.
    pub content: Content,
}

impl KeywordEvent {
    /// A rule that a document of nobody in particular met once, with no more to its severity than what the rule says.
    #[must_use]
    pub fn met(rule: &str, category: &str, severity: Severity, document: Sha256, occurred_at: Timestamp) -> Self {
        let (least, most) = lexicon::category(category).map_or((severity, severity), |known| (known.least, known.most));
        Self {
            rule: rule.to_owned(),
            category: category.to_owned(),
            severity,
            arithmetic: Arithmetic::new(severity, least.min(severity), most.max(severity)),
            count: 1,
            help_seeking: false,
            topic: category.to_owned(),
            source: Source::Document,
            document,
            user: None,
            occurred_at,
            subject: SubjectKind::Pupil,
            conflict: BTreeSet::new(),
            content: Content::Nothing(Unsealed::NoRoot),
        }
    }
}

/// Something happened to the agent, to what protects the device, or to what is connected to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEvent {
    /// What.
    pub kind: DeviceEventKind,
    /// When, by the device's clock.
    pub occurred_at: Timestamp,
    /// Accounts that were logged in then, at most sixteen (B1).
    pub users: Vec<String>,
    /// What it is about: a product, an account, a medium; empty for what is about the agent.
    pub subject: String,
    /// What else there is to say, in a few words.
    pub detail: String,
}

impl DeviceEvent {
    /// An event about the agent itself.
    #[must_use]
    pub fn of_agent(kind: DeviceEventKind, occurred_at: Timestamp) -> Self {
        Self { kind, occurred_at, users: Vec::new(), subject: String::new(), detail: String::new() }
    }
}

/// Kinds of [`DeviceEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceEventKind {
    /// The agent started, after a proper stop or for the first time.
    Started,
    /// The agent started, and its last run had been cut off.
    StartedAfterKill,
    /// The agent was asked to stop, and did.
    Stopped,
    /// The spool could not be read; it was set aside and a new epoch began.
    SpoolSetAside,
    /// Antivirus protection went from on to off (B1, E1). The subject is the product.
    AntivirusOff,
    /// Antivirus protection went from off to on.
    AntivirusOn,
    /// An antivirus product met a virus (A2). The subject is what it calls it, the detail says where and what it did.
    VirusFound,
    /// An account has become an administrator (C2). The subject is the account.
    AdministratorAdded,
    /// An account is no longer an administrator. The subject is the account.
    AdministratorRemoved,
    /// A removable medium was put in (A8). The subject is the medium, the detail says whether it is encrypted.
    MediumMounted,
    /// A removable medium was taken out.
    MediumRemoved,
    /// Recipients arrived that are older, unsigned or of another root (T8). The detail says which.
    RecipientsRefused,
    /// The rules failed at a text, which counts as read. A fault of the agent; it says nothing of the text.
    TextUnread,
    /// A checkpoint of the collector's audit chain goes back, or contradicts those that the device keeps (T7). The detail
    /// says how.
    CheckpointRefused,
}

impl DeviceEventKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Started,
        Self::StartedAfterKill,
        Self::Stopped,
        Self::SpoolSetAside,
        Self::AntivirusOff,
        Self::AntivirusOn,
        Self::VirusFound,
        Self::AdministratorAdded,
        Self::AdministratorRemoved,
        Self::MediumMounted,
        Self::MediumRemoved,
        Self::RecipientsRefused,
        Self::TextUnread,
        Self::CheckpointRefused,
    ];

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
            Self::VirusFound => "virus-found",
            Self::AdministratorAdded => "administrator-added",
            Self::AdministratorRemoved => "administrator-removed",
            Self::MediumMounted => "medium-mounted",
            Self::MediumRemoved => "medium-removed",
            Self::RecipientsRefused => "recipients-refused",
            Self::TextUnread => "text-unread",
            Self::CheckpointRefused => "checkpoint-refused",
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
