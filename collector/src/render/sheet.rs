//! The recovery sheet: the one paper from which a key can be made again. For the printer, as text and as a page.

use caretaker_shared::sealing::sheet::Sheet;
use caretaker_shared::sealing::{Kind, PersonalKey};

use super::text::safe;

const NAME: &str = "Name:";
const SCHOOL: &str = "School:";
const SITES: &str = "Sites:";
const ACCOUNTS: &str = "Accounts:";

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    Text,
    /// A page for the browser's printer; it asks for nothing from elsewhere.
    Html,
}

/// What the words of a sheet say about the holder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// After "Name:".
    pub name: Option<String>,
    /// After "School:".
    pub school: Option<String>,
    /// After "Sites:".
    pub sites: Vec<String>,
    /// After "Accounts:".
    pub accounts: Vec<String>,
}

/// The sheet of a key. It holds the secret itself: the text is to be wiped when it has been written.
#[must_use]
pub fn print(key: &PersonalKey, format: Format) -> String {
    let lines = Sheet::of(key).lines();
    let about = about(key);
    let what = match key.kind {
        Kind::Root => {
            "Whoever has this sheet can read what the school's devices have sealed about pupils, and decide who else can."
        }
        Kind::Person => "Whoever has this sheet can open what its holder may open.",
        Kind::Recovery => "Whoever has two of the three recovery sheets can open everything that devices have sealed.",
    };
    let use_it = [
        "Keep it in a sealed envelope in the school's safe, signed across the flap. Never scan, copy or photograph it.",
        "To use it: type the four numbered lines into a text file. Small letters and missing blanks do no harm. There \
         is no 0, 1, 8 or 9 in them: what looks like one is O, I, B or G.",
        "Then type:  caretaker-collector keys recover FILE --key NEW.key  (it names the line if one was mistyped).",
        "Delete the text file afterwards. Try it once now: a sheet that was never tried is a hope.",
    ];
    match format {
        Format::Text => {
            let mut text = format!("CARETAKER RECOVERY SHEET\n\n{about}\n{what}\n\n");
            for line in lines.iter() {
                text += &format!("    {line}\n");
            }
            text.push('\n');
            for (number, line) in use_it.iter().enumerate() {
                text += &format!("{})  {line}\n", char::from(b'a' + u8::try_from(number).unwrap_or_default()));
            }
            text
        }
        Format::Html => {
            let items: String = use_it.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
            let code: String = lines.iter().map(|line| format!("{}\n", escaped(line))).collect();
            let about: String = about.lines().map(|line| format!("{}<br>", escaped(line))).collect();
            format!(
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Recovery sheet</title><style>\
                 @page{{margin:20mm}}body{{font:12pt/1.5 sans-serif;max-width:170mm;margin:10mm auto}}h1{{font-size:20pt}}\
                 pre{{font:16pt/2 monospace;border:1.5pt solid #000;padding:5mm 8mm}}strong{{display:block;margin:4mm 0}}\
                 </style></head><body><h1>Caretaker recovery sheet</h1><p>{about}</p><strong>{}</strong><pre>{code}</pre>\
                 <ol type=\"a\">{items}</ol></body></html>\n",
                escaped(what)
            )
        }
    }
}

/// What the words of a text sheet say.
#[must_use]
pub fn words_of(text: &str) -> Words {
    let after = |label: &str| text.lines().find_map(|line| Some(line.trim().strip_prefix(label)?.trim().to_owned()));
    let several = |label| {
        let line: String = after(label).unwrap_or_default();
        line.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    };
    Words {
        name: after(NAME).filter(|name| !name.is_empty()),
        school: after(SCHOOL).filter(|school| !school.is_empty()),
        sites: several(SITES),
        accounts: several(ACCOUNTS),
    }
}

fn about(key: &PersonalKey) -> String {
    let holder = &key.holder;
    let office = match key.kind {
        Kind::Root => "safeguarding lead, holder of the root",
        Kind::Person => holder.role.title(),
        Kind::Recovery => "keeper of the recovery",
    };
    let mut text = format!("{NAME} {}\n{SCHOOL} {}\nOffice: {office}\n", safe(&holder.name), safe(&holder.school));
    for (label, several) in [(SITES, &holder.sites), (ACCOUNTS, &holder.accounts)] {
        if !several.is_empty() {
            text += &format!("{label} {}\n", safe(&several.join(", ")));
        }
    }
    text + &format!("Key: {}\n", key.id())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
