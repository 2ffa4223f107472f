//! Commands as people type them, against a real service on a real socket.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::{Clock as _, ManualClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::model::{Antivirus, Facts, HostFacts, Idle, Outcome, ProbeName, Reading, ScreenLock};
use caretaker_shared::pki::Authority;
use caretaker_shared::policy::PRESET;
use caretaker_shared::private_file;
use caretaker_shared::token::EnrolmentToken;
use clap::Parser as _;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::client::{ClientCommand, Place, run_on};
use crate::commands::{Exit, Failure};
use crate::console::{self, Context, MailRoutes, SOCKET};
use crate::guidance::Guidance;
use crate::render::Screen;
use crate::render::text::width;
use crate::store::console::sample::{SampleAlert, SampleFinding};
use crate::store::{LoginStanding, Store};

#[derive(Debug, clap::Parser)]
struct Typed {
    #[command(subcommand)]
    command: ClientCommand,
}

/// A collector's console on a socket of its own.
pub(super) struct School {
    folder: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) clock: Arc<ManualClock>,
    authority: Sha256,
    stop: CancellationToken,
    service: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

impl School {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("caretaker.db")).expect("a fresh database");
        let clock = Arc::new(ManualClock::new("2026-11-21T14:02:00Z".parse().expect("a time")));
        let (authority, _) = Authority::generate("Northfield School", clock.now()).expect("an authority");
        let fingerprint = authority.fingerprint();
        let context = Context {
            store: store.clone(),
            clock: clock.clone(),
            zone: TimeZone::UTC,
            school: "Northfield School".into(),
            address: "collector.northfield.example:7443".into(),
            authority: Arc::new(authority),
            routes: MailRoutes { first: "maildir ./caretaker-data/mail".into(), ..MailRoutes::default() },
            audit: Arc::default(),
            guidance: Guidance::new(folder.path().join("guidance.txt"), Some("01632 960 000".into())),
            rules: crate::data::OwnRules::of(crate::data::DataFolder::at(folder.path())),
            audit_key: Arc::new(caretaker_shared::checkpoint::AuditKey::generate().0),
            started_at: clock.now() - SignedDuration::from_hours(12 * 24),
        };
        let listener = console::bind(&folder.path().join(SOCKET)).expect("a free path");
        let stop = CancellationToken::new();
        let service = tokio::spawn(console::serve(listener, console::services(context), stop.clone()));
        Self { folder, store, clock, authority: fingerprint, stop, service }
    }

    /// A school with the site "Main" and its first policy.
    pub(super) async fn with_site() -> Self {
        let school = Self::open();
        let now = school.clock.now();
        school.store.apply_policy("Main", PRESET, "the test", now).await.expect("a first policy");
        school
    }

    /// Where its data lies.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) async fn add(&self, names: &[&str]) {
        let seen = Some(self.clock.now() - SignedDuration::from_secs(240));
        self.store.add_devices("Main", names.iter().map(|name| ((*name).to_owned(), seen)).collect()).await;
    }

    /// Twelve files that no package owns, one found each hour, and their findings.
    pub(super) async fn add_unknown_files(&self, device: &'static str) {
        let hours_ago = |n: i64| self.clock.now() - SignedDuration::from_hours(12 - n);
        let path = |n| match n {
            4 => format!("/home/pupil.one/{}start", "a-folder-in-a-folder/".repeat(5)),
            n => format!("/srv/games/game-{n:02}"),
        };
        self.store.add_executables(device, (0..12).map(|n| (path(n), hours_ago(n))).collect()).await;
        for subject in ["/srv/games/game-01", "/srv/games/game-02", "/srv/games/game-03", "/srv/games/game-05"] {
            let (summary, reason) = ("no package owns it", "elf file of root, 4100000 bytes");
            let opened_at = hours_ago(10);
            let finding =
                SampleFinding { requirement: "E4", subject, summary, reason, opened_at, ..never_locks(device) };
            self.store.add_finding(finding).await;
        }
    }

    pub(super) async fn types(&self, line: &[&str]) -> Result<String, Failure> {
        self.types_on(100, line).await.map(|(_, text)| text)
    }

    pub(super) async fn types_on(&self, columns: usize, line: &[&str]) -> Result<(Exit, String), Failure> {
        let ended = run(self.folder.path(), self.clock.now(), columns, line).await;
        if let Ok((_, text)) = &ended {
            let machine =
                ["--json", "--csv", "--check", "--propose", "export"].iter().any(|option| line.contains(option));
            let json = machine || line.first() == Some(&"policy") || line.first() == Some(&"token");
            // A rule is shown as it is written.
            let rule = line.starts_with(&["catalogue", "show"]);
            let text = if rule { text.split("[[title]]").next().unwrap_or_default() } else { text };
            for line in text.lines().filter(|line| !json && !line.starts_with("login_")) {
                assert!(width(line) <= columns, "wider than {columns}: {line}");
            }
        }
        ended
    }

    pub(super) async fn json(&self, line: &[&str]) -> serde_json::Value {
        let text = self.types(line).await.expect("an answer");
        serde_json::from_str(&text).expect("JSON")
    }

    pub(super) async fn close(self) {
        self.stop.cancel();
        self.service.await.expect("the service ends").expect("and ends well");
    }
}

