//! Keys of single months: what is under one is gone, in every copy, when the key is.

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::digest;
use crate::sealing::content::{self, TAG};
use crate::secret::Secret;

const NONCE: usize = 12;

/// A key for AES-256-GCM, with a nonce that is drawn anew for each message.
pub struct MonthKey(Zeroizing<[u8; 32]>);

impl MonthKey {
    /// Draws a key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(digest::random::<32>()))
    }

    /// A key as its file has it; `None` for a text that is none.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(HEXLOWER.decode(text.as_bytes()).ok()?);
        bytes.as_slice().try_into().ok().map(|key| Self(Zeroizing::new(key)))
    }

    /// As its file has it.
    #[must_use]
    pub fn text(&self) -> Secret<String> {
        Secret::new(HEXLOWER.encode(self.0.as_slice()))
    }

    /// Puts bytes under this key, for one place: moved to another they do not open.
    #[must_use]
    pub fn seal(&self, place: &[u8], bytes: &[u8]) -> Vec<u8> {
        let nonce = digest::random::<NONCE>();
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len() + TAG));
        plain.extend_from_slice(bytes);
        [nonce.as_slice(), &content::encrypt(&self.0, nonce, place, plain)].concat()
    }

    /// The bytes; `None` when they are of another key or place, or were changed.
    #[must_use]
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        content::decrypt(&self.0, *nonce, place, sealed).map(|plain| plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::MonthKey;

    #[test]
    fn what_is_under_a_key_opens_with_it_at_its_place_alone() {
        let key = MonthKey::generate();
        let sealed = key.seal(b"event 7", b"wraps");
        let again = MonthKey::from_text(key.text().expose()).expect("its text");
        assert_eq!(again.open(b"event 7", &sealed).as_deref(), Some(b"wraps".as_slice()));
        assert_eq!(key.open(b"event 8", &sealed), None);
        assert_eq!(MonthKey::generate().open(b"event 7", &sealed), None);
        assert_eq!(key.open(b"event 7", &sealed[..20]), None);
        assert!(MonthKey::from_text("abc").is_none());
    }
}
