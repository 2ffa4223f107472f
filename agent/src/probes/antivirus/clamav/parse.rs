//! ClamAV's files: the head of a signature file, and a configuration file.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// The length of a signature file's head.
pub(super) const HEAD_BYTES: usize = 512;

/// What the head of a signature file states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signatures {
    pub(super) version: u64,
    pub(super) built_at: Option<Timestamp>,
}

/// Reads a head: `ClamAV-VDB:time:version:signatures:level:md5:signature:builder:seconds`. The last field is missing in
/// old files; the first has a hyphen where a time has a colon, because colons part the fields.
pub(super) fn head(bytes: &[u8]) -> Option<Signatures> {
    let text = std::str::from_utf8(bytes.get(..HEAD_BYTES)?).ok()?;
    let fields: Vec<&str> = text.trim_end_matches([' ', '\0', '\n']).split(':').collect();
    if fields.first() != Some(&"ClamAV-VDB") || fields.len() < 8 {
        return None;
    }
    let version = fields[2].parse().ok()?;
    let seconds = fields.get(8).and_then(|seconds| seconds.trim().parse().ok());
    let built_at = seconds.filter(|seconds| *seconds > 0).and_then(|seconds| Timestamp::from_second(seconds).ok());
    Some(Signatures { version, built_at: built_at.or_else(|| build_time(fields[1])) })
}

/// "21 Nov 2026 22-49 +0000".
fn build_time(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let [day, month, year, time, offset] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let month = i8::try_from(MONTHS.iter().position(|name| *name == month)? + 1).ok()?;
    let (hour, minute) = time.split_once('-')?;
    let date = Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let hour = hour.parse().ok().filter(|hour| (0..24).contains(hour))?;
    let minute = minute.parse().ok().filter(|minute| (0..60).contains(minute))?;
    let (hours, minutes) = offset.get(1..3).zip(offset.get(3..5))?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    let seconds = if offset.starts_with('-') { -seconds } else { seconds };
    let zone = TimeZone::fixed(Offset::from_seconds(seconds).ok()?);
    Some(date.at(hour, minute, 0, 0).to_zoned(zone).ok()?.timestamp())
}

/// A configuration file: one "Key value" a line, `#` begins a comment, values may be quoted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings(Vec<(String, String)>);

impl Settings {
    /// Reads a configuration file. Keys without a value are left out, as ClamAV refuses them.
    pub(super) fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (key, value) = line.trim().split_once(char::is_whitespace)?;
            let value = value.trim().trim_matches('"');
            (!key.starts_with('#')).then(|| (key.to_owned(), value.to_owned()))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// The first value of a key, which counts where a key may stand only once.
    pub(super) fn first(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// Whether a key is set to yes.
    pub(super) fn yes(&self, key: &str) -> bool {
        self.first(key).is_some_and(|value| ["yes", "true", "1"].iter().any(|yes| value.eq_ignore_ascii_case(yes)))
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD_BYTES, Settings, head};

    const CLAMD: &str = include_str!("../testdata/debian-12-clamd.conf");

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(HEAD_BYTES, b' ');
        bytes
    }

    fn built(text: &str) -> Option<String> {
        head(&padded(text)).expect("it is a head").built_at.map(|time| time.to_string())
    }

    #[test]
    fn reads_version_and_build_time() {
        let recorded = "ClamAV-VDB:21 Nov 2026 22-49 +0000:27915:2077325:90:0f1e:X:builder:1795301389";
        let read = head(&padded(recorded)).expect("it is a head");
        assert_eq!(read.version, 27915);
        assert_eq!(read.built_at.map(|time| time.to_string()).as_deref(), Some("2026-11-21T22:49:49Z"));
    }

    #[test]
    fn case_27_a_head_without_seconds_falls_back_to_the_time_in_words() {
        assert_eq!(built("ClamAV-VDB:21 Nov 2026 22-49 +0000:7:1:90:m:X:b").as_deref(), Some("2026-11-21T22:49:00Z"));
        assert_eq!(built("ClamAV-VDB:21 Nov 2026 22-49 -0500:7:1:90:m:X:b").as_deref(), Some("2026-11-22T03:49:00Z"));
        assert_eq!(built("ClamAV-VDB:7 May 2024 08-05 +0200:7:1:90:m:X:b:0").as_deref(), Some("2024-05-07T06:05:00Z"));
    }

    #[test]
    fn a_time_that_makes_no_sense_is_not_known() {
        for time in
            ["yesterday", "31 Feb 2026 22-49 +0000", "21 Nov 2026 25-00 +0000", "21 Nov 2026 22-49 \u{fc}\u{fc}"]
        {
            assert_eq!(built(&format!("ClamAV-VDB:{time}:7:1:90:m:X:b")), None, "{time}");
        }
    }

    #[test]
    fn other_bytes_are_no_head() {
        assert_eq!(head(b"ClamAV-VDB:too short"), None);
        assert_eq!(head(&padded("PK\u{3}\u{4}")), None);
        assert_eq!(head(&padded("ClamAV-VDB:a:b")), None);
        assert_eq!(head(&[0xff; HEAD_BYTES]), None);
    }

    #[test]
    fn reads_settings_past_comments_and_quotes() {
        let settings = Settings::parse(CLAMD);
        assert_eq!(settings.first("DatabaseDirectory"), Some("/var/lib/clamav"));
        assert_eq!(settings.first("LocalSocket"), Some("/run/clamav/clamd.ctl"));
        assert_eq!(settings.first("OnAccessIncludePath"), None, "it is commented out");
        assert!(settings.yes("FixStaleSocket"));
        assert!(!settings.yes("OnAccessPrevention"));
        assert!(!settings.yes("Debug"));
    }
}
