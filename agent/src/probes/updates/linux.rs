//! Debian and its relatives: the log of apt, and the lists of the security archives. Where rpm installs, its own list:
//! it says when each package was installed, and nothing of what for.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use caretaker_shared::model::{Facts, InstalledUpdate, Outcome, SoftwareTitle, Updates};
use caretaker_shared::order;
use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{apt, last_security, ordered};
use crate::host::block::text;
use crate::host::{Host, if_there, why};
use crate::probes::software::installed_by_rpm;

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
const RPM_IS_SILENT: &str = "rpm does not say which updates mend faults of security";
const OS_RELEASE: &str = "/etc/os-release";
const LOG_BYTES: u64 = 16 * 1024 * 1024;
const ARCHIVE_BYTES: u64 = 256 * 1024 * 1024;
/// Rotated logs that are read: apt keeps one a month for a year.
const MOST_LOGS: usize = 13;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let names = match if_there(host.list(Path::new(LOGS))) {
        Ok(Some(names)) => names,
        Ok(None) => return by_rpm(host),
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

fn by_rpm(host: &dyn Host) -> Outcome {
    let Some((titles, flaw)) = installed_by_rpm(host) else {
        let reason = format!("neither {LOGS} nor a list of rpm is there: this version reads the updates of these only");
        return Outcome::Unsupported { reason };
    };
    if let Some(reason) = flaw.clone().filter(|_| titles.is_empty()) {
        return Outcome::Failed { reason };
    }
    let update = |title: SoftwareTitle| InstalledUpdate {
        installed_at: title.installed_at,
        name: format!("{} {}", title.name, title.version),
        title: String::new(),
        succeeded: true,
        security: None,
    };
    let updates = Updates {
        build: build(host),
        last_security_at: None,
        last_checked_at: None,
        restart_pending: restart_pending(host),
        history: ordered(titles.into_iter().map(update).collect()),
    };
    let reason = std::iter::once(RPM_IS_SILENT.to_owned()).chain(flaw).collect::<Vec<_>>().join("; ");
    Outcome::Partial { facts: Facts::Updates(updates), reason }
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
    let wanted = order::set(logs.iter().flat_map(|log| apt::names(log)));
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

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome};

    use super::{RPM_IS_SILENT, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    const RPM: &[u8] = include_bytes!("../software/testdata/debian-12-rpm-4.18-sqlite");

    #[test]
    fn rpm_tells_what_was_installed_when_and_not_what_for() {
        let release = "ID=fedora\nVERSION=\"41 (Workstation Edition)\"\n";
        let host =
            Sample::of(System::Linux).file("/usr/lib/sysimage/rpm/rpmdb.sqlite", RPM).file("/etc/os-release", release);
        let Outcome::Partial { facts: Facts::Updates(found), reason } = ask(&host) else { panic!("partial") };
        assert_eq!(reason, RPM_IS_SILENT);
        assert_eq!((found.build.as_str(), found.last_security_at), ("41 (Workstation Edition)", None));
        assert_eq!(found.history.len(), 2);
        assert!(found.history.iter().all(|update| update.installed_at.is_some() && update.security.is_none()));
    }

    #[test]
    fn another_kind_of_linux_is_unsupported_and_a_damaged_list_a_failure() {
        assert_eq!(ask(&Sample::of(System::Linux)).word(), "unsupported");
        let torn = Sample::of(System::Linux).file("/usr/lib/sysimage/rpm/rpmdb.sqlite", "torn");
        assert_eq!(ask(&torn).word(), "failed");
    }
}
