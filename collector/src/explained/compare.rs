//! What differs between two policies, in their own sentences.

use caretaker_shared::policy::Policy;
use serde::Serialize;

use super::{Measure, Statement, explain};

/// Which of two is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaning {
    /// The second asks for more, allows less, or looks at more.
    Stricter,
    /// The second asks for less, allows more, or looks at less.
    Looser,
    /// Neither: people, times, words; or each in its own way.
    Different,
}

/// One setting in which two policies differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The key.
    pub key: &'static str,
    /// Of several under one key, which.
    pub of: String,
    /// The clauses that it serves.
    pub clauses: Vec<&'static str>,
    /// What the second is, beside the first.
    pub leaning: Leaning,
    /// What the first says; empty when it says nothing.
    pub first: String,
    /// What the second says; empty when it says nothing.
    pub second: String,
    /// What of a list only the first has.
    pub only_first: Vec<String>,
    /// What of a list only the second has.
    pub only_second: Vec<String>,
}

/// Everything in which two policies differ, in the order of an explanation.
#[must_use]
pub fn compare(first: &Policy, second: &Policy) -> Vec<Difference> {
    let statements =
        |policy| -> Vec<Statement> { explain(policy).into_iter().flat_map(|part| part.statements).collect() };
    let (ours, theirs) = (statements(first), statements(second));
    let same = |one: &Statement, other: &Statement| one.key == other.key && one.of == other.of;
    let mut differences = Vec::new();
    for one in ours.iter().filter(|statement| statement.measure != Measure::Fixed) {
        let other = theirs.iter().find(|other| same(one, other));
        differences.extend(difference(Some(one), other));
    }
    let new = theirs.iter().filter(|other| other.measure != Measure::Fixed);
    for other in new.filter(|other| !ours.iter().any(|one| same(one, other))) {
        differences.extend(difference(None, Some(other)));
    }
    differences
}

fn difference(first: Option<&Statement>, second: Option<&Statement>) -> Option<Difference> {
    let known = first.or(second)?;
    let (leaning, only_first, only_second) = match (first, second) {
        (Some(first), Some(second)) if first.measure == second.measure => return None,
        (Some(first), Some(second)) => weigh(&first.measure, &second.measure),
        (Some(_), None) | (None, Some(_)) => (Leaning::Different, Vec::new(), Vec::new()),
        (None, None) => return None,
    };
    if leaning == Leaning::Different && first.zip(second).is_some_and(|(first, second)| is_reordered(first, second)) {
        return None;
    }
    let says = |statement: Option<&Statement>| statement.map(|statement| statement.says.clone()).unwrap_or_default();
    Some(Difference {
        key: known.key,
        of: known.of.clone(),
        clauses: known.clauses.clone(),
        leaning,
        first: says(first),
        second: says(second),
        only_first,
        only_second,
    })
}

/// Whether two lists hold the same in another order.
fn is_reordered(first: &Statement, second: &Statement) -> bool {
    if let (Measure::Allowed(first), Measure::Allowed(second)) | (Measure::Watched(first), Measure::Watched(second)) =
        (&first.measure, &second.measure)
    {
        return missing(first, second).is_empty() && missing(second, first).is_empty();
    }
    false
}

fn weigh(first: &Measure, second: &Measure) -> (Leaning, Vec<String>, Vec<String>) {
    if let (Measure::Limit(first), Measure::Limit(second)) = (first, second) {
        return (leaning(second < first), Vec::new(), Vec::new());
    }
    if let (Measure::Asked(_), Measure::Asked(second)) = (first, second) {
        return (leaning(*second), Vec::new(), Vec::new());
    }
    if let (Measure::Allowed(first), Measure::Allowed(second)) = (first, second) {
        return lists(first, second, true);
    }
    if let (Measure::Watched(first), Measure::Watched(second)) = (first, second) {
        return lists(first, second, false);
    }
    (Leaning::Different, Vec::new(), Vec::new())
}

fn lists(first: &[String], second: &[String], fewer_is_stricter: bool) -> (Leaning, Vec<String>, Vec<String>) {
    let (only_first, only_second) = (missing(first, second), missing(second, first));
    let leaning = match (only_first.is_empty(), only_second.is_empty()) {
        (false, true) => leaning(fewer_is_stricter),
        (true, false) => leaning(!fewer_is_stricter),
        (true, true) | (false, false) => Leaning::Different,
    };
    (leaning, only_first, only_second)
}

