//! The register as people type at it.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::commands::tests::School;
use crate::commands::{Exit, Failure};

async fn school() -> School {
    let school = School::with_site().await;
    for site in ["North", "South"] {
        let now = caretaker_shared::clock::Clock::now(&*school.clock);
        let policy = caretaker_shared::policy::PRESET;
        school.store.apply_policy(site, policy, "the test", now).await.expect("a first policy");
    }
    school
}

/// Licences of every kind: one ended, one ends soon, one is handed on, one is unknown to the catalogue.
async fn filled() -> School {
    let school = school().await;
    let lines: [&[&str]; 5] = [
        &[
            "Adobe CC",
            "--kind",
            "named user subscription",
            "--quantity",
            "30",
            "--end",
            "31/12/2026",
            "--cost",
            "£9,100",
        ],
        &["SmartDraw", "--version", "2019", "--quantity", "10", "--kind", "subscription", "--end", "15/11/2026"],
        &["Sibelius", "--kind", "per device perpetual", "--quantity", "15", "--site", "North", "--cost", "1785.50"],
        &["Maths Box", "--kind", "site", "--site", "South", "--end", "31/07/2028", "--notice", "01/12/2026"],
        &["A word processor with quite a long name indeed", "--kind", "trust free"],
    ];
    for line in lines {
        let line: Vec<&str> = ["licences", "add"].iter().chain(line).copied().collect();
        school.types(&line).await.expect("is entered");
    }
    school
}

fn file(school: &School, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = school.path().join(name);
    caretaker_shared::private_file::write(&path, content.as_ref()).expect("writes");
    path.to_str().expect("a path").to_owned()
}

async fn refused(school: &School, line: &[&str]) -> String {
    let Failure { exit, message } = school.types(line).await.expect_err("is refused");
    assert_eq!(exit, Exit::Usage, "{message}");
    message
}

async fn numbers(school: &School) -> Vec<(String, u64)> {
    let list = school.json(&["licences", "list", "--json"]).await;
    let licences = list["licences"].as_array().expect("a list").clone();
    let number = |one: &serde_json::Value| one["number"].as_str().expect("a number").to_owned();
    licences.iter().map(|one| (number(one), one["held"].as_u64().expect("a count"))).collect()
}

#[tokio::test]
async fn the_list_begins_with_what_needs_attention() {
    let school = filled().await;
    for columns in [80, 100] {
        let (_, text) = school.types_on(columns, &["licences", "list"]).await.expect("a list");
        insta::assert_snapshot!(format!("licences_{columns}"), text);
    }
    let ending = school.json(&["licences", "list", "--ending", "14", "--json"]).await;
    let names: Vec<_> = ending["licences"].as_array().expect("a list").iter().map(|one| &one["title_name"]).collect();
    assert_eq!(names, ["SmartDraw", "Maths Box"], "what has ended and what must be given notice");
    school.close().await;
}

#[tokio::test]
async fn a_licence_is_entered_once_and_shown_whole() {
    let school = filled().await;
    let again = ["licences", "add", "adobe cc", "--kind", "named user subscription", "--quantity", "30", "--end"];
    let same = [&again[..], &["2026-12-31", "--cost", "9100"]].concat();
    let text = school.types(&same).await.expect("an answer");
    assert_eq!(text, "The register has it already, as L-0001. Nothing was changed.\n");
    let other = [&again[..], &["2026-12-31", "--cost", "9200"]].concat();
    let text = school.types(&other).await.expect("an answer");
    assert!(text.contains("cost  £9,100.00  ->  £9,200.00"), "{text}");
    assert_eq!(numbers(&school).await.len(), 5);
    school
        .types(&["licences", "assign", "L-1", "--account", "teacher.one", "--account", "teacher.two"])
        .await
        .expect("given");
    let (_, text) = school.types_on(80, &["licences", "show", "L-0001"]).await.expect("a card");
    insta::assert_snapshot!("licence_80", text);
    school.close().await;
}

