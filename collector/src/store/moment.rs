//! Times as they are stored.

use jiff::Timestamp;

/// The time of so many milliseconds since 1970. What is outside the range of times was never written by us; it reads
/// as the beginning of 1970.
pub(super) fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
