//! Reading, printing, and two back ends that agree.

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::{Connection, ToSql};
use serde_json::{Value as Json, json};

use super::rows::{choose, fields};
use super::{By, Chosen, Column, Field, Fields, Filter, Kind, Op, Sort, Test, Value, When};

const STATES: &[&str] = &["active", "revoked"];

fn now() -> Timestamp {
    "2026-11-21T14:02:00Z".parse().expect("a time")
}

fn list() -> Fields {
    let field = |name: &str, kind| Field { name: name.into(), kind, withheld: false };
    Fields::new(vec![
        field("name", Kind::Text),
        field("status", Kind::Word(STATES)),
        field("findings", Kind::Number),
        field("wiped", Kind::Flag),
        field("last_seen_at", Kind::Time),
        field("overdue", Kind::List),
        Field { name: "owner".into(), kind: Kind::Text, withheld: true },
    ])
}

fn printed(typed: &str) -> String {
    Filter::parse(typed, &list()).expect(typed).to_string()
}

fn refused(typed: &str) -> String {
    Filter::parse(typed, &list()).expect_err(typed).to_string()
}

#[test]
fn and_binds_before_or_and_not_before_both() {
    assert_eq!(
        printed("name=a or not name=b and findings>0 or (wiped=yes or name~c) and status=ACTIVE"),
        "name = a or (not name = b and findings > 0) or ((wiped = true or name ~ c) and status = ACTIVE)"
    );
}

#[test]
fn values_may_hold_anything_within_quotes() {
    assert_eq!(printed("name = 'it''s (odd) = \"and\"'"), "name = 'it''s (odd) = \"and\"'");
    assert_eq!(printed("name=\"two words\""), "name = 'two words'");
    assert_eq!(printed(r"name=C:\Users\x,y;z"), r"name = C:\Users\x,y;z");
    assert_eq!(printed("name=and and name=or"), "name = and and name = or");
}

#[test]
fn a_time_goes_by_its_short_name_and_its_age() {
    assert_eq!(
        printed("last_seen < 7d and LAST_SEEN_AT>=2026-11-01"),
        "last_seen_at < 1w and last_seen_at >= 2026-11-01"
    );
    assert_eq!(printed("last_seen != ''"), "last_seen_at != ''");
    let row = json!({ "last_seen_at": "2026-11-20T14:02:00Z" });
    let met = |typed: &str| Filter::parse(typed, &list()).expect(typed).meets(&row, now());
    assert!(met("last_seen < 2d") && !met("last_seen < 24h") && met("last_seen <= 24h") && met("last_seen > 23h"));
    assert!(met("last_seen = 2026-11-20") && met("last_seen < +1d") && !met("last_seen > 2026-11-20"));
    let never = json!({ "last_seen_at": "" });
    let met = |typed: &str| Filter::parse(typed, &list()).expect(typed).meets(&never, now());
    assert!(!met("last_seen < 7d") && !met("last_seen > 7d") && met("last_seen = ''") && met("not last_seen < 7d"));
}

#[test]
fn a_list_goes_by_the_name_of_one_of_its_texts() {
    let field = |name: &str, kind| Field { name: name.into(), kind, withheld: false };
    let fields = Fields::new(vec![field("groups", Kind::List), field("findings", Kind::Number)]);
    let parse = |typed: &str| Filter::parse(typed, &fields);
    assert_eq!(parse("Group = 'Lab 3'").expect("a field").to_string(), "groups = 'Lab 3'");
    assert!(parse("finding = 1").is_err(), "a number of findings is no list of them");
    let both = Fields::new(vec![field("groups", Kind::List), field("group", Kind::Text)]);
    assert_eq!(Filter::parse("group = a", &both).expect("a field").to_string(), "group = a", "what has the name");
    let met = |typed: &str, row: &Json| parse(typed).expect(typed).meets(row, now());
    let row = json!({ "groups": ["Laptops", "Lab 3"] });
    assert!(met("group = 'lab 3'", &row) && !met("group != 'Lab 3'", &row) && !met("group = Lab", &row));
    assert!(met("group != 'Lab 4'", &row) && met("group ~ lab", &row) && met("group = ''", &json!({ "groups": [] })));
}