#[tokio::test]
async fn a_change_shows_what_stood_there_before() {
    let school = filled().await;
    let line =
        ["licences", "edit", "L-0001", "--quantity", "35", "--end", "31/12/2027", "--note", "renewed", "--cost", ""];
    let text = school.types(&line).await.expect("is changed");
    insta::assert_snapshot!("licence_edited", text);
    let text = school.types(&["licences", "edit", "L-0001", "--quantity", "35"]).await.expect("an answer");
    assert_eq!(text, "L-0001 was so before. Nothing was changed.\n");
    let log = school.store.audit_details("licence.edit").await;
    assert_eq!(log, ["quantity: 30 -> 35; end: 2026-12-31 -> 2027-12-31; cost: £9,100.00 -> none; note changed"]);
    let told = refused(&school, &["licences", "edit", "L-0099", "--quantity", "1"]).await;
    assert_eq!(
        told,
        "there is no licence L-0099 that is yours to see\n  list them:  caretaker-collector licences list --all"
    );
    let told = refused(&school, &["licences", "edit", "L-0003", "--end", "31/02/2027"]).await;
    assert_eq!(told, "--end \"31/02/2027\" is no day\n  write the day first, 31/12/2026, or 2026-12-31");
    let told = refused(&school, &["licences", "edit", "L-0003", "--site", "Nowhere"]).await;
    assert!(told.starts_with("there is no site \"Nowhere\"\n"), "{told}");
    school.close().await;
}

#[tokio::test]
async fn seats_never_exceed_what_is_held() {
    let school = filled().await;
    school.store.add_devices("North", vec![("PC-N1".into(), None), ("PC-N2".into(), None)]).await;
    school.store.add_devices("South", vec![("PC-S1".into(), None)]).await;
    let text = school
        .types(&["licences", "transfer", "L-0003", "--to", "South", "--quantity", "14", "--reason", "moved"])
        .await;
    assert!(text.expect("moves").starts_with("14 seats of L-0003 are now L-0006 of South. L-0003 keeps 1"));
    let text = school.types(&["licences", "assign", "L-0003", "--device", "PC-N1"]).await.expect("is given");
    assert_eq!(text, "1 seat given. L-0003: 1 of 1 given.\n");
    let told = refused(&school, &["licences", "assign", "L-0003", "--device", "PC-N2"]).await;
    assert!(told.starts_with("1 more seats do not fit: L-0003 has 1, and 1 are given\n  take some back:"), "{told}");
    let told = refused(&school, &["licences", "assign", "L-0006", "--device", "PC-N2"]).await;
    assert!(told.starts_with("PC-N2 is of North, and L-0006 of South\n"), "{told}");
    let told = refused(&school, &["licences", "assign", "L-0001", "--device", "PC-S1"]).await;
    assert!(told.starts_with("L-0001 counts per user, so devices have no seats of it\n"), "{told}");
    let told = refused(&school, &["licences", "edit", "L-0003", "--quantity", "14"]).await;
    assert!(told.starts_with("quantity 14 is less than the 1 seats given and 14 handed on\n"), "{told}");
    let told = refused(&school, &["licences", "remove", "L-0003", "--reason", "gone"]).await;
    assert!(told.contains("has handed seats to L-0006"), "{told}");
    let more = ["licences", "transfer", "L-0003", "--to", "Main", "--quantity", "1", "--reason", "x"];
    assert!(refused(&school, &more).await.contains("take seats back first"));
    let back = school.types(&["licences", "unassign", "L-0003", "--device", "PC-N1"]).await.expect("is taken back");
    assert_eq!(back, "1 seat taken back. L-0003: 0 of 1 given.\n");
    school.close().await;
}

const REGISTER: &str = "Product Name,Licence type,Qty,Expiry Date,Total cost,PO Number,School,Colour\n\
                        Adobe CC,named user subscription,30,31/12/2026,\"£9,100.00\",PO 1,,red\n\
                        Sibelius,per device,15,,1785.50,PO 2,North,\n\
                        Sibelius,per device,15,,1785.50,PO 2,North,\n";

