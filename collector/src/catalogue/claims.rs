//! What of a reading leads to which title: hash tables over folded text.

use std::collections::{BTreeMap, HashMap};

use super::fold::Folded;

/// A title's claim to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// Place in the list of titles.
    pub(super) title: usize,
    /// Whether what is met belongs to the title without being an installation of it.
    pub(super) part: bool,
}

/// All claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Product codes, package families, bundle identifiers; in lower case.
    pub(super) codes: Texts,
    /// "dpkg:audacity", "*:audacity".
    pub(super) packages: Texts,
    pub(super) names: Names,
    /// Of files.
    pub(super) products: Names,
    /// Names of files that say nothing else of themselves.
    pub(super) files: Names,
}

/// Whole texts, and beginnings of texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    whole: HashMap<String, Claim>,
    /// By length, so that the longest is found first.
    open: BTreeMap<usize, HashMap<String, Claim>>,
}

impl Texts {
    /// Adds a text, which may end in one star; `Err` is who has claimed it already.
    pub(super) fn add(&mut self, text: &str, claim: Claim) -> Result<(), Claim> {
        let texts = match text.strip_suffix('*') {
            Some(front) => self.open.entry(front.len()).or_default(),
            None => &mut self.whole,
        };
        let held = *texts.entry(text.trim_end_matches('*').to_owned()).or_insert(claim);
        if held == claim { Ok(()) } else { Err(held) }
    }

    pub(super) fn find(&self, text: &str) -> Option<Claim> {
        if let Some(claim) = self.whole.get(text) {
            return Some(*claim);
        }
        self.open.iter().rev().find_map(|(length, texts)| texts.get(text.get(..*length)?).copied())
    }
}

/// Names, and names behind which any words may stand. One name may have several claims, told apart by publisher.
#[derive(Debug, Default)]
pub(super) struct Names {
    whole: HashMap<String, Vec<Claim>>,
    open: HashMap<String, Vec<Claim>>,
}

/// What a name led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Led {
    /// To one claim.
    To(Claim),
    /// To several that its publisher does not tell apart.
    Astray,
}

impl Names {
    /// Those who have claimed this name already.
    pub(super) fn add(&mut self, folded: &Folded, open: bool, claim: Claim) -> &[Claim] {
        let names = if open { &mut self.open } else { &mut self.whole };
        let held = names.entry(folded.all().to_owned()).or_default();
        if !held.contains(&claim) {
            held.push(claim);
        }
        held
    }

    /// The longest name that is met. One that leaves no words over goes before one with any words behind it.
    pub(super) fn find(&self, folded: &Folded, admits: impl Fn(&Claim) -> bool) -> Option<Led> {
        let whole = folded.lengths().into_iter().find_map(|length| led(self.whole.get(folded.first(length))?, &admits));
        whole.or_else(|| {
            (1..=folded.count()).rev().find_map(|length| led(self.open.get(folded.first(length))?, &admits))
        })
    }
}

fn led(claims: &[Claim], admits: &impl Fn(&Claim) -> bool) -> Option<Led> {
    let mut admitted = claims.iter().filter(|claim| admits(claim));
    let first = *admitted.next()?;
    Some(if admitted.next().is_none() { Led::To(first) } else { Led::Astray })
}
