//! Where a path of a policy begins, on every system: the same answer for the person who writes it and for the device.

/// Whether a path begins at the home of each user.
pub(crate) fn is_at_home(path: &str) -> bool {
    path == "~" || path.starts_with("~/") || path.starts_with("~\\")
}

/// Whether a path begins at the root of a system, of a Windows drive (`C:\`), or of a share (`\\server\`).
pub(crate) fn is_rooted(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    path.starts_with('/') || path.starts_with("\\\\") || drive
}

/// Whether a path leads back up, out of the folder that it seems to lie in.
pub(crate) fn climbs(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "..")
}
