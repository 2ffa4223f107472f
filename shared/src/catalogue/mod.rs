//! What a program or an installed title is for, by a shipped list: game, bypass tool, remote control, media player,
//! installer. No input or output.
//!
//! The list (`packaging/catalogue/*.toml`) names products, and how each is recognised:
//! - `names`: product names and titles (the entry's own name where it is left out). The whole name, or the name and a
//!   version ("Steam 2.10 (64-bit)", not "Steamboat" or "Steam Cleaner"); one that ends in ` *` takes any words behind it;
//! - `company`, `signer`, `original` (file name as built): the whole text;
//! - `package`, `id`: the whole text, of a Linux package and of a bundle, a flatpak or a Store family;
//! - `file`: the file's present name, with a version or platform behind it. Anybody can rename a file, so this counts only
//!   where a program says nothing else of itself, and never for a script.
//!
//! Case, punctuation and spaces make no difference. A signer is what a file claims: a match asks a person to look.

mod line;
mod load;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use self::line::{Field, words};
use self::load::Catalogue;
use crate::model::{ExecutableFormat, SoftwareClass, SoftwareTitle};

/// What a file says of itself. Texts are empty where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramHints<'a> {
    /// Its present name, without the folder.
    pub file_name: &'a str,
    /// Of its version resource, manifest or properties.
    pub product: &'a str,
    /// Likewise.
    pub company: &'a str,
    /// What its maker called the file.
    pub original_name: &'a str,
    /// What this file of the product does.
    pub description: &'a str,
    /// Whom its signature names.
    pub signer: Option<&'a str>,
    /// Which builder of installers left its mark in it.
    pub installer: Option<&'a str>,
    /// By its first bytes.
    pub format: ExecutableFormat,
}

/// What the catalogue takes a program or title for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What it is for.
    pub class: SoftwareClass,
    /// The product, as the catalogue calls it; for a whole kind of software "games", "installer".
    pub name: &'static str,
    /// What it was recognised by: `product name "Tor Browser"`.
    pub why: String,
}

/// What a program is for; `None` for what the catalogue does not know. A product of the list goes before the general
/// signs of an installer: the installer of a bypass tool is a bypass tool.
#[must_use]
pub fn class_of_program(program: &ProgramHints<'_>) -> Option<Match> {
    let silent = [program.product, program.company, program.original_name, program.description];
    let by_name = silent.iter().all(|text| text.is_empty()) && program.format != ExecutableFormat::Script;
    let file_name = if by_name { program.file_name } else { "" };
    let evidence = [
        (Field::Name, "product name", program.product),
        (Field::Original, "original file name", program.original_name),
        (Field::Signer, "signer", program.signer.unwrap_or_default()),
        (Field::Name, "description", program.description),
        (Field::Company, "company", program.company),
        (Field::File, "file name", file_name),
    ];
    let known = |installer: bool| {
        evidence.iter().find_map(|(field, what, text)| {
            let found = builtin().find(*field, text)?;
            ((found.class == SoftwareClass::Installer) == installer).then(|| found.matched(what, text))
        })
    };
    known(false).or_else(|| known(true)).or_else(|| installer(program, file_name))
}

/// What an installed title is for; `None` for what the catalogue does not know.
#[must_use]
pub fn class_of_title(title: &SoftwareTitle) -> Option<Match> {
    // A Store family is a name and the hash of its publisher.
    let id = title.id.split('_').next().unwrap_or_default();
    // A package's maintainer is not who made the product, and its name is a word of its list.
    let packaged = ["dpkg", "rpm", "snap"].contains(&title.source.as_str());
    let evidence: &[_] = if packaged {
        &[(Field::Package, "package name", title.name.as_str())]
    } else {
        &[
            (Field::Id, "identifier", id),
            (Field::Name, "title", title.name.as_str()),
            (Field::Company, "publisher", title.publisher.as_str()),
        ]
    };
    let known = evidence.iter().find_map(|(field, what, text)| {
        let found = builtin().find(*field, text)?;
        (found.class != SoftwareClass::Installer).then(|| found.matched(what, text))
    });
    known.or_else(|| builtin().section(&title.section))
}

/// The general signs of an installer.
fn installer(program: &ProgramHints<'_>, file_name: &str) -> Option<Match> {
    let found = |why: String| Some(Match { class: SoftwareClass::Installer, name: "installer", why });
    if builtin().installs(program.format) {
        return found(format!("format {}", program.format.word()));
    }
    if let Some(builder) = program.installer {
        return found(format!("built by {builder}"));
    }
    let texts = [
        ("description", program.description),
        ("original file name", program.original_name),
        ("product name", program.product),
        ("file name", file_name),
    ];
    let (what, text) = texts.into_iter().find(|(_, text)| builtin().is_installer_word(&words(text)))?;
    found(format!("{what} \"{text}\""))
}

fn builtin() -> &'static Catalogue {
    static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
    BUILTIN.get_or_init(|| Catalogue::load(&load::FILES).expect("a test loads the lists that are compiled in"))
}
