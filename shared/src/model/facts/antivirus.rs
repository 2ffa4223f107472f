//! Antivirus products and what they do.

use jiff::Timestamp;
use serde::Serialize;

/// All antivirus products of a device. None is an answer too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Antivirus {
    /// Those that are installed.
    pub products: Vec<AntivirusProduct>,
    /// What they have found lately (A2), newest last.
    pub detections: Vec<Detection>,
}

/// A virus that a product says it met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Detection {
    /// When, as the product wrote it down.
    pub found_at: Timestamp,
    /// Which product.
    pub product: String,
    /// What the product calls it.
    pub threat: String,
    /// The file; empty when the product does not say.
    pub path: String,
    /// What the product did: "quarantined", "blocked", "found"; empty when it does not say.
    pub action: String,
}

/// One antivirus product. What it does not tell is `None`, never a guess.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AntivirusProduct {
    /// "ClamAV".
    pub name: String,
    /// "Cisco Talos"; empty when not known.
    pub vendor: String,
    /// Of the program; empty when it does not say.
    pub version: String,
    /// Whether its engine runs.
    pub engine: Engine,
    /// Whether files are looked at as they are opened.
    pub real_time: RealTime,
    /// Of its signatures; empty when there are none.
    pub signature_version: String,
    /// When its signatures were made.
    pub signatures_built_at: Option<Timestamp>,
    /// Whether the product itself calls its signatures up to date: a claim, beside the age that we compute.
    pub claims_up_to_date: Option<bool>,
    /// Whether its licence has run out.
    pub expired: Option<bool>,
    /// Whether users are kept from turning it off.
    pub tamper_protection: Option<bool>,
    /// Whether it stands back because another product protects the device.
    pub passive: Option<bool>,
    /// Where each answer came from, one line each.
    pub evidence: Vec<String>,
}

/// Whether an antivirus engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// It does.
    Running,
    /// It does not.
    Stopped,
    /// It cannot be told.
    #[default]
    Unknown,
}

impl Engine {
    /// One word: running, stopped, unknown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// What an antivirus does when a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RealTime {
    /// Keeps an infected file from being opened.
    Blocking,
    /// Tells of it, but lets it be opened.
    DetectOnly,
    /// Nothing.
    Off,
    /// It cannot be told.
    #[default]
    Unknown,
}

impl RealTime {
    /// One word: blocking, detect-only, off, unknown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::DetectOnly => "detect-only",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}
