//! The device's half: which people a content is for, and the seal.

use caretaker_proto::agent::v1 as proto;
use prost::Message as _;
use zeroize::Zeroizing;

use super::evidence::Evidence;
use super::recipients::{Recipient, SignedSet, opens, opens_alone};
use super::sealed::{Origin, SUITE, WRAP, context, signed_bytes, wrap_context};
use super::{body, content, hpke};
use crate::digest::{self, Sha256};
use crate::model::{KeywordEvent, SubjectKind};
use crate::pki::{DeviceKey, KeyError};
use crate::wire::limits;

/// Why something could not be sealed. Nothing of it leaves the device then.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Nobody is left who may open it.
    #[error("nobody among the recipients may open it")]
    Nobody,
    /// The device's key signs nothing.
    #[error("the device's key does not sign")]
    Key(#[from] KeyError),
    /// A recipient's key is no good, or there are more of them than fit.
    #[error("it cannot be sealed for these recipients")]
    Recipients,
}

/// Who seals.
#[derive(Debug)]
pub struct Signer {
    /// The device's key.
    pub key: DeviceKey,
    /// SHA-256 of its certificate, DER.
    pub certificate: Sha256,
}

/// Whom a content is about, as far as it decides who opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// The site of the device.
    pub site: &'a str,
    /// The account; empty for nobody in particular.
    pub account: &'a str,
    /// Pupil or staff.
    pub subject: SubjectKind,
}

/// Seals what an event leaves behind, for the recipients that may open it. Returns an encoded `Sealed`.
///
/// What is about a pupil is for the lead and the deputies of the site, each alone; what is about staff for any two of
/// lead, deputies, head and chair who are not the subject. Any two of the recovery open both, the subject again left out.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    recipients: &SignedSet,
    origin: &Origin,
    event: &KeywordEvent,
    evidence: &Evidence,
    about: &About<'_>,
    signer: &Signer,
) -> Result<Vec<u8>, SealError> {
    let mut message = proto::Sealed {
        suite: SUITE,
        root: recipients.root().fingerprint().as_bytes().to_vec(),
        recipients: recipients.digest().as_bytes().to_vec(),
        device: origin.device.as_bytes().to_vec(),
        epoch: origin.epoch.as_bytes().to_vec(),
        stream: origin.stream.priority().into(),
        sequence: origin.sequence,
        certificate: signer.certificate.as_bytes().to_vec(),
        ..proto::Sealed::default()
    };
    let context = context(&message);
    let key = Zeroizing::new(digest::random::<32>());
    message.wraps = wraps(recipients, about, &key, &context)?;
    message.body = content::encrypt(&key, content::ONLY_ONCE, &context, body::padded(event, evidence));
    message.signature = signer.key.sign(&signed_bytes(&message))?;
    let encoded = message.encode_to_vec();
    if encoded.len() > limits::SEALED_BYTES { Err(SealError::Recipients) } else { Ok(encoded) }
}

/// The content key for everybody who may open it.
fn wraps(
    recipients: &SignedSet,
    about: &About<'_>,
    key: &[u8; 32],
    context: &[u8],
) -> Result<Vec<proto::Wrap>, SealError> {
    let set = recipients.set();
    let apart = |one: &&Recipient| about.account.is_empty() || !one.has_account(about.account);
    let openers: Vec<&Recipient> = set.recipients.iter().filter(|one| opens(one.role)).filter(apart).collect();
    let recovery: Vec<&Recipient> = set.recovery.iter().filter(apart).collect();
    let (alone, together) = match about.subject {
        SubjectKind::Pupil => (of_site(openers, about.site, |one| opens_alone(one.role)), Vec::new()),
        SubjectKind::Staff => (Vec::new(), of_site(openers, about.site, |_| true)),
    };
    let mut wraps = Vec::new();
    for one in alone {
        wraps.push(for_one(one, key, context)?);
    }
    let mut pairs = pairs(&together);
    if pairs.is_empty() {
        // One person must not be enough, and evidence must not be lost: somebody of the recovery is the second.
        let seconds = together.iter().flat_map(|one| recovery.iter().map(|other| (*one, *other)));
        pairs.extend(seconds.filter(|(one, other)| !one.is_same_person(other)));
    }
    pairs.extend(self::pairs(&recovery));
    for (first, second) in pairs {
        wraps.push(for_two(first, second, key, context)?);
    }
    if wraps.is_empty() { Err(SealError::Nobody) } else { Ok(wraps) }
}

/// Those who answer for a site; where nobody does, those who answer for any.
fn of_site<'a>(openers: Vec<&'a Recipient>, site: &str, chosen: impl Fn(&Recipient) -> bool) -> Vec<&'a Recipient> {
    let able: Vec<&Recipient> = openers.into_iter().filter(|one| chosen(one)).collect();
    let near: Vec<&Recipient> = able.iter().copied().filter(|one| one.answers_for(site)).collect();
    let mut found = if near.is_empty() { able } else { near };
    found.truncate(super::MOST_AT_ONE_SITE);
    found
}

/// Every two different people.
fn pairs<'a>(people: &[&'a Recipient]) -> Vec<(&'a Recipient, &'a Recipient)> {
    let pairs = people.iter().enumerate().flat_map(|(at, one)| people[at + 1..].iter().map(|other| (*one, *other)));
    pairs.filter(|(one, other)| !one.is_same_person(other)).collect()
}

fn for_one(one: &Recipient, key: &[u8; 32], context: &[u8]) -> Result<proto::Wrap, SealError> {
    let first = one.id().short().to_vec();
    let sealed = hpke::seal(&one.key, key, WRAP, &wrap_context(context, &first, &[], 1));
    Ok(proto::Wrap { first, second: Vec::new(), sealed: sealed.ok_or(SealError::Recipients)? })
}

fn for_two(one: &Recipient, two: &Recipient, key: &[u8; 32], context: &[u8]) -> Result<proto::Wrap, SealError> {
    let (first, second) = (one.id().short().to_vec(), two.id().short().to_vec());
    let inner = hpke::seal(&two.key, key, WRAP, &wrap_context(context, &first, &second, 2));
    let inner = inner.ok_or(SealError::Recipients)?;
    let sealed = hpke::seal(&one.key, &inner, WRAP, &wrap_context(context, &first, &second, 1));
    Ok(proto::Wrap { first, second, sealed: sealed.ok_or(SealError::Recipients)? })
}
