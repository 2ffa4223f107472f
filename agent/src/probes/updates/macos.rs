//! macOS: its version, when it last asked for updates, and what `InstallHistory.plist` says was installed.
//!
//! Apple mends faults of security in its releases, each of which holds all earlier ones, and between them in security
//! updates and responses. Whether an update of anything else mends one is not told. The lists of known malware that
//! come every few days are no updates of the system and left out.

use std::path::Path;
use std::time::SystemTime;

use caretaker_shared::model::{Facts, InstalledUpdate, Outcome, Updates};
use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::{last_security, ordered};
use crate::host::property_list::property_list;
use crate::host::{Host, if_there, why};

const VERSION: &str = "/System/Library/CoreServices/SystemVersion.plist";
/// The part of the system that a rapid response replaces.
const RESPONSE: &str = "/System/Cryptexes/OS/System/Library/CoreServices/SystemVersion.plist";
const SETTINGS: &str = "/Library/Preferences/com.apple.SoftwareUpdate.plist";
const HISTORY: &str = "/Library/Receipts/InstallHistory.plist";
const LIST_BYTES: u64 = 16 * 1024 * 1024;
/// The system's own programs for updates, by the beginning of their names.
const UPDATERS: [&str; 2] = ["softwareupdate", "software update"];
/// Programs that install what people choose. Of all others, as those that bring a new macOS, only the title tells.
const CHOSEN: [&str; 4] = ["installer", "appstoreagent", "app store", "storedownloadd"];
const LISTS_OF_MALWARE: [&str; 5] = ["xprotect", "mrt", "gatekeeper", "configdata", "compatibility data"];
const SECURITY: [&str; 5] =
    ["macos ", "os x ", "security update", "rapid security response", "background security improvement"];

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut flaws = Vec::new();
    let version = dictionary(host, VERSION, &mut flaws);
    let build = version.map(|version| build(host, &version)).unwrap_or_default();
    let history = history(host, &mut flaws);
    if build.is_empty() && history.is_none() {
        return Outcome::Failed { reason: flaws.join("; ") };
    }
    let last_checked_at = match optional(host, SETTINGS) {
        Ok(settings) => settings.and_then(|settings| last_checked(&settings)),
        Err(flaw) => {
            flaws.push(flaw);
            None
        }
    };
    let history = ordered(history.unwrap_or_default());
    let updates =
        Updates { build, last_security_at: last_security(&history), last_checked_at, restart_pending: None, history };
    match flaws.is_empty() {
        true => Outcome::Complete(Facts::Updates(updates)),
        false => Outcome::Partial { facts: Facts::Updates(updates), reason: flaws.join("; ") },
    }
}

/// A property list that every Mac has.
fn dictionary(host: &dyn Host, file: &str, flaws: &mut Vec<String>) -> Option<Dictionary> {
    let found = optional(host, file).and_then(|found| found.ok_or_else(|| format!("{file} is not there")));
    found.map_err(|flaw| flaws.push(flaw)).ok()
}

fn optional(host: &dyn Host, file: &str) -> Result<Option<Dictionary>, String> {
    match read(host, file)? {
        Some(Value::Dictionary(values)) => Ok(Some(values)),
        Some(_) => Err(format!("{file}: no list of values")),
        None => Ok(None),
    }
}

fn read(host: &dyn Host, file: &str) -> Result<Option<Value>, String> {
    let path = Path::new(file);
    let bytes = if_there(host.read(path, LIST_BYTES)).map_err(|error| why(path, &error))?;
    bytes.map(|bytes| property_list(&bytes)).transpose().map_err(|error| why(path, &error))
}

/// "15.1 (24B83)"; after a rapid response "13.4.1 (a) (22F770820d)".
fn build(host: &dyn Host, version: &Dictionary) -> String {
    let told = |values: &Dictionary| {
        let (version, build) = (text(values, "ProductVersion"), text(values, "ProductBuildVersion"));
        match (text(values, "ProductVersionExtra"), build) {
            (_, "") => version.to_owned(),
            ("", build) => format!("{version} ({build})"),
            (extra, build) => format!("{version} {extra} ({build})"),
        }
    };
    let response = optional(host, RESPONSE).ok().flatten();
    // What a newer system left there of an older one says nothing.
    let same = |response: &Dictionary| text(response, "ProductVersion") == text(version, "ProductVersion");
    told(response.as_ref().filter(|response| same(response)).unwrap_or(version))
}

fn text<'a>(values: &'a Dictionary, name: &str) -> &'a str {
    values.get(name).and_then(Value::as_string).unwrap_or_default().trim()
}

fn moment(values: &Dictionary, name: &str) -> Option<Timestamp> {
    Timestamp::try_from(SystemTime::from(values.get(name)?.as_date()?)).ok()
}

