//! What `kesl-control --app-info` says.

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::after;

/// The component that looks at files as they are opened, as newer and older versions call it.
const SCANNER: [&str; 2] = ["File Threat Protection", "File monitoring"];

pub(super) fn read(text: &str, row: &mut AntivirusProduct) -> Result<(), &'static str> {
    let version = after(text, "Version").ok_or("it does not tell its version")?;
    row.version = version.to_owned();
    let scanner = SCANNER.iter().find_map(|name| Some((*name, after(text, name)?)));
    if let Some((name, state)) = scanner {
        let words = state.to_lowercase();
        row.real_time = match (words.contains("running"), words.contains("not ") || words.contains("stopped")) {
            (true, false) => RealTime::Blocking,
            (_, true) => RealTime::Off,
            (false, false) => RealTime::Unknown,
        };
        row.evidence.push(format!("kesl-control --app-info: {name} = {state}"));
    }
    if row.real_time == RealTime::Blocking {
        row.engine = Engine::Running;
    }
    // In local time, which is near enough for signatures.
    let built = after(text, "Last release date of databases");
    let built = built.and_then(|built| DateTime::strptime("%Y-%m-%d %H:%M:%S", built).ok());
    row.signatures_built_at = built.and_then(|at| at.to_zoned(TimeZone::UTC).ok()).map(|at| at.timestamp());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = include_str!("../testdata/linux-kesl-12-app-info");

    fn row(text: &str) -> AntivirusProduct {
        let mut row = AntivirusProduct::default();
        read(text, &mut row).expect("an answer");
        row
    }

    #[test]
    fn reads_version_protection_and_the_date_of_its_databases() {
        let row = row(INFO);
        assert_eq!((row.version.as_str(), row.engine), ("12.1.0.1508", Engine::Running));
        assert_eq!(row.real_time, RealTime::Blocking);
        assert_eq!(row.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-21T08:40:00Z"));
    }

    #[test]
    fn a_component_that_does_not_run_is_off_and_one_that_is_not_named_unknown() {
        for (words, expected) in [
            ("Available and not running", RealTime::Off),
            ("Available and stopped", RealTime::Off),
            ("Unavailable due to license limitation", RealTime::Unknown),
        ] {
            assert_eq!(row(&INFO.replace("Available and running", words)).real_time, expected, "{words}");
        }
        assert_eq!(row("Version: 12.1").real_time, RealTime::Unknown);
        assert!(read("", &mut AntivirusProduct::default()).is_err());
    }
}
