//! One message for one key: HPKE base mode, single shot. The only file that names the crate.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem as _, X25519HkdfSha256};
use hpke::{Deserializable as _, OpModeR, OpModeS, Serializable as _, single_shot_open, single_shot_seal};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
type EncappedKey = <Kem as hpke::Kem>::EncappedKey;

/// Bytes of an encapsulated key.
const ENCAPPED: usize = 32;
/// Bytes by which a sealed message is longer than the message: the encapsulated key, and the tag.
pub(super) const OVERHEAD: usize = ENCAPPED + 16;

/// The public half of a key, X25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// A key of 32 bytes; `None` for others, and for points of small order, which would share a secret with everybody.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let key = Self(bytes.try_into().ok()?);
        seal(&key, b"probe", b"", b"").is_some().then_some(key)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The private half. It is wiped when it is dropped.
pub(super) struct SecretKey {
    key: PrivateKey,
    public: PublicKey,
}

impl SecretKey {
    /// The key that follows from 32 secret bytes (DeriveKeyPair of RFC 9180).
    pub(super) fn derive(material: &[u8; 32]) -> Self {
        let (key, public) = Kem::derive_keypair(material);
        Self { key, public: PublicKey(public.to_bytes().into()) }
    }

    pub(super) fn public(&self) -> PublicKey {
        self.public
    }

    /// The message in what [`seal`] made for this key; `None` when a byte of it, of `info` or of `aad` is another.
    pub(super) fn open(&self, sealed: &[u8], info: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (encapped, ciphertext) = sealed.split_at_checked(ENCAPPED)?;
        let encapped = EncappedKey::from_bytes(encapped).ok()?;
        single_shot_open::<AesGcm256, HkdfSha256, Kem>(&OpModeR::Base, &self.key, &encapped, info, ciphertext, aad)
            .ok()
            .map(Zeroizing::new)
    }
}

/// Seals a message for a key: the encapsulated key, then the ciphertext. `None` for a key that is no good.
pub(super) fn seal(to: &PublicKey, message: &[u8], info: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let to = <Kem as hpke::Kem>::PublicKey::from_bytes(&to.0).ok()?;
    let (encapped, ciphertext) =
        single_shot_seal::<AesGcm256, HkdfSha256, Kem>(&OpModeS::Base, &to, info, message, aad).ok()?;
    let mut sealed = Vec::with_capacity(ENCAPPED + ciphertext.len());
    sealed.extend_from_slice(&encapped.to_bytes());
    sealed.extend_from_slice(&ciphertext);
    Some(sealed)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::{SecretKey, seal};

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER.decode(hex.as_bytes()).expect("hexadecimal")
    }

    /// Of the vectors published with RFC 9180: mode 0, kem 32, kdf 1, aead 2, sequence 0.
    #[test]
    fn opens_what_the_rfc_sealed() {
        let material = bytes("dac33b0e9db1b59dbbea58d59a14e7b5896e9bdf98fad6891e99d1686492b9ee");
        let key = SecretKey::derive(&material.try_into().expect("32 bytes"));
        let public = "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c";
        assert_eq!(HEXLOWER.encode(key.public().as_bytes()), public);
        let sealed = [
            bytes("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"),
            bytes("e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"),
        ]
        .concat();
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let opened = key.open(&sealed, &info, &bytes("436f756e742d30")).expect("opens");
        assert_eq!(opened.as_slice(), b"Beauty is truth, truth beauty");
    }

    #[test]
    fn no_key_is_taken_that_shares_its_secret_with_everybody() {
        assert!(super::PublicKey::from_slice(&[0; 32]).is_none());
        assert!(super::PublicKey::from_slice(&[7; 31]).is_none());
        let key = SecretKey::derive(&[7; 32]);
        let sealed = seal(&key.public(), b"a message", b"info", b"aad").expect("seals");
        assert_eq!(key.open(&sealed, b"info", b"aad").expect("opens").as_slice(), b"a message");
        assert!(SecretKey::derive(&[8; 32]).open(&sealed, b"info", b"aad").is_none());
    }
}
