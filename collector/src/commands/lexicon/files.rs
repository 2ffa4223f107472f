//! The files that a command was given.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};

/// What is read ahead of a file.
const AHEAD: usize = 256 * 1024;

/// All files that were meant: a folder stands for its files with this ending, or with `None` for all that are in it and
/// below.
pub(super) fn meant(paths: &[PathBuf], ending: Option<&str>) -> Result<Vec<PathBuf>, Failure> {
    let remedy = "name files, or a folder of them";
    let mut files = Vec::new();
    for path in paths {
        let about = fs::metadata(path).map_err(|error| unreadable(path, &error, remedy))?;
        if !about.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        gather(path, ending, &mut files).map_err(|error| unreadable(path, &error, remedy))?;
        if files.len() == before {
            let what = ending.map_or_else(|| "no file".to_owned(), |ending| format!("no file named *.{ending}"));
            return Err(failure(Exit::Usage, format!("{} holds {what}\n  {remedy}", path.display())));
        }
    }
    Ok(files)
}

fn gather(folder: &Path, ending: Option<&str>, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for entry in entries {
        let wanted = ending.is_none_or(|ending| entry.extension().is_some_and(|found| found == ending));
        // A link is not followed into a folder: it may lead round in a circle.
        let about = fs::symlink_metadata(&entry)?;
        if about.is_dir() {
            if ending.is_none() {
                gather(&entry, ending, files)?;
            }
        } else if wanted && entry.is_file() {
            files.push(entry);
        }
    }
    Ok(())
}

/// Opens a file to be read from its beginning to its end.
pub(super) fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error, "name another file"))?;
    Ok(BufReader::with_capacity(AHEAD, file))
}

/// A path that cannot be read, in plain words.
pub(super) fn unreadable(path: &Path, error: &io::Error, remedy: &str) -> Failure {
    let known = [
        (ErrorKind::NotFound, "does not exist"),
        (ErrorKind::IsADirectory, "is a folder"),
        (ErrorKind::PermissionDenied, "may not be read by this account"),
        (ErrorKind::InvalidData, "is not text in UTF-8"),
    ];
    let problem = known.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, problem)| (*problem).to_owned());
    let problem = problem.unwrap_or_else(|| format!("cannot be read: {error}"));
    failure(Exit::Usage, format!("{} {problem}\n  {remedy}", path.display()))
}
