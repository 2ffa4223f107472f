//! Which desktops are installed, and which one an account uses.

use std::collections::BTreeMap;
use std::path::Path;

use super::account::Who;
use crate::host::{Host, if_there, why};

/// Where desktops register their sessions.
pub(super) const SESSIONS: [&str; 2] = ["/usr/share/wayland-sessions", "/usr/share/xsessions"];
const ACCOUNTS: &str = "/var/lib/AccountsService/users";
const LOGIN_SESSIONS: &str = "/run/systemd/sessions";
const MOST_SESSIONS: usize = 256;
const FILE_BYTES: u64 = 64 * 1024;

/// A desktop, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Desktop {
    /// GNOME, under any of its session names.
    Gnome,
    /// KDE Plasma.
    Kde,
    /// MATE.
    Mate,
    /// Cinnamon.
    Cinnamon,
    /// sway.
    Sway,
    /// Hyprland.
    Hyprland,
    /// One that leaves the lock to a program of its own, by name: Xfce, LXQt, LXDE.
    WithLocker(&'static str),
    /// One whose settings this version does not read, by name.
    Other(String),
}

impl Desktop {
    /// Its name for people.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Gnome => "GNOME",
            Self::Kde => "KDE Plasma",
            Self::Mate => "MATE",
            Self::Cinnamon => "Cinnamon",
            Self::Sway => "sway",
            Self::Hyprland => "Hyprland",
            Self::WithLocker(name) => name,
            Self::Other(name) => name,
        }
    }
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

/// What an account uses: the desktop of its session, else the one that it chose last, else the only one that is
/// installed. `None`: not known.
///
/// # Errors
/// Why the account's choice could not be read.
pub(super) fn of_account(who: &Who<'_>, installed: &BTreeMap<String, Desktop>) -> Result<Option<Desktop>, String> {
    let named = |session: &str| installed.get(session).cloned().or_else(|| known(session));
    if let Some(desktop) = of_session(who)?.as_deref().and_then(named) {
        return Ok(Some(desktop));
    }
    let notes = [Some(Path::new(ACCOUNTS).join(who.name())), who.home(".dmrc")];
    for file in notes.into_iter().flatten() {
        let note = who.text(&file)?.unwrap_or_default();
        let chosen = |key: &str| value(&note, key).and_then(|session| installed.get(session));
        if let Some(desktop) = chosen("Session").or_else(|| chosen("XSession")) {
            return Ok(Some(desktop.clone()));
        }
    }
    Ok(only(installed))
}

/// What the login service calls the desktop of the account's graphical session.
fn of_session(who: &Who<'_>) -> Result<Option<String>, String> {
    let Some(account) = who.account.filter(|account| account.logged_in) else { return Ok(None) };
    let folder = Path::new(LOGIN_SESSIONS);
    let names = if_there(who.host.list(folder)).map_err(|error| why(folder, &error))?.unwrap_or_default();
    for name in names.iter().filter(|name| !name.contains('.')).take(MOST_SESSIONS) {
        let note = who.text(&folder.join(name))?.unwrap_or_default();
        let own = value(&note, "UID").and_then(|uid| uid.parse().ok()) == Some(account.uid);
        let graphical = matches!(value(&note, "TYPE"), Some("x11" | "wayland"));
        if own && graphical && value(&note, "CLASS") == Some("user") {
            return Ok(value(&note, "DESKTOP").map(str::to_owned));
        }
    }
    Ok(None)
}

/// The only desktop, when all sessions are of one.
pub(super) fn only(installed: &BTreeMap<String, Desktop>) -> Option<Desktop> {
    let first = installed.values().next()?;
    installed.values().all(|desktop| desktop == first).then(|| first.clone())
}

fn desktop(session: &str, text: &str) -> Desktop {
    let names: Vec<&str> = value(text, "DesktopNames").unwrap_or_default().split([';', ':']).collect();
    // Some desktops that grew out of GNOME still carry its name beside their own.
    let table = [
        ("Budgie", Desktop::Other("Budgie".into())),
        ("Unity", Desktop::Other("Unity".into())),
        ("KDE", Desktop::Kde),
        ("XFCE", Desktop::WithLocker("Xfce")),
        ("MATE", Desktop::Mate),
        ("X-Cinnamon", Desktop::Cinnamon),
        ("LXQt", Desktop::WithLocker("LXQt")),
        ("LXDE", Desktop::WithLocker("LXDE")),
        ("sway", Desktop::Sway),
        ("Hyprland", Desktop::Hyprland),
    ];
    if let Some((_, desktop)) = table.into_iter().find(|(key, _)| names.contains(key)) {
        return desktop;
    }
    if names.contains(&"GNOME") || (names == [""] && session.starts_with("gnome")) {
        return Desktop::Gnome;
    }
    known(session).unwrap_or_else(|| Desktop::Other(session.to_owned()))
}

/// Desktops by the names of their sessions, for files that do not say and for the login service.
fn known(session: &str) -> Option<Desktop> {
    Some(match session.to_ascii_lowercase().as_str() {
        "gnome" | "ubuntu" | "gnome-xorg" | "gnome-classic" => Desktop::Gnome,
        "kde" | "plasma" | "plasmawayland" | "plasmax11" => Desktop::Kde,
        "xfce" | "xubuntu" => Desktop::WithLocker("Xfce"),
        "lxqt" | "lubuntu" => Desktop::WithLocker("LXQt"),
        "lxde" => Desktop::WithLocker("LXDE"),
        "mate" => Desktop::Mate,
        "cinnamon" | "cinnamon2d" => Desktop::Cinnamon,
        "sway" => Desktop::Sway,
        "hyprland" | "hyprland-uwsm" => Desktop::Hyprland,
        _ => return None,
    })
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
            ("plasma", "DesktopNames=KDE\n", Desktop::Kde),
            ("xfce", "Name=Xfce Session\n", Desktop::WithLocker("Xfce")),
            ("cinnamon", "DesktopNames=X-Cinnamon\n", Desktop::Cinnamon),
            ("sway", "Name=Sway\n", Desktop::Sway),
            ("i3", "Name=i3\n", other("i3")),
        ];
        for (session, text, expected) in table {
            assert_eq!(desktop(session, text), expected, "{session}");
        }
    }
}
