//! Openings that take two people, or that one person did alone in need: asked for, approved, reviewed.

use caretaker_shared::model::Role;
use caretaker_shared::sealing::opens_alone;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params, params};

use super::super::{Order, Store, StoreError, moment::moment};
use super::evidence::{self, EvidenceRow};
use super::row::{self, CaseRow};
use super::rule::{Purpose, Way, way};
use super::step::StepKind;
use super::viewer::{MAY_KNOW, Viewer};
use super::work::Scene;

/// How long a request waits for the second person, and how long it may be used after that.
pub(super) const MINUTES: i64 = 15;
/// Openings of one list.
const MOST: u32 = 200;

/// A request, an approved opening, or a broken glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningRow {
    pub(super) id: i64,
    /// Id of whoever asked, and their role; no role for one that this version does not know.
    pub asker: (String, Option<Role>),
    /// Their key: the first digits of its id; empty when they named none.
    pub asker_key: String,
    /// "26-0042".
    pub reference: String,
    /// What for.
    pub purpose: Purpose,
    /// Who asked, and when.
    pub asked: (Timestamp, String),
    /// Why.
    pub reason: String,
    /// Until when it may be approved, or used once it is.
    pub expires_at: Timestamp,
    /// Who approved, and when.
    pub approved: Option<(Timestamp, String)>,
    /// One person did without the second.
    pub broke_glass: bool,
    /// By when the second person looks at that.
    pub review_due: Option<Timestamp>,
    /// Who did, and when.
    pub reviewed: Option<(Timestamp, String)>,
}

/// What came of an answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// It is as asked.
    Done(OpeningRow),
    /// Two keys are needed: this is what the approver opens their half of, with what the asker has taken off.
    Halves(OpeningRow, Vec<EvidenceRow>),
    /// Nobody has asked, or the request has run out.
    NothingAsked(CaseRow),
    /// Whoever asks cannot be the second person.
    Oneself,
    /// The policy names another role for this.
    NotThisRole(Way),
    /// There is no such case, as far as this viewer may know.
    Unheard(String),
}

const COLUMNS: &str =
    "SELECT o.id, o.asker, o.asker_role, a.reference, o.purpose, o.asked_at, o.asked_by, o.reason, o.expires_at,
    o.approved_at, o.approved_by, o.broke_glass, o.review_due, o.reviewed_at, o.reviewed_by, o.asker_key
    FROM opening o JOIN alert a ON a.id = o.alert JOIN case_file f ON f.alert = a.id";

impl Store {
    /// What waits for a second person: requests that still can be approved, and broken glasses that nobody has looked
    /// at. Somebody's own wait for others.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting_openings(&self, viewer: Viewer, now: Timestamp) -> Result<Vec<OpeningRow>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "{COLUMNS} WHERE {MAY_KNOW} AND o.refused_at IS NULL
                   AND ((o.broke_glass AND o.reviewed_at IS NULL)
                        OR (NOT o.broke_glass AND o.approved_at IS NULL AND o.expires_at > :now))
                 ORDER BY o.id LIMIT :most"
            ))?;
            let values = named_params! {
                ":role": viewer.role.word(), ":sites": viewer.sites, ":now": now.as_millisecond(), ":most": MOST,
            };
            let rows = query.query_map(values, read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Answers the newest thing about a case that waits for a second person. `halves` is what the approver took off for
    /// the asker: an event, and the bytes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn answer_opening(
        &self,
        reference: &str,
        refuse: bool,
        halves: Vec<(i64, Vec<u8>)>,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Approved, StoreError> {
        let reference = reference.to_owned();
        let policies = self.policies.clone();
        let mut approved = self
            .write(Order::First, move |tx| {
                let Some(case) = row::by_reference(tx, &reference, &viewer)? else {
                    return Ok(Approved::Unheard(reference));
                };
                let chair = evidence::chair_approves(tx, &policies, &case)?;
                let scene = Scene { tx, case: &case, viewer: &viewer, now };
                let Some(opening) = waiting(tx, case.rowid, &viewer, now)? else {
                    return Ok(Approved::NothingAsked(case));
                };
                if opening.asker.0 == viewer.id {
                    return Ok(Approved::Oneself);
                }
                if opening.broke_glass {
                    return scene.review(&opening).map(Approved::Done);
                }
                if refuse {
                    return scene.refuse(&opening).map(Approved::Done);
                }
                let asker = opening.asker.1.unwrap_or(Role::Governor);
                let second = way(&case, asker, opening.purpose, chair);
                if !matches!(second, Way::With(roles) if roles.contains(&viewer.role)) {
                    return Ok(Approved::NotThisRole(second));
                }
                // What is about staff takes two keys; what is about a pupil is not sealed for a head or a chair.
                if (case.subject == "staff" || !opens_alone(asker)) && halves.is_empty() {
                    let evidence = evidence::of_case(tx, &case, Some((opening.id, "asker")))?;
                    if evidence.iter().any(|row| !row.sealed.is_empty()) {
                        return Ok(Approved::Halves(opening, evidence));
                    }
                }
                scene.approve(&opening, &halves).map(Approved::Done)
            })
            .await?;
        if let Approved::Halves(_, rows) = &mut approved {
            evidence::complete(&self.vault, rows);
        }
        Ok(approved)
    }
}

