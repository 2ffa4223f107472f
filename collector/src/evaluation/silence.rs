//! Ordinary texts, in which nothing should be found: how often something is.

use std::collections::BTreeMap;

use caretaker_shared::model::Severity;
use serde::Serialize;

use super::met::{gravest, may_be_shown};
use super::{Met, Place, Share};

/// Levels of severity.
const LEVELS: usize = 5;
/// Letters of a text that are kept for the list.
const KEPT: usize = 240;

/// What was counted over ordinary texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silence {
    /// How many texts.
    pub texts: u64,
    /// Their length in bytes.
    pub bytes: u64,
    /// Texts by the most serious finding in them, from 1 to 5.
    pub alerts: [u64; LEVELS],
    /// Findings by severity, from 1 to 5: a text that meets three rules has three.
    pub findings: [u64; LEVELS],
    /// Texts by category and the most serious finding of it.
    pub categories: BTreeMap<&'static str, [u64; LEVELS]>,
    /// Texts by rule.
    pub rules: BTreeMap<String, u64>,
    /// In the order of the files.
    pub list: Vec<Alert>,
}

/// A text in which something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Where it begins.
    #[serde(flatten)]
    pub place: Place,
    /// What it met, most serious first.
    pub findings: Vec<Met>,
    /// Its beginning, unless a finding is of a category of which none is carried.
    pub text: Option<String>,
}

/// Alerts of one severity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// 1 to 5.
    pub severity: u8,
    /// Texts of which this is the most serious finding.
    pub alerts: Share,
    /// The same, of 10,000 texts.
    pub per_10_000: f64,
    /// Findings of this severity in all texts.
    pub findings: u64,
}

impl Silence {
    /// Counts a text and what the rules said of it.
    pub fn count(&mut self, place: Place, text: &str, mut met: Vec<Met>) {
        self.texts += 1;
        self.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        let Some(severity) = gravest(&met) else { return };
        met.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.rule.cmp(&other.rule)));
        *at(&mut self.alerts, severity) += 1;
        let mut seen: BTreeMap<&'static str, Severity> = BTreeMap::new();
        for met in &met {
            *at(&mut self.findings, met.severity) += 1;
            *self.rules.entry(met.rule.clone()).or_default() += 1;
            // The most serious come first.
            seen.entry(met.category.id).or_insert(met.severity);
        }
        for (id, severity) in seen {
            *at(self.categories.entry(id).or_default(), severity) += 1;
        }
        let text = may_be_shown(&met, None).then(|| text.trim().chars().take(KEPT).collect());
        self.list.push(Alert { place, findings: met, text });
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.texts += other.texts;
        self.bytes += other.bytes;
        add(&mut self.alerts, &other.alerts);
        add(&mut self.findings, &other.findings);
        for (id, counts) in &other.categories {
            add(self.categories.entry(id).or_default(), counts);
        }
        for (rule, texts) in other.rules {
            *self.rules.entry(rule).or_default() += texts;
        }
        self.list.extend(other.list);
    }

    /// What remains when all is counted: the list in the order of the files.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.list.sort_by(|one, other| one.place.cmp(&other.place));
        self
    }

    /// By severity, from 5 to 1.
    #[must_use]
    pub fn rates(&self) -> Vec<Rate> {
        let levels = (1..).zip(self.alerts.iter().zip(&self.findings));
        let mut rates: Vec<Rate> = levels
            .map(|(severity, (&part, &findings))| {
                let alerts = Share { part, whole: self.texts };
                Rate { severity, alerts, per_10_000: alerts.value().unwrap_or_default() * 10_000.0, findings }
            })
            .collect();
        rates.reverse();
        rates
    }
}

impl Serialize for Silence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut map = serializer.serialize_struct("Silence", 6)?;
        map.serialize_field("texts", &self.texts)?;
        map.serialize_field("bytes", &self.bytes)?;
        map.serialize_field("alerts", &self.rates())?;
        map.serialize_field("categories", &self.categories)?;
        map.serialize_field("rules", &self.rules)?;
        map.serialize_field("list", &self.list)?;
        map.end()
    }
}

fn at(counts: &mut [u64; LEVELS], severity: Severity) -> &mut u64 {
    &mut counts[usize::from(severity.level() - 1)]
}

fn add(counts: &mut [u64; LEVELS], others: &[u64; LEVELS]) {
    for (count, other) in counts.iter_mut().zip(others) {
        *count += other;
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::lexicon::category;
    use caretaker_shared::model::Severity;

    use super::Silence;
    use crate::evaluation::{Met, Place};

    fn met(id: &str, rule: &str, level: u32) -> Met {
        Met {
            rule: rule.into(),
            category: category(id).expect("a category"),
            severity: Severity::new(level).expect("a level"),
            arithmetic: String::new(),
            help_seeking: false,
        }
    }

    fn place(line: u64) -> Place {
        Place { order: 0, file: "names.txt".into(), line }
    }

    #[test]
    fn a_text_is_one_alert_of_its_gravest_finding() {
        let mut one = Silence::default();
        one.count(place(3), "third", vec![met("hate", "hate.a", 2), met("violence", "violence.a", 4)]);
        one.count(place(4), "fourth", Vec::new());
        let mut other = Silence::default();
        other.count(place(1), "first", vec![met("hate", "hate.a", 3), met("hate", "hate.b", 2)]);
        other.count(place(2), "second", vec![met("csa", "csa.a", 5)]);
        one.add(other);
        let whole = one.finished();
        assert_eq!((whole.texts, whole.bytes), (4, 22));
        assert_eq!(whole.alerts, [0, 0, 1, 1, 1]);
        assert_eq!(whole.findings, [0, 2, 1, 1, 1]);
        assert_eq!(whole.categories["hate"], [0, 1, 1, 0, 0]);
        assert_eq!(whole.rules["hate.a"], 2);
        assert_eq!(whole.rates()[1].severity, 4);
        assert!((whole.rates()[1].per_10_000 - 2_500.0).abs() < 1e-9);
        let told: Vec<_> = whole.list.iter().map(|alert| (alert.place.line, alert.text.as_deref())).collect();
        assert_eq!(told, [(1, Some("first")), (2, None), (3, Some("third"))], "of a csa finding no text is kept");
    }
}
