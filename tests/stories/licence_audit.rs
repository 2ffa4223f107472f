//! What was bought is held against what is installed, and the business manager and the outside technician read it in
//! their mail, each as far as it is theirs.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Reader as _, Xlsx};
use caretaker_shared::model::SoftwareTitle;
use caretaker_tests::agent::Agent;
use caretaker_tests::caller::Computer;
use caretaker_tests::mail::{MailServer, Message};
use caretaker_tests::school::{READY, School};
use caretaker_tests::wait;
use rusqlite::Connection;
use serde_json::Value;

const BURSAR: &str = "bursar@northfield.example";
const TECHNICIAN: &str = "technician@provider.example";
const POLICY: &str =
    "[licences]\nbusiness_manager = [\"bursar@northfield.example\"]\nprovider = [\"technician@provider.example\"]\n";
/// What a spreadsheet would compute.
const FORMULA: &str = "=HYPERLINK(\"http://canary.example\",\"Timetables\")";
/// An account with a copy of its own and with a seat, part of a device's name too.
const ACCOUNT: &str = "robin.examplesson";
const REGISTER: &str = "Product,Licence type,Seats,Expiry Date,Total cost,Supplier,PO Number,Notes\n\
    Adobe Photoshop,per device annual,2,31/12/2099,\"£1,200.00\",Canary Supplies,CANARY-77,renewed in the autumn\n\
    Sibelius,per user perpetual,3,,£450,Canary Supplies,CANARY-78,\n";

/// A school whose mail goes to `mail`, with the people of [`POLICY`].
fn school(mail: &MailServer) -> School {
    let mut school = School::found();
    school.use_smtp(mail.port());
    school.serve();
    school.apply(POLICY);
    school
}

fn installed(name: &str, publisher: &str, version: &str) -> SoftwareTitle {
    SoftwareTitle {
        name: name.into(),
        publisher: publisher.into(),
        version: version.into(),
        source: "uninstall".into(),
        ..SoftwareTitle::default()
    }
}

fn photoshop() -> SoftwareTitle {
    installed("Adobe Photoshop 2024", "Adobe Inc.", "25.1")
}

/// What the account has for itself.
fn sibelius() -> SoftwareTitle {
    SoftwareTitle { user: ACCOUNT.into(), ..installed("Sibelius", "Avid Technology", "2023.5") }
}

fn file(school: &School, name: &str, content: &[u8]) -> String {
    let path = school.home().join(name);
    std::fs::write(&path, content).expect("writes");
    path.to_string_lossy().into_owned()
}

/// The same purchase in a workbook, under a heading, with a cell that a spreadsheet would compute as plain text.
fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        vec!["Software of Northfield School", "", "", ""],
        vec!["Title", "Licence type", "Quantity", "Supplier"],
        vec![FORMULA, "per device perpetual", "1", "@canary Supplies"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

fn numbers(audit: &Value, name: &str) -> [u64; 3] {
    let titles = audit["titles"].as_array().expect("titles");
    let title = titles.iter().find(|title| title["name"] == name).unwrap_or_else(|| panic!("no {name} in {audit}"));
    ["owned", "installed", "over"].map(|field| title[field].as_u64().expect("a number"))
}

/// Every text in a workbook, by sheet. A formula would be none: it would stand among [`formulas`].
fn texts(workbook: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(workbook.to_vec())).expect("a workbook");
    let names = book.sheet_names();
    let read = |name: String| {
        let range = book.worksheet_range(&name).expect("a sheet");
        (name, range.cells().map(|(_, _, cell)| cell.to_string()).collect())
    };
    names.into_iter().map(read).collect()
}

fn formulas(workbook: &[u8]) -> Vec<String> {
    let mut book = Xlsx::new(Cursor::new(workbook.to_vec())).expect("a workbook");
    let sheets = book.sheet_names().into_iter();
    sheets
        .flat_map(|name| {
            book.worksheet_formula(&name).expect("a sheet").cells().map(|cell| cell.2.clone()).collect::<Vec<_>>()
        })
        .filter(|formula| !formula.is_empty())
        .collect()
}

/// The file with that end.
fn attached<'a>(message: &'a Message, ending: &str) -> &'a [u8] {
    let found = message.files.iter().find(|(name, _)| name.ends_with(ending));
    found.map_or_else(|| panic!("no {ending} in {:?}", message.files.keys()), |(_, bytes)| bytes.as_slice())
}

