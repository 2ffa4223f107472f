//! Lessons: when a whole class writes about one topic, that is one line for the safeguarding lead and no mail.
//!
//! Five people who meet rules of one topic at one site within ten minutes are a lesson (detection.md 3.5). Who comes
//! first is told of as usual; from the fifth on they are all counted to one alert, a line of the next daily list; what
//! nobody has looked at yet is folded into it, and its mail that has not gone out is dropped. The highest level is never folded, and what is graver
//! than the rest of a lesson is told of by itself the first time.

use std::collections::BTreeSet;

use caretaker_shared::model::Severity;
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::alerts::{Kind, Met, Raise, Tell, attach};
use super::cases::Concern;
use super::{StoreError, audit};
use crate::audit::Entry;

/// People of one topic that make a lesson.
const PEOPLE: usize = 5;
/// Events that are looked at to see whether there are so many people at all.
const LOOKED_AT: u32 = 300;
/// Within this time.
const WINDOW_MS: i64 = 10 * 60 * 1000;
/// How long a lesson goes on at the most: what comes later is told of anew.
const LONGEST_MS: i64 = 90 * 60 * 1000;
/// What an alert about a lesson says.
pub(crate) const ABOUT_LESSON: &str = "probably a lesson: five or more people, one topic, within ten minutes";
/// The outcome of an alert that became part of a lesson.
const FOLDED: &str = "lesson";

/// One event of the topic.
struct Of {
    event: i64,
    at_ms: i64,
    person: (i64, Option<Vec<u8>>),
    level: u8,
}

/// Counts an event to a lesson where there is one; says whether it did.
pub(super) fn fold(tx: &Transaction<'_>, met: &Met<'_>, policy: &Policy, now: Timestamp) -> Result<bool, StoreError> {
    met.fold(tx, policy, now)
}

