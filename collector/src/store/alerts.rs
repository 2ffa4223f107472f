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
use super::ladder;
use super::outbox::{self, Post};
use super::{StoreError, audit, lessons};
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
    pub(super) tell: Tell<'a>,
    pub(super) now: Timestamp,
}

/// Who gets mail.
pub(super) enum Tell<'a> {
    /// Nobody: it stands in the list only.
    Nobody,
    /// Those who stand first, in their daily list.
    List(&'a Policy),
    /// Those who look after devices.
    Managers(&'a Policy),
    /// Those whom it climbs to; whose doing it is, as a name that means nothing elsewhere, or empty for nobody's.
    Ladder(&'a str, &'a Policy),
}

/// A keyword event as it was kept, and where it was.
pub(crate) struct Met<'a> {
    pub(crate) event_rowid: i64,
    pub(crate) device_rowid: i64,
    pub(crate) site_rowid: i64,
    pub(crate) event: &'a KeywordEvent,
}

impl Met<'_> {
    /// Whose doing it is, as a name that means nothing outside of this database: two accounts of a device are two.
    /// Nobody's when it tests the way of an alert: such a mail stands in no list with others.
    fn person(&self) -> String {
        if cases::is_demonstration(self.event) {
            return String::new();
        }
        let user = self.event.user.map_or_else(String::new, |user| user.to_string());
        format!("{}.{user}", self.device_rowid)
    }
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
    if lessons::fold(tx, met, policy, now)? {
        return Ok(false);
    }
    if let Some(alert) = joinable(tx, device_rowid, event, mailed, now)? {
        join(tx, met, alert)?;
        return Ok(false);
    }
    if let Some((alert, told)) = cases::joinable(tx, device_rowid, event, mailed, now)? {
        join(tx, met, alert)?;
        let again = mailed && told.is_none_or(|told| told.as_millisecond() + JOIN_MS < now.as_millisecond());
        return if again { ladder::tell_again(tx, alert, policy, now) } else { Ok(false) };
    }
    let (concern, source) = (Concern::of(event), met.person());
    let tell = if mailed { Tell::Ladder(&source, policy) } else { Tell::Nobody };
    let about = about(event.source);
    let raise = Raise { kind: Kind::Safeguarding(&concern), severity, site_rowid, device_rowid, about, tell, now };
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
    let raise = Raise {
        kind: Kind::Safeguarding(&Concern::of_nobody()),
        severity: UNREADABLE,
        site_rowid,
        device_rowid,
        about: ABOUT_UNREADABLE,
        tell: Tell::Ladder("", policy),
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
            // By the document: a flood of one device's alerts is not gone through for each of its events.
            "SELECT alert.id FROM event CROSS JOIN alert ON alert.id = event.alert
             WHERE event.device = ?1 AND event.document = ?5 AND alert.kind = 'safeguarding' AND alert.severity >= ?2
               AND +alert.device = ?1
               AND +alert.raised_at BETWEEN ?3 AND ?6 AND (alert.state = 'new' OR (alert.state = 'acknowledged' AND NOT ?4))
               AND (NOT ?7 OR EXISTS (SELECT 1 FROM ladder WHERE ladder.alert = alert.id))
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

/// Counts an event to an alert.
pub(super) fn attach(tx: &Transaction<'_>, event_rowid: i64, alert: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE event SET alert = ?2 WHERE id = ?1")?.execute([event_rowid, alert])?;
    Ok(())
}

impl Raise<'_> {
    /// Writes the alert, its mail and its link in the audit chain; says which alert, and whether mail was queued.
    pub(super) fn insert(&self, tx: &Transaction<'_>) -> Result<(i64, bool), StoreError> {
        let reference = next_reference(tx, self.now)?;
        let kind = match self.kind {
            Kind::Safeguarding(_) => "safeguarding",
            Kind::Device => "device",
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
        let queued = self.tell(tx, alert, &reference)?;
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
        Ok((alert, queued))
    }

    fn tell(&self, tx: &Transaction<'_>, alert: i64, reference: &str) -> Result<bool, StoreError> {
        match &self.tell {
            Tell::Nobody => Ok(false),
            Tell::List(policy) => ladder::begin(tx, (alert, ladder::DAILY), "", policy, self.now),
            Tell::Ladder(source, policy) => ladder::begin(tx, (alert, self.severity), source, policy, self.now),
            Tell::Managers(policy) => {
                let post = Post {
                    alert,
                    reference,
                    call: outbox::Call::First,
                    role: outbox::NETWORK_MANAGER,
                    urgency: self.severity,
                    source: "",
                    turn: 0,
                    now: self.now,
                };
                Ok(outbox::queue(tx, &post, &policy.alerts.network_manager)? > 0)
            }
        }
    }
}

/// The next reference of the year: "26-0001". Beyond 9999 the number grows longer.
fn next_reference(tx: &Transaction<'_>, now: Timestamp) -> Result<String, StoreError> {
    let year = now.to_zoned(TimeZone::UTC).year().rem_euclid(100);
    let last: Option<String> = tx
        .prepare_cached(
            // Numbers grow with rows: the last of the year is found without looking at the others.
            "SELECT reference FROM alert WHERE +reference GLOB ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([format!("{year:02}-*")], |row| row.get(0))
        .optional()?;
    let number = last.and_then(|last| last.split_once('-')?.1.parse::<u32>().ok()).unwrap_or(0);
    Ok(format!("{year:02}-{:04}", number + 1))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::KeywordEvent;
    use caretaker_shared::policy::Addressee;
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
        assert_eq!(sample.texts("SELECT address FROM outbox ORDER BY id").await.len(), 1, "one for the lead");
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
        report(&sample, 4, "essay", 0).await;
        assert!(report(&sample, 5, "essay", 1).await, "more severe");
        assert!(report(&sample, 4, "poem", 2).await, "another document");
        assert!(report(&sample, 4, "essay", 62).await, "more than an hour later");
        assert_eq!(
            sample.texts(COUNTS).await,
            ["26-0001 4 1", "26-0002 5 1", "26-0003 4 1", "26-0004 4 1"],
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
    async fn below_the_policys_level_an_alert_stands_in_the_list_and_on_no_ladder() {
        let sample = store().await;
        let mut policy = sample::policy();
        policy.alerts.mail_from_severity = 5;
        assert!(!sample.report(keyword(4, "essay"), policy, at(0)).await);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 4 1"]);
        assert!(sample.texts("SELECT source FROM ladder").await.is_empty());
    }

    #[tokio::test]
    async fn what_is_worth_mail_by_now_joins_no_alert_that_nobody_was_told_of() {
        let sample = store().await;
        let mut policy = sample::policy();
        policy.alerts.mail_from_severity = 5;
        assert!(!sample.report(keyword(4, "essay"), policy, at(0)).await);
        assert!(report(&sample, 4, "essay", 1).await);
        assert!(!report(&sample, 4, "essay", 2).await);
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
        let lead = policy.alerts.contacts[0].clone();
        policy.alerts.contacts.insert(1, Addressee { email: "Lead@northfield.example ".into(), ..lead });
        sample.report(keyword(5, "essay"), policy, at(0)).await;
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
