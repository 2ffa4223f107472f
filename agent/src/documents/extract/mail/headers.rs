//! The lines above the first empty one, by name.

use encoding_rs::Encoding;

use super::encodings::{self, Way};

/// Longest block of headers.
const BYTES: usize = 256 * 1024;
/// Names that programs write and people do not.
const OF_PROGRAMS: &[&str] =
    &["message-id", "received", "mime-version", "return-path", "delivered-to", "dkim-signature", "x-mailer"];
/// Names that every message has.
const OF_LETTERS: &[&str] = &["date", "from", "to", "subject", "sender", "reply-to"];

/// Names in small letters, and what stands behind them, unfolded.
#[derive(Default)]
pub(super) struct Headers {
    fields: Vec<(String, String)>,
}

impl Headers {
    /// Headers, and the body behind them. `None` when the bytes do not begin with a block of headers.
    pub(super) fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut headers = Self::default();
        let mut rest = bytes;
        loop {
            let end = rest.iter().take(BYTES).position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let (line, behind) = rest.split_at(end);
            let trimmed = line.trim_ascii_end();
            if bytes.len() - behind.len() > BYTES {
                return None;
            }
            if trimmed.is_empty() {
                return Some((headers, behind));
            }
            headers.add(trimmed)?;
            rest = behind;
        }
    }

    fn add(&mut self, line: &[u8]) -> Option<()> {
        let line = String::from_utf8_lossy(line);
        if line.starts_with([' ', '\t']) {
            let (_, value) = self.fields.last_mut()?;
            value.push_str(&line);
            return Some(());
        }
        let (name, value) = line.split_once(':')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        self.fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        Some(())
    }

    /// Whether a program wrote them, and for a letter.
    pub(super) fn are_of_mail(&self) -> bool {
        let has = |known: &[&str]| self.fields.iter().any(|(name, _)| known.contains(&name.as_str()));
        has(OF_PROGRAMS) && has(OF_LETTERS)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What stands behind a name, with its encoded words read.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        self.value(name).map(words)
    }

    /// Type and subtype, in small letters.
    pub(super) fn kind(&self) -> String {
        let value = self.value("content-type").unwrap_or("text/plain");
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// What parts the parts.
    pub(super) fn boundary(&self) -> Option<String> {
        parameter(self.value("content-type")?, "boundary")
    }

    /// The name of the encoding of the text.
    pub(super) fn charset(&self) -> Option<String> {
        parameter(self.value("content-type")?, "charset")
    }

    /// How the bytes are written for the way.
    pub(super) fn encoding(&self) -> Way {
        let value = self.value("content-transfer-encoding").unwrap_or_default().trim();
        match value.to_ascii_lowercase().as_str() {
            "base64" => Way::Base64,
            "quoted-printable" => Way::QuotedPrintable,
            _ => Way::Plain,
        }
    }

    /// Whether it is meant to be opened apart.
    pub(super) fn is_attached(&self) -> bool {
        self.value("content-disposition")
            .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("attachment"))
    }

    /// The name of the file that a part is.
    pub(super) fn file_name(&self) -> Option<String> {
        let named = |header, name| self.value(header).and_then(|value| parameter(value, name));
        named("content-disposition", "filename").or_else(|| named("content-type", "name"))
    }
}

/// A parameter's value: quoted, bare, or in the extended form with a charset and percent signs.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let parameters = Parameters { rest: value.split_once(';')?.1 };
    for (name, value) in parameters {
        let Some(form) = name.strip_prefix(wanted) else { continue };
        match form {
            "" => return Some(words(&value)),
            "*" | "*0*" => return Some(extended(&value)),
            "*0" => return Some(value),
            _ => {}
        }
    }
    None
}

struct Parameters<'a> {
    rest: &'a str,
}

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.rest.split_once('=')?;
        let name = name.trim_start_matches([';', ' ', '\t', '\r']).trim_end().to_ascii_lowercase();
        let rest = rest.trim_start();
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(';').unwrap_or(rest.len());
            self.rest = rest[end..].trim_start_matches(';');
            return Some((name, rest[..end].trim().to_owned()));
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        self.rest = "";
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &quoted[at + 1..];
                    break;
                }
                '\\' => value.extend(characters.next().map(|(_, character)| character)),
                _ => value.push(character),
            }
        }
        Some((name, value))
    }
}

/// `utf-8'en'caf%C3%A9`.
fn extended(value: &str) -> String {
    let mut steps = value.splitn(3, '\'');
    let (Some(charset), Some(_), Some(coded)) = (steps.next(), steps.next(), steps.next()) else {
        return value.to_owned();
    };
    let bytes = encodings::escaped(coded.as_bytes(), b'%');
    Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8).decode(&bytes).0.into_owned()
}

/// Words of a header, those between `=?` and `?=` decoded. Space between two of those is none of the text.
fn words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_coded = false;
    while let Some(at) = rest.find("=?") {
        let (before, behind) = rest.split_at(at);
        if !(after_coded && before.trim().is_empty()) {
            text.push_str(before);
        }
        match coded_word(&behind[2..]) {
            Some((word, behind)) => {
                text.push_str(&word);
                rest = behind;
                after_coded = true;
            }
            None => {
                text.push_str("=?");
                rest = &behind[2..];
                after_coded = false;
            }
        }
    }
    text + rest
}

/// `charset?B?...?=`: the word, and what stands behind it.
fn coded_word(rest: &str) -> Option<(String, &str)> {
    let (charset, rest) = rest.split_once('?')?;
    let (form, rest) = rest.split_once('?')?;
    if charset.len() > 64 || form.len() != 1 {
        return None;
    }
    let (coded, rest) = rest.split_once("?=")?;
    let bytes = match form {
        "B" | "b" => encodings::decoded(Way::Base64, coded.as_bytes()),
        "Q" | "q" => encodings::escaped(coded.replace('_', " ").as_bytes(), b'=').into(),
        _ => return None,
    };
    // A language may follow the charset, behind a star.
    let charset = charset.split('*').next().unwrap_or_default();
    let encoding = Encoding::for_label(charset.as_bytes())?;
    Some((encoding.decode(&bytes).0.into_owned(), rest))
}
