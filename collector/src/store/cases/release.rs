//! The moment in which sealed content leaves the collector: only when the rules let this person have it now, and never
//! without a row of the audit chain that says why.

use caretaker_shared::policy::Policy;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::params;

use super::super::{Order, Store, StoreError, ladder};
use super::evidence::{self, EvidenceRow};
use super::openings::{self, OpeningRow};
use super::receipts;
use super::row::{self, CaseRow};
use super::rule::{Purpose, Way, way};
use super::step::StepKind;
use super::viewer::Viewer;
use super::work::Scene;

/// How soon the second person looks at a broken glass.
const REVIEW_HOURS: i64 = 24;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What for.
    pub purpose: Purpose,
    /// Why; may be empty where one person is enough.
    pub reason: String,
    /// Without the second person.
    pub break_glass: bool,
    /// The asker's key: the first digits of its id.
    pub key: String,
    /// What the asker's key has taken off for a second person: event, partner, bytes.
    pub halves: Vec<(i64, String, Vec<u8>)>,
}

/// What came of it.
#[expect(clippy::large_enum_variant, reason = "one is made for a call, and passed on at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Released {
    /// The content, and the number of the receipt of an export.
    Content(CaseRow, Vec<EvidenceRow>, String),
    /// A second person has to approve: this waits for them. What two keys open is added, so that the asker's key can
    /// take its layer off; it shows nothing.
    Waits(CaseRow, OpeningRow, Vec<EvidenceRow>),
    /// Two people are the rule, and no reason was given.
    NeedsReason(CaseRow, Way),
    /// What is about staff is sealed to two people: nobody opens it alone.
    TwoKeys(CaseRow),
    /// There is no such case, as far as this viewer may know.
    Unheard(String),
}

impl Store {
    /// Hands out the sealed content of a case, or asks a second person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_case(
        &self,
        reference: &str,
        ask: Ask,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Released, StoreError> {
        let reference = reference.to_owned();
        let policies = self.policies.clone();
        let mut released = self
            .write(Order::First, move |tx| {
                let Some(case) = row::by_reference(tx, &reference, &viewer)? else {
                    return Ok(Released::Unheard(reference));
                };
                let chair = evidence::chair_approves(tx, &policies, &case)?;
                let scene = Scene { tx, case: &case, viewer: &viewer, now };
                let second = way(&case, viewer.role, ask.purpose, chair);
                if second == Way::Alone {
                    return scene.hand_out(&ask, None);
                }
                if let Some(opening) = openings::usable(tx, &case, &viewer, ask.purpose, now)? {
                    return scene.hand_out(&ask, Some(&opening));
                }
                if ask.break_glass {
                    if case.subject == "staff" {
                        return Ok(Released::TwoKeys(case));
                    }
                    if ask.reason.is_empty() || ask.purpose == Purpose::Export {
                        return Ok(Released::NeedsReason(case, second));
                    }
                    let policy = evidence::policy(tx, &policies, &case)?;
                    let opening = scene.break_glass(&ask.reason, policy.as_deref())?;
                    return scene.hand_out(&ask, Some(&opening));
                }
                scene.wait(&ask, second)
            })
            .await?;
        if let Released::Content(_, rows, _) | Released::Waits(_, _, rows) = &mut released {
            evidence::complete(&self.vault, rows);
        }
        Ok(released)
    }
}

impl Scene<'_> {
    fn wait(&self, ask: &Ask, second: Way) -> Result<Released, StoreError> {
        let before = openings::asked_before(self.tx, self.case, self.viewer, ask.purpose, self.now)?;
        let opening = match before {
            Some(opening) => opening,
            None if ask.reason.is_empty() => return Ok(Released::NeedsReason(self.case.clone(), second)),
            None => self.ask(ask.purpose, &ask.reason, &ask.key)?,
        };
        for (event, partner, half) in &ask.halves {
            openings::keep_half(self.tx, opening.id, *event, "asker", partner, half)?;
        }
        let two_keys = self.case.subject == "staff" && ask.halves.is_empty();
        let evidence = if two_keys { evidence::of_case(self.tx, self.case, None)? } else { Vec::new() };
        Ok(Released::Waits(self.case.clone(), opening, evidence))
    }

    fn hand_out(&self, ask: &Ask, opening: Option<&OpeningRow>) -> Result<Released, StoreError> {
        let evidence = evidence::of_case(self.tx, self.case, opening.map(|opening| (opening.id, "approver")))?;
        let with = match opening {
            None => "alone".to_owned(),
            Some(opening) if opening.broke_glass => "break-glass".to_owned(),
            Some(opening) => {
                format!("approved by {}", opening.approved.as_ref().map_or("nobody", |(_, who)| who.as_str()))
            }
        };
        let reason = opening.map_or(ask.reason.as_str(), |opening| opening.reason.as_str());
        let reason = if reason.is_empty() { "none given" } else { reason };
        let detail = format!("{}, {with}; reason: {reason}", ask.purpose.word());
        self.note(StepKind::Opened, "case.open", &detail, None)?;
        self.tx
            .prepare_cached(
                "UPDATE case_file SET seen_at = coalesce(seen_at, ?2), seen_by = coalesce(seen_by, ?3)
                 WHERE alert = ?1",
            )?
            .execute(params![self.case.rowid, self.now.as_millisecond(), self.viewer.actor])?;
        let receipt = match ask.purpose {
            Purpose::Read => String::new(),
            Purpose::Export => receipts::begin(self)?,
        };
        let case = row::by_reference(self.tx, &self.case.reference, self.viewer)?.unwrap_or(self.case.clone());
        Ok(Released::Content(case, evidence, receipt))
    }

    /// One person opens alone what two people open: the others hear of it at once, and one of them looks at it.
    fn break_glass(&self, reason: &str, policy: Option<&Policy>) -> Result<OpeningRow, StoreError> {
        let due = self.now.checked_add(REVIEW_HOURS.hours()).unwrap_or(Timestamp::MAX);
        let at = self.now.as_millisecond();
        self.tx
            .prepare_cached(
                "INSERT INTO opening (alert, purpose, asker, asked_by, asked_at, reason, expires_at, broke_glass,
                                      review_due, asker_role)
                 VALUES (?1, 'read', ?2, ?3, ?4, ?5, ?4, 1, ?6, ?7)",
            )?
            .execute(params![
                self.case.rowid,
                self.viewer.id,
                self.viewer.actor,
                at,
                reason,
                due.as_millisecond(),
                self.viewer.role.word()
            ])?;
        let id = self.tx.last_insert_rowid();
        self.note(StepKind::BrokeGlass, "case.break-glass", reason, None)?;
        if let Some(policy) = policy {
            ladder::tell_broken_glass(self.tx, self.case.rowid, policy, self.now)?;
        }
        openings::by_id(self.tx, id)
    }
}
