//! Commands about keyword rules as people type them, with invented rules and texts.

use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::{LexiconCommand, run_on};
use crate::commands::{Exit, Failure};
use crate::render::Screen;
use crate::render::text::width;

const RULES: &str = r#"lang = "en-GB"
title = "Invented rules"
source = "written for a test"
licence = "CC0-1.0"
reviewed = "by nobody"

[sets]
joking = ["just joking"]

[[rule]]
id = "violence.custard"
category = "violence"
severity = 4
sureness = 2
any = ["throw custard at"]
not_near = [{ set = "joking", within = "text" }]
boost = [{ any = ["tonight"], within = 6, add = 1, as = "time" }]
tests = { hit = ["i will throw custard at them"], miss = ["custard for tea"] }

[[rule]]
id = "sexual_images.placeholder"
category = "sexual_images"
severity = 3
sureness = 1
any = ["purple placeholder"]
tests = { hit = ["a purple placeholder"], miss = ["a placeholder"] }
"#;

const CORPUS: &str = r#"{"text": "we will throw custard at them tonight", "expect": "violence", "min_severity": 5}
{"text": "we will thr0w cu5tard at them", "expect": "violence", "min_severity": 4, "plain": "we will throw custard at them", "behaviour": "leet"}
{"text": "there will be custard on somebody", "expect": "violence", "min_severity": 3}
{"text": "in this play they throw custard at a king", "expect": "none", "behaviour": "fiction"}
{"text": "the purple placeholder of the form", "expect": "none"}
{"text": "i never threw anything", "expect": "none", "behaviour": "negation"}
"#;

#[derive(Debug, clap::Parser)]
struct Typed {
    #[command(subcommand)]
    command: LexiconCommand,
}

/// A folder with rules, a corpus and a collector's data folder.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.put("rules.toml", RULES);
        desk.put("corpus.jsonl", CORPUS);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        caretaker_shared::private_file::write(&self.path(name), text.as_bytes()).expect("writes");
    }

    /// Types a command; `@` stands for this folder.
    fn try_type(&self, line: &str) -> Result<(Exit, String), Failure> {
        let at = self.0.path().display().to_string();
        let words = std::iter::once("lexicon".to_owned()).chain(line.split('|').map(|word| word.replace('@', &at)));
        let typed = Typed::try_parse_from(words).expect("can be typed");
        let screen =
            Screen { width: 100, colour: false, now: "2026-11-22T10:00:00+00:00[UTC]".parse().expect("a time") };
        let mut out = Vec::new();
        let exit = run_on(&typed.command, &self.path("data"), &screen, &mut out);
        let text = String::from_utf8(out).expect("text").replace(&at, "@");
        match exit {
            Ok(exit) => Ok((exit, text)),
            Err(error) => {
                let mut failure = error.downcast::<Failure>().expect("a failure with an exit code");
                failure.message = failure.message.replace(&at, "@");
                Err(failure)
            }
        }
    }

    fn type_fine(&self, line: &str) -> String {
        let (exit, text) = self.try_type(line).expect("is done");
        assert_eq!(exit, Exit::Fine, "{text}");
        assert!(text.lines().all(|line| width(line) <= 100 || line.contains("sha256")), "{text}");
        text
    }

    fn collector(&self) -> &Self {
        let data = crate::data::DataFolder::at(&self.path("data"));
        let setup = crate::data::Setup {
            school: "Northfield School".into(),
            address: "collector.northfield.example:7443".into(),
            site: "Main".into(),
            actor: "the test".into(),
        };
        let clock = std::sync::Arc::new(caretaker_shared::clock::SystemClock);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(crate::data::set_up(&data, &setup, clock)).expect("a collector");
        self
    }

    fn audit(&self) -> Vec<String> {
        let database = rusqlite::Connection::open(self.path("data/caretaker.db")).expect("a database");
        let mut query = database
            .prepare("SELECT action || ' ' || subject FROM audit WHERE action LIKE 'lexicon%' ORDER BY n")
            .expect("a query");
        query.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect()
    }
}

const ONLY: &str = "|--pack|@/rules.toml|--without-builtin";

