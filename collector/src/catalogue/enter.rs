//! What leads to a title, entered among the claims of all; two titles never claim one reading.

use std::collections::HashSet;

use super::Catalogue;
use super::check::Written;
use super::claims::Claim;
use super::flaw::Flaw;
use super::fold::fold;
use super::identify::LISTS;

/// Enters what leads to a title.
pub(super) fn claim(catalogue: &mut Catalogue, at: usize, written: &Written<'_>, flaws: &mut Vec<Flaw>) {
    let raw = written.raw;
    let (whole, part) = (Claim { title: at, part: false }, Claim { title: at, part: true });
    for code in &raw.codes {
        text_claim(catalogue, Field::Codes, code, whole, written, flaws);
    }
    for package in &raw.packages {
        text_claim(catalogue, Field::Packages, package, whole, written, flaws);
    }
    for (field, names) in [(Field::Names, &raw.names), (Field::Products, &raw.products), (Field::Files, &raw.files)] {
        for name in names {
            name_claim(catalogue, field, name, whole, written, flaws);
        }
    }
    for name in &raw.parts {
        if let Some(code) = name.strip_prefix("code:") {
            text_claim(catalogue, Field::Codes, code, part, written, flaws);
        } else if is_package(name) {
            text_claim(catalogue, Field::Parts, name, part, written, flaws);
        } else {
            name_claim(catalogue, Field::Parts, name, part, written, flaws);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Codes,
    Packages,
    Names,
    Products,
    Files,
    Parts,
}

impl Field {
    fn word(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Packages => "packages",
            Self::Names => "names",
            Self::Products => "products",
            Self::Files => "files",
            Self::Parts => "parts",
        }
    }
}

fn is_package(text: &str) -> bool {
    text.split_once(':').is_some_and(|(list, name)| (list == "*" || LISTS.contains(&list)) && !name.is_empty())
}

fn text_claim(
    catalogue: &mut Catalogue,
    field: Field,
    text: &str,
    claim: Claim,
    written: &Written<'_>,
    flaws: &mut Vec<Flaw>,
) {
    if field == Field::Packages && !is_package(text) {
        let remedy = "write it as \"dpkg:name\", \"rpm:name\", \"flatpak:id\", \"snap:name\" or \"*:name\"";
        flaws.push(written.flaw(field.word(), format!("{text:?} is no package"), remedy));
        return;
    }
    let bare = if is_package(text) { text.split_once(':').map_or("", |(_, name)| name) } else { text };
    if bare.trim_end_matches('*').is_empty() || bare.get(..bare.len() - 1).is_none_or(|front| front.contains('*')) {
        flaws.push(written.flaw(field.word(), format!("{text:?} meets too much"), "one star may stand at the end"));
        return;
    }
    let texts = if field == Field::Codes { &mut catalogue.claims.codes } else { &mut catalogue.claims.packages };
    if let Err(held) = texts.add(&text.to_lowercase(), claim) {
        flaws.push(claimed(catalogue, held, text, field, written));
    }
}

fn name_claim(
    catalogue: &mut Catalogue,
    field: Field,
    text: &str,
    claim: Claim,
    written: &Written<'_>,
    flaws: &mut Vec<Flaw>,
) {
    let (name, open) = text.strip_suffix(" *").map_or((text, false), |name| (name, true));
    let folded = fold(name);
    if folded.count() == 0 || name.contains('*') {
        let remedy = "a name is words; one star may stand at the end, behind a blank";
        flaws.push(written.flaw(field.word(), format!("{text:?} is no name"), remedy));
        return;
    }
    let claims = &mut catalogue.claims;
    let names = match field {
        Field::Products => &mut claims.products,
        Field::Files => &mut claims.files,
        Field::Names | Field::Parts | Field::Codes | Field::Packages => &mut claims.names,
    };
    let held: Vec<Claim> = names.add(&folded, open, claim).to_vec();
    let by_publisher = matches!(field, Field::Names | Field::Parts);
    let clash = held.into_iter().find(|held| *held != claim && !apart(catalogue, *held, claim, by_publisher));
    if let Some(held) = clash {
        flaws.push(claimed(catalogue, held, text, field, written));
    }
}

/// Whether the publishers, of files the signers, of two titles tell readings of one name apart.
fn apart(catalogue: &Catalogue, one: Claim, other: Claim, by_publisher: bool) -> bool {
    let makers = |claim: Claim| -> HashSet<&str> {
        let Some(title) = catalogue.titles.get(claim.title) else { return HashSet::new() };
        let makers = if by_publisher { &title.publishers } else { &title.signers };
        makers.iter().map(String::as_str).collect()
    };
    let (one, other) = (makers(one), makers(other));
    !one.is_empty() && !other.is_empty() && one.is_disjoint(&other)
}

fn claimed(catalogue: &Catalogue, held: Claim, text: &str, field: Field, written: &Written<'_>) -> Flaw {
    let slug = catalogue.titles.get(held.title).map_or("", |title| title.slug.as_str());
    let remedy = format!("leave it to one of them; to take the place of ours, use the slug {slug:?}");
    written.flaw(field.word(), format!("{text:?} leads to {slug:?} already"), &remedy)
}
