//! From files of rules to a catalogue that can be asked: everything is checked, nothing is loaded by halves.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use caretaker_shared::digest::{Hasher, Sha256};
use jiff::civil::Date;

use super::check::{self, Written};
use super::claims::{Claim, Claims};
use super::flaw::{Flaw, Flaws};
use super::fold::{company, fold};
use super::identify::LISTS;
use super::packages::PackageRules;
use super::raw::RawFile;
use super::title::{Category, Licensing, Title, Versions};
use super::{Catalogue, EDITION, RuleFile};

/// A file that could be read.
struct Parsed<'a> {
    file: &'a RuleFile,
    raw: RawFile,
    own: bool,
    /// The text of each rule.
    rules: Vec<String>,
    /// Where each slug stands.
    lines: Vec<Option<usize>>,
}

/// Compiles shipped files and a school's own.
pub(super) fn compile(shipped: &[RuleFile], own: &[RuleFile], packages: &str) -> Result<Catalogue, Flaws> {
    let mut flaws = Vec::new();
    let mut files = Vec::new();
    for (file, own) in shipped.iter().map(|file| (file, false)).chain(own.iter().map(|file| (file, true))) {
        match parse(file, own) {
            Ok(parsed) => files.push(parsed),
            Err(flaw) => flaws.push(flaw),
        }
    }
    let package_rules =
        toml::from_str(packages).map_err(|error| Flaws(vec![unreadable("packages.toml", packages, &error)]))?;
    let chosen = choose(&files, &mut flaws);
    let mut catalogue = build(&chosen, package_rules, &mut flaws);
    if flaws.is_empty() {
        for (parsed, place) in chosen.values() {
            flaws.extend(check::readings(&catalogue, &written(parsed, *place)));
        }
    }
    catalogue.digest = digest(shipped, own, packages);
    if flaws.is_empty() { Ok(catalogue) } else { Err(Flaws(flaws)) }
}

fn parse(file: &RuleFile, own: bool) -> Result<Parsed<'_>, Flaw> {
    let raw: RawFile = toml::from_str(&file.text).map_err(|error| unreadable(&file.name, &file.text, &error))?;
    let flaw = |field: &str, problem: String, remedy: &str| Flaw {
        file: file.name.clone(),
        line: line_of(&file.text, &format!("{field} =")),
        slug: String::new(),
        field: field.to_owned(),
        problem,
        remedy: remedy.to_owned(),
    };
    if raw.checked.parse::<Date>().is_err() {
        return Err(flaw("checked", format!("{:?} is no day", raw.checked), "write it as 2026-11-22"));
    }
    if Category::parse(&raw.category).is_none() {
        return Err(flaw(
            "category",
            format!("{:?} is no category", raw.category),
            &words(Category::ALL.map(Category::word)),
        ));
    }
    let rules = split(&file.text);
    let rules = if rules.len() == raw.title.len() { rules } else { vec![String::new(); raw.title.len()] };
    let lines = raw.title.iter().map(|title| line_of(&file.text, &format!("slug = \"{}\"", title.slug))).collect();
    Ok(Parsed { file, raw, own, rules, lines })
}

fn unreadable(name: &str, text: &str, error: &toml::de::Error) -> Flaw {
    let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
    Flaw {
        file: name.to_owned(),
        line,
        slug: String::new(),
        field: String::new(),
        problem: error.message().to_owned(),
        remedy: String::new(),
    }
}

/// The text of each rule: what stands from its head to the next one.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.trim() == "[[title]]" {
            rules.push(String::new());
        }
        if let Some(rule) = rules.last_mut() {
            rule.push_str(line);
            rule.push('\n');
        }
    }
    rules.iter_mut().for_each(|rule| rule.truncate(rule.trim_end().len()));
    rules
}

fn line_of(text: &str, beginning: &str) -> Option<usize> {
    text.lines().position(|line| line.trim_start().starts_with(beginning)).map(|line| line + 1)
}

fn words(words: impl IntoIterator<Item = &'static str>) -> String {
    format!("one of: {}", words.into_iter().collect::<Vec<_>>().join(", "))
}

fn written<'a>(parsed: &'a Parsed<'_>, place: usize) -> Written<'a> {
    let line = parsed.lines.get(place).copied().flatten();
    Written { file: &parsed.file.name, line, raw: &parsed.raw.title[place] }
}

