//! Times as people say them. The exact ones stand in `--json`.

use jiff::civil::Weekday;
use jiff::{Timestamp, Zoned};

/// The time of day to the second: "14:02:07".
#[must_use]
pub fn clock_of(at: &Zoned) -> String {
    format!("{}:{:02}", clock(at), at.second())
}

/// A time of the contract; `None` when it is empty.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// How long ago, or when: "just now", "4 s ago", "3 min ago", "today 10:14", "Tue 10:14", "21 Nov", "21 Nov 2025".
#[must_use]
pub fn ago(at: Timestamp, now: &Zoned) -> String {
    let seconds = now.timestamp().duration_since(at).as_secs();
    match seconds {
        0..=1 => "just now".into(),
        2..=59 => format!("{seconds} s ago"),
        60..=3_599 => format!("{} min ago", seconds / 60),
        _ => when(at, now),
    }
}

/// The same of a text of the contract; `never` when it is empty.
#[must_use]
pub fn ago_or(text: &str, never: &str, now: &Zoned) -> String {
    parse(text).map_or_else(|| never.to_owned(), |at| ago(at, now))
}

/// The day and the time of day: "today 10:14", "tomorrow 10:14", "Tue 10:14", "21 Nov", "21 Nov 2025".
#[must_use]
pub fn when(at: Timestamp, now: &Zoned) -> String {
    let at = at.to_zoned(now.time_zone().clone());
    // Whole days between the two dates, whatever the hours: ahead is positive.
    let days = now.date().until(at.date()).map_or(i32::MAX, |span| span.get_days());
    let clock = clock(&at);
    match days {
        0 => format!("today {clock}"),
        1 => format!("tomorrow {clock}"),
        -6..=6 => format!("{} {clock}", weekday(&at)),
        _ if at.year() == now.year() => format!("{} {}", at.day(), month(&at)),
        _ => format!("{} {} {}", at.day(), month(&at), at.year()),
    }
}

/// "13:41" of today, else as [`when`].
#[must_use]
pub fn short(at: Timestamp, now: &Zoned) -> String {
    let local = at.to_zoned(now.time_zone().clone());
    if local.date() == now.date() { clock(&local) } else { when(at, now) }
}

/// The time at the head of a screen: "Sat 21 Nov 14:02".
#[must_use]
pub fn head(at: Timestamp, now: &Zoned) -> String {
    let at = at.to_zoned(now.time_zone().clone());
    format!("{} {} {} {}", weekday(&at), at.day(), month(&at), clock(&at))
}

/// A stretch of time in its largest unit: "40 s", "3 min", "5 h", "12 days".
#[must_use]
pub fn stretch(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=86_399 => format!("{} h", seconds / 3_600),
        86_400..=172_799 => "1 day".into(),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn clock(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn weekday(at: &Zoned) -> &'static str {
    match at.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

fn month(at: &Zoned) -> &'static str {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS[usize::from(at.month().unsigned_abs()) - 1]
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::{ago, ago_or, head, parse, short, stretch, when};

    fn now() -> Zoned {
        "2026-11-21T14:02:00+00:00[Europe/London]".parse().expect("a time in London")
    }

    fn said(text: &str) -> String {
        ago(parse(text).expect("a time"), &now())
    }

    #[test]
    fn the_last_hour_is_counted_and_what_is_older_has_a_day() {
        assert_eq!(said("2026-11-21T14:01:59Z"), "just now");
        assert_eq!(said("2026-11-21T14:01:56Z"), "4 s ago");
        assert_eq!(said("2026-11-21T13:58:59Z"), "3 min ago");
        assert_eq!(said("2026-11-21T10:14:00Z"), "today 10:14");
        assert_eq!(said("2026-11-20T23:59:00Z"), "Fri 23:59");
        assert_eq!(said("2026-11-15T10:14:00Z"), "Sun 10:14");
        assert_eq!(said("2026-11-14T10:14:00Z"), "14 Nov");
        assert_eq!(said("2025-11-21T10:14:00Z"), "21 Nov 2025");
    }

    #[test]
    fn days_are_those_of_the_reader_through_a_change_of_clocks() {
        // British Summer Time ended on 25 October 2026: midnight in London was 23:00 UTC the day before.
        let monday: Zoned = "2026-10-26T09:00:00+00:00[Europe/London]".parse().expect("a time in London");
        assert_eq!(when(parse("2026-10-24T23:30:00Z").expect("a time"), &monday), "Sun 00:30");
    }

    #[test]
    fn what_lies_ahead_has_a_day_too() {
        assert_eq!(when(parse("2026-11-22T14:02:00Z").expect("a time"), &now()), "tomorrow 14:02");
        assert_eq!(when(parse("2027-02-01T14:02:00Z").expect("a time"), &now()), "1 Feb 2027");
    }

    #[test]
    fn never_is_said_as_never() {
        assert_eq!(ago_or("", "never", &now()), "never");
    }

    #[test]
    fn heads_and_stretches() {
        let at = parse("2026-11-21T13:41:00Z").expect("a time");
        assert_eq!(head(at, &now()), "Sat 21 Nov 13:41");
        assert_eq!(short(at, &now()), "13:41");
        assert_eq!(stretch(12 * 86_400 + 5), "12 days");
        assert_eq!(stretch(90_000), "1 day");
        assert_eq!(stretch(59), "59 s");
    }
}
