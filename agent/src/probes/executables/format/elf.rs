//! ELF: which files are programs, and for which machine.

use std::io::{self, Read, Seek};

use caretaker_shared::model::ExecutableFormat;

use super::bytes::{self, number, piece};
use super::{Program, appimage};

const HEADER_BYTES: usize = 64;
/// Real programs have about a dozen; the format allows 65,535.
const MOST_SEGMENTS: u16 = 256;
/// Real programs have about thirty.
const MOST_DYNAMIC_ENTRIES: u64 = 1024;

/// What an ELF file is. `None` when it does not run by itself: a library, an object file, a memory dump.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    let head = bytes::at_most(content, 0, HEADER_BYTES)?;
    let Some(elf) = Elf::parse(&head) else { return Ok(None) };
    let format = if appimage::is_marked(&head) { ExecutableFormat::AppImage } else { ExecutableFormat::Elf };
    Ok(elf.runs(content)?.then(|| Program::new(format, elf.machine())))
}

/// The header of an ELF file.
struct Elf {
    wide: bool,
    little: bool,
    kind: u16,
    machine: u16,
    entry: u64,
    segments_at: u64,
    segment_bytes: u16,
    segments: u16,
}

impl Elf {
    const EXECUTABLE: u16 = 2;
    const SHARED: u16 = 3;
    const SEGMENT_DYNAMIC: u64 = 2;
    const SEGMENT_INTERPRETER: u64 = 3;
    const FLAGS_1: u64 = 0x6fff_fffb;
    const POSITION_INDEPENDENT_PROGRAM: u64 = 0x0800_0000;

    fn parse(head: &[u8]) -> Option<Self> {
        let head = head.get(..HEADER_BYTES).filter(|head| head.starts_with(b"\x7fELF"))?;
        let (wide, little) = (head[4] == 2, head[5] == 1);
        let number = |at: usize, bytes: usize| number(&head[at..at + bytes], little);
        let short = |at: usize| u16::try_from(number(at, 2)).unwrap_or_default();
        Some(Self {
            wide,
            little,
            kind: short(16),
            machine: short(18),
            entry: if wide { number(24, 8) } else { number(24, 4) },
            segments_at: if wide { number(32, 8) } else { number(28, 4) },
            segment_bytes: short(if wide { 54 } else { 42 }),
            segments: short(if wide { 56 } else { 44 }),
        })
    }

    /// Whether it runs by itself. A library may have an entry point, but neither a loader of its own nor the mark of a
    /// program that may lie anywhere in memory.
    fn runs(&self, content: &mut (impl Read + Seek)) -> io::Result<bool> {
        match self.kind {
            Self::EXECUTABLE => Ok(true),
            Self::SHARED if self.entry == 0 => Ok(false),
            Self::SHARED => self.is_program(content),
            _ => Ok(false),
        }
    }

