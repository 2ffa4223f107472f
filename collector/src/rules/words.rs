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
    use super::{age, idle};

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
