//! Folders that belong to Windows and to titles that the administrator installed (platform-facts.md section 3).

use crate::host::windows::{Key, Registry};
use crate::host::{Host, if_there};

const SYSTEM: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PROGRAMS: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
const TITLES: [&str; 2] = [
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];
/// Below these a title has at least one folder of its own: one that names them owns nothing.
const SHARED: [&str; 6] = ["program files", "program files (x86)", "programdata", "users", "windows", "temp"];

/// The folders, in lower case, each with a backslash at its end.
///
/// # Errors
/// When the registry cannot be read.
pub(super) fn folders(host: &dyn Host) -> Result<Vec<String>, String> {
    let windows = host.windows().map_err(|error| format!("the registry: {}", error.kind()))?;
    let registry = windows.registry();
    let text = |key: &Key, name: &str| -> Result<String, String> {
        let value = registry.value(key, name).map_err(|error| format!("{key}: {}", error.kind()))?;
        Ok(value.and_then(|value| value.text().map(str::to_owned)).unwrap_or_default())
    };
    let mut folders = Vec::new();
    let system = text(&Key::machine(SYSTEM), "SystemRoot")?;
    folders.extend(whole(if system.is_empty() { r"C:\Windows" } else { &system }));
    let programs = text(&Key::machine(PROGRAMS), "ProgramFilesDir")?;
    let programs = if programs.is_empty() { r"C:\Program Files".to_owned() } else { programs };
    folders.extend(whole(&format!(r"{programs}\WindowsApps")));
    for titles in TITLES.map(Key::machine) {
        of_titles(registry, &titles, &mut folders).map_err(|error| format!("{titles}: {}", error.kind()))?;
    }
    folders.sort_unstable();
    folders.dedup();
    Ok(folders)
}

fn of_titles(registry: &dyn Registry, titles: &Key, folders: &mut Vec<String>) -> std::io::Result<()> {
    for name in if_there(registry.keys(titles))?.unwrap_or_default() {
        let Some(title) = if_there(registry.values(&titles.below(&name)))? else { continue };
        let location = title.text("InstallLocation");
        let beside = ["UninstallString", "DisplayIcon"].map(|value| folder_of(&title.text(value)));
        let named = [Some(location)].into_iter().chain(beside).flatten();
        folders.extend(named.filter_map(|folder| whole(&folder)).filter(|folder| is_own(folder)));
    }
    Ok(())
}

/// The folder of the program in `"C:\Program Files\Example\uninstall.exe" /S` or `C:\Example\player.exe,0`.
fn folder_of(command: &str) -> Option<String> {
    let program = match command.trim().strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => {
            let end = command.to_lowercase().find(".exe")?;
            command.get(..end)?
        }
    };
    program.trim().rsplit_once('\\').map(|(folder, _)| folder.to_owned())
}

/// A full path in lower case with one backslash at its end; `None` for what is none.
fn whole(folder: &str) -> Option<String> {
    let folder = folder.trim().trim_matches('"').replace('/', "\\").to_lowercase();
    let folder = folder.trim_end_matches('\\');
    let bytes = folder.as_bytes();
    let full = bytes.len() > 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\";
    (full && !folder.split('\\').any(|name| name == "..")).then(|| format!("{folder}\\"))
}

/// Whether a folder can be one title's alone: no drive, no folder of many titles, no one's profile.
fn is_own(folder: &str) -> bool {
    let names: Vec<&str> = folder.trim_end_matches('\\').split('\\').skip(1).collect();
    match names.as_slice() {
        [] => false,
        [only] => !SHARED.contains(only),
        ["users", ..] => false,
        [_, last, ..] => names.len() > 2 || *last != "common files",
    }
}

/// Whether a file lies in one of the folders.
pub(super) fn lies_in(path: &str, folders: &[String]) -> bool {
    let path = path.to_lowercase();
    folders.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::{folder_of, folders, is_own, lies_in, whole};
    use crate::host::System;
    use crate::host::sample::Sample;

    const TITLES: &str = include_str!("../testdata/windows-11-uninstall.reg");

    #[test]
    fn the_system_and_what_the_administrator_installed_are_owned() {
        let folders = folders(&Sample::of(System::Windows).registry(TITLES)).expect("it can be read");
        for owned in [
            r"C:\WINDOWS\System32\notepad.exe",
            r"C:\Program Files\WindowsApps\Example\app.exe",
            r"C:\Program Files\Example Player\player.exe",
            r"D:\Tools\Timetable\bin\timetable.exe",
            r"C:\Program Files (x86)\Example Icons\icons.exe",
        ] {
            assert!(lies_in(owned, &folders), "{owned}");
        }
        for free in [
            r"C:\Program Files\Unlisted\tool.exe",
            r"C:\Users\pupil.one\Downloads\game.exe",
            r"C:\Users\pupil.one\AppData\Local\Own\own.exe",
            r"C:\WindowsOld\a.exe",
            r"C:\tool.exe",
        ] {
            assert!(!lies_in(free, &folders), "{free}");
        }
    }

    #[test]
    fn finds_the_folder_of_a_command() {
        let table = [
            (r#""C:\Program Files\A\un.exe" /S"#, Some(r"C:\Program Files\A")),
            (r"C:\Program Files\A\un.exe /S", Some(r"C:\Program Files\A")),
            (r"C:\A\icon.exe,0", Some(r"C:\A")),
            (r"MsiExec.exe /X{00000000-0000-0000-0000-000000000000}", None),
            ("", None),
        ];
        for (command, folder) in table {
            assert_eq!(folder_of(command).as_deref(), folder, "{command}");
        }
    }

    #[test]
    fn a_folder_of_many_owns_nothing() {
        for shared in [r"C:\", r"C:\Program Files", r"C:\Users\pupil.one\Downloads", r"C:\Program Files\Common Files"] {
            assert!(!whole(shared).is_some_and(|folder| is_own(&folder)), "{shared}");
        }
        assert_eq!(whole(r"C:\A\..\Users"), None);
        assert_eq!(whole("relative"), None);
    }
}
