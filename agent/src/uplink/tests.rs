//! The loop against a collector in memory: what arrives, when, and what happens when it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use caretaker_proto::agent::v1::{DevicePolicy as WirePolicy, SignedCheckpoint, SignedRecipients};
use caretaker_shared::checkpoint::{AuditKey, Checkpoint, Incarnation};
use caretaker_shared::clock::ManualClock;
use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::{AgeProfile, Ask, rules};
use caretaker_shared::model::{
    CanaryNonce, Content, DeviceEvent, DeviceEventKind, DeviceId, EpochId, Executable, ExecutableFacts,
    ExecutableFormat, Executables, KeywordEvent, Payload, ProbeName, Role, Severity, Stream, Unsealed, VersionInfo,
};
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::refusal::Refusal;
use caretaker_shared::sealing::{Card, Evidence, Holder, Kind, PersonalKey, RecipientSet, Root, Sealed};
use caretaker_shared::tls::{Fault, TlsError};
use caretaker_shared::wire::{self, Hello, Upload};
use jiff::Timestamp;
use prost::Message as _;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Receipt, Session, Uplink, UplinkError, Welcome, Wiring, run};
use crate::checkpoints::Checkpoints;
use crate::clocks::DeviceClocks;
use crate::config::{self, InForce};
use crate::detection::Rules;
use crate::detection::{Event, News};
use crate::documents::{Known, Ledger as _};
use crate::identity::{CollectorPlace, Identity, Keeper};
use crate::sealing::Sealer;
use crate::spool::{Options, Spool, SpoolError};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}

/// What the collector in memory holds and has been told to do.
#[derive(Default)]
struct Book {
    epochs: BTreeMap<EpochId, [u64; 4]>,
    payloads: Vec<(Stream, Payload)>,
    hellos: usize,
    /// The policy version that each greeting named.
    followed: Vec<u64>,
    refuse: Option<UplinkError>,
    refuse_adopted: bool,
    adopted: Vec<Sha256>,
    policy: Option<WirePolicy>,
    resend: Vec<ProbeName>,
    wanted: Vec<Sha256>,
    lexicons: Vec<u8>,
    recipients: Option<SignedRecipients>,
    fetched_recipients: usize,
    /// How often they were asked for from their beginning.
    lexicons_asked: u32,
    checkpoints: Vec<SignedCheckpoint>,
    canary: Option<CanaryNonce>,
}

/// A collector that everybody in a test shares.
#[derive(Clone)]
struct Memory {
    book: Arc<Mutex<Book>>,
    happened: Arc<Notify>,
    authority: Arc<Authority>,
    device: DeviceId,
}

