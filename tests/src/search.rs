//! Looking for words where none may be.

use std::path::{Path, PathBuf};

/// The forms in which a text may lie in a file: as it is, in UTF-16 of either order, in hexadecimal, and in the three ways in which it
/// can stand in base64.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let turned: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms =
        vec![word.as_bytes().to_vec(), utf16, turned, hex.clone().into_bytes(), hex.to_uppercase().into_bytes()];
    forms.extend((0..3).map(|shift| base64_at(word.as_bytes(), shift)));
    forms
}

/// The letters of base64 that depend on `bytes` alone when `shift` other bytes stand before them.
fn base64_at(bytes: &[u8], shift: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let skip = (6 - shift * 8 % 6) % 6;
    let whole = bits[skip..].chunks_exact(6);
    whole.map(|six| LETTERS[usize::from(six.iter().fold(0_u8, |value, bit| value << 1 | bit))]).collect()
}

/// The files below `folders` that hold `word` in any form.
///
/// # Panics
/// When a folder cannot be read.
#[must_use]
pub fn files_with(word: &str, folders: &[&Path]) -> Vec<PathBuf> {
    let forms = forms(word);
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| (*folder).to_owned()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("reads the folder").flatten().map(|entry| entry.path()));
        } else if let Ok(content) = std::fs::read(&path) {
            let name = path.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
            if forms.iter().any(|form| holds(&content, form) || holds(&name, form)) {
                found.push(path);
            }
        }
    }
    found
}

fn holds(content: &[u8], form: &[u8]) -> bool {
    content.windows(form.len()).any(|window| window == form)
}

#[cfg(test)]
mod tests {
    use super::files_with;

    #[test]
    fn finds_a_word_in_every_form() {
        let home = tempfile::tempdir().expect("a folder");
        let word = "ZZCANARY-1";
        let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let turned: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let files: [(&str, &[u8]); 8] = [
            ("plain", b"..ZZCANARY-1.."),
            ("utf16", &utf16),
            ("utf16be", &turned),
            ("hex", b"5a5a43414e4152592d31"),
            // base64 of the word alone, after one byte and after two.
            ("base64-0", b"WlpDQU5BUlktMQ=="),
            ("base64-1", b"LlpaQ0FOQVJZLTE="),
            ("base64-2", b"Li5aWkNBTkFSWS0x"),
            ("innocent", b"ZZCANARX-1"),
        ];
        for (name, content) in files {
            std::fs::write(home.path().join(name), content).expect("writes");
        }
        assert_eq!(files_with(word, &[home.path()]).len(), 7);
    }
}
