//! Files that real tools made (`testdata/build`), and the same with damage.

use std::io::Cursor;

use caretaker_shared::model::{ExecutableFormat, VersionInfo};

use super::{Program, program};

const PLAYER: &[u8] = include_bytes!("testdata/mingw-12-player.exe");
const SIGNED_PLAYER: &[u8] = include_bytes!("testdata/osslsigncode-2.9-player.exe");
const SETUP: &[u8] = include_bytes!("testdata/mingw-12-setup-x86.exe");
const LIBRARY: &[u8] = include_bytes!("testdata/mingw-12-library.dll");
const MSI: &[u8] = include_bytes!("testdata/wixl-0.101-timetable.msi");
const SIGNED_MSI: &[u8] = include_bytes!("testdata/osslsigncode-2.9-timetable.msi");
const JAR: &[u8] = include_bytes!("testdata/zip-3-quiz.jar");
const SIGNED_JAR: &[u8] = include_bytes!("testdata/jarsigner-17-quiz.jar");
const JAR_LIBRARY: &[u8] = include_bytes!("testdata/jdk-17-library.jar");
const SIGNER: &str = "Northfield School Test Signing";

fn judged(bytes: &[u8]) -> Option<Program> {
    program(&mut Cursor::new(bytes), "").expect("memory can be read")
}

fn read(bytes: &[u8]) -> Program {
    judged(bytes).expect("it is a program")
}

fn info(company: &str, product: &str, description: &str, version: &str, original_name: &str) -> VersionInfo {
    let [company, product, description, version, original_name] =
        [company, product, description, version, original_name].map(str::to_owned);
    VersionInfo { company, product, description, version, original_name }
}

#[test]
fn reads_the_version_table_that_a_pe_file_prefers() {
    let player = read(PLAYER);
    assert_eq!((player.format, player.runs_on.as_str()), (ExecutableFormat::Pe, "x86_64"));
    assert_eq!(
        player.version,
        info("Northfield School", "Northfield Player", "Plays examples", "2.4", "northplayer.exe"),
        "the second of two tables, which the translation names first"
    );
    assert_eq!((player.signer, player.is_library, player.installer), (None, false, None));
}

#[test]
fn falls_back_to_the_numbers_where_the_text_is_only_zeros() {
    let setup = read(SETUP);
    assert_eq!((setup.runs_on.as_str(), setup.version.version.as_str()), ("x86", "1.2.3.4"));
    assert_eq!(setup.installer, Some("Inno Setup"));
}

#[test]
fn names_the_signer_and_not_the_other_certificates() {
    for (name, bytes) in [("exe", SIGNED_PLAYER), ("msi", SIGNED_MSI), ("jar", SIGNED_JAR)] {
        assert_eq!(read(bytes).signer.as_deref(), Some(SIGNER), "{name}");
    }
}

#[test]
fn a_cut_off_signature_is_none_and_the_rest_stays() {
    let cut = read(&SIGNED_PLAYER[..SIGNED_PLAYER.len() - 1500]);
    assert_eq!((cut.signer, cut.version.product.as_str()), (None, "Northfield Player"));
}

#[test]
fn knows_libraries_as_such() {
    assert!(read(LIBRARY).is_library, "a DLL");
    assert!(read(JAR_LIBRARY).is_library, "a JAR without a main class");
    let mut driver = PLAYER.to_vec();
    let header = usize::from(PLAYER[0x3c]);
    driver[header + 24 + 68] = 1;
    assert!(read(&driver).is_library, "a driver");
}

#[test]
fn programs_of_dos_are_none() {
    let mut dos = PLAYER.to_vec();
    let header = usize::from(PLAYER[0x3c]);
    dos[header..header + 2].copy_from_slice(b"NE");
    assert_eq!(judged(&dos), None);
    assert_eq!(judged(b"MZ"), None);
}

#[test]
fn reads_product_and_maker_of_an_installer_package() {
    let msi = read(MSI);
    assert_eq!((msi.format, msi.signer), (ExecutableFormat::Msi, None));
    assert_eq!(msi.version, info("Northfield School", "Northfield Timetable", "", "", ""));
    let mut document = MSI.to_vec();
    let class = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0];
    let at = MSI.windows(class.len()).position(|window| window == class).expect("the class stands in the root");
    document[at] = 0;
    assert_eq!(judged(&document), None, "another compound file");
}

#[test]
fn reads_the_manifest_of_a_jar() {
    let jar = read(JAR);
    assert_eq!((jar.format, jar.runs_on.as_str(), jar.is_library), (ExecutableFormat::Jar, "java", false));
    assert_eq!(jar.version, info("Northfield School", "Northfield Quiz", "", "3.1", ""));
    let library = read(JAR_LIBRARY);
    assert_eq!(library.version.product, "Northfield Parts", "packed with deflate");
    let mut archive = JAR.to_vec();
    for at in 0..archive.len() - 8 {
        if archive[at..].starts_with(b"META-INF") {
            archive[at] = b'm';
        }
    }
    assert_eq!(judged(&archive), None, "a ZIP archive without a manifest");
}

