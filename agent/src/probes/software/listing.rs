//! What the sources of one machine have said so far.

use std::io;
use std::path::Path;

use caretaker_shared::model::{Facts, Outcome, SoftwareTitle};
use caretaker_shared::wire::limits;

use crate::host::why;

/// Reasons that are told in full; there may be one for every user.
const REASONS: usize = 5;

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
        let Some(reason) = self.reason() else { return Outcome::Complete(Facts::Software(self.titles)) };
        match self.titles.is_empty() {
            true => Outcome::Failed { reason },
            false => Outcome::Partial { facts: Facts::Software(self.titles), reason },
        }
    }
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
    use caretaker_shared::model::{Outcome, SoftwareTitle};
    use caretaker_shared::wire::limits;

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
}
