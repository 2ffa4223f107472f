//! Rows of mail that must go out: leased, sent outside of any transaction, marked.
//!
//! A row that is leased and never marked (the collector died in between) is due again when its lease ends, with the
//! same Message-ID: mail goes out at least once, and a mail program can tell that both are one.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Requirement;
use caretaker_shared::policy::Policy;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::moment::moment;
use super::{Order, Store, StoreError};

/// Role of those who hear of safeguarding alerts.
pub(super) const SAFEGUARDING_LEAD: &str = "safeguarding-lead";
/// Role of those who hear of device alerts.
pub(super) const NETWORK_MANAGER: &str = "network-manager";

/// What a mail about an alert tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The alert itself.
    Alert,
    /// Somebody opened the content of its case alone, where two people are the rule.
    BrokenGlass,
}

impl Notice {
    fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::BrokenGlass => "broken-glass",
        }
    }
}

/// How long a sender has until its row is due again; well beyond the deadline of one send.
const LEASE_MINUTES: i64 = 2;
/// No row waits longer than half an hour for its next try. One that seems to was written by a clock that ran ahead and
/// was put right since: it is due.
const LONGEST_WAIT_MINUTES: i64 = 31;

/// A mail to send now, and all that its text may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMail {
    /// Row.
    pub id: i64,
    /// Who gets it.
    pub address: String,
    /// Left part of the Message-ID: the same at every try.
    pub message_id: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// When it was queued: the schedule of tries counts from here.
    pub created_at: Timestamp,
    /// What it tells of.
    pub alert: MailedAlert,
}

/// What a mail may say of an alert: nothing of the device, the person, the rule or the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedAlert {
    /// "26-0001".
    pub reference: String,
    /// 1 to 5.
    pub severity: u8,
    /// Where.
    pub site: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Whom it concerns.
    pub kind: MailedKind,
    /// Mails that tell of it.
    pub recipients: u32,
}

/// Whom an alert concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailedKind {
    /// The safeguarding lead: events that were seen so far.
    Safeguarding {
        /// How many.
        events: u32,
    },
    /// The network manager: the requirement that is no longer met.
    Device {
        /// Which, when this version knows it.
        requirement: Option<Requirement>,
    },
    /// Those who could have been the second person: somebody opened the content of the case without one.
    BrokenGlass,
}

/// Queues one mail for each address, once for each however often it is listed; says how many.
pub(super) fn enqueue(
    tx: &Transaction<'_>,
    alert: i64,
    reference: &str,
    role: &str,
    addresses: &[String],
    now: Timestamp,
) -> Result<u32, StoreError> {
    queue(tx, (alert, reference, role), Notice::Alert, addresses, now)
}

/// Queues a notice about the case of a safeguarding alert.
pub(super) fn enqueue_notice(
    tx: &Transaction<'_>,
    alert: i64,
    reference: &str,
    notice: Notice,
    addresses: &[String],
    now: Timestamp,
) -> Result<u32, StoreError> {
    queue(tx, (alert, reference, SAFEGUARDING_LEAD), notice, addresses, now)
}

fn queue(
    tx: &Transaction<'_>,
    (alert, reference, role): (i64, &str, &str),
    notice: Notice,
    addresses: &[String],
    now: Timestamp,
) -> Result<u32, StoreError> {
    let at = now.as_millisecond();
    let mut queued = Vec::with_capacity(addresses.len());
    for address in addresses.iter().map(|address| address.trim()) {
        let folded = address.to_lowercase();
        if queued.contains(&folded) {
            continue;
        }
        let told = match notice {
            Notice::Alert => String::new(),
            Notice::BrokenGlass => format!("\n{}", notice.word()),
        };
        let message_id = Sha256::of(format!("{reference}\n{folded}\n{at}{told}").as_bytes()).to_string();
        tx.prepare_cached(
            "INSERT INTO outbox (alert, role, address, message_id, state, created_at, next_at, notice)
             VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?5, ?6)",
        )?
        .execute(params![alert, role, address, message_id, at, notice.word()])?;
        queued.push(folded);
    }
    Ok(u32::try_from(queued.len()).unwrap_or(u32::MAX))
}

