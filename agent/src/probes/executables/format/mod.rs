//! What makes a file run, and what it says of itself: its bytes, one file here per format.
//!
//! Nothing is executed and no file is read whole: headers, the version resource and the signature, each with a bound.
//! A file that breaks its format is no program; one whose version or signature cannot be read has none. Formats are
//! read by hand: a crate for them wants the whole file in memory.

mod appimage;
mod bytes;
mod compound;
mod elf;
mod jar;
mod macho;
mod msi;
mod pe;
mod script;
mod signer;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek};

use caretaker_shared::model::{ExecutableFormat, VersionInfo};

use self::bytes::sound;

/// Linux reads no more of a script's first line; every magic number stands in it.
const HEAD_BYTES: usize = 256;

/// A file that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) format: ExecutableFormat,
    /// The machine of a program, the interpreter of a script.
    pub(super) runs_on: String,
    /// What its version resource, properties or manifest say: a claim of the file.
    pub(super) version: VersionInfo,
    /// Whom its signature names. Not verified.
    pub(super) signer: Option<String>,
    /// Which builder of installers left its mark: "NSIS".
    pub(super) installer: Option<&'static str>,
    /// Runs only when another program loads it: a DLL, a driver, a JAR without a main class.
    pub(super) is_library: bool,
}

impl Program {
    fn new(format: ExecutableFormat, runs_on: impl Into<String>) -> Self {
        let runs_on = runs_on.into();
        Self { format, runs_on, version: VersionInfo::default(), signer: None, installer: None, is_library: false }
    }
}

/// What a file is. The `name`, without its folder, decides only where a system runs text by its ending; an empty one
/// leaves that out. `None` when it does not run: a document, an object file, an ELF library.
///
/// # Errors
/// Those of `content`.
pub(super) fn program(content: &mut (impl Read + Seek), name: &str) -> io::Result<Option<Program>> {
    // Most files are none of these: four bytes tell.
    let magic = bytes::at_most(content, 0, 4)?;
    match magic.as_slice() {
        [b'#', b'!', ..] => Ok(script::by_first_line(&bytes::at_most(content, 0, HEAD_BYTES)?)),
        b"\x7fELF" => elf::program(content),
        [b'M', b'Z', ..] => pe::program(content),
        [0xfe, 0xed, 0xfa, 0xce | 0xcf] | [0xce | 0xcf, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe | 0xbf] => {
            sound(macho::program(content)).map(Option::flatten)
        }
        [0xd0, 0xcf, 0x11, 0xe0] => sound(msi::program(content)).map(Option::flatten),
        b"PK\x03\x04" => sound(jar::program(content)).map(Option::flatten),
        _ => script::by_name(content, name),
    }
}
