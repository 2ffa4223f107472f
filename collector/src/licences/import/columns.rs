//! Which column of a table says what: by the headers that people and programs use, or as the reader of the table says.

use super::field::{Field, bare};
use super::sheet::{Cell, Sheet};

/// Which column says what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Field, place of its column from 0, and header.
    pub columns: Vec<(Field, usize, String)>,
    /// Headers of columns that are not read.
    pub ignored: Vec<String>,
    /// Whether the table is a licence list of Snipe-IT.
    pub snipe_it: bool,
    /// Place of the header among the rows of the sheet.
    pub header: usize,
}

impl Mapping {
    /// The header of a field's column; the field's name where it has none.
    #[must_use]
    pub fn header_of(&self, field: Field) -> String {
        let found = self.columns.iter().find(|(mapped, ..)| *mapped == field);
        found.map_or_else(|| field.word().to_owned(), |(_, _, header)| header.clone())
    }

    /// The place of a field's column.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns.iter().find(|(mapped, ..)| *mapped == field).map(|(_, place, _)| *place)
    }
}

/// Why no column could be found for something. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The table has no row at all.
    #[error("the table is empty\n  its first row names the columns, for example:  Title,Quantity,End,Cost")]
    Empty,
    /// No column names the product.
    #[error("no column names the product\n  the columns are:  {}\n  say which it is:  --map title=\"COLUMN\"", .0.join(", "))]
    NoTitle(Vec<String>),
    /// Two columns are the same field.
    #[error(
        "the columns \"{first}\" and \"{second}\" both mean the {field}\n  say which it is:  --map {field}=\"{first}\""
    )]
    Twice {
        /// Name of the field.
        field: &'static str,
        /// One header.
        first: String,
        /// The other.
        second: String,
    },
    /// A wish names no field.
    #[error("--map {0}: there is no such field\n  the fields are:  {fields}", fields = Field::words())]
    NoField(String),
    /// A wish names no column.
    #[error("--map {wish}: the table has no column \"{column}\"\n  its columns are:  {}", .known.join(", "))]
    NoColumn {
        /// The wish.
        wish: String,
        /// The column.
        column: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

/// Finds the header and the column of each field. `wishes` are pairs such as title=Product; an empty column leaves a
/// field out.
///
/// # Errors
/// When no column names the product, when two are the same field, or a wish is none.
pub fn find(sheet: &Sheet, wishes: &[(String, String)]) -> Result<Mapping, MappingError> {
    let wished = read_wishes(wishes)?;
    // Above the header may stand what the table is called.
    let known = |cells: &[Cell]| headers(cells).iter().filter(|header| Field::of_header(header).is_some()).count();
    let named = |cells: &[Cell]| {
        let headers = headers(cells);
        wished.iter().filter(|(_, column, _)| headers.iter().any(|header| bare(header) == bare(column))).count()
    };
    let first = sheet.rows.iter().take(20).enumerate();
    let header = first
        .max_by_key(|(place, (_, cells))| (named(cells), known(cells).min(2), std::cmp::Reverse(*place)))
        .map(|(place, _)| place)
        .ok_or(MappingError::Empty)?;
    let headers = headers(&sheet.rows[header].1);
    let mut mapping = Mapping { header, snipe_it: is_snipe_it(&headers), ..Mapping::default() };
    for (field, column, wish) in &wished {
        if column.is_empty() {
            continue;
        }
        let place = headers.iter().position(|header| bare(header) == bare(column));
        let missing = || MappingError::NoColumn { wish: wish.clone(), column: column.clone(), known: headers.clone() };
        let place = place.ok_or_else(missing)?;
        mapping.columns.push((*field, place, headers[place].clone()));
    }
    guess(&mut mapping, &headers, &wished)?;
    if mapping.column(Field::Title).is_none() && mapping.column(Field::Slug).is_none() {
        return Err(MappingError::NoTitle(headers));
    }
    mapping.columns.sort_by_key(|(_, place, _)| *place);
    Ok(mapping)
}

fn read_wishes(wishes: &[(String, String)]) -> Result<Vec<(Field, String, String)>, MappingError> {
    let read = |(field, column): &(String, String)| {
        let wish = format!("{field}={column}");
        let column = column.trim().to_owned();
        Field::parse(field).map(|field| (field, column, wish.clone())).ok_or(MappingError::NoField(wish))
    };
    wishes.iter().map(read).collect()
}

/// Columns of fields that nobody has wished for.
fn guess(mapping: &mut Mapping, headers: &[String], wished: &[(Field, String, String)]) -> Result<(), MappingError> {
    for (place, header) in headers.iter().enumerate() {
        if mapping.columns.iter().any(|(_, taken, _)| *taken == place) || header.is_empty() {
            continue;
        }
        let found = if mapping.snipe_it { of_snipe_it(header) } else { Field::of_header(header) };
        let Some((field, usual)) = found.filter(|(field, _)| wished.iter().all(|(wished, ..)| wished != field)) else {
            mapping.ignored.push(header.clone());
            continue;
        };
        let Some(at) = mapping.columns.iter().position(|(mapped, ..)| *mapped == field) else {
            mapping.columns.push((field, place, header.clone()));
            continue;
        };
        // "Title" and "Description" side by side: the one that is called as ours is it.
        let before = mapping.columns[at].2.clone();
        let other = Field::of_header(&before).map_or(usize::MAX, |(_, usual)| usual);
        if usual == 0 && other > 0 {
            mapping.columns[at] = (field, place, header.clone());
            mapping.ignored.push(before);
        } else if other == 0 && usual > 0 || field == Field::Title {
            mapping.ignored.push(header.clone());
        } else {
            return Err(MappingError::Twice { field: field.word(), first: before, second: header.clone() });
        }
    }
    Ok(())
}

fn headers(cells: &[Cell]) -> Vec<String> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Empty | Cell::Formula | Cell::Fault(_) => String::new(),
    };
    cells.iter().map(text).collect()
}

