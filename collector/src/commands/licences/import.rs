//! `licences import` and `licences export`: the register from a spreadsheet, and into one.

use std::fs;
use std::path::{Path, PathBuf};

use caretaker_proto::console::v1 as proto;
use caretaker_shared::private_file;
use clap::builder::NonEmptyStringValueParser;

use super::Register;
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::licences::import::{self, CellError, ImportedRow, Listed, Mapping, sheet};
use crate::licences::{Licence, LicenceId, Metric, Pence, Scope, Term};
use crate::render::licences as shown;

/// Cells that are wrong, before the rest is counted.
const WRONG: usize = 20;

/// Options of `licences import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A CSV file, an Excel workbook (.xlsx), or the licence list of Snipe-IT
    file: PathBuf,
    /// Which column says what, for example --map title=Product; with nothing behind the =, none does
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = wish)]
    wishes: Vec<(String, String)>,
    /// The sheet of a workbook [default: the first that is not empty]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sheet: Option<String>,
    /// Do it; otherwise only say what would be done
    #[arg(long)]
    apply: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `licences export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Where to write it [default: to the screen, or wherever that leads]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// For what it is written
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

/// Forms of a list of licences.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Format {
    /// A table that `licences import` reads back
    Csv,
    /// The list that Snipe-IT imports
    SnipeIt,
}

/// What was read of a file.
pub(super) struct Table {
    pub(super) mapping: Mapping,
    pub(super) sheet: Option<(String, usize)>,
    pub(super) rows: Vec<ImportedRow>,
}

fn wish(text: &str) -> Result<(String, String), String> {
    let wrong =
        || format!("expected FIELD=COLUMN, for example title=Product; the fields are {}", import::Field::words());
    text.split_once('=').map(|(field, column)| (field.to_owned(), column.to_owned())).ok_or_else(wrong)
}

pub(super) async fn import(args: ImportArgs, mut client: Register, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let table = read(&args)?;
    if table.rows.is_empty() {
        let text = format!("{} has no licence in it\n  below the header stands a row for each", args.file.display());
        return Err(failure(Exit::Usage, text).into());
    }
    let licences = table.rows.iter().map(|row| terms(&row.licence)).collect();
    let request = proto::AddLicencesRequest { licences, really: args.apply };
    let answer = client.add_licences(request).await.map_err(|status| refused(&status))?.into_inner();
    let wrong: Vec<CellError> =
        answer.licences.iter().zip(&table.rows).filter_map(|(one, row)| wrong(one, row, &table)).collect();
    if !wrong.is_empty() {
        return Err(faults(&wrong).into());
    }
    if args.json {
        return output.json(&answer);
    }
    let file = args.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let read = shown::Read {
        file: &file,
        sheet: table.sheet.as_ref().map(|(name, of)| (name.as_str(), *of)),
        mapping: &table.mapping,
        rows: table.rows.iter().map(|row| row.row).collect(),
        same: same(&table.rows),
    };
    output.text(&shown::imported(&read, &answer, output.screen))
}

fn read(args: &ImportArgs) -> Result<Table, Failure> {
    let usage = |text: String| failure(Exit::Usage, text);
    let bytes = content(&args.file)?;
    let sheet = sheet::read(&bytes, args.sheet.as_deref()).map_err(|error| usage(error.to_string()))?;
    let mapping = import::find_columns(&sheet, &args.wishes).map_err(|error| usage(error.to_string()))?;
    let rows = import::licences(&sheet, &mapping).map_err(|errors| faults(&errors))?;
    Ok(Table { mapping, sheet: sheet.name, rows })
}

/// The bytes of a file that is not too large to be a table.
fn content(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        failure(
            Exit::Usage,
            format!("{} cannot be read: {error}\n  name a CSV file or an Excel workbook", path.display()),
        )
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > u64::try_from(sheet::BYTES).unwrap_or(u64::MAX) {
        let text = format!("{} is larger than 10 MB\n  split it, or remove what is no licence", path.display());
        return Err(failure(Exit::Usage, text));
    }
    fs::read(path).map_err(unreadable)
}

/// A licence that the collector refuses, as the cell that is to blame.
fn wrong(added: &proto::AddedLicence, row: &ImportedRow, table: &Table) -> Option<CellError> {
    (added.outcome == "refused").then(|| CellError {
        row: row.row,
        column: import::Field::of_problem(&added.field).map(|field| table.mapping.header_of(field)).unwrap_or_default(),
        problem: added.problem.clone(),
        remedy: added.remedy.clone(),
    })
}

/// Every wrong cell with what to do about it.
fn faults(errors: &[CellError]) -> Failure {
    let mut lines = Vec::new();
    for error in errors.iter().take(WRONG) {
        let column = if error.column.is_empty() { String::new() } else { format!(", column '{}'", error.column) };
        lines.push(format!("row {}{column}: {}\n  {}", error.row, error.problem, error.remedy));
    }
    if errors.len() > WRONG {
        lines.push(format!("and {} more", errors.len() - WRONG));
    }
    lines.push("nothing was changed".to_owned());
    let text: Vec<String> = lines.join("\n").lines().map(crate::render::text::safe).collect();
    failure(Exit::Usage, text.join("\n"))
}

/// Rows that say the same as a row before them.
fn same(rows: &[ImportedRow]) -> Vec<(u32, u32)> {
    let before = |at: usize| rows[..at].iter().find(|row| row.licence == rows[at].licence);
    (0..rows.len()).filter_map(|at| before(at).map(|first| (first.row, rows[at].row))).collect()
}

fn terms(licence: &Licence) -> proto::LicenceTerms {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    proto::LicenceTerms {
        title: Some(licence.title.clone()),
        version: Some(licence.version.clone()),
        edition: Some(licence.edition.clone()),
        metric: Some(licence.metric.word().to_owned()),
        term: Some(licence.term.word().to_owned()),
        quantity: Some(licence.quantity),
        site: licence.scope.site.clone(),
        place: Some(licence.scope.place.clone()),
        starts_on: day(licence.starts_on),
        ends_on: day(licence.ends_on),
        notice_on: day(licence.notice_on),
        cost_pence: licence.cost.map(|cost| cost.0),
        supplier: Some(licence.supplier.clone()),
        order_ref: Some(licence.order_ref.clone()),
        proof_holder: Some(licence.proof_holder.clone()),
        note: Some(licence.note.clone()),
    }
}

pub(super) async fn export(args: ExportArgs, client: Register, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let licences = super::all(proto::ListLicencesRequest::default(), client).await?;
    let listed: Vec<Listed> = licences.into_iter().filter_map(listed).collect();
    let bytes = match args.format {
        Format::Csv => import::as_csv(&listed),
        Format::SnipeIt => import::as_snipe_it(&listed),
    };
    let Some(out) = args.out else {
        output.out.write_all(&bytes)?;
        output.out.flush()?;
        return Ok(Exit::Fine);
    };
    private_file::write(&out, &bytes)?;
    let number = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    output.text(&format!("{} written to {}\n", crate::render::text::counted(number, "licence"), out.display()))
}

/// A licence of the contract with the seats that are its own.
fn listed(licence: proto::Licence) -> Option<Listed> {
    let terms = licence.terms?;
    let day = |text: &str| text.parse().ok();
    let site = terms.site().to_owned();
    let entry = Licence {
        id: LicenceId::parse(&licence.number)?,
        title: terms.title().to_owned(),
        version: terms.version().to_owned(),
        edition: terms.edition().to_owned(),
        metric: Metric::parse(terms.metric())?,
        term: Term::parse(terms.term())?,
        quantity: licence.held,
        scope: Scope { site: (!site.is_empty()).then_some(site), place: terms.place().to_owned() },
        starts_on: day(terms.starts_on()),
        ends_on: day(terms.ends_on()),
        notice_on: day(terms.notice_on()),
        cost: terms.cost_pence.map(Pence),
        supplier: terms.supplier().to_owned(),
        order_ref: terms.order_ref().to_owned(),
        proof_holder: terms.proof_holder().to_owned(),
        note: terms.note().to_owned(),
    };
    Some(Listed { licence: entry, title_name: licence.title_name, in_catalogue: licence.in_catalogue })
}
