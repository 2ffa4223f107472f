//! Rows are queued in the transaction of their cause.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Role;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::due::{ABOUT_ALERT, Call, ListKind};
use crate::audit_papers::Audience;
use crate::store::StoreError;

/// The kind of a mail that carries a checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// So many mails within [`SURGE`] go to one person; what is beyond comes in one more. Never at the highest level.
const SINGLE: u32 = 10;
const SURGE: SignedDuration = SignedDuration::from_mins(10);
/// The level that always has a mail of its own.
const ALWAYS_SINGLE: u8 = 5;
/// How long somebody's earlier alerts put the next behind those of others.
const TURN_MS: i64 = 60 * 60 * 1000;

/// Mail about one alert.
pub(in crate::store) struct Post<'a> {
    pub(in crate::store) alert: i64,
    pub(in crate::store) reference: &'a str,
    pub(in crate::store) call: Call,
    pub(in crate::store) role: &'a str,
    pub(in crate::store) urgency: u8,
    /// Empty for a device alert, which none stands behind.
    pub(in crate::store) source: &'a str,
    pub(in crate::store) turn: u32,
    pub(in crate::store) now: Timestamp,
}

/// Queues one mail for each address, once for each however often it is listed; says how many rows it wrote.
pub(in crate::store) fn queue(tx: &Transaction<'_>, post: &Post<'_>, addresses: &[String]) -> Result<u32, StoreError> {
    let mut queued = Vec::with_capacity(addresses.len());
    for address in addresses.iter().map(|address| address.trim()) {
        let folded = address.to_lowercase();
        if queued.contains(&folded) || post.waits(tx, address)? {
            continue;
        }
        if post.may_fold() && too_many(tx, address, post.now)? {
            post.fold(tx, address)?;
        } else {
            post.insert(tx, address)?;
        }
        queued.push(folded);
    }
    Ok(u32::try_from(queued.len()).unwrap_or(u32::MAX))
}

impl Post<'_> {
    /// Whether it may stand in a list with others.
    fn may_fold(&self) -> bool {
        !self.source.is_empty() && self.urgency < ALWAYS_SINGLE && self.call != Call::BrokenGlass
    }

    /// Whether a mail about the same alert still waits to go to the same person: a second would say nothing new.
    fn waits(&self, tx: &Transaction<'_>, address: &str) -> Result<bool, StoreError> {
        if self.call == Call::BrokenGlass {
            return Ok(false);
        }
        let waits = tx
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE alert = ?1 AND +address = ?2 COLLATE NOCASE
                                AND state IN ('waiting', 'sending') AND {ABOUT_ALERT})"
            ))?
            .query_row(params![self.alert, address], |row| row.get(0))?;
        Ok(waits)
    }

    fn insert(&self, tx: &Transaction<'_>, address: &str) -> Result<(), StoreError> {
        let at = self.now.as_millisecond();
        tx.prepare_cached(
            "INSERT INTO outbox (kind, alert, role, address, urgency, source, turn, message_id, state, created_at,
                                 next_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?9)",
        )?
        .execute(params![
            self.call.word(),
            self.alert,
            self.role,
            address,
            self.urgency,
            self.source,
            self.turn,
            message_id(&[self.reference, self.call.word(), &address.to_lowercase()], self.now),
            at
        ])?;
        Ok(())
    }

    /// Puts the alert into the list that goes to the person next, which is a new one when the last has gone.
    fn fold(&self, tx: &Transaction<'_>, address: &str) -> Result<(), StoreError> {
        let last: Option<(i64, bool, i64)> = tx
            .prepare_cached(
                "SELECT id, state = 'waiting' AND attempts = 0, created_at FROM outbox
                 WHERE kind = 'surge' AND address = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT 1",
            )?
            .query_row([address], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let list = match last {
            Some((list, true, _)) => list,
            Some((_, false, created_at)) => {
                let due = created_at.saturating_add(millis(SURGE));
                // Whatever the clock did meanwhile, no list waits longer than that.
                let due = due.clamp(self.now.as_millisecond(), self.now.as_millisecond().saturating_add(millis(SURGE)));
                insert_list(tx, ListKind::Surge, self.role, address, self.urgency, self.now, due)?
            }
            None => {
                insert_list(tx, ListKind::Surge, self.role, address, self.urgency, self.now, self.now.as_millisecond())?
            }
        };
        tx.prepare_cached("UPDATE outbox SET urgency = max(urgency, ?2) WHERE id = ?1")?
            .execute(params![list, self.urgency])?;
        item(tx, list, self.alert)
    }
}

/// Queues a list for one person.
pub(in crate::store) fn queue_list(
    tx: &Transaction<'_>,
    kind: ListKind,
    (role, address): (&str, &str),
    urgency: u8,
    alerts: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    let list = insert_list(tx, kind, role, address, urgency, now, now.as_millisecond())?;
    alerts.iter().try_for_each(|alert| item(tx, list, *alert))
}

/// The kind of a weekly mail about watching itself.
pub(in crate::store) const WEEKLY: &str = "watching";

/// Queues the weekly mail of a site for one person.
pub(in crate::store) fn queue_weekly(
    tx: &Transaction<'_>,
    site: i64,
    (role, address): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = message_id(&[WEEKLY, &site.to_string(), &address.to_lowercase()], now);
    tx.prepare_cached(
        "INSERT INTO outbox (kind, role, address, urgency, message_id, state, created_at, next_at, site)
         VALUES (?1, ?2, ?3, 1, ?4, 'waiting', ?5, ?5, ?6)",
    )?
    .execute(params![WEEKLY, role, address, id, now.as_millisecond(), site])?;
    Ok(())
}

