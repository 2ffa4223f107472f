//! What the rules found in a corpus, held against what is there.
//!
//! - A text that expects a category is *found* when a finding of that category is among its findings, and found
//!   *severe enough* when one of these is as serious as the text demands.
//! - A text that expects nothing and has a finding of a category is a *false alarm* of that category.
//! - A finding of another category than the expected one is neither: it is counted as *other*. A knife in a threat is a
//!   weapon too; which of the two the corpus names is a matter of filing.
//! - So the recall of a category is found / expected, and its precision found / (found + false alarms).
//! - Overall, a text counts once, however many categories it has.

use std::collections::BTreeMap;

use caretaker_shared::lexicon::{CATEGORIES, Category};
use caretaker_shared::model::Severity;
use serde::Serialize;

use super::met::{gravest, may_be_shown};
use super::{Met, Place, Sample, Share};

/// The language of texts that name none.
const HOME: &str = "en-GB";
/// The name of what says no behaviour.
const UNNAMED: &str = "other";
/// Harmless texts of these kinds must never reach anybody: people were outed and punished by such alerts.
const HARMLESS: [&str; 2] = ["identity", "negation"];

/// Texts of one category, one language, or all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of those that expect something: how many are found.
    pub recall: Share,
    /// The same, severe enough.
    pub recall_severe: Share,
    /// Of the found and the false alarms: how many are found.
    pub precision: Share,
    /// Of those that expect nothing: how many have an alarm. Of a category the whole is that of the corpus.
    pub false_alarms: Share,
    /// Texts with an alarm of this category that expect another; overall, those that have only such alarms.
    pub other: u64,
}

impl Counts {
    /// The harmonic mean of precision and recall; `None` where one of them is of nothing.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let (precision, recall) = (self.precision.value()?, self.recall.value()?);
        Some(if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 })
    }

    fn expected(&mut self, found: bool, severe: bool) {
        self.recall.count(found);
        self.recall_severe.count(severe);
        if found {
            self.precision.count(true);
        }
    }

    fn harmless(&mut self, alarm: bool) {
        self.false_alarms.count(alarm);
        if alarm {
            self.precision.count(false);
        }
    }

    fn add(&mut self, other: &Self) {
        self.recall.add(other.recall);
        self.recall_severe.add(other.recall_severe);
        self.precision.add(other.precision);
        self.false_alarms.add(other.false_alarms);
        self.other += other.other;
    }
}

impl Serialize for Counts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut map = serializer.serialize_struct("Counts", 6)?;
        map.serialize_field("recall", &self.recall)?;
        map.serialize_field("recall_severe", &self.recall_severe)?;
        map.serialize_field("precision", &self.precision)?;
        map.serialize_field("f1", &self.f1())?;
        map.serialize_field("false_alarms", &self.false_alarms)?;
        map.serialize_field("other", &self.other)?;
        map.end()
    }
}

/// How the gravest texts fare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Grave {
    /// Of texts that demand a 5: found as a 5.
    pub five: Share,
    /// Of texts that demand a 5: found as a 4 or 5, of which people are told at once.
    pub five_told_at_once: Share,
    /// Of texts that demand a 5: found at all.
    pub five_at_all: Share,
    /// Of texts that demand a 4 or 5: found as a 4 or 5.
    pub four_five: Share,
    /// Of texts with a finding of 4 or 5 that expect its category, or expect nothing: those that expect it.
    pub four_five_precision: Share,
    /// Texts with findings of 4 or 5 of which none is of the category that they expect.
    pub four_five_other: u64,
}

impl Grave {
    fn add(&mut self, other: &Self) {
        self.five.add(other.five);
        self.five_told_at_once.add(other.five_told_at_once);
        self.five_at_all.add(other.five_at_all);
        self.four_five.add(other.four_five);
        self.four_five_precision.add(other.four_five_precision);
        self.four_five_other += other.four_five_other;
    }
}

/// Texts that try the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Behaviour {
    /// Of those that expect something: how many are found.
    pub found: Share,
    /// Of those that expect nothing: how many have an alarm.
    pub alarms: Share,
    /// Of those that expect nothing: how many have one of severity 3 or more.
    pub alarms_from_3: Share,
}

