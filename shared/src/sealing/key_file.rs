//! A key under a passphrase: argon2id makes a key of the passphrase, AES-256-GCM seals the secret with it.

use argon2::{Algorithm, Argon2, Params, Version};
use caretaker_proto::agent::v1 as proto;
use prost::Message as _;
use zeroize::Zeroizing;

use super::card::Card;
use super::key::PersonalKey;
use super::{armour, content};
use crate::digest::{self, Sha256};
use crate::secret::Secret;

const WHAT: &str = "CARETAKER KEY";
const VERSION: u32 = 1;
/// Of argon2id, for a new file (crates.md: a fraction of a second, and 19 MiB for each guess).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// No file makes this program take more than 1 GiB, or minutes.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;
/// Characters of a passphrase.
const SHORTEST: usize = 12;
/// Different characters among them.
const FEWEST: usize = 5;

/// Why a key file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It is none, or a part of it is missing.
    #[error("this is not a key file, or a part of it is missing")]
    Malformed,
    /// A later version made it.
    #[error("the key file was made by a newer version")]
    Newer,
    /// The passphrase is another one, or the file was changed.
    #[error("the passphrase is wrong, or the key file was changed")]
    Passphrase,
    /// The computer has not the memory that the passphrase asks for.
    #[error("there is not enough memory to try the passphrase")]
    Memory,
}

/// A key file, before anybody has typed the passphrase.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// Whose key it is: readable without the passphrase, and not to be believed before it was right.
    pub card: Card,
    /// The fingerprint of the root that its holder has seen.
    pub root: Option<Sha256>,
    file: proto::KeyFile,
}

/// What is wrong with a passphrase for a key file; `None` when it will do.
#[must_use]
pub fn weakness(passphrase: &str) -> Option<&'static str> {
    let different: std::collections::BTreeSet<char> = passphrase.chars().collect();
    if passphrase.chars().count() < SHORTEST {
        Some("it has fewer than 12 characters; four words that do not belong together are easy to keep in mind")
    } else if different.len() < FEWEST {
        Some("it repeats the same few characters; four words that do not belong together are easy to keep in mind")
    } else {
        None
    }
}

impl KeyFile {
    /// Puts a key under a passphrase.
    ///
    /// # Errors
    /// [`KeyFileError::Memory`].
    pub fn lock(key: &PersonalKey, root: Option<Sha256>, passphrase: &Secret<String>) -> Result<Self, KeyFileError> {
        let card = Card::of(key);
        let mut file = proto::KeyFile {
            version: VERSION,
            label: card.label(root.as_ref()).encode_to_vec(),
            salt: digest::random::<16>().to_vec(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            nonce: digest::random::<12>().to_vec(),
            seed: Vec::new(),
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(key.seed.len() + content::TAG));
        plain.extend_from_slice(key.seed.as_slice());
        let nonce = file.nonce.as_slice().try_into().map_err(|_| KeyFileError::Malformed)?;
        let stretched = stretched(&file, passphrase)?;
        file.seed = content::encrypt(&stretched, nonce, &bound(&file), plain);
        Ok(Self { card, root, file })
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// [`KeyFileError::Malformed`] or [`KeyFileError::Newer`].
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let bytes = armour::unwrapped(WHAT, text).ok_or(KeyFileError::Malformed)?;
        let file = proto::KeyFile::decode(bytes.as_slice()).map_err(|_| KeyFileError::Malformed)?;
        if file.version > VERSION {
            return Err(KeyFileError::Newer);
        }
        let label = proto::KeyLabel::decode(file.label.as_slice()).map_err(|_| KeyFileError::Malformed)?;
        let root = Sha256::from_slice(&label.root);
        let card = Card::try_from(label).map_err(|_| KeyFileError::Malformed)?;
        Ok(Self { card, root, file })
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let card = &self.card;
        let about = format!(
            "{}, {}, {}\nkey {}\nKeep this file, and tell nobody its passphrase.\n\n",
            card.holder.name,
            card.holder.role,
            card.holder.school,
            card.id()
        );
        about + &armour::wrapped(WHAT, &self.file.encode_to_vec())
    }

    /// Writes another name on the outside.
    #[cfg(test)]
    pub(super) fn rename_for_test(&mut self, name: &str) {
        self.card.holder.name = name.to_owned();
        self.file.label = self.card.label(self.root.as_ref()).encode_to_vec();
    }

    /// The key.
    ///
    /// # Errors
    /// [`KeyFileError::Passphrase`] for another passphrase, or a file that was changed.
    pub fn open(&self, passphrase: &Secret<String>) -> Result<PersonalKey, KeyFileError> {
        let nonce = self.file.nonce.as_slice().try_into().map_err(|_| KeyFileError::Malformed)?;
        let stretched = stretched(&self.file, passphrase)?;
        let seed = content::decrypt(&stretched, nonce, &bound(&self.file), &self.file.seed);
        let seed = seed.ok_or(KeyFileError::Passphrase)?;
        let seed = Zeroizing::new(seed.as_slice().try_into().map_err(|_| KeyFileError::Malformed)?);
        let key = PersonalKey::from_seed(self.card.holder.clone(), self.card.kind, seed);
        if key.public() == self.card.key { Ok(key) } else { Err(KeyFileError::Malformed) }
    }
}

/// Everything of the file that is not the secret.
fn bound(file: &proto::KeyFile) -> Vec<u8> {
    proto::KeyFile { seed: Vec::new(), ..file.clone() }.encode_to_vec()
}

fn stretched(file: &proto::KeyFile, passphrase: &Secret<String>) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    if file.memory_kib > MOST_MEMORY_KIB || file.passes > MOST_PASSES {
        return Err(KeyFileError::Malformed);
    }
    let params =
        Params::new(file.memory_kib, file.passes, file.lanes, Some(32)).map_err(|_| KeyFileError::Malformed)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), &file.salt, key.as_mut_slice())
        .map_err(
            |error| if error == argon2::Error::OutOfMemory { KeyFileError::Memory } else { KeyFileError::Malformed },
        )?;
    Ok(key)
}
