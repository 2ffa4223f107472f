//! Which title a reading stands for.

use std::sync::Arc;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::TitleKind;

use super::Catalogue;
use super::claims::{Claim, Led};
use super::fold::{company, first_number, fold, is_year};
use super::title::{Title, Versions};

/// Lists of packages, whose names are words of their list.
pub(super) const PACKAGED: [&str; 2] = ["dpkg", "rpm"];
/// Lists that a package's rule may name.
pub(super) const LISTS: [&str; 4] = ["dpkg", "rpm", "flatpak", "snap"];
/// Behind the mark of an unknown title.
const DIGITS: usize = 16;

/// An entry of a software list, as far as it tells which title it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading<'a> {
    /// As in the list.
    pub name: &'a str,
    /// Likewise.
    pub publisher: &'a str,
    /// Which list: "dpkg", "uninstall".
    pub source: &'a str,
    /// One or more, with blanks between.
    pub id: &'a str,
    /// Of Windows Installer.
    pub upgrade_code: &'a str,
    /// What its packager files it under.
    pub section: &'a str,
    /// A title, an update, a part.
    pub kind: TitleKind,
}

/// A file that no package owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct File<'a> {
    /// Product that it states; empty for none.
    pub product: &'a str,
    /// Whom its signature names; empty for none.
    pub signer: &'a str,
    /// Its name without folder, where it may speak for itself: it states nothing, and is no script. Else empty.
    pub file_name: &'a str,
}

/// What a reading is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// An installation of a title, known or not.
    Installation {
        /// Of what.
        title: Arc<Title>,
        /// Empty where the title has none.
        edition: String,
        /// Major version that the name tells.
        named: String,
    },
    /// Belongs to a title: a language pack, an update.
    Part(Arc<Title>),
    /// A part of the operating system, or of something that its list does not name.
    System,
}

impl Standing {
    /// The major version of an installation whose list states this version.
    #[must_use]
    pub fn major<'a>(&'a self, version: &'a str) -> &'a str {
        let Self::Installation { title, named, .. } = self else { return "" };
        match title.versions {
            Versions::None => "",
            Versions::Name => named,
            Versions::First => Some(stated(version)).filter(|number| !number.is_empty()).unwrap_or(named),
        }
    }
}

/// The first number of a version; an epoch of dpkg or rpm is none.
fn stated(version: &str) -> &str {
    let behind = version.split_once(':').filter(|(epoch, _)| epoch.bytes().all(|byte| byte.is_ascii_digit()));
    first_number(behind.map_or(version, |(_, behind)| behind))
}

pub(super) fn of_reading(catalogue: &Catalogue, reading: &Reading<'_>) -> Standing {
    let found = claim(catalogue, reading);
    let title = found.and_then(|claim| Some((catalogue.titles.get(claim.title)?, claim.part)));
    match (title, reading.kind) {
        // Only a whole thing is an installation; an update or a hidden part stands for nothing that one counts.
        (Some((title, true)), _) | (Some((title, false)), TitleKind::Update | TitleKind::Component) => {
            Standing::Part(title.clone())
        }
        (Some((title, false)), TitleKind::Title) => installation(title, reading.name),
        (None, TitleKind::Update | TitleKind::Component) => Standing::System,
        (None, TitleKind::Title) if catalogue.packages.is_of_the_system(reading) => Standing::System,
        (None, TitleKind::Title) => {
            let title = unknown(reading);
            let named = named(reading.name, Versions::First);
            Standing::Installation { title: Arc::new(title), edition: String::new(), named }
        }
    }
}

/// Who claims a reading: by code, by package, then by name.
fn claim(catalogue: &Catalogue, reading: &Reading<'_>) -> Option<Claim> {
    let claims = &catalogue.claims;
    let codes = reading.id.split_whitespace().chain(reading.upgrade_code.split_whitespace());
    if let Some(claim) = codes.map(str::to_lowercase).find_map(|code| claims.codes.find(&code)) {
        return Some(claim);
    }
    if LISTS.contains(&reading.source) {
        let package = if PACKAGED.contains(&reading.source) { reading.name } else { reading.id };
        let package = package.to_lowercase();
        let claim =
            [reading.source, "*"].into_iter().find_map(|list| claims.packages.find(&format!("{list}:{package}")));
        if claim.is_some() || PACKAGED.contains(&reading.source) {
            return claim;
        }
    }
    let publisher = company(reading.publisher);
    let admits = |claim: &Claim| {
        let title = catalogue.titles.get(claim.title);
        title.is_some_and(|title| {
            title.publishers.is_empty() || publisher.is_empty() || title.publishers.contains(&publisher)
        })
    };
    match claims.names.find(&fold(reading.name), admits)? {
        Led::To(claim) => Some(claim),
        Led::Astray => None,
    }
}

