//! ClamAV: its files, its settings, its log and its running programs.

mod decide;
mod log;
mod parse;

use std::io::Read;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{AntivirusProduct, Detection};
use jiff::tz::TimeZone;

use self::decide::Running;
use self::parse::{HEAD_BYTES, Settings, Signatures};
use super::gathered::Gathered;
use super::running::Programs;
use super::tail::tail;
use crate::host::{Host, Kind, if_there, why};
use crate::probes::software;

const PACKAGES: [&str; 3] = ["clamav-daemon", "clamav-base", "clamav"];
const PROGRAMS: [&str; 6] = [
    "/usr/sbin/clamd",
    "/usr/bin/clamscan",
    "/usr/bin/clamd",
    "/usr/local/sbin/clamd",
    "/usr/local/bin/clamscan",
    "/usr/sbin/clamonacc",
];
const CLAMD: [&str; 4] =
    ["/etc/clamav/clamd.conf", "/etc/clamd.d/scan.conf", "/etc/clamd.conf", "/usr/local/etc/clamd.conf"];
const FRESHCLAM: [&str; 3] = ["/etc/clamav/freshclam.conf", "/etc/freshclam.conf", "/usr/local/etc/freshclam.conf"];
const DATABASES: &str = "/var/lib/clamav";
const SETTINGS_BYTES: u64 = 1024 * 1024;
/// The machine's time zone: the log has local time.
const LOCAL_TIME: &str = "/etc/localtime";
const ZONE_BYTES: u64 = 64 * 1024;
/// As it is called in a reading.
const PRODUCT: &str = "ClamAV";

/// Adds ClamAV and what it found, when it is installed. What could not be read makes that part unknown.
pub(super) fn add(host: &dyn Host, programs: &Programs<'_>, gathered: &mut Gathered) {
    let flaws = &mut gathered.flaws;
    let mut evidence = Vec::new();
    let version = software::installed_version(host, &PACKAGES).unwrap_or_else(|flaw| {
        flaws.push(flaw);
        None
    });
    let program =
        PROGRAMS.iter().find(|program| matches!(host.status(Path::new(program)), Ok(it) if it.kind == Kind::File));
    match (&version, program) {
        (None, None) => return,
        (Some(version), None) => evidence.push(format!("the package list has ClamAV {version}")),
        (_, Some(program)) => evidence.push(format!("{program} is there")),
    }
    let running = programs.listed(flaws);
    let running = running.map(|all| Running { clamd: all.has("clamd"), clamonacc: all.has("clamonacc") });
    let (engine, reason) = decide::engine(running);
    evidence.push(reason.to_owned());
    let clamd = settings(host, &CLAMD, flaws, &mut evidence);
    let (real_time, reason) = decide::real_time(running, clamd.as_ref());
    evidence.push(reason.to_owned());
    let freshclam = settings(host, &FRESHCLAM, flaws, &mut evidence);
    let folder = [&clamd, &freshclam].into_iter().flatten().find_map(|settings| settings.first("DatabaseDirectory"));
    let newest = signatures(host, Path::new(folder.unwrap_or(DATABASES)), flaws, &mut evidence);
    let log = clamd.as_ref().and_then(|settings| settings.first("LogFile"));
    let detections = log.map(|log| found(host, log, flaws)).unwrap_or_default();
    gathered.detections.extend(detections);
    gathered.products.push(AntivirusProduct {
        name: PRODUCT.into(),
        vendor: "Cisco Talos".into(),
        version: version.unwrap_or_default(),
        engine,
        real_time,
        signature_version: newest.as_ref().map(|newest| newest.version.to_string()).unwrap_or_default(),
        signatures_built_at: newest.and_then(|newest| newest.built_at),
        evidence,
        ..AntivirusProduct::default()
    });
}

/// What the engine's log tells of viruses, that of the week before too.
fn found(host: &dyn Host, log: &str, flaws: &mut Vec<String>) -> Vec<Detection> {
    let zone = if_there(host.read(Path::new(LOCAL_TIME), ZONE_BYTES)).ok().flatten();
    let zone = zone.and_then(|bytes| TimeZone::tzif("local", &bytes).ok()).unwrap_or(TimeZone::UTC);
    let mut detections = Vec::new();
    for file in [format!("{log}.1"), log.to_owned()] {
        match tail(host, Path::new(&file)) {
            Ok(text) => detections.extend(log::parse(&text, &zone)),
            Err(flaw) => flaws.push(flaw),
        }
    }
    detections
}

/// The first of these files that is there; `None` when none is or it cannot be read.
fn settings(host: &dyn Host, files: &[&str], flaws: &mut Vec<String>, evidence: &mut Vec<String>) -> Option<Settings> {
    for file in files {
        match if_there(host.read(Path::new(file), SETTINGS_BYTES)) {
            Ok(None) => {}
            Ok(Some(text)) => {
                evidence.push(format!("settings read from {file}"));
                return Some(Settings::parse(&String::from_utf8_lossy(&text)));
            }
            Err(error) => {
                flaws.push(why(Path::new(file), &error));
                return None;
            }
        }
    }
    None
}

/// The newer of the two files that daily signatures may be in.
fn signatures(
    host: &dyn Host,
    folder: &Path,
    flaws: &mut Vec<String>,
    evidence: &mut Vec<String>,
) -> Option<Signatures> {
    let mut newest: Option<(Signatures, PathBuf)> = None;
    for name in ["daily.cvd", "daily.cld"] {
        let file = folder.join(name);
        match head(host, &file) {
            Ok(None) => {}
            Ok(Some(found)) if newest.as_ref().is_some_and(|(newest, _)| newest.version >= found.version) => {}
            Ok(Some(found)) => newest = Some((found, file)),
            Err(flaw) => flaws.push(flaw),
        }
    }
    let Some((newest, file)) = newest else {
        evidence.push(format!("no readable daily.cvd or daily.cld in {}", folder.display()));
        return None;
    };
    let built = newest.built_at.map_or_else(|| "at an unknown time".into(), |time| time.to_string());
    evidence.push(format!("signatures {} built {built}, from {}", newest.version, file.display()));
    Some(newest)
}

fn head(host: &dyn Host, file: &Path) -> Result<Option<Signatures>, String> {
    let Some(opened) = if_there(host.open(file)).map_err(|error| why(file, &error))? else { return Ok(None) };
    let mut bytes = Vec::with_capacity(HEAD_BYTES);
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    opened.content.take(limit).read_to_end(&mut bytes).map_err(|error| why(file, &error))?;
    let head = parse::head(&bytes).ok_or_else(|| format!("{}: no signature file", file.display()))?;
    Ok(Some(head))
}
