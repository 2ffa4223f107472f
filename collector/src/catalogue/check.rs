//! What a rule must have, and whether it does what its own readings say.

use super::Catalogue;
use super::flaw::Flaw;
use super::line::Line;
use super::raw::RawTitle;

/// A rule, with where it stands.
pub(super) struct Written<'a> {
    pub(super) file: &'a str,
    pub(super) line: Option<usize>,
    pub(super) raw: &'a RawTitle,
}

impl Written<'_> {
    pub(super) fn flaw(&self, field: &str, problem: String, remedy: &str) -> Flaw {
        Flaw {
            file: self.file.to_owned(),
            line: self.line,
            slug: self.raw.slug.clone(),
            field: field.to_owned(),
            problem,
            remedy: remedy.to_owned(),
        }
    }
}

/// What is wrong with a rule by itself.
pub(super) fn alone(written: &Written<'_>) -> Vec<Flaw> {
    let raw = written.raw;
    let mut flaws = Vec::new();
    if !is_slug(&raw.slug) {
        let remedy = "small letters, digits and hyphens, for example \"geogebra-classic\"";
        flaws.push(written.flaw("slug", format!("{:?} is no slug", raw.slug), remedy));
    }
    for (field, text) in [("name", &raw.name), ("source", &raw.source)] {
        if text.trim().is_empty() {
            flaws.push(written.flaw(field, "is empty".into(), "say it: people read it"));
        }
    }
    let lists = [&raw.names, &raw.packages, &raw.codes, &raw.products, &raw.files, &raw.parts];
    if lists.iter().all(|list| list.is_empty()) {
        let remedy = "give names, packages, codes, products, files or parts";
        flaws.push(written.flaw("names", "nothing recognises this title".into(), remedy));
    }
    if raw.hits.is_empty() {
        flaws.push(written.flaw("hits", "no reading shows what it meets".into(), "give at least one"));
    }
    if raw.misses.is_empty() {
        let remedy = "give the near neighbour that must not be met";
        flaws.push(written.flaw("misses", "no reading shows what it must not meet".into(), remedy));
    }
    flaws
}

/// What the readings of a rule say against the whole catalogue.
pub(super) fn readings(catalogue: &Catalogue, written: &Written<'_>) -> Vec<Flaw> {
    let slug = &written.raw.slug;
    let hits = written.raw.hits.iter().filter_map(|text| {
        let why = Line::parse(text).missed(catalogue, slug)?;
        Some(written.flaw("hits", format!("{text:?} {why}"), "correct the rule, or the reading"))
    });
    let misses = written.raw.misses.iter().filter(|text| Line::parse(text).met(catalogue, slug)).map(|text| {
        written.flaw(
            "misses",
            format!("{text:?} is taken for this title"),
            "make the rule narrower, or drop the reading",
        )
    });
    hits.chain(misses).collect()
}

fn is_slug(slug: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !slug.is_empty() && slug.len() <= 60 && slug.bytes().all(plain) && !slug.starts_with('-') && !slug.ends_with('-')
}
