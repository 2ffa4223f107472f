//! Alerts about devices, for the network manager: raised in the transaction of their cause, with the mail that tells of
//! them.
//!
//! The same thing at the same device joins an alert that nobody has taken yet, without new mail, for a day. Once
//! somebody has acknowledged it, or it has stood open for a day, it is news again: an alert must not swallow what
//! happens after it. Antivirus that comes back is noted on the alert that it was turned off.

use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::StoreError;
use super::alerts::{Kind, Raise, Tell, attach};

/// How long after an alert was raised the same thing joins it.
const JOIN_MS: i64 = 24 * 60 * 60 * 1000;
/// Level of an alert that protection was turned off, or that something gets around it.
const PROTECTION_OFF: u8 = 3;
/// Level of an alert that a device's reports cannot be relied on.
const UNRELIABLE: u8 = 2;
/// What an alert that antivirus was turned off is about.
const TURNED_OFF: &str = "antivirus was turned off";
/// What is noted on it when antivirus is back.
const ON_AGAIN: &str = "; on again";
/// Accounts that an alert names; all of them stand with its event.
const USERS: usize = 3;

/// What happened, where.
struct Cause<'a> {
    requirement: Requirement,
    severity: u8,
    /// "antivirus was turned off".
    what: &'a str,
    /// What it is about: a product, an account; may be empty.
    subject: &'a str,
    /// What else people should read; may be empty. Another detail is not another thing.
    detail: String,
}

impl Cause<'_> {
    /// What tells it from other things at the device: "E1 antivirus was turned off: ClamAV".
    fn key(&self) -> String {
        let subject = if self.subject.is_empty() { String::new() } else { format!(": {}", self.subject) };
        format!("{} {}{subject}", self.requirement, self.what)
    }

    /// What the alert says.
    fn about(&self) -> String {
        if self.detail.is_empty() { self.key() } else { format!("{}; {}", self.key(), self.detail) }
    }
}

/// Raises a device alert where an event deserves one; says whether mail was queued.
pub(crate) fn raise_for_device_event(
    tx: &Transaction<'_>,
    event_rowid: i64,
    device_rowid: i64,
    site_rowid: i64,
    event: &DeviceEvent,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (requirement, severity, what) = match event.kind {
        DeviceEventKind::AntivirusOff => (Requirement::E1, PROTECTION_OFF, TURNED_OFF),
        DeviceEventKind::VirusFound => (Requirement::E1, PROTECTION_OFF, "antivirus found a virus"),
        DeviceEventKind::AdministratorAdded => (Requirement::C2, PROTECTION_OFF, "a new administrator"),
        DeviceEventKind::SpoolSetAside => {
            (Requirement::Integrity, UNRELIABLE, "the agent's memory was damaged and set aside")
        }
        DeviceEventKind::RecipientsRefused => {
            (Requirement::Integrity, UNRELIABLE, "a list of who may read sealed evidence was refused by the device")
        }
        DeviceEventKind::TextUnread => {
            (Requirement::Integrity, UNRELIABLE, "a text could not be held against the rules")
        }
        DeviceEventKind::CheckpointRefused => (
            Requirement::Integrity,
            UNRELIABLE,
            "the device keeps another history of the audit chain than the collector",
        ),
        DeviceEventKind::AntivirusOn => return note_on_again(tx, event_rowid, device_rowid, event).map(|()| false),
        DeviceEventKind::Started
        | DeviceEventKind::StartedAfterKill
        | DeviceEventKind::Stopped
        | DeviceEventKind::AdministratorRemoved
        | DeviceEventKind::MediumMounted
        | DeviceEventKind::MediumRemoved => return Ok(false),
    };
    let cause = Cause { requirement, severity, what, subject: &event.subject, detail: detail(event) };
    let (alert, queued) = raise_once(tx, device_rowid, site_rowid, &cause, policy, now)?;
    attach(tx, event_rowid, alert)?;
    Ok(queued)
}

