//! From findings to events: what of a text is news, and how the week before weighs in. Of the text itself only what is
//! sealed with an event passes through here, wiped behind it.

mod news;
mod rules;
mod visited;
mod week;

use std::collections::BTreeSet;

use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::{Ask, Finding, Stage};
use caretaker_shared::model::{KeywordEvent, Severity, Source, SubjectKind};
use caretaker_shared::order;
use caretaker_shared::policy::Scope;
use caretaker_shared::sealing::Evidence;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};

pub use news::news;
pub use rules::{Rules, Unusable};
pub use visited::{Visited, Visitor};
pub use week::{WEEK, Week};

/// What a text is asked for under `scope`.
#[must_use]
pub fn ask(scope: &Scope) -> Ask<'_> {
    Ask { categories: &scope.categories, age: scope.age }
}

/// A moment by the clock on the wall here.
#[must_use]
pub fn on_the_wall(at: Timestamp) -> DateTime {
    at.to_zoned(TimeZone::system()).datetime()
}

/// What a text met, and what of the text is sealed with it.
#[derive(Debug, Clone)]
pub struct Met {
    /// Which rule, how often.
    pub finding: Finding,
    /// Wiped when it is dropped.
    pub evidence: Evidence,
}

impl Met {
    /// What `rules` find in `text`, which stands in `place` and belongs to `user` (empty for nobody in particular); `None`
    /// when they fail at it.
    #[must_use]
    pub fn all(rules: &Rules, text: &str, ask: &Ask<'_>, place: &str, user: &str) -> Option<Vec<Self>> {
        let met = |finding: Finding| Self { evidence: Evidence::of(&finding, text, place, user), finding };
        Some(rules.read_guarded(text, ask)?.into_iter().map(met).collect())
    }
}

/// Where a text was, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// What kind of text.
    pub source: Source,
    /// Keyed hash of the document's path, or of the browser's profile.
    pub document: Sha256,
    /// Keyed hash of the account; `None` for a text of nobody in particular.
    pub user: Option<Sha256>,
    /// Whether that is a pupil's.
    pub kind: SubjectKind,
    /// When it was written or read.
    pub at: Timestamp,
}

/// A rule that a document met, as it was last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Id of the rule.
    pub rule: String,
    /// How often the document met it.
    pub count: u32,
    /// How severe it was.
    pub severity: Severity,
    /// When an event told of it.
    pub at: Timestamp,
}

/// What is to be told, and what is to be remembered of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Events to queue.
    pub events: Vec<Event>,
    /// All rules that the document meets now.
    pub told: Vec<Told>,
}

/// An event, and the step of grooming that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event.
    pub event: KeywordEvent,
    /// What the collector need not know, and the week after must.
    pub stage: Option<Stage>,
    /// What is sealed when the event is queued.
    pub evidence: Evidence,
}

/// The steps of grooming among findings.
fn stages(met: &[Met]) -> BTreeSet<Stage> {
    order::set(met.iter().filter_map(|met| met.finding.stage))
}
