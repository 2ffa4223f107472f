//! What of a text is sealed: a passage around what was met, and where it stands.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::lexicon::{Finding, Places};

/// Characters kept on each side of what was met (detection.md 4.2).
const AROUND: usize = 200;
/// Characters kept of what was met: a rule may span a page.
const MET: usize = 200;
/// Bytes of a passage: 600 letters of any script, so that what is sealed for everybody fits one event.
const PASSAGE_BYTES: usize = 1800;
/// Bytes of a path or an address.
const PLACE_BYTES: usize = 768;
/// Bytes of an account.
const USER_BYTES: usize = 128;

/// What is sealed of a text. Wiped when it is dropped; prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    pub(super) user: Zeroizing<String>,
    pub(super) quoted: Option<Quoted>,
}

/// A passage of a text. Wiped when it is dropped; prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Quoted {
    /// 200 characters on each side of what was met.
    pub passage: Zeroizing<String>,
    /// What was met, in bytes of the passage.
    pub met: Range<usize>,
    /// The path of a document, the address of a page.
    pub place: Zeroizing<String>,
}

impl Evidence {
    /// What `finding` leaves of `text`, which stands in `place` and belongs to `user` (empty for nobody in particular).
    ///
    /// A category of which no text may be carried leaves neither a passage nor a place: its findings say nothing of
    /// where they were made, and this is the only way to make evidence.
    #[must_use]
    pub fn of(finding: &Finding, text: &str, place: &str, user: &str) -> Self {
        let quoted = match &finding.places {
            Places::Withheld => None,
            Places::At(_) if !finding.category.carries_text => None,
            Places::At(ranges) => {
                let met = ranges.first().cloned().unwrap_or_default();
                let (passage, met) = passage(text, met);
                Some(Quoted { passage, met, place: cut(place, PLACE_BYTES) })
            }
        };
        Self { user: cut(user, USER_BYTES), quoted }
    }
}

impl Evidence {
    /// Nothing of a text, and of nobody in particular.
    #[must_use]
    pub fn nothing() -> Self {
        Self { user: Zeroizing::default(), quoted: None }
    }

    /// The account whose text it is; empty for a text of nobody in particular.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.user
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("evidence")
    }
}

impl fmt::Debug for Quoted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a passage")
    }
}

/// The passage around a range of bytes of `text`, and where in it the range stands.
fn passage(text: &str, met: Range<usize>) -> (Zeroizing<String>, Range<usize>) {
    let start = text.floor_char_boundary(met.start);
    let end = text.ceil_char_boundary(met.end.max(start));
    let (before, rest) = text.split_at(start);
    let (met, after) = rest.split_at(end - start);
    let met = first(met, MET, PASSAGE_BYTES / 3);
    let before = last(before, AROUND, PASSAGE_BYTES / 3);
    let after = first(after, AROUND, PASSAGE_BYTES / 3);
    let mut passage = Zeroizing::new(String::with_capacity(before.len() + met.len() + after.len()));
    for part in [before, met, after] {
        passage.push_str(part);
    }
    (passage, before.len()..before.len() + met.len())
}

/// The beginning of a text, at most so many characters and bytes.
fn first(text: &str, characters: usize, bytes: usize) -> &str {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    &text[..text.floor_char_boundary(end.min(bytes))]
}

/// The end of a text, at most so many characters and bytes.
fn last(text: &str, characters: usize, bytes: usize) -> &str {
    let start = text.char_indices().rev().take(characters).last().map_or(text.len(), |(at, _)| at);
    &text[text.ceil_char_boundary(start.max(text.len().saturating_sub(bytes)))..]
}

fn cut(text: &str, bytes: usize) -> Zeroizing<String> {
    Zeroizing::new(text[..text.floor_char_boundary(bytes)].to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Quoted};
    use crate::lexicon::{Arithmetic, Finding, Places, category};

    fn finding(id: &str, places: Places) -> Finding {
        let category = category(id).expect("a category");
        Finding {
            rule: "made.up".into(),
            category,
            severity: category.most,
            count: 1,
            arithmetic: Arithmetic::new(category.most, category.least, category.most),
            help_seeking: false,
            stage: None,
            topic: id.into(),
            places,
        }
    }

    fn quoted(text: &str, met: std::ops::Range<usize>) -> Quoted {
        Evidence::of(&finding("bullying", Places::At(vec![met])), text, "/home/p/essay.txt", "pupil.one")
            .quoted
            .expect("a passage")
    }

    #[test]
    fn a_passage_has_two_hundred_characters_on_each_side() {
        let text = format!("{}HERE{}", "é".repeat(300), "ż".repeat(300));
        let start = text.find("HERE").expect("is there");
        let quoted = quoted(&text, start..start + 4);
        assert_eq!(&quoted.passage[quoted.met.clone()], "HERE");
        assert_eq!(quoted.passage.chars().count(), 404);
        assert_eq!(quoted.place.as_str(), "/home/p/essay.txt");
    }

    #[test]
    fn a_short_text_is_kept_whole_and_a_long_match_is_cut() {
        assert_eq!(quoted("a HERE b", 2..6).passage.as_str(), "a HERE b");
        let long = "long ".repeat(1_000);
        assert_eq!(quoted(&long, 0..long.len()).passage.len(), 200);
        let odd = "😀".repeat(900);
        let wide = quoted(&odd, 1..odd.len());
        assert!(wide.passage.len() <= super::PASSAGE_BYTES);
        assert!(quoted("abc", 2..90).passage.len() == 3, "a range beyond the text is no panic");
    }

    #[test]
    fn what_may_carry_no_text_carries_neither_passage_nor_place() {
        for id in ["csa", "sexual_images"] {
            for places in [Places::Withheld, Places::At(vec![0..4])] {
                let evidence = Evidence::of(&finding(id, places), "HERE", "/home/p/essay.txt", "pupil.one");
                assert_eq!(evidence.quoted, None, "{id}");
            }
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let evidence =
            Evidence::of(&finding("bullying", Places::At(vec![0..4])), "HERE", "/home/p/essay.txt", "pupil.one");
        let printed = format!("{evidence:?} {:?}", evidence.quoted);
        assert!(!printed.contains("HERE") && !printed.contains("essay") && !printed.contains("pupil"));
    }
}
