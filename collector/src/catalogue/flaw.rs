//! What is wrong with a file of rules.

use std::fmt;

/// One thing that has to be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file.
    pub file: String,
    /// Line of the file, where it can be told.
    pub line: Option<usize>,
    /// Slug of the rule; empty where the whole file is meant.
    pub slug: String,
    /// Field of the rule; may be empty.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(out, ", line {line}")?;
        }
        for part in [&self.slug, &self.field].into_iter().filter(|part| !part.is_empty()) {
            write!(out, ", {part}")?;
        }
        write!(out, ": {}", self.problem)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(out, "\n  {}", self.remedy) }
    }
}

/// Everything that is wrong: nothing is loaded then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", list(.0))]
pub struct Flaws(pub Vec<Flaw>);

fn list(flaws: &[Flaw]) -> String {
    flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("\n")
}
