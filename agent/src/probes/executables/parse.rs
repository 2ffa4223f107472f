//! What makes a file run, as the scan asks for it.

use std::io::{self, Read, Seek};

pub(super) use super::format::Program;

/// What a file is: by its bytes, and with a name also by the ending of that, for a system that runs text so. `None` when it
/// does not run by itself: a document, a library, an object file.
///
/// # Errors
/// Those of `content`.
pub(super) fn named_program(content: &mut (impl Read + Seek), name: &str) -> io::Result<Option<Program>> {
    Ok(super::format::program(content, name)?.filter(|program| !program.is_library))
}
