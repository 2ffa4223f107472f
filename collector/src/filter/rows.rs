//! The back end for lists that are in memory already: rows as JSON.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value as Json;

use super::{Field, Fields, Filter, Kind, Op, Sort, Test, Value};

/// The fields of these names, as one row that has every field and those that there are show them. Lists of messages are
/// no fields.
#[must_use]
pub fn fields(names: &[String], example: &Json, rows: &[Json]) -> Fields {
    let found = names.iter().filter_map(|name| {
        let values = || std::iter::once(example).chain(rows).filter_map(|row| row.get(name));
        kind(name, values).map(|kind| Field { name: name.clone(), kind, withheld: false })
    });
    Fields::new(found.collect())
}

fn kind<'a, V: Iterator<Item = &'a Json>>(name: &str, values: impl Fn() -> V) -> Option<Kind> {
    let known = values().find(|value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    match known {
        Some(Json::Number(_)) => Some(Kind::Number),
        Some(Json::Bool(_)) => Some(Kind::Flag),
        Some(Json::String(_)) => {
            let mut told = values().filter_map(Json::as_str).filter(|text| !text.is_empty()).peekable();
            let times = told.peek().is_some() && told.all(|text| moment(text).is_some());
            Some(if times || name.ends_with("_at") { Kind::Time } else { Kind::Text })
        }
        Some(Json::Array(list)) => list.iter().all(Json::is_string).then_some(Kind::List),
        Some(Json::Object(_)) => None,
        // An empty list, or a text that is absent everywhere: nothing can be found in either.
        Some(Json::Null) | None => Some(if values().any(Json::is_array) { Kind::List } else { Kind::Text }),
    }
}

/// Places of the rows that meet the filter, in the order.
#[must_use]
pub fn choose(rows: &[Json], fields: &Fields, filter: Option<&Filter>, sort: &Sort, now: Timestamp) -> Vec<usize> {
    let meets = |at: &usize| filter.is_none_or(|filter| filter.meets(&rows[*at], now));
    let mut chosen: Vec<usize> = (0..rows.len()).filter(meets).collect();
    let order: Vec<(&str, Kind, bool)> = sort
        .0
        .iter()
        .filter_map(|by| fields.find(&by.field).map(|field| (by.field.as_str(), field.kind, by.descending)))
        .collect();
    chosen.sort_by(|one, other| {
        let each = order.iter().map(|(name, kind, descending)| {
            let order = compare(&rows[*one][*name], &rows[*other][*name], *kind);
            if *descending { order.reverse() } else { order }
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
    chosen
}

impl Filter {
    /// Whether a row meets it.
    #[must_use]
    pub fn meets(&self, row: &Json, now: Timestamp) -> bool {
        match self {
            Self::Test(test) => test.meets(&row[&test.field], now),
            Self::Not(inner) => !inner.meets(row, now),
            Self::All(parts) => parts.iter().all(|part| part.meets(row, now)),
            Self::Any(parts) => parts.iter().any(|part| part.meets(row, now)),
        }
    }
}

impl Test {
    fn meets(&self, found: &Json, now: Timestamp) -> bool {
        match (&self.value, found) {
            (Value::Time(when), _) => when.bounds(self.op, now).hold(found.as_str().and_then(moment)),
            (Value::Flag(flag), _) => (found.as_bool().unwrap_or_default() == *flag) == (self.op == Op::Equal),
            (Value::Number(number), _) => {
                let order = found.as_f64().and_then(|found| found.partial_cmp(number));
                order.map_or(self.op == Op::Unequal, |order| holds(self.op, order))
            }
            (Value::Text(text), Json::Array(list)) => {
                let text = text.to_ascii_lowercase();
                let mut texts = list.iter().filter_map(Json::as_str).map(str::to_ascii_lowercase);
                if self.op == Op::Contains {
                    return texts.any(|found| found.contains(&text));
                }
                let holds = if text.is_empty() { list.is_empty() } else { texts.any(|found| found == text) };
                holds != (self.op == Op::Unequal)
            }
            (Value::Text(text), _) => {
                let found = found.as_str().unwrap_or_default().to_ascii_lowercase();
                let text = text.to_ascii_lowercase();
                if self.op == Op::Contains { found.contains(&text) } else { holds(self.op, found.cmp(&text)) }
            }
        }
    }
}

/// Whether an operator holds of what compares so.
fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Equal | Op::Contains => order.is_eq(),
        Op::Unequal => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::More => order.is_gt(),
        Op::AtLeast => order.is_ge(),
    }
}

fn compare(one: &Json, other: &Json, kind: Kind) -> Ordering {
    match kind {
        Kind::Number => {
            let number = |value: &Json| value.as_f64().unwrap_or(f64::NEG_INFINITY);
            number(one).total_cmp(&number(other))
        }
        Kind::Flag => one.as_bool().cmp(&other.as_bool()),
        Kind::Time => one.as_str().and_then(moment).cmp(&other.as_str().and_then(moment)),
        Kind::Text | Kind::Word(_) | Kind::List | Kind::Words(_) => {
            let text = |value: &Json| value.as_str().unwrap_or_default().to_ascii_lowercase();
            text(one).cmp(&text(other))
        }
    }
}

/// Milliseconds since 1970 of a time, or of the first moment of a day in UTC.
fn moment(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let day: Date = if text.len() == 10 { text.parse().ok()? } else { return None };
    day.to_zoned(TimeZone::UTC).ok().map(|at: Zoned| at.timestamp().as_millisecond())
}
