//! What somebody writes about a case: sealed on their own machine, for everybody who works on concerns, each alone.
//!
//! It is bound to the case, so that it cannot be put beside another one. It is not signed: the collector says who wrote
//! it, and the audit chain when.

use caretaker_proto::console::v1 as proto;
use prost::Message as _;
use zeroize::Zeroizing;

use super::SignedSet;
use super::content::TAG;
use super::key::PersonalKey;
use super::opening::OpenError;
use super::recipients::opens;
use super::seal::SealError;
use super::{content, hpke};
use crate::digest;
use crate::model::Role;

/// X25519, HKDF-SHA256, AES-256-GCM.
const SUITE: u32 = 1;
const CONTEXT: &[u8] = b"caretaker statement v1\0";
const WRAP: &[u8] = b"caretaker statement v1 wrap";
/// What a statement is padded to.
const STEP: usize = 256;
/// Bytes before the statement that say how long it is.
const LENGTH: usize = 4;
/// Most bytes of a statement.
const MOST: usize = 20 * 1024;

/// Seals an encoded statement about `case` for all recipients but those of the roles that the case is about. Returns an
/// encoded `SealedStatement`.
///
/// # Errors
/// [`SealError::Nobody`] when nobody is left, [`SealError::Recipients`] when it is too long or a key is no good.
pub fn seal_statement(
    recipients: &SignedSet,
    case: &str,
    without: &[Role],
    statement: &Zeroizing<Vec<u8>>,
) -> Result<Vec<u8>, SealError> {
    if statement.len() > MOST {
        return Err(SealError::Recipients);
    }
    let mut message = proto::SealedStatement {
        suite: SUITE,
        root: recipients.root().fingerprint().as_bytes().to_vec(),
        recipients: recipients.digest().as_bytes().to_vec(),
        ..proto::SealedStatement::default()
    };
    let context = context(&message, case);
    let key = Zeroizing::new(digest::random::<32>());
    let readers = recipients.set().recipients.iter().filter(|one| opens(one.role) && !without.contains(&one.role));
    for one in readers {
        let recipient = one.id().short().to_vec();
        let sealed = hpke::seal(&one.key, key.as_slice(), WRAP, &wrap_context(&context, &recipient));
        message.wraps.push(proto::StatementWrap { recipient, sealed: sealed.ok_or(SealError::Recipients)? });
    }
    if message.wraps.is_empty() {
        return Err(SealError::Nobody);
    }
    message.body = content::encrypt(&key, content::ONLY_ONCE, &context, padded(statement));
    Ok(message.encode_to_vec())
}

/// The encoded statement about `case` in what [`seal_statement`] made for this key among others.
///
/// # Errors
/// [`OpenError::Malformed`], [`OpenError::NotForThisKey`], or [`OpenError::Changed`] when it was changed or stands beside
/// another case.
pub fn open_statement(sealed: &[u8], case: &str, key: &PersonalKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let message = proto::SealedStatement::decode(sealed).map_err(|_| OpenError::Malformed)?;
    if message.suite != SUITE {
        return Err(OpenError::Malformed);
    }
    let id = key.id();
    let wrap = message.wraps.iter().find(|wrap| wrap.recipient == id.short()).ok_or(OpenError::NotForThisKey)?;
    let context = context(&message, case);
    let opened = key.secret.open(&wrap.sealed, WRAP, &wrap_context(&context, &wrap.recipient));
    let opened = opened.ok_or(OpenError::Changed)?;
    let content_key: &[u8; 32] = opened.as_slice().try_into().map_err(|_| OpenError::Malformed)?;
    let padded = content::decrypt(content_key, content::ONLY_ONCE, &context, &message.body);
    unpadded(&padded.ok_or(OpenError::Changed)?).ok_or(OpenError::Malformed)
}

fn context(message: &proto::SealedStatement, case: &str) -> Vec<u8> {
    [CONTEXT, &message.root, &message.recipients, case.as_bytes()].concat()
}

