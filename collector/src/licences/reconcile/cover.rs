//! Whether a licence covers a copy: its site, place, edition and version.

use jiff::civil::Date;

use crate::licences::estate::Build;
use crate::licences::model::{Licence, Metric, Term};
use crate::licences::outcome::Phase;

/// Whether it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    /// No.
    No,
    /// It does, unless something that nobody knows is against it.
    Perhaps,
    /// It does, unless the device does not belong to the place that it is for.
    Placeless,
    /// Yes.
    Yes,
}

/// How the licence stands on a day.
pub(super) fn phase(licence: &Licence, today: Date) -> Phase {
    if licence.starts_on.is_some_and(|first| first > today) {
        return Phase::NotStarted;
    }
    let ended = licence.ends_on.is_some_and(|last| last < today);
    match licence.term {
        Term::Subscription | Term::Trial if ended => Phase::Expired,
        Term::Maintenance if ended => Phase::MaintenanceEnded,
        Term::Subscription | Term::Trial | Term::Maintenance | Term::Perpetual | Term::Bundled | Term::Free => {
            Phase::InForce
        }
    }
}

/// Whether the licence covers this build. One that is `None` is a suite's, whose version no member tells.
pub(super) fn cover(licence: &Licence, build: Option<&Build>) -> Cover {
    build.map_or_else(
        || if licence.edition.is_empty() && licence.version.is_empty() { Cover::Yes } else { Cover::Perhaps },
        |build| edition(&licence.edition, &build.edition).min(version(&licence.version, &build.major)),
    )
}

/// Whether the licence holds at the site. One for "one site" that names none may be for any, unless there is one alone.
pub(super) fn here(licence: &Licence, site: &str, sites: usize) -> Cover {
    match (&licence.scope.site, licence.metric) {
        (Some(name), _) if name.eq_ignore_ascii_case(site) => Cover::Yes,
        (Some(_), _) => Cover::No,
        (None, Metric::Site) if sites > 1 => Cover::Perhaps,
        (None, _) => Cover::Yes,
    }
}

fn edition(owned: &str, installed: &str) -> Cover {
    match (owned.is_empty(), installed.is_empty()) {
        (true, _) => Cover::Yes,
        (false, true) => Cover::Perhaps,
        (false, false) if owned.eq_ignore_ascii_case(installed) => Cover::Yes,
        (false, false) => Cover::No,
    }
}

/// A licence for a version covers it and older ones, as far as it says: one for "2019" covers 2019.4.
fn version(owned: &str, installed: &str) -> Cover {
    if owned.is_empty() {
        return Cover::Yes;
    }
    if owned.eq_ignore_ascii_case(installed) {
        return Cover::Yes;
    }
    match (parts(owned), parts(installed)) {
        (Some(owned), Some(installed)) => {
            let known = installed.len().min(owned.len());
            match installed[..known].cmp(&owned[..known]) {
                std::cmp::Ordering::Less => Cover::Yes,
                std::cmp::Ordering::Greater => Cover::No,
                // "2019" may be 2019.4 or 2019.5, when 2019.4 is owned.
                std::cmp::Ordering::Equal if installed.len() < owned.len() => Cover::Perhaps,
                std::cmp::Ordering::Equal => Cover::Yes,
            }
        }
        (None | Some(_), None) | (None, Some(_)) => Cover::Perhaps,
    }
}

/// The numbers of a version; `None` for one that is not made of numbers.
fn parts(version: &str) -> Option<Vec<u64>> {
    version.trim().split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cover, edition, version};

    #[test]
    fn a_licence_covers_its_version_and_older_ones() {
        for (owned, installed, covers) in [
            ("", "", Cover::Yes),
            ("", "2021", Cover::Yes),
            ("2019", "2019", Cover::Yes),
            ("2019", "2016", Cover::Yes),
            ("2019", "2019.4", Cover::Yes),
            ("2019", "2021", Cover::No),
            ("9", "10", Cover::No),
            ("10.2", "10.1", Cover::Yes),
            ("10.2", "10", Cover::Perhaps),
            ("10.2", "9", Cover::Yes),
            ("10.2", "10.3", Cover::No),
            ("2019", "", Cover::Perhaps),
            ("2019", "XP", Cover::Perhaps),
            ("CC", "cc", Cover::Yes),
            ("CC", "2019", Cover::Perhaps),
        ] {
            assert_eq!(version(owned, installed), covers, "{owned:?} {installed:?}");
        }
    }

    #[test]
    fn an_edition_covers_itself() {
        assert_eq!(edition("Standard", "standard"), Cover::Yes);
        assert_eq!(edition("standard", "professional"), Cover::No);
        assert_eq!(edition("standard", ""), Cover::Perhaps);
        assert_eq!(edition("", "professional"), Cover::Yes);
    }
}
