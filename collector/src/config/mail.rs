//! `[mail]` and `[mail.second]`: which way mail takes, and that it never leaves the machine unprotected.

use std::path::Path;
use std::time::Duration;

use caretaker_shared::secret::Secret;
use lettre::message::Mailbox;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::place::Place;
use crate::data::read_secret;
use crate::mail::settings::{Credentials, MailSettings, Route, SecondSettings, SmtpSettings, SmtpTls};

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMail {
    from: Spanned<String>,
    route: Spanned<String>,
    path: Option<Spanned<String>>,
    host: Option<Spanned<String>>,
    port: Option<Spanned<i64>>,
    tls: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password_file: Option<Spanned<String>>,
    ca_file: Option<Spanned<String>>,
    second: Option<RawSecond>,
}

/// `[mail.second]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSecond {
    after_minutes: Option<Spanned<i64>>,
    host: Option<Spanned<String>>,
    port: Option<Spanned<i64>>,
    tls: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    password_file: Option<Spanned<String>>,
    ca_file: Option<Spanned<String>>,
}

/// The keys of a mail server, of either section.
struct Server<'a> {
    /// "mail", "mail.second".
    section: &'static str,
    host: Option<&'a Spanned<String>>,
    port: Option<&'a Spanned<i64>>,
    tls: Option<&'a Spanned<String>>,
    user: Option<&'a Spanned<String>>,
    password_file: Option<&'a Spanned<String>>,
    ca_file: Option<&'a Spanned<String>>,
}

/// How long a mail waits for the first server before the second is tried, unless the file says.
const SECOND_AFTER_MINUTES: u64 = 5;

/// Checks the section; paths in it are meant from `base`.
pub(super) fn check(raw: &RawMail, place: &Place<'_>, base: &Path) -> Result<MailSettings, ConfigError> {
    if raw.from.get_ref().parse::<Mailbox>().is_err() {
        let expected = "expected the sender's address, for example \"Caretaker <caretaker@example.school>\"";
        return Err(place.wrong(&raw.from, "mail.from", "is not an e-mail address", expected));
    }
    let route = match raw.route.get_ref().as_str() {
        "maildir" => Route::Maildir { path: base.join(raw.path.as_ref().map_or("mail", |path| path.get_ref())) },
        "smtp" => Route::Smtp(raw.server().smtp(place, base)?),
        _ => {
            let expected = "expected \"smtp\", or \"maildir\" to keep mail in a folder on this machine";
            return Err(place.wrong(&raw.route, "mail.route", "is not a way for mail", expected));
        }
    };
    let second = raw.second.as_ref().map(|second| second.check(place, base)).transpose()?;
    Ok(MailSettings { from: raw.from.get_ref().clone(), route, second })
}

/// A number of minutes that something waits.
pub(super) fn minutes(
    raw: Option<&Spanned<i64>>,
    key: &str,
    default: u64,
    place: &Place<'_>,
) -> Result<Duration, ConfigError> {
    let minutes = match raw {
        None => default,
        Some(number) => u64::try_from(*number.get_ref()).ok().filter(|number| *number <= 24 * 60).ok_or_else(|| {
            place.wrong(number, key, "is not a number of minutes", "expected a number from 0 to 1440, for example 5")
        })?,
    };
    Ok(Duration::from_secs(60 * minutes))
}

impl RawMail {
    fn server(&self) -> Server<'_> {
        Server {
            section: "mail",
            host: self.host.as_ref(),
            port: self.port.as_ref(),
            tls: self.tls.as_ref(),
            user: self.user.as_ref(),
            password_file: self.password_file.as_ref(),
            ca_file: self.ca_file.as_ref(),
        }
    }
}

impl RawSecond {
    fn check(&self, place: &Place<'_>, base: &Path) -> Result<SecondSettings, ConfigError> {
        let server = Server {
            section: "mail.second",
            host: self.host.as_ref(),
            port: self.port.as_ref(),
            tls: self.tls.as_ref(),
            user: self.user.as_ref(),
            password_file: self.password_file.as_ref(),
            ca_file: self.ca_file.as_ref(),
        };
        let after = minutes(self.after_minutes.as_ref(), "mail.second.after_minutes", SECOND_AFTER_MINUTES, place)?;
        Ok(SecondSettings { smtp: server.smtp(place, base)?, after })
    }
}

