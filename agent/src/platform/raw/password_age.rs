//! How old a password is, as `NetUserGetInfo` tells it.

use std::time::Duration;

/// `TIMEQ_FOREVER`: no limit.
const FOREVER: u32 = u32::MAX;
/// Older than Windows NT: a time of zero was taken from today.
const NEVER_SET_SECONDS: u64 = 40 * 365 * 86_400;

/// The age of a password; `None` when none was ever set, or when it is marked as expired with an age of zero, as
/// Windows does for "must be changed at the next log-in".
pub(in crate::platform) fn age(seconds: u32, expired: bool) -> Option<Duration> {
    let age = Duration::from_secs(seconds.into());
    let never = age.as_secs() >= NEVER_SET_SECONDS || (expired && age.is_zero());
    (!never).then_some(age)
}

/// The longest age that a policy allows.
pub(in crate::platform) fn longest(seconds: u32) -> Option<Duration> {
    (seconds != FOREVER).then(|| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_never_from_just_now() {
        assert_eq!(age(86_400, false), Some(Duration::from_secs(86_400)));
        assert_eq!(age(0, false), Some(Duration::ZERO));
        assert_eq!(age(0, true), None);
        assert_eq!(age(86_400, true), Some(Duration::from_secs(86_400)), "expired by its age");
        assert_eq!(age(1_790_000_000, false), None);
    }

    #[test]
    fn forever_is_no_limit() {
        assert_eq!(longest(3_628_800), Some(Duration::from_secs(42 * 86_400)));
        assert_eq!(longest(FOREVER), None);
    }
}
