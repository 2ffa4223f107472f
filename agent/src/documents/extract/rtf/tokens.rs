//! The signs that rich text is made of.

/// The longest name of a control word, as the format has it.
const NAME_BYTES: usize = 32;
/// Digits of a parameter that are looked at; more are no number of the format.
const DIGITS: usize = 10;

/// One sign.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A group begins.
    Open,
    /// A group ends.
    Close,
    /// An older program may leave this group out.
    Ignorable,
    /// A control word and its number.
    Word(&'a [u8], Option<i32>),
    /// A byte in a code page.
    Byte(u8),
    /// Letters of ASCII that were written as they are.
    Plain(&'a [u8]),
    /// A control symbol that stands for a character.
    Character(char),
}

/// The signs of a document, one after the other.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, most: usize, wanted: fn(&u8) -> bool) -> &'a [u8] {
        let count = self.rest.iter().take(most).take_while(|byte| wanted(byte)).count();
        self.take(count)
    }

    /// What stands behind a backslash; `None` for what stands for nothing.
    fn control(&mut self) -> Option<Token<'a>> {
        if self.rest.first().is_some_and(u8::is_ascii_alphabetic) {
            return self.word();
        }
        let symbol = self.take(1);
        match symbol.first()? {
            b'*' => Some(Token::Ignorable),
            b'\'' => {
                let digits = std::str::from_utf8(self.take(2)).ok()?;
                u8::from_str_radix(digits, 16).ok().map(Token::Byte)
            }
            b'~' => Some(Token::Character('\u{a0}')),
            b'_' => Some(Token::Character('-')),
            b'\r' | b'\n' => Some(Token::Character('\n')),
            b'\t' => Some(Token::Character('\t')),
            b'{' | b'}' | b'\\' => Some(Token::Plain(symbol)),
            _ => None,
        }
    }

    fn word(&mut self) -> Option<Token<'a>> {
        let name = self.take_while(NAME_BYTES, u8::is_ascii_alphabetic);
        let is_negative = self.rest.first() == Some(&b'-') && self.rest.get(1).is_some_and(u8::is_ascii_digit);
        if is_negative {
            self.take(1);
        }
        let digits = self.take_while(DIGITS, u8::is_ascii_digit);
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<i32>().ok());
        let number = number.map(|number| if is_negative { -number } else { number });
        if self.rest.first() == Some(&b' ') {
            self.take(1);
        }
        if name == b"bin" {
            self.take(usize::try_from(number.unwrap_or(0)).unwrap_or(0));
            return None;
        }
        Some(Token::Word(name, number))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let plain = self.rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(self.rest.len());
            if plain > 0 {
                return Some(Token::Plain(self.take(plain)));
            }
            let token = match self.take(1).first()? {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                // Line ends of the file are none of the text.
                b'\r' | b'\n' | b'\0' => None,
                byte => Some(Token::Byte(*byte)),
            };
            if token.is_some() {
                return token;
            }
        }
    }
}

/// Whether a byte stands for itself in every code page.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n' | b'\0')
}