async fn run(data: &Path, now: Timestamp, columns: usize, line: &[&str]) -> Result<(Exit, String), Failure> {
    let typed = Typed::try_parse_from(std::iter::once(&"caretaker-collector").chain(line)).expect("a command");
    let screen = Screen { width: columns, colour: false, now: now.to_zoned(TimeZone::UTC) };
    let mut out = Vec::new();
    match run_on(typed.command, &Place::Data(data.to_owned()), &screen, &mut out).await {
        Ok(exit) => Ok((exit, String::from_utf8(out).expect("UTF-8"))),
        Err(error) => Err(error.downcast::<Failure>().expect("a failure with a text for people")),
    }
}

pub(super) fn never_locks(device: &'static str) -> SampleFinding {
    SampleFinding {
        device,
        requirement: "E2",
        subject: "pupil.one",
        verdict: "fails",
        summary: "never locks",
        reason: "GNOME: lock-enabled = false in /etc/dconf/db/local",
        remedy: "Set the lock time of GNOME to 5 minutes or less for all users, and lock the setting.",
        opened_at: "2026-11-17T10:14:00Z".parse().expect("a time"),
    }
}

fn alert(reference: &'static str, kind: &'static str, device: &'static str) -> SampleAlert {
    SampleAlert {
        reference,
        kind,
        severity: 5,
        device,
        about: "antivirus turned off",
        raised_at: "2026-11-21T13:56:00Z".parse().expect("a time"),
        mail_state: "sent",
        mail_error: "",
    }
}

#[tokio::test]
async fn without_a_collector_it_says_how_to_start_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for data in [folder.path().to_owned(), folder.path().join("nowhere")] {
        let failure = run(&data, Timestamp::UNIX_EPOCH, 100, &["status"]).await.expect_err("nobody is there");
        assert_eq!(failure.exit, Exit::Unreachable);
        assert!(failure.message.starts_with(&format!("there is no collector in {}\n", data.display())), "{failure}");
    }
    private_file::write(&folder.path().join("collector.toml"), b"").expect("writes");
    let failure = run(folder.path(), Timestamp::UNIX_EPOCH, 100, &["status"]).await.expect_err("nobody answers");
    assert_eq!(failure.exit, Exit::Unreachable);
    let data = folder.path().display();
    assert_eq!(
        failure.message,
        format!("the collector is not running on {data}\n  start it:  caretaker-collector serve --data {data}")
    );
}

