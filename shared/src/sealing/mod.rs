//! Sealing: what only a few people may read, from the device that writes it to the computer of whoever opens it.
//!
//! The safeguarding lead makes a root on her own computer and signs who the recipients are ([`SignedSet`]). A device
//! knows the root from its enrolment token and seals [`Evidence`] for them ([`seal()`]); the collector carries it and can
//! open nothing. A key lies in a file under a passphrase ([`KeyFile`]) and on a sheet of paper ([`sheet`]). One person
//! opens what is about a pupil; two, one after the other, what is about staff ([`Sealed`]). No input or output.
//!
//! Content: AES-256-GCM under a key that is used once. Wraps: HPKE base mode (RFC 9180), X25519, HKDF-SHA256,
//! AES-256-GCM. Everything is bound to the root, the recipients, and the place in the device's queue.

pub(crate) mod armour;
mod body;
mod card;
pub(crate) mod content;
mod evidence;
mod hpke;
mod key;
mod key_file;
mod opening;
mod pseudonym;
mod recipients;
mod recipients_wire;
mod root;
mod seal;
mod sealed;
mod statement;

pub mod sheet;
mod signed_set;
#[cfg(test)]
mod tests;

pub use card::Card;
pub use evidence::{Evidence, Quoted};
pub use hpke::PublicKey;
pub use key::{Holder, Kind, PersonId, PersonalKey};
pub use key_file::{KeyFile, KeyFileError, weakness};
pub use opening::{ContentKey, Half, OpenError, Opened, Ways};
pub use pseudonym::{PersonKey, Pseudonym};
pub use recipients::{MOST_AT_ONE_SITE, Recipient, RecipientSet, SetError, opens_alone};
pub use root::Root;
pub use seal::{About, SealError, Signer, seal};
pub use sealed::{Origin, Sealed};
pub use signed_set::SignedSet;
pub use statement::{open_statement, seal_statement};
