//! A mail as text: lines of at most 76 columns, nothing that steers a terminal.

use super::letter::{Letter, Part};

/// Longest line of a body.
pub(super) const COLUMNS: usize = 76;
const INDENT: usize = 2;

/// Writes the body.
pub(super) fn write(letter: &Letter) -> String {
    let mut body = String::new();
    for part in &letter.parts {
        if !body.is_empty() {
            body.push('\n');
        }
        match part {
            Part::Opening(words) | Part::Words(words) | Part::Note(words) => wrap(words, 0, &mut body),
            Part::Block(lines) => lines.lines().for_each(|line| {
                body.push_str(&safe(line));
                body.push('\n');
            }),
            Part::Emergency(words) => wrap(words, 0, &mut body),
            Part::Facts(facts) => facts.iter().for_each(|fact| wrap(fact, INDENT, &mut body)),
            Part::Command { what, place, command } => {
                let place = place.as_ref().map_or_else(String::new, |place| format!("  {place}, or"));
                wrap(&format!("{what}:{place}"), 0, &mut body);
                wrap(command, INDENT, &mut body);
            }
            Part::Table(rows) => rows.iter().for_each(|[first, second, third]| {
                wrap(&format!("{first}  {second}"), INDENT, &mut body);
                if !third.is_empty() {
                    wrap(third, 2 * INDENT, &mut body);
                }
            }),
        }
    }
    body
}

/// One line, without what steers a terminal or begins another header.
pub(super) fn safe(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn wrap(text: &str, indent: usize, body: &mut String) {
    let text = safe(text);
    let mut words = text.split(' ').peekable();
    loop {
        let mut width = indent;
        body.push_str(&" ".repeat(indent));
        let mut first = true;
        while let Some(word) = words.peek() {
            let long = word.chars().count() + usize::from(!first);
            if !first && width + long > COLUMNS {
                break;
            }
            if !first {
                body.push(' ');
            }
            // A single word longer than a line is cut: no real name of a site is.
            body.extend(word.chars().take(COLUMNS - indent));
            width += long;
            first = false;
            words.next();
        }
        let kept = body.trim_end_matches(' ').len();
        body.truncate(kept);
        body.push('\n');
        if words.peek().is_none() {
            return;
        }
    }
}
