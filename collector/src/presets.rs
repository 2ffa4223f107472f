//! The policies that are shipped: one for each kind of school.

use caretaker_shared::policy::PRESET;

/// A policy that a school can begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// "junior-school"; its file has this name and `.toml`.
    pub name: &'static str,
    /// Whose clauses it states: the letter before their numbers.
    pub letter: char,
    /// What kind of school it is for.
    pub school: &'static str,
    /// The file.
    pub text: &'static str,
}

/// All of them, by letter.
pub const PRESETS: [Preset; 5] = [
    Preset {
        name: "secondary-academy",
        letter: 'A',
        school: "a secondary academy",
        text: include_str!("../../packaging/policies/secondary-academy.toml"),
    },
    Preset {
        name: "denominational-secondary",
        letter: 'B',
        school: "a denominational secondary school",
        text: include_str!("../../packaging/policies/denominational-secondary.toml"),
    },
    Preset {
        name: "multi-academy-trust",
        letter: 'C',
        school: "a trust of schools with a managed provider",
        text: include_str!("../../packaging/policies/multi-academy-trust.toml"),
    },
    Preset {
        name: "junior-school",
        letter: 'D',
        school: "a junior school with an outsourced technician",
        text: include_str!("../../packaging/policies/junior-school.toml"),
    },
    Preset {
        name: "all-through",
        letter: 'E',
        school: "an all-through school; what a new collector begins with",
        text: PRESET,
    },
];

/// The preset of that name, in any case.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
}
