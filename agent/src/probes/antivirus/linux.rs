//! Which questions to ask on Linux: ClamAV by its files and running programs, others by their folders.

use std::io::Read;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{Antivirus, AntivirusProduct, Engine, Facts, Outcome, RealTime};

use super::decide::{self, Running};
use super::parse::{self, HEAD_BYTES, Settings, Signatures};
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
/// Programs of the system run under these numbers; a person's program may call itself anything.
const SYSTEM_ACCOUNTS: std::ops::Range<u32> = 0..1000;
/// Products that are known by their folder only.
const OTHERS: [(&str, &str); 9] = [
    ("Sophos Protection for Linux", "/opt/sophos-spl"),
    ("ESET Endpoint Antivirus", "/opt/eset/eea"),
    ("Microsoft Defender for Endpoint", "/opt/microsoft/mdatp"),
    ("Bitdefender", "/opt/bitdefender-security-tools"),
    ("CrowdStrike Falcon", "/opt/CrowdStrike"),
    ("SentinelOne", "/opt/sentinelone"),
    ("Kaspersky Endpoint Security", "/opt/kaspersky/kesl"),
    ("Cortex XDR", "/opt/traps"),
    ("Dr.Web", "/opt/drweb.com"),
];

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut flaws = Vec::new();
    let mut products = Vec::new();
    products.extend(clamav(host, &mut flaws));
    for (name, folder) in OTHERS {
        match if_there(host.status(Path::new(folder))) {
            Ok(None) => {}
            Ok(Some(found)) if found.kind == Kind::Folder => products.push(other(name, folder)),
            Ok(Some(_)) => {}
            Err(error) => flaws.push(why(Path::new(folder), &error)),
        }
    }
    let facts = Facts::Antivirus(Antivirus { products, detections: Vec::new() });
    match flaws.is_empty() {
        true => Outcome::Complete(facts),
        false => Outcome::Partial { facts, reason: flaws.join("; ") },
    }
}

fn other(name: &str, folder: &str) -> AntivirusProduct {
    AntivirusProduct {
        name: name.to_owned(),
        version: String::new(),
        engine: Engine::Unknown,
        real_time: RealTime::Unknown,
        signature_version: String::new(),
        signatures_built_at: None,
        evidence: vec![format!("installed at {folder}; this version cannot ask it")],
        ..AntivirusProduct::default()
    }
}

/// ClamAV, when it is installed. What could not be read is added to `flaws` and makes that part unknown.
fn clamav(host: &dyn Host, flaws: &mut Vec<String>) -> Option<AntivirusProduct> {
    let mut evidence = Vec::new();
    let version = software::installed_version(host, &PACKAGES).unwrap_or_else(|flaw| {
        flaws.push(flaw);
        None
    });
    let program =
        PROGRAMS.iter().find(|program| matches!(host.status(Path::new(program)), Ok(it) if it.kind == Kind::File));
    match (&version, program) {
        (None, None) => return None,
        (Some(version), None) => evidence.push(format!("the package list has ClamAV {version}")),
        (_, Some(program)) => evidence.push(format!("{program} is there")),
    }
    let running = running(host).map_err(|flaw| flaws.push(flaw)).ok();
    let (engine, reason) = decide::engine(running);
    evidence.push(reason.to_owned());
    let clamd = settings(host, &CLAMD, flaws, &mut evidence);
    let (real_time, reason) = decide::real_time(running, clamd.as_ref());
    evidence.push(reason.to_owned());
    let freshclam = settings(host, &FRESHCLAM, flaws, &mut evidence);
    let folder = [&clamd, &freshclam].into_iter().flatten().find_map(|settings| settings.first("DatabaseDirectory"));
    let newest = signatures(host, Path::new(folder.unwrap_or(DATABASES)), flaws, &mut evidence);
    Some(AntivirusProduct {
        name: "ClamAV".into(),
        version: version.unwrap_or_default(),
        engine,
        real_time,
        signature_version: newest.as_ref().map(|newest| newest.version.to_string()).unwrap_or_default(),
        signatures_built_at: newest.and_then(|newest| newest.built_at),
        evidence,
        ..AntivirusProduct::default()
    })
}

fn running(host: &dyn Host) -> Result<Running, String> {
    let all = host.processes().map_err(|error| why(Path::new("/proc"), &error))?;
    let runs = |name: &str| all.iter().any(|it| it.name == name && SYSTEM_ACCOUNTS.contains(&it.uid));
    Ok(Running { clamd: runs("clamd"), clamonacc: runs("clamonacc") })
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
