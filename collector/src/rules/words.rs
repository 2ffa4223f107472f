//! Times and lists as people read them.

use caretaker_shared::model::AntivirusProduct;

/// "5 min", "5 min 5 s", "45 s", "2 h": an idle time, exact to the second.
pub(super) fn idle(seconds: u32) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if told.is_empty() { "0 s".into() } else { told.join(" ") }
}

/// "9 days", "30 hours": an age, rounded down; days from two on.
pub(super) fn age(hours: i64) -> String {
    match hours {
        24 => "1 day".into(),
        48.. => format!("{} days", hours / 24),
        1 => "1 hour".into(),
        hours => format!("{hours} hours"),
    }
}

/// "9 days", or "over 7 days" where the age rounds down to what is allowed and still is more.
pub(super) fn too_old(hours: i64, allowed_hours: i64) -> String {
    let (told, allowed) = (age(hours), age(allowed_hours));
    if told == allowed { format!("over {allowed}") } else { told }
}

/// "1 day", "7 days".
pub(super) fn days(count: u32) -> String {
    if count == 1 { "1 day".into() } else { format!("{count} days") }
}

/// "1 file", "3 files": a word that takes an s.
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// "Sat 21 Nov 2026": a day, by the clock of Greenwich.
pub(super) fn day(at: jiff::Timestamp) -> String {
    at.strftime("%a %-d %b %Y").to_string()
}

/// "4.1 GB", "12 MB", "3 kB": a size in powers of a thousand.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    let tenths = bytes / (unit / 10);
    if tenths >= 100 { format!("{} {name}", tenths / 10) } else { format!("{}.{} {name}", tenths / 10, tenths % 10) }
}

/// What a device says of why it cannot tell; never nothing.
pub(super) fn given(reason: &str) -> &str {
    if reason.is_empty() { "the device gave no reason" } else { reason }
}

/// "ClamAV 1.4.3", or the name alone when the program does not say its version.
pub(super) fn product(product: &AntivirusProduct) -> String {
    format!("{} {}", product.name, product.version).trim().to_owned()
}

/// "ClamAV, Microsoft Defender".
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{age, idle, size};

    #[test]
    fn sizes_have_two_digits_at_least() {
        for (bytes, told) in [
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (4_123_000_000, "4.1 GB"),
            (12_900_000, "12 MB"),
            (1 << 42, "4.3 TB"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        for (seconds, told) in [(0, "0 s"), (45, "45 s"), (300, "5 min"), (305, "5 min 5 s"), (3600, "1 h")] {
            assert_eq!(idle(seconds), told);
        }
        for (hours, told) in
            [(1, "1 hour"), (24, "1 day"), (47, "47 hours"), (48, "2 days"), (169, "7 days"), (216, "9 days")]
        {
            assert_eq!(age(hours), told);
        }
    }
}
