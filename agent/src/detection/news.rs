//! What is news in a text since the document was last read. Pure.
//!
//! Same rule, same user, same document within ten minutes is one event: somebody who writes saves every other minute. It
//! is told again when it has become graver, or when the ten minutes are over and there is more of it.

use std::collections::BTreeSet;
use std::time::Duration;

use caretaker_shared::lexicon::{Finding, Reason};
use caretaker_shared::model::{Content, KeywordEvent, Unsealed};
use caretaker_shared::sealing::Evidence;
use jiff::Timestamp;

use super::{Event, Met, News, Subject, Told, Week, stages};

/// Within this time an event stands for all of its kind.
pub(super) const WINDOW: Duration = Duration::from_secs(10 * 60);

/// The events that what was `met` is worth, after `told` of the same document and `week` of the same user. `now` is when
/// the text was read.
#[must_use]
pub fn news(told: &[Told], met: Vec<Met>, week: &Week, subject: &Subject, now: Timestamp) -> News {
    let further = week.further_stages(&stages(&met));
    let mut news = News::default();
    for Met { mut finding, evidence } in met {
        if week.repeats(&finding.rule) {
            finding.arithmetic.add(Reason::Repetition, 1);
        }
        if finding.stage.is_some() {
            finding.arithmetic.add(Reason::Stages, further);
        }
        let severity = finding.arithmetic.severity();
        let before = told.iter().find(|told| told.rule == finding.rule);
        match before {
            Some(before) if !is_news(before, finding.count, severity, now) => {
                news.told.push(Told { count: before.count.min(finding.count), ..before.clone() });
            }
            Some(_) | None => {
                news.told.push(Told { rule: finding.rule.clone(), count: finding.count, severity, at: now });
                news.events.push(event(finding, evidence, subject));
            }
        }
    }
    news
}

fn is_news(before: &Told, count: u32, severity: caretaker_shared::model::Severity, now: Timestamp) -> bool {
    if severity > before.severity {
        return true;
    }
    let age = now.duration_since(before.at);
    // A clock that was set back leaves a moment to come: nothing may hide behind that.
    let is_within = !age.is_negative() && age.unsigned_abs() < WINDOW;
    count > before.count && !is_within
}

fn event(finding: Finding, evidence: Evidence, subject: &Subject) -> Event {
    let stage = finding.stage;
    let event = KeywordEvent {
        rule: finding.rule,
        category: finding.category.id.to_owned(),
        severity: finding.arithmetic.severity(),
        arithmetic: finding.arithmetic,
        count: finding.count,
        help_seeking: finding.help_seeking,
        topic: finding.topic,
        source: subject.source,
        document: subject.document,
        user: subject.user,
        occurred_at: subject.at,
        subject: subject.kind,
        conflict: BTreeSet::new(),
        content: Content::Nothing(Unsealed::NoRoot),
        canary: None,
    };
    Event { event, stage, evidence }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use caretaker_shared::digest::Sha256;
    use caretaker_shared::lexicon::{Arithmetic, Finding, Places, Stage, category};
    use caretaker_shared::model::{Severity, Source, SubjectKind};
    use caretaker_shared::sealing::Evidence;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::{Met, News, Subject, Told, Week};
    use super::news;

    fn finding(rule: &str, id: &str, base: u32, count: u32) -> Finding {
        let category = category(id).expect("a category");
        let arithmetic = Arithmetic::new(Severity::new(base).expect("1 to 5"), category.least, category.most);
        Finding {
            rule: rule.into(),
            category,
            severity: arithmetic.severity(),
            count,
            arithmetic,
            help_seeking: false,
            stage: None,
            topic: id.into(),
            places: Places::Withheld,
        }
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(minute.minutes()).expect("a time in range")
    }

    fn after(told: &[Told], findings: Vec<Finding>, week: &Week, at: i64) -> News {
        let document = Sha256::of(b"a document");
        let kind = SubjectKind::Pupil;
        let subject = Subject { source: Source::Document, document, user: None, kind, at: minute(at) };
        let met = |finding: Finding| Met { evidence: Evidence::of(&finding, "", "", ""), finding };
        news(told, findings.into_iter().map(met).collect(), week, &subject, minute(at))
    }

    fn rules(news: &News) -> Vec<&str> {
        news.events.iter().map(|told| told.event.rule.as_str()).collect()
    }

    #[test]
    fn only_what_is_new_counts() {
        let calm = Week::default();
        let first = after(&[], vec![finding("a", "bullying", 3, 3)], &calm, 0);
        assert_eq!((rules(&first), first.events[0].event.count), (vec!["a"], 3), "once, however often it is met");
        let again = after(&first.told, vec![finding("a", "bullying", 3, 3), finding("b", "bullying", 3, 1)], &calm, 60);
        assert_eq!(rules(&again), ["b"]);
        let fewer = after(&again.told, vec![finding("a", "bullying", 3, 2)], &calm, 120);
        assert_eq!(rules(&fewer), [""; 0]);
        let more = after(&fewer.told, vec![finding("a", "bullying", 3, 3)], &calm, 180);
        assert_eq!(rules(&more), ["a"], "what was taken out and written again is news");
    }

    #[test]
    fn somebody_who_writes_and_saves_makes_one_event_in_ten_minutes() {
        let calm = Week::default();
        let first = after(&[], vec![finding("a", "bullying", 3, 1)], &calm, 0);
        let soon = after(&first.told, vec![finding("a", "bullying", 3, 2)], &calm, 5);
        assert_eq!(rules(&soon), [""; 0]);
        let later = after(&soon.told, vec![finding("a", "bullying", 3, 2)], &calm, 10);
        assert_eq!((rules(&later), later.events[0].event.count), (vec!["a"], 2));
        let graver = after(&later.told, vec![finding("a", "bullying", 4, 2)], &calm, 11);
        assert_eq!(rules(&graver), ["a"], "what has become graver waits for nothing");
        let set_back = after(&first.told, vec![finding("a", "bullying", 3, 2)], &calm, -60);
        assert_eq!(rules(&set_back), ["a"], "nothing hides behind a clock that was set back");
    }

    #[test]
    fn what_is_said_again_and_again_within_a_week_weighs_more() {
        let week = |times| Week { rules: BTreeMap::from([("a".to_owned(), times)]), stages: BTreeSet::new() };
        let severity = |week: &Week| after(&[], vec![finding("a", "bullying", 3, 1)], week, 0).events[0].event.severity;
        assert_eq!(severity(&week(1)).level(), 3);
        assert_eq!(severity(&week(2)).level(), 4);
    }

    #[test]
    fn steps_of_grooming_in_several_texts_come_together() {
        let step = |stage| Finding { stage: Some(stage), ..finding("g", "grooming", 3, 1) };
        let week = |stages: &[Stage]| Week { rules: BTreeMap::new(), stages: stages.iter().copied().collect() };
        let severity = |week: &Week| after(&[], vec![step(Stage::Secrecy)], week, 0).events[0].event.severity.level();
        assert_eq!(severity(&week(&[])), 3);
        assert_eq!(severity(&week(&[Stage::Secrecy])), 3, "the same step twice is one");
        assert_eq!(severity(&week(&[Stage::Meet])), 4);
        assert_eq!(severity(&week(&[Stage::Meet, Stage::Image])), 5);
    }
}
