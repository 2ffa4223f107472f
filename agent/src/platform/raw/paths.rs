//! Paths in the form that Windows takes as they are written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path so that names longer than 260 letters, names such as "NUL" and names with a dot at the end mean the file of
/// that name. A path that is not full, or has ".." in it, is left as it is.
pub(in crate::platform) fn verbatim(path: &Path) -> PathBuf {
    let Some(text) = path.to_str() else { return path.to_path_buf() };
    let text = text.replace('/', "\\");
    let bytes = text.as_bytes();
    let on_drive = bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\";
    let steps = || text.split('\\').skip(1);
    if !on_drive || steps().any(|step| matches!(step, "." | "..")) {
        return path.to_path_buf();
    }
    let mut whole = OsString::from(r"\\?\");
    whole.push(&text[..2]);
    for step in steps().filter(|step| !step.is_empty()) {
        whole.push("\\");
        whole.push(step);
    }
    if text.len() == 3 {
        whole.push("\\");
    }
    PathBuf::from(whole)
}

/// The path as people write it.
pub(in crate::platform) fn plain(path: &Path) -> PathBuf {
    let Some(text) = path.to_str() else { return path.to_path_buf() };
    match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
        (Some(share), _) => PathBuf::from(format!(r"\\{share}")),
        (None, Some(drive)) if drive.as_bytes().get(1) == Some(&b':') => PathBuf::from(drive),
        (None, _) => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(path: &str) -> String {
        verbatim(Path::new(path)).to_string_lossy().into_owned()
    }

    #[test]
    fn full_paths_are_taken_as_they_are_written() {
        assert_eq!(there(r"C:\Users\pupil.one\NUL"), r"\\?\C:\Users\pupil.one\NUL");
        assert_eq!(there(r"C:/Users\\pupil.one\"), r"\\?\C:\Users\pupil.one");
        assert_eq!(there(r"C:\"), r"\\?\C:\");
        assert_eq!(there(r"D:\evil.exe."), r"\\?\D:\evil.exe.");
    }

    #[test]
    fn other_paths_are_left_alone() {
        for path in [r"\\server\share\x", r"Users\x", r"C:\a\..\b", r"\\?\C:\x", r"\\.\C:", "C:"] {
            assert_eq!(there(path), path);
        }
    }

    #[test]
    fn people_see_the_plain_path() {
        assert_eq!(plain(Path::new(r"\\?\C:\Users")), Path::new(r"C:\Users"));
        assert_eq!(plain(Path::new(r"\\?\UNC\server\share")), Path::new(r"\\server\share"));
        assert_eq!(plain(Path::new(r"\\?\Volume{1}\x")), Path::new(r"\\?\Volume{1}\x"));
        assert_eq!(plain(Path::new(r"C:\Users")), Path::new(r"C:\Users"));
    }
}
