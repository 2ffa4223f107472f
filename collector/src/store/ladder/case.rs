//! A case on its ladder: what decides its people, and what a step does.

use caretaker_shared::model::{Role, SubjectKind};
use caretaker_shared::policy::{Concern, Policy, Rung, rungs};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use crate::delivery::ladder::{self, Act, Rhythm};
use crate::store::StoreError;
use crate::store::moment::moment;
use crate::store::outbox::{Call, Post, next_turn, queue};

/// A case, as the ladder knows it.
pub(super) struct Case {
    pub(super) alert: i64,
    pub(super) reference: String,
    pub(super) site: i64,
    pub(super) site_name: String,
    pub(super) raised_at: Timestamp,
    pub(super) level: u8,
    pub(super) category: String,
    pub(super) subject: SubjectKind,
    pub(super) conflicts: Vec<Role>,
    pub(super) source: String,
    /// Number of the next step.
    pub(super) step: u32,
    /// Rungs that were told so far.
    pub(super) told: usize,
}

/// A case as [`Case::read`] takes it. One that was never to be told of has no ladder yet.
pub(super) const SELECT: &str = "SELECT alert.id, alert.reference, alert.site, site.name, alert.raised_at,
    coalesce(ladder.level, alert.severity), case_file.category, case_file.subject, case_file.conflicts,
    coalesce(ladder.source, ''), coalesce(ladder.step, 0), coalesce(ladder.told, 0)
    FROM alert JOIN site ON site.id = alert.site JOIN case_file ON case_file.alert = alert.id
    LEFT JOIN ladder ON ladder.alert = alert.id";

impl Case {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (subject, conflicts): (String, String) = (row.get(7)?, row.get(8)?);
        Ok(Self {
            alert: row.get(0)?,
            reference: row.get(1)?,
            site: row.get(2)?,
            site_name: row.get(3)?,
            raised_at: moment(row.get(4)?),
            level: row.get(5)?,
            category: row.get(6)?,
            subject: SubjectKind::from_word(&subject).unwrap_or(SubjectKind::Pupil),
            conflicts: conflicts.split(',').filter_map(Role::parse).collect(),
            source: row.get(9)?,
            step: row.get(10)?,
            told: usize::try_from(row.get::<_, u32>(11)?).unwrap_or_default(),
        })
    }

    /// The case of an alert.
    pub(super) fn of(tx: &Transaction<'_>, alert: i64) -> Result<Self, StoreError> {
        Ok(tx.prepare_cached(&format!("{SELECT} WHERE alert.id = ?1"))?.query_row([alert], Self::read)?)
    }

    /// Who hears of it, in order, by the policy that holds now.
    pub(super) fn rungs(&self, policy: &Policy) -> Vec<Rung> {
        let concern = Concern {
            site: Some(&self.site_name),
            category: &self.category,
            severity: self.level,
            subject: self.subject,
            conflicts: &self.conflicts,
            at: self.raised_at.to_zoned(policy.calendar.zone()).datetime(),
        };
        rungs(&policy.alerts.contacts, &policy.alerts.routes, &concern)
    }

    /// Takes a step that tells people one by one; says how many rows it wrote.
    pub(super) fn tell(
        &mut self,
        tx: &Transaction<'_>,
        rungs: &[Rung],
        act: &Act,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let (range, call) = match act {
            Act::Tell(range) => (range, if self.step == 0 { Call::First } else { Call::PassedOn }),
            Act::Again(range) => (range, Call::Again),
            Act::Outside | Act::Daily | Act::Weekly => return Ok(0),
        };
        self.told = self.told.max(range.end.min(rungs.len()));
        let turn = next_turn(tx, &self.source, now)?;
        let mut queued = 0;
        for rung in rungs.iter().take(range.end).skip(range.start) {
            queued += self.mail(tx, rung, call, turn, now)?;
        }
        Ok(queued)
    }

    /// Queues a mail to everybody of a rung.
    pub(super) fn mail(
        &self,
        tx: &Transaction<'_>,
        rung: &Rung,
        call: Call,
        turn: u32,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let post = Post {
            alert: self.alert,
            reference: &self.reference,
            call,
            role: rung.role.word(),
            urgency: self.level,
            source: &self.source,
            turn,
            now,
        };
        queue(tx, &post, &rung.addresses)
    }

    /// Notes that the step was taken at `now`, and when the next is due.
    pub(super) fn stepped(
        &self,
        tx: &Transaction<'_>,
        policy: &Policy,
        rungs: &[Rung],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rhythm = rhythm(policy);
        let next = ladder::step(self.level, self.step + 1, rungs.len(), now, &rhythm);
        let then = ladder::then(self.level, self.step, rungs.len(), now, &rhythm);
        let then = then.and_then(|(rung, at)| Some((rungs.get(rung)?.role.word(), at.as_millisecond())));
        tx.prepare_cached(
            "UPDATE ladder SET step = ?2, next_at = ?3, told = ?4, then_role = ?5, then_at = ?6, unheard = ?7
             WHERE alert = ?1",
        )?
        .execute(params![
            self.alert,
            self.step + 1,
            next.map(|next| next.at.as_millisecond()),
            u32::try_from(self.told).unwrap_or(u32::MAX),
            then.map(|(role, _)| role),
            then.map(|(_, at)| at),
            rungs.is_empty()
        ])?;
        Ok(())
    }
}

/// When there is school, and when lists go out, by a policy.
pub(super) fn rhythm(policy: &Policy) -> Rhythm<'_> {
    Rhythm { calendar: &policy.calendar, digest_at: policy.alerts.digest_at }
}
