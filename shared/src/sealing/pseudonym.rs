//! A name for a person that says nothing, the same on every device of a school.

use zeroize::Zeroizing;

use crate::digest::{Sha256, keyed};

/// The school's key for pseudonyms. Only who may open content has it.
pub struct PersonKey(pub(super) Zeroizing<[u8; 32]>);

/// HMAC-SHA-256 of an account under the school's [`PersonKey`].
pub type Pseudonym = Sha256;

impl PersonKey {
    /// The pseudonym of an account. Letters of both cases are one account, as directories have it.
    #[must_use]
    pub fn pseudonym(&self, account: &str) -> Pseudonym {
        let folded = Zeroizing::new(account.to_lowercase());
        keyed(self.0.as_slice(), folded.as_bytes())
    }
}
