//! Commands about cases as people type them, each from their own machine with their own key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caretaker_shared::clock::{Clock as _, ManualClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::{Arithmetic, Finding, Part, Places, Reason, category};
use caretaker_shared::model::{DeviceId, EpochId, KeywordEvent, Role, Severity, Stream, SubjectKind};
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::private_file;
use caretaker_shared::sealing::{
    About, Card, Evidence, Holder, KeyFile, Kind, Origin, PersonalKey, RecipientSet, Signer, seal,
};
use caretaker_shared::secret::Secret;
use clap::Parser as _;
use data_encoding::BASE64;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::commands::client::{ClientCommand, Place, run_on};
use crate::commands::{Exit, Failure};
use crate::console::Context;
use crate::console::cases::sample::serve_as;
use crate::guidance::Guidance;
use crate::render::Screen;
use crate::render::text::width;
use crate::rules::sample;
use crate::store::sample::{Sample, store};

const TEXT: &str = "I am not sure about this essay. i cant do this anymore, going to take the long way home tonight when mum \
                    is asleep. if you read this it is not your fault";
const MET: &str = "going to take the long way home tonight";
const PASSPHRASE: &str = "correct horse battery staple";

#[derive(Debug, clap::Parser)]
struct Typed {
    #[command(subcommand)]
    command: ClientCommand,
}

/// Somebody's own machine.
pub(super) struct Person {
    pub(super) folder: tempfile::TempDir,
    key: PersonalKey,
}

impl Person {
    fn key_file(&self) -> PathBuf {
        self.folder.path().join("key")
    }
}