#[tokio::test]
async fn an_import_says_what_it_would_do_and_does_it_once() {
    let school = school().await;
    let path = file(&school, "register.csv", REGISTER);
    let (_, text) = school.types_on(80, &["licences", "import", &path]).await.expect("a plan");
    insta::assert_snapshot!("import_80", text);
    assert_eq!(numbers(&school).await, [], "nothing was changed");
    let text = school.types(&["licences", "import", &path, "--apply"]).await.expect("is done");
    assert!(text.contains("3 licences entered.") && !text.contains("--apply"), "{text}");
    assert_eq!(numbers(&school).await.len(), 3);
    let text = school.types(&["licences", "import", &path, "--apply"]).await.expect("an answer");
    assert!(text.contains("No new licence; 3 rows are there already."), "{text}");
    let dearer = file(&school, "dearer.csv", REGISTER.replace("£9,100.00", "£9,900.00"));
    let text = school.types(&["licences", "import", &dearer, "--apply"]).await.expect("an answer");
    assert!(text.contains("cost £9,100.00 there, £9,900.00 here"), "{text}");
    assert_eq!(numbers(&school).await.len(), 3, "nothing was entered twice");
    school.close().await;
}

#[tokio::test]
async fn one_wrong_cell_and_nothing_is_entered() {
    let school = school().await;
    let cases = [
        (
            REGISTER.replace("Sibelius,per device,15", "Sibelius,per device,thirty"),
            "row 3, column 'Qty': \"thirty\" is no whole number\n  write how many, for example 30\nrow 4,",
        ),
        (
            REGISTER.replace(",North", ",Nowhere"),
            "row 3, column 'School': there is no site \"Nowhere\"\n  the sites are:  Main, North, South\nrow 4,",
        ),
        (REGISTER.replace("PO 1", "=HYPERLINK(1)"), "row 2, column 'PO Number': is a formula\n  put the value there"),
        (REGISTER.replace("Product Name", "Shape"), "no column names the product\n"),
        ("Title,Qty,Seats\nx,1,2\n".to_owned(), "the columns \"Qty\" and \"Seats\" both mean the quantity\n"),
        ("Title,Qty\n".to_owned(), "wrong.csv has no licence in it\n"),
        (String::new(), "the table is empty\n"),
        ("Title\n\"open,1\n".to_owned(), "line 2: a quotation mark is opened there and never closed\n"),
    ];
    for (table, told) in cases {
        let path = file(&school, "wrong.csv", &table);
        let message = refused(&school, &["licences", "import", &path, "--apply"]).await;
        let message = message
            .replace(school.path().to_str().expect("a path"), "")
            .replace('/', "")
            .replace("registerwrong", "wrong");
        let told = told.replace('/', "");
        assert!(message.starts_with(&told), "{table}\n{message}");
        assert_eq!(numbers(&school).await, [], "{table}");
    }
    let path = file(&school, "register.csv", REGISTER);
    let line = ["licences", "import", &path, "--map", "title=Colour", "--map", "site="];
    let told = refused(&school, &line).await;
    assert!(told.starts_with("row 3, column 'Colour': the product is missing\n"), "{told}");
    assert!(refused(&school, &["licences", "import", "/nowhere.csv"]).await.starts_with("/nowhere.csv cannot be read"));
    school.close().await;
}

