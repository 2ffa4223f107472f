//! Words out of XML, by a table that says what each element means for the text.
//!
//! A document type declaration is refused: no format that is read has one, and entities that it declares may grow
//! without end.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::QName;

use super::Refusal;

/// Elements may stand in each other this deep.
const DEPTH: usize = 256;

/// Is told what stands in a document, in its order.
pub(super) trait Handler {
    /// An element begins.
    fn open(&mut self, element: &BytesStart<'_>);
    /// The element of that local name, opened last, ends.
    fn close(&mut self, name: &str);
    /// Words, wherever they stand.
    fn write(&mut self, words: &str);
}

/// Tells `handler` what stands in `document`.
///
/// # Errors
/// When it is no XML, declares its type, or is nested too deep.
pub(super) fn walk(document: &str, handler: &mut impl Handler) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(document);
    let mut depth = 0;
    loop {
        match reader.read_event().map_err(|_| Refusal::Broken)? {
            Event::Start(_) if depth == DEPTH => return Err(Refusal::TooLarge),
            Event::Start(element) => {
                depth += 1;
                handler.open(&element);
            }
            Event::End(element) => {
                depth -= 1;
                handler.close(local(element.name()));
            }
            Event::Empty(element) => {
                handler.open(&element);
                handler.close(local(element.name()));
            }
            Event::Text(words) => handler.write(&words.xml10_content()),
            Event::CData(words) => handler.write(&words.xml10_content()),
            Event::GeneralRef(reference) => handler.write(resolved(&reference).encode_utf8(&mut [0; 4])),
            Event::DocType(_) => return Err(Refusal::Broken),
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(Refusal::Broken),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// A name without its prefix. The parser's own search for the colon takes longer than reading the tag.
pub(super) fn local(name: QName<'_>) -> &str {
    let name = name.into_inner();
    let behind = name.bytes().position(|byte| byte == b':').map_or(0, |colon| colon + 1);
    &name[behind..]
}

/// An attribute's value as it stands there, by its name with the usual prefix. Good for what holds no references.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok().flatten()?;
    Some(attribute.value.into_owned())
}

/// What an element means for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    Plain,
    /// What stands in it is text.
    Text,
    /// What stands in it is text, and this character follows.
    TextThen(char),
    /// This character follows it.
    Then(char),
    /// It stands for one character.
    Character(char),
    /// Its lines belong elsewhere: what stands around it reads on as if it were not there.
    Aside,
    /// Nothing in it counts.
    Skipped,
}

/// The text of `document`, by the meaning of its elements' local names. Asides follow at the end.
///
/// # Errors
/// As [`walk`].
pub(super) fn text(document: &str, meaning: fn(&str) -> Mark) -> Result<String, Refusal> {
    let mut page = Page::new(meaning);
    walk(document, &mut page)?;
    Ok(page.finish())
}

/// Without declarations there are only character references and the five entities of XML itself.
fn resolved(reference: &BytesRef<'_>) -> char {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character;
    }
    let known = resolve_predefined_entity(reference).and_then(|text| text.chars().next());
    known.unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Lines that are being written, and how deep within text they are.
#[derive(Default)]
struct Sheet {
    lines: String,
    in_text: usize,
}

struct Page {
    meaning: fn(&str) -> Mark,
    opened: Vec<Mark>,
    skipped: usize,
    sheet: Sheet,
    covered: Vec<Sheet>,
    asides: String,
}

impl Handler for Page {
    fn open(&mut self, element: &BytesStart<'_>) {
        let mark = (self.meaning)(local(element.name()));
        self.opened.push(mark);
        match mark {
            Mark::Plain | Mark::Then(_) => {}
            Mark::Text | Mark::TextThen(_) => self.sheet.in_text += 1,
            Mark::Character(character) => self.push(character),
            Mark::Aside => self.covered.push(std::mem::take(&mut self.sheet)),
            Mark::Skipped => self.skipped += 1,
        }
    }

    fn close(&mut self, _: &str) {
        match self.opened.pop() {
            None | Some(Mark::Plain | Mark::Character(_)) => {}
            Some(Mark::Text) => self.sheet.in_text -= 1,
            Some(Mark::Then(character)) => self.push(character),
            Some(Mark::TextThen(character)) => {
                self.sheet.in_text -= 1;
                self.push(character);
            }
            Some(Mark::Aside) => {
                let aside = std::mem::replace(&mut self.sheet, self.covered.pop().unwrap_or_default());
                if self.skipped == 0 {
                    self.asides.push_str(&aside.lines);
                    self.asides.push('\n');
                }
            }
            Some(Mark::Skipped) => self.skipped -= 1,
        }
    }

    fn write(&mut self, words: &str) {
        if self.skipped == 0 && self.sheet.in_text > 0 {
            self.sheet.lines.push_str(words);
        }
    }
}

impl Page {
    fn new(meaning: fn(&str) -> Mark) -> Self {
        let (opened, covered) = (Vec::new(), Vec::new());
        Self { meaning, opened, skipped: 0, sheet: Sheet::default(), covered, asides: String::new() }
    }

    fn push(&mut self, character: char) {
        if self.skipped == 0 {
            self.sheet.lines.push(character);
        }
    }

    fn finish(self) -> String {
        self.sheet.lines + &self.asides
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, Refusal, text};

    fn meaning(name: &str) -> Mark {
        match name {
            "p" => Mark::TextThen('\n'),
            "tab" => Mark::Character('\t'),
            "note" => Mark::Aside,
            "skip" => Mark::Skipped,
            _ => Mark::Plain,
        }
    }

    #[test]
    fn keeps_entities_and_character_references() {
        let document = "<d><p>fish &amp; chips &lt;3 caf&#233; &#x1F600; <![CDATA[a & b]]></p></d>";
        assert_eq!(text(document, meaning).as_deref(), Ok("fish & chips <3 café \u{1f600} a & b\n"));
    }

    #[test]
    fn an_aside_does_not_part_the_words_around_it() {
        let document = "<d><p>want <note>x<p>see there</p></note>to<tab/>go</p><skip><p>no</p></skip></d>";
        assert_eq!(text(document, meaning).as_deref(), Ok("want to\tgo\nsee there\n\n"));
    }

    #[test]
    fn refuses_a_document_type() {
        let document = "<!DOCTYPE d [<!ENTITY a \"b\">]><d><p>&a;</p></d>";
        assert_eq!(text(document, meaning), Err(Refusal::Broken));
    }

    #[test]
    fn refuses_what_is_nested_too_deep() {
        let document = "<a>".repeat(300) + &"</a>".repeat(300);
        assert_eq!(text(&document, meaning), Err(Refusal::TooLarge));
    }

    #[test]
    fn refuses_what_does_not_end() {
        assert_eq!(text("<d><p>words", meaning), Err(Refusal::Broken));
        assert_eq!(text("<d></p>", meaning), Err(Refusal::Broken));
    }
}
