//! The back end for lists that a database keeps. Values are bound; what is spliced are our own expressions alone.

use jiff::Timestamp;
use rusqlite::types::Value as Bound;

use super::when::Bounds;
use super::{Field, Fields, Filter, FilterError, Kind, Op, Sort, Test, Value};

/// A field of a list, and where its query finds it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// As the JSON of the list names it.
    pub name: &'static str,
    /// What it holds. A list is one text with a line for each of its texts; a time is in milliseconds since 1970.
    pub kind: Kind,
    /// An SQL expression over the tables of the list's query, never NULL but for a time that is not.
    pub sql: &'static str,
    /// Whether it may name people.
    pub personal: bool,
    /// Of a list: a condition that holds where the text `{}`, in any case, is one of its texts. For what is cheaper to be
    /// asked than the whole list of every row; never NULL.
    pub holds: Option<&'static str>,
}

impl Column {
    /// A field whose rows are asked for it as for any other.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, sql: &'static str) -> Self {
        Self { name, kind, sql, personal: false, holds: None }
    }

    /// The same, of what may name people.
    #[must_use]
    pub const fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// The same, with a condition for one of its texts.
    #[must_use]
    pub const fn holding(self, condition: &'static str) -> Self {
        Self { holds: Some(condition), ..self }
    }
}

/// What a list is to show, for its query.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// A condition; empty for all rows.
    clause: String,
    /// Expressions to order by; empty for the list's own order.
    order: String,
    /// Values of `:v0`, `:v1`, ...
    values: Vec<Bound>,
    /// Rows to leave out before the first.
    pub skip: u64,
}

impl Chosen {
    /// Reads a filter and an order for a list with these columns; empty texts are all rows and the list's own order.
    /// `whole` says whether fields that may name people are open.
    ///
    /// # Errors
    /// As [`Filter::parse`] and [`Sort::parse`].
    pub fn read(
        filter: &str,
        sort: &str,
        columns: &[Column],
        whole: bool,
        now: Timestamp,
    ) -> Result<Self, FilterError> {
        let each = columns.iter().map(|column| Field {
            name: column.name.to_owned(),
            kind: column.kind,
            withheld: column.personal && !whole,
        });
        let fields = Fields::new(each.collect());
        let mut compiler = Compiler { columns, now, values: Vec::new() };
        let mut clause = String::new();
        if !filter.trim().is_empty() {
            clause = compiler.filter(&Filter::parse(filter, &fields)?);
        }
        let order = compiler.order(&Sort::parse(sort, &fields)?);
        Ok(Self { clause, order, values: compiler.values, skip: 0 })
    }

    /// The condition; "TRUE" for all rows.
    #[must_use]
    pub fn clause(&self) -> &str {
        if self.clause.is_empty() { "TRUE" } else { &self.clause }
    }

    /// What to order by before the list's own order, with a comma behind it; empty for nothing.
    #[must_use]
    pub fn order(&self) -> &str {
        &self.order
    }

    /// Whether all rows are meant.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.clause.is_empty()
    }

    /// Whether rows come in another order than the list's own.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        !self.order.is_empty()
    }

    /// Names and values of the parameters.
    pub fn values(&self) -> impl Iterator<Item = (String, &Bound)> {
        self.values.iter().enumerate().map(|(at, value)| (format!(":v{at}"), value))
    }
}

struct Compiler<'a> {
    columns: &'a [Column],
    now: Timestamp,
    values: Vec<Bound>,
}

