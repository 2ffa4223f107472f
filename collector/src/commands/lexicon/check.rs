//! `lexicon check`.

use std::path::PathBuf;

use caretaker_shared::lexicon::rules::{self, Problem, Rules};
use caretaker_shared::lexicon::{Lexicon, category};

use super::packs::{self, Written};
use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::progress::Progress;
use crate::render;
use crate::render::lexicon::packs::{Checked, Failed};

/// Options of `lexicon check`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// A file of rules (.toml), or a folder of them
    pack: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let Some(path) = &args.pack else { return builtin(args.json, output) };
    let mut checked = Vec::new();
    let packs = packs::written(path)?;
    let progress = Progress::of(u64::try_from(packs.len()).unwrap_or(u64::MAX), "Holding rules to their tests");
    for pack in packs {
        let rules = match pack.parse() {
            Ok(rules) => rules,
            // A script wants the mistake where it looks for everything else.
            Err(mistake) if args.json => {
                output.json(&serde_json::json!({ "good": false, "mistake": mistake.message, "packs": checked }))?;
                return Ok(Exit::Findings);
            }
            Err(mistake) => return Err(mistake.into()),
        };
        checked.push(check(&pack, &rules));
        progress.add(1);
    }
    drop(progress);
    let good = checked.iter().all(|pack| pack.failed.is_empty());
    if args.json {
        output.json(&serde_json::json!({ "good": good, "mistake": null, "packs": checked }))?;
    } else {
        output.text(&render::lexicon::packs::checked(&checked, output.screen))?;
    }
    Ok(if good { Exit::Fine } else { Exit::Findings })
}

fn check(pack: &Written, rules: &Rules) -> Checked {
    let problems = rules::check(rules);
    Checked {
        pack: pack.name.clone(),
        title: rules.origin.title.clone(),
        lang: rules.origin.lang.clone(),
        reviewed: rules.origin.reviewed.clone(),
        rules: rules.len(),
        tests: rules.examples().count(),
        failed: problems.iter().map(|problem| failed(problem, pack, rules)).collect(),
    }
}

fn failed(problem: &Problem, pack: &Written, rules: &Rules) -> Failed {
    let (file, line) = pack.place(&problem.rule).unzip();
    let carried = |id: &str| category(id).is_none_or(|category| category.carries_text);
    let of_rule = rules.ids().find(|(id, _)| *id == problem.rule).map(|(_, category)| category.id);
    let mut of_kind = rules.examples().filter(|(rule, _, hit)| *rule == problem.rule && *hit == problem.should_meet);
    Failed {
        file: file.unwrap_or(&pack.name).to_owned(),
        line: line.unwrap_or(1),
        rule: problem.rule.clone(),
        should_meet: problem.should_meet,
        number: of_kind.position(|(_, text, _)| text == problem.text).unwrap_or_default() + 1,
        text: of_rule.is_none_or(carried).then(|| problem.text.clone()),
        why: problem.why.clone(),
    }
}

/// What the program brings along.
fn builtin(json: bool, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let packs: Vec<_> = Lexicon::builtin().packs().collect();
    let count: usize = packs.iter().map(|pack| pack.rules().count()).sum();
    let origins: Vec<_> = packs.iter().flat_map(|pack| pack.origins()).collect();
    if json {
        let origins: Vec<_> = origins.iter().map(|origin| render::lexicon::packs::json(origin)).collect();
        return output.json(&serde_json::json!({ "rules": count, "packs": origins }));
    }
    output.text(&render::lexicon::packs::builtin(count, &origins, output.screen))
}
