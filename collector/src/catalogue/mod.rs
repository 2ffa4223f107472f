//! The software catalogue: which product a raw entry of a software list, or a file, stands for. No input or output.
//!
//! Rules are data (`packaging/catalogue/titles/*.toml`, and a school's own files in its data folder); each carries
//! readings that it must meet and readings that it must not, and is not loaded without them. See
//! `docs/catalogue.md` for the format. A reading is compared in this order: identifiers of its list, packages, names,
//! and for files product names. Names are compared as words without case, punctuation, version, architecture and
//! language (`fold`); there are no regular expressions. What no rule knows is a title of its own, so that it is counted
//! like all others; parts of titles and of the operating system are none.

mod apart;
mod check;
mod claims;
mod compile;
mod enter;
mod flaw;
mod fold;
mod identify;
mod installed;
mod line;
mod memory;
mod packages;
mod propose;
mod raw;
mod shipped;
#[cfg(test)]
mod tests;
mod title;
#[cfg(test)]
mod trap_tests;

use std::sync::{Arc, OnceLock};

use caretaker_shared::digest::Sha256;

use claims::Claims;
use packages::PackageRules;

pub use flaw::{Flaw, Flaws};
pub use identify::{File, Reading, Standing, installs};
pub use installed::{Installations, Installed, Times};
pub use memory::Memory;
pub use propose::{propose, propose_all};
pub use title::{Category, Licensing, Title};

/// Goes up whenever the comparison changes, so that everything stored is compared anew.
const EDITION: u32 = 1;

/// Rules of titles, ready to be asked.
#[derive(Debug)]
pub struct Catalogue {
    titles: Vec<Arc<Title>>,
    claims: Claims,
    packages: PackageRules,
    digest: Sha256,
}

/// One file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// For messages.
    pub name: String,
    /// TOML.
    pub text: String,
}

impl Catalogue {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> Arc<Self> {
        static BUILTIN: OnceLock<Arc<Catalogue>> = OnceLock::new();
        BUILTIN.get_or_init(|| Arc::new(Self::with(&[]).expect("a test loads the rules that are compiled in"))).clone()
    }

    /// The rules that the product ships, and a school's own: one of the same slug takes the place of ours.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, with file and line.
    pub fn with(own: &[RuleFile]) -> Result<Self, Flaws> {
        let shipped: Vec<RuleFile> = shipped::FILES
            .iter()
            .map(|(name, text)| RuleFile { name: (*name).to_owned(), text: (*text).to_owned() })
            .collect();
        compile::compile(&shipped, own, shipped::PACKAGES)
    }

    /// One digest over all rules and over how they are compared.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// All titles, by slug.
    #[must_use]
    pub fn titles(&self) -> &[Arc<Title>] {
        &self.titles
    }

    /// The title of that slug.
    #[must_use]
    pub fn title(&self, slug: &str) -> Option<&Arc<Title>> {
        let at = self.titles.binary_search_by(|title| title.slug.as_str().cmp(slug)).ok()?;
        self.titles.get(at)
    }

    /// What the installer of this name and publisher would be taken for.
    #[must_use]
    pub fn standing(&self, reading: &Reading<'_>) -> Standing {
        identify::of_reading(self, reading)
    }

    /// The title of a file that no package owns; `None` for all that no rule knows.
    #[must_use]
    pub fn title_of_file(&self, file: &File<'_>) -> Option<Arc<Title>> {
        identify::of_file(self, file)
    }
}
