//! What the machine and its system are called, from their property lists.

use std::path::Path;

use plist::{Dictionary, Value};

use crate::host::Host;
use crate::host::property_list::property_list;

const VERSION: &str = "/System/Library/CoreServices/SystemVersion.plist";
const SETTINGS: &str = "/Library/Preferences/SystemConfiguration/preferences.plist";
const LIST_BYTES: u64 = 4 * 1024 * 1024;

/// "macOS 15.1".
pub(super) fn of_system(host: &dyn Host) -> Option<String> {
    let version = dictionary(host, VERSION)?;
    let text = |name: &str| version.get(name)?.as_string();
    Some(format!("{} {}", text("ProductName")?, text("ProductVersion")?))
}

/// The name that it was given, else the one that it is known by in its own network: what the kernel tells changes with
/// each network that the machine joins.
pub(super) fn of_machine(host: &dyn Host) -> Option<String> {
    let settings = dictionary(host, SETTINGS)?;
    let system = settings.get("System")?.as_dictionary()?;
    let text = |group: &Dictionary, name: &str| group.get(name).and_then(Value::as_string).map(str::to_owned);
    let group = |above: &Dictionary, name: &str| above.get(name).and_then(Value::as_dictionary).cloned();
    let given = group(system, "System").and_then(|names| text(&names, "HostName"));
    let local = || group(&group(system, "Network")?, "HostNames").and_then(|names| text(&names, "LocalHostName"));
    given.or_else(local).filter(|name| !name.is_empty())
}

fn dictionary(host: &dyn Host, file: &str) -> Option<Dictionary> {
    property_list(&host.read(Path::new(file), LIST_BYTES).ok()?).ok()?.into_dictionary()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    const NAMES: &str = r#"<plist version="1.0"><dict><key>System</key><dict>
        <key>Network</key><dict><key>HostNames</key><dict><key>LocalHostName</key><string>ROOM-4-MAC-07</string></dict></dict>
        <key>System</key><dict><key>ComputerName</key><string>Room 4, 07</string></dict></dict></dict></plist>"#;

    #[test]
    fn a_mac_keeps_its_name_in_every_network() {
        let mac = Sample::of(System::MacOs).file(SETTINGS, NAMES);
        assert_eq!(of_machine(&mac).as_deref(), Some("ROOM-4-MAC-07"));
        let given = NAMES.replace(
            "<key>ComputerName</key>",
            "<key>HostName</key><string>mac-07.example.school</string><key>X</key>",
        );
        let mac = Sample::of(System::MacOs).file(SETTINGS, given);
        assert_eq!(of_machine(&mac).as_deref(), Some("mac-07.example.school"));
        assert_eq!(of_machine(&Sample::of(System::MacOs)), None);
    }

    #[test]
    fn the_system_tells_its_version() {
        let version = r#"<plist version="1.0"><dict><key>ProductName</key><string>macOS</string>
            <key>ProductVersion</key><string>15.1</string></dict></plist>"#;
        assert_eq!(of_system(&Sample::of(System::MacOs).file(VERSION, version)).as_deref(), Some("macOS 15.1"));
        assert_eq!(of_system(&Sample::of(System::MacOs).file(VERSION, "torn")), None);
    }
}
