//! What `bduitool get ps` says.

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::after;

pub(super) fn read(text: &str, row: &mut AntivirusProduct) -> Result<(), &'static str> {
    let status = after(text, "Antimalware status").ok_or("it does not tell its antimalware status")?;
    (row.engine, row.real_time) = match status.to_lowercase().as_str() {
        "on" => (Engine::Running, RealTime::Blocking),
        "off" => (Engine::Stopped, RealTime::Off),
        _ => (Engine::Unknown, RealTime::Unknown),
    };
    row.version = after(text, "Product version").unwrap_or_default().to_owned();
    row.signature_version = after(text, "Engines version").unwrap_or_default().to_owned();
    // "2026-11-21 at 09:03": the time may be local, the day is near enough.
    let day = after(text, "Last security content update").and_then(|at| at.split_whitespace().next());
    let day = day.and_then(|day| Date::strptime("%Y-%m-%d", day).ok());
    row.signatures_built_at = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|at| at.timestamp());
    row.claims_up_to_date = match after(text, "New security content available").map(str::to_lowercase).as_deref() {
        Some("no") => Some(true),
        Some("yes") => Some(false),
        Some(_) | None => None,
    };
    row.evidence.push(format!("bduitool get ps: Antimalware status = {status}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: &str = include_str!("../testdata/linux-bitdefender-7-ps");

    #[test]
    fn reads_protection_and_the_day_of_the_last_update() {
        let mut row = AntivirusProduct::default();
        read(ON, &mut row).expect("an answer");
        assert_eq!((row.engine, row.real_time), (Engine::Running, RealTime::Blocking));
        assert_eq!((row.signature_version.as_str(), row.claims_up_to_date), ("7.98012", Some(true)));
        assert_eq!(row.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-02T00:00:00Z"));
    }

    #[test]
    fn off_is_off_and_another_word_is_unknown() {
        for (word, expected) in [("Off", RealTime::Off), ("Paused", RealTime::Unknown)] {
            let mut row = AntivirusProduct::default();
            read(&ON.replace("status: On", &format!("status: {word}")), &mut row).expect("an answer");
            assert_eq!(row.real_time, expected);
        }
        assert!(read("", &mut AntivirusProduct::default()).is_err());
    }
}
