//! Mail that is due is leased to one sender at a time.

use caretaker_shared::checkpoint::SignedCheckpoint;
use caretaker_shared::model::{Requirement, Role};
use caretaker_shared::policy::LADDER;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::due::{
    ABOUT_ALERT, Call, DueMail, ListKind, ListedCase, MailedAlert, MailedAudit, MailedKind, MailedList, Matter, Then,
};
use super::queue::{CHECKPOINT, LICENCES, PROVIDER, WEEKLY};
use crate::audit_papers::Audience;
use crate::store::moment::moment;
use crate::store::{Order, Store, StoreError, reports};

/// How long a sender has until its row is due again; well beyond the deadlines of one send by two ways.
const LEASE_MINUTES: i64 = 2;
/// No row waits longer than half an hour for its next try. One that seems to was written by a clock that ran ahead and
/// was put right since: it is due.
const LONGEST_WAIT_MINUTES: i64 = 31;

/// A row as it stands in the table.
struct Leased {
    mail: DueMail,
    kind: String,
    alert: Option<i64>,
}

impl Store {
    /// Takes up to `most` mails that are due, the most urgent first; nobody else gets them until the lease ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lease_mail(&self, most: usize, now: Timestamp) -> Result<Vec<DueMail>, StoreError> {
        self.write(Order::First, move |tx| lease(tx, most, now)).await
    }
}

fn lease(tx: &Transaction<'_>, most: usize, now: Timestamp) -> Result<Vec<DueMail>, StoreError> {
    let at = now.as_millisecond();
    let after = |minutes: i64| now.checked_add(minutes.minutes()).unwrap_or(Timestamp::MAX).as_millisecond();
    let (until, beyond) = (after(LEASE_MINUTES), after(LONGEST_WAIT_MINUTES));
    let rows = tx
        .prepare_cached(
            // Each half in the order of its index, so that a flood of waiting rows is not sorted for each of them.
            "SELECT * FROM (
                 SELECT id, address, message_id, attempts, created_at, urgency, kind, alert, turn FROM outbox
                 WHERE state = 'waiting' AND (+next_at <= ?1 OR +next_at > ?3)
                 ORDER BY urgency DESC, turn, created_at, id LIMIT ?2)
             UNION ALL SELECT * FROM (
                 SELECT id, address, message_id, attempts, created_at, urgency, kind, alert, turn FROM outbox
                 WHERE state = 'sending' AND (leased_until <= ?1 OR leased_until > ?3)
                 ORDER BY urgency DESC, turn, created_at, id LIMIT ?2)
             ORDER BY urgency DESC, turn, created_at, id LIMIT ?2",
        )?
        .query_map(params![at, i64::try_from(most).unwrap_or(i64::MAX), beyond], leased)?
        .collect::<Result<Vec<_>, _>>()?;
    let mut mails = Vec::with_capacity(rows.len());
    for Leased { mut mail, kind, alert } in rows {
        tx.prepare_cached("UPDATE outbox SET state = 'sending', attempts = ?2, leased_until = ?3 WHERE id = ?1")?
            .execute(params![mail.id, mail.attempt, until])?;
        mail.matter = matter(tx, &mail, &kind, alert)?;
        mails.push(mail);
    }
    Ok(mails)
}

fn leased(row: &Row<'_>) -> rusqlite::Result<Leased> {
    let mail = DueMail {
        id: row.get(0)?,
        address: row.get(1)?,
        message_id: row.get(2)?,
        attempt: row.get::<_, u32>(3)?.saturating_add(1),
        created_at: moment(row.get(4)?),
        urgency: row.get(5)?,
        matter: Matter::List(MailedList { kind: ListKind::Surge, cases: Vec::new() }),
    };
    Ok(Leased { mail, kind: row.get(6)?, alert: row.get(7)? })
}