/// Everything that a message and its files say.
fn whole(message: &Message) -> String {
    let book = texts(attached(message, ".xlsx")).into_values().flatten().collect::<Vec<_>>().join("\n");
    let plain = [".csv", ".html"].map(|ending| String::from_utf8_lossy(attached(message, ending)).into_owned());
    [message.header("Subject"), message.body.clone(), book, plain.concat()].join("\n").to_lowercase()
}

/// The audit's mail to each, once there are `count` for both.
fn mails(mail: &MailServer, count: usize) -> [Message; 2] {
    wait::until("the audit by mail", READY, || {
        let last = |address: &str| {
            let mut audits: Vec<Message> = mail.to(address).into_iter().filter(|one| !one.files.is_empty()).collect();
            (audits.len() == count).then(|| audits.pop()).flatten()
        };
        Some([last(BURSAR)?, last(TECHNICIAN)?])
    })
}

fn assert_harmless(message: &Message) {
    let csv = String::from_utf8(attached(message, ".csv").to_vec()).expect("text");
    assert!(csv.contains("'=HYPERLINK"), "told, with an apostrophe: {csv}");
    for cell in csv.trim_start_matches('\u{feff}').split([',', '\n']) {
        let cell = cell.trim_start_matches('"');
        let number = cell.trim_end().parse::<f64>().is_ok();
        assert!(number || !cell.starts_with(['=', '+', '-', '@']), "computed: {cell}");
    }
    let book = attached(message, ".xlsx");
    assert_eq!(formulas(book), Vec::<String>::new());
    assert!(texts(book)["Titles"].iter().any(|cell| cell == FORMULA), "as a text");
    let page = String::from_utf8(attached(message, ".html").to_vec()).expect("text");
    assert!(
        page.contains("<svg") && !page.contains("<script") && !page.contains("href="),
        "charts, and nothing that loads"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_counts_what_is_there_and_each_reads_what_is_theirs() {
    let mail = MailServer::start();
    let school = school(&mail);
    let mut agent = Agent::enrol(&school, "agent");
    agent.run();
    let (mut first, mut second) = (Computer::enrol(&school, "LAB-01").await, Computer::enrol(&school, "LAB-02").await);
    let mut named = Computer::enrol(&school, "ROBIN-LAPTOP").await;
    first.reports(vec![photoshop(), installed(FORMULA, "+Canary Ltd", "1")]).await;
    second.reports(vec![photoshop()]).await;
    named.reports(vec![photoshop(), sibelius()]).await;
    wait::until("the real agent's list", READY, || {
        (school.count("SELECT count(*) FROM reading WHERE probe = 'software'") == 4).then_some(())
    });
    agent.stop();

    buys(&school);
    let audit = school.json(&["audit", "run"]);
    assert_eq!(audit["fleet"]["counted"], 4, "the agent's own device too: {}", audit["fleet"]);
    assert_eq!(numbers(&audit, "Adobe Photoshop"), [2, 3, 1]);
    assert_eq!(numbers(&audit, "Sibelius"), [3, 1, 0]);
    let shown = school.command(&["audit", "show", "Adobe Photoshop"]).ok();
    for part in ["over by 1 device", "2 owned, 3 installed", "LAB-01", "LAB-02", "ROBIN-LAPTOP", "L-0001"] {
        assert!(shown.contains(part), "no '{part}' in:\n{shown}");
    }

    // A week later one more has it, one has removed it, and somebody sends the result round.
    second.reports(vec![]).await;
    let mut third = Computer::enrol(&school, "LAB-03").await;
    third.reports(vec![photoshop(), sibelius()]).await;
    let said = school.command(&["audit", "run", "--mail"]).ok();
    assert!(said.contains("On its way: audit 2, ") && said.contains("in 2 mails"), "{said}");
    let diff = school.command(&["audit", "diff"]).ok();
    for part in ["Adobe Photoshop", "LAB-02", "LAB-03", "Sibelius"] {
        assert!(diff.contains(part), "no '{part}' in:\n{diff}");
    }

    let [to_bursar, to_technician] = mails(&mail, 1);
    let made = &school.json(&["audit", "show"])["audit"];
    assert_eq!(made["not_met"], 1, "Photoshop alone: {made}");
    assert_eq!(to_bursar.header("Subject"), format!("Licence audit, week {} - 1 title not in order", made["week"]));
    assert!(to_bursar.body.lines().count() < 40 && to_bursar.body.contains("Adobe Photoshop"), "{}", to_bursar.body);
    assert_eq!(to_bursar.files.len(), 3, "{:?}", to_bursar.files.keys());
    for message in [&to_bursar, &to_technician] {
        assert_harmless(message);
    }
    let (bursar, technician) = (whole(&to_bursar), whole(&to_technician));
    assert!(bursar.contains("£600") && bursar.contains("canary-77"), "money is the business manager's: {bursar}");
    assert!(!bursar.contains("lab-01") && technician.contains("lab-01"), "devices are the technician's");
    for secret in ["robin", "examplesson", "£", "1200.00", "canary supplies", "canary-77", "autumn"] {
        assert!(!technician.contains(secret), "the technician reads '{secret}':\n{technician}");
    }
    assert!(!bursar.contains("examplesson"), "no account in the school's own either");
    exports(&school, &to_technician);
}

/// Enters the register from a table and from a workbook; what is only looked at first changes nothing.
fn buys(school: &School) {
    let (table, book) = (file(school, "register.csv", REGISTER.as_bytes()), file(school, "more.xlsx", &workbook()));
    let owned = || school.json(&["licences", "list"])["licences"].as_array().expect("a list").len();
    for (path, columns, after) in [(&table, "Product", 2), (&book, "Licence type", 3)] {
        let before = owned();
        let told = school.command(&["licences", "import", path]).ok();
        assert!(told.contains(columns) && told.contains("Nothing was changed yet") && owned() == before, "{told}");
        let done = school.command(&["licences", "import", path, "--apply"]).ok();
        assert!(!done.contains("Nothing was changed") && owned() == after, "{done}");
    }
    let again = school.command(&["licences", "import", &table, "--apply"]).ok();
    assert!(again.contains("2 rows are there already") && owned() == 3, "{again}");
    let wrong =
        file(school, "wrong.csv", b"Product,Seats,Expiry Date\nGood One,3,31/12/2099\nBad One,three,31/02/2099\n");
    let refused = school.command(&["licences", "import", &wrong, "--apply"]);
    assert!(refused.code != 0 && owned() == 3, "all or nothing: {}{}", refused.out, refused.err);
    assert!(refused.err.contains("Seats") && refused.err.contains("Expiry Date"), "{}", refused.err);
    let _ = school.command(&["licences", "assign", "L-0002", "--account", ACCOUNT]).ok();
}

/// What is asked for at the command line is what the mail brought.
fn exports(school: &School, to_technician: &Message) {
    let into = |form: &str, reader: &str| -> PathBuf {
        let path = school.home().join(format!("audit-{reader}.{form}"));
        let line = ["audit", "export", "--format", form, "--for", reader, "--into", &*path.to_string_lossy()];
        let _ = school.command(&line).ok();
        path
    };
    let read = |path: &Path| std::fs::read(path).expect("was written");
    assert_eq!(read(&into("csv", "provider")), attached(to_technician, ".csv"));
    assert_eq!(texts(&read(&into("xlsx", "provider"))), texts(attached(to_technician, ".xlsx")));
    let page = String::from_utf8(read(&into("html", "school"))).expect("text");
    assert!(page.contains("£600") && page.contains("Adobe Photoshop"));
    assert!(read(&into("pdf", "school")).starts_with(b"%PDF-"));
    let data: Value = serde_json::from_slice(&read(&into("json", "school"))).expect("JSON");
    assert!(data["titles"].as_array().is_some_and(|titles| !titles.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_in_which_the_collector_was_off_are_made_up_by_one_audit() {
    let mail = MailServer::start();
    let mut school = school(&mail);
    Computer::enrol(&school, "LAB-01").await.reports(vec![photoshop()]).await;
    assert_eq!(
        school.json(&["audit", "list"])["audits"].as_array().map(Vec::len),
        Some(0),
        "its first week has not begun"
    );
    school.close();
    // Five weeks pass while it is off.
    let database = Connection::open(school.data().join("caretaker.db")).expect("opens");
    let moved =
        database.execute("UPDATE policy SET applied_at = applied_at - 5 * 7 * 86400000", []).expect("goes back");
    assert!(moved > 0);
    drop(database);
    school.serve();
    let [to_bursar, _] = mails(&mail, 1);
    assert!(to_bursar.body.contains("Adobe Photoshop"), "{}", to_bursar.body);
    // A collector that stops has ended what it does once a day.
    school.close();
    school.serve();
    school.close();
    school.serve();
    let audits = school.json(&["audit", "list"]);
    let asked: Vec<&Value> = audits["audits"].as_array().expect("a list").iter().map(|one| &one["asked_by"]).collect();
    assert_eq!(asked, ["weekly"]);
    assert_eq!(school.count("SELECT count(*) FROM outbox WHERE kind = 'licences'"), 2);
    let _ = mails(&mail, 1);
}
