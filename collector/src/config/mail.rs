//! `[mail]`: which way mail takes, and that it never leaves the machine unprotected.

use std::path::Path;

use lettre::message::Mailbox;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::place::Place;
use crate::data::read_secret;
use crate::mail::settings::{Credentials, MailSettings, Route, SmtpSettings, SmtpTls};

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
}

const SECTION: &str = "[mail]";

/// Checks the section; paths in it are meant from `base`.
pub(super) fn check(raw: &RawMail, place: &Place<'_>, base: &Path) -> Result<MailSettings, ConfigError> {
    if raw.from.get_ref().parse::<Mailbox>().is_err() {
        let expected = "expected the sender's address, for example \"Caretaker <caretaker@example.school>\"";
        return Err(place.wrong(&raw.from, "mail.from", "is not an e-mail address", expected));
    }
    let route = match raw.route.get_ref().as_str() {
        "maildir" => Route::Maildir { path: base.join(raw.path.as_ref().map_or("mail", |path| path.get_ref())) },
        "smtp" => Route::Smtp(smtp(raw, place, base)?),
        _ => {
            let expected = "expected \"smtp\", or \"maildir\" to keep mail in a folder on this machine";
            return Err(place.wrong(&raw.route, "mail.route", "is not a way for mail", expected));
        }
    };
    Ok(MailSettings { from: raw.from.get_ref().clone(), route })
}

fn smtp(raw: &RawMail, place: &Place<'_>, base: &Path) -> Result<SmtpSettings, ConfigError> {
    let example = "expected the mail server's name, for example host = \"mail.example.school\"";
    let host = raw.host.as_ref().ok_or_else(|| place.missing(SECTION, "mail.host", example))?;
    if host.get_ref().trim().is_empty() {
        return Err(place.wrong(host, "mail.host", "is empty", example));
    }
    let tls = tls(raw, host.get_ref(), place)?;
    let port = match &raw.port {
        None => match tls {
            SmtpTls::Starttls => 587,
            SmtpTls::Implicit => 465,
            SmtpTls::None => 25,
        },
        Some(port) => u16::try_from(*port.get_ref()).ok().filter(|port| *port > 0).ok_or_else(|| {
            place.wrong(port, "mail.port", "is not a port", "expected a number from 1 to 65535, for example 587")
        })?,
    };
    Ok(SmtpSettings {
        host: host.get_ref().clone(),
        port,
        tls,
        credentials: credentials(raw, place, base)?,
        ca_file: raw.ca_file.as_ref().map(|path| base.join(path.get_ref())),
    })
}

fn tls(raw: &RawMail, host: &str, place: &Place<'_>) -> Result<SmtpTls, ConfigError> {
    let Some(word) = &raw.tls else { return Ok(SmtpTls::Starttls) };
    match word.get_ref().as_str() {
        "starttls" => Ok(SmtpTls::Starttls),
        "implicit" => Ok(SmtpTls::Implicit),
        "none" if is_this_machine(host) => Ok(SmtpTls::None),
        "none" => {
            let expected = "expected \"starttls\" or \"implicit\": \"none\" is for a mail server on this machine alone";
            Err(place.wrong(word, "mail.tls", "would send mail over the network unprotected", expected))
        }
        _ => {
            let expected = "expected \"starttls\", \"implicit\", or for this machine \"none\"";
            Err(place.wrong(word, "mail.tls", "is not a kind of protection", expected))
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn credentials(raw: &RawMail, place: &Place<'_>, base: &Path) -> Result<Option<Credentials>, ConfigError> {
    match (&raw.user, &raw.password_file) {
        (None, None) => Ok(None),
        (Some(user), Some(file)) => {
            let path = base.join(file.get_ref());
            let password = read_secret(&path).map_err(|error| {
                let problem = format!("names a file that cannot be used ({error:#})");
                let expected = "expected an owner-only file that holds the password alone";
                place.wrong(file, "mail.password_file", &problem, expected)
            })?;
            let password =
                caretaker_shared::secret::Secret::new(password.expose().trim_end_matches(['\r', '\n']).to_owned());
            Ok(Some(Credentials { user: user.get_ref().clone(), password }))
        }
        (Some(_), None) => {
            let expected =
                "expected a file with the password of mail.user, for example password_file = \"smtp-password\"";
            Err(place.missing(SECTION, "mail.password_file", expected))
        }
        (None, Some(_)) => {
            Err(place.missing(SECTION, "mail.user", "expected the account that mail.password_file belongs to"))
        }
    }
}
