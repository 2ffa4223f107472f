//! Products of other makers on Windows: by which name they register, which services they run, and where they keep the
//! version and the date of their signatures.
//!
//! A service that runs is evidence that an engine runs, and no more: only the Security Center tells whether files are
//! looked at as they are opened.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::host::Host;
use crate::host::windows::{Key, RegistryValue, Windows};

/// One maker's product.
pub(super) struct Vendor {
    /// As it is called where it does not register itself.
    pub(super) name: &'static str,
    pub(super) maker: &'static str,
    /// Its registered name holds one of these words, in lower case.
    pub(super) words: &'static [&'static str],
    /// One of these runs while its engine does.
    pub(super) services: &'static [&'static str],
    /// Reads what it keeps of its signatures.
    pub(super) read: fn(&dyn Host, &dyn Windows) -> Signatures,
}

/// What a product keeps of itself; empty what it does not tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Signatures {
    pub(super) product_version: String,
    pub(super) version: String,
    pub(super) built_at: Option<Timestamp>,
    /// Where it was found.
    pub(super) place: String,
}

/// Keys of one name that are looked through where a part of the name is not known.
const KEYS: usize = 64;
const DEFINITIONS_BYTES: u64 = 64 * 1024;
const SYMANTEC: &str = r"C:\ProgramData\Symantec\Symantec Endpoint Protection\CurrentVersion\Data\Definitions";
/// What Kaspersky writes when there was no update yet.
const NEVER: u64 = 0xffff_ffff;

pub(super) static VENDORS: [Vendor; 13] = [
    vendor("Sophos Endpoint", "Sophos", &["sophos"], &["SAVService", "Sophos Endpoint Defense Service"], nothing),
    vendor("ESET Security", "ESET", &["eset"], &["ekrn"], eset),
    vendor("Bitdefender Endpoint Security", "Bitdefender", &["bitdefender"], &["EPSecurityService", "VSSERV"], nothing),
    vendor("Kaspersky", "Kaspersky", &["kaspersky"], &["AVP", "avp.KES"], kaspersky),
    vendor("McAfee", "Trellix", &["mcafee", "trellix"], &["mfemms", "McShield"], mcafee),
    vendor("Symantec Endpoint Protection", "Broadcom", &["symantec", "norton"], &["SepMasterService"], symantec),
    vendor("Trend Micro", "Trend Micro", &["trend micro", "apex one"], &["ntrtscan"], trend),
    vendor("F-Secure", "WithSecure", &["f-secure", "withsecure"], &["fshoster", "fsulhoster"], f_secure),
    vendor("Avira", "Avira", &["avira"], &["AntiVirService", "AviraSecurity"], avira),
    vendor("Cortex XDR", "Palo Alto Networks", &["cortex"], &["cyserver"], nothing),
    vendor("CrowdStrike Falcon", "CrowdStrike", &["crowdstrike"], &["CSFalconService"], nothing),
    vendor("SentinelOne", "SentinelOne", &["sentinel"], &["SentinelAgent"], nothing),
    vendor("Malwarebytes", "Malwarebytes", &["malwarebytes"], &["MBAMService"], nothing),
];

const fn vendor(
    name: &'static str,
    maker: &'static str,
    words: &'static [&'static str],
    services: &'static [&'static str],
    read: fn(&dyn Host, &dyn Windows) -> Signatures,
) -> Vendor {
    Vendor { name, maker, words, services, read }
}

/// Whose product registered under this name.
pub(super) fn of(name: &str) -> Option<&'static Vendor> {
    let name = name.to_lowercase();
    VENDORS.iter().find(|vendor| vendor.words.iter().any(|word| name.contains(word)))
}

fn nothing(_: &dyn Host, _: &dyn Windows) -> Signatures {
    Signatures::default()
}

/// A key below `SOFTWARE` that is there: that of 32-bit programs first, as most of these are.
fn key(windows: &dyn Windows, path: &str) -> Option<Key> {
    let keys = [format!("SOFTWARE\\WOW6432Node\\{path}"), format!("SOFTWARE\\{path}")];
    keys.iter().map(|path| Key::machine(path)).find(|key| windows.registry().values(key).is_ok())
}

fn text(windows: &dyn Windows, key: &Key, name: &str) -> String {
    windows.registry().values(key).map(|values| values.text(name)).unwrap_or_default()
}