    fn is_program(&self, content: &mut (impl Read + Seek)) -> io::Result<bool> {
        let smallest = if self.wide { 56 } else { 32 };
        if self.segment_bytes < smallest {
            return Ok(false);
        }
        for index in 0..self.segments.min(MOST_SEGMENTS) {
            let at = self.segments_at.saturating_add(u64::from(index) * u64::from(self.segment_bytes));
            let Some(segment) = piece::<56>(content, at, usize::from(smallest))? else { return Ok(false) };
            let field = |wide: (usize, usize), narrow: (usize, usize)| {
                let (at, bytes) = if self.wide { wide } else { narrow };
                number(&segment[at..at + bytes], self.little)
            };
            let kind = field((0, 4), (0, 4));
            if kind == Self::SEGMENT_INTERPRETER {
                return Ok(true);
            }
            if kind == Self::SEGMENT_DYNAMIC {
                let (offset, bytes) = (field((8, 8), (4, 4)), field((32, 8), (16, 4)));
                if self.is_marked_as_program(content, offset, bytes)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn is_marked_as_program(&self, content: &mut (impl Read + Seek), offset: u64, bytes: u64) -> io::Result<bool> {
        let half: usize = if self.wide { 8 } else { 4 };
        let entry_bytes: u64 = if self.wide { 16 } else { 8 };
        for index in 0..(bytes / entry_bytes).min(MOST_DYNAMIC_ENTRIES) {
            let at = offset.saturating_add(index * entry_bytes);
            let Some(entry) = piece::<16>(content, at, 2 * half)? else { return Ok(false) };
            let (tag, value) = (number(&entry[..half], self.little), number(&entry[half..2 * half], self.little));
            match tag {
                0 => return Ok(false),
                Self::FLAGS_1 => return Ok(value & Self::POSITION_INDEPENDENT_PROGRAM != 0),
                _ => {}
            }
        }
        Ok(false)
    }

    fn machine(&self) -> String {
        match self.machine {
            3 => "x86".into(),
            8 => "mips".into(),
            21 => "ppc64".into(),
            22 => "s390x".into(),
            40 => "arm".into(),
            62 => "x86_64".into(),
            183 => "aarch64".into(),
            243 => "riscv".into(),
            258 => "loongarch".into(),
            other => format!("machine {other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use caretaker_shared::model::ExecutableFormat;

    use super::super::{Program, program};

    fn judged(bytes: &[u8]) -> Option<Program> {
        program(&mut Cursor::new(bytes), "").expect("memory can be read")
    }

    fn runs_on(bytes: &[u8]) -> Option<String> {
        judged(bytes).map(|program| program.runs_on)
    }

    /// A 64-bit little-endian ELF file with segments of these kinds, and a dynamic section with these flags.
    fn elf(kind: u16, entry: u64, segments: &[u32], flags_1: u64) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(16, 0);
        bytes.extend(kind.to_le_bytes());
        bytes.extend(62_u16.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(entry.to_le_bytes());
        bytes.extend(64_u64.to_le_bytes());
        bytes.resize(54, 0);
        bytes.extend(56_u16.to_le_bytes());
        bytes.extend(u16::try_from(segments.len()).expect("few").to_le_bytes());
        bytes.resize(64, 0);
        let dynamic_at = u64::try_from(64 + 56 * segments.len()).expect("small");
        for segment in segments {
            bytes.extend(segment.to_le_bytes());
            bytes.extend(0_u32.to_le_bytes());
            bytes.extend(dynamic_at.to_le_bytes());
            bytes.extend([0; 16]);
            bytes.extend(32_u64.to_le_bytes());
            bytes.extend([0; 16]);
        }
        for number in [0x6fff_fffb, flags_1, 0, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.resize(bytes.len().max(300), 0);
        bytes
    }

    const LOAD: u32 = 1;
    const DYNAMIC: u32 = 2;
    const INTERPRETER: u32 = 3;

    #[test]
    fn tells_programs_from_libraries_and_objects() {
        let table: [(&str, Vec<u8>, bool); 8] = [
            ("a program at a fixed place", elf(2, 0x40_1000, &[LOAD], 0), true),
            ("a program with a loader", elf(3, 0x1000, &[LOAD, INTERPRETER, DYNAMIC], 0x0800_0000), true),
            ("a program without a loader", elf(3, 0x1000, &[LOAD, DYNAMIC], 0x0800_0001), true),
            ("a library", elf(3, 0, &[LOAD, DYNAMIC], 0), false),
            ("a library with an entry point", elf(3, 0x1000, &[LOAD, DYNAMIC], 1), false),
            ("an object file", elf(1, 0, &[], 0), false),
            ("a memory dump", elf(4, 0, &[LOAD], 0), false),
            ("a header that points nowhere", elf(3, 0x1000, &[LOAD, DYNAMIC], 0)[..64].to_vec(), false),
        ];
        for (name, bytes, runs) in table {
            assert_eq!(judged(&bytes).is_some(), runs, "{name}");
        }
    }

    #[test]
    fn names_the_machine() {
        let mut bytes = elf(2, 0x40_1000, &[], 0);
        assert_eq!(runs_on(&bytes).as_deref(), Some("x86_64"));
        bytes[18] = 183;
        assert_eq!(runs_on(&bytes).as_deref(), Some("aarch64"));
        bytes[18] = 99;
        assert_eq!(runs_on(&bytes).as_deref(), Some("machine 99"));
    }

    #[test]
    fn knows_an_appimage_by_its_mark() {
        let mut bytes = elf(2, 0x40_1000, &[LOAD], 0);
        for (kind, expected) in
            [(2, ExecutableFormat::AppImage), (1, ExecutableFormat::AppImage), (0, ExecutableFormat::Elf)]
        {
            bytes[8..11].copy_from_slice(&[b'A', b'I', kind]);
            assert_eq!(judged(&bytes).map(|program| program.format), Some(expected), "type {kind}");
        }
    }

    #[test]
    fn this_test_itself_runs() {
        let own = std::fs::read(std::env::current_exe().expect("it was started")).expect("it can be read");
        let expected = cfg!(unix).then_some(ExecutableFormat::Elf).filter(|_| own.starts_with(b"\x7fELF"));
        assert_eq!(judged(&own).map(|program| program.format), expected);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fail(rest in proptest::collection::vec(0_u8.., 0..400)) {
            judged(&[b"\x7fELF".as_slice(), &rest].concat());
            judged(&[b"\x7fELF\x02\x01".as_slice(), &rest].concat());
        }
    }
}
