//! Steps that are due are taken, all of one moment in one transaction.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use caretaker_shared::policy::Policy;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::case::{Case, SELECT, rhythm};
use crate::delivery::ladder::{self, Act};
use crate::store::in_force::Policies;
use crate::store::moment::moment;
use crate::store::outbox::{ListKind, queue_list, queue_webhook};
use crate::store::{Order, Store, StoreError};

/// Steps of one transaction, so that devices need not wait for a flood.
const AT_ONCE: usize = 200;
/// No step is due later than that from now, and no list (in summer some wait for the first week of term). What seems to
/// be was written by a clock that ran ahead and was put right since.
const LATEST: SignedDuration = SignedDuration::from_hours(24 * 8);
const LATEST_LIST: SignedDuration = SignedDuration::from_hours(24 * 130);
/// When a step is tried again whose policy cannot be read.
const LATER: SignedDuration = SignedDuration::from_mins(15);

/// The lists of one moment, by kind and address: role of the person, alerts.
type Lists = BTreeMap<(ListKind, String), (&'static str, Vec<i64>, u8)>;

impl Store {
    /// Takes every step that is due; `outside` says whether there is a webhook. Says whether mail was queued.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn climb(&self, outside: bool, now: Timestamp) -> Result<bool, StoreError> {
        let mut any = false;
        loop {
            let policies = self.policies.clone();
            let (taken, queued) = self
                .write(Order::First, move |tx| Climb { tx, policies: &policies, outside, now }.take_steps())
                .await?;
            any |= queued;
            if taken < AT_ONCE {
                break;
            }
        }
        let policies = self.policies.clone();
        let listed =
            self.write(Order::First, move |tx| Climb { tx, policies: &policies, outside, now }.make_lists()).await?;
        Ok(any || listed)
    }

    /// When the next step is due.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_step_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<i64> = connection
                .prepare_cached("SELECT min(next_at) FROM ladder WHERE next_at IS NOT NULL")?
                .query_row([], |row| row.get(0))
                .optional()?
                .flatten();
            Ok(due.map(moment))
        })
        .await
    }
}

struct Climb<'a> {
    tx: &'a Transaction<'a>,
    policies: &'a Policies,
    outside: bool,
    now: Timestamp,
}

impl Climb<'_> {
    /// Takes up to [`AT_ONCE`] steps that tell people one by one; says how many, and whether anything was queued.
    fn take_steps(&self) -> Result<(usize, bool), StoreError> {
        self.end_answered()?;
        let cases = self.due(ladder::SERIOUS..=u8::MAX, AT_ONCE, LATEST)?;
        let taken = cases.len();
        let mut queued = 0;
        for case in cases {
            queued += self.step(case)?;
        }
        Ok((taken, queued > 0))
    }

    /// Makes the lists that are due, each of all that belongs into it, so that one person gets one; says whether there
    /// was any.
    fn make_lists(&self) -> Result<bool, StoreError> {
        let mut lists = Lists::new();
        for case in self.due(0..=ladder::SERIOUS - 1, usize::MAX, LATEST_LIST)? {
            self.list(case, &mut lists)?;
        }
        for ((kind, address), (role, alerts, level)) in &lists {
            queue_list(self.tx, *kind, (role, address), *level, alerts, self.now)?;
        }
        Ok(!lists.is_empty())
    }

    fn due(&self, levels: RangeInclusive<u8>, most: usize, latest: SignedDuration) -> Result<Vec<Case>, StoreError> {
        let beyond = self.now.saturating_add(latest).unwrap_or(Timestamp::MAX).as_millisecond();
        let sql = format!(
            "{SELECT}
             WHERE (ladder.next_at <= ?1 OR ladder.next_at > ?2) AND ladder.level BETWEEN ?3 AND ?4
             ORDER BY ladder.level DESC, ladder.next_at, alert.id LIMIT ?5"
        );
        let now = self.now.as_millisecond();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let cases = self
            .tx
            .prepare_cached(&sql)?
            .query_map(params![now, beyond, levels.start(), levels.end(), most], Case::read)?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(cases)
    }

    /// Whoever answers ends the ladder.
    fn end_answered(&self) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE ladder SET next_at = NULL, then_role = NULL, then_at = NULL WHERE next_at <= ?1
                 AND (SELECT state FROM alert WHERE alert.id = ladder.alert) <> 'new'",
            )?
            .execute([self.now.as_millisecond()])?;
        Ok(())
    }

    fn step(&self, mut case: Case) -> Result<u32, StoreError> {
        let Some(policy) = self.policy(&case)? else { return Ok(0) };
        let rungs = case.rungs(&policy);
        let mut queued = 0;
        if let Some(step) = ladder::step(case.level, case.step, rungs.len(), self.now, &rhythm(&policy)) {
            if step.act == Act::Outside && self.outside {
                queue_webhook(self.tx, case.alert, &case.reference, self.now)?;
                queued = 1;
            }
            queued += case.tell(self.tx, &rungs, &step.act, self.now)?;
        }
        case.stepped(self.tx, &policy, &rungs, self.now)?;
        Ok(queued)
    }

    /// Puts a case into the lists of those who stand on its first rung.
    fn list(&self, mut case: Case, lists: &mut Lists) -> Result<(), StoreError> {
        let Some(policy) = self.policy(&case)? else { return Ok(()) };
        let rungs = case.rungs(&policy);
        let step = ladder::step(case.level, case.step, rungs.len(), self.now, &rhythm(&policy));
        let kind = step.and_then(|step| match step.act {
            Act::Daily => Some(ListKind::Daily),
            Act::Weekly => Some(ListKind::Weekly),
            Act::Tell(_) | Act::Again(_) | Act::Outside => None,
        });
        if let (Some(kind), Some(first)) = (kind, rungs.first()) {
            case.told = 1;
            for address in &first.addresses {
                let list = lists.entry((kind, address.to_lowercase()));
                list.or_insert((first.role.word(), Vec::new(), case.level)).1.push(case.alert);
            }
        }
        case.stepped(self.tx, &policy, &rungs, self.now)
    }

    /// The policy of the case's site. One that cannot be read holds up its own site's steps alone, and these not for
    /// long.
    fn policy(&self, case: &Case) -> Result<Option<Arc<Policy>>, StoreError> {
        match self.policies.in_force(self.tx, case.site) {
            Ok(Some((_, policy))) => return Ok(Some(policy)),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, alert.reference = %case.reference, "nobody can be told of this alert")
            }
        }
        let later = self.now.saturating_add(LATER).unwrap_or(Timestamp::MAX).as_millisecond();
        self.tx
            .prepare_cached("UPDATE ladder SET next_at = ?2, unheard = 1 WHERE alert = ?1")?
            .execute([case.alert, later])?;
        Ok(None)
    }
}
