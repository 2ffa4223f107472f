//! `[licences]`: when licences are audited, by what measure, and who hears of the result. No device is told of it.

use jiff::civil::Time;

use super::PolicyError;
use super::alerting::{addresses, time_of_day};
use super::table::{Number, Section};

/// `[licences]`
#[derive(Debug, Clone, PartialEq)]
pub struct Licences {
    /// When the audit of a week is made, on its first school day, by the clock at the school.
    pub at: Time,
    /// Addresses that get its result, with costs.
    pub business_manager: Vec<String>,
    /// Addresses of an outside technician, who get it without personal data and without costs (D3).
    pub provider: Vec<String>,
    /// A copy that was not opened for so many days is unused.
    pub unused_days: u32,
    /// A device that was not seen for so many days is stale: shown apart, and not counted.
    pub stale_days: u32,
    /// A licence that ends within so many days is told of; the longest of the three steps stands last.
    pub warn_days: [u32; 3],
}

impl Default for Licences {
    fn default() -> Self {
        Self {
            at: jiff::civil::time(6, 0, 0, 0),
            business_manager: Vec::new(),
            provider: Vec::new(),
            unused_days: 90,
            stale_days: 30,
            warn_days: [30, 60, 90],
        }
    }
}

const KEYS: [&str; 6] = ["at", "business_manager", "provider", "unused_days", "stale_days", "warn_days"];
const DAYS: &str = "a whole number of days";

/// Reads the section. Who is named on both lists is refused: the second mail would tell a provider what the first did.
pub(super) fn read(file: &Section<'_>) -> Result<Licences, PolicyError> {
    let section = file.section("licences", &KEYS)?;
    let of = Licences::default();
    let days = |key, range, default| -> Result<u32, PolicyError> {
        Ok(section.number(key, &Number { what: DAYS, range, example: default })?.unwrap_or(default))
    };
    let at = section.text("at", "a time of day, for example \"06:00\"", time_of_day)?;
    let business_manager = addresses(&section, "business_manager", 0)?.unwrap_or_default();
    let provider = addresses(&section, "provider", 0)?.unwrap_or_default();
    let is_both = |one: &String| business_manager.iter().any(|other| other.eq_ignore_ascii_case(one));
    if provider.iter().any(is_both) {
        let expected =
            "expected addresses that are not under business_manager: who gets the costs needs no second mail";
        return Err(section.fault("provider", "names somebody twice", expected));
    }
    let warn = Number { what: "days", range: 1..=365, example: 30 };
    Ok(Licences {
        at: at.and_then(|text| text.parse().ok()).unwrap_or(of.at),
        business_manager,
        provider,
        unused_days: days("unused_days", 7..=730, of.unused_days)?,
        stale_days: days("stale_days", 7..=365, of.stale_days)?,
        warn_days: section.numbers("warn_days", &warn)?.unwrap_or(of.warn_days),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::super::{Licences, Policy, PolicyError};

    const ALERTS: &str = "[alerts]\nnetwork_manager = ['it@example.school']
                          safeguarding_lead = ['pat@example.school', 'sam@example.school']\n";

    fn refused(lines: &str) -> PolicyError {
        Policy::parse(&format!("[licences]\n{lines}\n{ALERTS}")).expect_err(lines)
    }

    #[test]
    fn every_key_about_licences_is_read_and_none_has_to_be_there() {
        let text = format!(
            "{ALERTS}[licences]
             at = '05:15'
             business_manager = ['bursar@example.school']
             provider = ['technician@provider.example']
             unused_days = 120
             stale_days = 45
             warn_days = [120, 14, 60]"
        );
        let read = Policy::parse(&text).expect("a policy").licences;
        let expected = Licences {
            at: time(5, 15, 0, 0),
            business_manager: vec!["bursar@example.school".into()],
            provider: vec!["technician@provider.example".into()],
            unused_days: 120,
            stale_days: 45,
            warn_days: [14, 60, 120],
        };
        assert_eq!(read, expected);
        assert_eq!(Policy::parse(ALERTS).expect("a policy").licences, Licences::default());
        assert!(Policy::parse(&format!("{ALERTS}[licences]\nprovider = []")).is_ok(), "nobody is an answer");
    }

    #[test]
    fn what_is_wrong_about_licences_is_told_with_line_and_remedy() {
        for (lines, field, expected) in [
            ("at = '6'", "licences.at = '6'", "expected a time of day"),
            ("at = 6", "licences.at = 6", "expected a time of day, for example \"06:00\""),
            ("provider = 'x@y.example'", "licences.provider = 'x@y.example'", "expected a list of e-mail addresses"),
            ("business_manager = ['x y']", "licences.business_manager entry 1 = 'x y'", "expected one e-mail address"),
            ("stale_days = 3", "licences.stale_days = 3", "expected a whole number of days from 7 to 365"),
            ("unused_days = 'x'", "licences.unused_days = 'x'", "expected a whole number of days, for example 90"),
            ("warn_days = 30", "licences.warn_days = 30", "expected a list of 3 different whole numbers of days"),
            ("warn_days = [30, 60]", "licences.warn_days = [30, 60]", "expected a list of 3 different whole"),
            ("warn_days = [30, 60, 60]", "licences.warn_days = [30, 60, 60]", "expected a list of 3 different whole"),
            ("warn_days = [0, 60, 90]", "licences.warn_days = [0, 60, 90]", "expected a list of 3 different whole"),
            ("warn_days = ['a', 6, 9]", "licences.warn_days", "expected a list of 3 different whole"),
            ("warn_day = [1]", "licences.warn_day = [1]", "there is no such key; did you mean licences.warn_days?"),
        ] {
            let error = refused(lines);
            assert_eq!(error.line, 2, "{error}");
            assert!(error.field.starts_with(field) && error.expected.starts_with(expected), "{error}");
        }
        let twice = refused("business_manager = ['a@b.example']\nprovider = ['A@b.example']");
        assert_eq!((twice.line, twice.field.as_str()), (3, "licences.provider = ['A@b.example']"));
    }
}
