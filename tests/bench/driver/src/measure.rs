//! The engine and a public one over the same file: what the benches run as whole processes.
//!
//! A file is read as a device reads documents: in pieces of about the size of one, each cut at a line's end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use anyhow::Context as _;
use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::lexicon::{AgeProfile, Ask, Lexicon, Places};

/// Bytes of a piece, about.
const PIECE: usize = 256 * 1024;

/// Terms and text.
struct Given {
    terms: Vec<String>,
    text: String,
}

impl Given {
    fn read(terms: &str, text: &str) -> anyhow::Result<Self> {
        let list = std::fs::read_to_string(terms).context(terms.to_owned())?;
        let text = std::fs::read(text).context(text.to_owned())?;
        // Documentation has a few bytes that are no UTF-8.
        let text =
            String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Self { terms: list.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(), text })
    }

    fn terms(&self) -> Vec<&str> {
        self.terms.iter().map(String::as_str).collect()
    }

    fn pieces(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let around = rest.floor_char_boundary(PIECE);
            let end = rest.get(around..)?.find('\n').map_or(rest.len(), |end| around + end + 1);
            let (piece, after) = rest.split_at_checked(end)?;
            rest = after;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

/// How many occasions the engine finds, with every disguise seen through.
pub(crate) fn scan(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let given = Given::read(terms, text)?;
    let lexicon = Lexicon::of_terms(&given.terms());
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let found = given.pieces().flat_map(|piece| lexicon.read(piece, &ask));
    writeln!(out, "{}", found.map(|finding| u64::from(finding.count)).sum::<u64>())?;
    Ok(true)
}

/// The rules that ship over a text: how often each is met.
pub(crate) fn rules(text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let text = std::fs::read(text).context(text.to_owned())?;
    let given = Given { terms: Vec::new(), text: String::from_utf8_lossy(&text).into_owned() };
    let categories = caretaker_shared::lexicon::CATEGORIES.iter().map(|category| category.id.to_owned()).collect();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let mut counts = BTreeMap::new();
    for finding in given.pieces().flat_map(|piece| Lexicon::builtin().read(piece, &ask)) {
        *counts.entry((std::cmp::Reverse(finding.severity), finding.rule)).or_insert(0) += finding.count;
    }
    for ((severity, rule), count) in counts {
        writeln!(out, "{count:6} {} {rule}", severity.0)?;
    }
    Ok(true)
}

/// Where the engine finds terms, also in disguise: one line each, number of the term, first byte, byte after the last.
pub(crate) fn places(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let given = Given::read(terms, text)?;
    let lexicon = Lexicon::of_terms(&given.terms());
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let mut before = 0;
    for piece in given.pieces() {
        for met in lexicon.explain(piece, &ask).met {
            let Places::At(places) = met.places else { continue };
            for place in places {
                writeln!(out, "{} {} {}", met.rule, before + place.start, before + place.end)?;
            }
        }
        before += piece.len();
    }
    Ok(true)
}

/// The same with a public automaton: overlapping, whole words of ASCII, any case.
pub(crate) fn automaton(terms: &str, text: &str, list: bool, out: &mut dyn Write) -> anyhow::Result<bool> {
    let given = Given::read(terms, text)?;
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(&given.terms)?;
    let bytes = given.text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let mut count = 0_u64;
    for found in automaton.find_overlapping_iter(bytes) {
        if (found.start() == 0 || !is_word(found.start() - 1)) && !is_word(found.end()) {
            count += 1;
            if list {
                writeln!(out, "term.{} {} {}", found.pattern().as_usize(), found.start(), found.end())?;
            }
        }
    }
    if !list {
        writeln!(out, "{count}")?;
    }
    Ok(true)
}

/// Milliseconds to compile the terms, bytes of their tables, and gigabytes a second over the text; the best of three.
pub(crate) fn scale(terms: &str, text: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let given = Given::read(terms, text)?;
    let clock = SystemClock;
    let began = clock.steady();
    let lexicon = Lexicon::of_terms(&given.terms());
    let built = clock.steady().saturating_sub(began);
    let bytes: usize = lexicon.packs().map(caretaker_shared::lexicon::Pack::resident_bytes).sum();
    let categories = BTreeSet::from(["demonstration".to_owned()]);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let began = clock.steady();
        given.pieces().for_each(|piece| drop(lexicon.read(piece, &ask)));
        best = best.min(clock.steady().saturating_sub(began).as_secs_f64());
    }
    let speed = given.text.len() as f64 / best / 1e9;
    writeln!(out, "{} {:.1} {bytes} {speed:.3}", given.terms.len(), built.as_secs_f64() * 1e3)?;
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
