//! The rules that texts are held against: those that ship, and those that the school has added.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::lexicon::{Ask, Finding, Lexicon, Pack};
use prost::Message as _;

/// Finds what a text meets. All parts of the agent share one, so that rules that are added count everywhere at once.
#[derive(Clone)]
pub struct Rules(Arc<Source>);

enum Source {
    Lexicon(RwLock<Arc<Lexicon>>),
    /// What a test has instead.
    Made(fn(&str, &Ask<'_>) -> Vec<Finding>),
}

/// Why rules were not taken. The ones before stay in force.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("they are damaged, or of a form that this version does not know")]
pub struct Unusable;

impl Rules {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> Self {
        Self(Arc::new(Source::Lexicon(RwLock::new(Arc::new(Lexicon::with(&[]))))))
    }

    /// Made-up rules, for tests.
    #[must_use]
    pub fn made(read: fn(&str, &Ask<'_>) -> Vec<Finding>) -> Self {
        Self(Arc::new(Source::Made(read)))
    }

    /// Adds encoded packs to the rules that ship, in place of those that were added before; none for no bytes. Says how
    /// many there are.
    ///
    /// # Errors
    /// [`Unusable`] when one of them cannot be read.
    pub fn load(&self, bytes: &[u8]) -> Result<usize, Unusable> {
        let packs = proto::Packs::decode(bytes).map_err(|_| Unusable)?.packs;
        let packs = packs.iter().map(|pack| Pack::read(pack)).collect::<Result<Vec<_>, _>>().map_err(|_| Unusable)?;
        if let Source::Lexicon(held) = self.0.as_ref() {
            *held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Lexicon::with(&packs));
        }
        Ok(packs.len())
    }

    /// What a text meets.
    #[must_use]
    pub fn read(&self, text: &str, ask: &Ask<'_>) -> Vec<Finding> {
        match self.0.as_ref() {
            Source::Lexicon(held) => {
                let lexicon = held.read().unwrap_or_else(PoisonError::into_inner).clone();
                lexicon.read(text, ask)
            }
            Source::Made(read) => read(text, ask),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Rules")
    }
}