fn leaning(stricter: bool) -> Leaning {
    if stricter { Leaning::Stricter } else { Leaning::Looser }
}

/// What of `of` is not in `other`, in any case.
fn missing(of: &[String], other: &[String]) -> Vec<String> {
    of.iter().filter(|one| !other.iter().any(|another| another.eq_ignore_ascii_case(one))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{PRESET, Policy};

    use super::{Leaning, compare};

    fn with(replace: &[(&str, &str)]) -> Policy {
        let text = replace.iter().fold(PRESET.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        Policy::parse(&text).expect("a policy")
    }

    #[test]
    fn a_policy_does_not_differ_from_itself_or_from_its_lists_in_another_order() {
        let other = with(&[("\"ClamAV\", \"Sophos\"", "\"sophos\", \"ClamAV\"")]);
        assert_eq!(compare(&with(&[]), &other), []);
    }

    #[test]
    fn limits_requests_and_lists_say_which_is_stricter() {
        for (from, to, key, leaning) in [
            ("max_seconds = 300", "max_seconds = 299", "screen_lock.max_seconds", Leaning::Stricter),
            ("max_seconds = 300", "max_seconds = 301", "screen_lock.max_seconds", Leaning::Looser),
            ("required = true", "required = false", "encryption.required", Leaning::Looser),
            ("real_time = true", "real_time = false", "antivirus.real_time", Leaning::Looser),
            ("\"ClamAV\", ", "", "antivirus.approved", Leaning::Stricter),
            ("\"ClamAV\", ", "\"ClamAV\", \"Other\", ", "antivirus.approved", Leaning::Looser),
            ("\"ClamAV\", ", "\"Other\", ", "antivirus.approved", Leaning::Different),
            ("  \"fraud\",\n", "", "detection.categories", Leaning::Looser),
            ("  \"fraud\",\n", "  \"fraud\",\n  \"profanity\",\n", "detection.categories", Leaning::Stricter),
            ("names = \"initials\"", "names = \"full\"", "cases.names", Leaning::Looser),
            ("names = \"initials\"", "names = \"pseudonym\"", "cases.names", Leaning::Stricter),
            ("name = \"Alex Example\"", "name = \"Kim Example\"", "contacts", Leaning::Different),
            ("age = \"secondary\"", "age = \"primary\"", "detection.age", Leaning::Different),
        ] {
            let differences = compare(&with(&[]), &with(&[(from, to)]));
            let [one] = differences.as_slice() else { panic!("{from} -> {to}: {differences:?}") };
            assert_eq!((one.key, one.leaning), (key, leaning), "{from} -> {to}");
            assert!(!one.first.is_empty() && !one.second.is_empty());
        }
    }

    #[test]
    fn groups_of_devices_are_compared_by_their_names() {
        let lab = |devices: &str| {
            let table = format!("[[groups]]\nname = \"Lab 3\"\ndevices = [{devices}]\n\n[contact]");
            with(&[("[contact]", &table)])
        };
        let (none, one, two) = (with(&[]), lab("\"LAB3-*\""), lab("\"LAB3-*\", \"TEACHER-3\""));
        assert_eq!(compare(&one, &one), []);
        let differences = compare(&one, &two);
        let [changed] = differences.as_slice() else { panic!("{differences:?}") };
        assert_eq!((changed.key, changed.of.as_str(), changed.leaning), ("groups", "Lab 3", Leaning::Different));
        assert!(changed.first.starts_with("Lab 3 are the devices LAB3-*: "), "{}", changed.first);
        assert!(changed.second.starts_with("Lab 3 are the devices LAB3-* and TEACHER-3: "), "{}", changed.second);
        let differences = compare(&none, &one);
        let [new] = differences.as_slice() else { panic!("{differences:?}") };
        assert_eq!((new.key, new.first.as_str()), ("groups", ""));
    }

    #[test]
    fn lists_name_what_only_one_of_them_has() {
        let differences = compare(&with(&[]), &with(&[("\"ClamAV\", ", "\"Other\", ")]));
        assert_eq!(
            (differences[0].only_first.as_slice(), differences[0].only_second.as_slice()),
            (&["ClamAV".to_owned()][..], &["Other".to_owned()][..])
        );
    }
}
