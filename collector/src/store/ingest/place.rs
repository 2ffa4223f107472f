//! Where a record stands among what is held. Pure.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Gap;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is here already.
    Held,
    /// Something else is here under its number.
    Contradicts,
    /// It is the next; a gap begins at `first`, any other record at its own number.
    Next {
        /// The first number that the record stands for.
        first: u64,
    },
}

/// Finds the place of the record with this number, given everything up to `mark`; `None` when numbers between are
/// missing. A gap that reaches back over numbers that are held is no news about them.
pub(super) fn find(mark: u64, seq: u64, hash: Sha256, gap: Option<&Gap>, stored: Option<Sha256>) -> Option<Place> {
    if seq <= mark {
        let held = gap.is_some() || stored == Some(hash);
        return Some(if held { Place::Held } else { Place::Contradicts });
    }
    let first = gap.map_or(seq, |gap| gap.from);
    (first <= mark + 1).then(|| Place::Next { first: first.max(mark + 1) })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{Gap, GapReason};

    use super::{Place, find};

    fn gap(from: u64, to: u64) -> Gap {
        Gap { from, to, reason: GapReason::Quota }
    }

    #[test]
    fn every_case_has_its_place() {
        let (one, other) = (Sha256::of(b"one"), Sha256::of(b"other"));
        let cases = [
            ("the next", find(4, 5, one, None, None), Some(Place::Next { first: 5 })),
            ("the first of all", find(0, 1, one, None, None), Some(Place::Next { first: 1 })),
            ("one is missing", find(4, 6, one, None, None), None),
            ("the same again", find(4, 4, one, None, Some(one)), Some(Place::Held)),
            ("another under its number", find(4, 4, one, None, Some(other)), Some(Place::Contradicts)),
            ("a number that was given up", find(4, 3, one, None, None), Some(Place::Contradicts)),
            ("a gap that follows", find(4, 9, one, Some(&gap(5, 9)), None), Some(Place::Next { first: 5 })),
            ("a gap that reaches back", find(4, 9, one, Some(&gap(2, 9)), None), Some(Place::Next { first: 5 })),
            ("a gap over what is held", find(9, 9, one, Some(&gap(5, 9)), Some(other)), Some(Place::Held)),
            ("a gap after a hole", find(4, 9, one, Some(&gap(6, 9)), None), None),
        ];
        for (case, found, expected) in cases {
            assert_eq!(found, expected, "{case}");
        }
    }
}
