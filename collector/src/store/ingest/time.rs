//! When something happened, judged by the collector's clock. Pure.
//!
//! A device's clock may be wrong or set by hand. Its steady clock cannot be set: within one boot, the time between
//! writing a record down and sending it is known exactly.

use std::time::Duration;

use caretaker_shared::model::DeviceClock;
use jiff::Timestamp;

/// How far back a device may truthfully reach.
const OLDEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What two readings of one clock may differ by the wrong way round.
const ROUNDING: Duration = Duration::from_secs(1);

/// How sure a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// By the steady clock of one boot.
    Exact,
    /// By the device's clock, corrected by how wrong it was when it sent; or not later than this.
    Bounded,
    /// The device's clock says what cannot be; the time is that of arrival.
    Unknown,
}

impl Certainty {
    /// As it is stored.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Bounded => "bounded",
            Self::Unknown => "unknown",
        }
    }
}

/// When something happened that the device dated `occurred` and wrote down at `recorded`, in a record sent at `sent`
/// and received at `received`.
///
/// The steady clock gives the moment of writing it down. How long before that it happened is told by the device's wall
/// clock, wrong or right: both readings are of one clock, a short time apart.
pub(super) fn correct(
    occurred: Timestamp,
    recorded: DeviceClock,
    sent: DeviceClock,
    received: Timestamp,
) -> (Timestamp, Certainty) {
    let believable = |at: &Timestamp| *at <= received && received.duration_since(*at).unsigned_abs() <= OLDEST;
    let written = sent
        .steady
        .checked_sub(recorded.steady)
        .filter(|_| sent.boot == recorded.boot)
        .and_then(|waited| received.checked_sub(waited).ok())
        .filter(believable);
    let exact = || written?.checked_sub(lag(occurred, recorded)?).ok().filter(believable);
    let bounded = || occurred.checked_add(received.duration_since(sent.wall)).ok().filter(believable);
    if let Some(at) = exact() {
        (at, Certainty::Exact)
    } else if let Some(at) = bounded().or(written) {
        (at, Certainty::Bounded)
    } else {
        (received, Certainty::Unknown)
    }
}

/// How long before it was written down something happened; `None` when the device's clock was set in between, or the
/// machine was not yet running then.
fn lag(occurred: Timestamp, recorded: DeviceClock) -> Option<Duration> {
    let lag = recorded.wall.duration_since(occurred);
    if lag.is_negative() {
        return (lag.unsigned_abs() <= ROUNDING).then_some(Duration::ZERO);
    }
    Some(lag.unsigned_abs()).filter(|lag| *lag <= recorded.steady)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use caretaker_shared::model::{BootId, DeviceClock};
    use jiff::Timestamp;

    use super::{Certainty, correct};

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    const NOW: i64 = 1_795_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("in range")
    }

    fn clock(wall: i64, steady: u64, boot: BootId) -> DeviceClock {
        DeviceClock { wall: at(wall), steady: Duration::from_secs(steady), boot }
    }

    #[test]
    fn the_table_of_clocks() {
        let (boot, earlier) = (BootId::random(), BootId::random());
        let exact = |seconds| (at(seconds), Certainty::Exact);
        let bounded = |seconds| (at(seconds), Certainty::Bounded);
        let unknown = (at(NOW), Certainty::Unknown);
        // What it is, what the device dated it, how it was recorded, how it was sent, what must come out.
        let cases = [
            ("a right clock, at once", NOW, clock(NOW, 50, boot), clock(NOW, 50, boot), exact(NOW)),
            (
                "four days offline",
                NOW - 4 * DAY,
                clock(NOW - 4 * DAY, 50, boot),
                clock(NOW, 345_650, boot),
                exact(NOW - 4 * DAY),
            ),
            ("a clock in 1970", 100, clock(100, 50, boot), clock(200, 150, boot), exact(NOW - 100)),
            (
                "set while it waited",
                NOW + 9 * DAY,
                clock(NOW + 9 * DAY, 50, boot),
                clock(NOW, 80, boot),
                exact(NOW - 30),
            ),
            (
                "another boot, right clock",
                NOW - HOUR,
                clock(NOW - HOUR, 900, earlier),
                clock(NOW, 50, boot),
                bounded(NOW - HOUR),
            ),
            (
                "another boot, a day ahead",
                NOW + DAY - HOUR,
                clock(NOW + DAY - HOUR, 900, earlier),
                clock(NOW + DAY, 50, boot),
                bounded(NOW - HOUR),
            ),
            ("another boot, set back since", NOW + DAY, clock(NOW + DAY, 900, earlier), clock(NOW, 50, boot), unknown),
            ("another boot, 1970 and put right", 100, clock(100, 900, earlier), clock(NOW, 50, boot), unknown),
            (
                "a steady clock that went back",
                NOW - HOUR,
                clock(NOW - HOUR, 900, boot),
                clock(NOW, 50, boot),
                bounded(NOW - HOUR),
            ),
            ("a steady clock beyond belief", NOW, clock(NOW, 0, boot), clock(NOW, 50_000_000, boot), bounded(NOW)),
        ];
        for (case, occurred, recorded, sent, expected) in cases {
            assert_eq!(correct(at(occurred), recorded, sent, at(NOW)), expected, "{case}");
        }
    }

    #[test]
    fn what_happened_a_while_before_it_was_written_down_keeps_its_distance() {
        let boot = BootId::random();
        let exact = |seconds| (at(seconds), Certainty::Exact);
        let bounded = |seconds| (at(seconds), Certainty::Bounded);
        let cases = [
            (
                "seen a while before it was written down",
                NOW - 70,
                clock(NOW - 60, 50, boot),
                clock(NOW, 110, boot),
                exact(NOW - 70),
            ),
            ("the same by a clock in 1970", 90, clock(100, 50, boot), clock(160, 110, boot), exact(NOW - 70)),
            ("the same, put right while it waited", 90, clock(100, 50, boot), clock(NOW, 110, boot), exact(NOW - 70)),
            (
                "before the machine was started",
                NOW - HOUR,
                clock(NOW - 60, 50, boot),
                clock(NOW, 110, boot),
                bounded(NOW - HOUR),
            ),
            (
                "put right before it was written down",
                100,
                clock(NOW - 60, 50, boot),
                clock(NOW, 110, boot),
                bounded(NOW - 60),
            ),
            (
                "set back before it was written down",
                NOW + DAY,
                clock(NOW - 60, 50, boot),
                clock(NOW, 110, boot),
                bounded(NOW - 60),
            ),
        ];
        for (case, occurred, recorded, sent, expected) in cases {
            assert_eq!(correct(at(occurred), recorded, sent, at(NOW)), expected, "{case}");
        }
    }
}
