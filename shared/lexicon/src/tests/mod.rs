//! The engine from outside: what it finds, what it leaves alone, what it never says.

mod builtin;
mod disguises;
mod forms;
mod kinds;
mod matches;
mod scores;

use std::collections::BTreeSet;

use super::rules::{self, Rules};
use super::{AgeProfile, Ask, CATEGORIES, Finding, Lexicon};

fn all() -> BTreeSet<String> {
    CATEGORIES.iter().map(|category| category.id.to_owned()).collect()
}

/// What `lexicon` finds in `text`, in all categories.
fn found(lexicon: &Lexicon, text: &str) -> Vec<Finding> {
    lexicon.read(text, &Ask { categories: &all(), age: AgeProfile::Secondary })
}

/// Ids of the rules that are found, the gravest first.
fn ids(lexicon: &Lexicon, text: &str) -> Vec<String> {
    found(lexicon, text).into_iter().map(|finding| finding.rule).collect()
}

/// A pack whose head is there already.
fn pack(lines: &str) -> Rules {
    let head = "lang = \"en-GB\"\ntitle = \"T\"\nsource = \"this test\"\nlicence = \"Apache-2.0\"\nreviewed = \"no\"\n";
    rules::parse(&[("test.toml", &format!("{head}{lines}"))]).expect(lines)
}

/// One rule, to whose lines those that it cannot do without are added.
fn rule(id: &str, category: &str, lines: &str) -> String {
    let sureness = if lines.contains("sureness") { "" } else { "sureness = 1\n" };
    format!(
        "[[rule]]\nid = \"{id}\"\ncategory = \"{category}\"\n{sureness}{lines}\ntests = {{ hit = [\"x\"], miss = [\"y\"] }}\n"
    )
}

fn lexicon(lines: &str) -> Lexicon {
    Lexicon::of_pack(rules::compile(&[pack(lines)]))
}
