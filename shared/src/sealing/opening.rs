//! The other half: on the computer of whoever opens it, and nowhere else.
//!
//! One person: [`Sealed::key_alone`], then [`Sealed::open`]. Two people: the first takes the outer layer off
//! ([`Sealed::half`]), which shows nothing; the second the inner one ([`Sealed::key_of_half`]). When it is the first who
//! is to read, the second hands the content key back sealed to the first alone ([`ContentKey::grant`]).

use std::fmt;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::hpke::{self, PublicKey};
use super::key::{PersonId, PersonalKey};
use super::sealed::{Origin, Sealed, WRAP, wrap_context};
use super::{body, content, evidence::Quoted};
use crate::digest::Sha256;
use crate::model::{KeywordEvent, Severity, Source};
use crate::wire;
use caretaker_proto::agent::v1 as proto;

/// What is said to HPKE of a content key that one person hands to another.
const GRANT: &[u8] = b"caretaker sealed v1 grant";

/// Why something was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not what a device of this version seals.
    #[error("this is nothing that a device has sealed")]
    Malformed,
    /// It was not sealed for this key, or not in this way.
    #[error("it was not sealed for this key")]
    NotForThisKey,
    /// Some of it was changed.
    #[error("it was changed since the device sealed it")]
    Changed,
    /// Another device signed it, or none.
    #[error("the device that it names has not sealed it")]
    NotTheDevice,
}

/// How a key opens something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// By itself.
    pub alone: bool,
    /// With one of these, who come after: this key takes the outer layer off.
    pub before: Vec<String>,
    /// With one of these, who come first: this key takes the inner layer off.
    pub after: Vec<String>,
}

/// The key of one content. Wiped when it is dropped.
pub struct ContentKey(Zeroizing<[u8; 32]>);

/// A content key that still lacks one person: sealed to the second.
#[derive(Clone, PartialEq, Eq)]
pub struct Half {
    first: Vec<u8>,
    second: Vec<u8>,
    inner: Vec<u8>,
}

/// What was sealed. Wiped when it is dropped; prints nothing of it.
pub struct Opened {
    /// Where it was first queued.
    pub origin: Origin,
    /// The account whose text it is; empty for a text of nobody in particular.
    pub user: Zeroizing<String>,
    /// Id of the category, as the device says.
    pub category: String,
    /// Id of the rule, as the device says.
    pub rule: String,
    /// How serious, as the device says.
    pub severity: Severity,
    /// When it was written or read.
    pub occurred_at: Timestamp,
    /// Where the text was.
    pub source: Source,
    /// The keyed hash by which the event names the account.
    pub person: Option<Sha256>,
    /// The passage; `None` for a category of which no text may be carried.
    pub quoted: Option<Quoted>,
}

impl Opened {
    /// Whether the event that it came with says the same.
    #[must_use]
    pub fn belongs_to(&self, event: &KeywordEvent) -> bool {
        self.category == event.category
            && self.rule == event.rule
            && self.severity == event.severity
            && self.person == event.user
            && self.source == event.source
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "opened, from {}", self.origin.device)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("half of a key")
    }
}

impl Sealed {
    /// How the key with this id opens it. Partners are named as [`PersonId`] prints.
    #[must_use]
    pub fn ways(&self, id: &PersonId) -> Ways {
        let wraps = &self.message.wraps;
        let name = |short: &Vec<u8>| data_encoding::HEXLOWER.encode(short);
        let nested = || wraps.iter().filter(|wrap| !wrap.second.is_empty());
        Ways {
            alone: wraps.iter().any(|wrap| wrap.second.is_empty() && wrap.first == id.short()),
            before: nested().filter(|wrap| wrap.first == id.short()).map(|wrap| name(&wrap.second)).collect(),
            after: nested().filter(|wrap| wrap.second == id.short()).map(|wrap| name(&wrap.first)).collect(),
        }
    }

    /// The content key, for somebody for whom it was sealed alone.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`], or [`OpenError::Changed`].
    pub fn key_alone(&self, key: &PersonalKey) -> Result<ContentKey, OpenError> {
        let id = key.id();
        let wrap = self.wrap(id.short(), &[])?;
        let context = wrap_context(&self.context(), &wrap.first, &[], 1);
        ContentKey::of(key.secret.open(&wrap.sealed, WRAP, &context))
    }

