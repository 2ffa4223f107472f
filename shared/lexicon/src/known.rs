//! The words that are nothing but words: English, names of places, names of people.
//!
//! A word that is one of them is never taken for another in disguise. Held as a binary fuse filter (Graf and Lemire,
//! 2022): nine bits a word, a word of the list is always found, and one of 256 others is taken for one.

use super::fingerprint;

/// A filter over fingerprints.
#[derive(Debug, Clone, Copy)]
pub struct KnownWords<'a> {
    seed: u64,
    segment: u32,
    /// Segments in which a first place can be.
    segments: u32,
    table: &'a [u8],
}

/// Words are found in three places of three segments that follow each other.
const ARITY: u32 = 3;
const HEAD: usize = 4 + 8 + 4 + 4;
const MAGIC: &[u8; 4] = b"CTW1";
/// Tries before the list is given up; nearly always the first succeeds.
const TRIES: u64 = 64;

impl<'a> KnownWords<'a> {
    /// The filter that ships.
    pub(super) fn builtin() -> KnownWords<'static> {
        const BYTES: &[u8] = include_bytes!("../../../packaging/lexicons/words.filter");
        KnownWords::read(BYTES).unwrap_or(KnownWords::NONE)
    }

    /// One that knows no word.
    pub(super) const NONE: Self = Self { seed: 0, segment: 0, segments: 0, table: &[] };

    /// Reads what [`build`] wrote; `None` for anything else.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, table) = bytes.split_at_checked(HEAD)?;
        let word = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        if head.get(..4)? != MAGIC {
            return None;
        }
        let seed = u64::from_le_bytes(head.get(4..12)?.try_into().ok()?);
        let (segment, segments) = (word(12)?, word(16)?);
        let length = u64::from(segments).checked_add(u64::from(ARITY) - 1)?.checked_mul(u64::from(segment))?;
        let good = segment.is_power_of_two() && segments > 0 && u64::try_from(table.len()).ok()? == length;
        good.then_some(Self { seed, segment, segments, table })
    }

    /// Whether a word is, very probably, one of the list.
    #[inline]
    pub(super) fn has(&self, fingerprint: u64) -> bool {
        if self.table.is_empty() {
            return false;
        }
        let hash = mix(fingerprint, self.seed);
        let [one, two, three] = places(hash, self.segment, self.segments);
        let at = |place: u32| self.table.get(place as usize).copied().unwrap_or_default();
        at(one) ^ at(two) ^ at(three) == print(hash)
    }
}

/// The bytes of a filter over `words`, each in plain form; `None` when no filter can be found, which does not happen.
#[must_use]
pub fn build(words: &[String]) -> Option<Vec<u8>> {
    let mut prints: Vec<u64> = words.iter().map(|word| fingerprint::of(word.as_bytes())).collect();
    prints.sort_unstable();
    prints.dedup();
    let count = prints.len().max(2) as f64;
    // The sizes that its authors found to work.
    let segment = 1_u32 << ((count.ln() / 3.33_f64.ln() + 2.25).floor() as u32).min(18);
    let capacity = (count * f64::max(1.125, 0.875 + 0.25 * 1e6_f64.ln() / count.ln())).round();
    let segments = ((capacity / f64::from(segment)).ceil() as u32).saturating_sub(ARITY - 1).max(1);
    let table = (1..=TRIES).find_map(|seed| Some((seed, assign(&prints, seed, segment, segments)?)));
    table.map(|(seed, table)| {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(seed.to_le_bytes());
        bytes.extend(segment.to_le_bytes());
        bytes.extend(segments.to_le_bytes());
        bytes.extend(table);
        bytes
    })
}

/// Peels words off that are alone in a place, then fills the table in the reverse order.
fn assign(prints: &[u64], seed: u64, segment: u32, segments: u32) -> Option<Vec<u8>> {
    let length = ((segments + ARITY - 1) * segment) as usize;
    let (mut counts, mut sums) = (vec![0_u32; length], vec![0_u64; length]);
    for &word in prints {
        let hash = mix(word, seed);
        for place in places(hash, segment, segments) {
            *counts.get_mut(place as usize)? += 1;
            *sums.get_mut(place as usize)? ^= hash;
        }
    }
    let mut alone: Vec<usize> = (0..length).filter(|&place| counts.get(place) == Some(&1)).collect();
    let mut peeled = Vec::with_capacity(prints.len());
    while let Some(place) = alone.pop() {
        if counts.get(place) != Some(&1) {
            continue;
        }
        let hash = *sums.get(place)?;
        peeled.push((hash, place));
        for other in places(hash, segment, segments) {
            let count = counts.get_mut(other as usize)?;
            *count -= 1;
            *sums.get_mut(other as usize)? ^= hash;
            if *count == 1 {
                alone.push(other as usize);
            }
        }
    }
    if peeled.len() != prints.len() {
        return None;
    }
    let mut table = vec![0_u8; length];
    for &(hash, place) in peeled.iter().rev() {
        let others = places(hash, segment, segments).into_iter().filter(|&other| other as usize != place);
        let value = others.fold(print(hash), |value, other| value ^ table.get(other as usize).copied().unwrap_or(0));
        *table.get_mut(place)? = value;
    }
    Some(table)
}

#[inline]
fn mix(fingerprint: u64, seed: u64) -> u64 {
    // The finish of MurmurHash3.
    let mut hash = fingerprint.wrapping_add(seed);
    hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ hash >> 33
}

#[inline]
fn print(hash: u64) -> u8 {
    (hash ^ hash >> 32) as u8
}

#[inline]
fn places(hash: u64, segment: u32, segments: u32) -> [u32; 3] {
    let within = u64::from(segments) * u64::from(segment);
    let one = ((u128::from(hash) * u128::from(within)) >> 64) as u32;
    let mask = segment.wrapping_sub(1);
    let two = (one + segment) ^ ((hash >> 18) as u32 & mask);
    let three = (one + 2 * segment) ^ (hash as u32 & mask);
    [one, two, three]
}

#[cfg(test)]
mod tests {
    use super::{KnownWords, build};
    use crate::fingerprint;

    #[test]
    fn every_word_of_the_list_is_known_and_few_others() {
        for count in [1, 2, 10, 1000, 60_000] {
            let words: Vec<String> = (0..count).map(|number| format!("word{number}")).collect();
            let bytes = build(&words).expect("a filter");
            let known = KnownWords::read(&bytes).expect("its own bytes");
            assert!(words.iter().all(|word| known.has(fingerprint::of(word.as_bytes()))), "{count}");
            let others = (0..20_000).filter(|number| known.has(fingerprint::of(format!("other{number}").as_bytes())));
            assert!(others.count() <= 100, "at most 0.5 % of {count}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = build(&["one".into(), "two".into()]).expect("a filter");
        assert!(KnownWords::read(&bytes[..bytes.len() - 1]).is_none());
        assert!(KnownWords::read(b"CTW1").is_none());
        assert!(KnownWords::read(&[0; 64]).is_none());
    }
}
