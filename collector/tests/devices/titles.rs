//! Titles follow what devices report, in the step that takes it in.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    Executable, ExecutableFacts, ExecutableFormat, Executables, Facts, Outcome, Payload, ProbeName, SoftwareTitle,
    TitleKind, VersionInfo,
};

use crate::house::{Device, House, start_time};
use crate::ingest::{reading, title};

const ROWS: &str = "SELECT coalesce(group_concat(t.slug || ' ' || i.major || ' ' || i.users || ' ' || i.evidence, ', '
    ORDER BY t.slug), '') FROM installation i JOIN title t ON t.id = i.title WHERE t.known";

fn windows(name: &str, version: &str, user: &str) -> SoftwareTitle {
    SoftwareTitle {
        publisher: "Microsoft Corporation".into(),
        source: "uninstall".into(),
        user: user.into(),
        ..title(name, version)
    }
}

fn file(path: &str, content: &[u8], removable: bool) -> Executable {
    Executable {
        path: path.into(),
        sha256: Sha256::of(content),
        size_bytes: 9,
        modified_at: start_time(),
        owner: "pupil.one".into(),
        format: ExecutableFormat::Pe,
        class: None,
        signer: Some("Microsoft Corporation".into()),
        removable,
    }
}

fn product(content: &[u8], product: &str, description: &str) -> Payload {
    let said = |text: &str| text.to_owned();
    Payload::ExecutableFacts(ExecutableFacts {
        sha256: Sha256::of(content),
        size_bytes: 9,
        format: ExecutableFormat::Pe,
        runs_on: "x86_64".into(),
        file_name: "Code.exe".into(),
        version: VersionInfo {
            company: said("Microsoft Corporation"),
            product: said(product),
            description: said(description),
            version: said("1.85"),
            original_name: String::new(),
        },
        signer: Some("Microsoft Corporation".into()),
        class: None,
    })
}

async fn software(device: &mut Device, seq: u64, titles: Vec<SoftwareTitle>, whole: bool) {
    let facts = Facts::Software(titles);
    let outcome = match whole {
        true => Outcome::Complete(facts),
        false => Outcome::Partial { facts, reason: "a list could not be read".into() },
    };
    device.send(seq, reading(ProbeName::Software, outcome)).await.expect("stores");
}

async fn files(device: &mut Device, seq: u64, files: Vec<Executable>) {
    let found = Facts::Executables(Executables { files, media: Vec::new() });
    device.send(seq, reading(ProbeName::Executables, Outcome::Complete(found))).await.expect("stores");
}

#[tokio::test]
async fn titles_follow_the_lists_that_devices_send() {
    let house = House::open().await;
    let mut device = house.device().await;
    let update = SoftwareTitle {
        kind: TitleKind::Update,
        ..windows("Security Update for Microsoft Office 2016 (KB5002138)", "16.0", "")
    };
    let office = windows("Microsoft Office Standard 2016", "16.0.4266.1001", "");
    let code = |user| windows("Microsoft Visual Studio Code (User)", "1.85.1", user);
    software(
        &mut device,
        1,
        vec![office.clone(), update, code("pupil.one"), code("pupil.two"), title("libc6", "2.36")],
        true,
    )
    .await;
    assert_eq!(house.value::<String>(ROWS), "microsoft-office 2016 0 list, visual-studio-code 1 2 list");
    assert_eq!(house.value::<i64>("SELECT count(*) FROM installation"), 2, "a part of the system is no title");
    software(&mut device, 2, vec![code("pupil.one")], false).await;
    assert_eq!(
        house.value::<String>(ROWS),
        "microsoft-office 2016 0 list, visual-studio-code 1 2 list",
        "a partial answer takes nothing away"
    );
    software(&mut device, 3, vec![office], true).await;
    assert_eq!(house.value::<String>(ROWS), "microsoft-office 2016 0 list");
    assert_eq!(house.value::<i64>("SELECT sum(devices) FROM title_count"), 1);
}

#[tokio::test]
async fn a_file_is_evidence_once_somebody_has_described_it() {
    let house = House::open().await;
    let (mut one, mut other) = (house.device().await, house.device().await);
    files(&mut one, 1, vec![file(r"C:\Users\pupil.one\Code.exe", b"code", false)]).await;
    files(&mut other, 1, vec![file(r"E:\Code.exe", b"code", true)]).await;
    assert_eq!(house.value::<String>(ROWS), "", "nobody knows yet what it is");
    other.send(2, product(b"code", "Visual Studio Code", "Visual Studio Code")).await.expect("stores");
    assert_eq!(house.value::<String>(ROWS), "visual-studio-code  0 file", "on the one that has it, not on a stick");
    software(&mut one, 2, vec![windows("Microsoft Visual Studio Code", "1.85.1", "")], true).await;
    assert_eq!(house.value::<String>(ROWS), "visual-studio-code 1 0 both");
    files(&mut one, 3, Vec::new()).await;
    assert_eq!(house.value::<String>(ROWS), "visual-studio-code 1 0 list");
    let setup = file(r"C:\Users\pupil.one\VSCodeSetup.exe", b"setup", false);
    software(&mut one, 4, Vec::new(), true).await;
    files(&mut one, 5, vec![setup]).await;
    one.send(6, product(b"setup", "Visual Studio Code", "Visual Studio Code Setup")).await.expect("stores");
    assert_eq!(house.value::<String>(ROWS), "", "what brings a product is not the product");
}
