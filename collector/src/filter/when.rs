//! Times in a filter: `7d` is an age, `+30d` lies ahead, `2026-11-21` is a day, and a time of RFC 3339 is a moment.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Op;

/// Seconds of each unit, the largest first.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// The longest way from now: a hundred years.
const FARTHEST: u64 = 100 * 366 * 86_400;

/// A time to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So many seconds ago. It is the age that is compared: `last_seen < 7d` was seen within a week.
    Ago(u64),
    /// In so many seconds: `certificate_ends < +30d` ends within a month, or has ended.
    Ahead(u64),
    /// Some time on a day in UTC.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

impl When {
    /// Reads one; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(ahead) = text.strip_prefix('+') {
            return span(ahead).map(Self::Ahead);
        }
        span(text)
            .map(Self::Ago)
            .or_else(|| Some(Self::Moment(text.parse().ok()?)))
            // Only the plain form: the parser of dates would take a time behind it and forget it.
            .or_else(|| (text.len() == 10).then(|| text.parse().ok().map(Self::Day)).flatten())
    }

    /// How a stored time, in milliseconds since 1970, has to compare so that `op` holds: an operator and a bound, of
    /// which there are two for `=`.
    pub(super) fn bounds(self, op: Op, now: Timestamp) -> Bounds {
        let (first, end) = self.range(now);
        let op = if matches!(self, Self::Ago(_)) { older(op) } else { op };
        match op {
            Op::Equal | Op::Contains => Bounds { least: Some(first), below: Some(end), negated: false },
            Op::Unequal => Bounds { least: Some(first), below: Some(end), negated: true },
            Op::Less => Bounds { least: None, below: Some(first), negated: false },
            Op::AtMost => Bounds { least: None, below: Some(end), negated: false },
            Op::More => Bounds { least: Some(end), below: None, negated: false },
            Op::AtLeast => Bounds { least: Some(first), below: None, negated: false },
        }
    }

    /// The first millisecond that it is, and the first that it is no longer.
    fn range(self, now: Timestamp) -> (i64, i64) {
        let at = |seconds: i64| now.as_millisecond().saturating_add(seconds.saturating_mul(1_000));
        let first = match self {
            Self::Ago(seconds) => at(-i64::try_from(seconds).unwrap_or(i64::MAX)),
            Self::Ahead(seconds) => at(i64::try_from(seconds).unwrap_or(i64::MAX)),
            Self::Moment(at) => at.as_millisecond(),
            Self::Day(day) => {
                let midnight = day.to_zoned(TimeZone::UTC).map(|at| at.timestamp()).unwrap_or(Timestamp::MAX);
                let next = midnight.saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
                return (midnight.as_millisecond(), next.as_millisecond());
            }
        };
        (first, first.saturating_add(1))
    }
}

/// Milliseconds since 1970 that hold: from `least` on, and before `below`; or, negated, all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: Option<i64>,
    pub(super) below: Option<i64>,
    pub(super) negated: bool,
}

impl Bounds {
    /// Whether a time holds; never is held by nothing but a negation.
    pub(super) fn hold(self, at: Option<i64>) -> bool {
        let inside = at
            .is_some_and(|at| self.least.is_none_or(|least| at >= least) && self.below.is_none_or(|below| at < below));
        inside != self.negated
    }
}

impl fmt::Display for When {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |seconds: u64| {
            let (unit, length) =
                UNITS.into_iter().find(|(_, length)| seconds.is_multiple_of(*length)).unwrap_or(('s', 1));
            format!("{}{unit}", seconds / length)
        };
        match self {
            Self::Ago(seconds) => out.write_str(&shown(*seconds)),
            Self::Ahead(seconds) => write!(out, "+{}", shown(*seconds)),
            Self::Day(day) => write!(out, "{day}"),
            Self::Moment(at) => write!(out, "{at}"),
        }
    }
}

/// The age that a time has, compared the other way round.
fn older(op: Op) -> Op {
    match op {
        Op::Less => Op::More,
        Op::AtMost => Op::AtLeast,
        Op::More => Op::Less,
        Op::AtLeast => Op::AtMost,
        Op::Equal | Op::Unequal | Op::Contains => op,
    }
}

/// Seconds of "7d".
fn span(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let (_, length) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let number = &text[..text.len() - unit.len_utf8()];
    let digits = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(length).filter(|seconds| *seconds <= FARTHEST)
}
