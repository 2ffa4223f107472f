//! What the conversions of all messages share.

use caretaker_proto::agent::v1 as proto;
use jiff::Timestamp;
use prost::Message as _;

use super::limits;
use crate::digest::Sha256;
use crate::model::Facts;

/// Why a message was refused. The text names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// More bytes or more entries than [`super::limits`] allows.
    #[error("{0} is too large")]
    TooLarge(&'static str),
    /// Not of the shape that the contract asks for.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// An enumeration value that this version does not know.
    #[error("{0} has a value that this version does not know")]
    Unknown(&'static str),
}

/// The digest by which device and collector agree on a state: SHA-256 over the encoding of the facts, whose lists stand
/// in one order whatever order they came in.
#[must_use]
pub fn facts_digest(facts: &Facts) -> Sha256 {
    let reading = proto::Reading { facts: Some(facts.into()), ..proto::Reading::default() };
    Sha256::of(&reading.encode_to_vec())
}

/// Milliseconds since 1970, as times are written on the wire.
#[must_use]
pub fn unix_ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn timestamp(ms: i64, field: &'static str) -> Result<Timestamp, WireError> {
    Timestamp::from_millisecond(ms).map_err(|_| WireError::Malformed(field))
}

pub(crate) fn text(value: String, field: &'static str) -> Result<String, WireError> {
    bounded(value, limits::TEXT_BYTES, field)
}

pub(super) fn path(value: String, field: &'static str) -> Result<String, WireError> {
    bounded(value, limits::PATH_BYTES, field)
}

/// A text without control characters: what a terminal, a log and a mail may be shown.
pub(super) fn bounded(value: String, most: usize, field: &'static str) -> Result<String, WireError> {
    if value.len() > most {
        return Err(WireError::TooLarge(field));
    }
    if value.chars().any(char::is_control) {
        return Err(WireError::Malformed(field));
    }
    Ok(value)
}

/// An id of a rule or category: short, and of letters that cannot spell what somebody wrote.
pub(super) fn identifier(value: String, field: &'static str) -> Result<String, WireError> {
    let value = text(value, field)?;
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '_' | '-');
    if value.is_empty() || value.len() > 64 || !value.chars().all(plain) {
        return Err(WireError::Malformed(field));
    }
    Ok(value)
}

pub(super) fn digest(value: &[u8], field: &'static str) -> Result<Sha256, WireError> {
    Sha256::from_slice(value).ok_or(WireError::Malformed(field))
}

pub(super) fn list<P, M>(entries: Vec<P>, most: usize, field: &'static str) -> Result<Vec<M>, WireError>
where
    M: TryFrom<P, Error = WireError>,
{
    if entries.len() > most {
        return Err(WireError::TooLarge(field));
    }
    entries.into_iter().map(M::try_from).collect()
}

pub(crate) fn texts(
    values: Vec<String>,
    most: usize,
    bytes: usize,
    field: &'static str,
) -> Result<Vec<String>, WireError> {
    if values.len() > most {
        return Err(WireError::TooLarge(field));
    }
    values.into_iter().map(|value| bounded(value, bytes, field)).collect()
}

pub(super) fn maybe_timestamp(ms: Option<i64>, field: &'static str) -> Result<Option<Timestamp>, WireError> {
    ms.map(|ms| timestamp(ms, field)).transpose()
}

/// Fits a text as [`fit`] does, to the size that most fields have.
pub(super) fn fit_text(value: &str) -> String {
    fit(value, limits::TEXT_BYTES)
}

/// Fits a path as [`fit`] does.
pub(super) fn fit_path(value: &str) -> String {
    fit(value, limits::PATH_BYTES)
}

/// Converts an enumeration whose values have the same names on both sides; what is unspecified is refused.
macro_rules! same_names {
    ($name:ident, $field:literal: $($value:ident),+ $(,)?) => {
        impl From<$name> for proto::$name {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$value => Self::$value,)+
                }
            }
        }

        impl TryFrom<proto::$name> for $name {
            type Error = WireError;

            fn try_from(value: proto::$name) -> Result<Self, WireError> {
                match value {
                    $(proto::$name::$value => Ok(Self::$value),)+
                    proto::$name::Unspecified => Err(WireError::Unknown($field)),
                }
            }
        }
    };
}
pub(super) use same_names;

/// Fits a text of the operating system into a field: control characters become U+FFFD, what is too long is cut.
pub(super) fn fit(value: &str, most: usize) -> String {
    let mut fitted = String::with_capacity(value.len().min(most));
    for letter in value.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }) {
        if fitted.len() + letter.len_utf8() > most {
            break;
        }
        fitted.push(letter);
    }
    fitted
}
