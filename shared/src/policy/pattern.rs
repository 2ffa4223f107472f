//! Names with `*` in them, as a policy writes them.

/// A pattern in small letters, for many names.
#[derive(Debug)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        Self(pattern.to_lowercase())
    }

    /// Whether it describes a name, which is in small letters.
    pub(super) fn fits(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// Whether `name` is what `pattern` describes: `*` stands for any letters or none, and case makes no difference.
pub(super) fn is_like(pattern: &str, name: &str) -> bool {
    Pattern::new(pattern).fits(&name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in [
            ("STAFF-*", "staff-laptop-4"),
            ("*", ""),
            ("*.staff", "a.teacher.staff"),
            ("lab*-pc*", "LAB3-PC-04"),
            (r"school\*", r"SCHOOL\pupil.one"),
            ("exact", "Exact"),
        ] {
            assert!(is_like(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("STAFF-*", "LAB-1"), ("exact", "exactly"), ("a*a", "a"), ("*b*", "aac"), ("", "a")] {
            assert!(!is_like(pattern, name), "{pattern} {name}");
        }
    }
}