fn wrap_context(context: &[u8], recipient: &[u8]) -> Vec<u8> {
    [context, b"wrap", recipient].concat()
}

fn padded(statement: &[u8]) -> Zeroizing<Vec<u8>> {
    let size = (LENGTH + statement.len()).next_multiple_of(STEP);
    let mut padded = Zeroizing::new(Vec::with_capacity(size + TAG));
    let length = u32::try_from(statement.len()).expect("a statement of some KiB");
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(statement);
    padded.resize(size, 0);
    padded
}

fn unpadded(padded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.get(..length).map(|statement| Zeroizing::new(statement.to_vec()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use zeroize::Zeroizing;

    use super::{open_statement, seal_statement};
    use crate::model::Role;
    use crate::sealing::{Holder, Kind, OpenError, PersonalKey, Recipient, RecipientSet, SealError, SignedSet};

    fn key(name: &str, role: Role, kind: Kind) -> PersonalKey {
        let (school, name) = ("Northfield School".to_owned(), name.to_owned());
        PersonalKey::generate(Holder { school, name, role, sites: Vec::new(), accounts: Vec::new() }, kind)
    }

    fn set(keys: &[&PersonalKey]) -> SignedSet {
        let recipients = keys.iter().map(|key| Recipient::new(key.holder.clone(), key.public())).collect();
        let (made_at, expires_at) = (Timestamp::UNIX_EPOCH, "2099-01-01T00:00:00Z".parse().expect("a time"));
        let school = "Northfield School".to_owned();
        let set = RecipientSet { school, version: 1, made_at, expires_at, recipients, recovery: Vec::new() };
        set.sign(keys[0]).expect("the first one is the root")
    }

    fn words(text: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    #[test]
    fn everybody_who_works_on_concerns_reads_it_and_nobody_whom_it_is_about() {
        let lead = key("Anna Example", Role::SafeguardingLead, Kind::Root);
        let deputy = key("Ben Example", Role::Deputy, Kind::Person);
        let head = key("Cleo Example", Role::Head, Kind::Person);
        let auditor = key("Dan Example", Role::Auditor, Kind::Person);
        let set = set(&[&lead, &deputy, &head, &auditor]);
        let sealed = seal_statement(&set, "26-0042", &[Role::Head], &words("spoke with the tutor")).expect("seals");
        for reader in [&lead, &deputy] {
            assert_eq!(*open_statement(&sealed, "26-0042", reader).expect("opens"), *words("spoke with the tutor"));
        }
        for other in [&head, &auditor] {
            assert_eq!(open_statement(&sealed, "26-0042", other), Err(OpenError::NotForThisKey));
        }
        assert!(!sealed.windows(5).any(|part| part == b"tutor"));
        let none = seal_statement(&set, "26-0042", &Role::ALL, &words("x"));
        assert!(matches!(none, Err(SealError::Nobody)));
    }

    #[test]
    fn it_opens_beside_no_other_case_and_unchanged_only() {
        let lead = key("Anna Example", Role::SafeguardingLead, Kind::Root);
        let set = set(&[&lead]);
        let sealed = seal_statement(&set, "26-0042", &[], &words("spoke with the tutor")).expect("seals");
        assert_eq!(open_statement(&sealed, "26-0043", &lead), Err(OpenError::Changed));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open_statement(&changed, "26-0042", &lead).is_err(), "byte {at}");
        }
        let long = seal_statement(&set, "26-0042", &[], &words(&"x".repeat(64 * 1024)));
        assert!(matches!(long, Err(SealError::Recipients)));
    }

    #[test]
    fn short_statements_look_alike() {
        let lead = key("Anna Example", Role::SafeguardingLead, Kind::Root);
        let set = set(&[&lead]);
        let length = |text: &str| seal_statement(&set, "26-0042", &[], &words(text)).expect("seals").len();
        assert_eq!(length("yes"), length(&"x".repeat(200)));
    }
}
