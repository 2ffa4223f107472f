//! What a program is for, and what is told of it once per fleet.

use caretaker_shared::catalogue::{ProgramHints, class_of_program};
use caretaker_shared::model::{Executable, ExecutableFacts, SoftwareClass};

use super::parse::Program;

/// What the shipped catalogue takes a program for. The `file_name` is without its folder.
pub(super) fn class_of(program: &Program, file_name: &str) -> Option<SoftwareClass> {
    let version = &program.version;
    let hints = ProgramHints {
        file_name,
        product: &version.product,
        company: &version.company,
        original_name: &version.original_name,
        description: &version.description,
        signer: program.signer.as_deref(),
        installer: program.installer,
        format: program.format,
    };
    class_of_program(&hints).map(|found| found.class)
}

/// What is true of the bytes of `executable`, which were found to be `program`.
pub(super) fn facts_of(program: Program, executable: &Executable, file_name: &str) -> ExecutableFacts {
    ExecutableFacts {
        sha256: executable.sha256,
        size_bytes: executable.size_bytes,
        class: class_of(&program, file_name),
        format: program.format,
        runs_on: program.runs_on,
        file_name: file_name.to_owned(),
        version: program.version,
        signer: program.signer,
    }
}
