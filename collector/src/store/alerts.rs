//! Alerts: raised in the transaction of their cause, together with the mail that tells of them.
//!
//! A flood must not bury what matters: an event about the same document joins an alert of the last hour that is still
//! open and at least as severe, without new mail, whichever rule was met. At the highest level it joins only while nobody
//! has acknowledged; afterwards it is news again. What one person writes in one category joins their open case of the
//! last day; it is mailed again once an hour has passed since the last mail. Alerts about devices are those of [`super::device_alerts`].

use caretaker_shared::model::{KeywordEvent, Severity, Source};
use caretaker_shared::policy::Policy;
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::cases::{self, Concern};
use super::{StoreError, audit, lessons, outbox};
use crate::audit::Entry;

/// How long after an alert was raised an event may still join it.
const JOIN_MS: i64 = 60 * 60 * 1000;
/// What a safeguarding alert is about: the rule and the category stay with its events.
fn about(source: Source) -> &'static str {
    match source {
        Source::Document => "a document met a safeguarding rule",
        Source::Search => "a search met a safeguarding rule",
        Source::Title => "the title of a page met a safeguarding rule",
        Source::Address => "the address of a page met a safeguarding rule",
    }
}

/// What it is about when nobody can tell: a child may be behind it all the same.
pub(crate) const ABOUT_UNREADABLE: &str =
    "a report of a concern could not be read: update the collector, and ask who used the device";
/// Level of an alert about a report that cannot be read: its own level is in it.
const UNREADABLE: u8 = 4;

/// Whom an alert concerns.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The safeguarding lead: a case.
    Safeguarding(&'a Concern),
    /// The network manager.
    Device,
}

/// What is to be raised, and where.
pub(super) struct Raise<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) severity: u8,
    pub(super) site_rowid: i64,
    pub(super) device_rowid: i64,
    pub(super) about: &'a str,
    /// Who gets mail; empty when it only stands in the list.
    pub(super) addresses: &'a [String],
    pub(super) now: Timestamp,
}

/// A keyword event as it was kept, and where it was.
pub(crate) struct Met<'a> {
    pub(crate) event_rowid: i64,
    pub(crate) device_rowid: i64,
    pub(crate) site_rowid: i64,
    pub(crate) event: &'a KeywordEvent,
}

/// Counts a keyword event to a lesson or an open alert, or raises a new one; says whether mail was queued.
pub(crate) fn raise_for_keyword(
    tx: &Transaction<'_>,
    met: &Met<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Met { event_rowid, device_rowid, site_rowid, event } = *met;
    let severity = event.severity.level();
    // Noise that is worth counting (detection.md 3.2): it is counted where it lies.
    if event.severity == Severity::LOWEST {
        return Ok(false);
    }
    let mailed = severity >= policy.alerts.mail_from_severity;
    if lessons::fold(tx, met, now)? {
        return Ok(false);
    }
    let addresses = if mailed { policy.alerts.safeguarding_lead.as_slice() } else { &[] };
    if let Some(alert) = joinable(tx, device_rowid, event, mailed, now)? {
        join(tx, met, alert)?;
        return Ok(false);
    }
    if let Some((alert, told)) = cases::joinable(tx, device_rowid, event, mailed, now)? {
        join(tx, met, alert)?;
        let again = told.is_some_and(|told| told.as_millisecond() + JOIN_MS < now.as_millisecond());
        return if again { tell_again(tx, alert, addresses, now) } else { Ok(false) };
    }
    let concern = Concern::of(event);
    let about = about(event.source);
    let raise = Raise { kind: Kind::Safeguarding(&concern), severity, site_rowid, device_rowid, about, addresses, now };
    let (alert, queued) = raise.insert(tx)?;
    attach(tx, event_rowid, alert)?;
    Ok(queued)
}

/// Raises a safeguarding alert that a report of a concern could not be read, unless one is open for the device; says
/// whether mail was queued.
pub(super) fn raise_for_unreadable(
    tx: &Transaction<'_>,
    device_rowid: i64,
    site_rowid: i64,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let open: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM alert WHERE device = ?1 AND about = ?2 AND state <> 'closed')")?
        .query_row(params![device_rowid, ABOUT_UNREADABLE], |row| row.get(0))?;
    if open {
        return Ok(false);
    }
    let addresses = policy.alerts.safeguarding_lead.as_slice();
    let raise = Raise {
        kind: Kind::Safeguarding(&Concern::of_nobody()),
        severity: UNREADABLE,
        site_rowid,
        device_rowid,
        about: ABOUT_UNREADABLE,
        addresses,
        now,
    };
    Ok(raise.insert(tx)?.1)
}

