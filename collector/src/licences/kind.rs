//! What kind of licence people mean by their words: "named user", "annual subscription", "site licence".

use super::model::{Metric, Term};

/// Words that say what is counted; of several that are found, the longest counts.
const METRICS: [(&str, Metric); 44] = [
    ("device", Metric::Device),
    ("devices", Metric::Device),
    ("computer", Metric::Device),
    ("computers", Metric::Device),
    ("machine", Metric::Device),
    ("machines", Metric::Device),
    ("pc", Metric::Device),
    ("workstation", Metric::Device),
    ("workstations", Metric::Device),
    ("install", Metric::Device),
    ("installation", Metric::Device),
    ("installations", Metric::Device),
    ("endpoint", Metric::Device),
    ("endpoints", Metric::Device),
    ("user", Metric::User),
    ("users", Metric::User),
    ("named", Metric::User),
    ("person", Metric::User),
    ("staff", Metric::User),
    ("student", Metric::User),
    ("pupil", Metric::User),
    ("account", Metric::User),
    ("fte", Metric::Fte),
    ("full-time equivalent", Metric::Fte),
    ("full time equivalent", Metric::Fte),
    ("ees", Metric::Fte),
    ("concurrent", Metric::Concurrent),
    ("concurrent user", Metric::Concurrent),
    ("concurrent users", Metric::Concurrent),
    ("floating", Metric::Concurrent),
    ("network", Metric::Concurrent),
    ("room", Metric::Concurrent),
    ("classroom", Metric::Concurrent),
    ("concurrent devices", Metric::Concurrent),
    ("site", Metric::Site),
    ("school", Metric::Site),
    ("whole school", Metric::Site),
    ("site-wide", Metric::Site),
    ("campus", Metric::Site),
    ("trust", Metric::Trust),
    ("mat", Metric::Trust),
    ("all schools", Metric::Trust),
    ("all sites", Metric::Trust),
    ("enterprise", Metric::Trust),
];

/// Words that say for how long; of several that are found, the longest counts.
const TERMS: [(&str, Term); 34] = [
    ("subscription", Term::Subscription),
    ("annual", Term::Subscription),
    ("annually", Term::Subscription),
    ("yearly", Term::Subscription),
    ("monthly", Term::Subscription),
    ("rental", Term::Subscription),
    ("renewal", Term::Subscription),
    ("renewable", Term::Subscription),
    ("saas", Term::Subscription),
    ("term", Term::Subscription),
    ("perpetual", Term::Perpetual),
    ("permanent", Term::Perpetual),
    ("lifetime", Term::Perpetual),
    ("outright", Term::Perpetual),
    ("one-off", Term::Perpetual),
    ("owned", Term::Perpetual),
    ("maintenance", Term::Maintenance),
    ("perpetual with maintenance", Term::Maintenance),
    ("perpetual with support", Term::Maintenance),
    ("perpetual + maintenance", Term::Maintenance),
    ("software assurance", Term::Maintenance),
    ("maintained", Term::Maintenance),
    ("bundled", Term::Bundled),
    ("bundle", Term::Bundled),
    ("oem", Term::Bundled),
    ("included", Term::Bundled),
    ("free", Term::Free),
    ("freeware", Term::Free),
    ("open source", Term::Free),
    ("open-source", Term::Free),
    ("no cost", Term::Free),
    ("trial", Term::Trial),
    ("evaluation", Term::Trial),
    ("demo", Term::Trial),
];

/// What a text says of a licence's kind; each half may be left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kind {
    /// What is counted.
    pub metric: Option<Metric>,
    /// For how long.
    pub term: Option<Term>,
}

impl Kind {
    /// Words that are understood, for a remedy.
    pub const WORDS: &str = "per device, per user, per FTE, concurrent, site, trust; and subscription, perpetual, \
                             perpetual with maintenance, bundled, free, trial";

    /// Reads "per device", "named user, annual subscription", "Site licence"; `None` where no word is one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = padded(text);
        let kind = Self { metric: longest(&text, &METRICS), term: longest(&text, &TERMS) };
        (kind != Self::default()).then_some(kind)
    }

    /// Both halves, those that are open by what else is known: something with a number is counted by device and
    /// something with an end is a subscription.
    #[must_use]
    pub fn or_usual(self, counted: bool, at_one_site: bool, ends: bool) -> (Metric, Term) {
        let usual = match (counted, at_one_site) {
            (true, _) => Metric::Device,
            (false, true) => Metric::Site,
            (false, false) => Metric::Trust,
        };
        let term = if ends { Term::Subscription } else { Term::Perpetual };
        (self.metric.unwrap_or(usual), self.term.unwrap_or(term))
    }
}

/// Lower case, its words one blank apart, with a blank at both ends.
fn padded(text: &str) -> String {
    let apart = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '/' | '(' | ')' | '.');
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(apart).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn longest<T: Copy>(text: &str, words: &[(&str, T)]) -> Option<T> {
    let found = words.iter().filter(|(word, _)| text.contains(&format!(" {word} ")));
    found.max_by_key(|(word, _)| word.len()).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Metric, Term};

    #[test]
    fn the_words_that_people_use_are_understood() {
        let cases = [
            ("per device", Some(Metric::Device), None),
            ("Per User", Some(Metric::User), None),
            ("Named user, annual subscription", Some(Metric::User), Some(Term::Subscription)),
            ("per FTE", Some(Metric::Fte), None),
            ("concurrent users", Some(Metric::Concurrent), None),
            ("Site licence", Some(Metric::Site), None),
            ("trust", Some(Metric::Trust), None),
            ("subscription", None, Some(Term::Subscription)),
            ("perpetual", None, Some(Term::Perpetual)),
            ("perpetual with maintenance", None, Some(Term::Maintenance)),
            ("bundled", None, Some(Term::Bundled)),
            ("FREE", None, Some(Term::Free)),
            ("device (trial)", Some(Metric::Device), Some(Term::Trial)),
        ];
        for (text, metric, term) in cases {
            assert_eq!(Kind::parse(text), Some(Kind { metric, term }), "{text}");
        }
        for text in ["", "purple", "deviceful", "per"] {
            assert_eq!(Kind::parse(text), None, "{text}");
        }
    }

    #[test]
    fn words_of_the_model_are_words_that_people_use() {
        for metric in Metric::ALL {
            assert_eq!(Kind::parse(metric.word()), Some(Kind { metric: Some(metric), term: None }));
        }
        for term in Term::ALL {
            assert_eq!(Kind::parse(term.word()), Some(Kind { metric: None, term: Some(term) }));
        }
    }

    #[test]
    fn what_is_left_open_is_filled_by_what_else_is_known() {
        assert_eq!(Kind::default().or_usual(true, true, true), (Metric::Device, Term::Subscription));
        assert_eq!(Kind::default().or_usual(false, true, false), (Metric::Site, Term::Perpetual));
        assert_eq!(Kind::default().or_usual(false, false, false), (Metric::Trust, Term::Perpetual));
        let user = Kind { metric: Some(Metric::User), term: None };
        assert_eq!(user.or_usual(true, false, false), (Metric::User, Term::Perpetual));
    }
}
