//! Pieces of text: made safe, measured, cut, wrapped, counted.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text that a terminal shows and does not obey: control characters, and those that turn the direction of writing,
/// become U+FFFD.
#[must_use]
pub fn safe(text: &str) -> String {
    let turns = |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .map(|letter| if letter.is_control() || turns(letter) { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}

/// A text in at most `most` columns: what is too long loses its middle, because names differ at both ends.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    if most == 0 {
        return String::new();
    }
    let head = take(text.chars(), (most - 1) / 2 + (most - 1) % 2);
    let tail: String = take(text.chars().rev(), (most - 1) / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

fn take(letters: impl Iterator<Item = char>, most: usize) -> String {
    let mut columns = 0;
    letters
        .take_while(|letter| {
            columns += letter.width().unwrap_or(0);
            columns <= most
        })
        .collect()
}

/// A text and blanks behind it, `columns` wide.
#[must_use]
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Blanks and a text behind them, `columns` wide.
#[must_use]
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Two texts at both edges of a line; the right one is dropped to a line of its own where both do not fit.
#[must_use]
pub fn edges(start: &str, end: &str, columns: usize) -> String {
    let room = columns.saturating_sub(width(start) + width(end));
    if room < 2 { format!("{start}\n{end}") } else { format!("{start}{}{end}", " ".repeat(room)) }
}

/// Lines of at most `columns`, broken at blanks where there are any.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        // A path without blanks is broken where the line ends.
        while width(word) > columns {
            let head = take(word.chars(), columns);
            word = &word[head.len()..];
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A text after a heading, wrapped so that its further lines stand under its first.
#[must_use]
pub fn hang(heading: &str, text: &str, columns: usize) -> String {
    let indent = width(heading);
    let lines = wrap(text, columns.saturating_sub(indent));
    format!("{heading}{}\n", lines.join(&format!("\n{}", " ".repeat(indent)))).replace(" \n", "\n")
}

/// A number with its thousands apart: 1,204.
#[must_use]
pub fn number(n: impl Into<u64>) -> String {
    let digits = n.into().to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number and what is counted: "1 device", "12 devices".
#[must_use]
pub fn counted(n: impl Into<u64>, noun: &str) -> String {
    let n = n.into();
    if n == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number(n)) }
}

/// Bytes as people say them: 812 B, 4.1 MB, 7.7 GB.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut tenths, mut unit) = (u128::from(n) * 10, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    if unit == 0 || tenths >= 1_000 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, counted, edges, hang, number, safe, shorten, width, wrap};

    #[test]
    fn what_is_too_long_loses_its_middle() {
        assert_eq!(shorten("PC-LAB3-01", 10), "PC-LAB3-01");
        assert_eq!(shorten("PC-LAB3-LEFT-01", 9), "PC-L…T-01");
        assert_eq!(shorten("abcdef", 4), "ab…f");
        assert_eq!(shorten("abc", 1), "…");
        assert_eq!(shorten("abc", 0), "");
        for most in 0..12 {
            assert!(width(&shorten("学校のコンピューター", most)) <= most, "{most}");
        }
    }

    #[test]
    fn a_terminal_is_shown_nothing_that_it_obeys() {
        assert_eq!(safe("a\u{1b}[31mb\nc\u{202e}d"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        assert_eq!(safe("Zoë’s laptop"), "Zoë’s laptop");
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(number(0_u32), "0");
        assert_eq!(number(999_u32), "999");
        assert_eq!(number(1_204_u32), "1,204");
        assert_eq!(number(12_345_678_u32), "12,345,678");
        assert_eq!(counted(1_u32, "device"), "1 device");
        assert_eq!(counted(1_204_u32, "device"), "1,204 devices");
    }

    #[test]
    fn bytes_are_said_in_three_digits_or_fewer() {
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(4_100_000), "4.1 MB");
        assert_eq!(bytes(16_700_000_000), "16.7 GB");
        assert_eq!(bytes(214_000_000_000), "214 GB");
    }

    #[test]
    fn lines_break_at_blanks_and_a_long_path_where_it_must() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("see /opt/a/very/long/path", 10), ["see", "/opt/a/ver", "y/long/pat", "h"]);
        assert_eq!(hang("  Remedy: ", "change one policy", 20), "  Remedy: change one\n          policy\n");
    }

    #[test]
    fn edges_that_do_not_fit_stand_below_each_other() {
        assert_eq!(edges("left", "right", 12), "left   right");
        assert_eq!(edges("left", "right", 10), "left\nright");
    }
}