/// A school whose devices seal, and the people who open.
pub(super) struct Office {
    pub(super) sample: Sample,
    clock: Arc<ManualClock>,
    authority: Arc<Authority>,
    signer: Signer,
    set: Option<caretaker_shared::sealing::SignedSet>,
    stop: CancellationToken,
    papers: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let sample = store().await;
        sample.apply_policy().await;
        let clock = Arc::new(ManualClock::new(sample::now()));
        let (authority, _) = Authority::generate("Northfield School", clock.now()).expect("an authority");
        let key = DeviceKey::generate().expect("a key");
        let csr = key.request().expect("a request");
        let issued = authority.issue_device(device(), &csr, Validity { now: clock.now(), days: 100 }).expect("issues");
        let fingerprint = issued.certificate.fingerprint;
        let body: String = issued.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = BASE64.decode(body.as_bytes()).expect("a PEM text");
        sample
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO device_certificate (fingerprint, device, der) VALUES (?1, 1, ?2)",
                    rusqlite::params![fingerprint.as_bytes(), der],
                )
            })
            .await;
        let signer = Signer { key, certificate: fingerprint };
        let papers = tempfile::tempdir().expect("a folder");
        let (authority, stop) = (Arc::new(authority), CancellationToken::new());
        Self { sample, clock, authority, signer, set: None, stop, papers }
    }

    /// The lead, a deputy and the head, with keys that are in force.
    pub(super) async fn with_keys() -> (Self, Person, Person, Person) {
        let mut office = Self::open().await;
        let lead = office.person("Anna Example", Role::SafeguardingLead, Kind::Root);
        let deputy = office.person("Ben Example", Role::Deputy, Kind::Person);
        let head = office.person("Cleo Example", Role::Head, Kind::Person);
        let set = RecipientSet {
            school: "Northfield School".into(),
            version: 1,
            made_at: office.clock.now(),
            expires_at: office.clock.now() + SignedDuration::from_hours(24 * 365),
            recipients: [&lead, &deputy, &head].map(|person| Card::of(&person.key).recipient()).to_vec(),
            recovery: Vec::new(),
        };
        let set = set.sign(&lead.key).expect("the lead's key is the root");
        for person in [&lead, &deputy, &head] {
            let passphrase = Secret::new(PASSPHRASE.to_owned());
            let file = KeyFile::lock(&person.key, Some(set.root().fingerprint()), &passphrase).expect("locks");
            private_file::write(&person.key_file(), file.text().as_bytes()).expect("writes");
            private_file::write(&person.folder.path().join("passphrase"), PASSPHRASE.as_bytes()).expect("writes");
        }
        office.sample.store.publish_recipients(set.clone(), "the test", office.clock.now()).await.expect("publishes");
        office.set = Some(set);
        (office, lead, deputy, head)
    }

    /// Somebody who has logged in from their own machine.
    fn person(&self, name: &str, role: Role, kind: Kind) -> Person {
        let folder = tempfile::tempdir().expect("a folder");
        let context = Context {
            store: self.sample.store.clone(),
            mail_waits: Arc::default(),
            clock: self.clock.clone(),
            zone: TimeZone::UTC,
            school: "Northfield School".into(),
            address: "collector.northfield.example:7443".into(),
            authority: self.authority.clone(),
            routes: crate::console::MailRoutes {
                first: "maildir ./mail".into(),
                ..crate::console::MailRoutes::default()
            },
            audit: Arc::default(),
            guidance: Guidance::new(folder.path().join("guidance.txt"), Some("01632 960 000".into())),
            rules: crate::data::OwnRules::of(crate::data::DataFolder::at(folder.path())),
            audit_key: Arc::new(caretaker_shared::checkpoint::AuditKey::generate().0),
            started_at: self.clock.now(),
        };
        serve_as(folder.path(), context, (name, role), self.stop.clone());
        let (school, name, accounts) = ("Northfield School".into(), name.to_owned(), vec![role.word().to_owned()]);
        let key = PersonalKey::generate(Holder { school, name, role, sites: Vec::new(), accounts }, kind);
        Person { folder, key }
    }

    /// Somebody writes something on the device, and the device seals it.
    pub(super) async fn writes(&self, account: &str, subject: SubjectKind, id: &str, severity: u32) {
        let now = self.clock.now();
        let arithmetic = arithmetic(id, severity);
        let event = KeywordEvent {
            user: Some(Sha256::of(account.as_bytes())),
            subject,
            arithmetic: arithmetic.clone(),
            ..KeywordEvent::met("selfharm.plan.03", id, level(severity), Sha256::of(account.as_bytes()), now)
        };
        let sequence: u64 = self.sample.texts("SELECT count(*) || '' FROM event").await[0].parse().expect("a number");
        let sealed = self.set.as_ref().map(|set| {
            let category = category(id).expect("a category");
            let start = TEXT.find(MET).expect("is there");
            let finding = Finding {
                rule: event.rule.clone(),
                category,
                severity: event.severity,
                count: 1,
                arithmetic,
                help_seeking: false,
                stage: None,
                topic: id.into(),
                places: if category.carries_text {
                    Places::At(std::iter::once(start..start + MET.len()).collect())
                } else {
                    Places::Withheld
                },
            };
            let evidence = Evidence::of(&finding, TEXT, "/home/pupil.one/english homework.docx", account);
            let epoch = EpochId::from_slice(&[8; 16]).expect("16 bytes");
            let origin = Origin { device: device(), epoch, stream: Stream::Safeguarding, sequence: sequence + 1 };
            let about = About { site: "Northfield School", account, subject };
            seal(set, &origin, &event, &evidence, &about, &self.signer).expect("seals")
        });
        self.sample.report(event, sample::policy(), now).await;
        let certificate = self.signer.certificate;
        if let Some(sealed) = sealed {
            self.sample
                .write(move |tx| {
                    tx.execute("UPDATE keyword SET unsealed = NULL", [])?;
                    tx.execute(
                        "INSERT INTO sealed (event, certificate, recipients, content)
                         VALUES ((SELECT max(id) FROM event), ?1, x'', ?2)",
                        rusqlite::params![certificate.as_bytes(), sealed],
                    )
                })
                .await;
        }
    }

    pub(super) fn minutes_pass(&self, minutes: u64) {
        self.clock.advance(std::time::Duration::from_secs(minutes * 60));
    }

    async fn types_on(&self, columns: usize, who: &Person, line: &[&str]) -> Result<String, Failure> {
        let ended = type_there(who.folder.path(), self.clock.now(), columns, line).await;
        if let Ok(text) = &ended {
            for line in text.lines().filter(|_| !line.contains(&"--json") && !line.contains(&"--html")) {
                assert!(width(line) <= columns || line.contains("SHA-256") || line.contains('/'), "wide: {line}");
            }
        }
        ended
    }

    pub(super) async fn types(&self, who: &Person, line: &[&str]) -> Result<String, Failure> {
        self.types_on(100, who, line).await
    }

    /// The same with the person's key.
    pub(super) async fn with_key(&self, who: &Person, line: &[&str]) -> Result<String, Failure> {
        let (key, passphrase) = (who.key_file(), who.folder.path().join("passphrase"));
        let (key, passphrase) = (key.to_string_lossy(), passphrase.to_string_lossy());
        let line: Vec<&str> = line.iter().copied().chain(["--key", &key, "--passphrase-file", &passphrase]).collect();
        self.types(who, &line).await
    }
}

