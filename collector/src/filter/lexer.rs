//! A filter's words.

use super::{FilterError, LETTERS, Op};

/// What a word is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word.
    Word(String),
    /// A text in quotes.
    Quoted(String),
    Op(Op),
    Open,
    Close,
}

/// A word and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: (usize, usize),
}

/// Whether a letter ends a bare word.
pub(super) fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || "()'\"=!<>~".contains(letter)
}

/// The words of a filter.
pub(super) fn words(typed: &str) -> Result<Vec<Placed>, FilterError> {
    let error = |at| FilterError::new("--filter", typed, at);
    if typed.chars().count() > LETTERS {
        return Err(FilterError::new("--filter", "", (0, 0))
            .says("is too long", format!("it may have up to {LETTERS} letters")));
    }
    if let Some((at, _)) = typed.char_indices().find(|(_, letter)| letter.is_control()) {
        let told = typed.replace(char::is_control, "\u{fffd}");
        return Err(FilterError::new("--filter", &told, (at, at + 1))
            .says("a letter that cannot be seen", "write it on one line, of letters that can be seen"));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = typed[at..].chars().next() {
        let begins = at;
        let token = match letter {
            '(' => Token::Open,
            ')' => Token::Close,
            '\'' | '"' => {
                let (text, length) = quoted(&typed[at..], letter).ok_or_else(|| {
                    error((begins, begins + 1)).says("a quotation mark that is not closed", "close it, or leave it out")
                })?;
                found.push(Placed { token: Token::Quoted(text), at: (begins, begins + length) });
                at += length;
                continue;
            }
            _ if letter.is_whitespace() => {
                at += letter.len_utf8();
                continue;
            }
            _ if ends_word(letter) => {
                let op = Op::ALL.into_iter().find(|op| typed[at..].starts_with(op.sign())).ok_or_else(|| {
                    error((begins, begins + 1)).says(format!("\"{letter}\" compares nothing"), operators())
                })?;
                found.push(Placed { token: Token::Op(op), at: (begins, begins + op.sign().len()) });
                at += op.sign().len();
                continue;
            }
            _ => {
                let length = typed[at..].find(ends_word).unwrap_or(typed.len() - at);
                let word = typed[at..at + length].to_owned();
                found.push(Placed { token: Token::Word(word), at: (begins, begins + length) });
                at += length;
                continue;
            }
        };
        at += letter.len_utf8();
        found.push(Placed { token, at: (begins, at) });
    }
    Ok(found)
}

/// The operators, as a remedy.
pub(super) fn operators() -> &'static str {
    "compare with  =  !=  <  <=  >  >=  or  ~ (has it in it), for example  site = North"
}

/// The text within quotes, and how many bytes it takes with them; a doubled mark stands for itself.
fn quoted(rest: &str, mark: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != mark {
            text.push(letter);
        } else if letters.peek().is_some_and(|(_, next)| *next == mark) {
            letters.next();
            text.push(mark);
        } else {
            return Some((text, at + 1));
        }
    }
    None
}