#[test]
fn an_error_points_at_its_place_and_says_what_would_do() {
    assert_eq!(
        refused("name = a and sitte = North"),
        "--filter: there is no field \"sitte\"\n  name = a and sitte = North\n               ^^^^^\n  the fields are:  \
         name  status  findings  wiped  last_seen_at  overdue"
    );
    assert_eq!(
        refused("findings = many"),
        "--filter: \"findings\" is a number\n  findings = many\n             ^^^^\n  for example  findings = 3"
    );
    assert!(refused("status = actve").contains("one of:  active  revoked"));
    assert!(refused("owner = x").contains("not shown to your role"), "{}", refused("owner = x"));
    assert!(refused("(name = a").contains("not closed"));
    assert!(refused("name = a)").contains("never opened"));
    assert!(refused("name = 'a").contains("quotation mark"));
    assert!(refused("name = a findings > 1").contains("missing before this"));
    assert!(refused("overdue < x").contains("cannot be compared with <"));
    assert!(refused("name = a\nor name = b").contains("cannot be seen"));
    assert!(refused("").contains("a field is missing"));
    assert!(refused(&"(".repeat(60)).contains("too many"));
    assert!(refused(&"x".repeat(3_000)).contains("2000 letters"));
    let sorted = |typed: &str| Sort::parse(typed, &list()).expect_err(typed).to_string();
    assert!(sorted("name,-nme").contains("  name,-nme\n       ^^^^\n"), "{}", sorted("name,-nme"));
    assert!(sorted("owner").contains("not shown") && sorted("overdue").contains("no order"));
}

#[test]
fn fields_of_rows_are_what_their_values_are() {
    let example = json!({ "a": "", "b": 0, "c": false, "d_at": "", "e": [], "f": null, "g": "", "h": [] });
    let rows = [json!({ "a": "x", "g": "2026-11-21T14:02:00Z", "e": ["x"], "f": "y", "h": [{"i": 1}] })];
    let found: Vec<(String, Kind)> =
        fields(&["a", "b", "c", "d_at", "e", "f", "g", "h"].map(str::to_owned), &example, &rows)
            .iter()
            .map(|field| (field.name.clone(), field.kind))
            .collect();
    let told: Vec<(&str, Kind)> = found.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    assert_eq!(
        told,
        [
            ("a", Kind::Text),
            ("b", Kind::Number),
            ("c", Kind::Flag),
            ("d_at", Kind::Time),
            ("e", Kind::List),
            ("f", Kind::Text),
            ("g", Kind::Time)
        ]
    );
}

const COLUMNS: &[Column] = &[
    Column::new("name", Kind::Text, "t.name"),
    Column::new("status", Kind::Word(STATES), "t.status"),
    Column::new("findings", Kind::Number, "t.findings"),
    Column::new("wiped", Kind::Flag, "t.wiped"),
    Column::new("last_seen_at", Kind::Time, "t.seen"),
    Column::new("overdue", Kind::List, "t.overdue"),
];

type Row = (String, bool, u8, bool, Option<i64>, Vec<String>);

fn row() -> impl Strategy<Value = Row> {
    let word = "[aAbBé' ]{0,3}";
    let seen =
        proptest::option::of(prop_oneof![(-3_i64..3).prop_map(|hours| now().as_millisecond() + hours * 3_600_000)]);
    (word, any::<bool>(), 0_u8..4, any::<bool>(), seen, proptest::collection::vec("[abB ]{1,2}", 0..3))
}