impl Behaviour {
    fn add(&mut self, other: &Self) {
        self.found.add(other.found);
        self.alarms.add(other.alarms);
        self.alarms_from_3.add(other.alarms_from_3);
    }
}

/// A text that expects nothing and met something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FalseAlarm {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What it met, most serious first.
    pub findings: Vec<Met>,
    /// The text, unless a finding is of a category of which none is carried.
    pub text: Option<String>,
}

/// A text that was not found, or not severe enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What it expects.
    pub expect: &'static str,
    /// The least severity that it demands, where it does.
    pub min_severity: Option<u8>,
    /// What it met instead, most serious first.
    pub findings: Vec<Met>,
    /// The text, unless it is of a category of which none is carried.
    pub text: Option<String>,
}

/// Everything that is counted over a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many texts.
    pub texts: u64,
    /// All together.
    pub overall: Counts,
    /// By category, of those that are expected or found.
    pub categories: BTreeMap<&'static str, Counts>,
    /// The gravest.
    pub grave: Grave,
    /// Of disguised texts whose plain form is found: how many are found.
    pub disguises: Share,
    /// The same by the disguise.
    pub disguises_by_behaviour: BTreeMap<String, Share>,
    /// Of harmless sentences about who people are, and of denials: how many have an alarm of severity 3 or more.
    pub harmless_from_3: Share,
    /// By what the texts try.
    pub behaviours: BTreeMap<String, Behaviour>,
    /// By language.
    pub languages: BTreeMap<String, Counts>,
    /// By rule: of its findings in texts that expect its category, or nothing, how many are in the former.
    pub rules: BTreeMap<String, Share>,
    /// Texts that expect a category that was not looked for; counted nowhere else.
    pub passed_over: u64,
    /// In the order of the files.
    pub false_alarms: Vec<FalseAlarm>,
    /// In the order of the files.
    pub missed: Vec<Missed>,
}

