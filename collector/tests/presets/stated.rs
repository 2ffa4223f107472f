//! The presets state what they promise, and every clause has something that holds it, or says that it has not.

use caretaker_collector::clauses::{Clause, clauses};
use caretaker_collector::cli::Cli;
use caretaker_collector::explained::explain;
use caretaker_collector::presets::{PRESETS, Preset};
use caretaker_shared::model::{DeviceEventKind, Requirement};
use caretaker_shared::policy::Policy;
use clap::CommandFactory as _;

/// Every clause of the five schools' policies.
const IDS: [(char, usize); 5] = [('A', 12), ('B', 8), ('C', 11), ('D', 6), ('E', 11)];

fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_clause_is_in_the_table_once_and_is_tested_or_says_what_is_missing() {
    let ids: Vec<&str> = clauses().iter().map(|clause| clause.id.as_str()).collect();
    let expected: Vec<String> =
        IDS.iter().flat_map(|&(letter, last)| (1..=last).map(move |n| format!("{letter}{n}"))).collect();
    assert_eq!(ids, expected);
    for clause in clauses() {
        let held = !(clause.settings.is_empty()
            && clause.findings.is_empty()
            && clause.events.is_empty()
            && clause.commands.is_empty());
        assert!(held || !clause.missing.is_empty(), "{}: nothing holds it, and it does not say so", clause.id);
        assert!(!clause.tests.is_empty() || !clause.missing.is_empty(), "{}: neither tested nor missing", clause.id);
        for test in &clause.tests {
            let (file, name) = test.split_once(": ").expect("a file and a test");
            let text = std::fs::read_to_string(root().join(file)).expect(file);
            assert!(text.contains(&format!("fn {name}(")), "{}: no test {name} in {file}", clause.id);
        }
    }
}

#[test]
fn every_holder_that_the_table_names_exists() {
    let cli = Cli::command();
    for clause in clauses() {
        for finding in &clause.findings {
            assert!(Requirement::parse(finding).is_some(), "{}: finding {finding}", clause.id);
        }
        for event in &clause.events {
            let known = DeviceEventKind::ALL.into_iter().any(|kind| kind.word() == event);
            assert!(known, "{}: event {event}", clause.id);
        }
        for command in &clause.commands {
            let found = command.split(' ').try_fold(&cli, |at, word| at.find_subcommand(word));
            assert!(found.is_some(), "{}: command {command}", clause.id);
        }
    }
}

#[test]
fn every_preset_can_be_put_in_force_without_a_remark() {
    for preset in &PRESETS {
        let accepted = Policy::accept(preset.text, None).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert_eq!(accepted.advice, [], "{}", preset.name);
        let addresses = preset.text.split('"').filter(|text| text.contains('@'));
        assert!(addresses.into_iter().all(|text| text.ends_with("@example.school")), "{}", preset.name);
    }
}

#[test]
fn every_key_of_a_policy_is_explained() {
    for preset in &PRESETS {
        let policy = Policy::parse(preset.text).expect("a policy");
        let explained: Vec<&str> =
            explain(&policy).iter().flat_map(|part| &part.statements).map(|statement| statement.key).collect();
        let tree: toml::Table = preset.text.parse().expect("TOML");
        for (section, value) in &tree {
            let keys = value.as_table().into_iter().flat_map(|table| table.keys());
            for key in keys.map(|key| format!("{section}.{key}")) {
                // Said in one sentence with another key.
                let with_another = ["documents.folders", "documents.removable_media"].contains(&key.as_str());
                let known = explained.contains(&key.as_str()) || explained.contains(&section.as_str());
                assert!(known || with_another, "{}: nothing explains {key}", preset.name);
            }
        }
    }
}

#[test]
fn every_clause_of_a_preset_stands_at_the_setting_that_serves_it() {
    for preset in &PRESETS {
        let tree: toml::Table = preset.text.parse().expect("TOML");
        for clause in own(preset) {
            for setting in &clause.settings {
                assert!(has(&tree, setting), "{}: {} needs {setting}", preset.name, clause.id);
                let said = comments(preset.text, setting);
                assert!(names(&said, &clause.id), "{}: {setting} does not name {}: {said}", preset.name, clause.id);
            }
        }
    }
}

#[test]
fn what_has_no_setting_or_is_missing_stands_at_the_end_of_its_preset() {
    for preset in &PRESETS {
        let (_, tail) =
            preset.text.split_once("# What holds the clauses for which there is no setting.").expect("a tail");
        let (held, missing) = tail.split_once("# What nothing holds yet:").expect("two lists");
        let line = |id: &str, text: &str| format!("#   {id:<4} {text}\n");
        for clause in own(preset) {
            let told = held.contains(&line(&clause.id, &clause.how));
            assert_eq!(told, clause.settings.is_empty(), "{}: {}: {}", preset.name, clause.id, clause.how);
            if clause.missing.is_empty() {
                assert!(!missing.contains(&format!("#   {:<4} ", clause.id)), "{}: {}", preset.name, clause.id);
            } else {
                let wanted = line(&clause.id, &clause.missing);
                assert!(missing.contains(&wanted), "{}: write\n{wanted}", preset.name);
            }
        }
    }
}

fn own(preset: &Preset) -> impl Iterator<Item = &'static Clause> {
    let letter = preset.letter;
    clauses().iter().filter(move |clause| clause.letter() == letter)
}

/// Whether a file has a key; of a list of tables, whether any has.
fn has(tree: &toml::Table, key: &str) -> bool {
    let (section, rest) = key.split_once('.').unwrap_or((key, ""));
    match tree.get(section) {
        Some(toml::Value::Table(table)) => rest.is_empty() || has(table, rest),
        Some(toml::Value::Array(_)) => true,
        Some(_) => rest.is_empty(),
        None => false,
    }
}

/// What stands above a key and above its section.
fn comments(text: &str, key: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (section, name) = key.rsplit_once('.').unwrap_or((key, ""));
    let headings = [format!("[{section}]"), format!("[[{section}]]"), format!("[[{key}]]"), format!("[{key}]")];
    let mut said = String::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| headings.iter().any(|heading| heading == *line)) {
        said.push_str(&above(&lines, at));
        let end = (at + 1..lines.len()).find(|&next| lines[next].starts_with('[')).unwrap_or(lines.len());
        for place in (at..end).filter(|&place| !name.is_empty() && lines[place].starts_with(&format!("{name} ="))) {
            said.push_str(&above(&lines, place));
        }
    }
    said
}

/// The paragraph above a line: comments, up to an empty line.
fn above(lines: &[&str], at: usize) -> String {
    let paragraph = lines[..at].iter().rev().take_while(|line| !line.is_empty()).filter(|line| line.starts_with('#'));
    // With a remark that an empty comment line sets apart.
    paragraph.copied().collect::<Vec<_>>().join(" ")
}

fn names(text: &str, id: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == id)
}
