//! Which desktops are installed, and which one an account uses.

use std::collections::BTreeMap;
use std::path::Path;

use crate::host::{Host, if_there, why};

/// Where desktops register their sessions.
pub(super) const SESSIONS: [&str; 2] = ["/usr/share/wayland-sessions", "/usr/share/xsessions"];
const ACCOUNTS: &str = "/var/lib/AccountsService/users";
const FILE_BYTES: u64 = 64 * 1024;

/// A desktop, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Desktop {
    /// GNOME, under any of its session names.
    Gnome,
    /// One whose settings this version does not read, by name.
    Other(String),
}

/// The desktop of each session that is installed.
///
/// # Errors
/// Why a folder or session could not be read.
pub(super) fn installed(host: &dyn Host) -> Result<BTreeMap<String, Desktop>, String> {
    let mut sessions = BTreeMap::new();
    for folder in SESSIONS.map(Path::new) {
        let names = if_there(host.list(folder)).map_err(|error| why(folder, &error))?;
        for name in names.unwrap_or_default() {
            let Some(session) = name.strip_suffix(".desktop") else { continue };
            let file = folder.join(&name);
            let text = host.read(&file, FILE_BYTES).map_err(|error| why(&file, &error))?;
            sessions.insert(session.to_owned(), desktop(session, &String::from_utf8_lossy(&text)));
        }
    }
    Ok(sessions)
}

/// What an account uses: the session that it chose last, else the only desktop that is installed. `None`: not known.
///
/// # Errors
/// Why the account's choice could not be read.
pub(super) fn of_account(
    host: &dyn Host,
    account: &str,
    installed: &BTreeMap<String, Desktop>,
) -> Result<Option<Desktop>, String> {
    let file = Path::new(ACCOUNTS).join(account);
    let note = if_there(host.read(&file, FILE_BYTES)).map_err(|error| why(&file, &error))?.unwrap_or_default();
    let note = String::from_utf8_lossy(&note);
    let chosen = |key: &str| value(&note, key).and_then(|session| installed.get(session));
    Ok(chosen("Session").or_else(|| chosen("XSession")).cloned().or_else(|| only(installed)))
}

/// The only desktop, when all sessions are of one.
pub(super) fn only(installed: &BTreeMap<String, Desktop>) -> Option<Desktop> {
    let first = installed.values().next()?;
    installed.values().all(|desktop| desktop == first).then(|| first.clone())
}

fn desktop(session: &str, text: &str) -> Desktop {
    let names: Vec<&str> = value(text, "DesktopNames").unwrap_or_default().split([';', ':']).collect();
    // Some desktops that grew out of GNOME still carry its name beside their own.
    let known = [
        ("Budgie", "Budgie"),
        ("Unity", "Unity"),
        ("KDE", "KDE Plasma"),
        ("XFCE", "Xfce"),
        ("MATE", "MATE"),
        ("X-Cinnamon", "Cinnamon"),
        ("LXQt", "LXQt"),
        ("LXDE", "LXDE"),
    ];
    if let Some((_, name)) = known.iter().find(|(key, _)| names.contains(key)) {
        return Desktop::Other((*name).to_owned());
    }
    if names.contains(&"GNOME") || (names == [""] && session.starts_with("gnome")) {
        return Desktop::Gnome;
    }
    match session {
        "plasma" | "plasmawayland" | "plasmax11" => Desktop::Other("KDE Plasma".into()),
        "xfce" => Desktop::Other("Xfce".into()),
        other => Desktop::Other(other.to_owned()),
    }
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut values = text.lines().filter_map(|line| line.split_once('=')).filter(|(found, _)| found.trim() == key);
    values.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Desktop, desktop};

    #[test]
    fn knows_desktops_by_the_names_they_give_themselves() {
        let other = |name: &str| Desktop::Other(name.to_owned());
        let table = [
            ("gnome", "[Desktop Entry]\nName=GNOME\nDesktopNames=GNOME\n", Desktop::Gnome),
            ("ubuntu", "DesktopNames=ubuntu:GNOME\n", Desktop::Gnome),
            ("gnome-classic", "DesktopNames=GNOME-Classic;GNOME;\n", Desktop::Gnome),
            ("gnome-xorg", "Name=GNOME on Xorg\n", Desktop::Gnome),
            ("budgie-desktop", "DesktopNames=Budgie;GNOME\n", other("Budgie")),
            ("plasma", "DesktopNames=KDE\n", other("KDE Plasma")),
            ("xfce", "Name=Xfce Session\n", other("Xfce")),
            ("i3", "Name=i3\n", other("i3")),
        ];
        for (session, text, expected) in table {
            assert_eq!(desktop(session, text), expected, "{session}");
        }
    }
}
