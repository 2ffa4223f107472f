//! The history of a case: what people did with it, in order. Nothing of it is ever changed.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::super::{StoreError, moment::moment};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Somebody looked for the first time.
    Seen,
    /// Somebody took it.
    Acknowledged,
    /// It was given to somebody: the detail names them.
    Assigned,
    /// Somebody wrote something down.
    Noted,
    /// It was closed: the detail is the outcome, the words say why.
    Closed,
    /// It was opened anew.
    Reopened,
    /// It was linked with another case, which the detail names.
    Linked,
    /// Somebody asked to open its content with a second person.
    Asked,
    /// The second person approved.
    Approved,
    /// Its content was handed out.
    Opened,
    /// Its content was handed out to one person where two are the rule.
    BrokeGlass,
    /// The second person looked at that.
    Reviewed,
    /// It was exported: the detail is the number of the receipt.
    Exported,
    /// The export lies in the child-protection file.
    Filed,
}

impl StepKind {
    const ALL: [Self; 14] = [
        Self::Seen,
        Self::Acknowledged,
        Self::Assigned,
        Self::Noted,
        Self::Closed,
        Self::Reopened,
        Self::Linked,
        Self::Asked,
        Self::Approved,
        Self::Opened,
        Self::BrokeGlass,
        Self::Reviewed,
        Self::Exported,
        Self::Filed,
    ];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Acknowledged => "acknowledged",
            Self::Assigned => "assigned",
            Self::Noted => "noted",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Linked => "linked",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Opened => "opened",
            Self::BrokeGlass => "broke-glass",
            Self::Reviewed => "reviewed",
            Self::Exported => "exported",
            Self::Filed => "filed",
        }
    }
}

/// In what form a person's words came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Sealed to the recipients on the machine of whoever wrote them.
    Sealed,
    /// As written: only in a school that has no recipients yet.
    Plain,
}

/// A person's words about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What they are, as the writer's machine encoded them.
    pub bytes: Vec<u8>,
    /// In what form.
    pub form: Form,
}

/// A step as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Number, over all cases: words are bound to nothing else.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What; `None` for one that this version does not know.
    pub kind: Option<StepKind>,
    /// Of a closed list.
    pub detail: String,
    /// What they wrote.
    pub words: Option<Words>,
}

/// A step to be kept.
pub(super) struct NewStep<'a> {
    pub(super) alert: i64,
    pub(super) actor: &'a str,
    pub(super) kind: StepKind,
    pub(super) detail: &'a str,
    pub(super) words: Option<&'a Words>,
    pub(super) now: Timestamp,
}

impl NewStep<'_> {
    pub(super) fn append(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let form = self.words.map(|words| match words.form {
            Form::Sealed => "sealed",
            Form::Plain => "plain",
        });
        tx.prepare_cached(
            "INSERT INTO case_step (alert, at, actor, step, detail, words, form) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            self.alert,
            self.now.as_millisecond(),
            self.actor,
            self.kind.word(),
            self.detail,
            self.words.map(|words| words.bytes.as_slice()),
            form
        ])?;
        Ok(())
    }
}

/// The steps of a case, oldest first.
pub(super) fn of_case(connection: &Connection, alert: i64) -> Result<Vec<StepRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, at, actor, step, detail, words, form FROM case_step WHERE alert = ?1 ORDER BY id LIMIT 1000",
    )?;
    let rows = query.query_map([alert], |row| {
        let word: String = row.get(3)?;
        Ok(StepRow {
            id: row.get(0)?,
            at: moment(row.get(1)?),
            actor: row.get(2)?,
            kind: StepKind::ALL.into_iter().find(|kind| kind.word() == word),
            detail: row.get(4)?,
            words: words(row.get(5)?, row.get(6)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The words of one step.
pub(super) fn words_of(connection: &Connection, step: i64) -> Result<Option<Words>, StoreError> {
    let mut query = connection.prepare_cached("SELECT words, form FROM case_step WHERE id = ?1")?;
    Ok(query.query_row([step], |row| Ok(words(row.get(0)?, row.get(1)?)))?)
}

/// Words from their columns.
fn words(bytes: Option<Vec<u8>>, form: Option<String>) -> Option<Words> {
    let form = if form? == "sealed" { Form::Sealed } else { Form::Plain };
    Some(Words { bytes: bytes?, form })
}
