//! How long to wait after a failure. Pure: chance and urgency are handed in.

use std::time::Duration;

use caretaker_shared::refusal::Refusal;
use caretaker_shared::tls::Fault;

use super::UplinkError;

const CAP: Duration = Duration::from_secs(300);
/// While a safeguarding record waits.
const URGENT_CAP: Duration = Duration::from_secs(30);
const HOURLY: Duration = Duration::from_secs(60 * 60);
const SHORTEST_HEARTBEAT: u32 = 10;
const LONGEST_HEARTBEAT: u32 = 60 * 60;

/// What to do after a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Try again, later and later.
    Later,
    /// Greet again at once: the two sides disagree about where they are. Later and later when that does not help.
    Greet,
    /// The collector does not want this device: ask once an hour whether that has changed, and keep everything.
    Hourly,
}

impl Course {
    /// The course after this failure.
    #[must_use]
    pub fn after(error: &UplinkError) -> Self {
        match error {
            UplinkError::Unreached(Fault::DeviceExpired) => Self::Hourly,
            UplinkError::Unreached(
                Fault::Unreachable | Fault::WrongAuthority | Fault::CollectorExpired | Fault::DeviceUnknown,
            )
            | UplinkError::Answer(_)
            | UplinkError::Refused { reason: None, .. } => Self::Later,
            UplinkError::Refused { reason: Some(reason), .. } => match reason {
                Refusal::SequenceGap | Refusal::EpochUnknown => Self::Greet,
                Refusal::DeviceRevoked | Refusal::DeviceUnknown => Self::Hourly,
                Refusal::TokenUnknown
                | Refusal::TokenExpired
                | Refusal::TokenUsedUp
                | Refusal::Malformed
                | Refusal::TooLarge
                | Refusal::Unavailable => Self::Later,
            },
        }
    }
}

/// Exponential backoff with full jitter: `chance * min(cap, 2^failures s)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Something useful was acknowledged.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure. `chance` is from 0 up to 1; `urgent` while a safeguarding record waits.
    pub fn next(&mut self, course: Course, urgent: bool, chance: f64) -> Duration {
        let again = self.failures > 0;
        self.failures = self.failures.saturating_add(1);
        match course {
            Course::Greet if !again => Duration::ZERO,
            Course::Greet | Course::Later => self.within(if urgent { URGENT_CAP } else { CAP }, chance),
            Course::Hourly => HOURLY.mul_f64(0.9 + 0.2 * chance),
        }
    }

    /// How long to wait at most from the moment a safeguarding record arrives during a wait.
    #[must_use]
    pub fn urgent(&self, chance: f64) -> Duration {
        self.within(URGENT_CAP, chance)
    }

    fn within(self, cap: Duration, chance: f64) -> Duration {
        let ceiling = Duration::from_secs(1_u64 << self.failures.min(10)).min(cap);
        ceiling.mul_f64(chance)
    }
}

/// The time until the next greeting, a fifth earlier or later, so that a fleet does not move in step.
pub(super) fn heartbeat(seconds: u32, chance: f64) -> Duration {
    let seconds = seconds.clamp(SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT);
    Duration::from_secs(seconds.into()).mul_f64(0.8 + 0.4 * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_and_longer_up_to_the_cap_and_less_while_a_child_waits() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..10).map(|_| backoff.next(Course::Later, false, 1.0).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(backoff.next(Course::Later, true, 1.0), URGENT_CAP);
        assert_eq!(backoff.next(Course::Later, false, 0.0), Duration::ZERO);
        backoff.reset();
        assert_eq!(backoff.next(Course::Later, false, 0.5), Duration::from_secs(1));
    }

    #[test]
    fn greets_again_at_once_but_not_in_a_circle() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Course::Greet, false, 1.0), Duration::ZERO);
        assert_eq!(backoff.next(Course::Greet, false, 1.0), Duration::from_secs(4));
    }

    #[test]
    fn a_revoked_device_asks_once_an_hour() {
        let revoked = UplinkError::Refused { reason: Some(Refusal::DeviceRevoked), message: String::new() };
        assert_eq!(Course::after(&revoked), Course::Hourly);
        assert_eq!(Backoff::default().next(Course::Hourly, true, 0.5), HOURLY);
    }

    #[test]
    fn hearts_do_not_beat_in_step() {
        assert_eq!(heartbeat(300, 0.0), Duration::from_secs(240));
        assert_eq!(heartbeat(300, 1.0), Duration::from_secs(360));
        assert_eq!(heartbeat(0, 0.5), Duration::from_secs(10));
    }
}
