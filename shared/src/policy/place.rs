//! Places that a policy names: for devices of every system, so that one policy serves a site with several.
//!
//! `/srv/shared` is a folder of Linux and macOS, `D:\Shared` one of Windows, `~/Documents` one of each user on all of
//! them. A device passes over the places that are not of its system.

/// Whether it begins at a root: `/`, or a drive as in `C:\`.
#[must_use]
pub fn is_rooted(text: &str) -> bool {
    text.starts_with('/') || is_on_drive(text)
}

/// Whether it begins at each user's home.
#[must_use]
pub fn is_in_homes(text: &str) -> bool {
    text == "~" || text.starts_with("~/")
}

/// Whether a part of it leads back up. A backslash separates on Windows, and is as good as never in a name elsewhere.
#[must_use]
pub fn leads_up(text: &str) -> bool {
    text.split(['/', '\\']).any(|part| part == "..")
}

fn is_on_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::{is_in_homes, is_rooted, leads_up};

    #[test]
    fn knows_the_roots_of_every_system() {
        for rooted in ["/", "/srv/shared", r"C:\", r"d:\Shared\Year 7"] {
            assert!(is_rooted(rooted), "{rooted}");
        }
        for none in ["", "Documents", "C:", "C:Documents", "C:/Documents", r"\\server\share", r"\Users", r"CC:\a"] {
            assert!(!is_rooted(none), "{none}");
        }
        assert!(is_in_homes("~") && is_in_homes("~/Documents"));
        assert!(!is_in_homes("~other/Documents") && !is_in_homes(r"~\Documents"));
    }

    #[test]
    fn sees_the_way_up_in_either_writing() {
        assert!(leads_up("/home/../etc") && leads_up(r"C:\Users\..\Windows") && leads_up(r"C:\Users/.."));
        assert!(!leads_up("/home/..etc") && !leads_up(r"C:\Users\a..b"));
    }
}
