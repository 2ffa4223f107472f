//! What is wrong with a file of rules, told to the person who wrote it.

/// Why rules are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}: {}{field}\n  {expected}", .file, .rule.as_ref().map(|id| format!("rule {id}: ")).unwrap_or_default())]
pub struct RuleError {
    /// Name of the file.
    pub file: String,
    /// Line in it, from 1.
    pub line: usize,
    /// Id of the rule, as far as it is known.
    pub rule: Option<String>,
    /// Key and value as they are written, or the key that is missing.
    pub field: String,
    /// What is wrong and how it should be.
    pub expected: String,
}

/// A text of a rule's own tests that the engine did not treat as the rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Id of the rule.
    pub rule: String,
    /// The text.
    pub text: String,
    /// Whether the rule should have met it.
    pub should_meet: bool,
    /// Why the engine decided as it did, in one line.
    pub why: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let should = if self.should_meet { "must meet" } else { "must not meet" };
        write!(out, "rule {} {should}: {:?}\n  {}", self.rule, self.text, self.why)
    }
}
