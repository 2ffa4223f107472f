//! `lexicon explain`.

use std::io::{self, Read as _};

use caretaker_shared::lexicon::{Explanation, Met, Places, Verdict};
use serde_json::{Value, json};

use super::ask::{Options, Question};
use crate::commands::output::Output;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::render;

/// Longest text that is explained, in bytes.
const MOST: u64 = 1 << 20;

/// Options of `lexicon explain`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The text, or - to read it from the standard input
    text: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(args: &Args, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = if args.text == "-" { from(io::stdin().lock())? } else { args.text.clone() };
    let question = args.options.question()?;
    let explanation = question.lexicon.explain(&text, &question.ask());
    let findings = question.met(&text);
    if args.json {
        let words = explanation.words.iter().map(|word| {
            json!({ "plain": word.plain.as_str(), "place": [word.place.start, word.place.end],
                    "begins_sentence": word.begins_sentence })
        });
        return output.json(&json!({
            "asked": question.told(),
            "words": words.collect::<Vec<_>>(),
            "rules": explanation.met.iter().map(rule).collect::<Vec<_>>(),
            "findings": findings.iter().map(|met| if met.category.carries_text { json!(met) } else { json!({ "rule": met.rule }) }).collect::<Vec<_>>(),
        }));
    }
    output.text(&shown(&text, &explanation, &findings, &question, output))
}

fn shown(
    text: &str,
    explanation: &Explanation,
    findings: &[crate::evaluation::Met],
    question: &Question,
    output: &Output<'_>,
) -> String {
    render::lexicon::explanation::show(text, explanation, findings, question.min_severity, output.screen)
}

/// A rule for JSON; of a category without text no more than its id.
fn rule(met: &Met) -> Value {
    let Places::At(places) = &met.places else { return json!({ "rule": met.rule }) };
    let (verdict, sets) = match &met.verdict {
        Verdict::Found => ("found", None),
        Verdict::Weak => ("weak", None),
        Verdict::NotAlone => ("not-alone", None),
        Verdict::Lacks(sets) => ("lacks", Some(sets)),
        Verdict::Vetoed(sets) => ("vetoed", Some(sets)),
        Verdict::Discounted => ("discounted", None),
    };
    json!({
        "rule": met.rule,
        "category": met.category.id,
        "verdict": verdict,
        "sets": sets,
        "count": met.count,
        "arithmetic": met.arithmetic.to_string(),
        "places": places.iter().map(|place| [place.start, place.end]).collect::<Vec<_>>(),
        "disguises": met.disguises.iter().map(|disguise| render::lexicon::explanation::disguise(*disguise)).collect::<Vec<_>>(),
    })
}

fn from(source: impl io::Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let told = |error: io::Error| failure(Exit::Usage, format!("the standard input cannot be read: {error}"));
    source.take(MOST + 1).read_to_end(&mut bytes).map_err(told)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST) {
        let told = "the text is longer than 1 MiB\n  give a part of it, or count it:  lexicon test --plain FILE";
        return Err(failure(Exit::Usage, told.to_owned()));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