impl Server<'_> {
    fn smtp(&self, place: &Place<'_>, base: &Path) -> Result<SmtpSettings, ConfigError> {
        let example = "expected the mail server's name, for example host = \"mail.example.school\"";
        let host = self.host.ok_or_else(|| place.missing(&self.line(), &self.key("host"), example))?;
        if host.get_ref().trim().is_empty() {
            return Err(place.wrong(host, &self.key("host"), "is empty", example));
        }
        let tls = self.tls(host.get_ref(), place)?;
        let port = match self.port {
            None => match tls {
                SmtpTls::Starttls => 587,
                SmtpTls::Implicit => 465,
                SmtpTls::None => 25,
            },
            Some(port) => u16::try_from(*port.get_ref()).ok().filter(|port| *port > 0).ok_or_else(|| {
                let expected = "expected a number from 1 to 65535, for example 587";
                place.wrong(port, &self.key("port"), "is not a port", expected)
            })?,
        };
        Ok(SmtpSettings {
            host: host.get_ref().clone(),
            port,
            tls,
            credentials: self.credentials(place, base)?,
            ca_file: self.ca_file.map(|path| base.join(path.get_ref())),
        })
    }

    fn tls(&self, host: &str, place: &Place<'_>) -> Result<SmtpTls, ConfigError> {
        let Some(word) = self.tls else { return Ok(SmtpTls::Starttls) };
        match word.get_ref().as_str() {
            "starttls" => Ok(SmtpTls::Starttls),
            "implicit" => Ok(SmtpTls::Implicit),
            "none" if is_this_machine(host) => Ok(SmtpTls::None),
            "none" => {
                let expected =
                    "expected \"starttls\" or \"implicit\": \"none\" is for a mail server on this machine alone";
                Err(place.wrong(word, &self.key("tls"), "would send mail over the network unprotected", expected))
            }
            _ => {
                let expected = "expected \"starttls\", \"implicit\", or for this machine \"none\"";
                Err(place.wrong(word, &self.key("tls"), "is not a kind of protection", expected))
            }
        }
    }

    fn credentials(&self, place: &Place<'_>, base: &Path) -> Result<Option<Credentials>, ConfigError> {
        match (self.user, self.password_file) {
            (None, None) => Ok(None),
            (Some(user), Some(file)) => {
                let password = secret(file, &self.key("password_file"), "the password", place, base)?;
                Ok(Some(Credentials { user: user.get_ref().clone(), password }))
            }
            (Some(_), None) => {
                let expected = format!(
                    "expected a file with the password of {}, for example password_file = \"smtp-password\"",
                    self.key("user")
                );
                Err(place.missing(&self.line(), &self.key("password_file"), &expected))
            }
            (None, Some(_)) => {
                let expected = format!("expected the account that {} belongs to", self.key("password_file"));
                Err(place.missing(&self.line(), &self.key("user"), &expected))
            }
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.section)
    }

    fn line(&self) -> String {
        format!("[{}]", self.section)
    }
}

/// What stands alone in an owner-only file.
pub(super) fn secret(
    file: &Spanned<String>,
    key: &str,
    what: &str,
    place: &Place<'_>,
    base: &Path,
) -> Result<Secret<String>, ConfigError> {
    let held = read_secret(&base.join(file.get_ref())).map_err(|error| {
        let problem = format!("names a file that cannot be used ({error:#})");
        let expected = format!("expected an owner-only file that holds {what} alone");
        place.wrong(file, key, &problem, &expected)
    })?;
    Ok(Secret::new(held.expose().trim_end_matches(['\r', '\n']).to_owned()))
}

/// Whether a host is this machine, so that nothing said to it goes over a network.
pub(super) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
