//! What clamd writes to its log when it meets a virus.

use caretaker_shared::model::Detection;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads `Sun Nov 22 04:40:14 2026 -> /home/pupil.one/a.txt: Name FOUND`. Lines without a time, as without `LogTime`, are
/// left out: nobody could tell when it was. Paths may hold colons and the word FOUND.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Vec<Detection> {
    text.lines().filter_map(|line| detection(line, zone)).collect()
}

fn detection(line: &str, zone: &TimeZone) -> Option<Detection> {
    let (time, said) = line.split_once(" -> ")?;
    let (place, threat) = said.strip_suffix(" FOUND")?.rsplit_once(": ")?;
    // A day below ten is padded with a space.
    let time = time.split_whitespace().collect::<Vec<_>>().join(" ");
    let time = DateTime::strptime("%a %b %d %H:%M:%S %Y", &time).ok()?;
    Some(Detection {
        found_at: time.to_zoned(zone.clone()).ok()?.timestamp(),
        product: super::PRODUCT.into(),
        // With ExtendedDetectionInfo the file's digest and size follow.
        threat: threat.split('(').next().unwrap_or(threat).to_owned(),
        // Bytes that were handed over have no place: "instream(local)".
        path: if place.starts_with('/') { place.to_owned() } else { String::new() },
        action: "found".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../testdata/debian-12-clamav-1.4.6.log");

    #[test]
    fn reads_what_a_real_clamd_wrote() {
        let found = parse(RECORDED, &TimeZone::UTC);
        let places: Vec<_> = found.iter().map(|it| it.path.as_str()).collect();
        let (file, odd) = ("/home/pupil.one/infected.txt", "/home/pupil.one/Year 7: work/a: b FOUND.txt");
        assert_eq!(places, [file, odd, file, "", odd, file, odd]);
        assert!(found.iter().all(|it| it.threat == "Test.Northfield.Invented.UNOFFICIAL"), "{found:?}");
        assert_eq!(found[0].found_at.to_string(), "2026-11-22T04:40:14Z");
    }

    #[test]
    fn the_log_has_local_time() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let line = "Sat Nov  7 10:14:01 2026 -> /a: Invented.Threat FOUND";
        assert_eq!(parse(line, &zone)[0].found_at.to_string(), "2026-11-07T15:14:01Z");
    }

    #[test]
    fn a_line_that_is_no_finding_or_has_no_time_is_passed_over() {
        for line in [
            "/a: Invented.Threat FOUND",
            "yesterday -> /a: Invented.Threat FOUND",
            "Sat Nov  7 10:14:01 2026 -> /a: OK",
            "Sat Nov  7 10:14:01 2026 -> FOUND",
        ] {
            assert_eq!(parse(line, &TimeZone::UTC), [], "{line}");
        }
    }
}
