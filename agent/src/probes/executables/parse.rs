//! What makes a file run, as the scan asks for it.

use std::io::{self, Read, Seek};

pub(super) use super::format::Program;

/// What a file is by its bytes alone. `None` when it does not run by itself: a document, a library, an object file.
///
/// # Errors
/// Those of `content`.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    named_program(content, "")
}

/// As [`program`], for a system that also runs text by the ending of its name.
///
/// # Errors
/// Those of `content`.
pub(super) fn named_program(content: &mut (impl Read + Seek), name: &str) -> io::Result<Option<Program>> {
    Ok(super::format::program(content, name)?.filter(|program| !program.library))
}
