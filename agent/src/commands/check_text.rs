//! `check-text`: what the rules find in texts of one's own, one a line. Nothing is kept or sent.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use anyhow::Context as _;
use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Finding, Lexicon, Places};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::cli::CheckText;
use crate::plain::{Exit, Plain};

/// Longest line that is read: what is behind is a text of its own.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(super) fn run(options: &CheckText, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let categories = categories(&options.categories)?;
    let age = AgeProfile::from_word(&options.age).ok_or_else(|| unknown("age", &options.age, &ages()))?;
    let ask = Ask { categories: &categories, age };
    match options.file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => {
            let open = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
            check(&mut BufReader::new(open), &ask, options.json, out)?;
        }
        None => check(&mut io::stdin().lock(), &ask, options.json, out)?,
    }
    Ok(Exit::Fine)
}

fn check(lines: &mut dyn BufRead, ask: &Ask<'_>, as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let lexicon = Lexicon::builtin();
    let mut bytes = Zeroizing::new(Vec::new());
    for line in 1_u64.. {
        bytes.clear();
        if io::Read::take(&mut *lines, LONGEST).read_until(b'\n', &mut bytes).context("the texts cannot be read")? == 0
        {
            break;
        }
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        let findings = lexicon.read(text.trim_end_matches(['\n', '\r']), ask);
        if as_json {
            writeln!(out, "{}", object(line, &findings))?;
        } else {
            plain(line, &findings, out)?;
        }
    }
    Ok(out.flush()?)
}

/// One line for each rule that was met, the gravest first.
fn plain(line: u64, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return writeln!(out, "{line:>6}  -  nothing");
    }
    for finding in findings {
        let Finding { severity, category, rule, arithmetic, .. } = finding;
        let times = if finding.count == 1 { String::new() } else { format!(", {} times", finding.count) };
        let help = if finding.help_seeking { ", asks for help" } else { "" };
        writeln!(out, "{line:>6}  {severity}  {:<14} {rule}{times}{help}    {arithmetic}", category.id)?;
    }
    Ok(())
}

fn object(line: u64, findings: &[Finding]) -> Value {
    let gravest = findings.first();
    json!({
        "line": line,
        "category": gravest.map_or("none", |finding| finding.category.id),
        "severity": gravest.map_or(0, |finding| finding.severity.level()),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let part = |part: &caretaker_shared::lexicon::Part| json!({"reason": part.reason.word(), "points": part.points});
    let places = match &finding.places {
        Places::Withheld => Value::Null,
        Places::At(ranges) => ranges.iter().map(|range| json!([range.start, range.end])).collect(),
    };
    json!({
        "rule": finding.rule,
        "category": finding.category.id,
        "severity": finding.severity.level(),
        "count": finding.count,
        "help_seeking": finding.help_seeking,
        "topic": finding.topic,
        "arithmetic": finding.arithmetic.to_string(),
        "score": finding.arithmetic.parts().iter().map(part).collect::<Vec<_>>(),
        "places": places,
    })
}

/// The categories that were asked for; without any, all but the one that is only counted.
fn categories(wanted: &[String]) -> anyhow::Result<BTreeSet<String>> {
    let known: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
    if let Some(other) = wanted.iter().find(|id| !known.contains(&id.as_str())) {
        return Err(unknown("category", other, &known).into());
    }
    if wanted.is_empty() {
        return Ok(known.into_iter().filter(|id| *id != "profanity").map(str::to_owned).collect());
    }
    Ok(wanted.iter().cloned().collect())
}

fn ages() -> Vec<&'static str> {
    AgeProfile::ALL.into_iter().map(AgeProfile::word).collect()
}

fn unknown(what: &str, word: &str, known: &[&str]) -> Plain {
    Plain::new(Exit::Usage, format!("there is no {what} {word:?}"), format!("there are: {}", known.join(", ")))
}
