//! What visits met, gathered over one reading of a browser's history. Pure.
//!
//! Each visit is a text of its own. What meets the same rule in the same profile within ten minutes is one event with a
//! count: somebody who looks for something looks more than once.

use std::collections::BTreeMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Source, SubjectKind};
use jiff::Timestamp;

use super::news::{WINDOW, news};
use super::{Met, News, Subject, Told, Week};

/// What visits met, in the order of time for each profile.
#[derive(Debug, Default)]
pub struct Visited {
    met: BTreeMap<Sha256, Vec<Visit>>,
}

#[derive(Debug)]
struct Visit {
    user: Sha256,
    kind: SubjectKind,
    source: Source,
    at: Timestamp,
    met: Met,
}

/// Whose visit it was, and what of it was read.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// Keyed hash of the path of the profile's database.
    pub profile: Sha256,
    /// Keyed hash of the account.
    pub user: Sha256,
    /// Whether that is a pupil's.
    pub kind: SubjectKind,
    /// What of the visit was read.
    pub source: Source,
}

impl Visited {
    /// Adds what a visit at `at` met.
    pub fn add(&mut self, visitor: Visitor, at: Timestamp, all: Vec<Met>) {
        let Visitor { profile, user, kind, source } = visitor;
        let visits = self.met.entry(profile).or_default();
        for met in all {
            let same = |visit: &&mut Visit| visit.met.finding.rule == met.finding.rule && is_soon(visit.at, at);
            match visits.iter_mut().rev().find(same) {
                Some(before) => {
                    let finding = &mut before.met.finding;
                    let count = finding.count.saturating_add(met.finding.count);
                    let help_seeking = finding.help_seeking || met.finding.help_seeking;
                    // The first passage stays: it is where the matter began.
                    if met.finding.severity > finding.severity {
                        *finding = met.finding;
                        before.source = source;
                    }
                    finding.count = count;
                    finding.help_seeking = help_seeking;
                }
                None => visits.push(Visit { user, kind, source, at, met }),
            }
        }
    }

    /// The events of each profile, after what was told of it and in the light of the user's week.
    ///
    /// # Errors
    /// Those of `told` and `week`.
    pub fn news<E>(
        self,
        told: impl Fn(&Sha256) -> Result<Vec<Told>, E>,
        week: impl Fn(&Sha256) -> Result<Week, E>,
        now: Timestamp,
    ) -> Result<BTreeMap<Sha256, News>, E> {
        let mut all = BTreeMap::new();
        for (profile, visits) in self.met {
            let mut known = told(&profile)?;
            let mut events = Vec::new();
            for Visit { user, kind, source, at, met } in visits {
                // A visit that was made under a clock that ran ahead must not weigh in for years.
                let at = at.min(now);
                // Another visit is never the same text once more.
                let before: Vec<Told> = known.iter().map(|told| Told { count: 0, ..told.clone() }).collect();
                let subject = Subject { source, document: profile, user: Some(user), kind, at };
                let fresh = news(&before, vec![met], &week(&user)?, &subject, at);
                for told in fresh.told {
                    known.retain(|known| known.rule != told.rule);
                    known.push(told);
                }
                events.extend(fresh.events);
            }
            all.insert(profile, News { events, told: known });
        }
        Ok(all)
    }
}

fn is_soon(before: Timestamp, at: Timestamp) -> bool {
    at.duration_since(before).unsigned_abs() < WINDOW
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use caretaker_shared::digest::Sha256;
    use caretaker_shared::lexicon::{Arithmetic, Finding, Places, category};
    use caretaker_shared::model::{Severity, Source, SubjectKind};
    use caretaker_shared::sealing::Evidence;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::{Met, News, Told, Week};
    use super::{Visited, Visitor};

    fn finding(rule: &str, base: u32) -> Finding {
        let category = category("bullying").expect("a category");
        let arithmetic = Arithmetic::new(Severity::new(base).expect("1 to 5"), category.least, category.most);
        Finding {
            rule: rule.into(),
            category,
            severity: arithmetic.severity(),
            count: 1,
            arithmetic,
            help_seeking: false,
            stage: None,
            topic: "bullying".into(),
            places: Places::At(vec![0..2]),
        }
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(minute.minutes()).expect("a time in range")
    }

    fn after(told: &[Told], visits: &[(&str, u32, i64)]) -> News {
        let profile = Sha256::of(b"a profile");
        let mut visited = Visited::default();
        for &(rule, base, at) in visits {
            let user = Sha256::of(b"a pupil");
            let visitor = Visitor { profile, user, kind: SubjectKind::Pupil, source: Source::Search };
            let finding = finding(rule, base);
            let evidence = Evidence::of(&finding, &format!("at {at}"), "", "");
            visited.add(visitor, minute(at), vec![Met { finding, evidence }]);
        }
        let told = |_: &Sha256| Ok::<_, Infallible>(told.to_vec());
        let Ok(mut all) = visited.news(told, |_| Ok(Week::default()), minute(600));
        all.remove(&profile).expect("the profile met something")
    }

    fn events(news: &News) -> Vec<(&str, u8, u32)> {
        news.events
            .iter()
            .map(|told| (told.event.rule.as_str(), told.event.severity.level(), told.event.count))
            .collect()
    }

    #[test]
    fn searches_of_ten_minutes_are_one_event_with_a_count() {
        let news = after(&[], &[("a", 3, 0), ("b", 2, 1), ("a", 3, 2), ("a", 4, 9), ("a", 3, 30)]);
        assert_eq!(events(&news), [("a", 4, 3), ("b", 2, 1), ("a", 3, 1)]);
        let first = Evidence::of(&finding("a", 3), "at 0", "", "");
        assert_eq!(news.events[0].evidence, first, "the passage of the first visit stays");
    }

    #[test]
    fn what_was_told_a_moment_ago_is_not_told_again_unless_it_is_graver() {
        let first = after(&[], &[("a", 3, 0)]);
        assert_eq!(events(&after(&first.told, &[("a", 3, 5)])), []);
        assert_eq!(events(&after(&first.told, &[("a", 4, 5)])), [("a", 4, 1)]);
        assert_eq!(events(&after(&first.told, &[("a", 3, 15)])), [("a", 3, 1)]);
    }
}
