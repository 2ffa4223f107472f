//! `[detection]`: which text is looked at for signs of a child at risk, whose, when, and for what (E8, C4, A9, A12).
//!
//! A device knows all groups of its site's policy, and finds the one that holds for a user by its own name and the
//! user's account: the first that fits, or none, and then what stands above the groups holds.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::hours::Hours;
use super::pattern::is_like;
use crate::lexicon::AgeProfile;
use crate::model::{Source, SubjectKind};
use crate::order;

/// Categories that every text is searched for, whatever a policy says: nobody can turn them off alone (detection.md A2).
pub const ALWAYS: [&str; 2] = ["csa", "extremism"];

/// `[detection]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// Ids of the categories that are looked for.
    pub categories: Vec<String>,
    /// How old those are whose text it is; severities differ.
    pub age: AgeProfile,
    /// What is looked at.
    pub sources: BTreeSet<Source>,
    /// When; what is saved or visited at other times is never read.
    pub hours: Hours,
    /// Hosts and addresses whose visits are dropped before anything else happens: `example.org`, with its subdomains, or
    /// `example.org/path`, with all that begins so.
    pub excluded_addresses: Vec<String>,
    /// Folders in which no document is read; a leading `~` stands for the home of each user.
    pub excluded_folders: Vec<String>,
    /// Devices and users for whom something else holds, the first that fits.
    pub groups: Vec<Group>,
}

/// `[[detection.groups]]`: some devices or users. What it does not say is as for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// "staff".
    pub name: String,
    /// Names of devices, `*` for any letters. Empty for every device.
    pub devices: Vec<String>,
    /// Names of accounts, `*` as above; one with a `\` is compared with the domain. Empty for every account.
    pub users: Vec<String>,
    /// As in [`Detection`].
    pub categories: Option<Vec<String>>,
    /// As in [`Detection`].
    pub age: Option<AgeProfile>,
    /// As in [`Detection`].
    pub sources: Option<BTreeSet<Source>>,
    /// As in [`Detection`].
    pub hours: Option<Hours>,
    /// Who they are. What is about staff is opened by two people; without a word, adults are staff and others are not.
    pub subject: Option<SubjectKind>,
}

/// What holds for one user of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Ids of the categories, [`ALWAYS`] among them.
    pub categories: BTreeSet<String>,
    /// How old the user is taken to be.
    pub age: AgeProfile,
    /// Who the user is.
    pub subject: SubjectKind,
    sources: BTreeSet<Source>,
    hours: Hours,
}

impl Scope {
    /// Whether text of `source` that was written at `at`, by the clock on the wall, is looked at.
    #[must_use]
    pub fn reads(&self, source: Source, at: DateTime) -> bool {
        self.looks_at(source) && self.hours.contains(at)
    }

    /// Whether text of `source` is looked at, at whatever times.
    #[must_use]
    pub fn looks_at(&self, source: Source) -> bool {
        self.sources.contains(&source)
    }
}

impl Detection {
    /// What holds for the account `user` on the device `device`. `None` is text of nobody in particular, such as in a
    /// folder for all; a group of certain users is not for it.
    #[must_use]
    pub fn scope(&self, device: &str, user: Option<&str>) -> Scope {
        let group = self.groups.iter().find(|group| group.fits(device, user));
        let categories = group.and_then(|group| group.categories.as_ref()).unwrap_or(&self.categories);
        let age = group.and_then(|group| group.age).unwrap_or(self.age);
        let by_age = if age == AgeProfile::Adult { SubjectKind::Staff } else { SubjectKind::Pupil };
        let always = ALWAYS.iter().map(|&id| id.to_owned());
        Scope {
            categories: order::set(categories.iter().cloned().chain(always)),
            age,
            subject: group.and_then(|group| group.subject).unwrap_or(by_age),
            sources: group.and_then(|group| group.sources.as_ref()).unwrap_or(&self.sources).clone(),
            hours: group.and_then(|group| group.hours.as_ref()).unwrap_or(&self.hours).clone(),
        }
    }

    /// Whether anybody's text of `source` may be looked at.
    #[must_use]
    pub fn may_read(&self, source: Source) -> bool {
        let of_groups = self.groups.iter().filter_map(|group| group.sources.as_ref());
        std::iter::once(&self.sources).chain(of_groups).any(|sources| sources.contains(&source))
    }
}

