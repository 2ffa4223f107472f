//! `policy list`, `policy preset`, `policy explain`, `policy diff`: what needs no collector.

use std::path::{Path, PathBuf};

use caretaker_shared::policy::Policy;
use serde::Serialize;
use serde_json::json;

use super::listing::Listing;
use super::output::Output;
use super::policy::read;
use super::refused::failure;
use super::{Exit, Failure};
use crate::clauses::{Clause, clauses, named_in};
use crate::explained::{compare, explain as explained};
use crate::presets::{PRESETS, Preset, preset};
use crate::render;
use crate::render::policies::Explained;

/// Options of `policy list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    listing: Listing,
}

/// Options of `policy preset`.
#[derive(Debug, Clone, clap::Args)]
pub struct PresetArgs {
    /// Its name, as `policy list` shows it
    name: String,
}

/// Options of `policy explain`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExplainArgs {
    /// A policy to begin with, or a policy file
    #[arg(value_name = "PRESET|FILE")]
    policy: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `policy diff`.
#[derive(Debug, Clone, clap::Args)]
pub struct DiffArgs {
    /// A policy to begin with, or a policy file
    #[arg(value_name = "PRESET|FILE")]
    first: PathBuf,
    /// Another
    #[arg(value_name = "PRESET|FILE")]
    second: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A policy that was named.
struct Named {
    name: String,
    preset: Option<&'static Preset>,
    text: String,
    policy: Policy,
}

impl Named {
    /// A preset goes before a file of its name: ./junior-school names that one.
    fn of(given: &Path) -> Result<Self, Failure> {
        let name = given.display().to_string();
        let known = preset(&name);
        let text = match known {
            Some(preset) => preset.text.to_owned(),
            None if given.exists() => read(given)?,
            None => return Err(unknown(&name)),
        };
        let policy = Policy::parse(&text).map_err(|error| failure(Exit::Usage, error.at(&name)))?;
        Ok(Self { name, preset: known, text, policy })
    }

    /// Of a preset, those of its letter; of a file, those that it names.
    fn clauses(&self) -> Vec<&'static Clause> {
        match self.preset {
            Some(preset) => of_letter(preset.letter).collect(),
            None => named_in(&self.text),
        }
    }
}

fn of_letter(letter: char) -> impl Iterator<Item = &'static Clause> {
    clauses().iter().filter(move |clause| clause.letter() == letter)
}

fn unknown(name: &str) -> Failure {
    let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    let text = format!("{name} is neither a policy to begin with nor a file\n  there are: {}", known.join(", "));
    failure(Exit::Usage, text)
}

pub(super) fn list(args: &ListArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let ids = |letter| of_letter(letter).map(|clause| clause.id.as_str()).collect();
    let rows = PRESETS.iter().map(|one| Row { name: one.name, school: one.school, clauses: ids(one.letter) });
    let presets = args.listing.once()?.choose(rows.collect(), output)?;
    args.listing.show("presets", &presets, output, |rows, screen| {
        let chosen: Vec<Preset> = rows.iter().filter_map(|row| preset(row.name).copied()).collect();
        render::policies::presets(&chosen, |letter| of_letter(letter).count(), screen)
    })
}

/// A policy to begin with, in the list.
#[derive(Default, Serialize)]
struct Row {
    name: &'static str,
    school: &'static str,
    clauses: Vec<&'static str>,
}

pub(super) fn text(args: &PresetArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let preset = preset(&args.name).ok_or_else(|| unknown(&args.name))?;
    output.text(preset.text)
}

pub(super) fn explain(args: &ExplainArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let named = Named::of(&args.policy)?;
    let (parts, clauses) = (explained(&named.policy), named.clauses());
    if args.json {
        return output.json(&json!({ "policy": named.name, "parts": parts, "clauses": clauses }));
    }
    let school = named.preset.map(|preset| preset.school).unwrap_or_default();
    let shown = Explained { name: &named.name, school, parts: &parts, clauses: &clauses };
    output.text(&render::policies::explain(&shown, output.screen))
}

pub(super) fn diff(args: &DiffArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (first, second) = (Named::of(&args.first)?, Named::of(&args.second)?);
    let differences = compare(&first.policy, &second.policy);
    if args.json {
        output.json(&json!({ "first": first.name, "second": second.name, "differences": differences }))?;
    } else {
        output.text(&render::policies::diff(&first.name, &second.name, &differences, output.screen))?;
    }
    Ok(if differences.is_empty() { Exit::Fine } else { Exit::Findings })
}
