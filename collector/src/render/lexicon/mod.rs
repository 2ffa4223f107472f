//! Keyword rules on screen: what they are, what they found, and why.

pub mod explanation;
pub mod figures;
pub mod packs;
pub mod silence;

use super::text::{safe, wrap};
use crate::evaluation::{Met, Place, Share};

/// "94.5 % (87-98)": a share and its interval; a hyphen for a share of nothing.
fn percent(share: Share) -> String {
    let (Some(value), Some((low, high))) = (share.value(), share.interval()) else { return "-".to_owned() };
    format!("{} ({:.0}-{:.0})", bare(value), low * 100.0, high * 100.0)
}

/// "94.5 %", and "100 %" without a decimal that says nothing.
fn bare(value: f64) -> String {
    // Only what is all is called all, and only what is none is none.
    if value >= 1.0 {
        "100 %".to_owned()
    } else if value <= 0.0 {
        "0 %".to_owned()
    } else {
        format!("{:.1} %", (value * 100.0).clamp(0.1, 99.9))
    }
}

/// An alert in a list: where, what, why, and the text as far as it may be shown.
fn alert(place: &Place, findings: &[Met], text: Option<&str>, columns: usize) -> String {
    let mut shown = format!("  {}\n", safe(&place.to_string()));
    for met in findings {
        let help = if met.help_seeking { ", asks for help" } else { "" };
        shown.push_str(&format!("    {} ({}{help}): {}\n", safe(&met.rule), met.category.id, met.arithmetic));
    }
    shown.push_str(&quoted(text, columns));
    shown
}

/// A text below what is said of it.
fn quoted(text: Option<&str>, columns: usize) -> String {
    let Some(text) = text else { return "      (no text is shown of this category)\n".to_owned() };
    let one_line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    wrap(&safe(&one_line), columns.saturating_sub(6)).iter().map(|line| format!("      {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Share, percent};

    #[test]
    fn only_all_is_a_hundred_and_only_none_is_nought() {
        let shown = |part, whole| percent(Share { part, whole });
        assert_eq!(shown(0, 0), "-");
        assert_eq!(shown(60, 60), "100 % (94-100)");
        assert_eq!(shown(0, 60), "0 % (0-6)");
        assert_eq!(shown(1, 100_000), "0.1 % (0-0)");
        assert_eq!(shown(99_999, 100_000), "99.9 % (100-100)");
        assert_eq!(shown(81, 263), "30.8 % (26-37)");
    }
}