/// One rule for each slug: a school's own goes before ours.
fn choose<'a>(files: &'a [Parsed<'a>], flaws: &mut Vec<Flaw>) -> BTreeMap<&'a str, (&'a Parsed<'a>, usize)> {
    let mut chosen: BTreeMap<&str, (&Parsed<'_>, usize)> = BTreeMap::new();
    for parsed in files {
        for (place, raw) in parsed.raw.title.iter().enumerate() {
            let held = chosen.insert(&raw.slug, (parsed, place));
            if let Some((other, _)) = held.filter(|(other, _)| other.own == parsed.own) {
                let problem = format!("stands in {} already", other.file.name);
                flaws.push(written(parsed, place).flaw("slug", problem, "give each title a slug of its own"));
            }
        }
    }
    chosen
}

fn build(chosen: &BTreeMap<&str, (&Parsed<'_>, usize)>, packages: PackageRules, flaws: &mut Vec<Flaw>) -> Catalogue {
    let mut titles: Vec<Arc<Title>> = Vec::with_capacity(chosen.len());
    for (parsed, place) in chosen.values() {
        let written = written(parsed, *place);
        flaws.extend(check::alone(&written));
        let suite = &written.raw.suite;
        if !suite.is_empty() && !chosen.contains_key(suite.as_str()) {
            let problem = format!("no title has the slug {suite:?}");
            flaws.push(written.flaw("suite", problem, "name a title of the catalogue, or leave it out"));
        }
        titles.push(Arc::new(title(parsed, *place, flaws)));
    }
    let mut catalogue = Catalogue { titles, claims: Claims::default(), packages, digest: Sha256::of(b"") };
    for (at, (parsed, place)) in chosen.values().enumerate() {
        claim(&mut catalogue, at, &written(parsed, *place), flaws);
    }
    catalogue
}

fn title(parsed: &Parsed<'_>, place: usize, flaws: &mut Vec<Flaw>) -> Title {
    let written = written(parsed, place);
    let raw = written.raw;
    let category = raw.category.as_ref().unwrap_or(&parsed.raw.category);
    let (category, licensing) = (parsed_category(&written, category, flaws), Licensing::parse(&raw.licensing));
    if licensing.is_none() {
        let problem = format!("{:?} is no way of licensing", raw.licensing);
        flaws.push(written.flaw("licensing", problem, &words(Licensing::ALL.map(Licensing::word))));
    }
    let versions = match raw.versions.as_str() {
        "first" => Versions::First,
        "name" => Versions::Name,
        "none" => Versions::None,
        other => {
            flaws.push(written.flaw(
                "versions",
                format!("{other:?} is no place of a version"),
                "one of: first, name, none",
            ));
            Versions::None
        }
    };
    let mut editions: Vec<(String, String)> =
        raw.editions.iter().map(|(words, edition)| (fold(words).all().to_owned(), edition.clone())).collect();
    editions.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    Title {
        slug: raw.slug.clone(),
        name: raw.name.clone(),
        publisher: raw.publisher.clone(),
        category,
        licensing,
        suite: raw.suite.clone(),
        file: parsed.file.name.clone(),
        own: parsed.own,
        rule: parsed.rules.get(place).cloned().unwrap_or_default(),
        publishers: raw.publishers.iter().map(|publisher| company(publisher)).collect(),
        signers: raw.signers.iter().map(|signer| company(signer)).collect(),
        editions,
        versions,
    }
}

fn parsed_category(written: &Written<'_>, word: &str, flaws: &mut Vec<Flaw>) -> Option<Category> {
    let category = Category::parse(word);
    if category.is_none() {
        flaws.push(written.flaw(
            "category",
            format!("{word:?} is no category"),
            &words(Category::ALL.map(Category::word)),
        ));
    }
    category
}

/// Enters what leads to a title.
fn claim(catalogue: &mut Catalogue, at: usize, written: &Written<'_>, flaws: &mut Vec<Flaw>) {
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

fn digest(shipped: &[RuleFile], own: &[RuleFile], packages: &str) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(&EDITION.to_be_bytes());
    for text in shipped.iter().chain(own).map(|file| file.text.as_str()).chain([packages]) {
        hasher.update(Sha256::of(text.as_bytes()).as_bytes());
    }
    hasher.finish()
}
