//! The rules that texts are held against: those that ship, and those that the school has added.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::lexicon::{Ask, Finding, Lexicon, Pack};
use prost::Message as _;

/// How often a text is held against the rules when they fail.
const TRIES: u32 = 2;

/// Finds what a text meets. All parts of the agent share one, so that rules that are added count everywhere at once.
///
/// Ready to be asked, the rules take megabytes, and most of the time there is no text: they are made ready for the first
/// one, and laid aside when none has come for a while.
#[derive(Clone)]
pub struct Rules(Arc<Source>);

enum Source {
    Lexicon(Mutex<Shelf>),
    /// What a test has instead.
    Made(fn(&str, &Ask<'_>) -> Vec<Finding>),
}

/// Where the rules lie.
#[derive(Default)]
struct Shelf {
    /// The packs that the school has added, as bytes that have been read once without a fault.
    added: Vec<Vec<u8>>,
    /// All rules, ready to be asked.
    ready: Option<Arc<Lexicon>>,
    /// Whether a text came since it was last asked for.
    used: bool,
}

impl Shelf {
    fn take(&mut self) -> Arc<Lexicon> {
        self.used = true;
        let Self { added, ready, .. } = self;
        ready.get_or_insert_with(|| Arc::new(lexicon(added))).clone()
    }
}

fn lexicon(added: &[Vec<u8>]) -> Lexicon {
    let read = |pack: &Vec<u8>| Pack::read(pack).expect("these very bytes were read when they were added");
    Lexicon::with(&added.iter().map(read).collect::<Vec<_>>())
}

/// Why rules were not taken. The ones before stay in force.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("they are damaged, or of a form that this version does not know")]
pub struct Unusable;

impl Rules {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> Self {
        Self(Arc::new(Source::Lexicon(Mutex::default())))
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
        if packs.iter().any(|pack| Pack::read(pack).is_err()) {
            return Err(Unusable);
        }
        let count = packs.len();
        if let Source::Lexicon(shelf) = self.0.as_ref() {
            *locked(shelf) = Shelf { added: packs, ..Shelf::default() };
        }
        Ok(count)
    }

    /// Lays the rules aside if no text has come since this was last called; says whether it did. Nothing is lost: the next
    /// text waits for them, some 20 ms.
    pub fn lay_aside(&self) -> bool {
        match self.0.as_ref() {
            Source::Lexicon(shelf) => {
                let mut shelf = locked(shelf);
                !std::mem::take(&mut shelf.used) && shelf.ready.take().is_some()
            }
            Source::Made(_) => false,
        }
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
            Source::Lexicon(shelf) => {
                // Texts are read beside each other; only taking the rules is done one by one.
                let lexicon = locked(shelf).take();
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

/// A thread that panicked while it held the shelf leaves it whole: each of its parts is put there at once.
fn locked(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU32, Ordering};

    use caretaker_shared::lexicon::{AgeProfile, Ask};

    use super::Rules;

    #[test]
    fn rules_are_laid_aside_when_no_text_comes_and_taken_again_for_the_next() {
        let rules = Rules::builtin();
        let categories = BTreeSet::from(["demonstration".to_owned()]);
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        let found = || rules.read("Caretaker demonstration phrase", &ask).len();
        assert!(!rules.lay_aside(), "nothing was taken yet");
        assert_eq!(found(), 1);
        assert!(!rules.lay_aside(), "a text came just now");
        assert!(rules.lay_aside());
        assert!(!rules.lay_aside(), "they lie there already");
        assert_eq!(found(), 1);
    }

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
