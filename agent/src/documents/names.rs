//! Which files are documents, by where they are and what they are called. Pure.

use std::ffi::OsStr;
use std::path::{Component, Path};

/// Endings of files that programs write on the way to a document.
const PASSING: &[&str] = &["tmp", "temp", "swp", "swx", "swo", "part", "partial", "crdownload", "download", "lock"];

/// Whether a file may be a document. `inside` is its path within the watched folder: the folder itself may be hidden.
///
/// Hidden files and folders hold what programs keep for themselves, caches above all.
pub(super) fn is_document(inside: &Path) -> bool {
    let hidden = inside.components().any(|part| match part {
        Component::Normal(name) => is_hidden(name),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => true,
    });
    !hidden && inside.file_name().is_some_and(|name| !is_passing(&name.to_string_lossy()))
}

/// Whether a file or folder is hidden by its name.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

fn is_passing(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    name.starts_with("~$")
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || ending.is_some_and(|ending| PASSING.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_document;

    #[test]
    fn documents_are_documents_whatever_their_ending() {
        for name in ["essay.docx", "notes", "a/b/story.odt", "partial.txt", "my.tmp.txt", "~draft.txt"] {
            assert!(is_document(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn files_of_editors_and_downloads_are_not() {
        let names = [
            "~$essay.docx",
            ".~lock.essay.odt#",
            "essay.TMP",
            ".essay.docx.swp",
            "film.mp4.part",
            "a/b.crdownload",
            "#notes#",
            "notes~",
            ".hidden",
            ".cache/page.html",
            "a/.git/notes.txt",
            "",
        ];
        for name in names {
            assert!(!is_document(Path::new(name)), "{name}");
        }
    }
}
