//! What a reading will say: the programs that no package owns, as many as one reading may hold.

use std::collections::BTreeMap;

use caretaker_shared::model::Executable;
use caretaker_shared::wire::limits;

/// What one envelope has room for, beside media and its own frame.
const MOST_BYTES: usize = 640 * 1024;
/// Digest, times, numbers and the marks between them.
const BESIDE_TEXT_BYTES: usize = 80;

/// Executables by path, the first ones by name when there are too many: they are the same every time.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: BTreeMap<String, Executable>,
    bytes: usize,
    full: bool,
}

impl Listing {
    /// Whether a file at this path would be listed.
    pub(super) fn has_room(&mut self, path: &str) -> bool {
        if !self.is_over() && self.files.len() < limits::EXECUTABLES {
            return true;
        }
        let room = self.files.last_key_value().is_some_and(|(last, _)| path < last.as_str());
        self.full |= !room;
        room
    }

    /// Adds a file, at the expense of the last one by name.
    pub(super) fn add(&mut self, executable: Executable) {
        self.bytes += bytes(&executable);
        if let Some(replaced) = self.files.insert(executable.path.clone(), executable) {
            self.bytes -= bytes(&replaced);
        }
        while self.files.len() > limits::EXECUTABLES || self.is_over() {
            let Some((_, gone)) = self.files.pop_last() else { return };
            self.bytes -= bytes(&gone);
            self.full = true;
        }
    }

    /// The files, by path.
    pub(super) fn files(&self) -> Vec<Executable> {
        self.files.values().cloned().collect()
    }

    /// Why some are missing.
    pub(super) fn flaw(&self) -> Option<String> {
        self.full.then(|| format!("there are more than {}; the rest is not listed", self.files.len()))
    }

    fn is_over(&self) -> bool {
        self.bytes > MOST_BYTES
    }
}

fn bytes(executable: &Executable) -> usize {
    let signer = executable.signer.as_ref().map_or(0, String::len);
    BESIDE_TEXT_BYTES + executable.path.len() + executable.owner.len() + signer
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::ExecutableFormat;
    use jiff::Timestamp;

    use super::*;

    fn program(path: String) -> Executable {
        Executable {
            path,
            sha256: Sha256::of(b""),
            size_bytes: 1,
            modified_at: Timestamp::UNIX_EPOCH,
            owner: "pupil.one".into(),
            format: ExecutableFormat::Elf,
            class: None,
            signer: None,
            removable: false,
        }
    }

    #[test]
    fn keeps_the_first_ones_by_name_in_whatever_order_they_come() {
        let mut listing = Listing::default();
        for number in (0..5_000).rev() {
            let path = format!("/opt/{number:05}");
            assert!(listing.has_room(&path), "{path} comes before all that are there");
            listing.add(program(path));
        }
        assert!(!listing.has_room("/opt/04500"));
        let files = listing.files();
        assert_eq!((files.len(), files[0].path.as_str()), (limits::EXECUTABLES, "/opt/00000"));
        assert_eq!(listing.flaw().as_deref(), Some("there are more than 4000; the rest is not listed"));
    }

    #[test]
    fn long_paths_never_make_a_reading_too_large_to_be_sent() {
        let mut listing = Listing::default();
        for number in 0..4_000 {
            listing.add(program(format!("/{number:05}{}", "x".repeat(4_000))));
        }
        assert!(listing.files().iter().map(bytes).sum::<usize>() <= MOST_BYTES);
        assert!(listing.flaw().is_some());
    }
}
