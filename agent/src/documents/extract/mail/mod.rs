//! Saved mail: its subject, the text of its parts, and the names or the text of what is attached.
//!
//! Who wrote to whom is left out. Of several forms of the same words the last is read, which is the richest.

mod encodings;
mod headers;
mod parts;

use encoding_rs::{Encoding, WINDOWS_1252};

use self::headers::Headers;
use super::allowance::Allowance;
use super::{Refusal, format, html};

/// Parts of one message that are looked at.
const PARTS: usize = 256;

/// Whether bytes begin as a message does that a program has sent: a note that begins with "Subject:" is none.
pub(super) fn is_mail(bytes: &[u8]) -> bool {
    Headers::split(bytes).is_some_and(|(headers, _)| headers.are_of_mail())
}

/// The text of a message.
///
/// # Errors
/// When messages stand too deep in each other, it has too many parts, or what is attached expands beyond the limits.
pub(super) fn text(bytes: &[u8], allowance: &mut Allowance) -> Result<String, Refusal> {
    let mut letter = Letter { text: String::new(), left_parts: PARTS, allowance };
    letter.message(bytes)?;
    Ok(letter.text)
}

struct Letter<'a> {
    text: String,
    left_parts: usize,
    allowance: &'a mut Allowance,
}

impl Letter<'_> {
    fn message(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let (headers, body) = Headers::split(bytes).unwrap_or((Headers::default(), bytes));
        if let Some(subject) = headers.words("subject") {
            self.line(&subject);
        }
        self.part(&headers, body)
    }

    fn part(&mut self, headers: &Headers, body: &[u8]) -> Result<(), Refusal> {
        self.left_parts = self.left_parts.checked_sub(1).ok_or(Refusal::TooLarge)?;
        if let Some(name) = headers.file_name() {
            self.line(&name);
        }
        let kind = headers.kind();
        if let Some(form) = kind.strip_prefix("multipart/") {
            return self.parts(form, headers.boundary().as_deref().unwrap_or_default(), body);
        }
        let bytes = encodings::decoded(headers.encoding(), body);
        self.allowance.spend(bytes.len() as u64)?;
        if kind == "message/rfc822" {
            return self.inside(|letter| letter.message(&bytes));
        }
        if kind.starts_with("text/") && !headers.is_attached() {
            let words = decoded(headers.charset().as_deref(), &bytes);
            let words = if kind == "text/html" { html::text(&words) } else { words };
            self.line(&words);
            return Ok(());
        }
        // A picture is of no format that is read, and its name is all that counts of it.
        match self.allowance.within(|allowance| format::text_within(&bytes, allowance)) {
            Ok(words) => self.line(&words),
            Err(Refusal::TooLarge) => return Err(Refusal::TooLarge),
            Err(Refusal::Encrypted | Refusal::Unsupported | Refusal::Broken) => {}
        }
        Ok(())
    }

    fn parts(&mut self, form: &str, boundary: &str, body: &[u8]) -> Result<(), Refusal> {
        let mut parts = parts::between(boundary, body, PARTS);
        if form == "alternative" {
            parts.drain(..parts.len().saturating_sub(1));
        }
        self.inside(|letter| {
            for part in parts {
                let (headers, body) = Headers::split(part).unwrap_or((Headers::default(), part));
                letter.part(&headers, body)?;
            }
            Ok(())
        })
    }

    /// What stands one level deeper.
    fn inside(&mut self, read: impl FnOnce(&mut Letter<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let (text, left_parts) = (&mut self.text, &mut self.left_parts);
        self.allowance.within(|allowance| {
            let mut letter = Letter { text: std::mem::take(text), left_parts: *left_parts, allowance };
            let read = read(&mut letter);
            (*text, *left_parts) = (letter.text, letter.left_parts);
            read
        })
    }

    fn line(&mut self, words: &str) {
        self.text.push_str(words);
        if !words.is_empty() && !words.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// Text in the encoding that is named, or in the usual ones.
fn decoded(charset: Option<&str>, bytes: &[u8]) -> String {
    let named = charset.and_then(|name| Encoding::for_label(name.as_bytes()));
    match (named, std::str::from_utf8(bytes)) {
        (Some(encoding), _) => encoding.decode(bytes).0.into_owned(),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(_)) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    const HEAD: &str = "Message-ID: <1@mail.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n";

    fn mail(rest: &str) -> Result<String, Refusal> {
        text(format!("{HEAD}{rest}").as_bytes())
    }

    #[test]
    fn reads_the_subject_and_a_plain_body() {
        let rest = "From: Nobody <nobody@mail.example>\r\nSubject: =?utf-8?Q?caf=C3=A9_?=\r\n =?iso-8859-1?B?6Q==?= plan\r\n\r\nsome words\r\n";
        assert_eq!(mail(rest).as_deref(), Ok("café é plan\nsome words\r\n"));
    }

    #[test]
    fn decodes_what_is_written_for_the_way() {
        let quoted = "Content-Type: text/plain; charset=\"windows-1252\"\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\nle=\r\nave caf=e9 =3D =zz";
        assert_eq!(mail(quoted).as_deref(), Ok("leave café = =zz\n"));
        let base64 =
            "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPHA+cGw8Yj5h\nbjwvYj48L3A+\n";
        assert_eq!(mail(base64).as_deref(), Ok("plan\n"));
    }

    #[test]
    fn takes_one_of_several_forms_and_all_other_parts() {
        let rest = "Content-Type: multipart/mixed; boundary=\"=a b\"\r\n\r\nno part\r\n--=a b\r\n\
                    Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n\r\nplain\r\n--inner\r\n\
                    Content-Type: text/html\r\n\r\n<p>rich</p>\r\n--inner--\r\n--=a b\r\n\
                    Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.jpg\r\nContent-Type: image/jpeg\r\n\r\n\u{1}\u{2}\u{0}\r\n--=a b\r\n\
                    Content-Type: message/rfc822\r\n\r\nSubject: passed on\r\n\r\nold words\r\n--=a b--\r\nno part\r\n";
        assert_eq!(mail(rest).as_deref(), Ok("rich\ncafé.jpg\npassed on\nold words\n"));
    }

    #[test]
    fn reads_a_document_that_is_attached() {
        use std::fmt::Write as _;

        let document = packed(&[("word/document.xml", b"<w:p><w:t>inside</w:t></w:p>")]);
        let quoted = document.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "={byte:02X}");
            text
        });
        let rest = format!(
            "Content-Type: application/octet-stream; name=plan.docx\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}"
        );
        assert_eq!(mail(&rest).as_deref(), Ok("plan.docx\ninside\n"));
    }

    #[test]
    fn a_note_with_a_colon_is_no_mail() {
        let note = "Subject: homework\nDate: today\n\nsome words";
        assert_eq!(text(note.as_bytes()).as_deref(), Ok(note));
    }

    #[test]
    fn what_is_nested_too_deep_or_has_too_many_parts_is_refused() {
        let deep: String =
            (0..40).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        assert_eq!(mail(&deep), Err(Refusal::TooLarge));
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nword\n".repeat(2_000));
        assert_eq!(mail(&many), Err(Refusal::TooLarge));
    }
}
