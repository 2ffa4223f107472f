//! PE: programs and libraries of Windows, their version resource and whom their signature names.

mod resource;
mod version;

use std::io::{self, Read, Seek};

use caretaker_shared::model::ExecutableFormat;

use super::bytes::{self, exactly, le16, le32, malformed, sound};
use super::{Program, signer};

/// Windows loads no file with more.
const MOST_SECTIONS: usize = 96;
/// A signature is about 10 KiB, with padding that some installers add up to a few hundred.
const SIGNATURE_BYTES: usize = 1024 * 1024;

/// What a PE file is. `None` for a program of DOS and 16-bit Windows, which no system that we know runs.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    let Some(image) = sound(Image::read(content))? else { return Ok(None) };
    if image.characteristics & Image::EXECUTABLE == 0 {
        return Ok(None);
    }
    let mut program = Program::new(ExecutableFormat::Pe, image.machine());
    program.is_library = image.characteristics & Image::DLL != 0 || image.subsystem == Image::DRIVER;
    let strings = sound(resource::version_block(content, &image))?.map(|block| version::parse(&block));
    let strings = strings.unwrap_or_default();
    program.installer = image.installer().or_else(|| strings.installer());
    program.version = strings.info;
    program.signer = sound(signature(content, &image.signature))?.and_then(|signature| signer::name(&signature));
    Ok(Some(program))
}

/// The PKCS#7 message of the first entry of the certificate table.
fn signature(content: &mut (impl Read + Seek), table: &Directory) -> io::Result<Vec<u8>> {
    const HEAD_BYTES: u32 = 8;
    const PKCS_SIGNED_DATA: u16 = 2;
    // This directory alone counts from the beginning of the file, not of the loaded image.
    let at = u64::from(table.at);
    let head = exactly(content, at, HEAD_BYTES as usize)?;
    let length = le32(&head, 0)?.min(table.bytes).checked_sub(HEAD_BYTES).ok_or_else(malformed)?;
    if le16(&head, 6)? != PKCS_SIGNED_DATA {
        return Err(malformed());
    }
    let length = usize::try_from(length).unwrap_or(SIGNATURE_BYTES).min(SIGNATURE_BYTES);
    bytes::at_most(content, at + u64::from(HEAD_BYTES), length)
}

/// A part of the file that the header points to.
#[derive(Debug, Clone, Copy, Default)]
struct Directory {
    at: u32,
    bytes: u32,
}

/// Which part of the file lies where in the loaded image.
struct Section {
    name: [u8; 8],
    address: u32,
    file_at: u32,
    file_bytes: u32,
}

/// The headers of a PE file.
struct Image {
    machine: u16,
    characteristics: u16,
    subsystem: u16,
    resources: Directory,
    signature: Directory,
    sections: Vec<Section>,
}

impl Image {
    const EXECUTABLE: u16 = 0x0002;
    const DLL: u16 = 0x2000;
    /// A subsystem: "native", which only the kernel loads.
    const DRIVER: u16 = 1;
    const RESOURCES: usize = 2;
    const SIGNATURE: usize = 4;

    fn read(content: &mut (impl Read + Seek)) -> io::Result<Self> {
        let dos = exactly(content, 0, 64)?;
        let at = u64::from(le32(&dos, 0x3c)?);
        let file = exactly(content, at, 24)?;
        if !file.starts_with(b"PE\0\0") {
            return Err(malformed());
        }
        let optional_bytes = usize::from(le16(&file, 20)?);
        let optional = exactly(content, at + 24, optional_bytes)?;
        let directories_at = match le16(&optional, 0)? {
            0x10b => 96,
            0x20b => 112,
            _ => return Err(malformed()),
        };
        let count = usize::try_from(le32(&optional, directories_at - 4)?).unwrap_or_default();
        let directory = |index: usize| -> Directory {
            let at = directories_at + 8 * index;
            let field = |at| le32(&optional, at).unwrap_or_default();
            if index < count { Directory { at: field(at), bytes: field(at + 4) } } else { Directory::default() }
        };
        let sections = usize::from(le16(&file, 6)?).min(MOST_SECTIONS);
        let table = exactly(content, at + 24 + u64::from(le16(&file, 20)?), 40 * sections)?;
        Ok(Self {
            machine: le16(&file, 4)?,
            characteristics: le16(&file, 22)?,
            subsystem: le16(&optional, 68)?,
            resources: directory(Self::RESOURCES),
            signature: directory(Self::SIGNATURE),
            sections: table.chunks_exact(40).map(Section::parse).collect::<io::Result<_>>()?,
        })
    }

    /// Where in the file a place of the loaded image lies.
    fn file_offset(&self, address: u32) -> Option<u64> {
        self.sections.iter().find_map(|section| {
            let inside = address.checked_sub(section.address).filter(|inside| *inside < section.file_bytes)?;
            Some(u64::from(section.file_at) + u64::from(inside))
        })
    }

    /// The builder of installers that names its sections so.
    fn installer(&self) -> Option<&'static str> {
        self.sections.iter().find_map(|section| match &section.name {
            b".ndata\0\0" => Some("NSIS"),
            b".wixburn" => Some("WiX Burn"),
            _ => None,
        })
    }

    fn machine(&self) -> String {
        match self.machine {
            0x014c => "x86".into(),
            0x8664 => "x86_64".into(),
            0xaa64 => "aarch64".into(),
            0x01c0 | 0x01c2 | 0x01c4 => "arm".into(),
            0x0200 => "itanium".into(),
            other => format!("machine {other:#06x}"),
        }
    }
}

impl Section {
    fn parse(row: &[u8]) -> io::Result<Self> {
        Ok(Self {
            name: row.first_chunk().copied().ok_or_else(malformed)?,
            address: le32(row, 12)?,
            file_at: le32(row, 20)?,
            file_bytes: le32(row, 16)?,
        })
    }
}
