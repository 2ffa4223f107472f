//! Names of accounts that were asked for: a domain that is out of reach answers each question with a long wait.

use std::collections::BTreeMap;
use std::time::Duration;

const MOST: usize = 4096;
/// After this, a name is asked for again: accounts are renamed.
const KNOWN_FOR: Duration = Duration::from_secs(86_400);
/// After this, an account that nobody knew is asked for again: the domain may be in reach by now.
const UNKNOWN_FOR: Duration = Duration::from_secs(3_600);

/// Answers by security identifier, and when they were given.
#[derive(Debug, Default)]
pub(in crate::platform) struct Names {
    answers: BTreeMap<String, (Option<String>, Duration)>,
}

impl Names {
    /// The answer that was given not long ago: the name, or that nobody knows it. `None` when it has to be asked for.
    pub(in crate::platform) fn answer(&self, sid: &str, now: Duration) -> Option<Option<String>> {
        let (name, at) = self.answers.get(sid)?;
        let good_for = if name.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
        (now.saturating_sub(*at) < good_for).then(|| name.clone())
    }

    /// Keeps an answer. Who makes up identifiers without end makes all of them be asked for again, and no more.
    pub(in crate::platform) fn keep(&mut self, sid: &str, name: Option<String>, now: Duration) {
        if self.answers.len() >= MOST {
            self.answers.clear();
        }
        self.answers.insert(sid.to_owned(), (name, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_name_is_asked_for_once_a_day_and_one_that_nobody_knows_once_an_hour() {
        let mut names = Names::default();
        assert_eq!(names.answer("S-1-5-21-1-2-3-1001", HOUR), None);
        names.keep("S-1-5-21-1-2-3-1001", Some("pupil.one".into()), HOUR);
        names.keep("S-1-5-21-1-2-3-1002", None, HOUR);
        assert_eq!(names.answer("S-1-5-21-1-2-3-1001", HOUR * 24), Some(Some("pupil.one".into())));
        assert_eq!(names.answer("S-1-5-21-1-2-3-1001", HOUR * 25), None);
        assert_eq!(names.answer("S-1-5-21-1-2-3-1002", HOUR), Some(None));
        assert_eq!(names.answer("S-1-5-21-1-2-3-1002", HOUR * 2), None);
    }

    #[test]
    fn the_answers_do_not_grow_without_end() {
        let mut names = Names::default();
        for number in 0..3 * MOST {
            names.keep(&format!("S-1-5-21-1-2-3-{number}"), None, HOUR);
        }
        assert!(names.answers.len() <= MOST);
    }
}
