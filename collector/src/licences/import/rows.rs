//! Rows of a table as licences, or every cell that is wrong.

use super::cells::{self, Wrong};
use super::columns::Mapping;
use super::field::Field;
use super::sheet::{Cell, Sheet};
use crate::licences::{Kind, Licence, LicenceId, Pence, Scope};

/// A licence and the row that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Number of the row, as a spreadsheet shows it.
    pub row: u32,
    /// The licence, its title as it is written there and without a number.
    pub licence: Licence,
}

/// A cell that cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// Number of the row.
    pub row: u32,
    /// Header of the column; empty for the row as a whole.
    pub column: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// The licences of a table.
///
/// # Errors
/// Every cell that is wrong, row by row.
pub fn licences(sheet: &Sheet, mapping: &Mapping) -> Result<Vec<ImportedRow>, Vec<CellError>> {
    let header = &sheet.rows[mapping.header].1;
    let (mut imported, mut errors) = (Vec::new(), Vec::new());
    // Files that were put together have the header in their middle too.
    for (number, cells) in sheet.rows.iter().skip(mapping.header + 1).filter(|(_, cells)| cells != header) {
        let mut row = Row { number: *number, cells, mapping, errors: Vec::new() };
        if mapping.columns.iter().all(|(_, place, _)| row.cells.get(*place).is_none_or(|cell| *cell == Cell::Empty)) {
            continue;
        }
        let licence = row.licence();
        if row.errors.is_empty() {
            imported.push(ImportedRow { row: *number, licence });
        } else {
            errors.append(&mut row.errors);
        }
    }
    if errors.is_empty() { Ok(imported) } else { Err(errors) }
}

struct Row<'a> {
    number: u32,
    cells: &'a [Cell],
    mapping: &'a Mapping,
    errors: Vec<CellError>,
}

impl Row<'_> {
    fn licence(&mut self) -> Licence {
        let slug = self.text(Field::Slug);
        let title = self.text(Field::Title);
        let title = if slug.is_empty() { title } else { slug };
        if title.is_empty() {
            let remedy = "name it, or remove the row where it is a total";
            self.wrong(Field::Title, Wrong::new("the product is missing", remedy));
        }
        let quantity = self.read(Field::Quantity, cells::count);
        let (starts_on, ends_on) = (self.read(Field::Start, cells::day), self.read(Field::End, cells::day));
        let site = Some(self.text(Field::Site)).filter(|site| !site.is_empty());
        let counted = quantity.is_some_and(|quantity| quantity > 0);
        let (metric, term) = self.kind().or_usual(counted, site.is_some(), ends_on.is_some());
        let cost = self.cost(quantity);
        let licence = Licence {
            id: LicenceId(0),
            title,
            version: self.text(Field::Version),
            edition: self.text(Field::Edition),
            metric,
            term,
            quantity: quantity.unwrap_or_default(),
            scope: Scope { site, place: self.text(Field::Place) },
            starts_on,
            ends_on,
            notice_on: self.read(Field::Notice, cells::day),
            cost,
            supplier: self.text(Field::Supplier),
            order_ref: self.text(Field::Order),
            proof_holder: self.text(Field::Proof),
            note: self.text(Field::Note),
        };
        // What a cell was to say is not known, so neither is what it would lead to.
        if self.errors.is_empty()
            && let Err(problem) = licence.check()
        {
            let wrong = Wrong::new(problem.problem, problem.remedy);
            match Field::of_problem(problem.field) {
                Some(field) => self.wrong(field, wrong),
                None => self.wrong(Field::Title, wrong),
            }
        }
        licence
    }

    fn kind(&mut self) -> Kind {
        let remedy = || format!("one or two of:  {}", Kind::WORDS);
        let mut kind = Kind::default();
        for field in [Field::Kind, Field::Metric, Field::Term] {
            let text = self.text(field);
            if text.is_empty() {
                continue;
            }
            let Some(read) = Kind::parse(&text) else {
                self.wrong(field, Wrong::new(format!("\"{text}\" is no kind of licence"), remedy()));
                continue;
            };
            kind.metric = read.metric.filter(|_| field != Field::Term).or(kind.metric);
            kind.term = read.term.filter(|_| field != Field::Metric).or(kind.term);
        }
        kind
    }

    /// What all of it cost: that column, else the price of one times their number.
    fn cost(&mut self, quantity: Option<u32>) -> Option<Pence> {
        let whole = self.read(Field::Cost, cells::money);
        let one = self.read(Field::UnitCost, cells::money);
        let times = u64::from(quantity.filter(|quantity| *quantity > 0).unwrap_or(1));
        whole.or_else(|| one.and_then(|one| one.0.checked_mul(times)).map(Pence))
    }

    fn text(&mut self, field: Field) -> String {
        self.read(field, |cell| cells::text(cell).map(Some)).unwrap_or_default()
    }

    fn read<T>(&mut self, field: Field, read: impl Fn(&Cell) -> Result<Option<T>, Wrong>) -> Option<T> {
        let cell = self.mapping.column(field).and_then(|place| self.cells.get(place)).unwrap_or(&Cell::Empty);
        match read(cell) {
            Ok(value) => value,
            Err(wrong) => {
                self.wrong(field, wrong);
                None
            }
        }
    }

    fn wrong(&mut self, field: Field, wrong: Wrong) {
        let column = self.mapping.header_of(field);
        let Wrong { problem, remedy } = wrong;
        self.errors.push(CellError { row: self.number, column, problem, remedy });
    }
}