pub(super) fn of_file(catalogue: &Catalogue, file: &File<'_>) -> Option<Arc<Title>> {
    let signer = company(file.signer);
    let admits = |claim: &Claim| {
        let title = catalogue.titles.get(claim.title);
        title.is_some_and(|title| title.signers.is_empty() || signer.is_empty() || title.signers.contains(&signer))
    };
    let claims = &catalogue.claims;
    let led = if file.product.is_empty() {
        claims.files.find(&fold(without_ending(file.file_name)), admits)
    } else {
        claims.products.find(&fold(file.product), admits)
    };
    match led? {
        Led::To(claim) => catalogue.titles.get(claim.title).cloned(),
        Led::Astray => None,
    }
}

/// Words that say of a file that it brings, renews or takes away a product instead of being it.
const BRINGS: [&str; 9] =
    ["setup", "installer", "install", "bootstrapper", "uninstaller", "uninstall", "updater", "update", "stub"];

/// Whether a file says by its name or description that it installs something.
#[must_use]
pub fn installs(texts: &[&str]) -> bool {
    texts.iter().any(|text| {
        let folded = fold(without_ending(text));
        folded
            .words()
            .iter()
            .any(|word| BRINGS.iter().any(|brings| word.ends_with(brings)) || word.starts_with("unins"))
    })
}

fn without_ending(file_name: &str) -> &str {
    [".exe", ".AppImage", ".bin"].iter().find_map(|ending| file_name.strip_suffix(ending)).unwrap_or(file_name)
}

fn installation(title: &Arc<Title>, name: &str) -> Standing {
    let folded = fold(name);
    let padded = format!(" {} ", folded.all());
    let edition = title.editions.iter().find(|(words, _)| padded.contains(&format!(" {words} ")));
    Standing::Installation {
        title: title.clone(),
        edition: edition.map(|(_, edition)| edition.clone()).unwrap_or_default(),
        named: named(name, title.versions),
    }
}

/// The major version that a name tells: for titles that are called by it a year anywhere, else a number anywhere; for
/// the others the first of the numbers at its end.
fn named(name: &str, versions: Versions) -> String {
    let folded = fold(name);
    let words = folded.words();
    let core = folded.core();
    let number =
        |word: &&str| !first_number(word).is_empty() && !["32", "64", "x64", "x86", "win32", "win64"].contains(word);
    let found = match versions {
        Versions::None => None,
        Versions::Name => words
            .iter()
            .find(|word| is_year(word))
            .or_else(|| words.iter().find(|word| number(word) && word.bytes().all(|byte| byte.is_ascii_digit()))),
        Versions::First => words.iter().skip(core).find(|word| number(word)),
    };
    found.map(|word| first_number(word).to_owned()).unwrap_or_default()
}

/// The title of a name that no rule knows: by the words that are left of it without version, architecture and language.
fn unknown(reading: &Reading<'_>) -> Title {
    let folded = fold(reading.name);
    let core = folded.first(folded.core());
    let core = if core.is_empty() { reading.name } else { core };
    let list = if PACKAGED.contains(&reading.source) { "package" } else { "name" };
    let digest = Sha256::of(format!("{list}\n{core}").as_bytes()).to_string();
    Title {
        slug: format!("?{}", digest.get(..DIGITS).unwrap_or_default()),
        name: shown(reading.name, folded.core()),
        // Of a packager without the address.
        publisher: reading.publisher.split('<').next().unwrap_or_default().trim().to_owned(),
        category: None,
        licensing: None,
        suite: String::new(),
        file: String::new(),
        own: false,
        rule: String::new(),
        publishers: Vec::new(),
        signers: Vec::new(),
        editions: Vec::new(),
        versions: Versions::First,
    }
}

/// A name as it is written, up to the last of its first `count` words.
pub(super) fn shown(name: &str, count: usize) -> String {
    let ends = name.char_indices().filter(|(_, letter)| letter.is_whitespace()).map(|(at, _)| at).chain([name.len()]);
    let enough = ends.into_iter().find(|end| fold(name.get(..*end).unwrap_or_default()).count() >= count);
    let cut = name.get(..enough.unwrap_or(name.len())).unwrap_or(name);
    cut.trim().trim_end_matches(['-', ',', '(', ':']).trim_end().to_owned()
}