impl Tally {
    /// Counts a text and what the rules said of it; `plain` is what they said of it before it was disguised.
    pub fn count(&mut self, place: Place, sample: Sample, mut met: Vec<Met>, plain: Option<&[Met]>) {
        met.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.rule.cmp(&other.rule)));
        self.texts += 1;
        self.count_rules(&sample, &met);
        match sample.expect {
            Some(expect) => self.expected(place, sample, expect, met, plain),
            None => self.harmless(place, sample, met),
        }
    }

    fn count_rules(&mut self, sample: &Sample, met: &[Met]) {
        for met in met {
            match sample.expect {
                Some(expect) if expect != met.category => {}
                expect => self.rules.entry(met.rule.clone()).or_default().count(expect.is_some()),
            }
        }
    }

    fn expected(
        &mut self,
        place: Place,
        sample: Sample,
        expect: &'static Category,
        met: Vec<Met>,
        plain: Option<&[Met]>,
    ) {
        let level = worst(&met, expect);
        let found = level.is_some();
        let severe = level >= sample.min_severity && found;
        let others = others(&met, expect);
        self.category(expect).expected(found, severe);
        for other in &others {
            self.category(other).other += 1;
        }
        self.overall.expected(found, severe);
        self.overall.other += u64::from(!found && !others.is_empty());
        let language = self.languages.entry(language(&sample)).or_default();
        language.expected(found, severe);
        language.other += u64::from(!found && !others.is_empty());
        self.count_grave(sample.min_severity, level, &met);
        if let Some(behaviour) = &sample.behaviour {
            self.behaviours.entry(behaviour.clone()).or_default().found.count(found);
        }
        if plain.is_some_and(|plain| worst(plain, expect).is_some()) {
            self.disguises.count(found);
            let behaviour = sample.behaviour.as_deref().unwrap_or(UNNAMED).to_owned();
            self.disguises_by_behaviour.entry(behaviour).or_default().count(found);
        }
        if !severe {
            let text = may_be_shown(&met, Some(expect)).then_some(sample.text);
            let min_severity = sample.min_severity.map(Severity::level);
            self.missed.push(Missed { place, expect: expect.id, min_severity, findings: met, text });
        }
    }

    fn count_grave(&mut self, demanded: Option<Severity>, level: Option<Severity>, met: &[Met]) {
        let at_least = |wanted| level.is_some_and(|level| level.level() >= wanted);
        let demanded = demanded.map_or(0, Severity::level);
        if demanded >= 5 {
            self.grave.five.count(at_least(5));
            self.grave.five_told_at_once.count(at_least(4));
            self.grave.five_at_all.count(at_least(1));
        }
        if demanded >= 4 {
            self.grave.four_five.count(at_least(4));
        }
        if at_least(4) {
            self.grave.four_five_precision.count(true);
        } else if reaches(met, 4) {
            self.grave.four_five_other += 1;
        }
    }

    fn harmless(&mut self, place: Place, sample: Sample, met: Vec<Met>) {
        let alarm = !met.is_empty();
        let serious = reaches(&met, 3);
        let categories: Vec<&'static Category> = distinct(&met).collect();
        for category in categories {
            self.category(category).harmless(true);
        }
        self.overall.harmless(alarm);
        self.languages.entry(language(&sample)).or_default().harmless(alarm);
        if reaches(&met, 4) {
            self.grave.four_five_precision.count(false);
        }
        if let Some(behaviour) = &sample.behaviour {
            let counts = self.behaviours.entry(behaviour.clone()).or_default();
            counts.alarms.count(alarm);
            counts.alarms_from_3.count(serious);
            if HARMLESS.contains(&behaviour.as_str()) {
                self.harmless_from_3.count(serious);
            }
        }
        if alarm {
            let text = may_be_shown(&met, None).then_some(sample.text);
            self.false_alarms.push(FalseAlarm { place, findings: met, text });
        }
    }

    fn category(&mut self, category: &'static Category) -> &mut Counts {
        self.categories.entry(category.id).or_default()
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.texts += other.texts;
        self.passed_over += other.passed_over;
        self.overall.add(&other.overall);
        self.grave.add(&other.grave);
        self.disguises.add(other.disguises);
        self.harmless_from_3.add(other.harmless_from_3);
        for (id, counts) in &other.categories {
            self.categories.entry(id).or_default().add(counts);
        }
        for (name, counts) in &other.languages {
            self.languages.entry(name.clone()).or_default().add(counts);
        }
        for (name, counts) in &other.behaviours {
            self.behaviours.entry(name.clone()).or_default().add(counts);
        }
        for (name, share) in other.disguises_by_behaviour {
            self.disguises_by_behaviour.entry(name).or_default().add(share);
        }
        for (rule, share) in other.rules {
            self.rules.entry(rule).or_default().add(share);
        }
        self.false_alarms.extend(other.false_alarms);
        self.missed.extend(other.missed);
    }

    /// What remains when all is counted: lists in the order of the files, and of each category how many harmless texts
    /// there are.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.false_alarms.sort_by(|one, other| one.place.cmp(&other.place));
        self.missed.sort_by(|one, other| one.place.cmp(&other.place));
        for counts in self.categories.values_mut() {
            counts.false_alarms.whole = self.overall.false_alarms.whole;
        }
        self
    }

    /// The categories that were counted, in the order in which people list them.
    pub fn by_category(&self) -> impl Iterator<Item = (&'static Category, &Counts)> {
        CATEGORIES.iter().filter_map(|category| Some((category, self.categories.get(category.id)?)))
    }
}

fn language(sample: &Sample) -> String {
    sample.lang.as_deref().unwrap_or(HOME).to_owned()
}

/// The most serious finding of this category.
fn worst(met: &[Met], category: &Category) -> Option<Severity> {
    met.iter().filter(|met| met.category == category).map(|met| met.severity).max()
}

fn reaches(met: &[Met], level: u8) -> bool {
    gravest(met).is_some_and(|severity| severity.level() >= level)
}

fn others(met: &[Met], expect: &Category) -> Vec<&'static Category> {
    distinct(met).filter(|category| *category != expect).collect()
}

fn distinct(met: &[Met]) -> impl Iterator<Item = &'static Category> {
    CATEGORIES.iter().filter(|category| met.iter().any(|met| met.category == *category))
}

#[cfg(test)]
mod tests;
