//! What was opened, as it is shown: only on the terminal of whoever opened it.

use zeroize::Zeroizing;

use super::super::text::{hang, safe, wrap};
use super::super::{Ink, Screen};

/// Columns before a passage.
const INDENT: usize = 2;

/// What one event's seal held. Wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The account; empty for a text of nobody in particular.
    pub user: Zeroizing<String>,
    /// Absent in categories of which no text may be carried.
    pub passage: Option<Passage>,
}

/// A passage around what was met.
#[derive(Clone, PartialEq, Eq)]
pub struct Passage {
    /// The text.
    pub text: Zeroizing<String>,
    /// What was met, in bytes of the text.
    pub met: std::ops::Range<usize>,
    /// The path of a document, the address of a page.
    pub place: Zeroizing<String>,
}

impl Passage {
    /// "... cant do this anymore, [going to take all my tablets tonight] when mum is ...": marks where the rule was met.
    fn marked(&self) -> Zeroizing<String> {
        let (start, end) = (self.met.start.min(self.text.len()), self.met.end.min(self.text.len()));
        let parts = (self.text.get(..start), self.text.get(start..end), self.text.get(end..));
        let (Some(before), Some(met), Some(after)) = parts else { return Zeroizing::new(one_line(&self.text)) };
        Zeroizing::new(one_line(&format!("... {before}[{met}]{after} ...")))
    }

    /// The passage, wrapped and indented, with what was met made strong where there is colour.
    pub(super) fn lines(&self, screen: &Screen) -> String {
        let mut strong = false;
        let mut shown = String::new();
        for line in wrap(&self.marked(), screen.width.saturating_sub(2 * INDENT)) {
            shown.push_str(&" ".repeat(INDENT));
            shown.push_str(&inked(&line, &mut strong, screen));
            shown.push('\n');
        }
        shown
    }
}

/// What somebody wrote is shown, and obeyed by no terminal; lines of it run on.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    safe(&spaced)
}

/// A line of a passage: what stands between the marks is strong, over as many lines as it goes.
fn inked(line: &str, strong: &mut bool, screen: &Screen) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['[', ']']) {
        let (part, mark) = (&rest[..at], &rest[at..=at]);
        shown.push_str(&screen.ink(if *strong { Ink::Strong } else { Ink::Plain }, part));
        shown.push_str(mark);
        *strong = mark == "[";
        rest = &rest[at + 1..];
    }
    shown + &screen.ink(if *strong { Ink::Strong } else { Ink::Plain }, rest)
}

/// "j.smith on PC-LAB3-11, document english homework.docx".
pub(super) fn who(content: Option<&Content>, person: &str, device: &str, screen: &Screen) -> String {
    let name = content.map(|content| content.user.as_str()).filter(|user| !user.is_empty());
    let who = match (name, person) {
        (Some(name), _) => safe(name),
        (None, "") => "nobody in particular".into(),
        (None, person) => safe(person),
    };
    let place = content.and_then(|content| content.passage.as_ref()).map(|passage| safe(&passage.place));
    let place = place.filter(|place| !place.is_empty()).map_or_else(String::new, |place| format!(", {place}"));
    let heading = format!("{:<width$}", "Who", width = super::COLUMN);
    hang(&heading, &format!("{who}   on {}{place}", safe(device)), screen.width)
}