#[test]
fn figures_of_a_corpus_with_what_went_wrong() {
    let desk = Desk::new();
    insta::assert_snapshot!("test_100", desk.type_fine(&format!("test|@/corpus.jsonl|--misses{ONLY}")));
}

#[test]
fn figures_as_json_have_stable_names_and_no_text_of_a_category_without() {
    let desk = Desk::new();
    let text = desk.type_fine(&format!("test|@|--json{ONLY}"));
    let json: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    let figures = &json["figures"];
    assert_eq!(figures["texts"], 6);
    assert_eq!(figures["overall"]["recall"]["count"], 2);
    assert_eq!(figures["overall"]["precision"]["of"], 4);
    assert_eq!(figures["categories"]["violence"]["recall_severe"]["of"], 3);
    assert_eq!(figures["grave"]["five"]["count"], 1);
    assert_eq!(figures["disguises"]["of"], 1);
    assert_eq!(figures["harmless_from_3"]["of"], 1);
    assert_eq!(figures["false_alarms"][0]["line"], 4);
    assert_eq!(figures["false_alarms"][0]["findings"][0]["rule"], "violence.custard");
    assert_eq!(figures["false_alarms"][1]["text"], serde_json::Value::Null);
    assert_eq!(figures["missed"][0]["expect"], "violence");
    assert!(!text.contains("purple"), "{text}");
}

#[test]
fn a_corpus_is_counted_in_parts_that_make_the_whole() {
    let desk = Desk::new();
    let many: String =
        (0..400).map(|n| format!("{{\"text\": \"harmless text {n}\", \"expect\": \"none\"}}\n")).collect();
    desk.put("corpus.jsonl", &many);
    let texts = |part: &str| {
        let text = desk.type_fine(&format!("test|@/corpus.jsonl|--json|--held-out|{part}{ONLY}"));
        serde_json::from_str::<serde_json::Value>(&text).expect("is JSON")["figures"]["texts"]
            .as_u64()
            .expect("a count")
    };
    let (only, without) = (texts("only"), texts("without"));
    assert_eq!(only + without, 400);
    assert!((50..110).contains(&only), "{only} of 400 is no fifth");
}

#[test]
fn a_malformed_line_is_told_and_nothing_is_counted() {
    let desk = Desk::new();
    desk.put("corpus.jsonl", &format!("{CORPUS}{{\"text\": \"x\", \"expect\": \"custard\"}}\n"));
    let failure = desk.try_type(&format!("test|@/corpus.jsonl{ONLY}")).expect_err("is refused");
    assert_eq!(failure.exit, Exit::Usage);
    assert!(
        failure
            .message
            .starts_with("@/corpus.jsonl, line 7: expect = custard is not a category\n  expected \"none\" or"),
        "{}",
        failure.message
    );
    let failure = desk.try_type("test|@/missing.jsonl").expect_err("is refused");
    assert_eq!(failure.message, "@/missing.jsonl does not exist\n  name files, or a folder of them");
}

#[test]
fn ordinary_text_is_counted_by_line_paragraph_and_file() {
    let desk = Desk::new();
    desk.put("play.txt", "They throw custard at\nhim.\n\nNothing.\n\nThey throw custard at her tonight.\n");
    insta::assert_snapshot!("plain_100", desk.type_fine(&format!("test|--plain|@/play.txt{ONLY}")));
    let texts = |unit: &str| {
        let text = desk.type_fine(&format!("test|--plain|@/play.txt|--unit|{unit}|--json{ONLY}"));
        serde_json::from_str::<serde_json::Value>(&text).expect("is JSON")["figures"]["texts"].as_u64()
    };
    assert_eq!((texts("line"), texts("paragraph"), texts("file")), (Some(4), Some(3), Some(1)));
}

#[test]
fn a_text_is_explained() {
    let desk = Desk::new();
    let ask = |text: &str| desk.type_fine(&format!("explain|{text}{ONLY}"));
    insta::assert_snapshot!("explain_found", ask("Hello. We will thr0w custard at them tonight"));
    insta::assert_snapshot!("explain_vetoed", ask("we throw custard at them, just joking"));
    let withheld = ask("my purple placeholder");
    assert!(withheld.contains("sexual_images.placeholder\n  nothing more is said of this category"), "{withheld}");
    let json = desk.type_fine(&format!("explain|my purple placeholder|--json{ONLY}"));
    let json: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(json["rules"], serde_json::json!([{ "rule": "sexual_images.placeholder" }]));
}