/// A Mach-O file for this machine, of this kind, with this code signature's message.
fn macho(cpu: u32, kind: u32, message: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| u32::try_from(bytes).expect("small");
    let mut bytes = Vec::new();
    for field in [0xfeed_facf, cpu, 0, kind, 2, 24, 0, 0, 0x1b, 8, 0x1d, 16, 56, 20 + 8 + length(message.len())] {
        bytes.extend(u32::to_le_bytes(field));
    }
    for field in [0xfade_0cc0, 20 + 8 + length(message.len()), 1, 0x1_0000, 20, 0xfade_0b01, 8 + length(message.len())]
    {
        bytes.extend(u32::to_be_bytes(field));
    }
    bytes.extend(message);
    bytes
}

/// What osslsigncode put into the certificate table of the signed player.
fn message() -> &'static [u8] {
    &SIGNED_PLAYER[PLAYER.len() + 8..]
}

fn fat(slices: &[Vec<u8>]) -> Vec<u8> {
    let length = |bytes: usize| u32::to_be_bytes(u32::try_from(bytes).expect("small"));
    let mut bytes = [0xcafe_babe_u32.to_be_bytes(), length(slices.len())].concat();
    let mut at = 8 + 20 * slices.len();
    for slice in slices {
        bytes.extend(&slice[4..8]);
        bytes.extend([0; 4]);
        bytes.extend(length(at));
        bytes.extend(length(slice.len()));
        bytes.extend([0; 4]);
        at += slice.len();
    }
    bytes.extend(slices.concat());
    bytes
}

const X86_64: u32 = 0x0100_0007;
const ARM64: u32 = 0x0100_000c;

#[test]
fn reads_mach_o_for_one_machine_and_for_several() {
    let one = read(&macho(ARM64, 2, message()));
    assert_eq!((one.format, one.runs_on.as_str()), (ExecutableFormat::MachO, "aarch64"));
    assert_eq!(one.signer.as_deref(), Some(SIGNER));
    let both = read(&fat(&[macho(X86_64, 2, message()), macho(ARM64, 2, &[])]));
    assert_eq!((both.runs_on.as_str(), both.signer.as_deref()), ("x86_64, aarch64", Some(SIGNER)));
    assert_eq!(read(&macho(X86_64, 2, &[])).signer, None, "signed without a name");
    assert!(read(&macho(X86_64, 6, &[])).is_library);
    assert_eq!(judged(&macho(X86_64, 1, &[])), None, "an object file");
}

/// The message as Apple writes it, with the ends of the outer two values marked instead of their lengths stated.
fn without_lengths(message: &[u8]) -> Vec<u8> {
    // Three heads of four bytes each, as both ends of the message are more than 255 bytes apart, and the type between.
    let kind = &message[4..15];
    let signed = &message[19..];
    let length = 4 + usize::from(u16::from_be_bytes([signed[2], signed[3]]));
    [&[0x30, 0x80], kind, &[0xa0, 0x80, 0x30, 0x80], &signed[4..length], &[0; 6]].concat()
}

#[test]
fn reads_a_signature_without_stated_lengths() {
    let apple = macho(ARM64, 2, &without_lengths(message()));
    assert_eq!(read(&apple).signer.as_deref(), Some(SIGNER));
}

#[test]
fn a_java_class_is_no_mach_o_file() {
    assert_eq!(judged(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, 20, 7, 0]), None);
}

const FIXTURES: [&[u8]; 8] = [PLAYER, SIGNED_PLAYER, SETUP, LIBRARY, MSI, SIGNED_MSI, JAR, SIGNED_JAR];

proptest::proptest! {
    #[test]
    fn no_damage_makes_it_fail(
        fixture in 0_usize..FIXTURES.len() + 1,
        changes in proptest::collection::vec((0_usize.., 0_u8..), 0..24),
        keep in 0_usize..20_000,
    ) {
        let slices = || fat(&[macho(X86_64, 2, message()), macho(ARM64, 6, &[])]);
        let mut bytes = FIXTURES.get(fixture).map_or_else(slices, |fixture| fixture.to_vec());
        for (at, byte) in changes {
            let length = bytes.len();
            // Half of the changes where the headers are.
            let at = if byte % 2 == 0 { at % length.min(1024) } else { at % length };
            bytes[at] = byte;
        }
        bytes.truncate(keep.max(4));
        judged(&bytes);
    }

    #[test]
    fn no_bytes_behind_a_magic_number_make_it_fail(
        magic in 0_usize..8,
        rest in proptest::collection::vec(0_u8.., 0..2000),
    ) {
        let magics: [&[u8]; 8] = [
            b"MZ", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xca\xfe\xba\xbe\0\0\0\x02", b"\xcf\xfa\xed\xfe",
            b"\xfe\xed\xfa\xce", b"\x7fELF\x02\x01", b"#!",
        ];
        judged(&[magics[magic], &rest].concat());
    }
}