#[tokio::test]
async fn an_empty_school_says_what_to_do_next() {
    let school = School::open();
    let status = school.types(&["status"]).await.expect("an answer");
    assert!(status.contains("policy apply --site Main policy.toml"), "{status}");
    let no_site = school.types(&["token", "create", "--site", "Main"]).await.expect_err("no site yet");
    assert_eq!(no_site.exit, Exit::Usage);
    assert!(no_site.message.contains("no site exists yet"), "{}", no_site.message);

    school.store.apply_policy("Main", PRESET, "the test", school.clock.now()).await.expect("a policy");
    for line in [["status"], ["devices"], ["software"], ["findings"]] {
        let said = school.types(&line).await.expect("an answer");
        assert!(
            said.contains("No devices yet. Create a token: caretaker-collector token create --site Main"),
            "{said}"
        );
    }
    assert_eq!(
        school.types(&["alerts"]).await.expect("an answer"),
        "No alert is open. Closed ones too:  alerts --all\n"
    );
    school.close().await;
}

#[tokio::test]
async fn a_token_opens_the_right_door_and_only_its_hash_is_kept() {
    let school = School::with_site().await;
    let said = school.json(&["token", "create", "--site", "main", "--uses", "30", "--json"]).await;
    assert_eq!(said["site"], "Main");
    assert_eq!(said["uses"], 30);
    assert_eq!(said["expires_at"], "2026-11-22T14:02:00Z");
    let token: EnrolmentToken = said["token"].as_str().expect("a text").parse().expect("a token");
    assert_eq!(token.address, "collector.northfield.example:7443");
    assert_eq!(token.authority, school.authority);
    let kept = caretaker_shared::token::fingerprint(token.secret().expose());
    let standing = school.store.token_standing(kept, school.clock.now()).await.expect("a standing");
    assert_eq!(standing, crate::store::TokenStanding::Good { site: "Main".into() });
    let audited = school.store.audited().await;
    let (actor, action, subject) = audited.last().expect("an entry");
    assert!(actor.ends_with(" on this machine"), "{actor}");
    assert_eq!((action.as_str(), subject.as_str()), ("token.create", "Main"));

    let refused = school.types(&["token", "create", "--site", "Nowhere"]).await.expect_err("no such site");
    assert_eq!(refused.message, "there is no site \"Nowhere\"\n  the sites are:  Main");
    let refused = school.types(&["token", "create", "--site", "Main", "--expires", "8d"]).await.expect_err("too long");
    assert!(refused.message.contains("at most 7d"), "{}", refused.message);
    school.close().await;
}

#[tokio::test]
async fn lists_of_many_devices_come_whole_once_and_in_order() {
    let school = School::with_site().await;
    let seen = Some(school.clock.now());
    // 500 names, each five times: pages must not break between devices of one name.
    let devices = (0..2_500).map(|n| (format!("pc-{:03}", n % 500), seen)).collect();
    school.store.add_devices("Main", devices).await;
    let said = school.json(&["devices", "--json"]).await;
    let devices = said["devices"].as_array().expect("a list");
    assert_eq!(devices.len(), 2_500);
    let keys: Vec<(&str, &str)> =
        devices.iter().map(|row| (row["name"].as_str().expect("name"), row["id"].as_str().expect("id"))).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(keys, sorted);
    school.close().await;
}

#[tokio::test]
async fn titles_are_counted_over_the_fleet_and_listed_for_one_device() {
    let school = School::with_site().await;
    school.add(&["PC-1", "PC-2"]).await;
    let many = |from: u32| (from..from + 1_500).map(|n| (format!("package-{n:04}"), "1.0".to_owned())).collect();
    school.store.add_software("PC-1", many(0)).await;
    school.store.add_software("PC-2", many(1_000)).await;
    let said = school.json(&["software", "--json"]).await;
    let titles = said["titles"].as_array().expect("a list");
    assert_eq!(titles.len(), 2_500);
    assert_eq!(titles[999]["devices"], 1);
    assert_eq!(titles[1_000]["devices"], 2);
    let of_one = school.json(&["software", "--device", "pc-2", "PACKAGE-10", "--json"]).await;
    assert_eq!(of_one["titles"].as_array().expect("a list").len(), 100);
    let nothing = school.types(&["software", "no such thing"]).await.expect("an answer");
    assert_eq!(nothing, "No title has \"no such thing\" in its name. All titles: software\n");
    school.close().await;
}