impl Group {
    fn fits(&self, device: &str, user: Option<&str>) -> bool {
        let of_device = self.devices.is_empty() || self.devices.iter().any(|pattern| is_like(pattern, device));
        of_device && (self.users.is_empty() || user.is_some_and(|user| self.has_user(user)))
    }

    fn has_user(&self, user: &str) -> bool {
        let bare = user.rsplit_once('\\').map_or(user, |(_, name)| name);
        self.users.iter().any(|pattern| is_like(pattern, if pattern.contains('\\') { user } else { bare }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Detection, Group};
    use crate::lexicon::AgeProfile;
    use crate::model::{Source, SubjectKind};
    use crate::policy::Hours;

    fn detection() -> Detection {
        let group = |name: &str, devices: &[&str], users: &[&str]| Group {
            name: name.into(),
            devices: devices.iter().map(|&text| text.into()).collect(),
            users: users.iter().map(|&text| text.into()).collect(),
            categories: None,
            age: None,
            sources: None,
            hours: None,
            subject: None,
        };
        let staff = Group {
            age: Some(AgeProfile::Adult),
            categories: Some(vec!["violence".into()]),
            sources: Some(BTreeSet::from([Source::Document])),
            hours: Hours::parse(&["mon-fri 08:00-17:00"]),
            ..group("staff", &[], &["*.staff", r"SCHOOL\head"])
        };
        let infants = Group { age: Some(AgeProfile::Primary), ..group("infants", &["INF-*"], &[]) };
        Detection {
            categories: vec!["suicide".into()],
            age: AgeProfile::Secondary,
            sources: BTreeSet::from(Source::ALL),
            hours: Hours::default(),
            excluded_addresses: Vec::new(),
            excluded_folders: Vec::new(),
            groups: vec![staff, infants],
        }
    }

    #[test]
    fn the_first_group_that_fits_holds_for_a_user() {
        let detection = detection();
        let age = |device: &str, user: Option<&str>| detection.scope(device, user).age;
        assert_eq!(age("LAB-1", Some("pupil.one")), AgeProfile::Secondary);
        assert_eq!(age("INF-1", Some("pupil.one")), AgeProfile::Primary);
        assert_eq!(age("INF-1", Some(r"SCHOOL\a.teacher.staff")), AgeProfile::Adult, "staff stands before infants");
        assert_eq!(age("LAB-1", Some(r"school\head")), AgeProfile::Adult);
        assert_eq!(age("LAB-1", Some(r"LAB-1\head")), AgeProfile::Secondary, "another head");
        assert_eq!(age("INF-1", None), AgeProfile::Primary, "a folder of nobody in particular");
    }

    #[test]
    fn adults_are_staff_unless_the_group_says_otherwise() {
        let mut detection = detection();
        let subject = |detection: &Detection, user| detection.scope("LAB-1", Some(user)).subject;
        assert_eq!(subject(&detection, "a.teacher.staff"), SubjectKind::Staff);
        assert_eq!(subject(&detection, "pupil.one"), SubjectKind::Pupil);
        detection.groups[0].subject = Some(SubjectKind::Pupil);
        assert_eq!(subject(&detection, "a.teacher.staff"), SubjectKind::Pupil);
    }

    #[test]
    fn a_group_says_what_is_looked_at_and_when() {
        let staff = detection().scope("LAB-1", Some("a.teacher.staff"));
        let monday = "2026-11-23T09:00:00".parse().expect("a time");
        let sunday = "2026-11-22T09:00:00".parse().expect("a time");
        assert!(staff.reads(Source::Document, monday) && !staff.reads(Source::Document, sunday));
        assert!(!staff.reads(Source::Search, monday));
        assert!(detection().scope("LAB-1", Some("pupil.one")).reads(Source::Search, sunday));
    }

    #[test]
    fn what_is_illegal_is_always_looked_for() {
        let staff = detection().scope("LAB-1", Some("a.teacher.staff"));
        assert_eq!(staff.categories.iter().map(String::as_str).collect::<Vec<_>>(), ["csa", "extremism", "violence"]);
    }
}
