//! What the sources of one machine have said so far.

use std::io;
use std::path::Path;

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::model::{Facts, Outcome, SoftwareTitle};
use caretaker_shared::order;
use caretaker_shared::wire::limits;
use prost::Message as _;

use crate::host::why;

/// Reasons that are told in full; there may be one for every user.
const REASONS: usize = 5;

/// All titles of one reading together: an envelope without its own frame and the reason.
const LIST_BYTES: usize = limits::ENVELOPE_BYTES - 4 * 1024;
/// Tag and length of one title.
const FRAME_BYTES: usize = 6;

/// Titles found, and why there may be more.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) titles: Vec<SoftwareTitle>,
    flaws: Vec<String>,
}

impl Listing {
    /// Says that something may be missing, and why.
    pub(super) fn lacks(&mut self, reason: impl Into<String>) {
        self.flaws.push(reason.into());
    }

    /// Adds what another listing has.
    pub(super) fn take(&mut self, mut other: Self) {
        self.titles.append(&mut other.titles);
        self.flaws.append(&mut other.flaws);
    }

    /// What was read, or a flaw when it could not be.
    pub(super) fn read<T>(&mut self, path: &Path, answer: io::Result<T>) -> Option<T> {
        answer.map_err(|error| self.lacks(why(path, &error))).ok()
    }

    /// As [`Listing::read`], but what is not there is no flaw.
    pub(super) fn read_if_there<T>(&mut self, path: &Path, answer: io::Result<T>) -> Option<T> {
        self.read(path, crate::host::if_there(answer)).flatten()
    }

    /// Why something may be missing.
    pub(super) fn reason(&self) -> Option<String> {
        reason(&self.flaws)
    }

    /// The answer: a list that is empty for a reason is no list.
    pub(super) fn outcome(mut self) -> Outcome {
        // A title has a name: the collector refuses a reading with one that has none.
        self.titles.retain(|title| !title.name.is_empty());
        if self.titles.len() > limits::TITLES {
            self.titles.truncate(limits::TITLES);
            self.lacks(format!("more than {} titles are installed; the rest is left out", limits::TITLES));
        }
        if fitting(&self.titles) < self.titles.len() {
            order::sort_by_key(&mut self.titles, |title| !title.user.is_empty());
            let fits = fitting(&self.titles);
            let left_out = self.titles.len() - fits;
            self.titles.truncate(fits);
            self.lacks(format!("the list is too large to be sent; {left_out} titles are left out"));
        }
        let Some(reason) = self.reason() else { return Outcome::Complete(Facts::Software(self.titles)) };
        match self.titles.is_empty() {
            true => Outcome::Failed { reason },
            false => Outcome::Partial { facts: Facts::Software(self.titles), reason },
        }
    }
}

/// How many of these titles, the first ones, one reading can carry: one that is too large would be lost as a whole.
fn fitting(titles: &[SoftwareTitle]) -> usize {
    let mut left = LIST_BYTES;
    let fits = |title: &&SoftwareTitle| {
        let taken = left.checked_sub(proto::SoftwareTitle::from(*title).encoded_len() + FRAME_BYTES);
        left = taken.unwrap_or_default();
        taken.is_some()
    };
    titles.iter().take_while(fits).count()
}

fn reason(flaws: &[String]) -> Option<String> {
    let told = flaws.iter().take(REASONS).map(String::as_str).collect::<Vec<&str>>().join("; ");
    match flaws.len() {
        0 => None,
        count if count > REASONS => Some(format!("{told}; and {} more", count - REASONS)),
        _ => Some(told),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_proto::agent::v1 as proto;
    use caretaker_shared::model::{Facts, Outcome, ProbeName, Reading, SoftwareTitle};
    use caretaker_shared::wire::limits;
    use jiff::Timestamp;
    use prost::Message as _;

    use super::Listing;

    fn title(name: &str) -> SoftwareTitle {
        SoftwareTitle { name: name.into(), ..SoftwareTitle::default() }
    }

    #[test]
    fn a_flaw_makes_a_list_partial_and_an_empty_one_failed() {
        let mut listing = Listing { titles: vec![title("slate")], ..Listing::default() };
        listing.lacks("a reason");
        assert_eq!(listing.outcome().word(), "partial");
        let mut listing = Listing::default();
        listing.lacks("a reason");
        assert_eq!(listing.outcome(), Outcome::Failed { reason: "a reason".into() });
        assert_eq!(Listing::default().outcome().word(), "complete");
    }

    #[test]
    fn a_hundred_flaws_are_told_in_one_line() {
        let mut listing = Listing { titles: vec![title("slate")], ..Listing::default() };
        (0..100).for_each(|number| listing.lacks(format!("flaw {number}")));
        let Outcome::Partial { reason, .. } = listing.outcome() else { panic!("it has flaws") };
        assert_eq!(reason, "flaw 0; flaw 1; flaw 2; flaw 3; flaw 4; and 95 more");
    }

    #[test]
    fn more_titles_than_fit_are_cut_and_told() {
        let listing = Listing { titles: vec![title("slate"); limits::TITLES + 1], ..Listing::default() };
        assert_eq!(listing.outcome().word(), "partial");
    }

    #[test]
    fn a_list_that_is_too_large_to_be_sent_is_cut_and_not_lost() {
        let of_user = |number: usize| SoftwareTitle {
            user: format!("pupil.{number}"),
            id: "x".repeat(400),
            origin: "\u{1}".repeat(300),
            ..title("slate")
        };
        let mut titles: Vec<SoftwareTitle> = (0..5_000).map(of_user).collect();
        titles.push(title("chalk"));
        let Outcome::Partial { facts, reason } = Listing { titles, ..Listing::default() }.outcome() else {
            panic!("partial")
        };
        assert!(reason.starts_with("the list is too large to be sent; "), "{reason}");
        let Facts::Software(kept) = &facts else { panic!("software") };
        assert_eq!(kept[0].name, "chalk", "what the machine has comes before what its users have");
        let reading = Reading {
            probe: ProbeName::Software,
            taken_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Partial { facts, reason },
        };
        let bytes = proto::Reading::from(&reading).encoded_len();
        let room = limits::ENVELOPE_BYTES;
        assert!((room / 10 * 9..room).contains(&bytes), "{bytes} of {room}");
    }
}