    /// Takes the outer layer off, for `partner` to take the inner one off. Shows nothing of the content.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`], or [`OpenError::Changed`].
    pub fn half(&self, key: &PersonalKey, partner: &PersonId) -> Result<Half, OpenError> {
        let wrap = self.wrap(key.id().short(), partner.short())?;
        let context = wrap_context(&self.context(), &wrap.first, &wrap.second, 1);
        let inner = key.secret.open(&wrap.sealed, WRAP, &context).ok_or(OpenError::Changed)?;
        Ok(Half { first: wrap.first.clone(), second: wrap.second.clone(), inner: inner.to_vec() })
    }

    /// The content key, for the second of two.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`], or [`OpenError::Changed`].
    pub fn key_of_half(&self, half: &Half, key: &PersonalKey) -> Result<ContentKey, OpenError> {
        if half.second != key.id().short() {
            return Err(OpenError::NotForThisKey);
        }
        let context = wrap_context(&self.context(), &half.first, &half.second, 2);
        ContentKey::of(key.secret.open(&half.inner, WRAP, &context))
    }

    /// The content key that somebody handed to this key.
    ///
    /// # Errors
    /// [`OpenError::Changed`] when it was handed to another, or belongs to another content.
    pub fn key_granted(&self, grant: &[u8], key: &PersonalKey) -> Result<ContentKey, OpenError> {
        ContentKey::of(key.secret.open(grant, GRANT, &self.context()))
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`OpenError::Changed`] for another's content key, or when a byte of it was changed.
    pub fn open(&self, key: &ContentKey) -> Result<Opened, OpenError> {
        let padded = content::decrypt(&key.0, content::ONLY_ONCE, &self.context(), &self.message.body);
        let padded = padded.ok_or(OpenError::Changed)?;
        body::unpadded(&padded).and_then(|body| opened(self.origin(), body)).ok_or(OpenError::Malformed)
    }

    fn wrap(&self, first: &[u8], second: &[u8]) -> Result<&proto::Wrap, OpenError> {
        let found = self.message.wraps.iter().find(|wrap| wrap.first == first && wrap.second == second);
        found.ok_or(OpenError::NotForThisKey)
    }
}

impl ContentKey {
    fn of(opened: Option<Zeroizing<Vec<u8>>>) -> Result<Self, OpenError> {
        let opened = opened.ok_or(OpenError::Changed)?;
        Ok(Self(Zeroizing::new(opened.as_slice().try_into().map_err(|_| OpenError::Malformed)?)))
    }

    /// Hands the key of this content to somebody, and to nobody else.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`] for a key that is no good.
    pub fn grant(&self, sealed: &Sealed, to: &PublicKey) -> Result<Vec<u8>, OpenError> {
        hpke::seal(to, self.0.as_slice(), GRANT, &sealed.context()).ok_or(OpenError::NotForThisKey)
    }
}

impl Half {
    /// As it may be handed on: only the second can do anything with it.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        [self.first.as_slice(), &self.second, &self.inner].concat()
    }

    /// The reverse of [`encoded`](Self::encoded).
    ///
    /// # Errors
    /// [`OpenError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, OpenError> {
        let (first, rest) = bytes.split_at_checked(4).ok_or(OpenError::Malformed)?;
        let (second, inner) = rest.split_at_checked(4).ok_or(OpenError::Malformed)?;
        if inner.len() != 32 + hpke::OVERHEAD {
            return Err(OpenError::Malformed);
        }
        Ok(Self { first: first.to_vec(), second: second.to_vec(), inner: inner.to_vec() })
    }
}

fn opened(origin: Origin, mut body: body::Wiped) -> Option<Opened> {
    let has_quoted = body.0.quoted.is_some();
    let quoted = body.take_quoted();
    if has_quoted && quoted.is_none() {
        return None;
    }
    let source = proto::Source::try_from(i32::try_from(body.0.source).ok()?).ok()?;
    Some(Opened {
        origin,
        user: Zeroizing::new(std::mem::take(&mut body.0.user)),
        category: std::mem::take(&mut body.0.category),
        rule: std::mem::take(&mut body.0.rule),
        severity: Severity::new(body.0.severity)?,
        occurred_at: wire::timestamp(body.0.occurred_unix_ms, "occurred_unix_ms").ok()?,
        source: Source::try_from(source).ok()?,
        person: Sha256::from_slice(&body.0.person),
        quoted,
    })
}
