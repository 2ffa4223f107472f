//! The login code: where the collector is, how to know it, and the secret that lets one operator in once.
//!
//! Printed as `login_` and base64url without padding of: version 1 (1 byte), secret (32), SHA-256 of the authority's
//! certificate (32), address (UTF-8), check sum (the first 4 bytes of SHA-256 over all before). It is to a person what
//! the enrolment token is to a device.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::digest::{self, Sha256};
use crate::secret::Secret;

const PREFIX: &str = "login_";
const VERSION: u8 = 1;
const FIXED: usize = 1 + 32 + 32;
const CHECK: usize = 4;

/// A login code.
#[derive(Debug, Clone)]
pub struct LoginCode {
    /// Host and port of the collector, `collector.example.school:7443`.
    pub address: String,
    /// SHA-256 of the authority's certificate in DER: the only collector that the code is shown to.
    pub authority: Sha256,
    secret: Secret<[u8; 32]>,
}

/// Why a text is not a login code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginCodeError {
    /// It does not look like one at all.
    #[error("this is not a login code: it has to begin with login_")]
    Foreign,
    /// It looks like one, but letters are missing or changed.
    #[error("the login code is damaged: copy the whole line again")]
    Damaged,
    /// A later version made it.
    #[error("the login code was made by a newer collector: install the current program")]
    Newer,
}

impl LoginCode {
    /// A code with a new random secret.
    #[must_use]
    pub fn generate(address: String, authority: Sha256) -> Self {
        Self { address, authority, secret: Secret::new(digest::random()) }
    }

    /// The secret as it goes to the collector, over a connection whose authority was checked.
    #[must_use]
    pub fn secret(&self) -> Secret<String> {
        Secret::new(Base64UrlUnpadded::encode_string(self.secret.expose()))
    }

    /// What the collector keeps of it.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        fingerprint(self.secret().expose())
    }

    /// The whole code as it is given to a person.
    #[must_use]
    pub fn reveal(&self) -> Secret<String> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.secret.expose());
        bytes.extend_from_slice(self.authority.as_bytes());
        bytes.extend_from_slice(self.address.as_bytes());
        let check = Sha256::of(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..CHECK]);
        Secret::new(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&bytes)))
    }
}

/// What the collector keeps of a code: the hash of its secret as sent.
#[must_use]
pub fn fingerprint(secret: &str) -> Sha256 {
    Sha256::of(secret.as_bytes())
}

impl FromStr for LoginCode {
    type Err = LoginCodeError;

    fn from_str(text: &str) -> Result<Self, LoginCodeError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(LoginCodeError::Foreign)?;
        let bytes = Base64UrlUnpadded::decode_vec(encoded).map_err(|_| LoginCodeError::Damaged)?;
        let (content, check) = bytes.split_last_chunk::<CHECK>().ok_or(LoginCodeError::Damaged)?;
        if Sha256::of(content).as_bytes()[..CHECK] != *check {
            return Err(LoginCodeError::Damaged);
        }
        if content.first() != Some(&VERSION) {
            return Err(LoginCodeError::Newer);
        }
        let (fixed, address) = content.split_at_checked(FIXED).ok_or(LoginCodeError::Damaged)?;
        let secret: [u8; 32] = fixed[1..33].try_into().map_err(|_| LoginCodeError::Damaged)?;
        let authority = Sha256::from_slice(&fixed[33..]).ok_or(LoginCodeError::Damaged)?;
        let address = String::from_utf8(address.to_vec()).map_err(|_| LoginCodeError::Damaged)?;
        Ok(Self { address, authority, secret: Secret::new(secret) })
    }
}

impl fmt::Display for LoginCode {
    /// Where it leads, never what it opens.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "login code for {}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::{LoginCode, LoginCodeError};
    use crate::digest::Sha256;

    fn code() -> LoginCode {
        LoginCode::generate("collector.example.school:7443".into(), Sha256::of(b"an authority"))
    }

    #[test]
    fn comes_back_as_it_was_printed() {
        let code = code();
        let again: LoginCode = code.reveal().expose().parse().expect("a good code");
        assert_eq!((&again.address, again.authority), (&code.address, code.authority));
        assert_eq!(again.fingerprint(), code.fingerprint());
    }

    #[test]
    fn every_cut_and_every_changed_letter_is_noticed() {
        let text = code().reveal().expose().clone();
        for end in "login_".len()..text.len() {
            assert_eq!(text[..end].parse::<LoginCode>().err(), Some(LoginCodeError::Damaged), "cut at {end}");
        }
        for at in "login_".len()..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(changed.parse::<LoginCode>().is_err(), "changed at {at}");
        }
    }

    #[test]
    fn an_enrolment_token_is_told_apart() {
        assert_eq!("caretaker_AbCd".parse::<LoginCode>().err(), Some(LoginCodeError::Foreign));
    }

    #[test]
    fn prints_no_secret() {
        let code = code();
        assert!(!format!("{code:?} {code}").contains(code.secret().expose().as_str()));
    }
}