fn matter(tx: &Transaction<'_>, mail: &DueMail, kind: &str, alert: Option<i64>) -> Result<Matter, StoreError> {
    let Some(alert) = alert else {
        if kind == CHECKPOINT
            && let Some(signed) = checkpoint(tx, mail.id)?
        {
            return Ok(Matter::Checkpoint(Box::new(signed)));
        }
        if kind == WEEKLY {
            return Ok(Matter::Weekly(reports::figures(tx, mail.id, mail.created_at)?));
        }
        if kind == LICENCES
            && let Some(audit) = licences(tx, mail.id)?
        {
            return Ok(Matter::Licences(audit));
        }
        let kinds = [ListKind::Daily, ListKind::Weekly];
        let kind = kinds.into_iter().find(|known| known.word() == kind).unwrap_or(ListKind::Surge);
        return Ok(Matter::List(MailedList { kind, cases: listed(tx, mail.id)? }));
    };
    let call = Call::ALL.into_iter().find(|known| known.word() == kind).unwrap_or(Call::First);
    let mut alert_told = tx
        .prepare_cached(
            "SELECT alert.reference, alert.severity, site.name, alert.raised_at, alert.kind, alert.about,
                    (SELECT count(*) FROM event WHERE event.alert = alert.id), ladder.then_role, ladder.then_at,
                    alert.canary, (SELECT count(*) FROM canary WHERE canary.alert = alert.id)
             FROM alert JOIN site ON site.id = alert.site LEFT JOIN ladder ON ladder.alert = alert.id
             WHERE alert.id = ?1",
        )?
        .query_row([alert], |row| mailed(row, call))?;
    alert_told.told = told(tx, alert)?;
    if call == Call::BrokenGlass {
        alert_told.kind = MailedKind::BrokenGlass(mail.created_at);
    }
    Ok(if kind == "webhook" { Matter::Webhook(alert_told) } else { Matter::Alert(alert_told) })
}

fn licences(tx: &Transaction<'_>, mail: i64) -> Result<Option<MailedAudit>, StoreError> {
    let audit = tx
        .prepare_cached(
            "SELECT outbox.licence_audit, site.name, outbox.role FROM outbox LEFT JOIN site ON site.id = outbox.site
             WHERE outbox.id = ?1 AND outbox.licence_audit IS NOT NULL",
        )?
        .query_row([mail], |row| {
            let audience = if row.get::<_, String>(2)? == PROVIDER { Audience::Provider } else { Audience::School };
            Ok(MailedAudit { audit: row.get(0)?, site: row.get(1)?, audience })
        })
        .optional()?;
    Ok(audit)
}

fn checkpoint(tx: &Transaction<'_>, mail: i64) -> Result<Option<SignedCheckpoint>, StoreError> {
    let signed: Option<Vec<u8>> = tx
        .prepare_cached(
            "SELECT checkpoint.signed FROM outbox JOIN checkpoint ON checkpoint.id = outbox.checkpoint
             WHERE outbox.id = ?1",
        )?
        .query_row([mail], |row| row.get(0))
        .optional()?;
    Ok(signed.and_then(|signed| SignedCheckpoint::parse(&signed).ok()))
}

fn mailed(row: &Row<'_>, call: Call) -> rusqlite::Result<MailedAlert> {
    let (kind, about): (String, String) = (row.get(4)?, row.get(5)?);
    let kind = if row.get(9)? {
        MailedKind::Canary { devices: row.get(10)? }
    } else if kind == "device" {
        let requirement = about.split_once(' ').and_then(|(id, _)| Requirement::parse(id));
        MailedKind::Device { requirement }
    } else {
        let role = row.get::<_, Option<String>>(7)?.and_then(|word| Role::parse(&word));
        let at = row.get::<_, Option<i64>>(8)?.map(moment);
        let then = role.zip(at).map(|(role, at)| Then { role, at });
        MailedKind::Safeguarding { events: row.get(6)?, call, then }
    };
    Ok(MailedAlert {
        reference: row.get(0)?,
        severity: row.get(1)?,
        site: row.get(2)?,
        raised_at: moment(row.get(3)?),
        kind,
        told: Vec::new(),
    })
}

/// Who gets mail about an alert, by role, in the order of the ladder.
fn told(tx: &Transaction<'_>, alert: i64) -> Result<Vec<(Role, u32)>, StoreError> {
    let counts = tx
        .prepare_cached(&format!(
            "SELECT role, count(DISTINCT lower(address)) FROM outbox WHERE alert = ?1 AND {ABOUT_ALERT} GROUP BY role"
        ))?
        .query_map([alert], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    let mut told: Vec<_> = counts.into_iter().filter_map(|(word, count)| Some((Role::parse(&word)?, count))).collect();
    told.sort_by_key(|(role, _)| LADDER.iter().position(|other| other == role));
    Ok(told)
}

fn listed(tx: &Transaction<'_>, list: i64) -> Result<Vec<ListedCase>, StoreError> {
    let cases = tx
        .prepare_cached(
            "SELECT alert.reference, alert.severity, site.name
             FROM outbox_item JOIN alert ON alert.id = outbox_item.alert JOIN site ON site.id = alert.site
             WHERE outbox_item.outbox = ?1 ORDER BY alert.severity DESC, site.name, alert.id",
        )?
        .query_map([list], |row| Ok(ListedCase { reference: row.get(0)?, severity: row.get(1)?, site: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    Ok(cases)
}
