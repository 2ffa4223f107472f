//! The rules that texts are held against: those that ship, and those that the school has added.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::lexicon::{Ask, Finding, Lexicon, Pack};
use prost::Message as _;

/// How often a text is held against the rules when they fail.
const TRIES: u32 = 2;

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

    /// What a text meets; `None` when the rules fail at it, and fail again. No text is worth the agent, or the texts
    /// behind it.
    #[must_use]
    pub fn read_guarded(&self, text: &str, ask: &Ask<'_>) -> Option<Vec<Finding>> {
        // Nothing is left half changed: what the rules remember of words is given up with the text.
        (0..TRIES).find_map(|_| catch_unwind(AssertUnwindSafe(|| self.read(text, ask))).ok())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU32, Ordering};

    use caretaker_shared::lexicon::{AgeProfile, Ask};

    use super::Rules;

    static FAILED: AtomicU32 = AtomicU32::new(0);

    #[test]
    fn a_text_at_which_the_rules_fail_is_given_up_after_one_more_try() {
        let rules = Rules::made(|text, _| match text {
            "bad" => panic!("at every time"),
            "once" if FAILED.fetch_add(1, Ordering::Relaxed) == 0 => panic!("at the first time"),
            _ => Vec::new(),
        });
        let categories = BTreeSet::new();
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        assert_eq!(rules.read_guarded("bad", &ask), None);
        assert_eq!(rules.read_guarded("once", &ask), Some(Vec::new()));
        assert_eq!(rules.read_guarded("good", &ask), Some(Vec::new()));
    }
}
