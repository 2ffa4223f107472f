//! A site's policy: one TOML file that says what is asked of its devices, and who hears of what.
//!
//! A value of [`Policy`] is a checked one: [`Policy::parse`] is the only way from a file. What a device must know of it
//! is a [`DevicePolicy`]; thresholds, approved products and addresses stay at the collector.

use std::collections::BTreeMap;

use crate::model::ProbeName;

mod alerting;
mod calendar;
mod check;
mod defaults;
mod detecting;
mod detection;
mod device;
mod error;
mod grouping;
mod hours;
mod licensing;
mod names;
mod pattern;
pub(crate) mod place;
mod retention;
mod routing;
mod sections;
mod table;
mod unreadable;

pub use calendar::{Calendar, Days};
pub use detection::{ALWAYS, Detection, Group, Scope};
pub use device::{DevicePolicy, Viewer};
pub use error::{Advice, PolicyError};
pub use grouping::{DeviceGroup, Grouping};
pub use hours::Hours;
pub use licensing::Licences;
pub use names::NameForm;
pub use retention::Retention;
pub use routing::{Addressee, Concern, LADDER, Route, Rung, rungs};

/// A checked policy. Every key has a default but the addresses under `[alerts]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Which documents are read.
    pub documents: Documents,
    /// Which text is looked at, whose, when, and for what.
    pub detection: Detection,
    /// What counts as an unknown executable (E4).
    pub executables: Executables,
    /// Which antivirus is good enough (E1, A1).
    pub antivirus: Antivirus,
    /// When a screen must lock (E2).
    pub screen_lock: ScreenLock,
    /// Whether disks must be encrypted (B4).
    pub encryption: Encryption,
    /// How old the last security update may be (B2).
    pub updates: Updates,
    /// What passwords must be like, and who may be an administrator (E3, C2).
    pub accounts: Accounts,
    /// How long a session may stand open (D2).
    pub sessions: Sessions,
    /// Whether removable media must be encrypted (A8).
    pub removable: Removable,
    /// Which proxies and private networks are the school's own (E7).
    pub network: Network,
    /// When a device counts as silent (A1).
    pub contact: Contact,
    /// Which devices belong together, for lists and licences.
    pub groups: Vec<DeviceGroup>,
    /// Who hears of what.
    pub alerts: Alerts,
    /// How the content of a case is opened.
    pub cases: Cases,
    /// What people are told before they log in.
    pub notice: Notice,
    /// How long what is kept.
    pub retention: Retention,
    /// When licences are audited, and who hears of it.
    pub licences: Licences,
    /// When there is school.
    pub calendar: Calendar,
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
    /// Whether documents on removable media are read too, wherever these are mounted.
    pub removable_media: bool,
}

/// `[executables]`
#[derive(Debug, Clone, PartialEq)]
pub struct Executables {
    /// Folders that are searched, with their subfolders; a leading `~` as above.
    pub folders: Vec<String>,
    /// What may be there: path prefixes, or `sha256:` and 64 hexadecimal digits in small letters.
    pub allowed: Vec<String>,
    /// Folders, with their subfolders, in which music and videos may lie (E6).
    pub allowed_media_folders: Vec<String>,
    /// Titles that may be installed although they look like a game or a bypass tool (E6, E7), any case.
    pub allowed_titles: Vec<String>,
    /// Whether the names of media files are reported, not only how many lie in a folder (E6).
    pub media_names: bool,
    /// Below this charge, in percent, a device on battery looks for no executables; 0 for never to pause.
    pub pause_below_battery_percent: u8,
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

/// `[encryption]`
#[derive(Debug, Clone, PartialEq)]
pub struct Encryption {
    /// Whether volumes that hold the system or people's files must be encrypted.
    pub required: bool,
}

/// `[updates]`
#[derive(Debug, Clone, PartialEq)]
pub struct Updates {
    /// Days since the last security update; that many still meet the policy.
    pub max_days: u32,
}

/// `[accounts]`
#[derive(Debug, Clone, PartialEq)]
pub struct Accounts {
    /// Days for which a password of a local account may stay the same.
    pub password_max_age_days: u32,
    /// Accounts and groups that may be administrators, any case. A name without a domain holds in every domain.
    pub administrators: Vec<String>,
}

/// `[sessions]`
#[derive(Debug, Clone, PartialEq)]
pub struct Sessions {
    /// Hours for which a session may be neither locked nor touched.
    pub open_hours: u32,
}

/// `[removable]`
#[derive(Debug, Clone, PartialEq)]
pub struct Removable {
    /// Whether removable media must be encrypted.
    pub encrypted: bool,
}

/// `[network]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Network {
    /// Proxies of the school: a host, or a host and port, any case.
    pub approved_proxies: Vec<String>,
    /// Private networks of the school, by the name that the device shows, any case.
    pub approved_tunnels: Vec<String>,
}

/// `[contact]`
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Days without a word after which a device counts as silent.
    pub silent_after_days: u32,
}

/// `[alerts]`, with `[[contacts]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Alerts {
    /// Who hears of safeguarding alerts; at least one.
    pub contacts: Vec<Addressee>,
    /// Who of them hears of what, the first that fits.
    pub routes: Vec<Route>,
    /// Addresses that hear of device alerts; at least one.
    pub network_manager: Vec<String>,
    /// From which level on a safeguarding alert is mailed at all, 1 to 5. What is below stands in the list only.
    pub mail_from_severity: u8,
    /// When digests go out on school days, by the clock at the school.
    pub digest_at: jiff::civil::Time,
}

/// `[cases]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cases {
    /// Whether content about staff is opened only with the approval of the chair of governors (D5).
    pub chair_approves_staff: bool,
    /// How the account that it is about is shown to whoever has opened it (E9).
    pub names: NameForm,
}

/// `[notice]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// What people read before they log in: that the computer is watched over, and by whom (A12). Empty for nothing.
    pub text: String,
}

/// The policy that a new site begins with: the file that the packages ship, with its comments.
pub const PRESET: &str = include_str!("../../../packaging/policies/all-through.toml");

/// A policy that may be put in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The policy.
    pub policy: Policy,
    /// What whoever wrote it should think about.
    pub advice: Vec<Advice>,
}

impl Policy {
    /// Reads and checks a policy file that is in force.
    ///
    /// # Errors
    /// [`PolicyError`] for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Ok(sections::read(text, None)?.accepted.policy)
    }

    /// Reads and checks a policy file that is to be put in force, at `site` or at any site that it may be meant for.
    /// Stricter than [`Policy::parse`]: each route must reach two people. An older file with one stays in force, so
    /// that no alert is held up, until it is changed.
    ///
    /// # Errors
    /// [`PolicyError`] for the first thing that is wrong.
    pub fn accept(text: &str, site: Option<&str>) -> Result<Accepted, PolicyError> {
        let sections::Read { accepted, too_few } = sections::read(text, site)?;
        too_few.map_or(Ok(accepted), Err)
    }

    /// The part of this policy that devices of `site` must know, as it goes to them.
    #[must_use]
    pub fn for_device(&self, school: &str, site: &str, version: u64) -> caretaker_proto::agent::v1::DevicePolicy {
        (&DevicePolicy::of(self, school, site, version)).into()
    }
}

#[cfg(test)]
mod tests;
