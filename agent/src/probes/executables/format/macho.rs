//! Mach-O: programs of macOS, for one machine or several in one file.

use std::io::{self, Read, Seek};

use caretaker_shared::model::ExecutableFormat;

use super::bytes::{be32, exactly, malformed, number, sound};
use super::{Program, signer};

/// Real files hold two or three; a Java class, which begins alike, states a version of 45 or more there.
const MOST_SLICES: u32 = 0x20;
/// Real programs have about fifty, 8 KiB together.
const COMMAND_BYTES: usize = 256 * 1024;
const MOST_COMMANDS: u32 = 1024;
const SIGNATURE_BYTES: u32 = 1024 * 1024;

/// What a Mach-O file is. `None` for an object file, debug symbols, a Java class.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    let mut slices = Vec::new();
    for at in places(content)? {
        slices.push(Slice::read(content, at)?);
    }
    let Some(first) = slices.first() else { return Ok(None) };
    let library = match first.kind {
        Slice::EXECUTABLE => false,
        Slice::LIBRARY | Slice::BUNDLE => true,
        _ => return Ok(None),
    };
    let machines: Vec<_> = slices.iter().map(Slice::machine).collect();
    let mut program = Program::new(ExecutableFormat::MachO, machines.join(", "));
    program.is_library = library;
    program.signer = sound(first.signature(content))?.and_then(|signature| signer::name(&signature));
    Ok(Some(program))
}

/// Where the programs for the single machines begin.
fn places(content: &mut (impl Read + Seek)) -> io::Result<Vec<u64>> {
    let head = exactly(content, 0, 8)?;
    let wide = match be32(&head, 0)? {
        0xcafe_babe => false,
        0xcafe_babf => true,
        _ => return Ok(vec![0]),
    };
    let count = be32(&head, 4)?;
    if count >= MOST_SLICES {
        return Err(malformed());
    }
    let row_bytes = if wide { 32 } else { 20 };
    let rows = exactly(content, 8, row_bytes * usize::try_from(count).unwrap_or_default())?;
    Ok(rows.chunks_exact(row_bytes).map(|row| number(&row[8..if wide { 16 } else { 12 }], false)).collect())
}

/// The program for one machine.
struct Slice {
    at: u64,
    little: bool,
    wide: bool,
    cpu: u64,
    kind: u64,
    commands: u64,
    command_bytes: u64,
}

impl Slice {
    const EXECUTABLE: u64 = 2;
    const LIBRARY: u64 = 6;
    const BUNDLE: u64 = 8;

    fn read(content: &mut (impl Read + Seek), at: u64) -> io::Result<Self> {
        let head = exactly(content, at, 28)?;
        let (little, wide) = match be32(&head, 0)? {
            0xfeed_face => (false, false),
            0xfeed_facf => (false, true),
            0xcefa_edfe => (true, false),
            0xcffa_edfe => (true, true),
            _ => return Err(malformed()),
        };
        let field = |at: usize| number(&head[at..at + 4], little);
        let (cpu, kind, commands, command_bytes) = (field(4), field(12), field(16), field(20));
        Ok(Self { at, little, wide, cpu, kind, commands, command_bytes })
    }

    fn machine(&self) -> String {
        match self.cpu {
            7 => "x86".into(),
            0x0100_0007 => "x86_64".into(),
            12 => "arm".into(),
            0x0100_000c => "aarch64".into(),
            0x0200_000c => "arm64_32".into(),
            18 => "ppc".into(),
            0x0100_0012 => "ppc64".into(),
            other => format!("machine {other:#x}"),
        }
    }

    /// The PKCS#7 message of the code signature; an ad-hoc signature has none.
    fn signature(&self, content: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
        const CODE_SIGNATURE: u64 = 0x1d;
        let length = usize::try_from(self.command_bytes).unwrap_or(COMMAND_BYTES).min(COMMAND_BYTES);
        let commands = exactly(content, self.at + if self.wide { 32 } else { 28 }, length)?;
        let mut left = commands.as_slice();
        for _ in 0..self.commands.min(u64::from(MOST_COMMANDS)) {
            let field = |at: usize| left.get(at..at + 4).map(|bytes| number(bytes, self.little)).ok_or_else(malformed);
            if field(0)? == CODE_SIGNATURE {
                let at = self.at.checked_add(field(8)?).ok_or_else(malformed)?;
                return message(content, at);
            }
            let length = usize::try_from(field(4)?).ok().filter(|length| *length >= 8).ok_or_else(malformed)?;
            left = left.get(length..).ok_or_else(malformed)?;
        }
        Err(malformed())
    }
}

/// The message within a code signature, which is a table of blobs.
fn message(content: &mut (impl Read + Seek), at: u64) -> io::Result<Vec<u8>> {
    const TABLE: u32 = 0xfade_0cc0;
    const SIGNATURE_SLOT: u32 = 0x1_0000;
    const MOST_BLOBS: u32 = 64;
    let head = exactly(content, at, 12)?;
    if be32(&head, 0)? != TABLE {
        return Err(malformed());
    }
    let count = usize::try_from(be32(&head, 8)?.min(MOST_BLOBS)).unwrap_or_default();
    let rows = exactly(content, at + 12, 8 * count)?;
    for row in rows.chunks_exact(8) {
        if be32(row, 0)? == SIGNATURE_SLOT {
            let blob = at + u64::from(be32(row, 4)?);
            let length = be32(&exactly(content, blob, 8)?, 4)?.clamp(8, SIGNATURE_BYTES) - 8;
            return exactly(content, blob + 8, usize::try_from(length).unwrap_or_default());
        }
    }
    Err(malformed())
}
