//! Readings as rules write them: `NAME`, `NAME | PUBLISHER`, `dpkg:PACKAGE`, `code:ID | NAME`, `product:NAME | SIGNER`,
//! `file:NAME`; `=> edition, major` behind it is compared too; with `part:` before it the reading is a part.

use super::identify::{File, LISTS, Reading, of_file, of_reading};
use super::{Catalogue, Standing};

/// A line of `hits` or `misses`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    part: bool,
    says: Says<'a>,
    expected: Option<(&'a str, &'a str)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says<'a> {
    Reading(Reading<'a>),
    File(File<'a>),
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    Installation(String),
    Part(String),
    System,
    Unknown,
}

impl<'a> Line<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let (text, expected) = match text.rsplit_once("=>") {
            Some((text, expected)) => (text.trim(), Some(expected.trim())),
            None => (text.trim(), None),
        };
        let expected = expected
            .map(|text| text.split_once(',').map_or((text, ""), |(edition, major)| (edition.trim(), major.trim())));
        let (part, text) = text.strip_prefix("part:").map_or((false, text), |text| (true, text.trim()));
        Self { part, says: Says::parse(text), expected }
    }

    pub(super) fn came(&self, catalogue: &Catalogue) -> Came {
        match &self.says {
            Says::Reading(reading) => match of_reading(catalogue, reading) {
                Standing::Installation { title, .. } if !title.is_known() => Came::Unknown,
                Standing::Installation { title, .. } => Came::Installation(title.slug.clone()),
                Standing::Part(title) => Came::Part(title.slug.clone()),
                Standing::System => Came::System,
            },
            Says::File(file) => match of_file(catalogue, file) {
                Some(title) => Came::Installation(title.slug.clone()),
                None => Came::Unknown,
            },
        }
    }

    /// Why it is no hit of a title; `None` when it is.
    pub(super) fn missed(&self, catalogue: &Catalogue, slug: &str) -> Option<String> {
        let came = self.came(catalogue);
        let wanted = if self.part { Came::Part(slug.to_owned()) } else { Came::Installation(slug.to_owned()) };
        if came != wanted {
            let kind = if self.part { "a part of this title" } else { "this title" };
            return Some(format!("is taken for {came}, not for {kind}"));
        }
        let (Some((edition, major)), Says::Reading(reading)) = (self.expected, &self.says) else { return None };
        let standing = of_reading(catalogue, reading);
        let Standing::Installation { edition: found, .. } = &standing else { return None };
        let found = (found.as_str(), standing.major(""));
        (found != (edition, major)).then(|| {
            format!("has edition {:?} and major version {:?}, not {edition:?} and {major:?}", found.0, found.1)
        })
    }

    /// Whether it is what the title must not be: an installation; with `part:` a part.
    pub(super) fn met(&self, catalogue: &Catalogue, slug: &str) -> bool {
        match self.came(catalogue) {
            Came::Installation(of) => !self.part && of == slug,
            Came::Part(of) => self.part && of == slug,
            Came::System | Came::Unknown => false,
        }
    }
}

impl<'a> Says<'a> {
    fn parse(text: &'a str) -> Self {
        let (text, behind) = text.split_once('|').map_or((text, ""), |(text, behind)| (text.trim(), behind.trim()));
        if let Some(product) = text.strip_prefix("product:") {
            return Self::File(File { product: product.trim(), signer: behind, file_name: "" });
        }
        if let Some(name) = text.strip_prefix("file:") {
            return Self::File(File { product: "", signer: behind, file_name: name.trim() });
        }
        if let Some(code) = text.strip_prefix("code:") {
            return Self::Reading(Reading { id: code.trim(), name: behind, source: "uninstall", ..Reading::default() });
        }
        match text.split_once(':').filter(|(list, _)| LISTS.contains(list)) {
            Some((source, package)) => {
                Self::Reading(Reading { name: package, id: package, source, ..Reading::default() })
            }
            None => {
                let source = "uninstall";
                Self::Reading(Reading { name: text, publisher: behind, source, ..Reading::default() })
            }
        }
    }
}

impl std::fmt::Display for Came {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Installation(slug) => write!(out, "{slug}"),
            Self::Part(slug) => write!(out, "a part of {slug}"),
            Self::System => write!(out, "a part of the operating system"),
            Self::Unknown => write!(out, "a title that no rule knows"),
        }
    }
}
