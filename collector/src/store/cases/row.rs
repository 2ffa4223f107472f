//! One case as its table rows say it.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use super::super::{StoreError, moment::moment};
use super::viewer::{MAY_KNOW, Viewer};
use crate::store::console::count;

/// Digits of a person's tag: enough to tell the people of one school apart.
const TAG_BYTES: usize = 3;

/// How far people have come with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Nobody has looked.
    New,
    /// Somebody has looked, nobody has taken it.
    Seen,
    /// Somebody has it.
    Acting,
    /// It has an outcome.
    Closed,
}

impl CaseState {
    /// All, from first to last.
    pub const ALL: [Self; 4] = [Self::New, Self::Seen, Self::Acting, Self::Closed];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Seen => "seen",
            Self::Acting => "acting",
            Self::Closed => "closed",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    fn of(alert_state: &str, seen: bool) -> Self {
        match (alert_state, seen) {
            ("closed", _) => Self::Closed,
            ("acknowledged", _) => Self::Acting,
            (_, true) => Self::Seen,
            (_, false) => Self::New,
        }
    }
}

/// A case: no word of a text, no account, no name of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub(crate) rowid: i64,
    /// "26-0042".
    pub reference: String,
    /// 1 to 5.
    pub severity: u32,
    /// Name of the site.
    pub site: String,
    /// Name of the device.
    pub device: String,
    /// What the alert says of itself: a lesson, a report that could not be read.
    pub about: String,
    /// How far people have come.
    pub state: CaseState,
    /// Id of a category; empty for a lesson and an unreadable report.
    pub category: String,
    /// "pupil", "staff".
    pub subject: String,
    /// Words of the roles that it is about.
    pub conflicts: Vec<String>,
    /// Whether pictures of abuse are suspected (C7).
    pub images: bool,
    /// Whether nothing of it may be erased.
    pub legal_hold: bool,
    /// Tells persons apart and names none: "p-3fa2c1"; empty when it is of nobody in particular.
    pub person: String,
    /// Events that it stands for.
    pub events: u32,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Who has it; empty for nobody.
    pub assigned_to: String,
    /// Who saw it first, and when.
    pub seen: Option<(Timestamp, String)>,
    /// Who took it, and when.
    pub acknowledged: Option<(Timestamp, String)>,
    /// Who closed it, and when.
    pub closed: Option<(Timestamp, String)>,
    /// With what outcome; empty unless it is closed.
    pub outcome: String,
}

/// The columns that [`read`] takes, of `alert a`, `site s`, `device d` and `case_file f`.
pub(super) const COLUMNS: &str = "SELECT a.id, a.reference, a.severity, s.name, d.name, a.about, a.state, a.raised_at,
    f.category, f.subject, f.images, f.legal_hold,
    coalesce((SELECT pseudonym FROM person WHERE person.device = a.device AND person.user = f.user), f.user),
    (SELECT count(*) FROM event e WHERE e.alert = a.id), f.assigned_to, f.seen_at, f.seen_by,
    a.acknowledged_at, a.acknowledged_by, a.closed_at, a.closed_by, a.outcome, f.conflicts
    FROM alert a JOIN case_file f ON f.alert = a.id JOIN site s ON s.id = a.site JOIN device d ON d.id = a.device";

/// The case of that reference, if the viewer may know of it.
pub(super) fn by_reference(
    connection: &Connection,
    reference: &str,
    viewer: &Viewer,
) -> Result<Option<CaseRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE a.reference = :reference AND {MAY_KNOW}");
    let values = named_params! { ":reference": reference, ":role": viewer.role.word(), ":sites": viewer.sites };
    Ok(connection.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    let (alert_state, person): (String, Option<Vec<u8>>) = (row.get(6)?, row.get(12)?);
    let seen = when_and_who(row, 15)?;
    Ok(CaseRow {
        rowid: row.get(0)?,
        reference: row.get(1)?,
        severity: count(row.get(2)?),
        site: row.get(3)?,
        device: row.get(4)?,
        about: row.get(5)?,
        state: CaseState::of(&alert_state, seen.is_some()),
        raised_at: moment(row.get(7)?),
        category: row.get(8)?,
        subject: row.get(9)?,
        conflicts: words(&row.get::<_, String>(22)?),
        images: row.get(10)?,
        legal_hold: row.get(11)?,
        person: person.map(|bytes| tag(&bytes)).unwrap_or_default(),
        events: count(row.get(13)?),
        assigned_to: row.get::<_, Option<String>>(14)?.unwrap_or_default(),
        seen,
        acknowledged: when_and_who(row, 17)?,
        closed: when_and_who(row, 19)?,
        outcome: row.get::<_, Option<String>>(21)?.unwrap_or_default(),
    })
}

/// The roles of ",head,deputy,".
fn words(listed: &str) -> Vec<String> {
    listed.split(',').filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

fn when_and_who(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<(Timestamp, String)>> {
    let (ms, who): (Option<i64>, Option<String>) = (row.get(at)?, row.get(at + 1)?);
    Ok(ms.map(|ms| (moment(ms), who.unwrap_or_default())))
}

/// "p-3fa2c1".
fn tag(bytes: &[u8]) -> String {
    format!("p-{}", HEXLOWER.encode(&bytes[..bytes.len().min(TAG_BYTES)]))
}
