//! What is new in a document since it was last read. Pure.

use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::Finding;
use caretaker_shared::model::KeywordEvent;
use jiff::Timestamp;

/// One event for each rule that meets the document more often than it did when it was last read.
pub(super) fn events(fired: &[(String, u32)], hits: &[Finding], document: Sha256, now: Timestamp) -> Vec<KeywordEvent> {
    let before = |rule: &str| fired.iter().find(|(known, _)| known == rule).map_or(0, |(_, count)| *count);
    hits.iter()
        .filter(|hit| hit.count > before(&hit.rule))
        .map(|hit| KeywordEvent {
            rule: hit.rule.clone(),
            category: hit.category.id.to_owned(),
            severity: hit.severity,
            document,
            occurred_at: now,
        })
        .collect()
}

/// What is remembered of the hits.
pub(super) fn fired(hits: &[Finding]) -> Vec<(String, u32)> {
    hits.iter().map(|hit| (hit.rule.clone(), hit.count)).collect()
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::lexicon::{Arithmetic, Finding, Places, category};
    use caretaker_shared::model::Severity;
    use jiff::Timestamp;

    use super::{events, fired};

    fn hit(rule: &str, count: u32) -> Finding {
        let category = category("bullying").expect("a category");
        Finding {
            rule: rule.into(),
            category,
            severity: Severity::HIGHEST,
            count,
            arithmetic: Arithmetic::new(Severity::HIGHEST, category.least, category.most),
            help_seeking: false,
            stage: None,
            topic: category.id.into(),
            places: Places::At(Vec::new()),
        }
    }

    fn rules(known: &[Finding], hits: &[Finding]) -> Vec<String> {
        let document = Sha256::of(b"a document");
        events(&fired(known), hits, document, Timestamp::UNIX_EPOCH).into_iter().map(|event| event.rule).collect()
    }

    #[test]
    fn only_what_is_new_counts() {
        assert_eq!(rules(&[], &[hit("a", 3)]), ["a"], "once, however often the rule is met");
        assert_eq!(rules(&[hit("a", 1)], &[hit("a", 1)]), [""; 0]);
        assert_eq!(rules(&[hit("a", 1)], &[hit("a", 2), hit("b", 1)]), ["a", "b"]);
        assert_eq!(rules(&[hit("a", 2)], &[hit("a", 1)]), [""; 0]);
    }
}