fn device() -> DeviceId {
    DeviceId::from_uuid(Uuid::from_bytes([7; 16]))
}

fn level(severity: u32) -> Severity {
    Severity::new(severity).expect("a level")
}

fn arithmetic(id: &str, severity: u32) -> Arithmetic {
    let category = category(id).expect("a category");
    let base = Part { reason: Reason::Base, points: 1 };
    let rest = Part { reason: Reason::Intent, points: i8::try_from(severity).expect("small") - 1 };
    Arithmetic::of(vec![base, rest], category.least, category.most)
}

async fn type_there(data: &Path, now: Timestamp, columns: usize, line: &[&str]) -> Result<String, Failure> {
    let typed = Typed::try_parse_from(std::iter::once(&"caretaker-collector").chain(line)).expect("a command");
    let screen = Screen { width: columns, colour: false, now: now.to_zoned(TimeZone::UTC) };
    let mut out = Vec::new();
    match run_on(typed.command, &Place::Data(data.to_owned()), &screen, &mut out).await {
        Ok(exit) => {
            assert_eq!(exit, Exit::Fine);
            Ok(String::from_utf8(out).expect("UTF-8"))
        }
        Err(error) => Err(error.downcast::<Failure>().expect("a failure with a text for people")),
    }
}

#[tokio::test]
async fn a_pupil_is_named_as_the_policy_says_and_in_full_when_asked() {
    let (office, lead, deputy, _) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 4).await;
    let policy = "alerts = { safeguarding_lead = ['a@northfield.example'], network_manager = ['n@northfield.example'] }
                  cases = { names = 'initials' }";
    let store = &office.sample.store;
    store.apply_policy("Northfield School", policy, "the test", office.clock.now()).await.expect("applies");
    let who = |text: &str| text.lines().find(|line| line.starts_with("Who ")).expect("a person").to_owned();
    let opened = office.with_key(&lead, &["case", "open", "26-0001"]).await.expect("opens");
    assert_eq!(who(&opened), "Who           P.O. on PC-LAB3-11, /home/~/english homework.docx");
    assert!(opened.contains("case open 26-0001 --full-name"), "{opened}");
    assert!(!opened.contains("pupil.one"), "{opened}");
    let full = office.with_key(&deputy, &["case", "open", "26-0001", "--full-name"]).await.expect("opens");
    assert_eq!(who(&full), "Who           pupil.one on PC-LAB3-11, /home/pupil.one/english homework.docx");
}

#[tokio::test]
async fn a_case_goes_from_its_event_to_its_end() {
    let (office, lead, _, _) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 3).await;
    office
        .with_key(&lead, &["case", "close", "26-0001", "--outcome", "pastoral", "--reason", "met", "--by-whom", "P.O."])
        .await
        .expect("closes");
    office.minutes_pass(28 * 24 * 60);
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 4).await;
    office.writes("pupil.two", SubjectKind::Pupil, "bullying", 3).await;
    office.minutes_pass(6);
    for columns in [80, 100] {
        let list = office.types_on(columns, &lead, &["cases", "--all"]).await.expect("an answer");
        insta::assert_snapshot!(format!("cases_{columns}"), list);
    }
    insta::assert_snapshot!(
        "case_show_100",
        office.types(&lead, &["case", "show", "26-0002"]).await.expect("an answer")
    );
    let opened = office.with_key(&lead, &["case", "open", "26-0002"]).await.expect("opens");
    insta::assert_snapshot!("case_open_100", opened);
    let refused = office.types(&lead, &["case", "open", "26-0002"]).await.expect_err("no key is named");
    assert_eq!(refused.exit, Exit::Usage);

    office.minutes_pass(2);
    let taken = office.types(&lead, &["case", "ack", "26-0002"]).await.expect("takes");
    assert!(taken.starts_with("Case 26-0002 is with Anna Example (safeguarding lead).\n"), "{taken}");
    let key = ["case", "note", "26-0002", "Spoke with the tutor; mum comes at three."];
    office.with_key(&lead, &key).await.expect("notes");
    let missing = office.types(&lead, &["case", "close", "26-0002"]).await.expect_err("no outcome");
    assert!(missing.message.contains("one of:  false-alarm, no-action, pastoral"), "{}", missing.message);
    let close =
        ["case", "close", "26-0002", "--outcome", "parents", "--reason", "Mum and GP know.", "--by-whom", "P.O."];
    office.with_key(&lead, &close).await.expect("closes");
    let shown = office.types(&lead, &["case", "show", "26-0002"]).await.expect("an answer");
    assert!(!shown.contains("tutor") && shown.contains("(sealed: case open shows it)"), "{shown}");
    let opened = office.with_key(&lead, &["case", "open", "26-0002"]).await.expect("opens");
    let said = opened.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("\"Spoke with the tutor; mum comes at three.\""), "{opened}");
    insta::assert_snapshot!("incident_log", office.with_key(&lead, &["incident-log"]).await.expect("an answer"));
    let html = office.with_key(&lead, &["incident-log", "--html"]).await.expect("a page");
    assert!(html.contains("<td>P.O.</td><td>parents: Mum and GP know.</td>"), "{html}");

    // What was written stands nowhere in the database.
    let kept = office.sample.read(|connection| {
        let mut query = connection.prepare("SELECT count(*) FROM case_step WHERE form = 'plain'")?;
        query.query_row([], |row| row.get::<_, i64>(0))
    });
    assert_eq!(kept.await, 0);
    let database = std::fs::read(office.sample.path()).expect("the database");
    let log = std::fs::read(office.sample.path().with_extension("db-wal")).expect("its log");
    for secret in ["tutor", "long way home", "english homework", "P.O."] {
        let stands = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!stands(&database) && !stands(&log), "{secret}");
    }
}

