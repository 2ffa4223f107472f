//! What apt wrote down: blocks of `/var/log/apt/history.log`, in local time without a zone.

use std::collections::BTreeSet;

use caretaker_shared::model::InstalledUpdate;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Packages with the versions that a security archive offers.
pub(super) type Offered = BTreeSet<(String, String)>;

/// The updates of one log. `security` says whether a version came from a security archive; what it does not hold, and
/// was not put in by the program that installs nothing else, is undecided.
pub(super) fn updates(log: &str, security: &Offered, zone: &TimeZone) -> Vec<InstalledUpdate> {
    log.split("\n\n").flat_map(|block| of_block(block, security, zone)).collect()
}

fn of_block(block: &str, security: &Offered, zone: &TimeZone) -> Vec<InstalledUpdate> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let Some(upgraded) = field("Upgrade:") else { return Vec::new() };
    let began = field("Start-Date:").and_then(|date| moment(date, zone));
    let unattended = field("Commandline:").is_some_and(|line| line.contains("unattended-upgrade"));
    let succeeded = field("Error:").is_none() && field("End-Date:").is_some();
    let update = |(name, version): (String, String)| {
        let known = unattended || security.contains(&(name.clone(), version.clone()));
        InstalledUpdate {
            installed_at: began,
            name: format!("{name} {version}"),
            title: String::new(),
            succeeded,
            security: known.then_some(true),
        }
    };
    packages(upgraded).into_iter().map(update).collect()
}

/// `2026-11-21  22:49:59`, two blanks between.
fn moment(date: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    let (day, time) = date.split_once(' ')?;
    let local: DateTime = format!("{day}T{}", time.trim()).parse().ok()?;
    // An hour that came twice is taken as the first.
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

/// `libudev1:amd64 (252.36-1, 252.38-1), tzdata:all (1, 2, automatic)`: name and new version.
fn packages(list: &str) -> Vec<(String, String)> {
    let entry = |entry: &str| {
        let (name, versions) = entry.split_once(" (")?;
        let new = versions.split(", ").nth(1)?;
        Some((name.split(':').next()?.trim().to_owned(), new.trim().to_owned()))
    };
    list.split("),").filter_map(|part| entry(part.trim().trim_end_matches(')'))).collect()
}

/// Adds name and version of each stanza of a `Packages` file.
pub(super) fn offered(stanzas: impl Iterator<Item = String>, wanted: &BTreeSet<String>, offered: &mut Offered) {
    let mut name = String::new();
    for line in stanzas {
        if let Some(value) = line.strip_prefix("Package: ") {
            name = value.trim().to_owned();
        } else if let Some(version) = line.strip_prefix("Version: ")
            && wanted.contains(&name)
        {
            offered.insert((name.clone(), version.trim().to_owned()));
        }
    }
}

/// Names of all packages that a log speaks of.
pub(super) fn names(log: &str) -> BTreeSet<String> {
    let upgrades = log.lines().filter_map(|line| line.strip_prefix("Upgrade:"));
    upgrades.flat_map(packages).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::tz::TimeZone;

    use super::{Offered, moment, names, offered, updates};

    const LOG: &str = include_str!("testdata/debian-12-apt-history.log");

    fn security() -> Offered {
        BTreeSet::from([("openssl".to_owned(), "3.0.17-1~deb12u3".to_owned())])
    }

    #[test]
    fn reads_upgrades_and_tells_those_of_security() {
        let found = updates(LOG, &security(), &TimeZone::UTC);
        let told: Vec<_> =
            found.iter().map(|update| (update.name.as_str(), update.security, update.succeeded)).collect();
        assert_eq!(
            told,
            [
                ("libudev1 252.38-1~deb12u1", None, true),
                ("openssl 3.0.17-1~deb12u3", Some(true), true),
                ("curl 7.88.1-10+deb12u14", Some(true), true),
                ("tzdata 2026b-0+deb12u1", None, false),
            ]
        );
        assert_eq!(found[0].installed_at.map(|at| at.to_string()), Some("2026-06-24T14:36:25Z".into()));
    }

    #[test]
    fn local_time_is_taken_in_the_zone_of_the_machine() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(moment("2026-06-24  14:36:25", &zone).map(|at| at.to_string()), Some("2026-06-24T13:36:25Z".into()));
        assert_eq!(moment("yesterday", &zone), None);
    }

    #[test]
    fn only_wanted_packages_are_kept_of_an_archive() {
        let stanzas = "Package: openssl\nVersion: 3.0.17-1~deb12u3\n\nPackage: other\nVersion: 1\n";
        let mut found = Offered::new();
        offered(stanzas.lines().map(str::to_owned), &names(LOG), &mut found);
        assert_eq!(found, security());
    }
}
