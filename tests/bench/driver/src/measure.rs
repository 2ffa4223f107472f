//! The engine and a public one over the same file: what the benches run as whole processes.
//!
//! A file is read as a device reads documents: in pieces of the size of a long one, each cut at a line's end, into one
//! buffer. What comes to a device is never hundreds of megabytes in one piece, and nobody holds so much in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use anyhow::Context as _;
use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::lexicon::{AgeProfile, Ask, Lexicon, Places};

/// Bytes of a piece, about.
const PIECE: usize = 128 * 1024;

/// The terms of a list.
fn terms_of(path: &str) -> anyhow::Result<Vec<String>> {
    let list = std::fs::read_to_string(path).context(path.to_owned())?;
    Ok(list.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// An engine over the terms of a list, and how many they are.
fn engine(path: &str) -> anyhow::Result<(Lexicon, usize)> {
    let terms = terms_of(path)?;
    let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
    Ok((Lexicon::of_terms(&terms), terms.len()))
}

/// Hands on a file piece by piece, in order, each with its place in the file. What is no UTF-8 is replaced.
fn each_piece(path: &str, mut each: impl FnMut(u64, &str) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut file = File::open(path).context(path.to_owned())?;
    let mut buffer = vec![0; PIECE];
    let (mut filled, mut before) = (0, 0);
    loop {
        let read = file.read(buffer.get_mut(filled..).unwrap_or_default())?;
        filled += read;
        if read > 0 && filled < buffer.len() {
            continue;
        }
        let held = buffer.get(..filled).unwrap_or_default();
        let line = held.iter().rposition(|&byte| byte == b'\n').map(|end| end + 1);
        let Some(end) = (if read == 0 { Some(filled) } else { line }) else {
            // A line that is longer than a piece.
            buffer.resize(2 * filled, 0);
            continue;
        };
        let piece = held.get(..end).unwrap_or_default();
        match std::str::from_utf8(piece) {
            Ok(piece) => each(before, piece)?,
            Err(_) => each(before, &String::from_utf8_lossy(piece))?,
        }
        if read == 0 {
            return Ok(());
        }
        buffer.copy_within(end..filled, 0);
        filled -= end;
        before += end as u64;
    }
}

/// How many occasions the engine finds, with every disguise seen through.
pub(crate) fn scan(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let (lexicon, _) = engine(terms)?;
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let mut count = 0;
    each_piece(text, |_, piece| {
        count += lexicon.read(piece, &ask).iter().map(|finding| u64::from(finding.count)).sum::<u64>();
        Ok(())
    })?;
    writeln!(out, "{count}")?;
    Ok(true)
}

/// The rules that ship over a text: how often each is met.
pub(crate) fn rules(text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let categories = caretaker_shared::lexicon::CATEGORIES.iter().map(|category| category.id.to_owned()).collect();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let mut counts = BTreeMap::new();
    each_piece(text, |_, piece| {
        for finding in Lexicon::builtin().read(piece, &ask) {
            *counts.entry((std::cmp::Reverse(finding.severity), finding.rule)).or_insert(0) += finding.count;
        }
        Ok(())
    })?;
    for ((severity, rule), count) in counts {
        writeln!(out, "{count:6} {} {rule}", severity.0)?;
    }
    Ok(true)
}

/// Where the engine finds terms, also in disguise: one line each, number of the term, first byte, byte after the last.
pub(crate) fn places(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let (lexicon, _) = engine(terms)?;
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    each_piece(text, |before, piece| {
        for met in lexicon.explain(piece, &ask).met {
            let Places::At(places) = met.places else { continue };
            for place in places {
                writeln!(out, "{} {} {}", met.rule, before + place.start as u64, before + place.end as u64)?;
            }
        }
        Ok(())
    })?;
    Ok(true)
}

/// The same with a public automaton: overlapping, whole words of ASCII, any case.
pub(crate) fn automaton(terms: &str, text: &str, list: bool, out: &mut dyn Write) -> anyhow::Result<bool> {
    let terms = terms_of(terms)?;
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(&terms)?;
    let mut count = 0_u64;
    each_piece(text, |before, piece| {
        let is_word = |at: usize| piece.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
        for found in automaton.find_overlapping_iter(piece) {
            if (found.start() == 0 || !is_word(found.start() - 1)) && !is_word(found.end()) {
                count += 1;
                if list {
                    let (start, end) = (before + found.start() as u64, before + found.end() as u64);
                    writeln!(out, "term.{} {start} {end}", found.pattern().as_usize())?;
                }
            }
        }
        Ok(())
    })?;
    if !list {
        writeln!(out, "{count}")?;
    }
    Ok(true)
}

/// Milliseconds to read and compile the terms, bytes of their tables, and gigabytes a second over the file; the best of
/// three.
pub(crate) fn scale(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let clock = SystemClock;
    let began = clock.steady();
    let (lexicon, terms) = engine(terms)?;
    let built = clock.steady().saturating_sub(began);
    let resident: usize = lexicon.packs().map(caretaker_shared::lexicon::Pack::resident_bytes).sum();
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let bytes = std::fs::metadata(text)?.len();
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let began = clock.steady();
        each_piece(text, |_, piece| {
            drop(lexicon.read(piece, &ask));
            Ok(())
        })?;
        best = best.min(clock.steady().saturating_sub(began).as_secs_f64());
    }
    let speed = bytes as f64 / best / 1e9;
    writeln!(out, "{terms} {:.1} {resident} {speed:.3}", built.as_secs_f64() * 1e3)?;
    Ok(true)
}

/// Milliseconds to load the pack that ships, and kilobytes that the process grew by.
pub(crate) fn load(out: &mut dyn Write) -> anyhow::Result<bool> {
    let resident = || -> anyhow::Result<u64> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS in /proc/self/status")?;
        Ok(line.split_whitespace().nth(1).context("VmRSS without a number")?.parse()?)
    };
    let before = resident()?;
    let clock = SystemClock;
    let began = clock.steady();
    let lexicon = Lexicon::builtin();
    let took = clock.steady().saturating_sub(began);
    let rules: usize = lexicon.packs().map(|pack| pack.rules().count()).sum();
    let grown = resident()?.saturating_sub(before);
    writeln!(out, "{rules} rules loaded in {:.2} ms, {grown} KiB", took.as_secs_f64() * 1e3)?;
    Ok(true)
}
