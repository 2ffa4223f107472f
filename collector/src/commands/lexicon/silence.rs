//! `lexicon test --plain`: ordinary texts, in which nothing should be found.

use std::path::PathBuf;

use super::ask::Question;
use super::files;
use super::test::name;
use crate::commands::output::Output;
use crate::commands::progress::Progress;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::evaluation::{CorpusError, Place, Silence, Unit, Units, spread};
use crate::render;

pub(super) fn run(
    paths: &[PathBuf],
    unit: Unit,
    question: &Question,
    json: bool,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let files = files::meant(paths, None)?;
    let progress = Progress::new("Reading the texts");
    let silence = spread(
        texts(&files, unit),
        |silence: &mut Silence, (place, text): (Place, String)| {
            let met = question.met(&text);
            silence.count(place, &text, met);
        },
        Silence::add,
    )?
    .finished();
    drop(progress);
    if silence.texts == 0 {
        return Err(failure(Exit::Usage, "these files are empty\n  name files of text".to_owned()).into());
    }
    let unit = match unit {
        Unit::Line => "line",
        Unit::Paragraph => "paragraph",
        Unit::File => "file",
    };
    if json {
        return output.json(&serde_json::json!({
            "files": files.len(),
            "unit": unit,
            "asked": question.told(),
            "figures": silence,
        }));
    }
    output.text(&render::lexicon::silence::show(&silence, files.len(), unit, output.screen))
}

fn texts(files: &[PathBuf], unit: Unit) -> impl Iterator<Item = Result<(Place, String), Failure>> + '_ {
    let told = |error: CorpusError| failure(Exit::Usage, error.to_string());
    files.iter().enumerate().flat_map(move |(order, file)| {
        let opened = files::open(file).map(|source| Units::new(source, unit, order, &name(file)));
        let (units, error) = match opened {
            Ok(units) => (Some(units), None),
            Err(error) => (None, Some(Err(error))),
        };
        units.into_iter().flatten().map(move |unit| unit.map_err(told)).chain(error)
    })
}
