//! What a desktop entry or another file of `[Section]` and `Name=value` lines says.

/// Longer values are cut: a name is shown to people.
const VALUE_CHARS: usize = 500;

/// The value of a name in a section; empty when there is none.
pub(super) fn value(text: &str, section: &str, name: &str) -> String {
    let heading = |line: &&str| line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) == Some(section);
    let lines = text.lines().map(str::trim).skip_while(|line| !heading(line)).skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    let found = lines.find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
    found.unwrap_or_default().trim().chars().take(VALUE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn finds_a_value_in_its_own_section() {
        let text =
            "# comment\n[Desktop Entry]\nName[de]=Tafel\nName = Slate\nCategories=Game;\n[Desktop Action]\nName=New\n";
        assert_eq!(value(text, "Desktop Entry", "Name"), "Slate");
        assert_eq!(value(text, "Desktop Action", "Name"), "New");
        assert_eq!(value(text, "Desktop Action", "Categories"), "");
        assert_eq!(value(text, "Application", "Name"), "");
        assert_eq!(value("", "Desktop Entry", "Name"), "");
    }
}