#[tokio::test]
async fn a_status_never_calls_unknown_met() {
    let school = School::with_site().await;
    school.add(&["PC-1", "PC-2"]).await;
    school.store.add_devices("Main", vec![("PC-3".into(), None)]).await;
    let taken_at = school.clock.now();
    let antivirus = Outcome::Complete(Facts::Antivirus(Antivirus::default()));
    school.store.add_reading("PC-1", Reading { probe: ProbeName::Antivirus, taken_at, outcome: antivirus }).await;
    school.store.add_finding(SampleFinding { requirement: "E1", subject: "", ..never_locks("PC-1") }).await;
    let failed = Outcome::Failed { reason: "permission denied".into() };
    school.store.add_reading("PC-2", Reading { probe: ProbeName::Antivirus, taken_at, outcome: failed }).await;
    let status = school.json(&["status", "--json"]).await;
    assert_eq!(status["devices"]["reported_today"], 2);
    assert_eq!(status["devices"]["never_reported"], 1);
    let of = |id: &str| {
        let rows = status["requirements"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["requirement"] == id).expect("the requirement");
        (row["met"].as_u64(), row["not_met"].as_u64(), row["unknown"].as_u64())
    };
    assert_eq!(of("E1"), (Some(0), Some(1), Some(2)));
    assert_eq!(of("A1.signatures"), (Some(1), Some(0), Some(2)));
    assert_eq!(of("E2"), (Some(0), Some(0), Some(3)));
    assert_eq!(of("A1"), (Some(2), Some(0), Some(1)));
    let (exit, _) = school.types_on(100, &["status", "--check"]).await.expect("an answer");
    assert_ne!(exit, Exit::Fine, "a device that never reported is not well");

    school.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
    let status = school.json(&["status", "--json"]).await;
    assert_eq!(status["devices"]["silent"], 2);
    assert_eq!(status["devices"]["reported_today"], 0);
    school.close().await;
}

#[tokio::test]
async fn a_device_shows_what_fails_what_holds_and_what_nobody_knows() {
    let school = School::with_site().await;
    school.add(&["PC-LAB3-04"]).await;
    let taken_at = school.clock.now() - SignedDuration::from_mins(3);
    let host = Facts::Host(HostFacts {
        hostname: "PC-LAB3-04".into(),
        os: "Debian GNU/Linux 12 (bookworm)".into(),
        platform: "linux".into(),
        kernel: "6.1.0-28-amd64".into(),
        architecture: "x86_64".into(),
        processors: 4,
        memory_bytes: 8_200_000_000,
        booted_at: taken_at,
    });
    let outcome = Outcome::Complete(host);
    school.store.add_reading("PC-LAB3-04", Reading { probe: ProbeName::Host, taken_at, outcome }).await;
    let lock = ScreenLock {
        user: "pupil.one".into(),
        desktop: "GNOME".into(),
        until_covered: Idle::Never,
        until_password: Idle::Never,
        setting: "lock-enabled = false".into(),
        place: "/etc/dconf/db/local".into(),
        user_can_change: true,
        on_battery: None,
        weighed: Vec::new(),
    };
    let outcome = Outcome::Complete(Facts::ScreenLock(vec![lock]));
    school.store.add_reading("PC-LAB3-04", Reading { probe: ProbeName::ScreenLock, taken_at, outcome }).await;
    school.store.add_finding(never_locks("PC-LAB3-04")).await;
    school.add_unknown_files("PC-LAB3-04").await;

    let said = school.json(&["device", "show", "pc-lab3-04", "--json"]).await;
    let verdicts = said["verdicts"].as_array().expect("a list");
    let of = |id: &str| verdicts.iter().find(|verdict| verdict["requirement"] == id).expect("every requirement");
    assert_eq!(of("E2")["verdict"], "fails");
    assert_eq!(of("E2")["subject"], "pupil.one");
    assert_eq!(of("E2")["since"], "2026-11-17T10:14:00Z");
    assert_eq!(of("E1")["verdict"], "unknown");
    assert_eq!(of("A1")["verdict"], "meets");
    assert_eq!(said["executables"][0]["path"], "/srv/games/game-11", "the newest comes first");
    for columns in [80, 100] {
        let (_, screen) = school.types_on(columns, &["device", "show", "PC-LAB3-04"]).await.expect("an answer");
        insta::assert_snapshot!(format!("device_show_{columns}"), screen);
    }
    school.close().await;
}

