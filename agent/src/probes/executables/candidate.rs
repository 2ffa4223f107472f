//! What a file may be, before it is opened: by its rights and its name.

use crate::host::{FileStatus, System};

/// Music or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    Audio,
    Video,
}

const PROGRAMS: [&[u8]; 8] = [b"exe", b"dll", b"msi", b"jar", b"appimage", b"com", b"scr", b"cpl"];
/// They run by their name on Windows only; elsewhere it takes the right to run them.
const SCRIPTS: [&[u8]; 8] = [b"ps1", b"bat", b"cmd", b"vbs", b"js", b"wsf", b"py", b"sh"];
const AUDIO: [&[u8]; 9] = [b"mp3", b"m4a", b"flac", b"ogg", b"wav", b"wma", b"aac", b"opus", b"aiff"];
const VIDEO: [&[u8]; 9] = [b"mp4", b"mkv", b"avi", b"mov", b"wmv", b"webm", b"m4v", b"mpg", b"mpeg"];
const LONGEST: usize = 8;

/// Whether a file is opened at once: it may be run, or is called like something that runs.
pub(super) fn is_likely(name: &[u8], status: &FileStatus, system: System) -> bool {
    if status.runnable {
        return true;
    }
    let mut space = [0; LONGEST];
    let ending = ending(name, &mut space);
    PROGRAMS.contains(&ending) || (system == System::Windows && SCRIPTS.contains(&ending)) || is_library(name)
}

/// Whether a file is called like music or a video.
pub(super) fn medium(name: &[u8]) -> Option<Medium> {
    let mut space = [0; LONGEST];
    let ending = ending(name, &mut space);
    if AUDIO.contains(&ending) {
        return Some(Medium::Audio);
    }
    VIDEO.contains(&ending).then_some(Medium::Video)
}

/// `libexample.so`, `libexample.so.1.2`.
fn is_library(name: &[u8]) -> bool {
    name.windows(3).enumerate().any(|(at, part)| part == b".so" && matches!(name.get(at + 3), None | Some(b'.')))
}

/// What follows the last dot, in lower case; empty when it is longer than any that is known.
fn ending<'a>(name: &[u8], space: &'a mut [u8; LONGEST]) -> &'a [u8] {
    let Some(dot) = name.iter().rev().take(LONGEST + 1).position(|byte| *byte == b'.') else { return &[] };
    let ending = &name[name.len() - dot..];
    let space = &mut space[..ending.len()];
    space.copy_from_slice(ending);
    space.make_ascii_lowercase();
    space
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Medium, is_likely, medium};
    use crate::host::{FileStatus, Kind, System};

    fn likely(name: &str, runnable: bool, system: System) -> bool {
        let status = FileStatus {
            kind: Kind::File,
            device: 1,
            inode: 1,
            size_bytes: 1,
            modified_at: Timestamp::UNIX_EPOCH,
            changed_ns: 0,
            uid: 0,
            runnable,
            elsewhere: false,
        };
        is_likely(name.as_bytes(), &status, system)
    }

    #[test]
    fn rights_and_names_make_a_candidate() {
        for name in ["Game.EXE", "tool.AppImage", "lib.so", "lib.so.6.1", "setup.msi", "a.jar"] {
            assert!(likely(name, false, System::Linux), "{name}");
        }
        for name in ["essay.odt", "lib.sofa", "exe", "", ".", "holiday.jpg", "archive.appimages"] {
            assert!(!likely(name, false, System::Linux), "{name}");
            assert!(likely(name, true, System::Linux), "{name}");
        }
    }

    #[test]
    fn a_script_runs_by_its_name_on_windows_only() {
        assert!(likely("logon.ps1", false, System::Windows));
        assert!(!likely("logon.ps1", false, System::Linux));
    }

    #[test]
    fn music_and_videos_are_known_by_their_names() {
        assert_eq!(medium(b"Song.MP3"), Some(Medium::Audio));
        assert_eq!(medium(b"film.part.mkv"), Some(Medium::Video));
        assert_eq!(medium(b"mp3"), None);
    }
}
