//! What is installed where, as the audit reads it: flat tables that refer to each other by place, because there are a
//! million and a half installations.

use jiff::civil::Date;

/// A day as its distance from 1 January 1970: a third of the size of a date, and compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let since = date.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days());
        Self(since)
    }
}

/// Devices, titles and where these are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estate {
    /// Names of the sites.
    pub sites: Vec<String>,
    /// All devices, also those that are gone.
    pub devices: Vec<Device>,
    /// Titles of the catalogue, and names that it does not know; each slug once.
    pub titles: Vec<Title>,
    /// Which editions and versions there are.
    pub builds: Vec<Build>,
    /// One a title and device, in ascending order of title, then of device.
    pub installations: Vec<Installation>,
    /// Groups of devices, as policies name them: each name once.
    pub groups: Vec<Group>,
    /// Digest of the catalogue by which they were read, hexadecimal; empty for none.
    pub catalogue: String,
}

/// Devices that belong together: a room, a trolley, a year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Its name, at whichever sites it is.
    pub name: String,
    /// Places of its devices in `Estate::devices`, ascending.
    pub devices: Vec<u32>,
}

/// A device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its number in the database.
    pub row: i64,
    /// Its place in `Estate::sites`.
    pub site: u32,
    /// Retired, lost or revoked.
    pub gone: bool,
    /// When it was heard of last.
    pub seen: Option<Day>,
    /// What it has told of its software.
    pub reading: Reading,
}

/// How much a device has told of its software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Its newest list is whole.
    Whole,
    /// Its newest list is not whole: what is missing from it may still be there.
    Partial,
    /// It has never given a list.
    Never,
}

/// A title.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Title {
    /// Its name in the catalogue's files.
    pub slug: String,
    /// Its name in front of people.
    pub name: String,
    /// teaching, office, game, media, bypass, remote-control, developer, system; empty for unknown.
    pub category: String,
    /// paid, free, open-source, bundled, freemium; empty for unknown.
    pub licensing: String,
    /// Slug of the suite that it is a member of; empty for none.
    pub suite: String,
    /// Whether the catalogue knows it.
    pub known: bool,
}

/// Edition and major version; empty where nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Build {
    /// "standard".
    pub edition: String,
    /// "2019".
    pub major: String,
}

/// A title on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// Its place in `Estate::titles`.
    pub title: u32,
    /// Its place in `Estate::devices`.
    pub device: u32,
    /// Its place in `Estate::builds`.
    pub build: u32,
    /// Accounts that have a copy of their own; 0 for one that is the machine's.
    pub users: u32,
    /// When it was opened last; `None` where nobody recorded it, which is not "never".
    pub used: Option<Day>,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Day;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(Day::from(date(1970, 1, 1)), Day(0));
        assert_eq!(Day::from(date(1970, 2, 1)), Day(31));
        assert_eq!(Day::from(date(2026, 11, 22)), Day(20_779));
        assert_eq!(Day::from(date(1969, 12, 31)), Day(-1));
    }
}
