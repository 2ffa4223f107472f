//! What `upd --list-modules` of ESET Endpoint Antivirus says. Its words are translated; module numbers are not.

use caretaker_shared::model::AntivirusProduct;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The module that holds the signatures.
const SIGNATURES: &str = "EM002";

pub(super) fn read(text: &str, row: &mut AntivirusProduct) -> Result<(), &'static str> {
    let line = text.lines().find(|line| line.contains(SIGNATURES)).ok_or("it lists no module EM002")?;
    let (version, date) = version(line).ok_or("its module EM002 has no version and date")?;
    row.signature_version = version;
    row.signatures_built_at = date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp());
    row.evidence.push(format!("module {SIGNATURES} is of {date}"));
    row.evidence.push("whether it looks at files as they are opened is not told".into());
    Ok(())
}

/// "27915 (20261121)" wherever it stands in a line.
fn version(line: &str) -> Option<(String, Date)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let digits = pair[1].strip_prefix('(')?.split(')').next()?;
        let date = Date::strptime("%Y%m%d", digits).ok().filter(|_| digits.len() == 8)?;
        let number = pair[0].chars().all(|letter| letter.is_ascii_digit() || letter == '.');
        number.then(|| (pair[0].to_owned(), date))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_version_and_date_in_any_language() {
        for text in
            [include_str!("../testdata/linux-eset-11-modules"), include_str!("../testdata/linux-eset-11-modules-de")]
        {
            let mut row = AntivirusProduct::default();
            read(text, &mut row).expect("a list");
            assert_eq!(row.signature_version, "31215");
            assert_eq!(row.signatures_built_at.map(|at| at.to_string()).as_deref(), Some("2026-11-21T00:00:00Z"));
        }
    }

    #[test]
    fn a_list_without_the_module_or_its_date_is_no_answer() {
        for text in ["", "EM001 1 (20261121)", "EM002 Detection engine", "EM002 31215 (2026)"] {
            assert!(read(text, &mut AntivirusProduct::default()).is_err(), "{text}");
        }
    }
}
