//! A word as 64 bits: what a pack holds instead of letters.
//!
//! Nobody reads a word out of its fingerprint; somebody who guesses the word can confirm it. That is enough to keep the
//! lists from a curious pupil, and is no secrecy.

use zeroize::Zeroizing;

/// Odd constants with about as many ones as zeros, so that a product mixes well (those of wyhash).
const SEED: u64 = 0xa076_1d64_78bd_642f;
const LENGTH: u64 = 0xe703_7ed1_a0b4_28db;
const MIX: u64 = 0x8ebc_6af0_9c88_c6e3;
/// This bit tells a small ASCII letter from its capital, and every digit has it.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The fingerprint of a word in plain form.
pub(super) fn of(word: &[u8]) -> u64 {
    let mut sum = begin(word.len());
    let (blocks, rest) = word.as_chunks::<8>();
    for block in blocks {
        sum = mix(sum ^ u64::from_le_bytes(*block));
    }
    if rest.is_empty() { sum } else { mix(sum ^ short(rest)) }
}

/// The fingerprint of the ASCII letters and digits `text[start..end]`, of any case.
#[inline]
pub(super) fn of_ascii(text: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    match text.get(start..).and_then(|rest| rest.split_first_chunk()) {
        // Nearly every word, and what is done with it does not depend on its length.
        Some((first, rest)) if length <= FEW => match rest.first_chunk() {
            Some(rest) => of_sixteen(u64::from_le_bytes(*first), u64::from_le_bytes(*rest), length),
            None => of_any(text, start, end),
        },
        Some(_) | None => of_any(text, start, end),
    }
}

/// What makes the fingerprint of up to 16 bytes: what it begins with, and the bits of each eight bytes that count, for each
/// length.
const SHAPES: [(u64, u64, u64); FEW + 1] = {
    let mut shapes = [(SEED, 0, 0); FEW + 1];
    let mut length = 1;
    while length <= FEW {
        let rest = if length > 8 { beginning(length - 8) } else { 0 };
        shapes[length] = (begin(length), beginning(if length > 8 { 8 } else { length }), rest);
        length += 1;
    }
    shapes
};

/// The fingerprint of the first `length` of twice eight bytes, which are ASCII letters and digits of any case.
#[inline]
fn of_sixteen(first: u64, rest: u64, length: usize) -> u64 {
    let (begin, kept, kept_rest) = SHAPES.get(length).copied().unwrap_or_default();
    let one = mix(begin ^ (first | SMALL) & kept);
    // Of no use, and no harm, where there is no rest.
    let both = mix(one ^ (rest | SMALL) & kept_rest);
    if length > 8 { both } else { one }
}

#[inline(never)]
fn of_any(text: &[u8], start: usize, end: usize) -> u64 {
    let mut sum = begin(end - start);
    let mut at = start;
    while at < end {
        sum = mix(sum ^ block(text, at, end - at));
        at += 8;
    }
    sum
}

/// Letters of which [`of_few`] makes a fingerprint at most.
pub(super) const FEW: usize = 16;

/// Up to 16 bytes, the first lowest.
#[inline]
pub(super) fn few(word: &[u8]) -> u128 {
    let (first, rest) = word.split_at(word.len().min(8));
    u128::from(short(first)) | u128::from(short(rest)) << 64
}

/// The fingerprint of up to 16 small ASCII letters and digits, the first lowest; 0 stands behind them.
#[inline]
pub(super) fn of_few(letters: u128, length: usize) -> u64 {
    let first = mix(begin(length) ^ letters as u64);
    if length > 8 { mix(first ^ (letters >> 64) as u64) } else { first }
}

/// Hands on the fingerprints of all that stands within the first `count` ASCII letters and digits of `text`, 48 at most,
/// and has 2 letters to `longest`: where it begins, its length, the fingerprint.
#[inline]
pub(super) fn of_all_within(text: &[u8], count: usize, longest: usize, mut each: impl FnMut(usize, usize, u64)) {
    let mut blocks = Zeroizing::new([0; 48]);
    for (at, slot) in blocks.iter_mut().enumerate().take(count) {
        *slot = block(text, at, 8);
    }
    let blocks = blocks.get(..count).unwrap_or_default();
    for length in 2..=longest.min(count) {
        let begin = begin(length);
        let starts = count + 1 - length;
        if length <= 8 {
            let kept = beginning(length);
            for (start, block) in blocks.iter().take(starts).enumerate() {
                each(start, length, mix(begin ^ block & kept));
            }
        } else if length <= 16 {
            let kept = beginning(length - 8);
            let pairs = blocks.iter().zip(blocks.iter().skip(8)).take(starts);
            for (start, (block, next)) in pairs.enumerate() {
                each(start, length, mix(mix(begin ^ block) ^ next & kept));
            }
        } else {
            for start in 0..starts {
                each(start, length, of_ascii(text, start, start + length));
            }
        }
    }
}

/// The bits of the first `length` of eight bytes, of one at least.
#[inline]
const fn beginning(length: usize) -> u64 {
    u64::MAX >> (64 - 8 * length)
}

/// The first eight of `length` ASCII letters and digits from `at` on, in small letters, the first lowest.
#[inline]
pub(super) fn block(text: &[u8], at: usize, length: usize) -> u64 {
    let block = match text.get(at..at + 8) {
        Some(block) => <[u8; 8]>::try_from(block).map_or(0, u64::from_le_bytes),
        None => short(text.get(at..).unwrap_or_default()),
    };
    let kept = if length >= 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
    (block | SMALL) & kept
}

#[inline]
const fn begin(length: usize) -> u64 {
    SEED ^ (length as u64).wrapping_mul(LENGTH)
}

#[inline]
fn mix(sum: u64) -> u64 {
    let product = u128::from(sum) * u128::from(MIX);
    // Both halves: the upper one holds what the lower one lost.
    (product as u64) ^ ((product >> 64) as u64)
}

/// Up to eight bytes, the first lowest.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        // Where the two overlap they are the same.
        let shift = 8 * (bytes.len().min(8) - 4);
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << shift;
    }
    bytes.iter().rev().fold(0, |block, &byte| block << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{few, of, of_all_within, of_ascii, of_few};

    proptest! {
        #[test]
        fn case_and_place_make_no_difference(before in "[ -~]{0,9}", word in "[0-9A-Za-z]{1,40}", after in "[ -~]{0,9}") {
            let text = format!("{before}{word}{after}");
            let found = of_ascii(text.as_bytes(), before.len(), before.len() + word.len());
            prop_assert_eq!(found, of(word.to_ascii_lowercase().as_bytes()));
        }

        #[test]
        fn what_stands_within_is_a_word(word in "[0-9a-z]{1,48}", longest in 1_usize..40) {
            let mut found = Vec::new();
            of_all_within(word.as_bytes(), word.len(), longest, |start, length, print| found.push((start, length, print)));
            let wanted = (2..=longest).flat_map(|length| {
                let windows = word.as_bytes().windows(length).enumerate();
                windows.map(move |(start, within)| (start, length, of(within)))
            });
            prop_assert_eq!(found, wanted.collect::<Vec<_>>());
        }

        #[test]
        fn few_letters_are_a_word(word in "[0-9a-z]{1,16}") {
            prop_assert_eq!(of_few(few(word.as_bytes()), word.len()), of(word.as_bytes()));
        }

        #[test]
        fn words_differ(one in "[a-z]{1,20}", other in "[a-z]{1,20}") {
            prop_assert_eq!(of(one.as_bytes()) == of(other.as_bytes()), one == other);
        }
    }
}
