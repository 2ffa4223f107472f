//! What is wrong with a policy file, told to the person who wrote it.

/// What is wrong with a policy file, and how it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}\n  {expected}")]
pub struct PolicyError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Dotted path of the key, as far as it is known, and the value as written: `screen_lock.max_seconds = "5m"`.
    pub field: String,
    /// What is wrong, in few words for a program to show: "is not a whole number".
    pub problem: String,
    /// How it should be: "expected a whole number of seconds, for example 300".
    pub expected: String,
}

impl PolicyError {
    /// The whole message for a person who named the file: where, what is written there, and how it should be.
    #[must_use]
    pub fn at(&self, file_name: &str) -> String {
        format!("{file_name}, {self}")
    }
}

/// Something in a good policy file that somebody should think about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Line in the file, from 1.
    pub line: usize,
    /// Dotted path of the key, and the value: `contacts.email = "office@example.school"`.
    pub field: String,
    /// What to think about: "looks like a mailbox that more than one person reads; ...".
    pub remark: String,
}

impl std::fmt::Display for Advice {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "line {}: {}\n  {}", self.line, self.field, self.remark)
    }
}