#[tokio::test]
async fn a_name_that_two_devices_share_is_not_guessed() {
    let school = School::with_site().await;
    school.add(&["PC-1", "PC-1"]).await;
    let refused = school.types(&["device", "show", "PC-1"]).await.expect_err("two devices");
    assert_eq!(refused.exit, Exit::Usage);
    assert!(
        refused.message.starts_with("2 devices are called \"PC-1\"\n  name one by its id:  "),
        "{}",
        refused.message
    );
    let id = refused.message.rsplit("  ").next().expect("an id").to_owned();
    school.types(&["device", "revoke", &id, "--reason", "swapped"]).await.expect("one by its id");
    // The other one is the only active device of that name now.
    let said = school.json(&["device", "show", "PC-1", "--json"]).await;
    assert_eq!(said["device"]["status"], "active");
    school.close().await;
}

#[tokio::test]
async fn a_revoked_device_is_shut_out_with_its_findings_closed() {
    let school = School::with_site().await;
    school.add(&["PC-1"]).await;
    school.store.add_finding(never_locks("PC-1")).await;
    let refused = school.types(&["device", "revoke", "PC-1", "--reason", " "]).await.expect_err("no reason");
    assert_eq!(refused.exit, Exit::Usage);
    let said = school.types(&["device", "revoke", "PC-1", "--reason", "laptop was stolen"]).await.expect("an answer");
    assert!(said.starts_with("PC-1 is revoked"), "{said}");
    let device = school.json(&["devices", "--json"]).await["devices"][0].clone();
    assert_eq!((device["status"].as_str(), device["findings"].as_u64()), (Some("revoked"), Some(0)));
    let all = school.json(&["findings", "--all", "--json"]).await;
    assert_eq!(all["findings"][0]["closed_at"], "2026-11-21T14:02:00Z");
    assert_eq!(school.store.audited().await.last().expect("an entry").1, "revoke");
    let shown = school.types(&["device", "show", "PC-1"]).await.expect("an answer");
    assert!(shown.contains("This device was revoked"), "{shown}");
    school.close().await;
}

#[tokio::test]
async fn findings_are_said_once_for_all_who_share_them() {
    let school = School::with_site().await;
    school.add(&["PC-01", "PC-02", "PC-03"]).await;
    for device in ["PC-01", "PC-02", "PC-03"] {
        school.store.add_finding(never_locks(device)).await;
    }
    let shown = school.types(&["findings", "e2"]).await.expect("an answer");
    assert_eq!(shown.matches("never locks").count(), 1, "{shown}");
    assert!(shown.contains("On: PC-01 .. 03"), "{shown}");
    let said = school.json(&["findings", "--json"]).await;
    let finding = &said["findings"][0];
    let fields: Vec<&String> = finding.as_object().expect("an object").keys().collect();
    let mut expected = vec![
        "closed_at",
        "device",
        "device_id",
        "groups",
        "opened_at",
        "reason",
        "remedy",
        "requirement",
        "site",
        "subject",
        "summary",
        "title",
        "verdict",
    ];
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!(
        school.json(&["devices", "--finding", "E2", "--json"]).await["devices"].as_array().expect("list").len(),
        3
    );
    let refused = school.types(&["findings", "E99"]).await.expect_err("no such requirement");
    assert!(refused.message.contains("one of:  E1  E2  A3  A1  A1.signatures  B2"), "{}", refused.message);
    school.close().await;
}