/// Turns mail about a site's open alerts that has reached nobody at its address to the addresses that the policy names
/// now: an address that was wrong, or belongs to somebody who has left, must not keep an alert from those whom it
/// concerns. What went out, or is on its way, stays.
pub(super) fn redirect(tx: &Transaction<'_>, site: i64, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
    let unsent: Vec<(i64, String, String)> = tx
        .prepare_cached(
            "SELECT DISTINCT alert.id, alert.reference, outbox.role FROM outbox JOIN alert ON alert.id = outbox.alert
             WHERE outbox.state IN ('waiting', 'failed') AND alert.site = ?1 AND alert.state <> 'closed'
             ORDER BY alert.id",
        )?
        .query_map([site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (alert, reference, role) in unsent {
        let named =
            if role == SAFEGUARDING_LEAD { &policy.alerts.safeguarding_lead } else { &policy.alerts.network_manager };
        let held = tx
            .prepare_cached(
                "SELECT id, address, state IN ('waiting', 'failed') FROM outbox WHERE alert = ?1 AND role = ?2",
            )?
            .query_map(params![alert, role], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(i64, String, bool)>, _>>()?;
        let same = |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
        for (row, _, _) in
            held.iter().filter(|(_, address, unsent)| *unsent && !named.iter().any(|named| same(named, address)))
        {
            tx.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([row])?;
        }
        let news: Vec<String> =
            named.iter().filter(|named| !held.iter().any(|(_, address, _)| same(named, address))).cloned().collect();
        enqueue(tx, alert, &reference, &role, &news, now)?;
    }
    Ok(())
}

impl Store {
    /// Ends every lease. Only for the moment before the first loop starts: a folder has one collector, so whoever holds a
    /// lease then ended with an earlier run, and an alert must not wait for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_mail_leases(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            tx.prepare_cached("UPDATE outbox SET leased_until = ?1 WHERE state = 'sending'")?
                .execute([now.as_millisecond()])?;
            Ok(())
        })
        .await
    }

    /// Takes up to `most` mails that are due, the most severe first; nobody else gets them until the lease ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lease_mail(&self, most: usize, now: Timestamp) -> Result<Vec<DueMail>, StoreError> {
        self.write(Order::First, move |tx| lease(tx, most, now)).await
    }

    /// Notes that a mail server (or folder) has taken a mail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_sent(&self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            tx.prepare_cached(
                "UPDATE outbox SET state = 'sent', sent_at = ?2, leased_until = NULL, last_error = ''
                 WHERE id = ?1 AND state <> 'sent'",
            )?
            .execute([id, now.as_millisecond()])?;
            Ok(())
        })
        .await
    }

    /// Notes that try number `attempt` failed. The mail waits until `next`, or has failed for good without it.
    ///
    /// A sender whose lease has ended meanwhile changes nothing: the row is another's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_not_sent(
        &self,
        id: i64,
        attempt: u32,
        error: String,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            let state = if next.is_some() { "waiting" } else { "failed" };
            tx.prepare_cached(
                "UPDATE outbox SET state = ?3, last_error = ?4, leased_until = NULL, next_at = coalesce(?5, next_at)
                 WHERE id = ?1 AND attempts = ?2 AND state = 'sending'",
            )?
            .execute(params![id, attempt, state, error, next.map(Timestamp::as_millisecond)])?;
            Ok(())
        })
        .await
    }

    /// When the next mail is due: a waiting one, or one whose lease ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_mail_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<i64> = connection
                .prepare_cached(
                    "SELECT min(at) FROM (SELECT min(next_at) AS at FROM outbox WHERE state = 'waiting'
                     UNION ALL SELECT min(leased_until) FROM outbox WHERE state = 'sending')",
                )?
                .query_row([], |row| row.get(0))
                .optional()?
                .flatten();
            Ok(due.map(moment))
        })
        .await
    }
}

fn lease(tx: &Transaction<'_>, most: usize, now: Timestamp) -> Result<Vec<DueMail>, StoreError> {
    let at = now.as_millisecond();
    let after = |minutes: i64| now.checked_add(minutes.minutes()).unwrap_or(Timestamp::MAX).as_millisecond();
    let (until, beyond) = (after(LEASE_MINUTES), after(LONGEST_WAIT_MINUTES));
    let mails = tx
        .prepare_cached(
            "SELECT outbox.id, outbox.address, outbox.message_id, outbox.attempts, outbox.created_at,
                    alert.reference, alert.severity, site.name, alert.raised_at, alert.kind, alert.about,
                    (SELECT count(*) FROM event WHERE event.alert = alert.id),
                    (SELECT count(*) FROM outbox AS other WHERE other.alert = alert.id AND other.notice = outbox.notice),
                    outbox.notice
             FROM outbox JOIN alert ON alert.id = outbox.alert JOIN site ON site.id = alert.site
             WHERE (outbox.state = 'waiting' AND (outbox.next_at <= ?1 OR outbox.next_at > ?3))
                OR (outbox.state = 'sending' AND (outbox.leased_until <= ?1 OR outbox.leased_until > ?3))
             ORDER BY alert.severity DESC, outbox.created_at, outbox.id LIMIT ?2",
        )?
        .query_map(params![at, i64::try_from(most).unwrap_or(i64::MAX), beyond], due_mail)?
        .collect::<Result<Vec<_>, _>>()?;
    for mail in &mails {
        tx.prepare_cached("UPDATE outbox SET state = 'sending', attempts = ?2, leased_until = ?3 WHERE id = ?1")?
            .execute(params![mail.id, mail.attempt, until])?;
    }
    Ok(mails)
}

fn due_mail(row: &Row<'_>) -> rusqlite::Result<DueMail> {
    let kind: String = row.get(9)?;
    let about: String = row.get(10)?;
    let kind = if row.get::<_, String>(13)? == Notice::BrokenGlass.word() {
        MailedKind::BrokenGlass
    } else if kind == "device" {
        let requirement = about.split_once(' ').and_then(|(id, _)| Requirement::parse(id));
        MailedKind::Device { requirement }
    } else {
        MailedKind::Safeguarding { events: row.get(11)? }
    };
    Ok(DueMail {
        id: row.get(0)?,
        address: row.get(1)?,
        message_id: row.get(2)?,
        attempt: row.get::<_, u32>(3)?.saturating_add(1),
        created_at: moment(row.get(4)?),
        alert: MailedAlert {
            reference: row.get(5)?,
            severity: row.get(6)?,
            site: row.get(7)?,
            raised_at: moment(row.get(8)?),
            kind,
            recipients: row.get(12)?,
        },
    })
}
