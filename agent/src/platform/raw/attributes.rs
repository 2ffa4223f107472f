//! What a file's attributes say about it.

use std::path::Path;

use crate::host::Kind;

/// `FILE_ATTRIBUTE_DIRECTORY`.
const FOLDER: u32 = 0x10;
/// `FILE_ATTRIBUTE_DEVICE`.
const DEVICE: u32 = 0x40;
/// `FILE_ATTRIBUTE_REPARSE_POINT`.
const REPARSE_POINT: u32 = 0x400;
/// `FILE_ATTRIBUTE_OFFLINE` (0x1000), `_RECALL_ON_OPEN` (0x40000), `_RECALL_ON_DATA_ACCESS` (0x400000).
const ELSEWHERE: u32 = 0x0044_1000;

/// Set in the tag of a reparse point that stands for another name: junctions, mount points, symbolic links.
const STANDS_FOR_A_NAME: u32 = 0x2000_0000;
/// `IO_REPARSE_TAG_CLOUD` to `_CLOUD_F`, without the digit that numbers them.
const CLOUD: u32 = 0x9000_001a;
const CLOUD_MASK: u32 = 0xffff_0fff;
/// `IO_REPARSE_TAG_DEDUP` and `IO_REPARSE_TAG_WOF`: how the content is stored, and nothing else.
const STORAGE: [u32; 2] = [0x8000_0013, 0x8000_0017];

/// What a path leads to. A reparse point that only says how or where its content is kept is what it looks like; of all
/// others nobody knows what opening them does.
pub(in crate::platform) fn kind(attributes: u32, reparse_tag: u32) -> Kind {
    if attributes & REPARSE_POINT != 0 {
        let known = reparse_tag & CLOUD_MASK == CLOUD || STORAGE.contains(&reparse_tag);
        if reparse_tag & STANDS_FOR_A_NAME != 0 {
            return Kind::Link;
        }
        if !known {
            return Kind::Special;
        }
    }
    match attributes {
        folder if folder & FOLDER != 0 => Kind::Folder,
        device if device & DEVICE != 0 => Kind::Special,
        _ => Kind::File,
    }
}

/// Whether reading would fetch the content from another place.
pub(in crate::platform) fn elsewhere(attributes: u32) -> bool {
    attributes & ELSEWHERE != 0
}

/// Whether Windows runs it when it is opened: a matter of its name here.
pub(in crate::platform) fn runnable(path: &Path) -> bool {
    const RUN: [&str; 11] = ["exe", "com", "bat", "cmd", "ps1", "msi", "scr", "vbs", "js", "jar", "py"];
    let name = path.to_string_lossy();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    RUN.iter().any(|run| run.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_files_that_are_kept_in_a_special_way() {
        assert_eq!(kind(0x20, 0), Kind::File);
        assert_eq!(kind(0x10, 0), Kind::Folder);
        assert_eq!(kind(0x410, 0xa000_0003), Kind::Link, "a junction");
        assert_eq!(kind(0x420, 0xa000_000c), Kind::Link, "a symbolic link");
        assert_eq!(kind(0x420, 0x8000_001b), Kind::Special, "an alias of a store app");
        assert_eq!(kind(0x420, 0x8000_0013), Kind::File, "a deduplicated file");
        assert_eq!(kind(0x0040_1620, 0x9000_601a), Kind::File, "a OneDrive placeholder");
        assert_eq!(kind(0x410, 0x9000_701a), Kind::Folder, "a OneDrive folder");
        assert_eq!(kind(0x40, 0), Kind::Special);
    }

    #[test]
    fn placeholders_lie_elsewhere() {
        assert!(elsewhere(0x0040_0020) && elsewhere(0x0004_0020) && elsewhere(0x1020));
        assert!(!elsewhere(0x0008_0020), "a file that is pinned to this device is here");
        assert!(!elsewhere(0x420));
    }

    #[test]
    fn names_tell_what_windows_runs() {
        for name in [r"C:\a\Setup.EXE", r"C:\a\x.ps1", r"C:\a.b\game.jar"] {
            assert!(runnable(Path::new(name)), "{name}");
        }
        for name in [r"C:\a\library.dll", r"C:\a\notes.txt", r"C:\a\exe"] {
            assert!(!runnable(Path::new(name)), "{name}");
        }
    }
}
