//! Records of the directory that macOS keeps by itself: property lists in which every value is a list of texts or data.
//! Of the hash of a password nothing is read.

use std::io;

use caretaker_shared::model::{PasswordEnds, PasswordState};
use jiff::Timestamp;
use plist::{Dictionary, Value};

use crate::host::property_list::property_list;

/// Entries of a policy that are looked at, and how deep in each other.
const DEEPEST: usize = 8;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) uid: i64,
    /// Number of its first group.
    pub(super) group: String,
    /// What groups know it by.
    pub(super) id: String,
    /// Whether its password is a directory's, kept here for when that cannot be asked.
    pub(super) directory: bool,
    pub(super) enabled: bool,
    pub(super) password: PasswordState,
    pub(super) password_set_at: Option<Timestamp>,
}

/// Members of a group.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) names: Vec<String>,
    /// Users by what groups know them by.
    pub(super) ids: Vec<String>,
    /// Groups in this group, by the same.
    pub(super) nested: Vec<String>,
}

/// Reads the record of a user.
///
/// # Errors
/// When it is none.
pub(super) fn user(bytes: &[u8]) -> io::Result<User> {
    let record = dictionary(bytes)?;
    let name = first(&record, "name");
    let uid = first(&record, "uid").parse().map_err(|_| no_record())?;
    if name.is_empty() {
        return Err(no_record());
    }
    let ways = texts(&record, "authentication_authority");
    let has = |way: &str| ways.iter().any(|known| known.contains(way));
    let disabled = has(";DisabledUser;");
    let can_log_in = !matches!(first(&record, "shell").rsplit('/').next(), Some("false" | "nologin"));
    let password = match first(&record, "passwd").as_str() {
        _ if disabled => PasswordState::Locked,
        // A password that was never set has a hash like any other, and a time at which it was set (osquery #6193).
        _ if has(";ShadowHash;") => PasswordState::Unknown("macOS does not tell an empty password from others".into()),
        _ if has(";LocalCachedUser;") => PasswordState::Unknown("a directory service keeps it".into()),
        "" => PasswordState::None,
        "*" => PasswordState::Locked,
        _ => PasswordState::Unknown("its record does not say how it is proved".into()),
    };
    let enabled = can_log_in && password != PasswordState::Locked;
    Ok(User {
        name,
        uid,
        group: first(&record, "gid"),
        id: first(&record, "generateduid"),
        directory: has(";LocalCachedUser;"),
        enabled,
        password_set_at: set_at(&record),
        password,
    })
}

/// Reads the record of a group.
///
/// # Errors
/// When it is none.
pub(super) fn group(bytes: &[u8]) -> io::Result<Group> {
    let record = dictionary(bytes)?;
    Ok(Group {
        names: texts(&record, "users"),
        ids: texts(&record, "groupmembers"),
        nested: texts(&record, "nestedgroups"),
    })
}

/// What `pwpolicy -getaccountpolicies` says of how long a password may be kept: the shortest of its rules.
pub(super) fn password_ends(told: &str) -> PasswordEnds {
    let Some((_, list)) = told.find('<').map(|at| told.split_at(at)) else { return PasswordEnds::Never };
    let Ok(policies) = dictionary(list.as_bytes()) else {
        return PasswordEnds::Unknown("pwpolicy says something that this version does not know".into());
    };
    let Some(rules) = policies.get("policyCategoryPasswordChange").and_then(Value::as_array) else {
        return PasswordEnds::Never;
    };
    let mut days = Vec::new();
    rules.iter().for_each(|rule| expiries(rule, 0, &mut days));
    match days.iter().filter(|days| **days > 0).min() {
        Some(days) => PasswordEnds::Days(*days),
        None if rules.is_empty() || !days.is_empty() => PasswordEnds::Never,
        None => PasswordEnds::Unknown("the password policy has a rule that this version does not know".into()),
    }
}