/// Raises a device alert that a device's reports contradict themselves; says whether mail was queued.
pub(super) fn raise_for_integrity(
    tx: &Transaction<'_>,
    device_rowid: i64,
    site_rowid: i64,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let what = "reports contradict each other";
    let cause =
        Cause { requirement: Requirement::Integrity, severity: UNRELIABLE, what, subject: "", detail: String::new() };
    Ok(raise_once(tx, device_rowid, site_rowid, &cause, policy, now)?.1)
}

/// Raises a device alert that a way around the filter is in use (E7); says whether mail was queued.
pub(super) fn raise_for_bypass(
    tx: &Transaction<'_>,
    device_rowid: i64,
    site_rowid: i64,
    subject: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let what = "a way around the filter is in use";
    let cause = Cause { requirement: Requirement::E7, severity: PROTECTION_OFF, what, subject, detail: String::new() };
    Ok(raise_once(tx, device_rowid, site_rowid, &cause, policy, now)?.1)
}

/// "quarantined C:\x; teacher.two was logged in".
fn detail(event: &DeviceEvent) -> String {
    let logged_in = match event.users.as_slice() {
        [] => String::new(),
        [one] => format!("{one} was logged in"),
        users => {
            let named = users.iter().take(USERS).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = users.len().saturating_sub(USERS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{named}{more} were logged in")
        }
    };
    let parts = [event.detail.as_str(), &logged_in];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The alert that the cause joins, or a new one; and whether mail was queued.
fn raise_once(
    tx: &Transaction<'_>,
    device_rowid: i64,
    site_rowid: i64,
    cause: &Cause<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<(i64, bool), StoreError> {
    if let Some((alert, about)) = joinable(tx, device_rowid, cause, now)? {
        // It was on again, and is off once more.
        if let Some((off, _)) = about.split_once(ON_AGAIN) {
            tx.prepare_cached("UPDATE alert SET about = ?2 WHERE id = ?1")?.execute(params![alert, off])?;
        }
        return Ok((alert, false));
    }
    let about = cause.about();
    let tell = Tell::Managers(policy);
    let raise =
        Raise { kind: Kind::Device, severity: cause.severity, site_rowid, device_rowid, about: &about, tell, now };
    raise.insert(tx)
}

/// The newest alert about the same thing that nobody has taken and that is not a day old. Whatever shakes the trust in
/// a device's reports is one thing.
fn joinable(
    tx: &Transaction<'_>,
    device_rowid: i64,
    cause: &Cause<'_>,
    now: Timestamp,
) -> Result<Option<(i64, String)>, StoreError> {
    let distrust = cause.requirement == Requirement::Integrity;
    let (key, end) = if distrust { (cause.requirement.to_string(), " ") } else { (cause.key(), ";") };
    let since = now.as_millisecond() - JOIN_MS;
    let found = tx
        .prepare_cached(
            "SELECT id, about FROM alert
             WHERE device = ?1 AND kind = 'device' AND state = 'new' AND raised_at BETWEEN ?4 AND ?5
               AND (about = ?2 OR substr(about, 1, length(?2) + 1) = ?2 || ?3)
             ORDER BY raised_at DESC, id DESC LIMIT 1",
        )?
        .query_row(params![device_rowid, key, end, since, now.as_millisecond()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// Notes on the newest open alert that antivirus was turned off that it is on again.
fn note_on_again(
    tx: &Transaction<'_>,
    event_rowid: i64,
    device_rowid: i64,
    event: &DeviceEvent,
) -> Result<(), StoreError> {
    let (requirement, subject) = (Requirement::E1, event.subject.as_str());
    let off = Cause { requirement, severity: PROTECTION_OFF, what: TURNED_OFF, subject, detail: String::new() };
    let open: Option<(i64, String)> = tx
        .prepare_cached(
            "SELECT id, about FROM alert
             WHERE device = ?1 AND kind = 'device' AND state <> 'closed'
               AND (about = ?2 OR substr(about, 1, length(?2) + 1) = ?2 || ';')
             ORDER BY raised_at DESC, id DESC LIMIT 1",
        )?
        .query_row(params![device_rowid, off.key()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((alert, about)) = open else { return Ok(()) };
    let off = about.split_once(ON_AGAIN).map_or(about.as_str(), |(off, _)| off);
    let about = format!("{off}{ON_AGAIN} at {} UTC", event.occurred_at.strftime("%a %-d %b %H:%M"));
    tx.prepare_cached("UPDATE alert SET about = ?2 WHERE id = ?1")?.execute(params![alert, about])?;
    attach(tx, event_rowid, alert)
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{DeviceEvent, DeviceEventKind};
    use jiff::{Timestamp, ToSpan as _};

    use super::super::Order;
    use super::super::sample::{DEVICE, SITE, Sample, store};
    use super::{raise_for_bypass, raise_for_integrity};
    use crate::rules::sample;

    const COUNTS: &str = "SELECT reference || ' ' || severity || ' ' ||
        (SELECT count(*) FROM event WHERE event.alert = alert.id) FROM alert ORDER BY id";
    const ABOUT: &str = "SELECT about FROM alert ORDER BY id";

    fn at(minute: i64) -> Timestamp {
        sample::now().checked_add(minute.minutes()).expect("a time in range")
    }

    fn event(kind: DeviceEventKind, subject: &str, users: &[&str], minute: i64) -> DeviceEvent {
        let users = users.iter().map(|&user| user.to_owned()).collect();
        DeviceEvent { kind, occurred_at: at(minute), users, subject: subject.into(), detail: String::new() }
    }

    async fn off(sample: &Sample, product: &str, minute: i64) -> bool {
        sample.happens(event(DeviceEventKind::AntivirusOff, product, &["teacher.two"], minute), at(minute)).await
    }

    #[tokio::test]
    async fn antivirus_turned_off_tells_the_network_manager_once_while_it_is_open() {
        let sample = store().await;
        assert!(sample.tamper(DeviceEventKind::AntivirusOff, at(0)).await);
        assert!(!sample.tamper(DeviceEventKind::AntivirusOff, at(600)).await);
        let told = sample.texts("SELECT about || ' ' || severity || ' ' || address FROM alert JOIN outbox").await;
        assert_eq!(told, ["E1 antivirus was turned off 3 network@northfield.example"]);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 3 2"]);
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed'", [])).await;
        assert!(sample.tamper(DeviceEventKind::AntivirusOff, at(601)).await);
    }

    #[tokio::test]
    async fn a_device_has_one_open_alert_that_it_cannot_be_relied_on() {
        let sample = store().await;
        assert!(sample.tamper(DeviceEventKind::SpoolSetAside, at(0)).await);
        let integrity =
            |tx: &rusqlite::Transaction<'_>| raise_for_integrity(tx, DEVICE, SITE, &sample::policy(), sample::now());
        assert!(!sample.store.write(Order::First, integrity).await.expect("is written"));
        assert!(sample.tamper(DeviceEventKind::AntivirusOff, at(1)).await, "another requirement");
    }

    #[tokio::test]
    async fn starts_and_stops_of_the_agent_raise_nothing() {
        let sample = store().await;
        for kind in [
            DeviceEventKind::Started,
            DeviceEventKind::StartedAfterKill,
            DeviceEventKind::Stopped,
            DeviceEventKind::AntivirusOn,
        ] {
            assert!(!sample.tamper(kind, at(0)).await);
        }
        assert!(sample.texts(COUNTS).await.is_empty());
    }

    #[tokio::test]
    async fn an_alert_that_somebody_has_taken_or_that_is_a_day_old_swallows_nothing() {
        let sample = store().await;
        assert!(off(&sample, "ClamAV", 0).await);
        assert!(!off(&sample, "ClamAV", 24 * 60).await, "counted");
        assert!(off(&sample, "ClamAV", 24 * 60 + 1).await, "a day later");
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'acknowledged'", [])).await;
        assert!(off(&sample, "ClamAV", 24 * 60 + 2).await, "somebody has taken the others");
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 3 2", "26-0002 3 1", "26-0003 3 1"]);
    }

    #[tokio::test]
    async fn an_alert_names_the_product_and_who_was_logged_in() {
        let sample = store().await;
        for users in [&["teacher.two"][..], &["a", "b"], &["a", "b", "c", "d", "e"], &[]] {
            assert!(sample.happens(event(DeviceEventKind::AntivirusOff, "ClamAV", users, 0), at(0)).await);
            sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed'", [])).await;
        }
        let off = "E1 antivirus was turned off: ClamAV";
        assert_eq!(
            sample.texts(ABOUT).await,
            [
                format!("{off}; teacher.two was logged in"),
                format!("{off}; a, b were logged in"),
                format!("{off}; a, b, c and 2 more were logged in"),
                off.to_owned()
            ]
        );
    }

    #[tokio::test]
    async fn another_product_is_another_thing_even_when_its_name_begins_alike() {
        let sample = store().await;
        assert!(off(&sample, "ClamAV Pro", 0).await);
        assert!(off(&sample, "ClamAV", 1).await);
        assert!(!off(&sample, "ClamAV Pro", 2).await);
    }

    #[tokio::test]
    async fn antivirus_that_is_back_is_noted_without_mail_and_taken_back_when_it_goes_again() {
        let sample = store().await;
        off(&sample, "ClamAV", 0).await;
        let on = |minute| event(DeviceEventKind::AntivirusOn, "ClamAV", &[], minute);
        assert!(!sample.happens(on(5), at(5)).await);
        assert!(!sample.happens(on(6), at(6)).await);
        let alert = "E1 antivirus was turned off: ClamAV; teacher.two was logged in";
        assert_eq!(sample.texts(ABOUT).await, [format!("{alert}; on again at Sat 21 Nov 14:08 UTC")]);
        assert!(!off(&sample, "ClamAV", 7).await);
        assert_eq!(sample.texts(ABOUT).await, [alert]);
        assert_eq!(sample.texts(COUNTS).await, ["26-0001 3 4"]);
        assert!(!sample.happens(event(DeviceEventKind::AntivirusOn, "Other AV", &[], 8), at(8)).await);
    }

    #[tokio::test]
    async fn a_virus_is_told_at_once_while_another_alert_about_antivirus_is_open() {
        let sample = store().await;
        off(&sample, "ClamAV", 0).await;
        let found = |threat: &str, minute| DeviceEvent {
            detail: "quarantined, /tmp/x".into(),
            ..event(DeviceEventKind::VirusFound, threat, &[], minute)
        };
        assert!(sample.happens(found("Eicar-Test", 1), at(1)).await);
        assert!(!sample.happens(found("Eicar-Test", 2), at(2)).await);
        assert!(sample.happens(found("Trojan.Example", 3), at(3)).await);
        assert_eq!(sample.texts(ABOUT).await[1], "E1 antivirus found a virus: Eicar-Test; quarantined, /tmp/x");
    }

    #[tokio::test]
    async fn a_way_around_the_filter_in_use_is_an_alert() {
        let sample = store().await;
        for (subject, mailed) in [("proxy 10.9.8.7:80 of pupil.one", true), ("proxy 10.9.8.7:80 of pupil.one", false)] {
            let raise = move |tx: &rusqlite::Transaction<'_>| {
                raise_for_bypass(tx, DEVICE, SITE, subject, &sample::policy(), at(0))
            };
            assert_eq!(sample.store.write(Order::First, raise).await.expect("is written"), mailed);
        }
        assert_eq!(sample.texts(ABOUT).await, ["E7 a way around the filter is in use: proxy 10.9.8.7:80 of pupil.one"]);
    }
}
