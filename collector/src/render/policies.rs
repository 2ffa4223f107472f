//! A policy in plain English, what differs between two, and the policies to begin with.

use caretaker_shared::lexicon::category;

use super::table::{Column, Table};
use super::text::{counted, hang, safe, width, wrap};
use super::{Ink, Screen};
use crate::clauses::Clause;
use crate::explained::{Difference, Leaning, Part, Statement};
use crate::presets::Preset;

/// What is explained.
pub struct Explained<'a> {
    /// "junior-school", or the name of a file.
    pub name: &'a str,
    /// What kind of school it is for; empty for a file.
    pub school: &'a str,
    /// The policy.
    pub parts: &'a [Part],
    /// The clauses that it is about.
    pub clauses: &'a [&'static Clause],
}

/// The whole explanation.
#[must_use]
pub fn explain(explained: &Explained<'_>, screen: &Screen) -> String {
    let school = if explained.school.is_empty() { String::new() } else { format!(": for {}", explained.school) };
    let mut shown = hang("", &format!("{}{school}", safe(explained.name)), screen.width);
    for part in explained.parts {
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, part.title)));
        for statement in &part.statements {
            shown.push_str(&sentence(statement, screen));
        }
    }
    if !explained.clauses.is_empty() {
        let title = "What the school's policy says, and what holds it";
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, title)));
        for clause in explained.clauses {
            shown.push_str(&held(clause, screen));
        }
    }
    shown
}

/// A sentence and its clauses; what runs over stands further in.
fn sentence(statement: &Statement, screen: &Screen) -> String {
    let ids = ids(&statement.clauses);
    let text = format!("{}{ids}", safe(&statement.says));
    let lines = wrap(&text, screen.width.saturating_sub(4));
    format!("  {}\n", lines.join("\n    "))
}

fn ids(clauses: &[&str]) -> String {
    if clauses.is_empty() { String::new() } else { format!(" [{}]", clauses.join(", ")) }
}

/// A clause, what holds it, and what does not yet.
fn held(clause: &Clause, screen: &Screen) -> String {
    let mut text = hang(&format!("  {:<5}", clause.id), &clause.says, screen.width);
    text.push_str(&hang("       ", &clause.how, screen.width));
    if !clause.missing.is_empty() {
        let line = hang("       not yet: ", &clause.missing, screen.width);
        text.push_str(&line.replacen("not yet", &screen.ink(Ink::Unsure, "not yet"), 1));
    }
    text
}

/// What differs, the stricter first.
#[must_use]
pub fn diff(first: &str, second: &str, differences: &[Difference], screen: &Screen) -> String {
    let (first, second) = (safe(first), safe(second));
    if differences.is_empty() {
        return hang("", &format!("{first} and {second} ask for the same."), screen.width);
    }
    let settings = counted(u32::try_from(differences.len()).unwrap_or(u32::MAX), "setting");
    let mut shown = hang("", &format!("{first} and {second} differ in {settings}."), screen.width);
    let columns = width(&first).max(width(&second)).min(30);
    for (leaning, title) in [
        (Leaning::Stricter, format!("Stricter in {second}")),
        (Leaning::Looser, format!("Looser in {second}")),
        (Leaning::Different, "Neither stricter nor looser".to_owned()),
    ] {
        let of = differences.iter().filter(|difference| difference.leaning == leaning);
        let lines: String = of.map(|one| setting(one, (&first, &second), columns, screen)).collect();
        if !lines.is_empty() {
            shown.push_str(&format!("\n{}\n{lines}", screen.ink(Ink::Strong, &title)));
        }
    }
    shown
}

fn setting(one: &Difference, names: (&str, &str), columns: usize, screen: &Screen) -> String {
    let of = if one.of.is_empty() { String::new() } else { format!(", {}", safe(&one.of)) };
    let mut shown = hang("  ", &format!("{}{of}{}", one.key, ids(&one.clauses)), screen.width);
    let lists = !(one.only_first.is_empty() && one.only_second.is_empty());
    for (name, says, only) in [(names.0, &one.first, &one.only_first), (names.1, &one.second, &one.only_second)] {
        let line = match (lists, only.is_empty(), says.is_empty()) {
            (true, false, _) => format!("only here: {}", titles(only)),
            (true, true, _) => continue,
            (false, _, true) => "says nothing".to_owned(),
            (false, _, false) => safe(says),
        };
        shown.push_str(&hang(&format!("    {name:<columns$}   "), &line, screen.width));
    }
    shown
}

/// Entries of a list; categories as people call them.
fn titles(entries: &[String]) -> String {
    let title = |entry: &String| category(entry).map_or_else(|| safe(entry), |known| known.title.to_owned());
    entries.iter().map(title).collect::<Vec<_>>().join("; ")
}

/// The policies to begin with.
#[must_use]
pub fn presets(presets: &[Preset], count: impl Fn(char) -> usize, screen: &Screen) -> String {
    let mut table = Table::new(vec![Column::text("policy"), Column::text("clauses"), Column::text("for").shrinks(20)]);
    for preset in presets {
        let range = format!("{0}1 to {0}{1}", preset.letter, count(preset.letter));
        table.row(vec![preset.name.into(), range.into(), preset.school.into()]);
    }
    format!(
        "{}\nIn plain English:  policy explain NAME\nThe file:          policy preset NAME > our-school.toml\n\
         What differs:      policy diff NAME our-school.toml\n",
        table.show(screen)
    )
}
