//! The real child, started as the agent starts it.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use caretaker_agent::documents::extract::{FILE_LIMIT_BYTES, Launch, Refusal, TEXT_LIMIT_BYTES, Unread, text_of};

fn launch() -> Launch {
    Launch { program: PathBuf::from(env!("CARGO_BIN_EXE_caretaker-agent")), deadline: Duration::from_secs(60) }
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("a file takes bytes");
    file.seek(SeekFrom::Start(0)).expect("a file can be rewound");
    file
}

fn packed(name: &str, part: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part begins");
    writer.write_all(part).expect("memory takes bytes");
    writer.finish().expect("the archive ends").into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    packed("word/document.xml", format!("<w:document>{body}</w:document>").as_bytes())
}

/// A page that draws itself, or what else `objects` are.
fn pdf(objects: &str) -> Vec<u8> {
    format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Kids[3 0 R]>>endobj\n{objects}\n\
         trailer<</Root 1 0 R>>\n"
    )
    .into_bytes()
}

async fn refusal(bytes: &[u8]) -> Refusal {
    match text_of(file(bytes), &launch()).await {
        Err(Unread::Refused(refusal)) => refusal,
        Err(other) => panic!("ended with: {other}"),
        Ok(_) => panic!("gave a text"),
    }
}

#[tokio::test]
async fn hands_back_the_text_of_plain_and_packed_documents() {
    let plain = text_of(file("a naïve note".as_bytes()), &launch()).await.expect("a text");
    assert_eq!(*plain, "a naïve note");
    let body = "<w:p><w:r><w:t>split </w:t></w:r><w:r><w:t>phrase &amp; more</w:t></w:r></w:p>";
    let packed = text_of(file(&docx(body)), &launch()).await.expect("a text");
    assert_eq!(*packed, "split phrase & more\n");
}

#[tokio::test]
async fn tells_the_kinds_of_refusal_apart() {
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await, Refusal::Unsupported);
    let whole = docx("<w:p/>");
    assert_eq!(refusal(&whole[..whole.len() - 30]).await, Refusal::Broken);
    assert_eq!(refusal(&docx(&" ".repeat(4 * 1024 * 1024))).await, Refusal::TooLarge);
    let mut encrypted = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refusal(&encrypted).await, Refusal::Encrypted);
}

#[tokio::test]
async fn a_text_or_file_beyond_the_limit_is_too_large() {
    assert_eq!(refusal(&vec![b'a'; TEXT_LIMIT_BYTES + 1]).await, Refusal::TooLarge);
    let huge = tempfile::tempfile().expect("a temporary file");
    huge.set_len(FILE_LIMIT_BYTES + 1).expect("a file can have holes");
    assert!(matches!(text_of(huge, &launch()).await, Err(Unread::Refused(Refusal::TooLarge))));
}

#[tokio::test]
async fn a_text_of_exactly_the_limit_is_read() {
    let text = text_of(file(&vec![b'a'; TEXT_LIMIT_BYTES]), &launch()).await.expect("a text");
    assert_eq!(text.len(), TEXT_LIMIT_BYTES);
}

#[tokio::test]
async fn what_expands_without_end_is_too_large() {
    let spaces = docx(&" ".repeat(24 * 1024 * 1024));
    assert!(spaces.len() < 128 * 1024);
    assert_eq!(refusal(&spaces).await, Refusal::TooLarge);
    let twice = "/X Do ".repeat(2_000);
    let drawings = "<</Resources<</XObject<</X 4 0 R>>>>/Subtype/Form";
    let drawn = format!(
        "3 0 obj{drawings}/Contents 4 0 R>>endobj 4 0 obj{drawings}/Length {}>>stream\n{twice}\nendstream endobj",
        twice.len()
    );
    assert_eq!(refusal(&pdf(&drawn)).await, Refusal::TooLarge);
}

#[tokio::test]
async fn a_file_of_a_gigabyte_of_nothing_is_too_large() {
    let sparse = tempfile::tempfile().expect("a temporary file");
    sparse.set_len(1024 * 1024 * 1024).expect("a file can have holes");
    assert!(matches!(text_of(sparse, &launch()).await, Err(Unread::Refused(Refusal::TooLarge))));
}

