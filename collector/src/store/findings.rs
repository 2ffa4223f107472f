//! Findings: opened once, updated when something changed, closed when gone.

use std::collections::BTreeMap;

use caretaker_shared::model::Requirement;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::in_force::Policies;
use super::{StoreError, device_alerts};
use crate::rules::{Judgement, Verdict, VerdictOutcome};

/// What settling a judgement changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Findings that were not there before.
    pub opened: u32,
    /// Findings that now say something else.
    pub updated: u32,
    /// Findings that are gone.
    pub closed: u32,
}

impl std::ops::AddAssign for Settled {
    fn add_assign(&mut self, other: Self) {
        self.opened += other.opened;
        self.updated += other.updated;
        self.closed += other.closed;
    }
}

/// What an open finding says.
#[derive(PartialEq, Eq)]
struct Text {
    verdict: String,
    summary: String,
    reason: String,
    remedy: String,
}

impl Text {
    /// The text of a verdict; `None` when the policy is met and nothing is to be found.
    fn of(outcome: &VerdictOutcome) -> Option<Self> {
        let (verdict, summary, reason, remedy) = match outcome {
            VerdictOutcome::Meets { .. } => return None,
            VerdictOutcome::Fails { summary, reason, remedy } => ("fails", summary, reason, remedy),
            VerdictOutcome::Unknown { summary, reason, remedy } => ("unknown", summary, reason, remedy),
        };
        Some(Self {
            verdict: verdict.to_owned(),
            summary: summary.clone(),
            reason: reason.clone(),
            remedy: remedy.clone(),
        })
    }
}

/// Brings a device's findings in line with a judgement.
///
/// A judgement that is not complete closes only what it says is met: what it does not name may still be so. What another
/// probe opened is left alone.
pub(crate) fn settle(
    tx: &Transaction<'_>,
    device_rowid: i64,
    judgement: &Judgement,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    for requirement in &judgement.covers {
        let mut open = open_findings(tx, device_rowid, *requirement, judgement.source)?;
        for verdict in judgement.verdicts.iter().filter(|verdict| verdict.requirement == *requirement) {
            let stands = open.remove(&verdict.subject);
            settled += settle_one(tx, device_rowid, judgement.source, verdict, stands, now)?;
        }
        if judgement.complete {
            for (id, _) in open.values() {
                close(tx, *id, now)?;
                settled.closed += 1;
            }
        }
    }
    Ok(settled)
}

fn settle_one(
    tx: &Transaction<'_>,
    device_rowid: i64,
    source: &str,
    verdict: &Verdict,
    stands: Option<(i64, Text)>,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    match (Text::of(&verdict.outcome), stands) {
        (None, None) => {}
        (None, Some((id, _))) => {
            close(tx, id, now)?;
            settled.closed = 1;
        }
        (Some(text), None) => {
            open(tx, device_rowid, source, verdict, &text, now)?;
            settled.opened = 1;
        }
        (Some(text), Some((id, before))) => {
            if text != before {
                update(tx, id, &text, now)?;
                settled.updated = 1;
            }
        }
    }
    Ok(settled)
}

/// Opens (or refreshes) a finding that a device's reports contradict themselves, and raises a device alert unless one
/// of that kind is open; says whether mail was queued. No reading closes such a finding.
pub(super) fn open_integrity(
    tx: &Transaction<'_>,
    policies: &Policies,
    device_rowid: i64,
    subject: &str,
    summary: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let verdict = Verdict {
        requirement: Requirement::Integrity,
        subject: subject.to_owned(),
        outcome: VerdictOutcome::Fails {
            summary: summary.to_owned(),
            reason: reason.to_owned(),
            remedy: "Find out whether the device was copied or tampered with; enrol it again when in doubt.".to_owned(),
        },
    };
    let stands = open_findings(tx, device_rowid, Requirement::Integrity, "")?.remove(subject);
    settle_one(tx, device_rowid, "", &verdict, stands, now)?;
    let site: i64 =
        tx.prepare_cached("SELECT site FROM device WHERE id = ?1")?.query_row([device_rowid], |row| row.get(0))?;
    let Some((_, policy)) = policies.in_force(tx, site)? else {
        return Ok(false);
    };
    device_alerts::raise_for_integrity(tx, device_rowid, site, &policy, now)
}

