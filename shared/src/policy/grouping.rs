//! `[[groups]]`: devices that belong together, such as those of a room, for lists, the dashboard and licences of a room.
//!
//! Only the collector knows of them: no device is told, and nothing else is asked of a device because it is in one.
//! Whom `[[detection.groups]]` are about is another matter.

use super::pattern::Pattern;
use super::table::{Section, Texts};
use super::{PolicyError, check};
use crate::wire::limits;

const KEYS: &[&str] = &["name", "devices"];
/// More than the groups of detection, which travel to every device: a large site has a group for each of its rooms.
const GROUPS: usize = 100;

/// `[[groups]]`: some devices of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceGroup {
    /// "Lab 3"; no other group of the policy has it, in any case.
    pub name: String,
    /// Names of devices, `*` for any letters; at least one.
    pub devices: Vec<String>,
}

/// The groups of a policy, made ready to be held against the names of many devices.
#[derive(Debug)]
pub struct Grouping<'a>(Vec<(&'a str, Vec<Pattern>)>);

impl<'a> Grouping<'a> {
    /// Of these groups.
    #[must_use]
    pub fn new(groups: &'a [DeviceGroup]) -> Self {
        let ready = |group: &'a DeviceGroup| {
            (group.name.as_str(), group.devices.iter().map(|pattern| Pattern::new(pattern)).collect())
        };
        Self(groups.iter().map(ready).collect())
    }

    /// Names of the groups that a device of this name is in, in the order of the policy; none, one, or several.
    #[must_use]
    pub fn of(&self, device: &str) -> Vec<&'a str> {
        let device = device.to_lowercase();
        let holds = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(&device));
        self.0.iter().filter(|(_, patterns)| holds(patterns)).map(|(name, _)| *name).collect()
    }
}

/// Reads the groups; a file without any has none.
pub(super) fn read(file: &Section<'_>) -> Result<Vec<DeviceGroup>, PolicyError> {
    let mut groups: Vec<DeviceGroup> = Vec::new();
    for section in file.tables("groups", "groups", KEYS, GROUPS)? {
        let group = group(&section)?;
        // As lists compare names: a filter for one of two that differ in their case would show both.
        if groups.iter().any(|other| other.name.to_lowercase() == group.name.to_lowercase()) {
            let expected = "expected a name of its own for each group, in whatever case";
            return Err(section.fault("name", "is the name of two groups", expected));
        }
        groups.push(group);
    }
    Ok(groups)
}

fn group(section: &Section<'_>) -> Result<DeviceGroup, PolicyError> {
    let patterns = Texts {
        list: "a list of names of devices, for example [\"LAB3-*\"]",
        fault: check::pattern,
        count: 1..=limits::PATTERNS,
    };
    let name = section.text("name", "the name of the group, for example \"Lab 3\"", check::device_group)?;
    Ok(DeviceGroup {
        name: name.ok_or_else(|| section.missing("name", "a name, for example name = \"Lab 3\""))?,
        devices: section
            .texts("devices", &patterns)?
            .ok_or_else(|| section.missing("devices", "whose they are, for example devices = [\"LAB3-*\"]"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, PolicyError};
    use super::{DeviceGroup, Grouping};

    const ALERTS: &str = "[alerts]\nnetwork_manager = ['it@example.school']
                          safeguarding_lead = ['pat@example.school', 'sam@example.school']\n";
    const LABS: &str = "[[groups]]
                        name = 'Lab 3'
                        devices = ['LAB3-*', 'teacher-lab3']
                        [[groups]]
                        name = 'Laptops'
                        devices = ['*-LT-*']\n";

    fn groups(lines: &str) -> Result<Vec<DeviceGroup>, PolicyError> {
        Policy::parse(&format!("{lines}{ALERTS}")).map(|policy| policy.groups)
    }

    #[test]
    fn groups_are_read_in_their_order_and_none_has_to_be_there() {
        let labs = groups(LABS).expect("groups");
        assert_eq!(labs.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Lab 3", "Laptops"]);
        assert_eq!(labs[0].devices, ["LAB3-*", "teacher-lab3"]);
        assert_eq!(groups("").expect("a policy"), []);
    }

    #[test]
    fn a_device_is_in_every_group_that_names_it_in_any_case() {
        let labs = groups(LABS).expect("groups");
        let grouping = Grouping::new(&labs);
        for (device, expected) in [
            ("lab3-pc-04", &["Lab 3"][..]),
            ("LAB3-LT-1", &["Lab 3", "Laptops"]),
            ("TEACHER-LAB3", &["Lab 3"]),
            ("teacher-lab3b", &[]),
            ("LIB-LT-9", &["Laptops"]),
            ("", &[]),
        ] {
            assert_eq!(grouping.of(device), expected, "{device}");
        }
    }

    #[test]
    fn no_device_is_told_of_groups() {
        let (with, without) = (format!("{LABS}{ALERTS}"), ALERTS);
        let told = |text: &str| Policy::parse(text).expect("a policy").for_device("Northfield School", "Main", 7);
        assert_eq!(told(&with), told(without));
    }

    #[test]
    fn what_is_wrong_about_groups_is_told_with_line_and_remedy() {
        let many: String = (0..101).map(|n| format!("[[groups]]\nname = 'g{n}'\ndevices = ['x']\n")).collect();
        for (lines, line, field, expected) in [
            ("[groups]\nname = 'a'\n", 1, "groups = ", "expected [[groups]] on a line of its own"),
            ("[[groups]]\ndevices = ['a']\n", 1, "groups.name", "missing: add a name, for example"),
            ("[[groups]]\nname = 'a'\n", 1, "groups.devices", "missing: add whose they are"),
            ("[[groups]]\nname = ' '\ndevices = ['a']\n", 2, "groups.name = ' '", "expected the name of the group"),
            ("[[groups]]\nname = ' a'\ndevices = ['a']\n", 2, "groups.name = ' a'", "expected no blank"),
            ("[[groups]]\nname = 'a'\ndevices = []\n", 3, "groups.devices = []", "expected at least one entry"),
            ("[[groups]]\nname = 'a'\ndevices = 'a'\n", 3, "groups.devices = 'a'", "expected a list of names"),
            ("[[groups]]\nname = 'a'\nusers = ['a']\n", 3, "groups.users", "there is no such key"),
            (
                "[[groups]]\nname = 'Lab'\ndevices = ['a']\n[[groups]]\nname = 'LAB'\ndevices = ['b']\n",
                5,
                "groups.name = 'LAB'",
                "expected a name of its own for each group",
            ),
            (&many, 1, "groups = ", "expected at most 100 of [[groups]]"),
        ] {
            let error = groups(lines).expect_err(lines);
            assert_eq!(error.line, line, "{error}");
            assert!(error.field.starts_with(field) && error.expected.starts_with(expected), "{error}");
        }
    }
}