impl Met<'_> {
    fn fold(&self, tx: &Transaction<'_>, policy: &Policy, now: Timestamp) -> Result<bool, StoreError> {
        if self.event.severity == Severity::HIGHEST {
            return Ok(false);
        }
        let level = self.event.severity.level();
        if let Some((alert, usual)) = self.running(tx)? {
            if level > usual {
                // The next one of this level is news no more.
                lift(tx, alert, level)?;
                return Ok(false);
            }
            self.join(tx, alert)?;
            return Ok(true);
        }
        let Some(mut class) = self.class(tx)? else { return Ok(false) };
        let usual = usual_level(&class);
        if level > usual {
            return Ok(false);
        }
        class.retain(|of| of.level <= usual);
        let raise = Raise {
            kind: Kind::Safeguarding(&Concern::of_nobody()),
            severity: self.event.severity.level(),
            site_rowid: self.site_rowid,
            device_rowid: self.device_rowid,
            about: ABOUT_LESSON,
            tell: Tell::List(policy),
            now,
        };
        let (alert, _) = raise.insert(tx)?;
        let first = class.iter().map(|of| of.at_ms).min().unwrap_or_else(|| self.at_ms());
        let last = class.iter().map(|of| of.at_ms).max().unwrap_or_else(|| self.at_ms());
        tx.prepare_cached("INSERT INTO lesson (alert, site, topic, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![alert, self.site_rowid, self.event.topic, first, last])?;
        for of in class {
            take_over(tx, of.event, alert, now)?;
        }
        raise_level(tx, alert)?;
        Ok(true)
    }

    fn at_ms(&self) -> i64 {
        self.event.occurred_at.as_millisecond()
    }

    /// The open lesson that this event is within ten minutes of, and its level.
    fn running(&self, tx: &Transaction<'_>) -> Result<Option<(i64, u8)>, StoreError> {
        let found = tx
            .prepare_cached(
                "SELECT lesson.alert, alert.severity FROM lesson JOIN alert ON alert.id = lesson.alert
                 WHERE lesson.site = ?1 AND lesson.topic = ?2 AND alert.state <> 'closed'
                   AND ?3 BETWEEN lesson.first_at - ?4 AND min(lesson.last_at + ?4, lesson.first_at + ?5)
                 ORDER BY lesson.last_at DESC LIMIT 1",
            )?
            .query_row(params![self.site_rowid, self.event.topic, self.at_ms(), WINDOW_MS, LONGEST_MS], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(found)
    }

    fn join(&self, tx: &Transaction<'_>, alert: i64) -> Result<(), StoreError> {
        attach(tx, self.event_rowid, alert)?;
        tx.prepare_cached(
            "UPDATE lesson SET first_at = min(first_at, ?2), last_at = max(last_at, ?2) WHERE alert = ?1",
        )?
        .execute(params![alert, self.at_ms()])?;
        raise_level(tx, alert)
    }

    /// Whether the newest events around this one are of enough people. A flood of one pupil's is so many that going
    /// through all of them for each would hold up everybody's.
    fn is_near_others(&self, tx: &Transaction<'_>) -> Result<bool, StoreError> {
        let at = self.at_ms();
        let people: usize = tx
            .prepare_cached(
                "SELECT count(*) FROM (SELECT DISTINCT device, user FROM (
                     SELECT event.device AS device, keyword.user AS user
                     FROM keyword JOIN event ON event.id = keyword.event
                     WHERE keyword.site = ?1 AND keyword.topic = ?2 AND keyword.occurred_at BETWEEN ?3 AND ?4
                     ORDER BY keyword.occurred_at DESC LIMIT ?5))",
            )?
            .query_row(params![self.site_rowid, self.event.topic, at - WINDOW_MS, at + WINDOW_MS, LOOKED_AT], |row| {
                row.get::<_, u32>(0)
            })?
            .try_into()
            .unwrap_or(usize::MAX);
        Ok(people >= PEOPLE)
    }

    /// The events of ten minutes around this one, when they are of enough people.
    fn class(&self, tx: &Transaction<'_>) -> Result<Option<Vec<Of>>, StoreError> {
        let at = self.at_ms();
        if !self.is_near_others(tx)? {
            return Ok(None);
        }
        let near = tx
            .prepare_cached(
                "SELECT keyword.event, keyword.occurred_at, event.device, keyword.user, event.severity
                 FROM keyword JOIN event ON event.id = keyword.event
                 WHERE keyword.site = ?1 AND keyword.topic = ?2 AND keyword.occurred_at BETWEEN ?3 AND ?4
                   AND event.severity > ?5 AND event.severity < ?6
                 ORDER BY keyword.occurred_at",
            )?
            .query_map(
                params![
                    self.site_rowid,
                    self.event.topic,
                    at - WINDOW_MS,
                    at + WINDOW_MS,
                    Severity::LOWEST.level(),
                    Severity::HIGHEST.level()
                ],
                |row| {
                    let person = (row.get(2)?, row.get(3)?);
                    Ok(Of { event: row.get(0)?, at_ms: row.get(1)?, person, level: row.get(4)? })
                },
            )?
            .collect::<Result<Vec<_>, _>>()?;
        let is_class = |from: usize| {
            let within = near.iter().skip(from).take_while(|of| of.at_ms - near[from].at_ms <= WINDOW_MS);
            within.map(|of| &of.person).collect::<BTreeSet<_>>().len() >= PEOPLE
        };
        let Some(from) = (0..near.len()).find(|&from| is_class(from)) else { return Ok(None) };
        let start = near[from].at_ms;
        Ok(Some(near.into_iter().filter(|of| (start..=start + WINDOW_MS).contains(&of.at_ms)).collect()))
    }
}

/// The highest level that more than one person of a class reaches.
fn usual_level(class: &[Of]) -> u8 {
    let reached = |level: u8| class.iter().filter(|of| of.level >= level).map(|of| &of.person).collect::<BTreeSet<_>>();
    let levels = class.iter().map(|of| of.level).filter(|&level| reached(level).len() > 1);
    levels.max().unwrap_or_else(|| Severity::LOWEST.level())
}

