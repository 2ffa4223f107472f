//! Files of groups and `key=value` lines, as KDE, LXQt and systemd keep them. Pure.

use std::collections::BTreeMap;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Keyfile {
    values: BTreeMap<(String, String), Value>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    /// Whether files that come after must not change it: `[$i]` at the key, its group or the file (KDE).
    pub(super) fixed: bool,
}

const FIXED: &str = "[$i]";

impl Keyfile {
    /// Reads a file. The last line about a key counts.
    pub(super) fn read(text: &str) -> Self {
        let mut values = BTreeMap::new();
        let (mut group, mut group_fixed, mut file_fixed) = (String::new(), false, false);
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            // Before any group, the mark alone on a line speaks for the whole file.
            if line == FIXED {
                file_fixed |= group.is_empty();
                group_fixed = true;
            } else if let Some(header) = line.strip_prefix('[') {
                let (header, fixed) = without_mark(header);
                group = header.strip_suffix(']').unwrap_or(header).to_owned();
                group_fixed = fixed;
            } else if let Some((key, text)) = line.split_once('=') {
                let (key, fixed) = without_mark(key.trim_end());
                let fixed = fixed || group_fixed || file_fixed;
                values.insert((group.clone(), key.trim().to_owned()), Value { text: text.trim().to_owned(), fixed });
            }
        }
        Self { values }
    }

    /// What stands under a key of a group.
    pub(super) fn value(&self, group: &str, key: &str) -> Option<&Value> {
        self.values.get(&(group.to_owned(), key.to_owned()))
    }
}

/// A header or key without marks such as `[$i]` and `[$e]`, and whether one of them fixes it.
fn without_mark(text: &str) -> (&str, bool) {
    match text.split_once("[$") {
        Some((bare, marks)) => (bare, marks.split(']').next().unwrap_or_default().contains('i')),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::Keyfile;

    #[test]
    fn reads_groups_and_marks() {
        let file = Keyfile::read(
            "# note\n[Daemon]\nTimeout = 5\nLockGrace[$i]=3\nTimeout=6\n[Other][$i]\nA=1\nB[$e]=2\nbroken\n",
        );
        let found = |group, key| file.value(group, key).map(|value| (value.text.as_str(), value.fixed));
        assert_eq!(found("Daemon", "Timeout"), Some(("6", false)));
        assert_eq!(found("Daemon", "LockGrace"), Some(("3", true)));
        assert_eq!(found("Other", "A"), Some(("1", true)));
        assert_eq!(found("Other", "B"), Some(("2", true)));
        assert_eq!(found("Daemon", "broken"), None);
    }

    #[test]
    fn a_mark_at_the_top_fixes_the_whole_file() {
        let file = Keyfile::read("[$i]\n[Daemon]\nTimeout=5\n");
        assert!(file.value("Daemon", "Timeout").expect("it is there").fixed);
    }
}
