//! Packs of rules on disk: as people write them (TOML), or compiled.

use std::fs;
use std::path::{Path, PathBuf};

use caretaker_shared::lexicon::rules::{self, Rules};
use caretaker_shared::lexicon::{Lexicon, Pack};

use super::files::unreadable;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};

/// The file of a folder that makes it one pack.
const HEAD: &str = "pack.toml";

/// The files of one pack as they are written.
pub(super) struct Written {
    /// The file or folder, as it was typed.
    pub(super) name: String,
    /// Names and texts of its files.
    pub(super) files: Vec<(String, String)>,
}

impl Written {
    /// Reads the rules.
    pub(super) fn parse(&self) -> Result<Rules, Failure> {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        rules::parse(&files).map_err(|error| failure(Exit::Findings, error.to_string()))
    }

    /// File and line where a rule begins: that of its id.
    pub(super) fn place(&self, rule: &str) -> Option<(&str, usize)> {
        let quoted = [format!("\"{rule}\""), format!("'{rule}'")];
        self.files.iter().find_map(|(file, text)| {
            let is_id = |line: &str| {
                let value = line.trim_start().strip_prefix("id").map(str::trim_start);
                value.is_some_and(|value| value.starts_with('=') && quoted.iter().any(|id| value.contains(id)))
            };
            text.lines().position(is_id).map(|line| (file.as_str(), line + 1))
        })
    }
}

/// The packs at a path: a file is one; a folder with a `pack.toml` is one; in any other folder each file and each
/// folder is one.
pub(super) fn written(path: &Path) -> Result<Vec<Written>, Failure> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error, REMEDY))?;
    if !about.is_dir() {
        return Ok(vec![Written { name: path.display().to_string(), files: vec![read(path)?] }]);
    }
    if path.join(HEAD).is_file() {
        return Ok(vec![folder(path)?]);
    }
    let mut packs = Vec::new();
    for entry in entries(path)? {
        if entry.is_dir() && entry.join(HEAD).is_file() {
            packs.push(folder(&entry)?);
        } else if is_toml(&entry) {
            packs.push(Written { name: entry.display().to_string(), files: vec![read(&entry)?] });
        }
    }
    if packs.is_empty() {
        let shown = path.display();
        return Err(failure(Exit::Usage, format!("{shown} holds no rules: there is no .toml file in it\n  {REMEDY}")));
    }
    Ok(packs)
}

const REMEDY: &str = "name a file of rules (.toml) or a folder of them";

fn folder(path: &Path) -> Result<Written, Failure> {
    let files = entries(path)?.into_iter().filter(|entry| is_toml(entry)).map(|entry| read(&entry));
    Ok(Written { name: path.display().to_string(), files: files.collect::<Result<_, _>>()? })
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let told = |error| unreadable(path, &error, REMEDY);
    let entries = fs::read_dir(path).map_err(told)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(told)?;
    entries.sort();
    Ok(entries)
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

fn read(path: &Path) -> Result<(String, String), Failure> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error, REMEDY))?;
    Ok((path.display().to_string(), text))
}

/// The rules to work with: the built-in ones and these packs, or these alone.
pub(super) fn lexicon(packs: &[PathBuf], without_builtin: bool) -> Result<Lexicon, Failure> {
    let (mut compiled, mut parsed) = (Vec::new(), Vec::new());
    for path in packs {
        if path.is_dir() || is_toml(path) {
            for pack in written(path)? {
                parsed.push(pack.parse()?);
            }
        } else {
            let bytes = fs::read(path).map_err(|error| unreadable(path, &error, REMEDY))?;
            let told = |error| failure(Exit::Usage, format!("{}: {error}\n  {REMEDY}", path.display()));
            compiled.push(Pack::read(&bytes).map_err(told)?);
        }
    }
    if !parsed.is_empty() {
        compiled.push(rules::compile(&parsed));
    }
    if !without_builtin {
        return Ok(Lexicon::with(&compiled));
    }
    match <[Pack; 1]>::try_from(compiled) {
        Ok([pack]) => Ok(Lexicon::of_pack(pack)),
        Err(packs) => {
            let what = if packs.is_empty() { "without the built-in rules there are none" } else { MIXED };
            Err(failure(Exit::Usage, format!("{what}\n  name files of rules:  --pack PACK --without-builtin")))
        }
    }
}

const MIXED: &str = "without the built-in rules, a compiled pack can only be used by itself";