/// Counts an event to the lesson, and closes the alert that it leaves empty, unless somebody has looked at that.
fn take_over(tx: &Transaction<'_>, event: i64, lesson: i64, now: Timestamp) -> Result<(), StoreError> {
    let before: Option<(i64, String, String)> = tx
        .prepare_cached(
            "SELECT alert.id, iif(case_file.seen_at IS NULL, alert.state, 'seen'), alert.reference
             FROM event JOIN alert ON alert.id = event.alert JOIN case_file ON case_file.alert = alert.id
             WHERE event.id = ?1",
        )?
        .query_row([event], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((alert, state, reference)) = before else { return attach(tx, event, lesson) };
    if state != "new" {
        return Ok(());
    }
    attach(tx, event, lesson)?;
    let left: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM event WHERE alert = ?1)")?
        .query_row([alert], |row| row.get(0))?;
    if left {
        return Ok(());
    }
    let at_ms = now.as_millisecond();
    tx.prepare_cached("DELETE FROM outbox WHERE alert = ?1 AND state = 'waiting'")?.execute([alert])?;
    tx.prepare_cached(
        "UPDATE alert SET state = 'closed', closed_at = ?2, closed_by = 'collector', outcome = ?3 WHERE id = ?1",
    )?
    .execute(params![alert, at_ms, FOLDED])?;
    let detail = "part of a lesson".to_owned();
    audit::append(
        tx,
        &Entry { at_ms, actor: "collector".into(), action: "alert.fold".into(), subject: reference, detail },
    )
}

/// Makes a lesson as grave as what was told of beside it.
fn lift(tx: &Transaction<'_>, alert: i64, level: u8) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE alert SET severity = max(severity, ?2) WHERE id = ?1")?.execute(params![alert, level])?;
    Ok(())
}

