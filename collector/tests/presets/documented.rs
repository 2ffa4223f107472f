//! docs/policies.md prints the table that the program works with.

use caretaker_collector::clauses::clauses;
use caretaker_collector::presets::PRESETS;

fn printed() -> String {
    let mut text = String::from(
        "| clause | asks for | held by | shown under | proven by | not yet |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for clause in clauses() {
        let shown: Vec<String> = clause
            .settings
            .iter()
            .map(|setting| format!("`{setting}`"))
            .chain(clause.findings.iter().map(|finding| format!("finding {finding}")))
            .chain(clause.events.iter().map(|event| format!("event {event}")))
            .chain(clause.commands.iter().map(|command| format!("`{command}`")))
            .collect();
        let tests: Vec<String> = clause
            .tests
            .iter()
            .filter_map(|test| test.split_once(": "))
            .map(|(file, _)| format!("`{}`", file.rsplit('/').next().unwrap_or_default()))
            .collect();
        let line = [&clause.id, &clause.says, &clause.how, &shown.join(", "), &tests.join(", "), &clause.missing];
        text.push_str(&format!("| {} |\n", line.map(String::as_str).join(" | ")).replace("  ", " "));
    }
    text
}

#[test]
fn the_documented_table_is_the_one_in_force() {
    let documented = include_str!("../../../docs/policies.md");
    assert!(documented.contains(&printed()), "docs/policies.md has to say:\n{}", printed());
    for preset in &PRESETS {
        assert!(documented.contains(&format!("`{}`", preset.name)), "{}", preset.name);
    }
}