fn expiries(value: &Value, depth: usize, days: &mut Vec<u32>) {
    let Some(values) = value.as_dictionary().filter(|_| depth < DEEPEST) else { return };
    for (name, value) in values {
        match (name.as_str(), value.as_unsigned_integer()) {
            ("policyAttributeExpiresEveryNDays", Some(number)) => days.push(u32::try_from(number).unwrap_or(u32::MAX)),
            _ => expiries(value, depth + 1, days),
        }
    }
}

/// When the password was set: in a property list inside the record, in seconds since 1970 with fractions.
fn set_at(record: &Dictionary) -> Option<Timestamp> {
    let data = record.get("accountPolicyData")?.as_array()?.first()?.as_data()?;
    let seconds = dictionary(data).ok()?.get("passwordLastSetTime")?.as_real()?;
    // Whole seconds are enough; of a number that does not fit the cast makes the nearest, which is no time.
    let at = Timestamp::from_second(seconds as i64).ok()?;
    (at > Timestamp::UNIX_EPOCH).then_some(at)
}

fn dictionary(bytes: &[u8]) -> io::Result<Dictionary> {
    property_list(bytes)?.into_dictionary().ok_or_else(no_record)
}

fn no_record() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no record of a directory")
}

fn texts(record: &Dictionary, name: &str) -> Vec<String> {
    let values = record.get(name).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_string).map(str::to_owned).collect()
}

fn first(record: &Dictionary, name: &str) -> String {
    texts(record, name).into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{PasswordEnds, PasswordState};

    use super::{group, password_ends, user};

    const PUPIL: &[u8] = include_bytes!("testdata/macos-15-user-pupil.one.plist");
    const POLICY: &str = include_str!("testdata/macos-15-pwpolicy-90-days");

    #[test]
    fn case_47_a_time_at_which_it_was_set_does_not_prove_a_password() {
        let pupil = user(PUPIL).expect("a record");
        assert_eq!((pupil.name.as_str(), pupil.uid, pupil.enabled, pupil.directory), ("pupil.one", 501, true, false));
        assert!(matches!(pupil.password, PasswordState::Unknown(_)), "{:?}", pupil.password);
        assert_eq!(pupil.password_set_at.map(|at| at.to_string()).as_deref(), Some("2026-09-01T08:30:00Z"));
    }

    fn changed(from: &str, to: &str) -> super::User {
        let text = String::from_utf8_lossy(PUPIL).replace(from, to);
        user(text.as_bytes()).expect("a record")
    }

    #[test]
    fn disabled_accounts_have_no_password_that_opens_them() {
        let disabled = changed(";ShadowHash;", ";DisabledUser;;ShadowHash;");
        assert_eq!((disabled.password, disabled.enabled), (PasswordState::Locked, false));
    }

    #[test]
    fn a_directorys_account_that_is_kept_for_later_is_the_directorys() {
        let mobile = changed(
            "<string>;Kerberosv5;;pupil.one@LKDC;LKDC</string>",
            "<string>;LocalCachedUser;/Active Directory/NORTHFIELD;teacher.two</string>",
        );
        assert!(mobile.directory && mobile.enabled);
    }

    #[test]
    fn the_shortest_rule_ends_a_password() {
        assert_eq!(password_ends(POLICY), PasswordEnds::Days(90));
        assert_eq!(password_ends(&POLICY.replace(">90<", ">0<")), PasswordEnds::Never);
        assert_eq!(password_ends("Getting global account policies\n"), PasswordEnds::Never);
        let other = POLICY.replace("policyAttributeExpiresEveryNDays</key>", "policyAttributeOther</key>");
        assert!(matches!(password_ends(&other), PasswordEnds::Unknown(_)));
        assert!(matches!(password_ends("<plist"), PasswordEnds::Unknown(_)));
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        for bytes in [b"".as_slice(), b"torn", b"<plist version=\"1.0\"><dict/></plist>"] {
            assert!(user(bytes).is_err());
        }
        assert!(group(b"torn").is_err());
    }
}