fn test() -> impl Strategy<Value = Test> {
    let text = "[aAbBé' ]{0,3}".prop_map(Value::Text);
    let when = prop_oneof![
        (0_u64..3).prop_map(|hours| When::Ago(hours * 3_600)),
        (1_u64..3).prop_map(|hours| When::Ahead(hours * 3_600)),
        (20_i8..23).prop_map(|day| When::Day(jiff::civil::date(2026, 11, day))),
        (-3_i64..3).prop_map(|hours| When::Moment(now() + jiff::SignedDuration::from_hours(hours))),
    ];
    let op = proptest::sample::select(&Op::ALL[..]);
    let ordered = proptest::sample::select(vec![Op::Equal, Op::Unequal, Op::Less, Op::AtMost, Op::More, Op::AtLeast]);
    let same = proptest::sample::select(vec![Op::Equal, Op::Unequal]);
    let told = proptest::sample::select(vec![Op::Equal, Op::Unequal, Op::Contains]);
    let test = |field: &str, op, value| Test { field: field.into(), op, value };
    prop_oneof![
        (op, text.clone()).prop_map(move |(op, value)| test("name", op, value)),
        (same.clone(), proptest::sample::select(STATES)).prop_map(move |(op, word)| test(
            "status",
            op,
            Value::Text((*word).into())
        )),
        (ordered.clone(), -1_i32..5).prop_map(move |(op, number)| test(
            "findings",
            op,
            Value::Number(f64::from(number) / 2.0)
        )),
        (same.clone(), any::<bool>()).prop_map(move |(op, flag)| test("wiped", op, Value::Flag(flag))),
        (ordered, when).prop_map(move |(op, when)| test("last_seen_at", op, Value::Time(when))),
        same.prop_map(move |op| test("last_seen_at", op, Value::Text(String::new()))),
        (told, text).prop_map(move |(op, value)| test("overdue", op, value)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    test().prop_map(Filter::Test).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::All),
            proptest::collection::vec(inner, 2..4).prop_map(Filter::Any),
        ]
    })
}

fn sort() -> impl Strategy<Value = Sort> {
    let names = vec!["name", "status", "findings", "wiped", "last_seen_at"];
    let by = (proptest::sample::select(names), any::<bool>())
        .prop_map(|(field, descending)| By { field: field.into(), descending });
    proptest::collection::vec(by, 0..3).prop_map(Sort)
}

/// The rows as a client has them.
fn as_json(rows: &[Row]) -> Vec<Json> {
    let time = |at: Option<i64>| at.map(|at| Timestamp::from_millisecond(at).expect("in range").to_string());
    rows.iter()
        .map(|(name, active, findings, wiped, seen, overdue)| {
            json!({
                "name": name, "status": STATES[usize::from(!active)], "findings": findings, "wiped": wiped,
                "last_seen_at": time(*seen).unwrap_or_default(), "overdue": overdue,
            })
        })
        .collect()
}

/// Places of the rows that a database finds.
fn by_database(rows: &[Row], chosen: &Chosen) -> Vec<usize> {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch("CREATE TABLE t (n, name, status, findings, wiped, seen, overdue)").expect("a table");
    for (at, (name, active, findings, wiped, seen, overdue)) in rows.iter().enumerate() {
        let at = i64::try_from(at).expect("few rows");
        let status = STATES[usize::from(!active)];
        let values: [&dyn ToSql; 7] = [&at, name, &status, findings, wiped, seen, &overdue.join("\n")];
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", values).expect("a row");
    }
    let sql = format!("SELECT n FROM t WHERE {} ORDER BY {} n", chosen.clause(), chosen.order());
    let mut query = connection.prepare(&sql).expect(&sql);
    let values: Vec<(String, &rusqlite::types::Value)> = chosen.values().collect();
    let bound: Vec<(&str, &dyn ToSql)> =
        values.iter().map(|(name, value)| (name.as_str(), *value as &dyn ToSql)).collect();
    let found = query.query_map(bound.as_slice(), |row| row.get::<_, i64>(0)).expect("rows");
    found.map(|n| usize::try_from(n.expect("a number")).expect("in range")).collect()
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(filter in filter(), sort in sort()) {
        prop_assert_eq!(Filter::parse(&filter.to_string(), &list()), Ok(filter));
        prop_assert_eq!(Sort::parse(&sort.to_string(), &list()), Ok(sort));
    }

    #[test]
    fn no_text_is_too_much(typed in "\\PC{0,60}", soup in "([()=<>!~'\"a, -]|name|and|or|not|7d|\\n){0,40}") {
        for typed in [typed, soup] {
            for told in [Filter::parse(&typed, &list()).err(), Sort::parse(&typed, &list()).err()].into_iter().flatten() {
                prop_assert!(told.to_string().lines().count() >= 2);
            }
        }
    }

    #[test]
    fn memory_and_database_find_the_same(rows in proptest::collection::vec(row(), 0..12), filter in filter(), sort in sort()) {
        let in_memory = choose(&as_json(&rows), &list(), Some(&filter), &sort, now());
        let chosen = Chosen::read(&filter.to_string(), &sort.to_string(), COLUMNS, true, now());
        prop_assert_eq!(by_database(&rows, &chosen.expect("its own print")), in_memory, "{}", filter);
    }
}
