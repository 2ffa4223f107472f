//! Times as Windows counts them: steps of 100 ns since the beginning of 1601.

use jiff::Timestamp;

const EPOCH_1601: i128 = 116_444_736_000_000_000;

/// Nanoseconds since 1970.
pub(in crate::platform) fn nanoseconds(steps: i64) -> i128 {
    (i128::from(steps) - EPOCH_1601) * 100
}

/// The time; `None` for zero, which stands for never, and what no calendar holds.
pub(in crate::platform) fn timestamp(steps: i64) -> Option<Timestamp> {
    if steps <= 0 { None } else { Timestamp::from_nanosecond(nanoseconds(steps)).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_1601() {
        assert_eq!(timestamp(116_444_736_000_000_000), Some(Timestamp::UNIX_EPOCH));
        assert_eq!(timestamp(133_444_736_000_000_000).map(|time| time.as_second()), Some(1_700_000_000));
        assert_eq!(timestamp(0), None);
        assert_eq!(timestamp(-1), None);
        assert_eq!(timestamp(i64::MAX), None);
    }
}
