//! Packs of rules: checked, compiled, asked.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use caretaker_shared::lexicon::rules::{self, Rules};
use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Lexicon, build_known_words, plain_words};

/// Reads packs and holds each rule to its own texts; whether all is well.
pub(crate) fn check(packs: &[&str], out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut good = true;
    for pack in packs {
        match read(pack) {
            Ok(rules) => {
                let problems = rules::check(&rules);
                for problem in &problems {
                    writeln!(out, "{problem}")?;
                }
                good &= problems.is_empty();
                writeln!(out, "{pack}: {}, {} rules, {} problems", rules.origin.title, rules.len(), problems.len())?;
            }
            Err(error) => {
                good = false;
                writeln!(out, "{error:#}")?;
            }
        }
    }
    Ok(good)
}

/// Compiles packs into one.
pub(crate) fn pack(target: &str, packs: &[&str], out: &mut dyn Write) -> anyhow::Result<bool> {
    let rules = packs.iter().map(|pack| read(pack)).collect::<anyhow::Result<Vec<Rules>>>()?;
    let pack = rules::compile(&rules);
    let bytes = pack.write();
    std::fs::write(target, &bytes)?;
    writeln!(out, "{target}: {} bytes, {} in memory", bytes.len(), pack.resident_bytes())?;
    Ok(true)
}

/// Builds the filter of words that are nothing but words, from a list of one entry a line.
pub(crate) fn words(list: &str, target: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(list).context(list.to_owned())?;
    let words: BTreeSet<String> = plain_words(&text).into_iter().filter(|word| is_word(word)).collect();
    let words: Vec<String> = words.into_iter().collect();
    let bytes = build_known_words(&words).context("no filter was found for these words")?;
    std::fs::write(target, &bytes)?;
    writeln!(out, "{target}: {} words, {} bytes", words.len(), bytes.len())?;
    Ok(true)
}

/// Single letters stand for nothing, but for those that are words; digits are no words.
fn is_word(word: &str) -> bool {
    let letters = word.chars().count();
    word.chars().all(char::is_alphabetic) && (letters > 1 || matches!(word, "a" | "i" | "o"))
}

/// What a pack makes of a text, in every category.
pub(crate) fn explain(pack: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let lexicon = Lexicon::of_pack(rules::compile(&[read(pack)?]));
    let categories: BTreeSet<String> = CATEGORIES.iter().map(|category| category.id.to_owned()).collect();
    let explanation = lexicon.explain(text, &Ask { categories: &categories, age: AgeProfile::Secondary });
    let words: Vec<&str> = explanation.words.iter().map(|word| word.plain.as_str()).collect();
    writeln!(out, "{}", words.join(" "))?;
    for met in explanation.met {
        writeln!(out, "{}: {:?} {} {:?} {:?}", met.rule, met.verdict, met.arithmetic, met.places, met.disguises)?;
    }
    Ok(true)
}

/// Reads a pack, a file or a folder.
fn read(pack: &str) -> anyhow::Result<Rules> {
    let path = Path::new(pack);
    let files = if path.is_dir() {
        let entries = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        entries.collect::<Result<Vec<PathBuf>, _>>()?
    } else {
        vec![path.to_owned()]
    };
    let files = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Ok((file.display().to_string(), text))
    };
    let files = files.map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(rules::parse(&files)?)
}
