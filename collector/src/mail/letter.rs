//! A mail's content, before it is written out as text and as HTML: both say the same.

/// What a mail says, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    /// Subject.
    pub(super) subject: String,
    /// How pressing it looks.
    pub(super) tone: Tone,
    /// Its parts.
    pub(super) parts: Vec<Part>,
}

/// How pressing a mail looks: a colour in HTML, nothing in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// A life may be in danger.
    Urgent,
    /// Today.
    Serious,
    /// When there is time.
    Calm,
}

/// A part of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The first sentence: what it is about.
    Opening(String),
    /// Facts, each on a line of its own.
    Facts(Vec<String>),
    /// A sentence or more.
    Words(String),
    /// What to type, and what for.
    Command {
        /// "Open it".
        what: &'static str,
        /// In a program with windows, as far as there is one: "Caretaker, Cases, 26-0042".
        place: Option<String>,
        /// "caretaker-collector case open 26-0042".
        command: String,
    },
    /// What must not be overlooked.
    Emergency(&'static str),
    /// Numbers under a heading: "Level 4, North site", "2 cases", "26-0042, 26-0043".
    Table(Vec<[String; 3]>),
    /// Lines that must arrive as they are.
    Block(String),
    /// Small print.
    Note(String),
}
