//! Drives the keyword engine over files: measures it, checks packs of rules, and makes what is built from them.

mod measure;
mod packs;

use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "usage: check PACK... | pack OUT PACK... | words LIST OUT | explain PACK TEXT | load | rules TEXT | \
                     scan|scale|places|automaton|automaton-places TERMS TEXT";

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

fn run(words: &[String], out: &mut dyn Write) -> anyhow::Result<bool> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["check", packs @ ..] if !packs.is_empty() => packs::check(packs, out),
        ["pack", target, packs @ ..] if !packs.is_empty() => packs::pack(target, packs, out),
        ["words", list, target] => packs::words(list, target, out),
        ["explain", pack, text] => packs::explain(pack, text, out),
        ["load"] => measure::load(out),
        ["rules", text] => measure::rules(text, out),
        ["scan", terms, text] => measure::scan(terms, text, out),
        ["scale", terms, text] => measure::scale(terms, text, out),
        ["places", terms, text] => measure::places(terms, text, out),
        ["automaton", terms, text] => measure::automaton(terms, text, false, out),
        ["automaton-places", terms, text] => measure::automaton(terms, text, true, out),
        _ => anyhow::bail!(USAGE),
    }
}
