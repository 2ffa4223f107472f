//! Python from the Store: its package counts its own versions (3.13.3824.0 holds Python 3.13.14), so its program is asked.

use std::path::Path;

use crate::host::Host;

/// It is 200 KB: the interpreter is a library beside it.
const PROGRAM_BYTES: u64 = 4 * 1024 * 1024;
/// How a fixed version resource begins: its mark, and the version of its own form.
const MARK: [u8; 8] = [0xBD, 0x04, 0xEF, 0xFE, 0, 0, 1, 0];

/// The version of Python in a package; `None` for every other package, and when the program does not tell.
pub(super) fn version(host: &dyn Host, package: &str, folder: &str) -> Option<String> {
    if !package.starts_with("PythonSoftwareFoundation.Python") || folder.is_empty() {
        return None;
    }
    let program = host.read(Path::new(&format!(r"{folder}\python.exe")), PROGRAM_BYTES).ok()?;
    file_version(&program)
}

/// Of "3.13.14150.1013" the third number is 1000 times the real one and what kind of release it is.
fn file_version(program: &[u8]) -> Option<String> {
    let place = program.windows(MARK.len()).position(|bytes| bytes == MARK)? + MARK.len();
    let number = |at: usize| Some(u16::from_le_bytes(program.get(place + at..place + at + 2)?.try_into().ok()?));
    // Two numbers a word, the higher half first in meaning and second in place.
    let (minor, major, third) = (number(0)?, number(2)?, number(6)?);
    (major > 0 && third >= 1000).then(|| format!("{major}.{minor}.{}", third / 1000))
}

#[cfg(test)]
mod tests {
    use super::{MARK, file_version};

    #[test]
    fn reads_the_version_of_a_program() {
        let words = [(3_u32 << 16) | 13, (14_150 << 16) | 1013];
        let version = words.iter().flat_map(|word| word.to_le_bytes());
        let program: Vec<u8> = b"MZ and so on".iter().copied().chain(MARK).chain(version).collect();
        assert_eq!(file_version(&program).as_deref(), Some("3.13.14"));
        assert_eq!(file_version(&program[..program.len() - 1]), None);
        assert_eq!(file_version(b"MZ"), None);
    }
}
