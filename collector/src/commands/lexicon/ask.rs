//! What several commands can be told: with which rules, for whom, for what.

use std::collections::BTreeSet;
use std::path::PathBuf;

use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Lexicon, category};
use caretaker_shared::model::Severity;

use super::packs;
use crate::commands::Failure;
use crate::evaluation::Met;

/// Not looked for unless it is named: policies have it off, and count it where it is on.
const ONLY_BY_NAME: &str = "profanity";

/// Which rules, for whom, for what.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Options {
    /// More rules: a file (.toml), a folder of them, or a compiled pack; may be given several times
    #[arg(long, value_name = "PACK")]
    pack: Vec<PathBuf>,
    /// Only the rules of --pack
    #[arg(long, requires = "pack")]
    without_builtin: bool,
    /// Only this category; may be given several times [default: all but profanity]
    #[arg(long, value_name = "ID", value_parser = known)]
    category: Vec<String>,
    /// Whom the texts come from: primary, secondary, sixth_form or adult
    #[arg(long, value_name = "PROFILE", default_value = "secondary", value_parser = profile)]
    age: AgeProfile,
    /// Only findings of this severity or more, 1 to 5
    #[arg(long, value_name = "N", default_value = "1", value_parser = level)]
    min_severity: Severity,
}

/// Rules that can be asked.
pub(super) struct Question {
    pub(super) lexicon: Lexicon,
    pub(super) categories: BTreeSet<String>,
    pub(super) age: AgeProfile,
    pub(super) min_severity: Severity,
}

impl Options {
    /// Loads the rules.
    pub(super) fn question(&self) -> Result<Question, Failure> {
        let mut categories: BTreeSet<String> = self.category.iter().cloned().collect();
        if categories.is_empty() {
            let all = CATEGORIES.iter().map(|category| category.id).filter(|id| *id != ONLY_BY_NAME);
            categories = all.map(str::to_owned).collect();
        }
        Ok(Question {
            lexicon: packs::lexicon(&self.pack, self.without_builtin)?,
            categories,
            age: self.age,
            min_severity: self.min_severity,
        })
    }
}

impl Question {
    /// What is asked of a text.
    pub(super) fn ask(&self) -> Ask<'_> {
        Ask { categories: &self.categories, age: self.age }
    }

    /// What the rules say of a text, as far as it is grave enough.
    pub(super) fn met(&self, text: &str) -> Vec<Met> {
        let found = self.lexicon.read(text, &self.ask());
        found
            .into_iter()
            .filter(|finding| finding.severity >= self.min_severity)
            .map(|finding| Met {
                rule: finding.rule,
                category: finding.category,
                severity: finding.severity,
                arithmetic: finding.arithmetic.to_string(),
                help_seeking: finding.help_seeking,
            })
            .collect()
    }

    /// How many rules there are.
    pub(super) fn rules(&self) -> usize {
        self.lexicon.packs().map(|pack| pack.rules().count()).sum()
    }

    /// The question itself, for JSON.
    pub(super) fn told(&self) -> serde_json::Value {
        serde_json::json!({
            "rules": self.rules(),
            "categories": self.categories,
            "age": self.age.word(),
            "min_severity": self.min_severity.level(),
        })
    }
}

pub(super) fn known(id: &str) -> Result<String, String> {
    let ids = || CATEGORIES.iter().map(|category| category.id).collect::<Vec<_>>().join(", ");
    category(id).map(|category| category.id.to_owned()).ok_or_else(|| format!("expected one of {}", ids()))
}

fn profile(word: &str) -> Result<AgeProfile, String> {
    AgeProfile::from_word(word).ok_or_else(|| "expected primary, secondary, sixth_form or adult".to_owned())
}

pub(super) fn level(word: &str) -> Result<Severity, String> {
    word.parse().ok().and_then(Severity::new).ok_or_else(|| "expected 1 to 5".to_owned())
}
