//! Hours of the week, as a policy writes them: "mon-fri 08:00-17:00".

use std::fmt;

use jiff::civil::{Date, DateTime, Time, Weekday};

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
const MINUTES_A_DAY: u16 = 24 * 60;

/// Spans of the week, by the clock on the device's wall. None at all means: at all times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours(Vec<Span>);

/// Some days, from one time of day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// A bit for each day, Monday the lowest.
    days: u8,
    /// Minutes since midnight; from is before to.
    from: u16,
    to: u16,
}

impl Hours {
    /// The hours that these texts say; `None` when one of them is not of the shape `mon-fri 08:00-17:00`.
    #[must_use]
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Option<Self> {
        texts.iter().map(|text| Span::parse(text.as_ref())).collect::<Option<_>>().map(Self)
    }

    /// Whether `at` lies within.
    #[must_use]
    pub fn contains(&self, at: DateTime) -> bool {
        self.0.is_empty() || self.0.iter().any(|span| span.contains(at))
    }

    /// Those days, from one hour and minute to another.
    pub(super) fn on(days: &[Weekday], (hour, minute): (u16, u16), (to_hour, to_minute): (u16, u16)) -> Self {
        let days = days.iter().fold(0, |all, day| all | 1 << day.to_monday_zero_offset());
        Self(vec![Span { days, from: hour * 60 + minute, to: to_hour * 60 + to_minute }])
    }

    /// When the first span of `date` begins; `None` for a day without any.
    pub(super) fn begin_on(&self, date: Date) -> Option<Time> {
        if self.0.is_empty() {
            return Some(Time::midnight());
        }
        let day = date.weekday().to_monday_zero_offset();
        let from = self.0.iter().filter(|span| span.days >> day & 1 == 1).map(|span| span.from).min()?;
        let part = |number: u16| i8::try_from(number).unwrap_or_default();
        Time::new(part(from / 60), part(from % 60), 0, 0).ok()
    }

    /// Whether it is at all times.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// One text for each span, of the shape that [`Hours::parse`] reads.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(Span::to_string).collect()
    }
}

impl Span {
    /// Reads `mon-fri 08:00-17:00`; also `sat,sun 10:00-24:00`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (days, times) = text.trim().split_once(' ')?;
        let (from, to) = times.trim().split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        let days = days.split(',').map(days_of).try_fold(0, |all, some| Some(all | some?))?;
        (from < to && to <= MINUTES_A_DAY).then_some(Self { days, from, to })
    }

    fn contains(self, at: DateTime) -> bool {
        let minute = i32::from(at.hour()) * 60 + i32::from(at.minute());
        let day = at.weekday().to_monday_zero_offset();
        self.days >> day & 1 == 1 && (i32::from(self.from)..i32::from(self.to)).contains(&minute)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut day = 0;
        let mut is_first = true;
        while day < DAYS.len() {
            let run = (day..DAYS.len()).take_while(|day| self.days >> day & 1 == 1).count();
            if run > 0 {
                out.write_str(if is_first { "" } else { "," })?;
                is_first = false;
                match run {
                    1 => write!(out, "{}", DAYS[day].0)?,
                    _ => write!(out, "{}-{}", DAYS[day].0, DAYS[day + run - 1].0)?,
                }
            }
            day += run + 1;
        }
        let Self { from, to, .. } = self;
        write!(out, " {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// The bits of one day or a range of days, which may run over the end of the week.
fn days_of(text: &str) -> Option<u8> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day_of(first)?, day_of(last)?);
    let length = (last + 7 - first) % 7;
    Some((0..=length).map(|step| 1 << ((first + step) % 7)).sum())
}

fn day_of(text: &str) -> Option<u8> {
    let (_, day) = DAYS.iter().find(|(name, _)| text.trim().eq_ignore_ascii_case(name))?;
    u8::try_from(day.to_monday_zero_offset()).ok()
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let part = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u16>().ok())?;
    let (hour, minute) = (part(hour)?, part(minute)?);
    (minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;

    use super::Hours;

    fn at(text: &str) -> DateTime {
        text.parse().expect("a time")
    }

    #[test]
    fn a_time_is_within_from_the_first_minute_and_no_longer_at_the_last() {
        let hours = Hours::parse(&["mon-fri 08:00-17:00"]).expect("hours");
        assert!(hours.contains(at("2026-11-23T08:00:00")), "a Monday");
        assert!(hours.contains(at("2026-11-27T16:59:59")));
        assert!(!hours.contains(at("2026-11-27T17:00:00")) && !hours.contains(at("2026-11-23T07:59:59")));
        assert!(!hours.contains(at("2026-11-28T12:00:00")), "a Saturday");
        assert!(Hours::default().contains(at("2026-11-28T03:00:00")), "none at all: at all times");
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        for text in ["mon-fri 08:00-17:00", "sat 10:00-24:00", "mon,wed,fri-sun 00:00-00:01"] {
            assert_eq!(Hours::parse(&[text]).expect("hours").texts(), [text]);
        }
        let over_the_end = Hours::parse(&["Sat-Mon 09:00-10:00"]).expect("hours");
        assert_eq!(over_the_end.texts(), ["mon,sat-sun 09:00-10:00"]);
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "mon",
            "mon 8:00-17:00",
            "mon 08:00",
            "mon 17:00-08:00",
            "mon 08:00-24:01",
            "mon 08:60-09:00",
            "day 08:00-09:00",
        ] {
            assert_eq!(Hours::parse(&[text]), None, "{text:?}");
        }
    }
}
