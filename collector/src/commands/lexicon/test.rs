//! `lexicon test`.

use std::path::{Path, PathBuf};

use super::ask::{Options, Question};
use super::{files, silence};
use crate::commands::output::Output;
use crate::commands::progress::Progress;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::evaluation::{CorpusError, Place, Sample, Samples, Tally, Unit, held_out, spread};
use crate::render;

/// Options of `lexicon test`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files of one JSON object a line (text, expect, min_severity), or folders of them (.jsonl)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The files are ordinary text, in which nothing should be found
    #[arg(long, conflicts_with_all = ["held_out", "misses"])]
    plain: bool,
    /// With --plain, what one text is: line, paragraph or file
    #[arg(long, value_name = "UNIT", requires = "plain", default_value = "paragraph", value_parser = unit)]
    unit: Unit,
    /// Which fifth, chosen by a hash of the text: "only" the one held out, or all "without" it
    #[arg(long, value_name = "WHICH", value_parser = which)]
    held_out: Option<HeldOut>,
    /// List what was missed too
    #[arg(long)]
    misses: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: Options,
}

/// Which part of a corpus is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeldOut {
    Only,
    Without,
}

impl HeldOut {
    fn takes(self, text: &str) -> bool {
        held_out(text) == (self == Self::Only)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Without => "without",
        }
    }
}

fn which(word: &str) -> Result<HeldOut, String> {
    [HeldOut::Only, HeldOut::Without]
        .into_iter()
        .find(|which| which.word() == word)
        .ok_or_else(|| "expected only or without".to_owned())
}

fn unit(word: &str) -> Result<Unit, String> {
    match word {
        "line" => Ok(Unit::Line),
        "paragraph" => Ok(Unit::Paragraph),
        "file" => Ok(Unit::File),
        _ => Err("expected line, paragraph or file".to_owned()),
    }
}

pub(super) fn run(args: &Args, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let question = args.options.question()?;
    if args.plain {
        return silence::run(&args.files, args.unit, &question, args.json, output);
    }
    let files = files::meant(&args.files, Some("jsonl"))?;
    let progress = Progress::new("Reading the texts");
    let tally = spread(
        samples(&files, args.held_out),
        |tally: &mut Tally, (place, sample)| count(tally, place, sample, &question),
        Tally::add,
    )?
    .finished();
    drop(progress);
    if tally.texts == 0 {
        return Err(failure(Exit::Usage, nothing_counted(&tally, args.held_out)).into());
    }
    if args.json {
        return output.json(&serde_json::json!({
            "files": files,
            "held_out": args.held_out.map(HeldOut::word),
            "asked": question.told(),
            "figures": tally,
        }));
    }
    let part = match args.held_out {
        None => "",
        Some(HeldOut::Only) => ", the held-out fifth only",
        Some(HeldOut::Without) => ", without the held-out fifth",
    };
    let heading = render::lexicon::figures::Heading { files: files.len(), rules: question.rules(), part };
    output.text(&render::lexicon::figures::show(&tally, &heading, args.misses, output.screen))
}

/// The texts of all files, one after the other; a file is opened when its turn comes.
fn samples(files: &[PathBuf], part: Option<HeldOut>) -> impl Iterator<Item = Result<(Place, Sample), Failure>> + '_ {
    let told = |error: CorpusError| failure(Exit::Usage, error.to_string());
    let of_file = move |(order, file): (usize, &'_ PathBuf)| {
        let opened = files::open(file).map(|source| Samples::new(source, order, &name(file)));
        let (samples, error) = match opened {
            Ok(samples) => (Some(samples), None),
            Err(error) => (None, Some(Err(error))),
        };
        samples.into_iter().flatten().map(move |sample| sample.map_err(told)).chain(error)
    };
    let chosen = move |sample: &Result<(Place, Sample), Failure>| match (sample, part) {
        (Ok((_, sample)), Some(part)) => part.takes(&sample.text),
        (Ok(_), None) | (Err(_), _) => true,
    };
    files.iter().enumerate().flat_map(of_file).filter(chosen)
}

fn count(tally: &mut Tally, place: Place, sample: Sample, question: &Question) {
    if sample.expect.is_some_and(|expect| !question.categories.contains(expect.id)) {
        tally.passed_over += 1;
        return;
    }
    let met = question.met(&sample.text);
    let plain = sample.plain.as_deref().map(|plain| question.met(plain));
    tally.count(place, sample, met, plain.as_deref());
}

fn nothing_counted(tally: &Tally, part: Option<HeldOut>) -> String {
    if tally.passed_over > 0 {
        return "no text expects a category that is looked for\n  name its category:  --category ID".to_owned();
    }
    match part {
        Some(HeldOut::Only) => "none of these texts belongs to the held-out fifth\n  leave --held-out out".to_owned(),
        Some(HeldOut::Without) => "all these texts belong to the held-out fifth\n  leave --held-out out".to_owned(),
        None => {
            "these files hold no text\n  expected one JSON object a line: {\"text\": \"...\", \"expect\": \"none\"}"
                .to_owned()
        }
    }
}

/// A file as errors and lists name it.
pub(super) fn name(file: &Path) -> String {
    file.display().to_string()
}
