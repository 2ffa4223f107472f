//! What `pmset -g custom` writes: the settings of each source of power. Pure.

/// Minutes until the display sleeps; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct DisplaySleep {
    /// On mains.
    pub(super) mains: Option<u32>,
    /// On battery; `None` where there is none.
    pub(super) battery: Option<u32>,
}

/// Reads it. What it does not say is `None`.
pub(super) fn display_sleep(text: &str) -> DisplaySleep {
    let mut found = DisplaySleep::default();
    let mut source = "";
    for line in text.lines() {
        if let Some(name) = line.strip_suffix(':').filter(|name| !name.starts_with(char::is_whitespace)) {
            source = name;
            continue;
        }
        let mut words = line.split_whitespace();
        if words.next() != Some("displaysleep") {
            continue;
        }
        let minutes = words.next().and_then(|word| word.parse().ok());
        match source {
            "AC Power" => found.mains = minutes,
            "Battery Power" => found.battery = minutes,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{DisplaySleep, display_sleep};

    #[test]
    fn each_source_of_power_has_its_own_minutes() {
        let laptop = include_str!("testdata/macos-pmset-laptop");
        assert_eq!(display_sleep(laptop), DisplaySleep { mains: Some(10), battery: Some(2) });
        let desktop = "AC Power:\n displaysleep         0\n sleep 0\n";
        assert_eq!(display_sleep(desktop), DisplaySleep { mains: Some(0), battery: None });
        assert_eq!(display_sleep("pmset: something else\n displaysleep 5\n"), DisplaySleep::default());
    }
}
