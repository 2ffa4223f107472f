//! The enrolment token: where the collector is, how to know it, and the secret that lets one device in.
//!
//! Printed as `caretaker_` and base64url without padding of: version (1 byte), secret (32), SHA-256 of the authority's
//! certificate (32), in version 2 SHA-256 of the safeguarding root's public key (32), address (UTF-8), check sum (the
//! first 4 bytes of SHA-256 over all before). The check sum tells a token that was cut off while it was copied from one
//! that the collector does not know. Version 1 is made as long as a school has no safeguarding root.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::digest::{self, Sha256};
use crate::secret::Secret;

const PREFIX: &str = "caretaker_";
const VERSION: u8 = 1;
const WITH_ROOT: u8 = 2;
const FIXED: usize = 1 + 32 + 32;
const CHECK: usize = 4;

/// An enrolment token.
#[derive(Debug, Clone)]
pub struct EnrolmentToken {
    /// Host and port of the collector, `collector.example.school:7443`.
    pub address: String,
    /// SHA-256 of the authority's certificate in DER: the only collector that the device will talk to.
    pub authority: Sha256,
    /// SHA-256 of the safeguarding root's public key: who says whom the device seals for. `None` while there is no root.
    pub root: Option<Sha256>,
    secret: Secret<[u8; 32]>,
}

/// Why a text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not look like one at all.
    #[error("this is not an enrolment token: it has to begin with caretaker_")]
    Foreign,
    /// It looks like one, but letters are missing or changed.
    #[error("the enrolment token is damaged: copy the whole line again")]
    Damaged,
    /// A later version made it.
    #[error("the enrolment token was made by a newer collector: install the current agent")]
    Newer,
}

impl EnrolmentToken {
    /// A token with a new random secret.
    #[must_use]
    pub fn generate(address: String, authority: Sha256, root: Option<Sha256>) -> Self {
        Self { address, authority, root, secret: Secret::new(digest::random()) }
    }

    /// The secret as it goes to the collector, over a connection whose authority was checked.
    #[must_use]
    pub fn secret(&self) -> Secret<String> {
        Secret::new(Base64UrlUnpadded::encode_string(self.secret.expose()))
    }

    /// The whole token as it is given to a person.
    #[must_use]
    pub fn reveal(&self) -> Secret<String> {
        let mut bytes = vec![if self.root.is_some() { WITH_ROOT } else { VERSION }];
        bytes.extend_from_slice(self.secret.expose());
        bytes.extend_from_slice(self.authority.as_bytes());
        if let Some(root) = &self.root {
            bytes.extend_from_slice(root.as_bytes());
        }
        bytes.extend_from_slice(self.address.as_bytes());
        let check = Sha256::of(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..CHECK]);
        Secret::new(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&bytes)))
    }
}

/// What the collector keeps of a token: the hash of its secret as sent.
#[must_use]
pub fn fingerprint(secret: &str) -> Sha256 {
    Sha256::of(secret.as_bytes())
}

impl FromStr for EnrolmentToken {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(TokenError::Foreign)?;
        let bytes = Base64UrlUnpadded::decode_vec(encoded).map_err(|_| TokenError::Damaged)?;
        let (content, check) = bytes.split_last_chunk::<CHECK>().ok_or(TokenError::Damaged)?;
        if Sha256::of(content).as_bytes()[..CHECK] != *check {
            return Err(TokenError::Damaged);
        }
        let has_root = match content.first() {
            Some(&VERSION) => false,
            Some(&WITH_ROOT) => true,
            Some(_) | None => return Err(TokenError::Newer),
        };
        let (fixed, rest) = content.split_at_checked(FIXED).ok_or(TokenError::Damaged)?;
        let secret: [u8; 32] = fixed[1..33].try_into().map_err(|_| TokenError::Damaged)?;
        let authority = Sha256::from_slice(&fixed[33..]).ok_or(TokenError::Damaged)?;
        let (root, address) = if has_root {
            let (root, address) = rest.split_at_checked(32).ok_or(TokenError::Damaged)?;
            (Sha256::from_slice(root), address)
        } else {
            (None, rest)
        };
        let address = String::from_utf8(address.to_vec()).map_err(|_| TokenError::Damaged)?;
        Ok(Self { address, authority, root, secret: Secret::new(secret) })
    }
}

impl fmt::Display for EnrolmentToken {
    /// Where it leads, never what it opens.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "enrolment token for {}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::{EnrolmentToken, TokenError};
    use crate::digest::Sha256;

    fn token() -> EnrolmentToken {
        let root = Some(Sha256::of(b"a root"));
        EnrolmentToken::generate("collector.example.school:7443".into(), Sha256::of(b"an authority"), root)
    }

    #[test]
    fn comes_back_as_it_was_printed() {
        let without = EnrolmentToken::generate("collector.example.school:7443".into(), Sha256::of(b"a"), None);
        assert_eq!(without.reveal().expose().parse::<EnrolmentToken>().expect("a good token").root, None);
        let token = token();
        let again: EnrolmentToken = token.reveal().expose().parse().expect("a good token");
        assert_eq!(again.address, token.address);
        assert_eq!((again.authority, again.root), (token.authority, token.root));
        assert_eq!(again.secret().expose(), token.secret().expose());
    }

    #[test]
    fn every_cut_and_every_changed_letter_is_noticed() {
        let text = token().reveal().expose().clone();
        for end in "caretaker_".len()..text.len() {
            assert_eq!(text[..end].parse::<EnrolmentToken>().err(), Some(TokenError::Damaged), "cut at {end}");
        }
        for at in "caretaker_".len()..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(changed.parse::<EnrolmentToken>().is_err(), "changed at {at}");
        }
    }

    #[test]
    fn something_else_is_told_apart() {
        assert_eq!("hello".parse::<EnrolmentToken>().err(), Some(TokenError::Foreign));
    }

    #[test]
    fn prints_no_secret() {
        let token = token();
        let secret = token.secret();
        assert!(!format!("{token:?} {token}").contains(secret.expose().as_str()));
    }
}
