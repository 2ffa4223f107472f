//! A filter and an order as people type them. What is read is printed, read as the same, and asked of a row and of SQL.

#![no_main]

// By its path: the collector around it takes minutes to build with the fuzzer's instruments, and none of it is needed.
#[path = "../../../collector/src/filter/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a part of it is enough")]
mod filter;

use filter::{Chosen, Column, Field, Fields, Filter, Kind, Sort, rows};
use jiff::Timestamp;
use serde_json::json;

const COLUMNS: &[Column] = &[
    Column::new("name", Kind::Text, "t.name"),
    Column::new("state", Kind::Word(&["new", "closed"]), "t.state"),
    Column::new("level", Kind::Number, "t.level"),
    Column::new("mine", Kind::Flag, "t.mine"),
    Column::new("seen_at", Kind::Time, "t.seen"),
    Column::new("sites", Kind::List, "t.sites"),
    Column::new("groups", Kind::List, "t.groups").holding("t.row IN (SELECT g.row FROM g WHERE g.name = {})"),
];

/// Letters of a filter whose print is as short as a filter may be, and not nested deeper than one may be.
const SHORT: usize = 200;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (typed, order) = text.split_once('\n').unwrap_or((&text, ""));
    let now = Timestamp::UNIX_EPOCH;
    let field = |column: &Column| Field { name: column.name.into(), kind: column.kind, withheld: false };
    let fields = Fields::new(COLUMNS.iter().map(field).collect());
    let sort = Sort::parse(order, &fields);
    if let Ok(sort) = &sort {
        assert_eq!(Sort::parse(&sort.to_string(), &fields).as_ref(), Ok(sort));
    }
    match Filter::parse(typed, &fields) {
        Err(error) => assert!(error.to_string().lines().count() >= 2),
        Ok(filter) => {
            let printed = filter.to_string();
            if typed.chars().count() < SHORT && typed.matches('(').count() + typed.matches("not").count() < 20 {
                assert_eq!(Filter::parse(&printed, &fields), Ok(filter.clone()), "{printed}");
            }
            let row =
                json!({ "name": "PC-1", "state": "new", "level": 4, "mine": true, "seen_at": "", "sites": ["North"] });
            let _ = rows::choose(&[row], &fields, Some(&filter), sort.as_ref().unwrap_or(&Sort::default()), now);
            let chosen = Chosen::read(typed, "", COLUMNS, true, now).expect("it was read before");
            // Each value is a parameter; nothing that was typed stands in the query.
            assert_eq!(chosen.clause().matches(":v").count(), chosen.values().count());
        }
    }
});
