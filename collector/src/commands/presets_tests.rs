//! `policy list`, `preset`, `explain` and `diff` as people type them, without a collector.

use std::path::Path;

use caretaker_shared::private_file;
use clap::Parser as _;
use jiff::Zoned;

use super::output::Output;
use super::policy::{PolicyCommand, here};
use super::{Exit, Failure, exit_of};
use crate::presets::PRESETS;
use crate::render::Screen;
use crate::render::text::width;

#[derive(Debug, clap::Parser)]
struct Typed {
    #[command(subcommand)]
    command: PolicyCommand,
}

fn types_on(columns: usize, line: &[&str]) -> anyhow::Result<(Exit, String)> {
    let typed = Typed::try_parse_from(std::iter::once("policy").chain(line.iter().copied())).expect("can be typed");
    let screen = Screen { width: columns, colour: false, now: Zoned::default() };
    let mut out = Vec::new();
    let exit = here(&typed.command, &mut Output { out: &mut out, screen: &screen, personal: false })?;
    let text = String::from_utf8(out).expect("text");
    if !line.contains(&"--json") && line[0] != "preset" {
        assert!(text.lines().all(|line| width(line) <= columns), "wider than {columns}:\n{text}");
    }
    Ok((exit, text))
}

fn types(line: &[&str]) -> (Exit, String) {
    types_on(100, line).expect("an answer")
}

fn refused(line: &[&str]) -> (Exit, String) {
    let error = types_on(100, line).expect_err("is refused");
    (exit_of(&error), error.downcast_ref::<Failure>().map(|failure| failure.message.clone()).unwrap_or_default())
}

#[test]
fn the_policies_to_begin_with_are_listed() {
    insta::assert_snapshot!("policy_list", types(&["list"]).1);
    let json: serde_json::Value = serde_json::from_str(&types(&["list", "--json"]).1).expect("JSON");
    assert_eq!(json["presets"][3]["name"], "junior-school");
    assert_eq!(json["presets"][3]["clauses"][5], "D6");
}

#[test]
fn a_preset_is_printed_as_its_file() {
    for preset in &PRESETS {
        assert_eq!(types(&["preset", preset.name]).1, preset.text);
    }
    assert_eq!(refused(&["preset", "grammar-school"]).0, Exit::Usage);
}

#[test]
fn a_preset_is_explained_in_plain_english_on_any_screen() {
    for preset in &PRESETS {
        let text = types(&["explain", preset.name]).1;
        insta::assert_snapshot!(format!("policy_explain_{}", preset.name), text);
        types_on(60, &["explain", preset.name]).expect("fits a narrow screen");
    }
    let json: serde_json::Value = serde_json::from_str(&types(&["explain", "all-through", "--json"]).1).expect("JSON");
    let lock = json["parts"][0]["statements"].as_array().expect("a list");
    let lock = lock.iter().find(|one| one["key"] == "screen_lock.max_seconds").expect("is there");
    assert_eq!(lock["clauses"], serde_json::json!(["A3", "D2", "E2"]));
    assert_eq!(json["clauses"][0]["id"], "E1");
}

#[test]
fn a_file_is_explained_with_the_clauses_that_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ours.toml");
    let text = "# Locks soon [E2].\n[screen_lock]\nmax_seconds = 90\n[alerts]\n\
                safeguarding_lead = ['pat@example.school', 'sam@example.school']\nnetwork_manager = ['it@example.school']";
    private_file::write(&file, text.as_bytes()).expect("writes");
    let path = file.to_str().expect("a plain path");
    let shown = types(&["explain", path]).1;
    assert!(shown.contains("locks itself within 90 seconds"), "{shown}");
    assert!(shown.contains("\n  E2   A device that can reach"), "{shown}");
    assert!(!shown.contains("\n  E3   "), "{shown}");
    assert!(shown.contains("Deputy safeguarding lead: sam@example.school."), "{shown}");

    private_file::write(&file, text.replace("90", "0").as_bytes()).expect("writes");
    let (exit, told) = refused(&["explain", path]);
    assert_eq!(exit, Exit::Usage);
    assert!(told.contains("line 3: screen_lock.max_seconds = 0"), "{told}");
    let nowhere = Path::new(path).with_extension("toml2");
    let (exit, told) = refused(&["explain", nowhere.to_str().expect("a plain path")]);
    assert_eq!(exit, Exit::Usage);
    assert!(told.contains("neither a policy to begin with nor a file\n  there are: secondary-academy, "), "{told}");
}

#[test]
fn what_differs_is_told_with_which_is_stricter_and_ends_with_1() {
    let (exit, text) = types(&["diff", "secondary-academy", "junior-school"]);
    assert_eq!(exit, Exit::Findings);
    insta::assert_snapshot!("policy_diff", text);
    let (exit, text) = types(&["diff", "junior-school", "junior-school"]);
    assert_eq!((exit, text.as_str()), (Exit::Fine, "junior-school and junior-school ask for the same.\n"));
    for (at, first) in PRESETS.iter().enumerate() {
        for second in &PRESETS[at + 1..] {
            let (exit, _) = types_on(60, &["diff", first.name, second.name]).expect("fits a narrow screen");
            assert_eq!(exit, Exit::Findings, "{} and {}", first.name, second.name);
        }
    }
    let json = types(&["diff", "secondary-academy", "junior-school", "--json"]).1;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let lock =
        json["differences"].as_array().expect("a list").iter().find(|one| one["key"] == "screen_lock.max_seconds");
    assert_eq!(lock.expect("differs")["leaning"], "stricter");
}
