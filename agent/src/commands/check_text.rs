//! `check-text`: what the rules find in texts of one's own, one a line. Nothing is kept or sent.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use anyhow::Context as _;
use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Finding, Places};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::cli::CheckText;
use crate::detection::Rules;
use crate::plain::{Exit, Plain};
use crate::spool::Overview;

/// Longest text that is read; what is behind in the same line is another.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(super) fn run(options: &CheckText, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let categories = categories(&options.categories)?;
    let age = AgeProfile::from_word(&options.age).ok_or_else(|| unknown("age", &options.age, &ages()))?;
    let ask = Ask { categories: &categories, age };
    let rules = rules(&options.state.dir);
    match options.file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => {
            let mut lines = BufReader::new(open(file)?);
            check(&rules, &mut lines, &ask, options.json, out)?;
        }
        None => check(&rules, &mut io::stdin().lock(), &ask, options.json, out)?,
    }
    Ok(Exit::Fine)
}

fn open(file: &Path) -> Result<File, Plain> {
    const REMEDY: &str = "name a file with one text a line, or give the texts on standard input";
    let unreadable = |why: &dyn Display| Plain::new(Exit::Usage, format!("{} {why}", file.display()), REMEDY);
    match std::fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(unreadable(&"is a folder")),
        Ok(_) => File::open(file).map_err(|error| unreadable(&format_args!("cannot be read: {error}"))),
        Err(error) => Err(unreadable(&format_args!("cannot be read: {error}"))),
    }
}

/// The rules that ship, and those that the school has added, as far as whoever asks may see the agent's state.
fn rules(state: &Path) -> Rules {
    let rules = Rules::builtin();
    let added = Overview::of(state).ok().flatten().and_then(|spool| spool.lexicons);
    if let Some(Err(error)) = added.map(|added| rules.load(&added)) {
        tracing::warn!(reason = %error, "the rules that the school has added are left out");
    }
    rules
}

fn check(
    rules: &Rules,
    lines: &mut dyn BufRead,
    ask: &Ask<'_>,
    as_json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut line = 1_u64;
    loop {
        line += u64::from(bytes.ends_with(b"\n"));
        bytes.clear();
        if io::Read::take(&mut *lines, LONGEST).read_until(b'\n', &mut bytes).context("the texts cannot be read")? == 0
        {
            break;
        }
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        let findings = rules.read(text.trim_end_matches(['\n', '\r']), ask);
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
    let part = |part: caretaker_shared::lexicon::Part| json!({"reason": part.reason.word(), "points": part.points});
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
        "score": finding.arithmetic.parts().map(part).collect::<Vec<_>>(),
        "places": places,
    })
}

/// The categories that were asked for; without any, all but the one that is only counted.
fn categories(wanted: &[String]) -> anyhow::Result<BTreeSet<String>> {
    let known: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
    let wanted: Vec<&str> = wanted.iter().map(|id| id.trim()).collect();
    if let Some(other) = wanted.iter().find(|id| !known.contains(id)) {
        return Err(unknown("category", other, &known).into());
    }
    if wanted.is_empty() {
        return Ok(known.into_iter().filter(|id| *id != "profanity").map(str::to_owned).collect());
    }
    Ok(wanted.into_iter().map(str::to_owned).collect())
}

fn ages() -> Vec<&'static str> {
    AgeProfile::ALL.into_iter().map(AgeProfile::word).collect()
}

fn unknown(what: &str, word: &str, known: &[&str]) -> Plain {
    Plain::new(Exit::Usage, format!("there is no {what} {word:?}"), format!("there are: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caretaker_shared::clock::ManualClock;
    use caretaker_shared::lexicon::{AgeProfile, Ask, rules as written};
    use prost::Message as _;

    use super::{LONGEST, categories, check, open, rules};
    use crate::clocks::DeviceClocks;
    use crate::detection::Rules;
    use crate::plain::Exit;
    use crate::spool::{Options, Spool};

    #[test]
    fn a_line_that_is_too_long_for_one_text_has_its_number_in_all_of_them() {
        let long = "kite ".repeat(LONGEST as usize / 5 + 9);
        let all = categories(&[" suicide".into()]).expect("blanks around a name do no harm");
        let ask = Ask { categories: &all, age: AgeProfile::Secondary };
        let (texts, mut out) = (format!("one\n\n{long}\nfour"), Vec::new());
        check(&Rules::builtin(), &mut texts.as_bytes(), &ask, false, &mut out).expect("a vector takes all");
        let said = String::from_utf8(out).expect("text");
        let numbers: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(numbers, ["1", "2", "3", "3", "4"]);
    }

    #[test]
    fn what_is_no_file_of_texts_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [folder.path().to_owned(), folder.path().join("missing")] {
            let told = open(&path).expect_err("no file");
            assert!(told.problem.starts_with(&path.display().to_string()), "{}", told.problem);
            assert_eq!(told.exit, Exit::Usage);
        }
    }

    #[test]
    fn lists_that_the_school_has_added_count_too() {
        let list = "lang = \"en-GB\"\ntitle = \"Local\"\nsource = \"a test\"\nlicence = \"CC0-1.0\"\nreviewed = \"no\"\n\
                    [[rule]]\nid = \"bullying.local\"\ncategory = \"bullying\"\nseverity = 3\nsureness = 1\n\
                    any = [\"purple heron club\"]\n[rule.tests]\nhit = [\"purple heron club\"]\nmiss = [\"no club\"]\n";
        let pack = written::compile(&[written::parse(&[("local.toml", list)]).expect("a good list")]).write();
        let packs = caretaker_proto::agent::v1::Packs { packs: vec![pack] }.encode_to_vec();
        let state = tempfile::tempdir().expect("a folder");
        let all = categories(&[]).expect("the default");
        let ask = Ask { categories: &all, age: AgeProfile::Secondary };
        let met = || rules(state.path()).read("join the purple heron club", &ask).len();
        assert_eq!(met(), 0, "nothing is there yet");
        let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
        let spool = Spool::open(&Options::within(state.path()), DeviceClocks::of_this_boot(clock)).expect("opens");
        spool.store_lexicons(&packs).expect("is kept");
        assert_eq!(met(), 1, "also while the agent runs");
    }
}