#[tokio::test]
async fn two_people_open_what_is_about_staff_whoever_asks() {
    let (office, lead, deputy, head) = Office::with_keys().await;
    office.writes("teacher.two", SubjectKind::Staff, "violence", 4).await;
    for (asker, approver) in [(&lead, &deputy), (&deputy, &lead), (&head, &deputy)] {
        let open = ["case", "open", "26-0001"];
        let refused = office.with_key(asker, &open).await.expect_err("two people are needed");
        assert!(refused.message.contains("two people open this"), "{}", refused.message);
        let glass = ["case", "open", "26-0001", "--break-glass", "nobody answers"];
        let refused = office.with_key(asker, &glass).await.expect_err("two keys are needed");
        assert!(refused.message.contains("nobody can open it alone"), "{}", refused.message);
        let ask = ["case", "open", "26-0001", "--reason", "an allegation to follow up"];
        let asked = office.with_key(asker, &ask).await.expect("asks");
        assert!(asked.contains("case approve 26-0001") && !asked.contains("long way"), "{asked}");
        let list = office.types(approver, &["cases"]).await.expect("an answer");
        assert!(list.contains("asks to open it: \"an allegation to follow up\""), "{list}");
        let approved = office.with_key(approver, &["case", "approve", "26-0001"]).await.expect("approves");
        assert!(approved.contains("may open case 26-0001"), "{approved}");
        let opened = office.with_key(asker, &open).await.expect("opens");
        let said = opened.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("[going to take the long way home tonight]"), "{opened}");
        assert!(opened.contains("teacher.two"), "{opened}");
        office.minutes_pass(20);
    }
}

#[tokio::test]
async fn a_head_reads_of_a_pupil_what_the_lead_hands_over() {
    let (office, lead, deputy, head) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "suicide", 5).await;
    let open = ["case", "open", "26-0001"];
    office.with_key(&head, &open).await.expect_err("not alone");
    let ask = ["case", "open", "26-0001", "--reason", "the parents have asked for me"];
    let asked = office.with_key(&head, &ask).await.expect("asks");
    assert!(asked.contains("case approve 26-0001") && !asked.contains("long way"), "{asked}");
    let without_key = office.types(&deputy, &["case", "approve", "26-0001"]).await.expect_err("a key is handed over");
    assert_eq!(without_key.exit, Exit::Usage);
    let approved = office.with_key(&lead, &["case", "approve", "26-0001"]).await.expect("approves");
    assert!(approved.contains("may open case 26-0001") && !approved.contains("long way"), "{approved}");
    let opened = office.with_key(&head, &open).await.expect("opens");
    let said = opened.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("[going to take the long way home tonight]") && opened.contains("pupil.one"), "{opened}");
    office.minutes_pass(24 * 60);
    office.with_key(&head, &open).await.expect_err("for a while only");
}

