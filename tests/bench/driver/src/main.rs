//! Drives the keyword engine over files.
//!
//! `check PACK...` reads packs of rules, a file or a folder each, and says the first thing that is wrong in each.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use caretaker_shared::lexicon::rules;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    match run(&words, &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let told = writeln!(out, "error: {error:#}");
            if told.is_ok() { ExitCode::FAILURE } else { ExitCode::from(2) }
        }
    }
}

fn run(words: &[String], out: &mut dyn std::io::Write) -> anyhow::Result<bool> {
    match words.split_first() {
        Some((command, packs)) if command == "check" => check(packs, out),
        Some(_) | None => anyhow::bail!("usage: check PACK..."),
    }
}

fn check(packs: &[String], out: &mut dyn std::io::Write) -> anyhow::Result<bool> {
    let mut good = true;
    for pack in packs {
        let files = read(Path::new(pack))?;
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        match rules::parse(&files) {
            Ok(rules) => writeln!(out, "{pack}: {} rules, {} ", rules.len(), rules.origin.title)?,
            Err(error) => {
                good = false;
                writeln!(out, "{error}")?;
            }
        }
    }
    Ok(good)
}

/// The files of a pack: name and text.
fn read(pack: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let files = if pack.is_dir() {
        let entries = std::fs::read_dir(pack)?.map(|entry| entry.map(|entry| entry.path()));
        entries.collect::<Result<Vec<PathBuf>, _>>()?
    } else {
        vec![pack.to_owned()]
    };
    let files = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Ok((file.display().to_string(), text))
    };
    files.map(read).collect()
}
