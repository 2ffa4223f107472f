//! From files of rules to a catalogue that can be asked: everything is checked, nothing is loaded by halves.

use std::collections::BTreeMap;
use std::sync::Arc;

use caretaker_shared::digest::{Hasher, Sha256};
use jiff::civil::Date;

use super::check::{self, Written};
use super::claims::Claims;
use super::enter::claim;
use super::flaw::{Flaw, Flaws};
use super::fold::{company, fold};
use super::packages::PackageRules;
use super::raw::RawFile;
use super::title::{Category, Licensing, Title, Versions};
use super::{Catalogue, EDITION, RuleFile};

/// A file that could be read.
pub(super) struct Parsed<'a> {
    file: &'a RuleFile,
    raw: RawFile,
    own: bool,
    /// The text of each rule.
    rules: Vec<String>,
    /// Where each slug stands.
    lines: Vec<Option<usize>>,
}

impl Parsed<'_> {
    /// Of its rules, in their order.
    pub(super) fn slugs(&self) -> Vec<String> {
        self.raw.title.iter().map(|title| title.slug.clone()).collect()
    }
}

/// Compiles shipped files and a school's own.
pub(super) fn compile(shipped: &[RuleFile], own: &[RuleFile], packages: &str) -> Result<Catalogue, Flaws> {
    let mut flaws = Vec::new();
    let mut files = Vec::new();
    for (file, own) in shipped.iter().map(|file| (file, false)).chain(own.iter().map(|file| (file, true))) {
        match parse(file, own) {
            Ok(parsed) => files.push(parsed),
            Err(Flaws(flaw)) => flaws.extend(flaw),
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

pub(super) fn parse(file: &RuleFile, own: bool) -> Result<Parsed<'_>, Flaws> {
    let raw: RawFile =
        toml::from_str(&file.text).map_err(|error| Flaws(vec![unreadable(&file.name, &file.text, &error)]))?;
    let flaw = |field: &str, problem: String, remedy: &str| {
        Flaws(vec![Flaw {
            file: file.name.clone(),
            line: line_of(&file.text, &format!("{field} =")),
            slug: String::new(),
            field: field.to_owned(),
            problem,
            remedy: remedy.to_owned(),
        }])
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

fn digest(shipped: &[RuleFile], own: &[RuleFile], packages: &str) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(&EDITION.to_be_bytes());
    for text in shipped.iter().chain(own).map(|file| file.text.as_str()).chain([packages]) {
        hasher.update(Sha256::of(text.as_bytes()).as_bytes());
    }
    hasher.finish()
}