impl Memory {
    fn new() -> Self {
        let (authority, _) = Authority::generate("Northfield School", noon()).expect("an authority");
        Self {
            book: Arc::default(),
            happened: Arc::new(Notify::new()),
            authority: Arc::new(authority),
            device: DeviceId::random(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no holder panics")
    }

    /// Waits until the book satisfies a condition. Time stands still but for the timers of the loop.
    async fn until(&self, condition: impl Fn(&Book) -> bool) {
        loop {
            let happened = self.happened.notified();
            if condition(&self.book()) {
                return;
            }
            happened.await;
        }
    }

    fn answer<T>(&self, call: impl FnOnce(&mut Book) -> Result<T, UplinkError>) -> Result<T, UplinkError> {
        let mut book = self.book();
        let answer = match book.refuse.clone() {
            Some(error) => Err(error),
            None => call(&mut book),
        };
        drop(book);
        self.happened.notify_waiters();
        answer
    }

    fn issue(&self, csr_der: &[u8], now: Timestamp) -> String {
        self.authority.issue_device(self.device, csr_der, Validity { now, days: 100 }).expect("issues").pem
    }
}

impl Uplink for Memory {
    async fn hello(&self, hello: Hello) -> Result<Welcome, UplinkError> {
        self.book().hellos += 1;
        self.book().followed.push(hello.policy_version);
        self.answer(|book| {
            if book.refuse_adopted && book.adopted.len() == 1 {
                return Err(UplinkError::Unreached(Fault::DeviceUnknown));
            }
            let held = book.epochs.entry(hello.epoch).or_default();
            let high_water = Stream::ALL.into_iter().map(|s| (s, held[usize::from(s.priority())])).collect();
            let policy_version = book.policy.as_ref().map_or(0, |policy| policy.version);
            let lexicons = Some(&book.lexicons).filter(|bytes| !bytes.is_empty()).map(|bytes| Sha256::of(bytes));
            let recipients = book.recipients.as_ref().map(|signed| Sha256::of(&signed.recipients));
            let lexicons_unknown = false;
            // As a collector does: what follows the one that the device names, or else the newest.
            let known = book.checkpoints.iter().position(|one| Some(Sha256::of(&one.checkpoint)) == hello.checkpoint);
            let from = known.map_or(book.checkpoints.len().saturating_sub(1), |at| at + 1);
            Ok(Welcome {
                high_water,
                policy_version,
                heartbeat_seconds: 300,
                lexicons,
                lexicons_unknown,
                recipients,
                canary: book.canary,
                checkpoints: book.checkpoints[from..].to_vec(),
            })
        })
    }

    async fn upload(&self, upload: Upload) -> Result<Receipt, UplinkError> {
        self.answer(|book| {
            let Some(held) = book.epochs.get_mut(&upload.epoch) else {
                return Err(UplinkError::Refused { reason: Some(Refusal::EpochUnknown), message: String::new() });
            };
            let high = &mut held[usize::from(upload.stream.priority())];
            for (number, bytes) in upload.records {
                if number > *high {
                    *high = number;
                    book.payloads.push((upload.stream, wire::decode(&bytes).expect("an envelope").payload));
                }
            }
            Ok(Receipt { high_water: *high, resend: std::mem::take(&mut book.resend) })
        })
    }

    async fn renew(&self, csr_der: Vec<u8>) -> Result<String, UplinkError> {
        let pem = self.issue(&csr_der, noon().checked_add(Duration::from_secs(60 * 86_400)).expect("in range"));
        self.answer(|_| Ok(pem))
    }

    async fn policy(&self, _version: u64) -> Result<Option<WirePolicy>, UplinkError> {
        self.answer(|book| Ok(book.policy.clone()))
    }

    async fn offer_executables(&self, digests: Vec<Sha256>) -> Result<Vec<Sha256>, UplinkError> {
        self.answer(|book| Ok(digests.into_iter().filter(|digest| book.wanted.contains(digest)).collect()))
    }

    async fn lexicons(&self, digest: Sha256, offset: u32) -> Result<(Vec<u8>, u32), UplinkError> {
        self.answer(|book| {
            book.lexicons_asked += u32::from(offset == 0);
            let from = usize::try_from(offset).expect("small").min(book.lexicons.len());
            // One byte at a time would do; a few show that pieces are put together.
            let piece = &book.lexicons[from..book.lexicons.len().min(from + 100)];
            let is_this = Sha256::of(&book.lexicons) == digest;
            let total = u32::try_from(book.lexicons.len()).expect("small");
            Ok((if is_this { piece.to_vec() } else { Vec::new() }, total))
        })
    }

    async fn recipients(&self) -> Result<Option<Vec<u8>>, UplinkError> {
        self.answer(|book| {
            book.fetched_recipients += 1;
            Ok(book.recipients.as_ref().map(|signed| signed.encode_to_vec()))
        })
    }

    fn adopt(&self, identity: &Identity) -> Result<(), TlsError> {
        self.book().adopted.push(identity.certificate.fingerprint);
        Ok(())
    }
}

/// A device with its loop running against a [`Memory`].
struct Device {
    home: tempfile::TempDir,
    spool: Arc<Spool>,
    rules: Rules,
    policy: watch::Receiver<InForce>,
    resend: mpsc::Receiver<Vec<ProbeName>>,
    executables: watch::Sender<Arc<Executables>>,
    asked: watch::Receiver<Option<CanaryNonce>>,
    stop: CancellationToken,
    running: JoinHandle<Result<(), SpoolError>>,
}

fn keeper(collector: &Memory, state: &Path) -> Keeper {
    let key = DeviceKey::generate().expect("a key");
    let certificate_pem = collector.issue(&key.request().expect("a request"), noon());
    let identity = Identity {
        key_pem: key.to_pem(),
        certificate: caretaker_shared::pki::Certificate::from_pem(&certificate_pem).expect("a certificate"),
        certificate_pem,
        authority_pem: collector.authority.pem().to_owned(),
        collector: CollectorPlace {
            address: "collector.example.school:7443".into(),
            school: "Northfield School".into(),
            site: "North".into(),
            root: Some(root().fingerprint()),
        },
    };
    crate::identity::put(state, &identity).expect("is kept");
    Keeper::open(state).expect("reads").expect("is enrolled")
}

fn start(collector: &Memory, clock: &Arc<ManualClock>) -> Device {
    let home = tempfile::tempdir().expect("a folder");
    let clocks = DeviceClocks::of_this_boot(clock.clone());
    let spool = Arc::new(Spool::open(&Options::within(home.path()), clocks.clone()).expect("opens"));
    let (policy, policy_seen) = watch::channel(None);
    let (resend, resent) = mpsc::channel(8);
    let (found, executables) = watch::channel(Arc::default());
    let (canary, asked) = watch::channel(None);
    let alarms = spool.clone();
    let texts = Rules::builtin();
    let keeper = keeper(collector, home.path());
    let sealer = Arc::new(Sealer::open(home.path(), keeper.identity()));
    spool.seal_with(sealer.clone());
    let checkpoints = Arc::new(Checkpoints::open(home.path(), keeper.identity()));
    let wiring = Wiring {
        spool: spool.clone(),
        keeper,
        sealer: sealer.clone(),
        checkpoints,
        clocks,
        hostname: "lab-1".into(),
        policy,
        rules: texts.clone(),
        resend,
        executables,
        describe: Arc::new(move |wanted| {
            let alarms = alarms.clone();
            Box::pin(async move { wanted.iter().filter_map(|executable| described(executable, &alarms)).collect() })
        }),
        canary,
        chance: || 0.5,
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(Session::new(collector.clone(), wiring), stop.clone()));
    Device { home, spool, rules: texts, policy: policy_seen, resend: resent, executables: found, asked, stop, running }
}

/// What lies at one path is described by raising an alert.
fn described(executable: &Executable, alarms: &Spool) -> Option<ExecutableFacts> {
    if executable.path == "/tmp/alarm" && alarms.push(&keyword()).is_err() {
        return None;
    }
    Some(ExecutableFacts {
        sha256: executable.sha256,
        size_bytes: executable.size_bytes,
        format: executable.format,
        runs_on: "x86_64".into(),
        file_name: "tool".into(),
        version: VersionInfo::default(),
        signer: None,
        class: None,
    })
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(noon()))
}

fn keyword() -> Payload {
    Payload::Keyword(KeywordEvent::met("rule.1", "selfharm", Severity::HIGHEST, Sha256::of(b"a path"), noon()))
}

fn started() -> Payload {
    Payload::Device(DeviceEvent::of_agent(DeviceEventKind::Started, noon()))
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_arrives_and_leaves_the_spool() {
    let collector = Memory::new();
    let device = start(&collector, &clock());
    collector.until(|book| book.hellos == 1).await;
    device.spool.push(&started()).expect("queued");
    device.spool.push(&keyword()).expect("queued");
    collector.until(|book| book.payloads.len() == 2).await;
    device.stop.cancel();
    device.running.await.expect("ends").expect("in good order");
    assert!(device.spool.marks().expect("reads").iter().all(|mark| mark.acknowledged == mark.last));
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_was_away_gets_everything_once_safeguarding_first() {
    let collector = Memory::new();
    collector.book().refuse = Some(UplinkError::Unreached(Fault::Unreachable));
    let device = start(&collector, &clock());
    for _ in 0..450 {
        device.spool.push(&started()).expect("queued");
    }
    device.spool.push(&keyword()).expect("queued");
    collector.until(|book| book.hellos >= 3).await;
    collector.book().refuse = None;
    collector.until(|book| book.payloads.len() == 451).await;
    assert_eq!(collector.book().payloads[0].0, Stream::Safeguarding);
    device.stop.cancel();
    device.running.await.expect("ends").expect("in good order");
}

#[tokio::test(start_paused = true)]
async fn what_the_collector_asks_a_device_to_prove_itself_with_is_handed_on_with_every_greeting() {
    let collector = Memory::new();
    let nonce = CanaryNonce::random();
    collector.book().canary = Some(nonce);
    let mut device = start(&collector, &clock());
    for _ in 0..2 {
        device.asked.changed().await.expect("the loop runs");
        assert_eq!(*device.asked.borrow_and_update(), Some(nonce));
    }
    device.stop.cancel();
    device.running.await.expect("ends").expect("in good order");
}

#[tokio::test(start_paused = true)]
async fn a_revoked_device_asks_hourly_and_keeps_everything() {
    let collector = Memory::new();
    let revoked = UplinkError::Refused { reason: Some(Refusal::DeviceRevoked), message: "revoked".into() };
    collector.book().refuse = Some(revoked);
    let device = start(&collector, &clock());
    let began = tokio::time::Instant::now();
    device.spool.push(&keyword()).expect("queued");
    collector.until(|book| book.hellos == 3).await;
    assert_eq!(began.elapsed().as_secs() / 3600, 2);
    collector.book().refuse = None;
    collector.until(|book| book.payloads.len() == 1).await;
    device.stop.cancel();
    device.running.await.expect("ends").expect("in good order");
}

#[tokio::test(start_paused = true)]
async fn a_new_policy_is_handed_on_and_survives_the_restart() {
    let collector = Memory::new();
    let policy = WirePolicy { version: 4, school: "Northfield School".into(), ..WirePolicy::default() };
    collector.book().policy = Some(policy);
    let mut device = start(&collector, &clock());
    device.policy.changed().await.expect("the loop runs");
    assert_eq!(device.policy.borrow().as_ref().map(|policy| policy.version), Some(4));
    let stored = device.spool.policy().expect("reads").expect("is kept");
    assert_eq!(config::decode(&stored).expect("a policy").version, 4);
}

/// Encoded packs with one list of one phrase.
fn lexicons(phrase: &str) -> Vec<u8> {
    let list = format!(
        "lang = \"en-GB\"\ntitle = \"Local\"\nsource = \"a test\"\nlicence = \"CC0-1.0\"\nreviewed = \"by nobody\"\n\
         [[rule]]\nid = \"bullying.local\"\ncategory = \"bullying\"\nseverity = 3\nsureness = 1\nany = [\"{phrase}\"]\n\
         [rule.tests]\nhit = [\"{phrase}\"]\nmiss = [\"no club\"]\n"
    );
    let pack = rules::compile(&[rules::parse(&[("local.toml", &list)]).expect("a good list")]).write();
    caretaker_proto::agent::v1::Packs { packs: vec![pack] }.encode_to_vec()
}

#[tokio::test(start_paused = true)]
async fn rules_that_the_school_has_added_come_into_force_and_go_again() {
    let collector = Memory::new();
    collector.book().lexicons = lexicons("purple heron club");
    let device = start(&collector, &clock());
    let categories = BTreeSet::from(["bullying".to_owned()]);
    let met = || {
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        device.rules.read("Join the purple heron club!", &ask).len()
    };
    collector.until(|book| book.hellos == 2).await;
    assert_eq!(met(), 1);
    assert_eq!(device.spool.lexicons().expect("reads"), Some(lexicons("purple heron club")), "kept for the next start");
    collector.book().lexicons.clear();
    collector.until(|book| book.hellos == 4).await;
    assert_eq!((met(), device.spool.lexicons().expect("reads")), (0, None));
}

#[tokio::test(start_paused = true)]
async fn rules_that_cannot_be_read_leave_those_before_in_force() {
    let collector = Memory::new();
    collector.book().lexicons = b"not packs".to_vec();
    let device = start(&collector, &clock());
    collector.until(|book| book.hellos == 3).await;
    assert_eq!(device.spool.lexicons().expect("reads"), None);
    assert_eq!(collector.book().lexicons_asked, 1, "what cannot be read is not fetched again");
    collector.book().lexicons = lexicons("purple heron club");
    collector.until(|book| book.hellos == 5).await;
    assert!(device.spool.lexicons().expect("reads").is_some(), "others are");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_came_into_force_is_told_at_once() {
    let collector = Memory::new();
    collector.book().policy = Some(WirePolicy { version: 4, ..WirePolicy::default() });
    let _device = start(&collector, &clock());
    let began = tokio::time::Instant::now();
    collector.until(|book| book.hellos == 2).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    collector.until(|book| book.hellos == 3).await;
    assert!(began.elapsed() >= Duration::from_secs(240), "the next greeting has its time");
    assert_eq!(collector.book().followed, [0, 4, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_followed_is_not_told_as_followed() {
    let collector = Memory::new();
    let relative = WirePolicy { version: 4, executable_folders: vec!["opt".into()], ..WirePolicy::default() };
    collector.book().policy = Some(relative);
    let _device = start(&collector, &clock());
    let began = tokio::time::Instant::now();
    collector.until(|book| book.hellos == 2).await;
    assert!(began.elapsed() >= Duration::from_secs(240), "it is asked for again, without haste");
    assert_eq!(collector.book().followed, [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_lacks_a_state_makes_its_probe_ask_again() {
    let collector = Memory::new();
    collector.book().resend = vec![ProbeName::Software];
    let mut device = start(&collector, &clock());
    device.spool.push(&started()).expect("queued");
    assert_eq!(device.resend.recv().await, Some(vec![ProbeName::Software]));
}

#[tokio::test(start_paused = true)]
async fn facts_go_out_only_for_executables_that_are_wanted() {
    let collector = Memory::new();
    let executable = |name: &str| Executable {
        path: format!("/tmp/{name}"),
        sha256: Sha256::of(name.as_bytes()),
        size_bytes: 1,
        modified_at: noon(),
        owner: "root".into(),
        format: ExecutableFormat::Elf,
        class: None,
        signer: None,
        removable: false,
    };
    collector.book().wanted = vec![Sha256::of(b"new")];
    let device = start(&collector, &clock());
    device.executables.send_replace(Arc::new(found(vec![executable("new"), executable("known")])));
    collector.until(|book| book.payloads.len() == 1).await;
    let book = collector.book();
    assert!(matches!(&book.payloads[0].1, Payload::ExecutableFacts(facts) if facts.sha256 == Sha256::of(b"new")));
}

#[tokio::test(start_paused = true)]
async fn an_alert_does_not_wait_until_thousands_of_executables_are_described() {
    let collector = Memory::new();
    let executable = |number: u32| Executable {
        path: "/tmp/alarm".into(),
        sha256: Sha256::of(&number.to_be_bytes()),
        size_bytes: 1,
        modified_at: noon(),
        owner: "root".into(),
        format: ExecutableFormat::Elf,
        class: None,
        signer: None,
        removable: false,
    };
    let all: Vec<Executable> = (0..200).map(executable).collect();
    collector.book().wanted = all.iter().map(|executable| executable.sha256).collect();
    let device = start(&collector, &clock());
    // What lies at this path is described by raising an alert.
    device.executables.send_replace(Arc::new(found(all)));
    collector.until(|book| book.payloads.iter().filter(|(stream, _)| *stream == Stream::State).count() == 200).await;
    let book = collector.book();
    let first_facts = book.payloads.iter().position(|(stream, _)| *stream == Stream::State);
    let last_alert = book.payloads.iter().rposition(|(stream, _)| *stream == Stream::Safeguarding);
    assert!(first_facts < last_alert, "alerts went out while there was still much to describe");
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_forgot_the_epoch_is_greeted_again_and_gets_what_is_kept() {
    let collector = Memory::new();
    let device = start(&collector, &clock());
    device.spool.push(&keyword()).expect("queued");
    collector.until(|book| book.payloads.len() == 1).await;
    {
        let mut book = collector.book();
        book.epochs.clear();
        book.payloads.clear();
    }
    device.spool.push(&started()).expect("queued");
    collector.until(|book| book.payloads.len() == 2).await;
    assert_eq!(collector.book().payloads[0], (Stream::Safeguarding, keyword()));
}

#[tokio::test(start_paused = true)]
async fn the_certificate_is_renewed_at_half_its_time_and_the_old_one_goes_after_the_new_one_worked() {
    let collector = Memory::new();
    let clock = clock();
    let device = start(&collector, &clock);
    collector.until(|book| book.hellos == 1).await;
    clock.advance(Duration::from_secs(49 * 86_400));
    collector.until(|book| book.hellos == 2).await;
    assert!(collector.book().adopted.is_empty(), "51 days are left");
    clock.advance(Duration::from_secs(86_400));
    collector.until(|book| book.adopted.len() == 1).await;
    collector.until(|book| book.hellos >= 4).await;
    device.stop.cancel();
    device.running.await.expect("ends").expect("in good order");
    let kept = std::fs::read_dir(device.home.path().join("identity")).expect("lists").count();
    assert_eq!(kept, 2, "the file that names it, and the new identity");
}

#[tokio::test(start_paused = true)]
async fn a_renewed_identity_that_is_turned_away_does_not_cut_the_device_off() {
    let collector = Memory::new();
    collector.book().refuse_adopted = true;
    let clock = clock();
    let device = start(&collector, &clock);
    collector.until(|book| book.hellos == 1).await;
    clock.advance(Duration::from_secs(51 * 86_400));
    collector.until(|book| book.adopted.len() == 2).await;
    device.spool.push(&keyword()).expect("queued");
    collector.until(|book| book.payloads.len() == 1).await;
}

fn found(files: Vec<Executable>) -> Executables {
    Executables { files, media: Vec::new() }
}

/// The safeguarding lead whose root every device of these tests knows.
fn lead() -> &'static PersonalKey {
    static LEAD: OnceLock<PersonalKey> = OnceLock::new();
    LEAD.get_or_init(|| {
        let (school, name) = ("Northfield School".to_owned(), "Anna Example".to_owned());
        let (sites, accounts) = (Vec::new(), vec!["a.example".to_owned()]);
        PersonalKey::generate(Holder { school, name, role: Role::SafeguardingLead, sites, accounts }, Kind::Root)
    })
}

fn root() -> Root {
    lead().root().expect("she holds the root")
}

fn recipients(version: u64) -> SignedRecipients {
    let set = RecipientSet {
        school: "Northfield School".into(),
        version,
        made_at: noon(),
        // Long ago: an expired set is sealed for until there is a newer one.
        expires_at: Timestamp::UNIX_EPOCH,
        recipients: vec![Card::of(lead()).recipient()],
        recovery: Vec::new(),
    };
    let signed = set.sign(lead()).expect("signed");
    SignedRecipients::decode(signed.encoded()).expect("what was signed")
}

/// Queues what a document met, and returns how its event arrived at the collector.
async fn arrived(collector: &Memory, device: &Device, number: u32) -> Content {
    let document = Sha256::of(&number.to_be_bytes());
    let event = KeywordEvent::met("made.up", "bullying", Severity::HIGHEST, document, noon());
    let known = Known { size_bytes: 1, modified_ns: 1, text: None, told: Vec::new() };
    let news = News { events: vec![Event { event, stage: None, evidence: Evidence::nothing() }], told: Vec::new() };
    device.spool.record(&document, &known, &news).expect("queued");
    let of = |payload: &Payload| {
        let Payload::Keyword(event) = payload else { return None };
        (event.document == document).then(|| event.content.clone())
    };
    collector.until(|book| book.payloads.iter().any(|(_, payload)| of(payload).is_some())).await;
    collector.book().payloads.iter().find_map(|(_, payload)| of(payload)).expect("arrived")
}

#[tokio::test(start_paused = true)]
async fn a_device_seals_for_the_recipients_that_its_root_has_signed_and_refuses_others() {
    let collector = Memory::new();
    let clock = Arc::new(ManualClock::new(noon()));
    let device = start(&collector, &clock);
    collector.until(|book| book.hellos > 0).await;
    assert_eq!(arrived(&collector, &device, 1).await, Content::Nothing(Unsealed::NoRecipients));

    collector.book().recipients = Some(recipients(2));
    collector.until(|book| book.fetched_recipients == 1).await;
    let hellos = collector.book().hellos;
    collector.until(|book| book.hellos > hellos).await;
    let Content::Sealed(sealed) = arrived(&collector, &device, 2).await else { panic!("it is sealed") };
    let sealed = Sealed::parse(&sealed).expect("what was sealed");
    assert!(sealed.key_alone(lead()).is_ok_and(|key| sealed.open(&key).is_ok()));
    let by_two = sealed.recipients();

    let mut unsigned = recipients(3);
    unsigned.signature[0] ^= 1;
    for (count, refused) in [(2, recipients(1)), (3, unsigned)] {
        collector.book().recipients = Some(refused);
        let told = |book: &Book| {
            let is_it = |(_, payload): &(Stream, Payload)| matches!(payload, Payload::Device(event) if event.kind == DeviceEventKind::RecipientsRefused);
            book.payloads.iter().filter(|payload| is_it(payload)).count()
        };
        collector.until(|book| told(book) == count - 1).await;
        let hellos = collector.book().hellos;
        collector.until(|book| book.hellos > hellos + 1).await;
        let book = collector.book();
        assert_eq!((told(&book), book.fetched_recipients), (count - 1, count), "told once");
    }
    let Content::Sealed(sealed) = arrived(&collector, &device, 3).await else { panic!("the last good ones hold") };
    assert_eq!(Sealed::parse(&sealed).expect("what was sealed").recipients(), by_two);
    device.stop.cancel();
}

/// The checkpoint of a row that follows `before`, as the collector's key signs it.
fn checkpoint(key: &AuditKey, row: u64, before: Option<&SignedCheckpoint>) -> SignedCheckpoint {
    let day = Duration::from_secs(86_400 * row);
    let checkpoint = Checkpoint {
        school: "Northfield School".into(),
        row,
        hash: Sha256::of(&row.to_be_bytes()),
        made_at: noon().checked_add(day).expect("in range"),
        incarnation: Incarnation { number: 1, id: [1; 16] },
        previous: before.map(|before| Sha256::of(&before.checkpoint)),
    };
    key.sign(&checkpoint).message().clone()
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_written_anew_is_noticed_by_a_device_that_was_away() {
    let (key, _) = AuditKey::generate();
    let mut history: Vec<SignedCheckpoint> = Vec::new();
    for row in 1..=60 {
        history.push(checkpoint(&key, row, history.last()));
    }
    let collector = Memory::new();
    collector.book().checkpoints = history[..5].to_vec();
    let device = start(&collector, &clock());
    collector.until(|book| book.hellos > 1).await;
    collector.book().checkpoints = history.clone();
    let hellos = collector.book().hellos;
    collector.until(|book| book.hellos > hellos + 1).await;
    let (held, _) = kept_by(&device);
    assert_eq!(held.last(), history.last(), "the newest");
    // 22 November to 21 January: the first that it saw, and those of the first days of two months.
    let first_of_months = [&history[4], &history[8], &history[39]];
    assert_eq!(held.iter().take(3).collect::<Vec<_>>(), first_of_months);
    assert_eq!(told_of_checkpoints(&collector.book()), Vec::<String>::new());

    // Somebody who has the key writes everything from row 58 on anew, and more of it.
    let mut forged = history[..57].to_vec();
    for row in 58..=70 {
        forged.push(checkpoint(&key, row + 100, forged.last()));
    }
    collector.book().checkpoints = forged;
    collector.until(|book| !told_of_checkpoints(book).is_empty()).await;
    let hellos = collector.book().hellos;
    collector.until(|book| book.hellos > hellos + 2).await;
    let told = told_of_checkpoints(&collector.book());
    assert_eq!(told, ["the log was written anew: the checkpoint of row 60 is not part of its history"], "told once");
    assert_eq!(kept_by(&device).0, held, "what was kept stays");
    device.stop.cancel();
}

/// What lies in a device's file, and whose it is.
fn kept_by(device: &Device) -> (Vec<SignedCheckpoint>, Vec<u8>) {
    let encoded = std::fs::read(device.home.path().join("checkpoints")).expect("the file");
    let file = caretaker_proto::agent::v1::KeptCheckpoints::decode(encoded.as_slice()).expect("its form");
    (file.kept, file.authority)
}

fn told_of_checkpoints(book: &Book) -> Vec<String> {
    let told = |(_, payload): &(Stream, Payload)| {
        let Payload::Device(event) = payload else { return None };
        (event.kind == DeviceEventKind::CheckpointRefused).then(|| event.detail.clone())
    };
    book.payloads.iter().filter_map(told).collect()
}
