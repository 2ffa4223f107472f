//! A site's policy: one TOML file that says what is asked of its devices, and who hears of what.

use std::collections::BTreeMap;

use crate::model::ProbeName;

/// A checked policy. Every key has a default but the addresses under `[alerts]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Which documents are read, and for what.
    pub documents: Documents,
    /// What counts as an unknown executable (E4).
    pub executables: Executables,
    /// Which antivirus is good enough (E1, A1).
    pub antivirus: Antivirus,
    /// When a screen must lock (E2).
    pub screen_lock: ScreenLock,
    /// When a device counts as silent (A1).
    pub contact: Contact,
    /// Who hears of what.
    pub alerts: Alerts,
    /// How often a probe asks, in minutes. A probe without an entry keeps its own rhythm.
    pub schedule: BTreeMap<ProbeName, u32>,
}

/// `[documents]`
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    /// Whether any document is read.
    pub enabled: bool,
    /// Folders, with their subfolders; a leading `~` stands for the home of each user.
    pub folders: Vec<String>,
    /// Ids of categories.
    pub categories: Vec<String>,
}

/// `[executables]`
#[derive(Debug, Clone, PartialEq)]
pub struct Executables {
    /// Folders that are searched, with their subfolders; a leading `~` as above.
    pub folders: Vec<String>,
    /// What may be there: path prefixes, or `sha256:` and 64 hexadecimal digits.
    pub allowed: Vec<String>,
}

/// `[antivirus]`
#[derive(Debug, Clone, PartialEq)]
pub struct Antivirus {
    /// Product names, any case.
    pub approved: Vec<String>,
    /// Whether files must be looked at as they are opened.
    pub real_time: bool,
    /// How old signatures may be.
    pub signature_max_age_hours: u32,
}

/// `[screen_lock]`
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenLock {
    /// Idle seconds until the password must be demanded; that many still meet the policy.
    pub max_seconds: u32,
}

/// `[contact]`
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Days without a word after which a device counts as silent.
    pub silent_after_days: u32,
}

/// `[alerts]`
#[derive(Debug, Clone, PartialEq)]
pub struct Alerts {
    /// Addresses that hear of safeguarding alerts; at least one.
    pub safeguarding_lead: Vec<String>,
    /// Addresses that hear of device alerts; at least one.
    pub network_manager: Vec<String>,
    /// From which level on a safeguarding alert is mailed at once, 1 to 5. What is below stands in the list only.
    pub mail_from_severity: u8,
}

/// What is wrong with a policy file, and how it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}: {problem}\n  {expected}")]
pub struct PolicyError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Dotted path of the key, as far as it is known, and the value as written: `screen_lock.max_seconds = "5m"`.
    pub field: String,
    /// What is wrong: "is not a whole number".
    pub problem: String,
    /// What was expected: "expected a whole number of seconds, for example 300".
    pub expected: String,
}

/// The policy that a new site begins with: the file that the packages ship, with its comments.
pub const PRESET: &str = include_str!("../../../packaging/policies/all-through.toml");

impl Policy {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// [`PolicyError`] for the first thing that is wrong.
    pub fn parse(_text: &str) -> Result<Self, PolicyError> {
        unimplemented!("written next")
    }
}
