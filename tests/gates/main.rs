//! Gates: what must hold of the repository itself. They read files and start nothing.
//!
//! They stand in for two things that no compiler checks: advisories, whose database tests cannot reach, and the
//! hardening of the service units, where a lost line is not missed by anyone until it is needed.

mod cases;
mod documents;
mod lockfile;
mod sources;
mod units;

use std::path::{Path, PathBuf};

/// The folder of the whole workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// The text of a file of the repository.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// All files below a folder whose name ends in `.ending`, without what builds leave behind.
fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder of the repository can be listed");
        for entry in entries {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let skipped = name.starts_with('.') || name == "target" || name == "caretaker-data";
            if path.is_dir() && !skipped {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