impl Scene<'_> {
    pub(super) fn ask(&self, purpose: Purpose, reason: &str, key: &str) -> Result<OpeningRow, StoreError> {
        let expires = self.now.checked_add(MINUTES.minutes()).unwrap_or(Timestamp::MAX);
        self.tx
            .prepare_cached(
                "INSERT INTO opening (alert, purpose, asker, asked_by, asked_at, reason, expires_at, asker_role, asker_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                self.case.rowid,
                purpose.word(),
                self.viewer.id,
                self.viewer.actor,
                self.now.as_millisecond(),
                reason,
                expires.as_millisecond(),
                self.viewer.role.word(),
                key
            ])?;
        let id = self.tx.last_insert_rowid();
        self.note(StepKind::Asked, "case.ask", &format!("{}: {reason}", purpose.word()), None)?;
        by_id(self.tx, id)
    }

    fn approve(&self, opening: &OpeningRow, halves: &[(i64, Vec<u8>)]) -> Result<OpeningRow, StoreError> {
        let expires = self.now.checked_add(MINUTES.minutes()).unwrap_or(Timestamp::MAX);
        self.tx
            .prepare_cached("UPDATE opening SET approved_by = ?2, approved_at = ?3, expires_at = ?4 WHERE id = ?1")?
            .execute(params![opening.id, self.viewer.actor, self.now.as_millisecond(), expires.as_millisecond()])?;
        for (event, half) in halves {
            keep_half(self.tx, opening.id, *event, "approver", "", half)?;
        }
        self.note(StepKind::Approved, "case.approve", &opening.asked.1, None)?;
        by_id(self.tx, opening.id)
    }

    fn refuse(&self, opening: &OpeningRow) -> Result<OpeningRow, StoreError> {
        self.tx
            .prepare_cached("UPDATE opening SET refused_at = ?2, expires_at = ?2 WHERE id = ?1")?
            .execute(params![opening.id, self.now.as_millisecond()])?;
        self.audit("case.refuse", &opening.asked.1)?;
        by_id(self.tx, opening.id)
    }

    fn review(&self, opening: &OpeningRow) -> Result<OpeningRow, StoreError> {
        self.tx
            .prepare_cached("UPDATE opening SET reviewed_by = ?2, reviewed_at = ?3 WHERE id = ?1")?
            .execute(params![opening.id, self.viewer.actor, self.now.as_millisecond()])?;
        self.note(StepKind::Reviewed, "case.review", &opening.asked.1, None)?;
        by_id(self.tx, opening.id)
    }
}

/// The approved opening that somebody may still use.
pub(super) fn usable(
    tx: &Transaction<'_>,
    case: &CaseRow,
    viewer: &Viewer,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<OpeningRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} WHERE o.alert = ?1 AND o.asker = ?2 AND o.purpose = ?3 AND o.approved_at IS NOT NULL
           AND o.expires_at > ?4 ORDER BY o.id DESC LIMIT 1"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![case.rowid, viewer.id, purpose.word(), now.as_millisecond()], read)
        .optional()?;
    Ok(found)
}

/// Somebody's own request that still can be approved.
pub(super) fn asked_before(
    tx: &Transaction<'_>,
    case: &CaseRow,
    viewer: &Viewer,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<OpeningRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} WHERE o.alert = ?1 AND o.asker = ?2 AND o.purpose = ?3 AND o.approved_at IS NULL
           AND o.refused_at IS NULL AND NOT o.broke_glass AND o.expires_at > ?4 ORDER BY o.id DESC LIMIT 1"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![case.rowid, viewer.id, purpose.word(), now.as_millisecond()], read)
        .optional()?;
    Ok(found)
}

/// What of a case waits for a second person; what the viewer asked for comes last, because somebody else answers that.
fn waiting(
    connection: &Connection,
    alert: i64,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Option<OpeningRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} WHERE o.alert = ?1 AND o.refused_at IS NULL
           AND ((o.broke_glass AND o.reviewed_at IS NULL)
                OR (NOT o.broke_glass AND o.approved_at IS NULL AND o.expires_at > ?2))
         ORDER BY o.asker = ?3, o.broke_glass, o.id DESC LIMIT 1"
    );
    let values = params![alert, now.as_millisecond(), viewer.id];
    Ok(connection.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

pub(super) fn by_id(connection: &Connection, id: i64) -> Result<OpeningRow, StoreError> {
    Ok(connection.prepare_cached(&format!("{COLUMNS} WHERE o.id = ?1"))?.query_row([id], read)?)
}

/// Keeps what one of the two has taken off; what came before gives way.
pub(super) fn keep_half(
    tx: &Transaction<'_>,
    opening: i64,
    event: i64,
    side: &str,
    partner: &str,
    half: &[u8],
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO opening_half (opening, event, side, partner, half) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET half = excluded.half",
    )?
    .execute(params![opening, event, side, partner, half])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<OpeningRow> {
    let when_and_who = |at: usize| -> rusqlite::Result<Option<(Timestamp, String)>> {
        let (ms, who): (Option<i64>, Option<String>) = (row.get(at)?, row.get(at + 1)?);
        Ok(ms.map(|ms| (moment(ms), who.unwrap_or_default())))
    };
    Ok(OpeningRow {
        id: row.get(0)?,
        asker: (row.get(1)?, Role::parse(&row.get::<_, String>(2)?)),
        reference: row.get(3)?,
        purpose: Purpose::from_word(&row.get::<_, String>(4)?),
        asked: (moment(row.get(5)?), row.get(6)?),
        reason: row.get(7)?,
        expires_at: moment(row.get(8)?),
        approved: when_and_who(9)?,
        broke_glass: row.get(11)?,
        review_due: row.get::<_, Option<i64>>(12)?.map(moment),
        reviewed: when_and_who(13)?,
        asker_key: row.get(15)?,
    })
}