#[tokio::test]
async fn a_workbook_is_read_with_its_days_and_its_formulas_refused() {
    let school = school().await;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Empty").expect("a name");
    let sheet = book.add_worksheet().set_name("Software").expect("a name");
    for (column, header) in (0..).zip(["Software", "Seats", "Expires", "Cost"]) {
        sheet.write(0, column, header).expect("a cell");
    }
    let day = ExcelDateTime::from_ymd(2026, 12, 31).expect("a day");
    let form = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(2, 0, "Sibelius").and_then(|sheet| sheet.write(2, 1, 15)).expect("cells");
    sheet.write_with_format(2, 2, &day, &form).and_then(|sheet| sheet.write(2, 3, 19.99)).expect("cells");
    let path = file(&school, "book.xlsx", book.save_to_buffer().expect("a workbook"));
    let text = school.types(&["licences", "import", &path, "--apply"]).await.expect("is read");
    assert!(text.starts_with("book.xlsx, sheet 'Software' (1 of 2): 1 row\n"), "{text}");
    let list = school.json(&["licences", "list", "--json"]).await;
    let terms = &list["licences"][0]["terms"];
    assert_eq!(
        (&terms["ends_on"], &terms["cost_pence"], &terms["quantity"]),
        (&"2026-12-31".into(), &1_999.into(), &15.into())
    );

    let sheet = book.worksheet_from_name("Software").expect("a sheet");
    sheet
        .write(3, 0, "Maths Box")
        .and_then(|sheet| sheet.write(3, 1, Formula::new("=1+1").set_result("2")))
        .expect("cells");
    let path = file(&school, "book.xlsx", book.save_to_buffer().expect("a workbook"));
    let told = refused(&school, &["licences", "import", &path, "--apply"]).await;
    assert!(told.starts_with("row 4, column 'Seats': is a formula\n"), "{told}");
    let told = refused(&school, &["licences", "import", &path, "--sheet", "Nothing"]).await;
    assert_eq!(told, "the workbook has no sheet \"Nothing\"\n  its sheets are:  Empty, Software");
    school.close().await;
}

#[tokio::test]
async fn an_export_computes_nothing_and_is_read_back() {
    let school = filled().await;
    let line =
        ["licences", "add", "=cmd|' /C calc'!A0", "--quantity", "3", "--note", "+44 is a number", "--order", "'=1"];
    school.types(&line).await.expect("is entered");
    let csv = school.types(&["licences", "export"]).await.expect("a table");
    assert!(csv.contains(",'+44 is a number,") && csv.contains("'=cmd|"), "{csv}");
    for cell in csv.lines().skip(1).flat_map(|line| line.split(',')) {
        assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{csv}");
    }
    let before = school.json(&["licences", "list", "--json"]).await;
    let path = file(&school, "out.csv", &csv);
    let text = school.types(&["licences", "import", &path, "--apply"]).await.expect("is read back");
    assert!(text.contains("No new licence; 6 rows are there already."), "{text}");
    assert_eq!(school.json(&["licences", "list", "--json"]).await, before);

    let empty = self::school().await;
    let path = file(&empty, "out.csv", &csv);
    empty.types(&["licences", "import", &path, "--apply"]).await.expect("is taken over");
    assert_eq!(empty.types(&["licences", "export"]).await.expect("a table").lines().count(), csv.lines().count());
    let snipe = school.types(&["licences", "export", "--format", "snipe-it"]).await.expect("a table");
    let header = "\u{feff}Item name,serial number,Category,purchase date,";
    assert!(snipe.starts_with(header) && snipe.contains("\nSibelius,L-0003,Software,"), "{snipe}");
    // Its importer refuses a row without seats: a licence for a whole site has one there.
    let seats =
        snipe.lines().skip(1).map(|line| line.split(',').nth_back(3).and_then(|seats| seats.parse::<u32>().ok()));
    assert!(seats.clone().count() > 4 && seats.clone().all(|seats| seats.is_some_and(|seats| seats > 0)), "{snipe}");
    let path = file(&empty, "snipe.csv", &snipe);
    let text = empty.types(&["licences", "import", &path]).await.expect("is read");
    assert!(text.contains("a licence list of Snipe-IT"), "{text}");
    school.close().await;
    empty.close().await;
}

