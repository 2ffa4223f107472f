//! How grave a finding is.

use std::fmt;

/// How serious an event is: 1 (worth counting) to 5 (a life in danger). See detection.md 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity(u8);

impl Severity {
    /// A life in danger, now.
    pub const HIGHEST: Self = Self(5);

    /// Worth counting, and no more.
    pub const LOWEST: Self = Self(1);

    /// A level; `None` unless it is 1 to 5.
    #[must_use]
    pub fn new(level: u32) -> Option<Self> {
        u8::try_from(level).ok().filter(|level| (1..=5).contains(level)).map(Self)
    }

    /// A level that is known when this is compiled, 1 to 5.
    pub(crate) const fn at(level: u8) -> Self {
        assert!(level >= 1 && level <= 5, "a severity is 1 to 5");
        Self(level)
    }

    /// 1 to 5.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}