#[tokio::test]
async fn suspected_pictures_show_the_steps_and_no_content() {
    let (office, lead, _, _) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "csa", 5).await;
    let opened = office.with_key(&lead, &["case", "open", "26-0001"]).await.expect("opens");
    assert!(!opened.contains("long way") && !opened.contains("homework"), "{opened}");
    insta::assert_snapshot!("case_images_100", opened);
    let guidance = office.types_on(80, &lead, &["guidance", "26-0001"]).await.expect("an answer");
    assert!(guidance.starts_with("Pictures of child abuse are suspected\n  1. Do not look for"), "{guidance}");
    insta::assert_snapshot!("guidance_80", office.types_on(80, &lead, &["guidance"]).await.expect("an answer"));
}

#[tokio::test]
async fn an_export_is_paper_and_json_with_a_receipt() {
    let (office, lead, deputy, _) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 5).await;
    office.with_key(&lead, &["case", "note", "26-0001", "Spoke with the tutor."]).await.expect("notes");
    let close = ["case", "close", "26-0001", "--outcome", "social-care", "--reason", "Referred today."];
    office.with_key(&lead, &close).await.expect("closes");
    let to = office.papers.path().to_string_lossy().into_owned();
    let export = ["case", "export", "26-0001", "--to", &to];
    office.with_key(&lead, &export).await.expect_err("two people export");
    let ask = [&export[..], &["--reason", "for the file"]].concat();
    office.with_key(&lead, &ask).await.expect("asks");
    office.types(&deputy, &["case", "approve", "26-0001"]).await.expect("approves");
    let made = office.with_key(&lead, &export).await.expect("exports");
    assert!(made.contains("Receipt 26-0001-1\n"), "{made}");
    let pdf = std::fs::read(office.papers.path().join("case-26-0001-1.pdf")).expect("the pages");
    assert!(made.contains(&Sha256::of(&pdf).to_string()), "{made}");
    let json = std::fs::read(office.papers.path().join("case-26-0001-1.json")).expect("the data");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["written"][0]["met"], MET);
    assert_eq!(json["who"], "pupil.one");
    assert!(json["history"].as_array().expect("a list").iter().any(|step| step["words"] == "Spoke with the tutor."));
    let filed = office.types(&lead, &["case", "receipt", "26-0001-1"]).await.expect("files");
    assert!(filed.starts_with("Receipt 26-0001-1: filed"), "{filed}");
    if let Some(folder) = std::env::var_os("CARETAKER_KEEP_PAGES") {
        private_file::write(&PathBuf::from(folder).join("case.pdf"), &pdf).expect("writes");
    }
}

#[tokio::test]
async fn nothing_is_sealed_to_recipients_of_another_root() {
    let (office, lead, _, _) = Office::with_keys().await;
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 4).await;
    let stranger = office.person("Anna Example", Role::SafeguardingLead, Kind::Root);
    let mut set = office.set.clone().expect("keys").set().clone();
    set.recipients = vec![Card::of(&stranger.key).recipient()];
    set.version = 2;
    let swapped = set.sign(&stranger.key).expect("signs");
    let encoded = swapped.encoded().to_vec();
    office.sample.write(move |tx| tx.execute("UPDATE recipients SET signed = ?1", [encoded])).await;
    let refused = office.with_key(&lead, &["case", "note", "26-0001", "a name"]).await.expect_err("another root");
    assert_eq!(refused.exit, Exit::Denied);
    assert!(refused.message.contains("not to be trusted"), "{}", refused.message);
    assert_eq!(office.sample.texts("SELECT step FROM case_step WHERE words IS NOT NULL").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_school_without_keys_works_on_its_cases_in_plain_words() {
    let office = Office::open().await;
    let lead = office.person("Anna Example", Role::SafeguardingLead, Kind::Root);
    office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 4).await;
    office.types(&lead, &["case", "ack", "26-0001"]).await.expect("takes");
    let close = ["case", "close", "26-0001", "--outcome", "false-alarm", "--reason", "a song"];
    office.types(&lead, &close).await.expect("closes");
    let shown = office.types(&lead, &["case", "show", "26-0001"]).await.expect("an answer");
    assert!(shown.contains("closed as false-alarm by Anna Example (safeguarding lead): \"a song\""), "{shown}");
    assert!(shown.contains("a false alarm in its one closed case"), "{shown}");
}