#[tokio::test]
async fn an_alert_is_taken_and_closed_once_with_an_outcome() {
    let school = School::with_site().await;
    school.add(&["PC-1"]).await;
    school.store.add_alert(alert("26-0001", "safeguarding", "PC-1")).await;
    school.store.add_alert(alert("26-0002", "device", "PC-1")).await;
    let shown = school.types(&["alert", "show", "26-0001"]).await.expect("an answer");
    assert!(!shown.contains("antivirus"), "a safeguarding alert says nothing of what it is about: {shown}");
    assert!(!shown.contains("alert ack"), "nor what is not for this role to do: {shown}");
    insta::assert_snapshot!("alert_show", school.types(&["alert", "show", "26-0002"]).await.expect("an answer"));
    insta::assert_snapshot!("alerts", school.types(&["alerts"]).await.expect("an answer"));

    let refused = school.types(&["alert", "ack", "26-0001"]).await.expect_err("a concern about a child");
    assert_eq!(refused.exit, Exit::Denied);
    assert_eq!(
        refused.message,
        "the administrator of this machine may not work on a safeguarding case\n  this is for:  safeguarding lead, \
         deputy safeguarding lead, head, chair of governors"
    );
    let said = school.types(&["alert", "ack", "26-0002"]).await.expect("an answer");
    assert!(said.starts_with("Case 26-0002 is acknowledged by "), "{said}");
    school.types(&["alert", "ack", "26-0002"]).await.expect("a second time changes nothing");
    let refused = school.types(&["alert", "close", "26-0002"]).await.expect_err("no outcome");
    assert_eq!(refused.message, "say the outcome of a device alert\n  one of:  fixed, false-alarm, no-action");
    school.types(&["alert", "close", "26-0002", "--outcome", "pastoral"]).await.expect_err("not of a device alert");
    school.types(&["alert", "close", "26-0002", "--outcome", "fixed"]).await.expect("an answer");
    let refused = school.types(&["alert", "close", "26-0002", "--outcome", "no-action"]).await.expect_err("closed");
    assert!(refused.message.contains("closed before, with the outcome \"fixed\""), "{}", refused.message);
    let refused = school.types(&["alert", "ack", "26-9999"]).await.expect_err("no such alert");
    assert_eq!(refused.exit, Exit::Usage);
    let actions: Vec<String> = school.store.audited().await.into_iter().map(|(_, action, _)| action).collect();
    let written = ["policy.apply", "alert.read", "alert.read", "denied", "alert.acknowledge", "alert.close"];
    assert_eq!(actions, written, "who looked, who was refused, and what was done");
    assert_eq!(school.json(&["alerts", "--json"]).await["alerts"].as_array().expect("a list").len(), 1);
    assert_eq!(school.json(&["alerts", "--all", "--json"]).await["alerts"].as_array().expect("a list").len(), 2);
    school.close().await;
}

