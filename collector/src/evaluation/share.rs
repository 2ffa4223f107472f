//! A part of a whole, and how sure that share is.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// The normal deviate that leaves 2.5 % on either side.
const DEVIATE: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// Counts one more of the whole, and of the part when `inside`.
    pub fn count(&mut self, inside: bool) {
        self.whole += 1;
        self.part += u64::from(inside);
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }

    /// 0 to 1; `None` of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
    pub fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// The 95 % interval of Wilson (1927), without correction for continuity: within 0 and 1 also for none and for all,
    /// and honest for few. `None` of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.value()?;
        let whole = self.whole as f64;
        let squared = DEVIATE * DEVIATE;
        let middle = share + squared / (2.0 * whole);
        let reach = DEVIATE * (share * (1.0 - share) / whole + squared / (4.0 * whole * whole)).sqrt();
        let below = 1.0 + squared / whole;
        // Of none and of all, rounding must not leave a hair of something else.
        let low = if self.part == 0 { 0.0 } else { (middle - reach) / below };
        let high = if self.part == self.whole { 1.0 } else { (middle + reach) / below };
        Some((low, high))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let interval = self.interval();
        let mut map = serializer.serialize_struct("Share", 5)?;
        map.serialize_field("count", &self.part)?;
        map.serialize_field("of", &self.whole)?;
        map.serialize_field("share", &self.value())?;
        map.serialize_field("low", &interval.map(|(low, _)| low))?;
        map.serialize_field("high", &interval.map(|(_, high)| high))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Share;

    /// Four places, as they are printed in tables.
    fn printed(part: u64, whole: u64) -> Option<(String, String)> {
        Share { part, whole }.interval().map(|(low, high)| (format!("{low:.4}"), format!("{high:.4}")))
    }

    fn row(low: &str, high: &str) -> Option<(String, String)> {
        Some((low.to_owned(), high.to_owned()))
    }

    #[test]
    fn intervals_are_those_of_the_published_table() {
        // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        assert_eq!(printed(81, 263), row("0.2553", "0.3662"));
        assert_eq!(printed(15, 148), row("0.0624", "0.1605"));
        assert_eq!(printed(0, 20), row("0.0000", "0.1611"));
        assert_eq!(printed(1, 29), row("0.0061", "0.1718"));
    }

    #[test]
    fn all_and_none_mirror_each_other_and_nothing_has_no_share() {
        assert_eq!(printed(10, 10), row("0.7225", "1.0000"));
        assert_eq!(printed(0, 10), row("0.0000", "0.2775"));
        assert_eq!(printed(0, 0), None);
        assert_eq!(Share::default().value(), None);
    }

    #[test]
    fn json_names_count_whole_share_and_interval() {
        let text = serde_json::to_string(&Share { part: 0, whole: 0 }).expect("is JSON");
        assert_eq!(text, r#"{"count":0,"of":0,"share":null,"low":null,"high":null}"#);
        let half = serde_json::to_value(Share { part: 1, whole: 2 }).expect("is JSON");
        assert_eq!(half["share"], 0.5);
    }

    proptest! {
        #[test]
        fn the_share_lies_within_its_interval(part in 0_u64..1_000, more in 0_u64..1_000_000) {
            let share = Share { part, whole: part + more };
            if let (Some(value), Some((low, high))) = (share.value(), share.interval()) {
                prop_assert!((0.0..=value).contains(&low) && (value..=1.0).contains(&high), "{low} {value} {high}");
            }
        }
    }
}