#[tokio::test]
async fn what_is_nested_too_deep_is_too_large() {
    let deep = 1_000_000;
    assert_eq!(refusal(&docx(&"<w:tbl>".repeat(deep))).await, Refusal::TooLarge);
    assert_eq!(refusal(format!("{{\\rtf1{}", "{".repeat(deep)).as_bytes()).await, Refusal::TooLarge);
    let parts: String =
        (0..20_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    assert_eq!(refusal(format!("MIME-Version: 1.0\nSubject: a\n{parts}").as_bytes()).await, Refusal::TooLarge);
    let groups: String = (3..5_000).map(|n| format!("{n} 0 obj<</Kids[{} 0 R]>>endobj\n", n + 1)).collect();
    assert_eq!(refusal(&pdf(&groups)).await, Refusal::TooLarge);
}

#[tokio::test]
async fn what_is_broken_or_refers_to_itself_ends() {
    assert_eq!(refusal(b"%PDF-1.7\nno objects").await, Refusal::Broken);
    assert_eq!(refusal(&pdf("3 0 obj<</Kids[2 0 R 3 0 R]>>endobj")).await, Refusal::Broken);
    let brackets = format!("3 0 obj<</Contents 4 0 R/Resources {}", "[".repeat(3_000_000));
    let ended = text_of(file(&pdf(&brackets)), &launch()).await;
    assert!(matches!(ended, Ok(_) | Err(Unread::Refused(_))), "{:?}", ended.err());
    assert_eq!(refusal(&pdf("trailer<</Encrypt 9 0 R>>")).await, Refusal::Encrypted);
    let laughs = "<!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document>&b;</w:document>";
    assert_eq!(refusal(&packed("word/document.xml", laughs.as_bytes())).await, Refusal::Broken);
}

#[tokio::test]
async fn documents_of_several_programs_are_read() {
    let read = async |bytes: &'static [u8]| {
        let text = text_of(file(bytes), &launch()).await.expect("a text");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let groff = read(include_bytes!("../src/documents/extract/testdata/groff.pdf")).await;
    let ghostscript = read(include_bytes!("../src/documents/extract/testdata/ghostscript.pdf")).await;
    for text in [groff, ghostscript] {
        assert!(
            text.contains("A plan for the garden The office café offers efficient coffee and a naïve plan."),
            "{text}"
        );
        assert!(text.contains("Some words are set bold and others in italics so that a sentence"), "{text}");
    }
    // Here the gap behind a letter is now a space and now none, and a space may take no room.
    let kerned = read(include_bytes!("../src/documents/extract/testdata/ghostscript-kerned.pdf")).await;
    assert_eq!(
        kerned,
        "There were several reasons why the river valley was covered. Seven of every eleven travellers have never \
         visited the gravel cave, AVAILABLE TO YOU, Wave Tower. Victoria was wavering over several Toys. We wove \
         several covers."
    );
    let cairo = read(include_bytes!("../src/documents/extract/testdata/cairo-packed.pdf")).await;
    assert!(cairo.contains("The office café offers efficient coffee — “naïve” résumés flow fine."), "{cairo}");
    assert!(cairo.contains("Über straße, Łódź, £5 and 20 €."), "{cairo}");
    assert!(cairo.contains("Second page: heron and otter."), "{cairo}");
}

#[tokio::test]
async fn gaps_of_a_pdf_are_spaces_by_their_width() {
    let page = |shown: &str| {
        let shown = format!("BT /F 10 Tf {shown} ET");
        pdf(&format!(
            "3 0 obj<</Type/Page/Contents 4 0 R/Resources<</Font<</F<</Subtype/Type1/FirstChar 32/Widths[250]>>>>>>>>\
             endobj 4 0 obj<</Length {}>>stream\n{shown}\nendstream endobj",
            shown.len()
        ))
    };
    let shown = [
        ("5 Tc (garden party) Tj", "garden party\n"),
        ("5 Tc (in) Tj", "i n\n"),
        ("5 Tc (garden party) Tj 0 Tc (gate) Tj", "garden partygate\n"),
        ("0.5 Tc (a garden  party ) Tj (gate) Tj", "a garden party gate\n"),
        ("-2.4 Tw (gar den) Tj", "garden\n"),
        ("-1.5 Tw (a garden) Tj", "a garden\n"),
        ("[(gar) -100 (den) -300 (gate)] TJ", "garden gate\n"),
        // As narrow as TeX makes a space.
        ("[(gar) -150 (den) -166.7 (gate)] TJ", "garden gate\n"),
    ];
    for (operators, text) in shown {
        assert_eq!(*text_of(file(&page(operators)), &launch()).await.expect("a text"), text, "{operators}");
    }
}

#[tokio::test]
async fn widths_of_codes_that_cannot_be_are_left_out() {
    let page = |font: &str, shown: &str| {
        pdf(&format!(
            "3 0 obj<</Type/Page/Contents 4 0 R/Resources<</Font<</F<<{font}>>>>>>>>endobj \
             4 0 obj<</Length {}>>stream\n{shown}\nendstream endobj",
            shown.len()
        ))
    };
    let composite = "/Subtype/Type0/Encoding/UniKS-UCS2-H/DescendantFonts[<</W[4294967295[500 500]\
                     4294967290 4294967295 500 99999999999[500]]>>]";
    let cases = [
        ("/Subtype/Type1/FirstChar 4294967295/Widths[250 250 250]", "BT /F 10 Tf (garden) Tj ET", "garden\n"),
        ("/Subtype/Type1/FirstChar 99999999999/Widths[250 250]", "BT /F 10 Tf (garden) Tj ET", "garden\n"),
        (composite, "BT /F 10 Tf <0067006100740065> Tj ET", "gate\n"),
    ];
    for (font, shown, text) in cases {
        assert_eq!(*text_of(file(&page(font, shown)), &launch()).await.expect("a text"), text, "{font}");
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_and_one_that_is_not_ours_are_named() {
    let missing = Launch { program: PathBuf::from("nowhere/caretaker-agent"), ..launch() };
    assert!(matches!(text_of(file(b"a"), &missing).await, Err(Unread::NotStarted(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn a_child_that_has_no_answer_in_time_is_ended() {
    let (never_written, _held_open) = std::io::pipe().expect("a pipe");
    let hurried = Launch { deadline: Duration::from_millis(200), ..launch() };
    let endless = File::from(std::os::fd::OwnedFd::from(never_written));
    assert!(matches!(text_of(endless, &hurried).await, Err(Unread::Late)));
}

/// What the kernel says about a child that waits for its input.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "holds the child's input open to look at it")]
#[test]
fn the_child_holds_no_rights_before_it_reads() {
    use std::process::{Command, Stdio};

    let mut child = Command::new(launch().program)
        .arg(caretaker_agent::documents::extract::ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let folder = PathBuf::from(format!("/proc/{}", child.id()));
    // More than a pipe holds: when all of it is written, the child has begun to read.
    let input = child.stdin.as_mut().expect("the input is a pipe");
    input.write_all(&vec![b'a'; 1024 * 1024]).expect("the child reads");
    let status = std::fs::read_to_string(folder.join("status")).expect("a waiting child has a status");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(field("NoNewPrivs"), "1");
    assert_eq!(u64::from_str_radix(&field("CapEff"), 16), Ok(0), "{status}");
    assert_eq!(u64::from_str_radix(&field("CapPrm"), 16), Ok(0), "{status}");
    assert!(!field("Uid").split_whitespace().any(|id| id == "0"), "still root: {status}");
    assert!(!field("Gid").split_whitespace().any(|id| id == "0"), "still in root's group: {status}");
    // Readable by root alone, since nobody may look into the child.
    if let Ok(limits) = std::fs::read_to_string(folder.join("limits")) {
        let limit = |name: &str| limits.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        assert!(limit("Max open files").is_some_and(|line| line.contains(" 3 ")), "{limits}");
        assert!(limit("Max core file size").is_some_and(|line| line.contains(" 0 ")), "{limits}");
        assert!(limit("Max address space").is_some_and(|line| line.contains("268435456")), "{limits}");
    }
    let output = child.wait_with_output().expect("the child ends");
    assert!(output.status.success());
    assert_eq!(output.stdout.len(), 1024 * 1024);
}