/// Columns by which a licence list of Snipe-IT is known (its sample_csvs/MOCK_LICENSES.csv and importer).
const OF_SNIPE_IT: [&str; 4] = ["item name", "seats", "reassignable", "maintained"];

fn is_snipe_it(headers: &[String]) -> bool {
    let bare: Vec<String> = headers.iter().map(|header| bare(header)).collect();
    OF_SNIPE_IT.iter().filter(|known| bare.iter().any(|header| header == *known)).count() >= 3
}

/// There "Name", "Email" and "Username" are the person who has a seat, and a serial number is the key: neither is for
/// this register.
fn of_snipe_it(header: &str) -> Option<(Field, usize)> {
    let field = match bare(header).as_str() {
        "item name" => Field::Title,
        "seats" => Field::Quantity,
        "purchase date" => Field::Start,
        "expiration date" => Field::End,
        "termination date" => Field::Notice,
        "purchase cost" => Field::Cost,
        "supplier" => Field::Supplier,
        "order number" => Field::Order,
        "company" => Field::Site,
        "notes" => Field::Note,
        _ => return None,
    };
    Some((field, 0))
}

#[cfg(test)]
mod tests {
    use super::super::sheet::read;
    use super::{Field, Mapping, MappingError, find};

    fn mapped(table: &str, wishes: &[(&str, &str)]) -> Result<Mapping, MappingError> {
        let wishes: Vec<_> = wishes.iter().map(|(field, column)| ((*field).into(), (*column).into())).collect();
        find(&read(table.as_bytes(), None).expect("a table"), &wishes)
    }

    fn fields(mapping: &Mapping) -> Vec<(&'static str, &str)> {
        mapping.columns.iter().map(|(field, _, header)| (field.word(), header.as_str())).collect()
    }

    #[test]
    fn headers_are_found_in_the_spellings_that_people_use() {
        let mapping =
            mapped("Software Register 2026\n\nProduct Name,Qty.,Expiry Date,Cost (£),PO Number,Colour\n", &[]);
        let mapping = mapping.expect("a mapping");
        let wanted = [
            ("title", "Product Name"),
            ("quantity", "Qty."),
            ("end", "Expiry Date"),
            ("cost", "Cost (£)"),
            ("order", "PO Number"),
        ];
        assert_eq!(fields(&mapping), wanted);
        assert_eq!((mapping.ignored, mapping.header), (vec!["Colour".to_owned()], 1));
    }

    #[test]
    fn who_reads_the_table_knows_best() {
        let table = "Thing,Title,Price\nx,y,1\n";
        let mapping = mapped(table, &[("title", "thing"), ("Cost", "")]).expect("a mapping");
        assert_eq!(fields(&mapping), [("title", "Thing")]);
        assert_eq!(mapping.ignored, ["Title", "Price"]);
        let refused = mapped(table, &[("title", "Thang")]).expect_err("no such column");
        assert!(refused.to_string().ends_with("its columns are:  Thing, Title, Price"), "{refused}");
        let refused = mapped(table, &[("colour", "Thing")]).expect_err("no such field");
        assert!(refused.to_string().starts_with("--map colour=Thing: there is no such field\n"), "{refused}");
    }

    #[test]
    fn two_columns_of_one_field_are_asked_about() {
        let refused = mapped("Title,Qty,Seats\n", &[]).expect_err("which?");
        assert!(refused.to_string().contains("\"Qty\" and \"Seats\" both mean the quantity"), "{refused}");
        assert!(mapped("Title,Qty,Seats\n", &[("quantity", "Seats")]).is_ok());
        let both = mapped("Description,Title\n", &[]).expect("ours counts");
        assert_eq!(both.header_of(Field::Title), "Title");
        assert_eq!(mapped("Colour,Shape\n", &[]), Err(MappingError::NoTitle(vec!["Colour".into(), "Shape".into()])));
        assert_eq!(mapped("\n", &[]), Err(MappingError::Empty));
    }

    #[test]
    fn a_list_of_snipe_it_is_known_by_its_columns() {
        let table = "Name,Email,Username,Item name,serial number,manufacturer,purchase date,purchase cost,\
                     purchase_order,order number,Licensed To Name,Licensed to Email,expiration date,maintained,\
                     reassignable,seats,company,supplier,notes\n";
        let mapping = mapped(table, &[]).expect("a mapping");
        assert!(mapping.snipe_it);
        assert_eq!(mapping.header_of(Field::Title), "Item name");
        assert!(mapping.ignored.contains(&"Username".to_owned()), "nobody is taken over: {mapping:?}");
    }
}