/// A lesson is as grave as the gravest of it.
fn raise_level(tx: &Transaction<'_>, alert: i64) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE alert SET severity = max(severity, (SELECT max(severity) FROM event WHERE alert = ?1)) WHERE id = ?1",
    )?
    .execute([alert])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::KeywordEvent;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::sample::{Sample, keyword, store};
    use crate::rules::sample;

    const ALERTS: &str = "SELECT reference || ' ' || severity || ' ' || state || ' ' ||
        (SELECT count(*) FROM event WHERE event.alert = alert.id) FROM alert ORDER BY id";
    const MAIL: &str = "SELECT DISTINCT alert.reference FROM outbox JOIN alert ON alert.id = outbox.alert ORDER BY 1";

    fn at(minute: i64) -> Timestamp {
        sample::now().checked_add(minute.minutes()).expect("a time in range")
    }

    /// A pupil's document meets a rule.
    async fn writes(sample: &Sample, pupil: u32, severity: u32, minute: i64) -> bool {
        writes_about("selfharm", sample, pupil, severity, minute).await
    }

    async fn writes_about(topic: &str, sample: &Sample, pupil: u32, severity: u32, minute: i64) -> bool {
        let event = KeywordEvent {
            user: Some(Sha256::of(&pupil.to_be_bytes())),
            topic: topic.into(),
            occurred_at: at(minute),
            ..keyword(severity, &format!("essay of {pupil}"))
        };
        sample.report(event, sample::policy(), at(minute)).await
    }

    #[tokio::test]
    async fn five_people_with_one_topic_in_ten_minutes_are_one_line() {
        let sample = store().await;
        for pupil in 1..=4 {
            assert!(writes(&sample, pupil, 4, i64::from(pupil)).await, "who comes first is told of");
        }
        assert!(!writes(&sample, 5, 3, 9).await, "from the fifth on there is no mail");
        assert!(!writes(&sample, 6, 3, 18).await, "a lesson goes on for as long as somebody writes");
        let closed = |number: u32| format!("26-000{number} 4 closed 0");
        assert_eq!(
            sample.texts(ALERTS).await,
            [closed(1), closed(2), closed(3), closed(4), "26-0005 4 new 6".into()],
            "one line for all of them"
        );
        assert!(sample.texts(MAIL).await.is_empty(), "mail that had not gone out is dropped");
        let listed = "SELECT alert.reference || ' ' || level FROM ladder JOIN alert ON alert.id = ladder.alert
                      WHERE alert.state = 'new'";
        assert_eq!(sample.texts(listed).await, ["26-0005 3"], "a line of the daily list");
        let folded = "SELECT DISTINCT outcome || ' ' || closed_by FROM alert WHERE state = 'closed'";
        assert_eq!(sample.texts(folded).await, ["lesson collector"]);
    }

    #[tokio::test]
    async fn what_is_graver_than_the_rest_of_a_lesson_is_told_of_once() {
        let sample = store().await;
        for pupil in 1..=4 {
            assert!(!writes(&sample, pupil, 3, 1).await, "for a list");
        }
        assert!(writes(&sample, 5, 4, 2).await, "nobody else went as far: news, although it is the fifth");
        assert!(!writes(&sample, 6, 3, 3).await, "now it is a lesson");
        assert!(writes(&sample, 7, 4, 40).await, "ten minutes later it is over");
        let alerts = sample.texts(ALERTS).await;
        assert_eq!((alerts[4].as_str(), alerts[5].as_str()), ("26-0005 4 new 1", "26-0006 3 new 5"));

        let sample = store().await;
        for pupil in 1..=5 {
            writes(&sample, pupil, 3, 1).await;
        }
        assert!(writes(&sample, 6, 4, 10).await, "the first that is graver is mailed");
        assert_eq!(sample.texts(MAIL).await, ["26-0006"]);
        assert!(!writes(&sample, 7, 4, 10).await, "the next of this level is a part of the lesson");
        assert_eq!(sample.texts(ALERTS).await[4], "26-0005 4 new 6");
    }

    #[tokio::test]
    async fn a_life_in_danger_is_never_folded() {
        let sample = store().await;
        for pupil in 1..=5 {
            writes(&sample, pupil, 3, 1).await;
        }
        assert!(writes(&sample, 6, 5, 2).await, "mailed at once");
        assert_eq!(sample.texts(MAIL).await, ["26-0006"]);

        let other = store().await;
        for pupil in 1..=5 {
            assert!(writes(&other, pupil, 5, 1).await);
        }
        assert_eq!(other.texts(MAIL).await.len(), 5);
    }

    #[tokio::test]
    async fn four_people_or_eleven_minutes_or_two_topics_are_no_lesson() {
        let sample = store().await;
        for pupil in 1..=4 {
            assert!(writes(&sample, pupil, 4, i64::from(pupil)).await);
        }
        assert!(writes_about("drugs", &sample, 5, 4, 5).await, "another topic");
        assert!(writes(&sample, 6, 4, 12).await, "eleven minutes after the first");
        writes(&sample, 1, 3, 100).await;
        for document in 0..6 {
            let event = KeywordEvent {
                user: Some(Sha256::of(b"one pupil")),
                topic: "exams".into(),
                ..keyword(4, &format!("draft {document}"))
            };
            sample.report(event, sample::policy(), at(0)).await;
        }
        assert!(sample.texts("SELECT topic FROM lesson").await.is_empty(), "one person is no class");
    }

    #[tokio::test]
    async fn what_somebody_has_taken_up_stays_with_them() {
        let sample = store().await;
        writes(&sample, 1, 4, 0).await;
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'acknowledged'", [])).await;
        for pupil in 2..=5 {
            writes(&sample, pupil, 3, 1).await;
        }
        let alerts = sample.texts(ALERTS).await;
        assert_eq!((alerts[0].as_str(), alerts[4].as_str()), ("26-0001 4 acknowledged 1", "26-0005 3 new 4"));
    }

    #[tokio::test]
    async fn a_lesson_that_was_closed_is_over() {
        let sample = store().await;
        for pupil in 1..=5 {
            writes(&sample, pupil, 3, 1).await;
        }
        sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed'", [])).await;
        assert!(!writes(&sample, 6, 3, 2).await, "the class still writes: a lesson anew");
        assert_eq!(sample.texts(ALERTS).await.len(), 6);
    }
}