#[test]
fn a_pack_is_held_to_its_own_tests() {
    let desk = Desk::new();
    let good = desk.type_fine("check|@/rules.toml");
    assert_eq!(good, "@/rules.toml: Invented rules (en-GB), 2 rules, all 4 tests hold; reviewed: by nobody\n");
    desk.put(
        "rules.toml",
        &RULES.replace("custard for tea", "throw custard at tea").replace("a purple place", "a place"),
    );
    let (exit, text) = desk.try_type("check|@/rules.toml").expect("is done");
    assert_eq!(exit, Exit::Findings);
    insta::assert_snapshot!("check_fails", text);
    desk.put("rules.toml", &RULES.replace("severity = 4", "severity = 9"));
    let failure = desk.try_type("check|@/rules.toml").expect_err("is refused");
    assert_eq!(failure.exit, Exit::Findings);
    assert!(
        failure.message.starts_with("@/rules.toml, line 13: rule violence.custard: severity"),
        "{}",
        failure.message
    );
}

#[test]
fn the_built_in_packs_say_where_they_come_from() {
    let desk = Desk::new();
    let text = desk.type_fine("check");
    assert!(
        text.contains("rules built in") && text.contains("licence   Apache-2.0") && text.contains("reviewed"),
        "{text}"
    );
}

/// Every byte below a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).expect("lists").map(|entry| entry.expect("an entry").path());
    let read = |path: &Path| match std::fs::read(path) {
        // SQLite removes its journal when the last connection closes.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        bytes => bytes.expect("reads"),
    };
    entries.flat_map(|path| if path.is_dir() { bytes_below(&path) } else { read(&path) }).collect()
}

#[test]
fn the_words_of_an_imported_list_stand_nowhere() {
    let desk = Desk::new();
    desk.collector();
    desk.put("Licensed List.csv", "# for a test\n\"Wobbling Lemonbird\",9\nlemonsolo,2\n");
    let said =
        desk.type_fine("import|@/Licensed List.csv|--category|csa|--source|an invented list|--licence|for a test");
    insta::assert_snapshot!("import", mask_digest(&said));
    insta::assert_snapshot!("list", mask_digest(&desk.type_fine("list")));
    let kept = bytes_below(&desk.path("data"));
    for word in ["wobbling", "lemon", "solo"] {
        let stands = kept.windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()));
        assert!(!stands && !said.to_lowercase().contains(word), "{word} is kept or said");
    }
    let pack = "data/lexicons/licensed-list.pack";
    let ask = format!("explain|a w0bbling lemonbird|--json|--pack|@/{pack}|--without-builtin");
    let json: serde_json::Value = serde_json::from_str(&desk.type_fine(&ask)).expect("is JSON");
    assert_eq!(json["findings"], serde_json::json!([{ "rule": "csa.licensed-list.phrases-1" }]));
    assert!(desk.type_fine("remove|licensed-list").starts_with("licensed-list is removed."));
    assert!(!desk.path(pack).exists());
    assert_eq!(desk.audit(), ["lexicon.import licensed-list", "lexicon.remove licensed-list"]);
    assert_eq!(desk.try_type("remove|licensed-list").expect_err("is gone").exit, Exit::Usage);
}

fn mask_digest(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("sha256") {
        Some((start, _)) => format!("{start}sha256 ..."),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_bad_list_changes_nothing_and_no_error_repeats_it() {
    let desk = Desk::new();
    desk.collector();
    desk.put("list.txt", "wobbling lemonbird\n...\n");
    let failure = desk.try_type("import|@/list.txt|--category|csa|--source|x|--licence|y").expect_err("is refused");
    assert!(failure.message.starts_with("@/list.txt, line 2: holds no word"), "{}", failure.message);
    desk.put("list.txt", "lemonsolo\n");
    let failure =
        desk.try_type("import|@/list.txt|--category|extremism|--source|x|--licence|y").expect_err("is refused");
    assert!(!failure.message.contains("canary"), "{}", failure.message);
    assert!(!desk.path("data/lexicons").exists());
    assert_eq!(desk.audit(), [""; 0]);
}
