//! `[webhook]`: what is called when mail reaches nobody.

use std::path::Path;

use caretaker_shared::outside::Outside;
use caretaker_shared::secret::Secret;
use hyper::Uri;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::mail::{is_this_machine, minutes, secret};
use super::place::Place;
use crate::delivery::Webhook;
use crate::mail::settings::WebhookSettings;

/// How long a mail waits before, unless the file says.
const AFTER_MINUTES: u64 = 10;
/// Bytes of the shortest key that is worth its name.
const KEY_BYTES: usize = 16;

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWebhook {
    url: Spanned<String>,
    secret_file: Spanned<String>,
    after_minutes: Option<Spanned<i64>>,
    ca_file: Option<Spanned<String>>,
}

/// Checks the section; paths in it are meant from `base`.
pub(super) fn check(raw: &RawWebhook, place: &Place<'_>, base: &Path) -> Result<WebhookSettings, ConfigError> {
    let example = "expected an address, for example \"https://alerts.example.school/caretaker\"";
    let wrong = |problem, expected| place.wrong(&raw.url, "webhook.url", problem, expected);
    let url: Uri = raw.url.get_ref().parse().map_err(|_| wrong("is not an address", example))?;
    let host = url.host().ok_or_else(|| wrong("is not an address", example))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let (is_protected, port) = match url.scheme_str() {
        Some("https") => (true, 443),
        Some("http") if is_this_machine(&host) => (false, 80),
        Some("http") => {
            let expected = "expected https://: http:// is for this machine alone";
            return Err(wrong("would be called over the network unprotected", expected));
        }
        _ => return Err(wrong("is not an address", example)),
    };
    let key = secret(&raw.secret_file, "webhook.secret_file", "the key", place, base)?;
    if key.expose().len() < KEY_BYTES {
        let expected = "expected a file with at least 16 letters and digits, as: openssl rand -hex 32";
        return Err(place.wrong(&raw.secret_file, "webhook.secret_file", "holds a key that can be guessed", expected));
    }
    let webhook = Webhook {
        port: url.port_u16().unwrap_or(port),
        path: url.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        tls: if is_protected { Some(outside(raw, place, base)?) } else { None },
        key: Secret::new(key.expose().as_bytes().to_vec()),
        host,
    };
    let after = minutes(raw.after_minutes.as_ref(), "webhook.after_minutes", AFTER_MINUTES, place)?;
    Ok(WebhookSettings { webhook, after })
}

fn outside(raw: &RawWebhook, place: &Place<'_>, base: &Path) -> Result<Outside, ConfigError> {
    let named = raw.ca_file.as_ref().unwrap_or(&raw.url);
    let expected = "expected a file of certificates, PEM, for example ca_file = \"school-authority.pem\"";
    let unusable = |problem: String| place.wrong(named, "webhook.ca_file", &problem, expected);
    let pem = match &raw.ca_file {
        Some(file) => Some(
            std::fs::read(base.join(file.get_ref())).map_err(|error| unusable(format!("cannot be read: {error}")))?,
        ),
        None => None,
    };
    Outside::new(pem.as_deref()).map_err(|error| unusable(format!("cannot be used: {error}")))
}
