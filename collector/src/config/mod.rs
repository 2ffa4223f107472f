//! The settings of one collector: `collector.toml` in its data folder. Read once at start; reading writes nothing.
//!
//! The file is first parsed as it is written, with every key known, then checked. An error names the line, the key,
//! what is wrong and how it should be.

mod mail;
mod metrics;
mod place;
mod template;
mod webhook;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use caretaker_shared::log::Level;
use serde::Deserialize;
use toml::Spanned;

use crate::data::DataFolder;
use crate::mail::settings::{MailSettings, WebhookSettings};
use place::Place;

pub use template::template;

/// Checked settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the school or trust.
    pub school: String,
    /// Host and port under which devices reach the collector; goes into enrolment tokens.
    pub address: String,
    /// Where the collector listens.
    pub listen: SocketAddr,
    /// How much it says about itself.
    pub log: Level,
    /// How mail leaves the house.
    pub mail: MailSettings,
    /// Number of the local children's social care, as guidance shows it.
    pub social_care: Option<String>,
    /// Where a monitoring system gets figures, on this machine alone; `None` for nowhere.
    pub metrics: Option<SocketAddr>,
    /// What is called when mail reaches nobody.
    pub webhook: Option<WebhookSettings>,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something in it is not as it should be.
    #[error("{}, line {line}: {key} {problem}\n  {expected}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Line in it, from 1.
        line: usize,
        /// Dotted name of the key, as far as it is known.
        key: String,
        /// "is not a port".
        problem: String,
        /// "expected a number from 1 to 65535, for example 587".
        expected: String,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    school: Spanned<String>,
    address: Spanned<String>,
    listen: Spanned<String>,
    #[serde(default)]
    log: Option<Spanned<String>>,
    #[serde(default)]
    social_care: Option<Spanned<String>>,
    mail: mail::RawMail,
    webhook: Option<webhook::RawWebhook>,
    metrics: Option<metrics::RawMetrics>,
}

impl Config {
    /// Reads and checks the settings of a data folder.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is wrong.
    pub fn load(folder: &DataFolder) -> Result<Self, ConfigError> {
        let path = folder.settings();
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ConfigError::Unreadable { path: path.clone(), reason: error.to_string() })?;
        Self::parse(&text, &path, folder.path())
    }

    /// Checks settings; paths in them are meant from `base`.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is wrong.
    pub fn parse(text: &str, path: &Path, base: &Path) -> Result<Self, ConfigError> {
        let place = Place { path, text };
        let raw: Raw = toml::from_str(text).map_err(|error| place.syntax(&error))?;
        if raw.school.get_ref().trim().is_empty() || raw.school.get_ref().chars().any(char::is_control) {
            return Err(place.wrong(&raw.school, "school", "is empty", "expected the name of the school"));
        }
        if !is_address(raw.address.get_ref()) {
            let expected = "expected host:port as devices reach it, for example \"caretaker.example.school:7443\"";
            return Err(place.wrong(&raw.address, "address", "is not host:port", expected));
        }
        let listen = raw.listen.get_ref().parse().map_err(|_| {
            let expected = "expected an IP address and a port, for example \"0.0.0.0:7443\"";
            place.wrong(&raw.listen, "listen", "is not an IP address with a port", expected)
        })?;
        let log = match &raw.log {
            None => Level::Info,
            Some(word) => level(word.get_ref()).ok_or_else(|| {
                place.wrong(word, "log", "is not a level", "expected \"warn\", \"info\" or \"debug\"")
            })?,
        };
        let mail = mail::check(&raw.mail, &place, base)?;
        let social_care = match &raw.social_care {
            Some(number) if !is_line(number.get_ref()) => {
                let expected = "expected a telephone number, for example \"01632 960 000\"";
                return Err(place.wrong(number, "social_care", "is not one line of at most 100 letters", expected));
            }
            number => number.as_ref().map(|number| number.get_ref().trim().to_owned()),
        };
        let webhook = raw.webhook.as_ref().map(|raw| webhook::check(raw, &place, base)).transpose()?;
        let metrics = raw.metrics.as_ref().map(|raw| metrics::check(raw, &place)).transpose()?;
        let (school, address) = (raw.school.into_inner(), raw.address.into_inner());
        Ok(Self { school, address, listen, log, mail, social_care, metrics, webhook })
    }
}

/// Whether a text is one line that says something.
fn is_line(text: &str) -> bool {
    let length = text.trim().chars().count();
    (1..=100).contains(&length) && !text.chars().any(char::is_control)
}

/// The level of that name.
#[must_use]
pub fn level(word: &str) -> Option<Level> {
    match word {
        "warn" => Some(Level::Warn),
        "info" => Some(Level::Info),
        "debug" => Some(Level::Debug),
        _ => None,
    }
}

/// Says whether a text is `host:port`.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains(|letter: char| letter.is_whitespace()) && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests;