/// When it last heard whether there are updates; not when it installed one.
fn last_checked(settings: &Dictionary) -> Option<Timestamp> {
    moment(settings, "LastFullSuccessfulDate").max(moment(settings, "LastSuccessfulDate"))
}

/// `None` when there is no history, for a reason that joins the flaws.
fn history(host: &dyn Host, flaws: &mut Vec<String>) -> Option<Vec<InstalledUpdate>> {
    let list = match read(host, HISTORY) {
        Ok(Some(Value::Array(list))) => list,
        Ok(Some(_)) => {
            flaws.push(format!("{HISTORY}: no list of installations"));
            return None;
        }
        Ok(None) => {
            flaws.push(format!("{HISTORY} is not there"));
            return None;
        }
        Err(flaw) => {
            flaws.push(flaw);
            return None;
        }
    };
    Some(list.iter().filter_map(Value::as_dictionary).filter_map(update).collect())
}

fn update(values: &Dictionary) -> Option<InstalledUpdate> {
    let (name, version) = (text(values, "displayName"), text(values, "displayVersion"));
    let small = name.to_lowercase();
    let by = text(values, "processName").to_lowercase();
    let security = SECURITY.iter().any(|begin| small.starts_with(begin)) && !CHOSEN.contains(&by.as_str());
    let wanted = security || UPDATERS.iter().any(|begin| by.starts_with(begin));
    if name.is_empty() || !wanted || LISTS_OF_MALWARE.iter().any(|part| small.contains(part)) {
        return None;
    }
    let told = version.is_empty() || name.contains(version);
    Some(InstalledUpdate {
        installed_at: moment(values, "date"),
        name: if told { name.to_owned() } else { format!("{name} {version}") },
        title: String::new(),
        succeeded: true,
        security: security.then_some(true),
    })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, Updates};

    use super::{HISTORY, RESPONSE, SETTINGS, VERSION, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    const VERSION_15: &str = include_str!("testdata/macos-15-SystemVersion.plist");
    const ASKED: &str = include_str!("testdata/macos-15-SoftwareUpdate.plist");
    const INSTALLED: &str = include_str!("testdata/macos-15-InstallHistory.plist");

    fn mac() -> Sample {
        Sample::of(System::MacOs).file(VERSION, VERSION_15).file(SETTINGS, ASKED).file(HISTORY, INSTALLED)
    }

    fn updates(machine: &Sample) -> Updates {
        let outcome = ask(machine);
        let Outcome::Complete(Facts::Updates(updates)) = outcome else { panic!("complete, not {outcome:?}") };
        updates
    }

    #[test]
    fn tells_the_version_and_what_mended_faults_of_security() {
        let found = updates(&mac());
        assert_eq!(found.build, "15.1 (24B83)");
        let names: Vec<_> = found.history.iter().map(|update| (update.name.as_str(), update.security)).collect();
        let expected = [
            ("Command Line Tools for Xcode 16.1", None),
            ("macOS 15.1", Some(true)),
            ("macOS Sequoia 15.0", Some(true)),
        ];
        assert_eq!(names, expected, "neither lists of malware nor what people installed");
        assert_eq!(found.last_security_at.map(|at| at.to_string()).as_deref(), Some("2026-10-29T18:04:11Z"));
    }

    #[test]
    fn the_last_question_is_not_the_last_installation() {
        assert_eq!(updates(&mac()).last_checked_at.map(|at| at.to_string()).as_deref(), Some("2026-11-20T07:31:05Z"));
    }

    #[test]
    fn a_rapid_response_is_part_of_the_version_that_it_mends() {
        let response = |version: &str| {
            let key = format!("<string>{version}</string><key>ProductVersionExtra</key><string>(a)</string>");
            VERSION_15.replace("<string>15.1</string>", &key).replace("24B83", "24B90a")
        };
        assert_eq!(updates(&mac().file(RESPONSE, response("15.1"))).build, "15.1 (a) (24B90a)");
        assert_eq!(updates(&mac().file(RESPONSE, response("15.0"))).build, "15.1 (24B83)");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let part = Sample::of(System::MacOs).file(VERSION, VERSION_15).file(SETTINGS, "torn");
        let Outcome::Partial { facts: Facts::Updates(found), reason } = ask(&part) else { panic!("partial") };
        assert_eq!((found.build.as_str(), found.last_security_at), ("15.1 (24B83)", None));
        assert!(reason.contains("InstallHistory.plist is not there") && reason.contains("SoftwareUpdate"), "{reason}");
        let denied = mac().denied("/Library").denied("/System");
        assert!(matches!(ask(&denied), Outcome::Failed { .. }));
    }
}
