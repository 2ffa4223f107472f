//! What the questions about antivirus bring in, one source after the other, and the answer that it makes.

use std::time::Duration;

use caretaker_shared::model::{Antivirus, AntivirusProduct, Detection, Facts, Outcome};
use caretaker_shared::order;
use caretaker_shared::wire::limits;
use jiff::Timestamp;

/// How long a virus that was met is reported.
const LATELY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Signatures may seem to be made this long from now: zones are mixed up sooner than clocks.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// Products and viruses, and what kept a source from telling.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) products: Vec<AntivirusProduct>,
    pub(super) detections: Vec<Detection>,
    pub(super) flaws: Vec<String>,
}

impl Gathered {
    /// The answer: complete when every source has told. Viruses of the last thirty days before `now`, the newest last;
    /// of all times when nobody says what time it is.
    pub(super) fn outcome(mut self, now: Option<Timestamp>) -> Outcome {
        self.products.truncate(limits::PRODUCTS);
        for product in &mut self.products {
            product.evidence.truncate(limits::EVIDENCE - 1);
            let latest = now.and_then(|now| now.checked_add(AHEAD).ok());
            if latest.is_some_and(|latest| product.signatures_built_at.is_some_and(|built| built > latest)) {
                product.evidence.push("clock suspect: the signatures are dated in the future".into());
            }
        }
        if let Some(oldest) = now.and_then(|now| now.checked_sub(LATELY).ok()) {
            self.detections.retain(|detection| detection.found_at >= oldest);
        }
        order::sort(&mut self.detections);
        self.detections.dedup();
        let surplus = self.detections.len().saturating_sub(limits::DETECTIONS);
        self.detections.drain(..surplus);
        let facts = Facts::Antivirus(Antivirus { products: self.products, detections: self.detections });
        match self.flaws.is_empty() {
            true => Outcome::Complete(facts),
            false => Outcome::Partial { facts, reason: self.flaws.join("; ") },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_last_thirty_days_are_reported() {
        let at = |days: i64| Timestamp::from_second(1_795_000_000 + days * 86_400).expect("in range");
        let detection = |day: i64, path: String| Detection {
            found_at: at(day),
            product: "ClamAV".into(),
            threat: "Invented.Threat".into(),
            path,
            action: "found".into(),
        };
        let detections = (0..300).map(|number| detection(-1, format!("/{number:03}"))).collect();
        let mut gathered = Gathered { detections, ..Gathered::default() };
        gathered.detections.push(detection(-31, "/old".into()));
        let outcome = gathered.outcome(Some(at(0)));
        let Some(Facts::Antivirus(found)) = outcome.facts() else { panic!("antivirus, not {outcome:?}") };
        assert_eq!(found.detections.len(), limits::DETECTIONS);
        assert_eq!(found.detections.last().map(|it| it.path.as_str()), Some("/299"));
    }

    #[test]
    fn case_28_signatures_of_the_future_make_the_clock_suspect() {
        let now = Timestamp::from_second(1_795_000_000).expect("in range");
        for (hours, suspect) in [(-5, false), (23, false), (25, true)] {
            let built = now.checked_add(jiff::SignedDuration::from_hours(hours)).expect("in range");
            let product = AntivirusProduct { signatures_built_at: Some(built), ..AntivirusProduct::default() };
            let gathered = Gathered { products: vec![product], ..Gathered::default() };
            let outcome = gathered.outcome(Some(now));
            let Some(Facts::Antivirus(found)) = outcome.facts() else { panic!("antivirus, not {outcome:?}") };
            let said = found.products[0].evidence.iter().any(|line| line.starts_with("clock suspect"));
            assert_eq!(said, suspect, "{hours} h");
            assert_eq!(found.products[0].signatures_built_at, Some(built), "and it stays what it is");
        }
    }
}