#[tokio::test]
async fn mail_that_does_not_go_out_is_said_and_then_shouted() {
    let school = School::with_site().await;
    school.add(&["PC-1"]).await;
    let mail_error = "the mail server could not be reached";
    let raised_at = school.clock.now();
    let (mail_state, about) = ("waiting", "");
    let waiting = SampleAlert { mail_state, mail_error, raised_at, about, ..alert("26-0001", "safeguarding", "PC-1") };
    school.store.add_alert(waiting).await;
    let shown = school.types(&["status"]).await.expect("an answer");
    assert!(shown.contains("Alert mail  trying again, 1 waiting"), "{shown}");
    assert!(shown.contains("because: the mail server could not be reached"), "{shown}");
    assert!(!shown.contains("Alert channel down"), "{shown}");

    school.clock.advance(Duration::from_secs(15 * 60 + 1));
    let shown = school.types(&["status"]).await.expect("an answer");
    assert!(shown.lines().nth(1).is_some_and(|line| line.starts_with("Alert channel down")), "{shown}");
    assert!(shown.contains("Alert mail  FAILING, 1 waiting"), "{shown}");
    school.close().await;
}

#[tokio::test]
async fn whatever_is_typed_gets_an_error_with_a_remedy() {
    let school = School::with_site().await;
    school.add(&["PC-1"]).await;
    let long = "x".repeat(500);
    let nowhere = school.folder.path().join("nowhere.toml").display().to_string();
    let folder = school.folder.path().display().to_string();
    for line in [
        ["device", "show", "no such device"],
        ["device", "show", &long],
        ["device", "show", "two\nlines \u{1b}[31m"],
        ["software", "--device", &long],
        ["alert", "show", "x"],
        ["alert", "ack", &long],
        ["findings", "--site", &long],
        ["devices", "--finding", "NOPE"],
        ["policy", "check", &nowhere],
        ["policy", "check", &folder],
        ["policy", "check", "/dev/zero"],
        ["token", "create", "--site=Nowhere"],
    ] {
        let failure = school.types(&line).await.expect_err("nothing like it");
        assert_eq!(failure.exit, Exit::Usage, "{line:?}");
        let told: Vec<&str> = failure.message.lines().collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].starts_with("  ") && width(told[0]) <= 160, "{told:?}");
    }
    for line in
        [["device", "show", ""], ["software", "--device", ""], ["findings", "", "--all"], ["devices", "--site", ""]]
    {
        Typed::try_parse_from(std::iter::once(&"caretaker-collector").chain(&line)).expect_err("empty is not all");
    }
    school.close().await;
}

#[tokio::test]
async fn a_policy_begins_a_site_and_the_same_text_changes_nothing() {
    let school = School::open();
    let file = school.folder.path().join("policy.toml");
    private_file::write(&file, PRESET.as_bytes()).expect("writes");
    let file = file.to_str().expect("a path");
    let said = school.json(&["policy", "apply", "--site", "North", file, "--json"]).await;
    assert_eq!((said["version"].as_u64(), said["changed"].as_bool()), (Some(1), Some(true)));
    let said = school.types(&["policy", "apply", "--site", "north", file]).await.expect("an answer");
    assert_eq!(said, "Nothing changed: this is version 1 of North, in force already.\n");
    let shown = school.json(&["policy", "show", "--site", "North", "--json"]).await;
    assert_eq!(shown["toml"], PRESET);

    let mistaken = PRESET.replace("max_seconds = 300", "max_seconds = \"5m\"");
    private_file::write(Path::new(file), mistaken.as_bytes()).expect("writes");
    let refused = school.types(&["policy", "apply", "--site", "North", file]).await.expect_err("a mistake");
    assert!(refused.message.starts_with(&format!("{file}, line ")), "{}", refused.message);
    assert!(refused.message.ends_with("\n  nothing was changed; version 1 stays in force"), "{}", refused.message);
    let refused = school.types(&["policy", "check", file]).await.expect_err("a mistake");
    assert_eq!(refused.exit, Exit::Findings);
    assert_eq!(school.store.audited().await.len(), 1);
    school.close().await;
}

