//! Times as Windows writes them: WMI's text, and the registry's eight bytes.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::host::hive::filetime;

/// Before this second, that of the year 2000, a time means that there was none.
const OLDEST: i64 = 946_684_800;

/// Reads `20261121101500.000000+060`: local time, and how many minutes it is ahead of UTC.
pub(super) fn of_wmi(text: &str) -> Option<Timestamp> {
    let (time, offset) = (text.get(..14)?, text.get(21..25)?);
    let time = DateTime::strptime("%Y%m%d%H%M%S", time).ok()?;
    let minutes: i32 = offset.parse().ok()?;
    let zone = TimeZone::fixed(Offset::from_seconds(minutes.checked_mul(60)?).ok()?);
    sensible(time.to_zoned(zone).ok()?.timestamp())
}

/// Reads a `FILETIME`: tenths of microseconds since 1601, the lowest byte first.
pub(super) fn of_filetime(bytes: &[u8]) -> Option<Timestamp> {
    sensible(filetime(u64::from_le_bytes(bytes.try_into().ok()?))?)
}

fn sensible(at: Timestamp) -> Option<Timestamp> {
    (at.as_second() >= OLDEST).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms() {
        let wmi = |text| of_wmi(text).map(|at| at.to_string());
        assert_eq!(wmi("20261121101500.000000+060").as_deref(), Some("2026-11-21T09:15:00Z"));
        assert_eq!(wmi("20261121101500.000000-300").as_deref(), Some("2026-11-21T15:15:00Z"));
        let bytes = 134_397_151_510_000_000_u64.to_le_bytes();
        assert!(of_filetime(&bytes).is_some_and(|at| at.to_string().starts_with("2026-11-2")));
    }

    #[test]
    fn a_time_before_computers_is_none() {
        for text in ["16010101000000.000000+000", "", "20261121", "20261121101500.000000+abc", "\u{fc}\u{fc}\u{fc}"] {
            assert_eq!(of_wmi(text), None, "{text}");
        }
        assert_eq!(of_filetime(&[0; 8]), None);
        assert_eq!(of_filetime(&[1; 4]), None);
    }
}
