//! The titles of one device: one each, however many lists, users and architectures have it there.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Standing, Title};

/// Times of an entry, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// When it was installed, where that is known.
    pub installed: Option<i64>,
    /// When it was last started. Absent is not "never".
    pub last_used: Option<i64>,
}

/// A title on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Which.
    pub title: Arc<Title>,
    /// Of the newest copy.
    pub edition: String,
    /// Of the newest copy.
    pub major: String,
    /// How many accounts have a copy of their own in a list; 0 for one that is the machine's.
    pub users: u32,
    /// "list", "file", "both".
    pub evidence: &'static str,
    /// Of the newest copy; of any other where that one does not tell.
    pub times: Times,
}

/// The titles of one device while its entries come in.
#[derive(Debug, Default)]
pub struct Installations {
    titles: HashMap<String, Building>,
}

#[derive(Debug)]
struct Building {
    title: Arc<Title>,
    newest: Option<Copy>,
    users: BTreeSet<String>,
    listed: bool,
    filed: bool,
    times: Times,
}

/// What tells which of two copies is newer; the last parts only make the choice the same each time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copy {
    version: String,
    edition: String,
    major: String,
    installed: Option<i64>,
}

impl Installations {
    /// Takes an entry of a list; says whether it is an installation.
    pub fn add_listed(&mut self, standing: &Standing, version: &str, user: &str, times: Times) -> bool {
        let Standing::Installation { title, edition, .. } = standing else { return false };
        let building = self.building(title);
        building.listed = true;
        if !user.is_empty() && !building.users.contains(user) {
            building.users.insert(user.to_owned());
        }
        building.times.last_used = building.times.last_used.max(times.last_used);
        building.times.installed = building.times.installed.max(times.installed);
        let copy = Copy {
            version: version.to_owned(),
            edition: edition.clone(),
            major: standing.major(version).to_owned(),
            installed: times.installed,
        };
        if building.newest.as_ref().is_none_or(|newest| newer(&copy, newest)) {
            building.newest = Some(copy);
        }
        true
    }

    /// Takes a file that no package owns.
    pub fn add_file(&mut self, title: &Arc<Title>) {
        self.building(title).filed = true;
    }

    fn building(&mut self, title: &Arc<Title>) -> &mut Building {
        if !self.titles.contains_key(title.slug.as_str()) {
            let empty = Building {
                title: title.clone(),
                newest: None,
                users: BTreeSet::new(),
                listed: false,
                filed: false,
                times: Times::default(),
            };
            self.titles.insert(title.slug.clone(), empty);
        }
        self.titles.get_mut(title.slug.as_str()).expect("was put there")
    }

    /// All of them, by slug.
    #[must_use]
    pub fn finish(self) -> Vec<Installed> {
        let mut all: Vec<Installed> = self.titles.into_values().map(Building::finish).collect();
        all.sort_unstable_by(|one, other| one.title.slug.cmp(&other.title.slug));
        all
    }
}

impl Building {
    fn finish(self) -> Installed {
        let evidence = match (self.listed, self.filed) {
            (true, true) => "both",
            (false, true) => "file",
            (_, false) => "list",
        };
        let (edition, major, installed) = match self.newest {
            Some(copy) => (copy.edition, copy.major, copy.installed),
            None => (String::new(), String::new(), None),
        };
        Installed {
            title: self.title,
            edition,
            major,
            users: u32::try_from(self.users.len()).unwrap_or(u32::MAX),
            evidence,
            times: Times { installed: installed.or(self.times.installed), last_used: self.times.last_used },
        }
    }
}

fn newer(one: &Copy, other: &Copy) -> bool {
    let last = |copy: &Copy| (!copy.edition.is_empty(), copy.installed, copy.edition.clone(), copy.major.clone());
    by_version(&one.version, &other.version).then_with(|| last(one).cmp(&last(other))) == Ordering::Greater
}

/// Compares versions number by number.
fn by_version(one: &str, other: &str) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    numbers(one).cmp(numbers(other)).then_with(|| one.cmp(other))
}

fn numbers(version: &str) -> impl Iterator<Item = u64> {
    let parts = version.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or(u64::MAX))
}
