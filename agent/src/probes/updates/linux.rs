//! Debian and its relatives: the log of apt, and the lists of the security archives.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use caretaker_shared::model::{Facts, InstalledUpdate, Outcome, Updates};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{apt, last_security, ordered};
use crate::host::block::text;
use crate::host::{Host, if_there, why};

const LOGS: &str = "/var/log/apt";
const LISTS: &str = "/var/lib/apt/lists";
const STAMP: &str = "/var/lib/apt/periodic/update-success-stamp";
const RESTART: &str = "/run/reboot-required";
/// Whoever puts the note of a waiting restart there; without one of these its absence says nothing.
const NOTERS: [&str; 3] = [
    "/usr/share/update-notifier/notify-reboot-required",
    "/etc/kernel/postinst.d/unattended-upgrades",
    "/etc/kernel/postinst.d/reboot-notifier",
];
const OS_RELEASE: &str = "/etc/os-release";
const LOG_BYTES: u64 = 16 * 1024 * 1024;
const ARCHIVE_BYTES: u64 = 256 * 1024 * 1024;
/// Rotated logs that are read: apt keeps one a month for a year.
const MOST_LOGS: usize = 13;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let names = match if_there(host.list(Path::new(LOGS))) {
        Ok(Some(names)) => names,
        Ok(None) => {
            let reason = format!("{LOGS} is not there: this version reads the history of updates of apt only");
            return Outcome::Unsupported { reason };
        }
        Err(error) => return Outcome::Failed { reason: why(Path::new(LOGS), &error) },
    };
    let mut flaws = Vec::new();
    let logs: Vec<String> = names
        .iter()
        .filter(|name| name.starts_with("history.log"))
        .take(MOST_LOGS)
        .filter_map(|name| {
            let path = Path::new(LOGS).join(name);
            log(host, &path).inspect_err(|error| flaws.push(why(&path, error))).ok()
        })
        .collect();
    let history = history(host, &logs, &mut flaws);
    let updates = Updates {
        build: build(host),
        last_security_at: last_security(&history),
        last_checked_at: last_checked(host),
        restart_pending: restart_pending(host),
        history,
    };
    match flaws.is_empty() {
        true => Outcome::Complete(Facts::Updates(updates)),
        false => Outcome::Partial { facts: Facts::Updates(updates), reason: flaws.join("; ") },
    }
}

fn log(host: &dyn Host, path: &Path) -> io::Result<String> {
    let bytes = host.read(path, LOG_BYTES)?;
    if path.extension().is_none_or(|ending| ending != "gz") {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let mut plain = Vec::new();
    GzDecoder::new(bytes.as_slice()).take(LOG_BYTES).read_to_end(&mut plain)?;
    Ok(String::from_utf8_lossy(&plain).into_owned())
}

fn history(host: &dyn Host, logs: &[String], flaws: &mut Vec<String>) -> Vec<InstalledUpdate> {
    let wanted: BTreeSet<String> = logs.iter().flat_map(|log| apt::names(log)).collect();
    let mut offered = apt::Offered::new();
    let lists = if_there(host.list(Path::new(LISTS))).ok().flatten().unwrap_or_default();
    // Lists may be kept compressed; then only what is known to install nothing else tells what is of security.
    for name in lists.iter().filter(|name| name.contains("-security") && name.ends_with("_Packages")) {
        let path = Path::new(LISTS).join(name);
        match host.open(&path) {
            Ok(file) => {
                let lines = BufReader::new(file.content.take(ARCHIVE_BYTES)).lines().map_while(Result::ok);
                apt::offered(lines, &wanted, &mut offered);
            }
            Err(error) => flaws.push(why(&path, &error)),
        }
    }
    let zone = TimeZone::system();
    ordered(logs.iter().flat_map(|log| apt::updates(log, &offered, &zone)).collect())
}

/// "12.8 (bookworm)".
fn build(host: &dyn Host) -> String {
    let release = host.read(Path::new(OS_RELEASE), 64 * 1024).unwrap_or_default();
    let release = String::from_utf8_lossy(&release);
    let field = |name: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
    };
    let exact = text(host, Path::new("/etc/debian_version"));
    match (field("ID").as_str(), field("VERSION_CODENAME")) {
        ("debian", name) if !exact.is_empty() && !name.is_empty() => format!("{exact} ({name})"),
        _ => field("VERSION"),
    }
}

fn last_checked(host: &dyn Host) -> Option<Timestamp> {
    let changed = |path: &str| host.status(Path::new(path)).ok().map(|status| status.modified_at);
    changed(STAMP).max(changed(LISTS))
}

fn restart_pending(host: &dyn Host) -> Option<bool> {
    let is_there = |path: &str| if_there(host.status(Path::new(path))).is_ok_and(|found| found.is_some());
    if is_there(RESTART) {
        return Some(true);
    }
    NOTERS.iter().any(|noter| is_there(noter)).then_some(false)
}
