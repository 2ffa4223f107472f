//! The property lists of macOS, in either form: what an application says of itself, and what was installed when.

use std::io;
use std::time::SystemTime;

use jiff::Timestamp;
use plist::{Dictionary, Value};

use crate::host::property_list::property_list;

/// What an application says of itself in its `Info.plist`. All may be empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) category: String,
    /// Whether it never shows a window.
    pub(super) background: bool,
}

/// One installation, by the system's installer or by the App Store.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installation {
    pub(super) name: String,
    pub(super) packages: Vec<String>,
    /// The program that did it.
    pub(super) by: String,
    pub(super) at: Option<Timestamp>,
}

/// Reads an `Info.plist`.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when it is no property list.
pub(super) fn info(bytes: &[u8]) -> io::Result<Info> {
    let value = property_list(bytes)?;
    let values = value.as_dictionary().ok_or(io::ErrorKind::InvalidData)?;
    let first = |names: [&str; 2]| names.into_iter().map(|name| text(values, name)).find(|text| !text.is_empty());
    Ok(Info {
        id: text(values, "CFBundleIdentifier"),
        name: first(["CFBundleDisplayName", "CFBundleName"]).unwrap_or_default(),
        version: first(["CFBundleShortVersionString", "CFBundleVersion"]).unwrap_or_default(),
        category: text(values, "LSApplicationCategoryType"),
        background: flag(values, "LSBackgroundOnly"),
    })
}

/// Reads `InstallHistory.plist`, oldest first.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when it is none.
pub(super) fn history(bytes: &[u8]) -> io::Result<Vec<Installation>> {
    let value = property_list(bytes)?;
    let all = value.as_array().ok_or(io::ErrorKind::InvalidData)?;
    let installation = |values: &Dictionary| {
        let packages = values.get("packageIdentifiers").and_then(Value::as_array);
        let packages = packages.into_iter().flatten().filter_map(|package| package.as_string().map(str::to_owned));
        let at = values.get("date").and_then(Value::as_date).map(SystemTime::from);
        Installation {
            name: text(values, "displayName"),
            packages: packages.collect(),
            by: text(values, "processName"),
            at: at.and_then(|at| Timestamp::try_from(at).ok()),
        }
    };
    Ok(all.iter().filter_map(Value::as_dictionary).map(installation).collect())
}

fn text(values: &Dictionary, name: &str) -> String {
    values.get(name).and_then(Value::as_string).unwrap_or_default().trim().to_owned()
}

/// Makers write `true`, "YES", "1" and 1.
fn flag(values: &Dictionary, name: &str) -> bool {
    match values.get(name) {
        Some(Value::Boolean(flag)) => *flag,
        Some(Value::String(word)) => ["yes", "true", "1"].contains(&word.to_ascii_lowercase().as_str()),
        Some(number) => number.as_unsigned_integer() == Some(1),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Info, history, info};

    const XML: &[u8] = include_bytes!("testdata/macos-15-info.plist");
    const BINARY: &[u8] = include_bytes!("testdata/macos-15-info-binary.plist");

    #[test]
    fn both_forms_say_the_same() {
        let expected = Info {
            id: "school.example.slate".into(),
            name: "Slate".into(),
            version: "2.4.1".into(),
            category: "public.app-category.education".into(),
            background: true,
        };
        assert_eq!(info(XML).expect("it is one"), expected, "a background program may say so with a word");
        assert_eq!(info(BINARY).expect("it is one"), expected);
    }

    #[test]
    fn reads_who_installed_what_and_when() {
        let all = history(include_bytes!("testdata/macos-15-install-history.plist")).expect("it is one");
        let told: Vec<(&str, &str)> = all.iter().map(|one| (one.name.as_str(), one.by.as_str())).collect();
        assert_eq!(told, [("Chalk", "installer"), ("Slate", "appstoreagent"), ("Removed", "Installer")]);
        assert_eq!(all[0].packages, ["school.example.chalk.pkg", "school.example.chalk"]);
        assert_eq!(all[0].at.map(|at| at.to_string()).as_deref(), Some("2026-09-01T08:30:00Z"));
    }

    #[test]
    fn what_is_torn_is_an_error() {
        for bytes in [&XML[..XML.len() / 2], &BINARY[..BINARY.len() / 2], b"", b"{}", b"bplist00"] {
            assert!(info(bytes).is_err());
            assert!(history(bytes).is_err());
        }
    }
}
