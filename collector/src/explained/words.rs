//! Lists and lengths as people say them.

use caretaker_shared::lexicon::{AgeProfile, category};
use caretaker_shared::model::{Role, Source};

/// "a, b and c".
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// "5 minutes", "90 seconds", "2 hours".
pub(super) fn seconds(n: u32) -> String {
    match n {
        n if n >= 3600 && n.is_multiple_of(3600) => counted(n / 3600, "hour"),
        n if n >= 60 && n.is_multiple_of(60) => counted(n / 60, "minute"),
        n => counted(n, "second"),
    }
}

/// "a week", "3 days", "30 hours".
pub(super) fn hours(n: u32) -> String {
    match n {
        168 => "a week".to_owned(),
        n if n > 24 && n.is_multiple_of(24) => counted(n / 24, "day"),
        n => counted(n, "hour"),
    }
}

/// "6 hours", "45 minutes".
pub(super) fn minutes(n: u32) -> String {
    if n >= 60 && n.is_multiple_of(60) { counted(n / 60, "hour") } else { counted(n, "minute") }
}

/// "1 day", "7 days".
pub(super) fn counted(n: u32, noun: &str) -> String {
    crate::render::text::counted(n, noun)
}

/// "safeguarding lead".
pub(super) fn role(role: Role) -> &'static str {
    role.title()
}

/// "self-harm"; what this version does not know stays as it is written.
pub(super) fn category_title(id: &str) -> String {
    category(id).map_or_else(|| id.to_owned(), |known| known.title.to_owned())
}

/// "searches" as a person says it: "what is searched for".
pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Document => "saved documents",
        Source::Search => "what is searched for",
        Source::Title => "titles of pages",
        Source::Address => "addresses of pages",
    }
}

/// "pupils of 11 to 16".
pub(super) fn age(age: AgeProfile) -> &'static str {
    match age {
        AgeProfile::Primary => "children of 4 to 11",
        AgeProfile::Secondary => "pupils of 11 to 16",
        AgeProfile::SixthForm => "pupils of 16 to 19",
        AgeProfile::Adult => "adults",
    }
}
