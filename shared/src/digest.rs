//! SHA-256, keyed hashes and random bytes: the only such things the product uses outside TLS.

use std::fmt;
use std::io::{self, Read};

use ring::rand::SecureRandom;
use ring::{digest, hmac, rand};

/// A SHA-256 digest; prints as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of bytes in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of everything that `source` yields, read in pieces of 64 KiB.
    ///
    /// # Errors
    /// Those of `source`.
    pub fn of_reader(mut source: impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            match source.read(&mut piece) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(read) => hasher.update(&piece[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A digest that was computed elsewhere; `None` unless it has 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, out)
    }
}

impl serde::Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text).ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits are expected"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Two lower-case hexadecimal digits for each byte.
pub(crate) fn write_hex(bytes: &[u8], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

/// The digest that prints as `text`.
fn from_hex(text: &str) -> Option<Sha256> {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<Vec<_>>>();
    bytes.filter(|_| rest.is_empty()).and_then(|bytes| Sha256::from_slice(&bytes))
}

/// SHA-256 over bytes that arrive in pieces.
pub struct Hasher(digest::Context);

impl Hasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Sha256 {
        let digest = self.0.finish();
        Sha256(digest.as_ref().try_into().expect("SHA-256 yields 32 bytes"))
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// HMAC-SHA-256 of `message` under `key` (RFC 2104).
#[must_use]
pub fn keyed(key: &[u8], message: &[u8]) -> Sha256 {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    Sha256(tag.as_ref().try_into().expect("HMAC-SHA-256 yields 32 bytes"))
}

/// `N` bytes from the operating system's source of randomness.
///
/// # Panics
/// When the operating system has no randomness to give: nothing may be made without it.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error, StrDeserializer};

    use super::{Sha256, keyed};

    #[test]
    fn reads_what_it_prints_and_nothing_else() {
        let read = |text: &str| -> Result<Sha256, Error> {
            let text: StrDeserializer<'_, Error> = text.into_deserializer();
            Sha256::deserialize(text)
        };
        let digest = Sha256::of(b"abc");
        let text = digest.to_string();
        assert_eq!(read(&text), Ok(digest));
        for other in [&text[1..], &text[2..], &text.to_uppercase(), &format!("{text}0"), &text.replace('b', "g"), ""] {
            assert!(read(other).is_err(), "{other}");
        }
    }

    #[test]
    fn agrees_with_the_published_vectors() {
        assert_eq!(Sha256::of(b"abc").to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        // RFC 4231, test case 2.
        assert_eq!(
            keyed(b"Jefe", b"what do ya want for nothing?").to_string(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn reads_in_pieces_what_it_reads_whole() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        assert_eq!(Sha256::of_reader(bytes.as_slice()).expect("reads memory"), Sha256::of(&bytes));
    }
}
