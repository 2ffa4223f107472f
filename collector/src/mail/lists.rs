//! Mail about several alerts: counts by level and site, and numbers. Nothing else may be added.

use super::letter::{Letter, Part, Tone};
use crate::store::{ListKind, ListedCase, MailedList};

/// Numbers that a line of a list names; the others are counted.
const NAMED: usize = 30;

/// Writes the list.
pub(super) fn letter(list: &MailedList) -> Letter {
    let count = list.cases.len();
    let cases = if count == 1 { "One concern".to_owned() } else { format!("{count} concerns") };
    let (subject, opening, words) = match list.kind {
        ListKind::Daily => {
            ("daily list", format!("{cases} since the last school day."), "Please answer within one school day.")
        }
        ListKind::Weekly => ("weekly list", format!("{cases} since the last list."), "Please look at them this week."),
        ListKind::Surge => (
            "many alerts",
            format!("{cases} within minutes, beyond ten that had a mail of their own."),
            "They come together, so that nothing is buried under them. Concerns of level 5 always have a mail of their own.",
        ),
    };
    let level = list.cases.iter().map(|case| case.severity).max().unwrap_or_default();
    let count = if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
    let tone = if level >= 4 { Tone::Serious } else { Tone::Calm };
    let parts = vec![
        Part::Opening(opening),
        Part::Table(rows(&list.cases)),
        Part::Words(words.into()),
        Part::Command {
            what: "See them",
            place: Some("Caretaker, Cases".into()),
            command: "caretaker-collector cases".into(),
        },
        Part::Note("This message holds no names and no content, on purpose.".into()),
    ];
    Letter { subject: format!("Safeguarding {subject} - {count}, up to level {level}"), tone, parts }
}

/// One row for each level and site, in their order.
fn rows(cases: &[ListedCase]) -> Vec<[String; 3]> {
    let same = |one: &ListedCase, other: &ListedCase| one.severity == other.severity && one.site == other.site;
    cases
        .chunk_by(same)
        .filter_map(|group| {
            let first = group.first()?;
            let named: Vec<&str> = group.iter().take(NAMED).map(|case| case.reference.as_str()).collect();
            let more = group.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Some([
                format!("Level {}, {}", first.severity, first.site),
                if group.len() == 1 { "1 case".to_owned() } else { format!("{} cases", group.len()) },
                format!("{}{more}", named.join(", ")),
            ])
        })
        .collect()
}
