//! PDF: what its pages show, and the remarks and filled-in fields on them.
//!
//! A reader of our own, because the known ones unpack without a limit and weigh more than all other formats together.
//! It reads no pictures, and no font that does not say which text its codes are. Protected files are not read, even
//! those that open without a password.

mod bytes;
mod cmap;
mod file;
mod filters;
mod font;
mod glyphs;
mod lexer;
mod object;
mod page;
mod place;
mod stroke;

use encoding_rs::{UTF_16BE, WINDOWS_1252};

use self::file::{File, Page};
use self::font::Fonts;
use self::object::Object;
use self::page::Scribe;
use super::allowance::Allowance;
use super::{Refusal, TEXT_LIMIT_BYTES};

/// The text of a document.
///
/// # Errors
/// When it is encrypted, has no pages, or expands beyond the limits.
pub(super) fn text(bytes: &[u8], allowance: &mut Allowance) -> Result<String, Refusal> {
    let file = File::open(bytes, allowance)?;
    let pages = file.pages()?;
    if pages.is_empty() {
        return Err(Refusal::Broken);
    }
    let mut scribe = Scribe { file: &file, fonts: Fonts::default(), allowance, lines: String::new() };
    for page in pages {
        write_page(&mut scribe, &page)?;
    }
    Ok(scribe.lines)
}

fn write_page(scribe: &mut Scribe<'_, '_>, page: &Page) -> Result<(), Refusal> {
    let file = scribe.file;
    // Several streams are one: a word may begin in one and end in the next.
    let mut content = Vec::new();
    let contents = page.dictionary.get("Contents");
    let parts = file.resolved(contents).list().map_or_else(|| vec![contents.clone()], <[Object]>::to_vec);
    for part in parts {
        if let Some(bytes) = file.stream(&part, scribe.allowance)? {
            content.extend(bytes);
            content.push(b'\n');
        }
    }
    scribe.write(&content, &page.resources)?;
    for note in file.list(page.dictionary.get("Annots")) {
        let Some(note) = file.dictionary(&note) else { continue };
        for words in [note.get("Contents"), note.get("V")] {
            if let Object::Text(words) = file.resolved(words) {
                scribe.lines.push_str(&written(&words));
                scribe.lines.push('\n');
            }
        }
        if scribe.lines.len() > TEXT_LIMIT_BYTES {
            return Err(Refusal::TooLarge);
        }
    }
    Ok(())
}

/// A string that is no part of a page: marked UTF-16 or UTF-8, else next to Windows-1252.
fn written(words: &[u8]) -> String {
    let encoding = if words.starts_with(&[0xFE, 0xFF]) { UTF_16BE } else { WINDOWS_1252 };
    encoding.decode(words).0.into_owned()
}