/// The newest alert that an event may join without new mail. One that is worth mail joins none that nobody was told of.
fn joinable(
    tx: &Transaction<'_>,
    device_rowid: i64,
    event: &KeywordEvent,
    mailed: bool,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let highest = event.severity == Severity::HIGHEST;
    let alert = tx
        .prepare_cached(
            "SELECT alert.id FROM alert
             WHERE alert.device = ?1 AND alert.kind = 'safeguarding' AND alert.severity >= ?2
               AND alert.raised_at BETWEEN ?3 AND ?6 AND (alert.state = 'new' OR (alert.state = 'acknowledged' AND NOT ?4))
               AND EXISTS (SELECT 1 FROM event WHERE event.alert = alert.id AND event.document = ?5)
               AND (NOT ?7 OR EXISTS (SELECT 1 FROM outbox WHERE outbox.alert = alert.id))
             ORDER BY alert.raised_at DESC, alert.id DESC LIMIT 1",
        )?
        .query_row(
            params![
                device_rowid,
                event.severity.level(),
                now.as_millisecond() - JOIN_MS,
                highest,
                event.document.as_bytes(),
                now.as_millisecond(),
                mailed
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(alert)
}

/// Counts an event to the case that it joins.
fn join(tx: &Transaction<'_>, met: &Met<'_>, alert: i64) -> Result<(), StoreError> {
    attach(tx, met.event_rowid, alert)?;
    cases::join(tx, alert, met.event)
}

/// Queues mail about a case that goes on; says whether there was anybody to tell.
fn tell_again(tx: &Transaction<'_>, alert: i64, addresses: &[String], now: Timestamp) -> Result<bool, StoreError> {
    let reference: String =
        tx.prepare_cached("SELECT reference FROM alert WHERE id = ?1")?.query_row([alert], |row| row.get(0))?;
    Ok(outbox::enqueue(tx, alert, &reference, outbox::SAFEGUARDING_LEAD, addresses, now)? > 0)
}

/// Counts an event to an alert.
pub(super) fn attach(tx: &Transaction<'_>, event_rowid: i64, alert: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE event SET alert = ?2 WHERE id = ?1")?.execute([event_rowid, alert])?;
    Ok(())
}

impl Raise<'_> {
    /// Writes the alert, its mail and its link in the audit chain; says which alert, and whether mail was queued.
    pub(super) fn insert(&self, tx: &Transaction<'_>) -> Result<(i64, bool), StoreError> {
        let reference = next_reference(tx, self.now)?;
        let (kind, role) = match self.kind {
            Kind::Safeguarding(_) => ("safeguarding", outbox::SAFEGUARDING_LEAD),
            Kind::Device => ("device", outbox::NETWORK_MANAGER),
        };
        let at_ms = self.now.as_millisecond();
        tx.prepare_cached(
            "INSERT INTO alert (reference, kind, severity, site, device, about, state, raised_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'new', ?7)",
        )?
        .execute(params![
            reference,
            kind,
            self.severity,
            self.site_rowid,
            self.device_rowid,
            self.about,
            at_ms
        ])?;
        let alert = tx.last_insert_rowid();
        if let Kind::Safeguarding(concern) = self.kind {
            concern.file(tx, alert)?;
        }
        let queued = outbox::enqueue(tx, alert, &reference, role, self.addresses, self.now)?;
        audit::append(
            tx,
            &Entry {
                at_ms,
                actor: "collector".into(),
                action: "alert.raise".into(),
                subject: reference,
                detail: format!("severity {}", self.severity),
            },
        )?;
        Ok((alert, queued > 0))
    }
}

/// The next reference of the year: "26-0001". Beyond 9999 the number grows longer.
fn next_reference(tx: &Transaction<'_>, now: Timestamp) -> Result<String, StoreError> {
    let year = now.to_zoned(TimeZone::UTC).year().rem_euclid(100);
    let last: Option<String> = tx
        .prepare_cached(
            "SELECT reference FROM alert WHERE reference GLOB ?1
             ORDER BY length(reference) DESC, reference DESC LIMIT 1",
        )?
        .query_row([format!("{year:02}-*")], |row| row.get(0))
        .optional()?;
    let number = last.and_then(|last| last.split_once('-')?.1.parse::<u32>().ok()).unwrap_or(0);
    Ok(format!("{year:02}-{:04}", number + 1))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::KeywordEvent;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::sample::{Sample, keyword, store};
    use crate::rules::sample;

    const COUNTS: &str = "SELECT reference || ' ' || severity || ' ' ||
        (SELECT count(*) FROM event WHERE event.alert = alert.id) FROM alert ORDER BY id";

    fn at(minute: i64) -> Timestamp {
        sample::now().checked_add(minute.minutes()).expect("a time in range")
    }

    async fn report(sample: &Sample, severity: u32, document: &str, minute: i64) -> bool {
        sample.report(keyword(severity, document), sample::policy(), at(minute)).await
    }

    async fn acknowledge(sample: &Sample) {
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'acknowledged'", [])).await;
    }

    #[tokio::test]
    async fn a_flood_about_one_document_joins_one_alert_without_new_mail() {
        let sample = store().await;
        assert!(report(&sample, 4, "essay", 0).await);
        assert!(!report(&sample, 4, "essay", 30).await);
        assert!(!report(&sample, 3, "essay", 60).await);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 4 3"]);
        assert_eq!(sample.texts("SELECT address FROM outbox ORDER BY id").await.len(), 2, "one for each lead");
    }

    #[tokio::test]
    async fn several_rules_that_one_document_met_are_one_case() {
        let sample = store().await;
        assert!(report(&sample, 5, "essay", 0).await);
        let other = KeywordEvent { rule: "disclosure.hurt".into(), ..keyword(4, "essay") };
        assert!(!sample.report(other, sample::policy(), at(0)).await);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 5 2"]);
    }

    #[tokio::test]
    async fn what_is_later_more_severe_or_about_something_else_is_an_alert_of_its_own() {
        let sample = store().await;
        report(&sample, 3, "essay", 0).await;
        assert!(report(&sample, 4, "essay", 1).await, "more severe");
        assert!(report(&sample, 3, "poem", 2).await, "another document");
        assert!(report(&sample, 3, "essay", 62).await, "more than an hour later");
        assert_eq!(
            sample.texts(COUNTS).await,
            ["26-0001 3 1", "26-0002 4 1", "26-0003 3 1", "26-0004 3 1"],
            "references are consecutive"
        );
    }

    #[tokio::test]
    async fn a_closed_alert_is_never_joined() {
        let sample = store().await;
        report(&sample, 4, "essay", 0).await;
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed'", [])).await;
        assert!(report(&sample, 4, "essay", 1).await);
    }

    #[tokio::test]
    async fn the_highest_level_mails_anew_once_somebody_has_acknowledged() {
        let sample = store().await;
        assert!(report(&sample, 5, "essay", 0).await);
        assert!(!report(&sample, 5, "essay", 1).await);
        acknowledge(&sample).await;
        assert!(report(&sample, 5, "essay", 2).await);

        let other = store().await;
        report(&other, 4, "essay", 0).await;
        acknowledge(&other).await;
        assert!(!report(&other, 4, "essay", 1).await, "a lower level joins what somebody has in hand");
    }

    #[tokio::test]
    async fn below_the_policys_level_an_alert_stands_in_the_list_without_mail() {
        let sample = store().await;
        assert!(!report(&sample, 2, "essay", 0).await);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 2 1"]);
        assert!(sample.texts("SELECT address FROM outbox").await.is_empty());
    }

    #[tokio::test]
    async fn what_is_worth_mail_by_now_joins_no_alert_that_nobody_was_told_of() {
        let sample = store().await;
        assert!(!report(&sample, 2, "essay", 0).await);
        let mut policy = sample::policy();
        policy.alerts.mail_from_severity = 2;
        assert!(sample.report(keyword(2, "essay"), policy.clone(), at(1)).await);
        assert!(!sample.report(keyword(2, "essay"), policy, at(2)).await);
    }

    #[tokio::test]
    async fn an_alert_of_a_clock_that_ran_ahead_swallows_nothing() {
        let sample = store().await;
        report(&sample, 4, "essay", 60 * 24).await;
        assert!(report(&sample, 4, "essay", 0).await);
    }

    #[tokio::test]
    async fn an_address_listed_twice_gets_one_mail() {
        let sample = store().await;
        let mut policy = sample::policy();
        policy.alerts.safeguarding_lead = vec![
            "lead@northfield.example".into(),
            "Lead@northfield.example ".into(),
            "deputy@northfield.example".into(),
        ];
        sample.report(keyword(4, "essay"), policy, at(0)).await;
        let addresses = sample.texts("SELECT address FROM outbox ORDER BY id").await;
        assert_eq!(addresses, ["lead@northfield.example", "deputy@northfield.example"]);
    }

    #[tokio::test]
    async fn numbers_begin_anew_each_year_and_go_on_beyond_four_digits() {
        let sample = store().await;
        report(&sample, 4, "essay", 0).await;
        sample.write(|tx| tx.execute("UPDATE alert SET reference = '26-9999'", [])).await;
        report(&sample, 4, "poem", 1).await;
        report(&sample, 4, "letter", 2).await;
        report(&sample, 4, "diary", 60 * 24 * 60).await;
        let references = sample.texts("SELECT reference FROM alert ORDER BY id").await;
        assert_eq!(references, ["26-9999", "26-10000", "26-10001", "27-0001"]);
    }

    #[tokio::test]
    async fn the_audit_chain_knows_the_reference_and_the_severity_and_no_more() {
        let sample = store().await;
        report(&sample, 4, "essay", 0).await;
        let links = sample.texts("SELECT actor || '|' || action || '|' || subject || '|' || detail FROM audit").await;
        assert_eq!(links, ["collector|alert.raise|26-0001|severity 4"]);
    }
}