fn open_findings(
    tx: &Transaction<'_>,
    device_rowid: i64,
    requirement: Requirement,
    source: &str,
) -> Result<BTreeMap<String, (i64, Text)>, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT subject, id, verdict, summary, reason, remedy FROM finding
         WHERE device = ?1 AND requirement = ?2 AND source = ?3 AND closed_at IS NULL",
    )?;
    let rows = query.query_map(params![device_rowid, requirement.id(), source], |row| {
        let text = Text { verdict: row.get(2)?, summary: row.get(3)?, reason: row.get(4)?, remedy: row.get(5)? };
        Ok((row.get(0)?, (row.get(1)?, text)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn open(
    tx: &Transaction<'_>,
    device_rowid: i64,
    source: &str,
    verdict: &Verdict,
    text: &Text,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO finding (device, requirement, source, subject, verdict, summary, reason, remedy, opened_at,
                              updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?
    .execute(params![
        device_rowid,
        verdict.requirement.id(),
        source,
        verdict.subject,
        text.verdict,
        text.summary,
        text.reason,
        text.remedy,
        now.as_millisecond()
    ])?;
    Ok(())
}

fn update(tx: &Transaction<'_>, id: i64, text: &Text, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE finding SET verdict = ?2, summary = ?3, reason = ?4, remedy = ?5, updated_at = ?6 WHERE id = ?1",
    )?
    .execute(params![id, text.verdict, text.summary, text.reason, text.remedy, now.as_millisecond()])?;
    Ok(())
}

fn close(tx: &Transaction<'_>, id: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE finding SET closed_at = ?2, updated_at = ?2 WHERE id = ?1")?
        .execute(params![id, now.as_millisecond()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Requirement;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::in_force::Policies;
    use super::super::sample::{DEVICE, Sample, store};
    use super::super::{Order, Settled};
    use super::{open_integrity, settle};
    use crate::rules::{Judgement, Verdict, VerdictOutcome, sample};

    const OPEN: &str =
        "SELECT subject || ' ' || verdict || ' ' || summary FROM finding WHERE closed_at IS NULL ORDER BY subject";

    fn fails(user: &str, summary: &str) -> Verdict {
        let outcome = VerdictOutcome::Fails {
            summary: summary.into(),
            reason: "so it stands".into(),
            remedy: "Change it.".into(),
        };
        Verdict { requirement: Requirement::E2, subject: user.into(), outcome }
    }

    fn meets(user: &str) -> Verdict {
        let outcome = VerdictOutcome::Meets { summary: "locks after 5 min".into(), reason: "so it stands".into() };
        Verdict { requirement: Requirement::E2, subject: user.into(), outcome }
    }

    fn unknown(user: &str) -> Verdict {
        let outcome = VerdictOutcome::Unknown {
            summary: "could not be checked".into(),
            reason: "permission denied".into(),
            remedy: "Look.".into(),
        };
        Verdict { requirement: Requirement::E2, subject: user.into(), outcome }
    }

    async fn settled(sample: &Sample, complete: bool, verdicts: Vec<Verdict>, minute: i64) -> Settled {
        let judgement = Judgement { source: "screen-lock", covers: vec![Requirement::E2], complete, verdicts };
        let step = move |tx: &rusqlite::Transaction<'_>| settle(tx, DEVICE, &judgement, at(minute));
        sample.store.write(Order::First, step).await.expect("the judgement settles")
    }

    fn at(minute: i64) -> Timestamp {
        sample::now().checked_add(minute.minutes()).expect("a time in range")
    }

    #[tokio::test]
    async fn a_finding_opens_once_changes_when_its_text_does_and_closes_when_gone() {
        let sample = store().await;
        let opened = settled(&sample, true, vec![fails("pupil.one", "never locks")], 0).await;
        assert_eq!(opened, Settled { opened: 1, ..Settled::default() });
        assert_eq!(settled(&sample, true, vec![fails("pupil.one", "never locks")], 1).await, Settled::default());
        let updated = settled(&sample, true, vec![fails("pupil.one", "locks after 15 min")], 2).await;
        assert_eq!(updated, Settled { updated: 1, ..Settled::default() });
        assert_eq!(sample.texts(OPEN).await, ["pupil.one fails locks after 15 min"]);

        let closed = settled(&sample, true, vec![meets("pupil.one")], 3).await;
        assert_eq!(closed, Settled { closed: 1, ..Settled::default() });
        settled(&sample, true, vec![fails("pupil.one", "never locks")], 4).await;
        let times = sample
            .texts("SELECT ((updated_at - opened_at) / 60000) || ' ' || (closed_at IS NULL) FROM finding ORDER BY id")
            .await;
        assert_eq!(times, ["3 0", "0 1"], "a finding that comes back is a new one");
    }

    #[tokio::test]
    async fn what_a_complete_reading_no_longer_names_is_gone() {
        let sample = store().await;
        let both = vec![fails("pupil.one", "never locks"), fails("pupil.two", "never locks")];
        settled(&sample, true, both, 0).await;
        assert_eq!(settled(&sample, true, vec![fails("pupil.one", "never locks")], 1).await.closed, 1);
        assert_eq!(sample.texts(OPEN).await, ["pupil.one fails never locks"]);
    }

    #[tokio::test]
    async fn a_partial_reading_closes_only_what_it_says_is_met() {
        let sample = store().await;
        let three = ["pupil.one", "pupil.two", "pupil.three"].map(|user| fails(user, "never locks"));
        settled(&sample, true, three.into(), 0).await;
        let partial = settled(&sample, false, vec![meets("pupil.one"), unknown("pupil.two")], 1).await;
        assert_eq!(partial, Settled { opened: 0, updated: 1, closed: 1 });
        assert_eq!(
            sample.texts(OPEN).await,
            ["pupil.three fails never locks", "pupil.two unknown could not be checked"]
        );
    }

    #[tokio::test]
    async fn findings_of_other_requirements_are_left_alone() {
        let sample = store().await;
        settled(&sample, true, vec![fails("pupil.one", "never locks")], 0).await;
        let other =
            Judgement { source: "executables", covers: vec![Requirement::E4], complete: true, verdicts: Vec::new() };
        let step = move |tx: &rusqlite::Transaction<'_>| settle(tx, DEVICE, &other, at(1));
        assert_eq!(sample.store.write(Order::First, step).await.expect("settles"), Settled::default());
    }

    #[tokio::test]
    async fn two_probes_that_judge_one_requirement_leave_each_other_alone() {
        let sample = store().await;
        let judged = |source: &'static str, subjects: &[&str]| {
            let verdicts =
                subjects.iter().map(|subject| Verdict { requirement: Requirement::E6, ..fails(subject, "a game") });
            let judgement =
                Judgement { source, covers: vec![Requirement::E6], complete: true, verdicts: verdicts.collect() };
            sample.store.write(Order::First, move |tx| settle(tx, DEVICE, &judgement, at(1)))
        };
        judged("software", &["chess"]).await.expect("settles");
        assert_eq!(judged("executables", &["chess", "/tmp/game"]).await.expect("settles").opened, 2);
        assert_eq!(judged("executables", &[]).await.expect("settles").closed, 2);
        let open = sample.texts("SELECT source || ' ' || subject FROM finding WHERE closed_at IS NULL").await;
        assert_eq!(open, ["software chess"]);
    }

    #[tokio::test]
    async fn a_contradiction_is_a_finding_and_one_alert_for_the_network_manager() {
        let sample = store().await;
        sample.apply_policy().await;
        for (subject, minute, mailed) in
            [("record numbers", 0, true), ("record numbers", 1, false), ("epochs", 2, false)]
        {
            let step = move |tx: &rusqlite::Transaction<'_>| {
                open_integrity(
                    tx,
                    &Policies::default(),
                    DEVICE,
                    subject,
                    "two records under one number",
                    "P0 number 7",
                    at(minute),
                )
            };
            assert_eq!(sample.store.write(Order::First, step).await.expect("is written"), mailed, "{subject} {minute}");
        }
        let open = sample.texts(OPEN).await;
        assert_eq!(open.len(), 2, "{open:?}");
        let told = sample.texts("SELECT about || ' ' || address FROM alert JOIN outbox").await;
        assert_eq!(told, ["integrity reports contradict each other network@northfield.example"]);
        assert_eq!(settled(&sample, true, Vec::new(), 3).await.closed, 0, "no reading closes it");
    }
}