#[tokio::test]
async fn approvals_overtake_one_another_and_are_withdrawn() {
    let school = school().await;
    let add = ["approvals", "add", "GeoGebra", "--by", "Digital strategy group", "--on", "10/11/2026"];
    school.types(&add).await.expect("is entered");
    let other =
        ["approvals", "add", "AnyDesk", "--by", "Head", "--refused", "--site", "North", "--note", "remote control"];
    school.types(&other).await.expect("is entered");
    let soon = ["approvals", "add", "Minecraft", "--by", "Head", "--group", "year 7", "--until", "31/12/2026"];
    school.types(&soon).await.expect("is entered");
    let (_, text) = school.types_on(80, &["approvals", "list"]).await.expect("a list");
    insta::assert_snapshot!("approvals_80", text);
    school.types(&["approvals", "add", "geogebra", "--by", "Head", "--refused"]).await.expect("is entered");
    let states = async |line: &[&str]| {
        let list = school.json(line).await;
        let pair = |one: &serde_json::Value| {
            format!("{} {}", one["number"].as_str().expect("a number"), one["state"].as_str().expect("a state"))
        };
        list["approvals"].as_array().expect("a list").iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(states(&["approvals", "list", "GEO", "--json"]).await, ["A-0004 in-force"]);
    assert_eq!(states(&["approvals", "list", "geo", "--all", "--json"]).await, ["A-0001 overtaken", "A-0004 in-force"]);
    school.types(&["approvals", "withdraw", "A-0004", "--reason", "a mistake"]).await.expect("is withdrawn");
    assert_eq!(
        states(&["approvals", "list", "geo", "--json"]).await,
        ["A-0001 in-force"],
        "the one before holds again"
    );
    let told = refused(&school, &["approvals", "withdraw", "A-0004", "--reason", "again"]).await;
    assert_eq!(told, "A-0004 was withdrawn before\n  nothing was changed");
    let told = refused(&school, &["approvals", "add", "X", "--by", "Head", "--on", "22/11/2026"]).await;
    assert!(told.starts_with("the day of the decision lies ahead\n"), "{told}");
    school.close().await;
}

#[tokio::test]
async fn exceptions_end() {
    let school = school().await;
    school.store.add_devices("North", vec![("PC-N1".into(), None)]).await;
    let one = [
        "exceptions",
        "add",
        "AnyDesk",
        "--reason",
        "the heating engineer",
        "--until",
        "31/12/2026",
        "--device",
        "PC-N1",
    ];
    school.types(&one).await.expect("is entered");
    let all = [
        "exceptions",
        "add",
        "SmartDraw",
        "--reason",
        "renewal was ordered",
        "--until",
        "2027-07-31",
        "--site",
        "south",
    ];
    school.types(&all).await.expect("is entered");
    let (_, text) = school.types_on(80, &["exceptions", "list"]).await.expect("a list");
    insta::assert_snapshot!("exceptions_80", text);
    let told = refused(&school, &["exceptions", "add", "X", "--reason", "y", "--until", "20/11/2026"]).await;
    assert!(told.starts_with("the end is missing, or has passed\n"), "{told}");
    school.types(&["exceptions", "withdraw", "X-0002", "--reason", "renewed"]).await.expect("is withdrawn");
    school.clock.advance(std::time::Duration::from_secs(60 * 24 * 60 * 60));
    let list = school.json(&["exceptions", "list", "--json"]).await;
    assert_eq!(list["exceptions"], serde_json::json!([]));
    let list = school.json(&["exceptions", "list", "--all", "--json"]).await;
    let states: Vec<_> = list["exceptions"].as_array().expect("a list").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["ended", "withdrawn"]);
    school.close().await;
}

#[tokio::test]
async fn sites_tell_how_many_they_employ() {
    let school = school().await;
    school.types(&["licences", "fte", "north", "84.6"]).await.expect("is told");
    let (_, text) = school.types_on(80, &["licences", "fte"]).await.expect("a list");
    insta::assert_snapshot!("fte_80", text);
    for wrong in ["-1", "many", "£5", "84.666"] {
        refused(&school, &["licences", "fte", "North", "--", wrong]).await;
    }
    school.close().await;
}