#[tokio::test]
async fn a_policy_is_checked_without_a_collector() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    private_file::write(&file, PRESET.as_bytes()).expect("writes");
    let line = ["policy", "check", file.to_str().expect("a path")];
    let (exit, said) = run(folder.path(), Timestamp::UNIX_EPOCH, 100, &line).await.expect("no collector is needed");
    assert_eq!(exit, Exit::Fine);
    assert!(said.contains("this policy is good"), "{said}");
}

#[tokio::test]
async fn people_are_given_access_and_shut_out() {
    let school = School::with_site().await;
    let none = school.types(&["operators", "list"]).await.expect("an answer");
    assert!(none.starts_with("Nobody has access but the administrator"), "{none}");
    let add = |name, role, site| {
        ["operators", "add", "--name", name, "--role", role, "--site", site, "--email", "anna@northfield.example"]
    };
    let said = school.types(&add("Anna Example", "safeguarding-lead", "main")).await.expect("an answer");
    let code: LoginCode = said.lines().next().expect("a line").parse().expect("a code on a line of its own");
    assert_eq!((code.address.as_str(), code.authority), ("collector.northfield.example:7443", school.authority));
    assert!(said.contains("For Anna Example, safeguarding lead, site Main."), "{said}");
    let standing = school.store.login_standing(code.fingerprint(), school.clock.now()).await.expect("a standing");
    assert!(matches!(standing, LoginStanding::Good(_)), "only its hash is kept, and it is good");
    let late = school.clock.now() + SignedDuration::from_hours(24);
    let standing = school.store.login_standing(code.fingerprint(), late).await.expect("a standing");
    assert_eq!(standing, LoginStanding::Expired);

    let refused = school.types(&add("ANNA example", "head", "Main")).await.expect_err("the name is taken");
    assert!(refused.message.starts_with("somebody called \"ANNA example\" has access already"), "{refused}");
    let refused = school.types(&add("Bea Example", "head", "Nowhere")).await.expect_err("no such site");
    assert_eq!(refused.message, "there is no site \"Nowhere\"\n  the sites are:  Main");
    for name in ["", " ", "Root (head)", "two\nlines", &"x".repeat(61)] {
        let line = ["operators", "add", "--name", name, "--role=head", "--email=x@northfield.example"];
        if let Ok(typed) = Typed::try_parse_from(std::iter::once(&"caretaker-collector").chain(&line)) {
            drop(typed);
            assert_eq!(school.types(&line).await.expect_err("no name").exit, Exit::Usage, "{name:?}");
        }
    }
    let line = ["operators", "add", "--name=Bea Example", "--role=head", "--email=nobody"];
    assert!(school.types(&line).await.expect_err("no address").message.starts_with("email is not an address"));

    insta::assert_snapshot!("operators", school.types(&["operators", "list"]).await.expect("an answer"));
    school.types(&["operators", "code", "anna example"]).await.expect("another code");
    school.types(&["operators", "revoke", "Anna Example", "--reason", " "]).await.expect_err("no reason");
    let said = school.types(&["operators", "revoke", "anna example", "--reason", "left"]).await.expect("an answer");
    assert!(said.starts_with("Anna Example is shut out"), "{said}");
    let standing = school.store.login_standing(code.fingerprint(), school.clock.now()).await.expect("a standing");
    assert_eq!(standing, LoginStanding::Revoked, "a code that was not used opens nothing any more");
    let refused = school.types(&["operators", "code", "Anna Example"]).await.expect_err("nobody");
    assert!(refused.message.starts_with("nobody with access is called \"Anna Example\""), "{refused}");
    let all = school.json(&["operators", "list", "--all", "--json"]).await;
    assert_eq!(all["operators"][0]["status"], "revoked");
    let actions: Vec<String> = school.store.audited().await.into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(actions, ["policy.apply", "operator.add", "operator.code", "operator.revoke"]);
    let me = school.types(&["whoami"]).await.expect("an answer");
    assert!(me.contains("on this machine, network manager, all sites\nNorthfield School\n"), "{me}");
    school.close().await;
}