/// The day that begins with eight digits, hyphens between them or not.
fn day(text: &str) -> Option<Timestamp> {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(8).collect();
    let date = Date::strptime("%Y%m%d", &digits).ok().filter(|_| digits.len() == 8)?;
    date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

/// `ScannerVersion` is "31215 (20261121)".
fn eset(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(key) = key(windows, r"ESET\ESET Security\CurrentVersion\Info") else { return Signatures::default() };
    let scanner = text(windows, &key, "ScannerVersion");
    let (version, date) = scanner.split_once('(').unwrap_or((&scanner, ""));
    Signatures {
        product_version: text(windows, &key, "ProductVersion"),
        version: version.trim().to_owned(),
        built_at: day(date),
        place: key.to_string(),
    }
}

/// `LastSuccessfulUpdate`, in seconds, below a key that is named after the version.
fn kaspersky(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(above) = key(windows, r"KasperskyLab\protected") else { return Signatures::default() };
    let versions = windows.registry().keys(&above).unwrap_or_default();
    let updated = versions.iter().take(KEYS).find_map(|version| {
        let key = above.below(version).below("Data");
        let value = windows.registry().value(&key, "LastSuccessfulUpdate").ok()??;
        Some((key, value))
    });
    let Some((key, value)) = updated else { return Signatures::default() };
    let seconds = value.number().filter(|seconds| *seconds != NEVER && *seconds != 0);
    let built_at = seconds.and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
    Signatures { built_at, place: key.to_string(), ..Signatures::default() }
}

fn mcafee(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(key) = key(windows, r"McAfee\AVEngine") else { return Signatures::default() };
    let part = |name| {
        let value = windows.registry().value(&key, name).ok().flatten();
        value.as_ref().and_then(RegistryValue::number).map(|number| number.to_string())
    };
    let version: Vec<String> = [part("AVDatVersion"), part("AVDatVersionMinor")].into_iter().flatten().collect();
    Signatures { version: version.join("."), place: key.to_string(), ..Signatures::default() }
}

/// A file names the folder of the definitions in use: `CurDefs=20261121.003`.
fn symantec(host: &dyn Host, _: &dyn Windows) -> Signatures {
    for folder in ["SDSDefs", "VirusDefs"] {
        let file = format!("{SYMANTEC}\\{folder}\\definfo.dat");
        let Ok(bytes) = host.read(Path::new(&file), DEFINITIONS_BYTES) else { continue };
        let found = String::from_utf8_lossy(&bytes);
        let Some(version) = found.lines().find_map(|line| line.trim().strip_prefix("CurDefs=")) else { continue };
        return Signatures {
            built_at: day(version),
            version: version.to_owned(),
            place: file,
            ..Signatures::default()
        };
    }
    Signatures::default()
}

fn trend(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(key) = key(windows, r"TrendMicro\PC-cillinNTCorp\CurrentVersion\Misc.") else {
        return Signatures::default();
    };
    let value = windows.registry().value(&key, "InternalNonCrcPatternVer").ok().flatten();
    let version = value.as_ref().and_then(RegistryValue::number).map(|number| number.to_string()).unwrap_or_default();
    Signatures { version, place: key.to_string(), ..Signatures::default() }
}

/// `file_set_visible_version` is "2026-11-21_03", below a key that is a number.
fn f_secure(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(above) = key(windows, r"F-Secure\Ultralight\Updates\aquarius") else { return Signatures::default() };
    let names = windows.registry().keys(&above).unwrap_or_default();
    let keys = names.iter().take(KEYS).map(|name| above.below(name));
    let sets = keys.map(|key| (text(windows, &key, "file_set_visible_version"), key));
    let Some((version, key)) = sets.max_by(|one, other| one.0.cmp(&other.0)) else { return Signatures::default() };
    Signatures { built_at: day(&version), version, place: key.to_string(), ..Signatures::default() }
}

fn avira(_: &dyn Host, windows: &dyn Windows) -> Signatures {
    let Some(key) = key(windows, r"Avira\Antivirus") else { return Signatures::default() };
    Signatures { version: text(windows, &key, "VdfVersion"), place: key.to_string(), ..Signatures::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    #[test]
    fn reads_where_each_maker_keeps_its_signatures() {
        let host = Sample::of(System::Windows)
            .registry(include_str!("../testdata/windows-11-vendors.reg"))
            .file(&format!("{SYMANTEC}\\SDSDefs\\definfo.dat"), "[DefDates]\r\nCurDefs=20261121.003\r\n");
        for (name, version, built) in [
            ("ESET Security", "31215", "2026-11-21T00:00:00Z"),
            ("Kaspersky Endpoint Security for Windows", "", "2026-11-21T06:12:31Z"),
            ("McAfee Endpoint Security", "10532.0", ""),
            ("Symantec Endpoint Protection", "20261121.003", "2026-11-21T00:00:00Z"),
            ("Trend Micro Apex One", "1981700", ""),
            ("F-Secure Client Security", "2026-11-21_03", "2026-11-21T00:00:00Z"),
            ("Avira Security", "8.20.44.12", ""),
            ("Sophos Intercept X", "", ""),
        ] {
            let found = (of(name).expect("a known maker").read)(&host, &host);
            let at = found.built_at.map(|at| at.to_string()).unwrap_or_default();
            assert_eq!((found.version.as_str(), at.as_str()), (version, built), "{name}");
        }
        assert!(of("Example Security").is_none());
    }

    #[test]
    fn an_update_that_never_was_has_no_date() {
        let never = include_str!("../testdata/windows-11-vendors.reg").replace("6b01364f", "ffffffff");
        let host = Sample::of(System::Windows).registry(&never);
        assert_eq!(kaspersky(&host, &host).built_at, None);
    }
}
