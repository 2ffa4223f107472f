//! Times and lengths as people say them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// "4 seconds", "20 minutes", "1 hour".
pub(super) fn length(of: Duration) -> String {
    let seconds = of.as_secs();
    let (count, unit) = match seconds {
        60 => (1, "minute"),
        3600 => (1, "hour"),
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// "4 seconds ago", "in 20 days".
pub(super) fn relative(at: Timestamp, now: Timestamp) -> String {
    let apart = at.duration_since(now).unsigned_abs();
    if at > now { format!("in {}", length(apart)) } else { format!("{} ago", length(apart)) }
}

/// "Sun 22 Nov 2026 14:02", in the machine's time zone.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%a %-d %b %Y %H:%M").to_string()
}

/// "1,204".
pub(super) fn number(of: u64) -> String {
    let digits = of.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text in lines of at most `width` columns, broken between words.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// "12 KiB".
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", number(bytes / 1_048_576)),
    }
}

/// A fingerprint in groups of four, for people who compare it.
pub(super) fn groups(digits: &str) -> String {
    let letters: Vec<char> = digits.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_as_people_do() {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        let at = |seconds: i64| Timestamp::from_second(1_000_000 + seconds).expect("in range");
        assert_eq!(relative(at(-4), now), "4 seconds ago");
        assert_eq!(relative(at(50 * 86_400), now), "in 50 days");
        assert_eq!(length(Duration::from_secs(300)), "5 minutes");
        assert_eq!(length(Duration::from_secs(3600)), "1 hour");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(size(3 << 20), "3 MiB");
    }
}
