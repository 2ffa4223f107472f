//! AES-256-GCM under a key that is used once, or with a nonce that is drawn anew each time.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// Bytes of the tag behind the ciphertext.
pub(crate) const TAG: usize = 16;
/// For a key that seals one message in its life.
pub(super) const ONLY_ONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];

/// Encrypts in place: where the plain text was, the ciphertext and its tag stand.
pub(crate) fn encrypt(key: &[u8; 32], nonce: [u8; NONCE_LEN], aad: &[u8], mut plain: Zeroizing<Vec<u8>>) -> Vec<u8> {
    // The tag must not make the buffer move: what it leaves behind would not be wiped.
    debug_assert!(plain.capacity() >= plain.len() + TAG, "room for the tag");
    cipher(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *plain)
        .expect("a message of some KiB is not too long");
    std::mem::take(&mut *plain)
}

/// The plain text; `None` when a byte of it, of `aad` or of the key is another.
pub(crate) fn decrypt(key: &[u8; 32], nonce: [u8; NONCE_LEN], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let length =
        cipher(key).open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key"))
}
