//! The rows that a list shows.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserializer as _, Serialize};
use serde_json::Value as Json;

use crate::render::text::number;
use crate::render::{Ink, Screen};

/// Rows of a list: all that were asked for, or one page of them.
#[derive(Debug)]
pub(in crate::commands) struct Listed<R> {
    /// The rows.
    pub(in crate::commands) rows: Vec<R>,
    /// How many the list has.
    pub(in crate::commands) total: u64,
    /// Rows before the page, and how many a page has; `None` when all are shown.
    pub(super) window: Option<(u64, u64)>,
}

impl<R> Listed<R> {
    /// What to say below rows that are not all: "1-50 of 1,204: --page 2"; else nothing.
    pub(in crate::commands) fn footer(&self, screen: &Screen) -> String {
        let shown = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        let Some((skip, limit)) = self.window.filter(|_| shown < self.total) else { return String::new() };
        let last = self.total.div_ceil(limit).max(1);
        if shown == 0 {
            return format!("There are {}; the last page is {}: --page {last}\n", number(self.total), number(last));
        }
        let told = format!("{}-{} of {}", number(skip + 1), number(skip + shown), number(self.total));
        let page = skip / limit + 1;
        if page < last {
            format!("{told}: {}\n", screen.ink(Ink::Faint, &format!("--page {}", page + 1)))
        } else {
            format!("{told}.\n")
        }
    }

    /// Whether there is nothing to show, though there are rows: they are on other pages.
    pub(in crate::commands) fn is_beyond(&self) -> bool {
        self.rows.is_empty() && self.total > 0
    }
}

impl<R: Serialize + Default> Listed<R> {
    /// Names of the fields and the cells of each row.
    pub(super) fn cells(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let header = names(&R::default());
        let row = |row: &R| {
            let row = json(row);
            header.iter().map(|name| cell(&row[name])).collect()
        };
        let rows = self.rows.iter().map(row).collect();
        (header, rows)
    }
}

/// A message as JSON.
pub(super) fn json(message: &impl Serialize) -> Json {
    serde_json::to_value(message).expect("messages of texts, numbers and lists are JSON")
}

/// Names of a message's fields, in its order.
pub(super) fn names(message: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(message).expect("messages of texts, numbers and lists are JSON");
    serde_json::Deserializer::from_str(&text).deserialize_map(Names).unwrap_or_default()
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = members.next_entry::<String, IgnoredAny>()? {
            names.push(name);
        }
        Ok(names)
    }
}

/// A value as the text of a cell: texts as they are, several with semicolons between them, what is nested as JSON.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
        Json::Array(list) => match list.iter().map(Json::as_str).collect::<Option<Vec<&str>>>() {
            Some(texts) => texts.join("; "),
            None => value.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use caretaker_proto::console::v1::Device;

    use super::{Listed, names};
    use crate::render::Screen;

    fn screen() -> Screen {
        Screen { width: 100, colour: false, now: "2026-11-21T14:02:00+00:00[UTC]".parse().expect("a time") }
    }

    #[test]
    fn a_page_says_where_it_stands() {
        let footer = |rows: usize, total: u64, window: Option<(u64, u64)>| {
            Listed { rows: vec![(); rows], total, window }.footer(&screen())
        };
        assert_eq!(footer(50, 1_204, Some((0, 50))), "1-50 of 1,204: --page 2\n");
        assert_eq!(footer(50, 1_204, Some((1_100, 50))), "1,101-1,150 of 1,204: --page 24\n");
        assert_eq!(footer(4, 1_204, Some((1_200, 50))), "1,201-1,204 of 1,204.\n");
        assert_eq!(footer(0, 1_204, Some((5_000, 50))), "There are 1,204; the last page is 25: --page 25\n");
        assert_eq!(footer(3, 3, Some((0, 50))), "");
        assert_eq!(footer(3, 3, None), "");
    }

    #[test]
    fn cells_stand_in_the_order_of_the_message() {
        assert_eq!(names(&Device::default())[..4], ["id", "name", "site", "status"]);
        let device = Device { name: "PC-1".into(), overdue: vec!["a".into(), "b".into()], ..Device::default() };
        let (header, rows) = Listed { rows: vec![device], total: 1, window: None }.cells();
        let cell = |name: &str| &rows[0][header.iter().position(|known| known == name).expect(name)];
        assert_eq!((cell("name").as_str(), cell("overdue").as_str(), cell("findings").as_str()), ("PC-1", "a; b", "0"));
    }
}
