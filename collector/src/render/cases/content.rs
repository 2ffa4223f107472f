//! What was opened, as it is shown: only on the terminal of whoever opened it.

use caretaker_shared::policy::NameForm;
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

/// "j.smith on PC-LAB3-11, document english homework.docx"; the account, and its home in the place, in the form that the
/// policy asks for.
pub(super) fn who(
    content: Option<&Content>,
    person: &str,
    device: &str,
    form: NameForm,
    screen: &Screen,
) -> Zeroizing<String> {
    let name = content.map(|content| content.user.as_str()).filter(|user| !user.is_empty());
    let shown = name.map(|name| named(name, person, form));
    let who = match (&shown, person) {
        (Some(shown), _) => safe(shown),
        (None, "") => "nobody in particular".into(),
        (None, person) => safe(person),
    };
    let place = content.and_then(|content| content.passage.as_ref()).map(|passage| {
        let home = name.map(|name| name.rsplit_once('\\').map_or(name, |(_, bare)| bare)).unwrap_or_default();
        let veiled = home.len() > 1 && form != NameForm::Full;
        safe(&if veiled { Zeroizing::new(passage.place.replace(home, "~")) } else { passage.place.clone() })
    });
    let place = place.filter(|place| !place.is_empty()).map_or_else(String::new, |place| format!(", {place}"));
    let heading = format!("{:<width$}", "Who", width = super::COLUMN);
    Zeroizing::new(hang(&heading, &format!("{who}   on {}{place}", safe(device)), screen.width))
}

/// An account in a form: "j.smith", "J.S.", or the collector's pseudonym.
fn named(account: &str, person: &str, form: NameForm) -> Zeroizing<String> {
    match form {
        NameForm::Full => Zeroizing::new(account.to_owned()),
        NameForm::Pseudonym if !person.is_empty() => Zeroizing::new(person.to_owned()),
        NameForm::Pseudonym | NameForm::Initials => initials(account),
    }
}

/// The first letter of each part of an account's name; what stands before a backslash or after an @ is no part of it.
fn initials(account: &str) -> Zeroizing<String> {
    let bare = account.rsplit_once('\\').map_or(account, |(_, bare)| bare);
    let bare = bare.split('@').next().unwrap_or_default();
    let parts = bare.split(|letter: char| !letter.is_alphabetic());
    let letters = parts.filter_map(|part| part.chars().next()).flat_map(char::to_uppercase);
    let shown: String = letters.flat_map(|letter| [letter, '.']).collect();
    Zeroizing::new(if shown.is_empty() { "?".to_owned() } else { shown })
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::NameForm;
    use jiff::Zoned;
    use zeroize::Zeroizing;

    use super::{Content, Passage, who};
    use crate::render::Screen;

    fn shown(account: &str, place: &str, form: NameForm) -> String {
        let passage = Passage { text: Zeroizing::default(), met: 0..0, place: Zeroizing::new(place.to_owned()) };
        let content = Content { user: Zeroizing::new(account.to_owned()), passage: Some(passage) };
        let screen = Screen { width: 100, colour: false, now: Zoned::default() };
        who(Some(&content), "p-3fa2c1", "PC-LAB3-11", form, &screen).trim_end().to_owned()
    }

    #[test]
    fn a_person_is_named_in_the_form_that_the_policy_asks_for_and_so_is_the_folder() {
        for (form, expected) in [
            (NameForm::Full, "pupil.one on PC-LAB3-11, /home/pupil.one/essay.docx"),
            (NameForm::Initials, "P.O. on PC-LAB3-11, /home/~/essay.docx"),
            (NameForm::Pseudonym, "p-3fa2c1 on PC-LAB3-11, /home/~/essay.docx"),
        ] {
            let line = shown("pupil.one", "/home/pupil.one/essay.docx", form);
            assert_eq!(line, format!("Who           {expected}"));
        }
        let domain = shown(r"SCHOOL\26one-two", r"C:\Users\26one-two\essay.docx", NameForm::Initials);
        assert_eq!(domain, r"Who           O.T. on PC-LAB3-11, C:\Users\~\essay.docx");
        assert!(shown("4711", "", NameForm::Initials).contains("?"), "no letter at all names nobody");
    }
}
