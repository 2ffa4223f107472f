//! What to do now, and whom to ring: the school's own text where there is one, a careful one otherwise.
//!
//! The school's text is `guidance.txt` in the data folder, read each time it is asked for, so that an edit needs no
//! restart. `@SOCIAL_CARE@` in it stands for the number of children's social care in collector.toml.

use std::path::PathBuf;

/// Most bytes of a school's own text: it fits a screen or two.
const MOST_BYTES: u64 = 64 * 1024;
/// The text of a school that has written none.
const BUILT_IN: &str = include_str!("guidance.txt");
/// What stands for the number of children's social care.
const PLACEHOLDER: &str = "@SOCIAL_CARE@";
/// What is said while nobody has given that number.
const NO_NUMBER: &str = "your local authority (the number is not set: social_care in collector.toml)";

/// The fixed steps when pictures of child abuse are suspected (C7, detection.md 4.7). A school cannot edit them: doing
/// otherwise is a crime, or destroys evidence of one.
pub const IMAGES: [&str; 8] = [
    "Do not look for, open, copy, print, photograph, forward or delete any picture, and ask nobody else to.",
    "Make sure that the child is safe. If a child is in immediate danger, call 999.",
    "Take the device out of use: leave it as it is, disconnect it, keep it where nobody can reach it. Do not \
     investigate it and let nobody repair it.",
    "Call the police: 101, or 999 in an emergency. If an adult shared the pictures, call at once.",
    "Tell children's social care (@SOCIAL_CARE@).",
    "Report grooming or abuse online to CEOP: www.ceop.police.uk. A public web page: www.iwf.org.uk.",
    "Tell the young person of Report Remove (Childline 0800 1111), which takes pictures of under-18s off the internet.",
    "Write down who did what and when:  case note. Nothing of this case is erased until the police say so.",
];

/// Where the text comes from.
#[derive(Debug, Clone)]
pub struct Guidance {
    file: PathBuf,
    social_care: Option<String>,
}

impl Guidance {
    /// The text in this file, where there is one; with the number of the local children's social care.
    #[must_use]
    pub fn new(file: PathBuf, social_care: Option<String>) -> Self {
        Self { file, social_care }
    }

    /// The text, and whether the school has written it. One that cannot be read gives way to the built-in one: in need
    /// nobody must be left without.
    #[must_use]
    pub fn text(&self) -> (String, bool) {
        match self.own() {
            Some(own) => (self.filled(&own), true),
            None => (self.filled(BUILT_IN), false),
        }
    }

    /// The fixed steps when pictures are suspected.
    #[must_use]
    pub fn images(&self) -> Vec<String> {
        IMAGES.iter().map(|step| self.filled(step)).collect()
    }

    fn own(&self) -> Option<String> {
        let length = std::fs::metadata(&self.file).ok()?.len();
        if length > MOST_BYTES {
            tracing::warn!("guidance.txt is too long; the built-in text is shown");
            return None;
        }
        let text = std::fs::read_to_string(&self.file).ok()?;
        Some(text).filter(|text| !text.trim().is_empty())
    }

    fn filled(&self, text: &str) -> String {
        text.replace(PLACEHOLDER, self.social_care.as_deref().unwrap_or(NO_NUMBER))
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::private_file;

    use super::Guidance;

    #[test]
    fn a_school_without_a_text_gets_the_careful_one_with_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("guidance.txt");
        let guidance = Guidance::new(file.clone(), Some("01632 960 000".into()));
        let (text, own) = guidance.text();
        assert!(!own);
        for needed in ["999", "0800 1111", "0808 800 5000", "01632 960 000"] {
            assert!(text.contains(needed), "{needed} is missing in:\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        private_file::write(&file, b" \n").expect("writes");
        assert!(!guidance.text().1, "an empty file is none");
    }

    #[test]
    fn a_school_s_own_text_is_shown_as_it_is_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("guidance.txt");
        let guidance = Guidance::new(file.clone(), None);
        private_file::write(&file, b"Ring Ms Example, then @SOCIAL_CARE@.\n").expect("writes");
        let (text, own) = guidance.text();
        assert!(own && text.starts_with("Ring Ms Example, then your local authority"), "{text}");
        private_file::write(&file, b"Ring Mr Example.\n").expect("writes");
        assert_eq!(guidance.text(), ("Ring Mr Example.\n".into(), true));
    }

    #[test]
    fn the_steps_for_pictures_never_ask_anybody_to_look() {
        let steps = Guidance::new("nowhere".into(), None).images().join("\n");
        for needed in ["Do not look for", "999", "101", "CEOP", "0800 1111", "iwf.org.uk"] {
            assert!(steps.contains(needed), "{needed} is missing");
        }
        assert!(!steps.contains('@'));
    }
}