/// The kind of a mail that brings a licence audit.
pub(in crate::store) const LICENCES: &str = "licences";
/// Role of an outside technician in the outbox, and of the school's own people.
pub(in crate::store) const PROVIDER: &str = "provider";
const BUSINESS_MANAGER: &str = "business-manager";
/// Such mails are large: they leave one after the other, so that none stands in the way of an alert,
const APART: SignedDuration = SignedDuration::from_secs(20);
/// and none waits so long that a lease takes its time for that of a clock that ran ahead.
const LATEST: u32 = 80;

/// Queues a licence audit for one person, as the mail number `place` of it: of the lowest urgency, after all else.
pub(in crate::store) fn queue_licences(
    tx: &Transaction<'_>,
    (audit, site, place): (i64, Option<i64>, u32),
    (audience, address): (Audience, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let role = match audience {
        Audience::School => BUSINESS_MANAGER,
        Audience::Provider => PROVIDER,
    };
    let of = [audit.to_string(), site.unwrap_or_default().to_string(), address.to_lowercase()];
    let id = message_id(&[LICENCES, role, &of[0], &of[1], &of[2]], now);
    let wait = i64::from(place.min(LATEST)) * millis(APART);
    tx.prepare_cached(
        "INSERT INTO outbox (kind, role, address, urgency, turn, message_id, state, created_at, next_at, site,
                             licence_audit)
         VALUES (?1, ?2, ?3, 1, 1, ?4, 'waiting', ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        LICENCES,
        role,
        address,
        id,
        now.as_millisecond(),
        now.as_millisecond() + wait,
        site,
        audit
    ])?;
    Ok(())
}

/// Queues a call of the webhook about an alert, unless there was one.
pub(in crate::store) fn queue_webhook(
    tx: &Transaction<'_>,
    alert: i64,
    reference: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO outbox (kind, alert, role, address, urgency, message_id, state, created_at, next_at)
         SELECT 'webhook', id, '', '', severity, ?2, 'waiting', ?3, ?3 FROM alert
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert = ?1 AND kind = 'webhook')",
    )?
    .execute(params![alert, message_id(&[reference, "webhook"], now), now.as_millisecond()])?;
    Ok(())
}

/// Queues a checkpoint of the audit log for somebody to keep.
pub(in crate::store) fn queue_checkpoint(
    tx: &Transaction<'_>,
    checkpoint: i64,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO outbox (kind, role, address, urgency, message_id, state, created_at, next_at, checkpoint)
         VALUES (?1, ?2, ?3, 1, ?4, 'waiting', ?5, ?5, ?6)",
    )?
    .execute(params![
        CHECKPOINT,
        Role::SafeguardingLead.word(),
        address,
        message_id(&[CHECKPOINT, &address.to_lowercase()], now),
        now.as_millisecond(),
        checkpoint
    ])?;
    Ok(())
}

/// Whose turn the next mail about a source is: 0 for the first within the hour, and for nobody's.
pub(in crate::store) fn next_turn(tx: &Transaction<'_>, source: &str, now: Timestamp) -> Result<u32, StoreError> {
    if source.is_empty() {
        return Ok(0);
    }
    let last: Option<(u32, i64)> = tx
        .prepare_cached("SELECT turn, created_at FROM outbox WHERE source = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([source], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let now = now.as_millisecond();
    Ok(last.filter(|(_, at)| (now - TURN_MS..=now).contains(at)).map_or(0, |(turn, _)| turn.saturating_add(1)))
}

fn insert_list(
    tx: &Transaction<'_>,
    kind: ListKind,
    role: &str,
    address: &str,
    urgency: u8,
    now: Timestamp,
    due_ms: i64,
) -> Result<i64, StoreError> {
    let id = message_id(&[kind.word(), &address.to_lowercase()], now);
    tx.prepare_cached(
        "INSERT INTO outbox (kind, role, address, urgency, message_id, state, created_at, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7)",
    )?
    .execute(params![kind.word(), role, address, urgency, id, now.as_millisecond(), due_ms])?;
    Ok(tx.last_insert_rowid())
}

fn item(tx: &Transaction<'_>, list: i64, alert: i64) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR IGNORE INTO outbox_item (outbox, alert) VALUES (?1, ?2)")?.execute([list, alert])?;
    Ok(())
}

fn too_many(tx: &Transaction<'_>, address: &str, now: Timestamp) -> Result<bool, StoreError> {
    let now = now.as_millisecond();
    let sent: u32 = tx
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE address = ?1 COLLATE NOCASE AND created_at > ?2
                                   AND created_at <= ?3 AND kind IN ('first', 'again', 'more', 'passed-on') LIMIT ?4)",
        )?
        .query_row(params![address, now - millis(SURGE), now, SINGLE], |row| row.get(0))?;
    Ok(sent >= SINGLE)
}

fn message_id(parts: &[&str], now: Timestamp) -> String {
    Sha256::of(format!("{}\n{}", parts.join("\n"), now.as_millisecond()).as_bytes()).to_string()
}

fn millis(time: SignedDuration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