impl Compiler<'_> {
    fn filter(&mut self, filter: &Filter) -> String {
        match filter {
            Filter::Test(test) => self.test(test),
            Filter::Not(inner) => format!("NOT {}", self.filter(inner)),
            Filter::All(parts) => self.joined(parts, " AND "),
            Filter::Any(parts) => self.joined(parts, " OR "),
        }
    }

    fn joined(&mut self, parts: &[Filter], with: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.filter(part)).collect();
        format!("({})", parts.join(with))
    }

    fn test(&mut self, test: &Test) -> String {
        let column = self.column(&test.field);
        match &test.value {
            Value::Text(text) if column.kind == Kind::Time => {
                debug_assert!(text.is_empty(), "a time is a time or nothing");
                let is = if test.op == Op::Unequal { "IS NOT NULL" } else { "IS NULL" };
                format!("({}) {is}", column.sql)
            }
            Value::Text(text) if matches!(column.kind, Kind::List | Kind::Words(_)) => self.list(column, test.op, text),
            Value::Text(text) => {
                let value = self.bind(Bound::Text(text.to_ascii_lowercase()));
                match sign(test.op) {
                    Some(sign) => format!("lower({}) {sign} {value}", column.sql),
                    None => format!("instr(lower({}), {value}) > 0", column.sql),
                }
            }
            Value::Number(number) => {
                let value = self.bind(Bound::Real(*number));
                format!("({}) {} {value}", column.sql, sign(test.op).unwrap_or("="))
            }
            Value::Flag(flag) => {
                let value = self.bind(Bound::Integer(i64::from(*flag)));
                format!("({}) {} {value}", column.sql, sign(test.op).unwrap_or("="))
            }
            Value::Time(when) => self.bounds(column.sql, when.bounds(test.op, self.now)),
        }
    }

    fn list(&mut self, Column { sql, holds, .. }: Column, op: Op, text: &str) -> String {
        let text = text.to_ascii_lowercase();
        if let Some(holds) = holds.filter(|_| op != Op::Contains && !text.is_empty()) {
            let not = if op == Op::Unequal { "NOT " } else { "" };
            let value = self.bind(Bound::Text(text));
            return format!("{not}({})", holds.replace("{}", &value));
        }
        if op == Op::Contains {
            let value = self.bind(Bound::Text(text.clone()));
            // The empty text is in every text, of which there has to be one.
            return format!("(instr(lower({sql}), {value}) > 0 AND {sql} <> '')");
        }
        let value = self.bind(Bound::Text(format!("\n{text}\n")));
        let sign = if op == Op::Unequal { "= 0" } else { "> 0" };
        format!("instr(char(10) || lower({sql}) || char(10), {value}) {sign}")
    }

    fn bounds(&mut self, sql: &str, bounds: Bounds) -> String {
        let mut parts = Vec::new();
        if let Some(least) = bounds.least {
            parts.push(format!("({sql}) >= {}", self.bind(Bound::Integer(least))));
        }
        if let Some(below) = bounds.below {
            parts.push(format!("({sql}) < {}", self.bind(Bound::Integer(below))));
        }
        // NULL is no answer here: what never was holds nothing.
        let inside = format!("coalesce({}, FALSE)", parts.join(" AND "));
        if bounds.negated { format!("NOT {inside}") } else { inside }
    }

    fn order(&self, sort: &Sort) -> String {
        let each = sort.0.iter().map(|by| {
            let column = self.column(&by.field);
            let direction = if by.descending { " DESC" } else { "" };
            match column.kind {
                Kind::Text | Kind::Word(_) | Kind::List | Kind::Words(_) => {
                    format!("lower({}){direction}, ", column.sql)
                }
                Kind::Number | Kind::Flag | Kind::Time => format!("({}){direction}, ", column.sql),
            }
        });
        each.collect()
    }

    fn column(&self, name: &str) -> Column {
        let found = self.columns.iter().find(|column| column.name == name);
        *found.expect("a filter names the fields that it was read with")
    }

    fn bind(&mut self, value: Bound) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }
}

/// The operator in SQL; `None` for the one that is a function there.
fn sign(op: Op) -> Option<&'static str> {
    match op {
        Op::Equal => Some("="),
        Op::Unequal => Some("<>"),
        Op::Less => Some("<"),
        Op::AtMost => Some("<="),
        Op::More => Some(">"),
        Op::AtLeast => Some(">="),
        Op::Contains => None,
    }
}
