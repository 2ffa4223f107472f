//! The name of a boot.

use caretaker_shared::model::BootId;

/// `SYSTEM_TIMEOFDAY_INFORMATION`: eight bytes each of boot time, present time, time zone, zone number and padding, what
/// setting the clock has since added to the boot time, and what sleeping has.
pub(in crate::platform) const TIME_OF_DAY_BYTES: usize = 48;

/// When the machine was started in steps of 100 ns since 1601, as its clock stood then: setting the clock moves the
/// time that the system remembers, and it remembers by how much.
pub(in crate::platform) fn started(time_of_day: &[u8; TIME_OF_DAY_BYTES]) -> Option<u64> {
    let number = |at: usize| time_of_day.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    Some(number(0)?.wrapping_sub(number(32)?)).filter(|started| *started != 0)
}

/// One name for all that runs between one start and the next. `count` is the system's own number of its starts, which
/// stands still where prefetching is off.
pub(in crate::platform) fn name(started: u64, count: u64) -> Option<BootId> {
    let [start, count] = [format!("{started:016x}"), format!("{count:016x}")];
    format!("{}-{}-{}-{}-{}", &start[..8], &start[8..12], &start[12..], &count[..4], &count[4..]).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time_of_day(boot: u64, bias: u64) -> [u8; TIME_OF_DAY_BYTES] {
        let mut bytes = [0; TIME_OF_DAY_BYTES];
        bytes[..8].copy_from_slice(&boot.to_le_bytes());
        bytes[32..40].copy_from_slice(&bias.to_le_bytes());
        bytes
    }

    #[test]
    fn setting_the_clock_does_not_make_another_boot() {
        let before = started(&time_of_day(134_000_000_000_000_000, 0));
        let after = started(&time_of_day(134_000_000_036_000_000, 36_000_000));
        assert_eq!(before, after);
        assert_eq!(started(&[0; TIME_OF_DAY_BYTES]), None, "a system that does not tell has not started in 1601");
    }

    #[test]
    fn each_start_has_its_own_name() {
        let first = name(134_000_000_000_000_000, 7).expect("it has a name");
        assert_eq!(first, name(134_000_000_000_000_000, 7).expect("it has a name"));
        assert_ne!(first, name(134_000_000_000_000_001, 7).expect("it has a name"));
        assert_ne!(first, name(134_000_000_000_000_000, 8).expect("it has a name"));
    }
}
