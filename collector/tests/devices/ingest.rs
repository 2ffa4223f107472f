//! What becomes of records.

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    AgentCost, DeviceEvent, DeviceEventKind, EpochId, Executable, ExecutableFacts, ExecutableFormat, Executables,
    Facts, Gap, GapReason, KeywordEvent, Outcome, Payload, ProbeName, Reading, Severity, SoftwareTitle, Stream,
    Unchanged, VersionInfo,
};
use caretaker_shared::refusal::{HIGH_WATER, Refusal};
use caretaker_shared::wire::{facts_digest, limits};
use jiff::Timestamp;
use std::time::Duration;
use tonic::Code;

use crate::house::{DAY, Device, House, refusal, start_time};

fn tamper(kind: DeviceEventKind, occurred_at: Timestamp) -> Payload {
    Payload::Device(DeviceEvent::of_agent(kind, occurred_at))
}

fn keyword(severity: u32, occurred_at: Timestamp) -> Payload {
    let severity = Severity::new(severity).expect("1 to 5");
    Payload::Keyword(KeywordEvent::met("demo.check", "demonstration", severity, Sha256::of(b"a path"), occurred_at))
}

pub(crate) fn title(name: &str, version: &str) -> SoftwareTitle {
    SoftwareTitle {
        name: name.into(),
        version: version.into(),
        architecture: "amd64".into(),
        publisher: String::new(),
        source: "dpkg".into(),
        installed_at: None,
        size_bytes: Some(4096),
        ..SoftwareTitle::default()
    }
}

pub(crate) fn reading(probe: ProbeName, outcome: Outcome) -> Payload {
    Payload::Reading(Reading { probe, taken_at: start_time(), outcome })
}

pub(crate) fn software(titles: &[(&str, &str)]) -> Facts {
    Facts::Software(titles.iter().map(|(name, version)| title(name, version)).collect())
}

fn gap(from: u64, to: u64) -> Payload {
    Payload::Gap(Gap { from, to, reason: GapReason::Quota })
}

fn records(device: &Device, numbers: std::ops::RangeInclusive<u64>) -> Vec<(u64, Vec<u8>)> {
    numbers.map(|seq| (seq, device.envelope(tamper(DeviceEventKind::Stopped, start_time())))).collect()
}

#[tokio::test]
async fn what_comes_again_changes_nothing() {
    let house = House::open().await;
    let mut device = house.device().await;
    let sent = records(&device, 1..=5);
    assert_eq!(device.upload(Stream::Tamper, sent.clone()).await.expect("stores").high_water, 5);
    let audit: i64 = house.value("SELECT count(*) FROM audit");
    assert_eq!(device.upload(Stream::Tamper, sent.clone()).await.expect("knows it").high_water, 5);
    assert_eq!(device.upload(Stream::Tamper, sent[2..4].to_vec()).await.expect("knows it").high_water, 5);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM event"), 5);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM record"), 5);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM audit"), audit);
    let welcome = device.hello().await.expect("is welcome");
    let marks: Vec<_> = welcome.high_water.iter().map(|mark| (mark.stream(), mark.sequence)).collect();
    assert_eq!(
        marks,
        [
            (proto::Stream::Safeguarding, 0),
            (proto::Stream::Tamper, 5),
            (proto::Stream::State, 0),
            (proto::Stream::Metrics, 0)
        ]
    );
}

#[tokio::test]
async fn a_second_content_under_one_number_is_found_and_overwrites_nothing() {
    let house = House::open().await;
    let mut device = house.device().await;
    device.upload(Stream::Tamper, records(&device, 1..=3)).await.expect("stores");
    let before: Vec<u8> = house.value("SELECT hash FROM record WHERE seq = 2");
    let other = device.envelope(tamper(DeviceEventKind::AntivirusOff, start_time()));
    let answer = device.upload(Stream::Tamper, vec![(2, other.clone())]).await.expect("moves on");
    assert_eq!(answer.high_water, 3);
    assert_eq!(house.value::<Vec<u8>>("SELECT hash FROM record WHERE seq = 2"), before);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM event WHERE kind = 'antivirus-off'"), 0);
    assert_eq!(house.value::<Vec<u8>>("SELECT envelope FROM quarantine WHERE seq = 2"), other);
    let finding = "SELECT summary FROM finding WHERE requirement = 'integrity' AND closed_at IS NULL";
    assert_eq!(house.value::<String>(finding), "sent two different records under one number");
}

#[tokio::test]
async fn a_hole_is_refused_whole_with_the_number_to_go_on_from() {
    let house = House::open().await;
    let mut device = house.device().await;
    device.upload(Stream::Tamper, records(&device, 1..=3)).await.expect("stores");
    let mut sent = records(&device, 4..=5);
    sent.extend(records(&device, 7..=7));
    let refused = device.upload(Stream::Tamper, sent).await.expect_err("6 is missing");
    assert_eq!(refusal(&refused), (Some(Refusal::SequenceGap), Code::FailedPrecondition));
    assert_eq!(refused.metadata().get(HIGH_WATER).and_then(|mark| mark.to_str().ok()), Some("3"));
    assert_eq!(house.value::<i64>("SELECT count(*) FROM record"), 3, "nothing of it is stored");
}

#[tokio::test]
async fn a_gap_moves_the_mark_and_is_kept() {
    let house = House::open().await;
    let mut device = house.device().await;
    device.upload(Stream::State, vec![(4, device.envelope(gap(1, 4)))]).await.expect("stores");
    let mut sent = vec![(9, device.envelope(gap(3, 9)))];
    sent.push((10, device.envelope(reading(ProbeName::Software, Outcome::Complete(software(&[]))))));
    assert_eq!(device.upload(Stream::State, sent).await.expect("stores").high_water, 10);
    assert_eq!(house.value::<String>("SELECT group_concat(first || '-' || last) FROM gap"), "1-4,5-9");
    let covers_what_is_held = vec![(10, device.envelope(gap(2, 10)))];
    assert_eq!(device.upload(Stream::State, covers_what_is_held).await.expect("no news").high_water, 10);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM quarantine"), 0);
}

#[tokio::test]
async fn what_cannot_be_read_or_stands_in_the_wrong_stream_is_kept_aside_and_the_stream_moves_on() {
    let house = House::open().await;
    let mut device = house.device().await;
    let sent = vec![
        (1, b"\xff\xff not an envelope".to_vec()),
        (2, device.envelope(tamper(DeviceEventKind::Started, start_time()))),
        (3, device.envelope(keyword(5, start_time()))),
        (4, vec![0xee; limits::UPLOAD_BYTES / 2]),
        (5, device.envelope(gap(5, 9))),
    ];
    assert_eq!(device.upload(Stream::Tamper, sent).await.expect("moves on").high_water, 5);
    assert_eq!(house.value::<String>("SELECT group_concat(seq) FROM quarantine"), "1,3,4,5");
    assert_eq!(house.value::<i64>("SELECT max(length(envelope)) FROM quarantine"), 64 * 1024);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM event"), 1);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM finding WHERE requirement = 'integrity'"), 1);
    // One of them was about a child: it stood in the wrong stream.
    assert_eq!(
        house.value::<String>("SELECT group_concat(kind || ' ' || severity) FROM alert"),
        "device 2,safeguarding 4"
    );
}

#[tokio::test]
async fn a_concern_that_cannot_be_read_is_told_to_the_safeguarding_lead_once() {
    let house = House::open().await;
    let mut device = house.device().await;
    for number in 1..=3 {
        device.upload(Stream::Safeguarding, vec![(number, vec![0xff; 40])]).await.expect("moves on");
    }
    let mails = "SELECT count(*) FROM outbox JOIN alert ON alert.id = outbox.alert WHERE alert.kind = 'safeguarding'";
    assert_eq!(house.value::<i64>(mails), 1);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM quarantine"), 3);
}

#[tokio::test]
async fn an_epoch_must_be_announced_and_is_its_devices_own() {
    let house = House::open().await;
    let (mut one, mut other) = (house.device().await, house.device().await);
    other.epoch = one.epoch;
    let refused = other.upload(Stream::Tamper, records(&other, 1..=1)).await.expect_err("not its own");
    assert_eq!(refusal(&refused), (Some(Refusal::EpochUnknown), Code::FailedPrecondition));
    one.epoch = EpochId::random();
    let refused = one.upload(Stream::Tamper, records(&one, 1..=1)).await.expect_err("not announced");
    assert_eq!(refusal(&refused).0, Some(Refusal::EpochUnknown));
    one.hello().await.expect("is welcome");
    one.upload(Stream::Tamper, records(&one, 1..=1)).await.expect("stores");
    // The same epoch and number of another device are another record.
    other.hello().await.expect("is welcome");
    other.upload(Stream::Tamper, records(&other, 1..=1)).await.expect("stores");
    assert_eq!(house.value::<i64>("SELECT count(*) FROM event"), 2);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_anything_is_stored() {
    let house = House::open().await;
    let mut device = house.device().await;
    let together = (1..=3).map(|seq| (seq, vec![0; limits::UPLOAD_BYTES / 2])).collect();
    let refused = device.upload(Stream::State, together).await.expect_err("too much together");
    assert_eq!(refusal(&refused), (Some(Refusal::TooLarge), Code::InvalidArgument));
    let many = (1..=201).map(|seq| (seq, Vec::new())).collect();
    let refused = device.upload(Stream::State, many).await.expect_err("too many");
    assert_eq!(refusal(&refused).0, Some(Refusal::TooLarge));
    let huge = vec![(1, vec![0; limits::REQUEST_BYTES + 1])];
    let refused = device.upload(Stream::State, huge).await.expect_err("larger than any message");
    assert_eq!(refused.code(), Code::OutOfRange);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM record"), 0);
}

#[tokio::test]
async fn a_partial_reading_takes_nothing_away_and_a_failed_one_leaves_what_is_known() {
    let house = House::open().await;
    let mut device = house.device().await;
    let names = "SELECT group_concat(name || ' ' || version) FROM (SELECT * FROM software ORDER BY name, version)";
    let state = "SELECT completeness || ': ' || reason FROM reading WHERE probe = 'software'";
    let whole = Outcome::Complete(software(&[("bash", "5.2"), ("vim", "9.0")]));
    device.send(1, reading(ProbeName::Software, whole)).await.expect("stores");
    assert_eq!(house.value::<String>(names), "bash 5.2,vim 9.0");

    let part = Outcome::Partial { facts: software(&[("git", "2.39")]), reason: "cut off".into() };
    device.send(2, reading(ProbeName::Software, part)).await.expect("stores");
    assert_eq!(house.value::<String>(names), "bash 5.2,git 2.39,vim 9.0");
    assert_eq!(house.value::<String>(state), "partial: cut off");

    let failed = Outcome::Failed { reason: "permission denied".into() };
    device.send(3, reading(ProbeName::Software, failed)).await.expect("stores");
    assert_eq!(house.value::<String>(names), "bash 5.2,git 2.39,vim 9.0");
    assert_eq!(house.value::<String>(state), "failed: permission denied");
    assert!(house.value::<bool>("SELECT facts IS NOT NULL FROM reading WHERE probe = 'software'"));

    let whole = Outcome::Complete(software(&[("bash", "5.3"), ("vim", "9.0")]));
    device.send(4, reading(ProbeName::Software, whole)).await.expect("stores");
    assert_eq!(house.value::<String>(names), "bash 5.3,vim 9.0");
}

#[tokio::test]
async fn an_executable_keeps_the_day_on_which_its_content_was_first_seen() {
    let house = House::open().await;
    let mut device = house.device().await;
    let file = |path: &str, content: &[u8]| Executable {
        path: path.into(),
        sha256: Sha256::of(content),
        size_bytes: 3,
        modified_at: start_time(),
        owner: "pupil.one".into(),
        format: ExecutableFormat::Elf,
        class: None,
        signer: None,
        removable: false,
    };
    let found = |files: Vec<Executable>| {
        reading(ProbeName::Executables, Outcome::Complete(Facts::Executables(Executables { files, media: Vec::new() })))
    };
    let seen =
        "SELECT group_concat(path || ' ' || ((first_seen_at - (SELECT min(enrolled_at) FROM device)) / 86400000))
                FROM (SELECT * FROM executable ORDER BY path)";
    device.send(1, found(vec![file("/tmp/a", b"one"), file("/tmp/b", b"two")])).await.expect("stores");
    house.clock.advance(DAY);
    let changed = vec![file("/tmp/a", b"one"), file("/tmp/b", b"new"), file("/tmp/c", b"two")];
    device.send(2, found(changed)).await.expect("stores");
    assert_eq!(house.value::<String>(seen), "/tmp/a 0,/tmp/b 1,/tmp/c 1");
    device.send(3, found(vec![file("/tmp/c", b"two")])).await.expect("stores");
    assert_eq!(house.value::<String>(seen), "/tmp/c 1");
}

#[tokio::test]
async fn an_unchanged_reading_is_believed_only_when_the_same_facts_are_held() {
    let house = House::open().await;
    let mut device = house.device().await;
    let facts = software(&[("bash", "5.2")]);
    let unchanged = |device: &Device, digest| {
        let taken_at = device.now().wall;
        Payload::Unchanged(Unchanged { probe: ProbeName::Software, taken_at, digest })
    };
    let answer = |device: &Device, payload| vec![device.envelope(payload)];
    let first = answer(&device, unchanged(&device, facts_digest(&facts)));
    let resend = device.upload(Stream::State, vec![(1, first[0].clone())]).await.expect("stores").resend_probes;
    assert_eq!(resend, ["software"], "nothing is held yet");

    device.send(2, reading(ProbeName::Software, Outcome::Complete(facts.clone()))).await.expect("stores");
    house.clock.advance(DAY);
    let again = device.envelope(unchanged(&device, facts_digest(&facts)));
    let resend = device.upload(Stream::State, vec![(3, again)]).await.expect("stores").resend_probes;
    assert!(resend.is_empty());
    let taken = "SELECT (taken_at - (SELECT min(enrolled_at) FROM device)) / 86400000 FROM reading";
    assert_eq!(house.value::<i64>(taken), 1);

    let other = device.envelope(unchanged(&device, Sha256::of(b"something else")));
    let resend = device.upload(Stream::State, vec![(4, other)]).await.expect("stores").resend_probes;
    assert_eq!(resend, ["software"]);

    device.send(5, reading(ProbeName::Software, Outcome::Failed { reason: "busy".into() })).await.expect("stores");
    let after_failure = device.envelope(unchanged(&device, facts_digest(&facts)));
    let resend = device.upload(Stream::State, vec![(6, after_failure)]).await.expect("stores").resend_probes;
    assert_eq!(resend, ["software"], "a failure came between");
}

#[tokio::test]
async fn a_severe_event_raises_an_alert_and_wakes_the_mail() {
    let house = House::open().await;
    let mut device = house.device().await;
    device.send(1, keyword(5, start_time())).await.expect("stores");
    house.mail_waits.notified().await;
    assert_eq!(house.value::<i64>("SELECT count(*) FROM alert"), 1);
    assert!(house.value::<i64>("SELECT count(*) FROM outbox") > 0);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM event WHERE alert IS NOT NULL"), 1);
}

#[tokio::test]
async fn an_event_from_four_days_offline_arrives_with_its_true_time() {
    let house = House::open().await;
    let mut device = house.device().await;
    // The device believes that it is 1970.
    let wrong = Timestamp::from_second(500).expect("in range");
    let mut written_down = device.now();
    written_down.wall = wrong;
    let payload = tamper(DeviceEventKind::AntivirusOff, wrong);
    let envelope =
        caretaker_shared::wire::encode(&caretaker_shared::model::Envelope { recorded: written_down, payload });
    house.clock.advance(DAY * 4);
    device.upload(Stream::Tamper, vec![(1, envelope)]).await.expect("stores");
    assert_eq!(house.value::<i64>("SELECT occurred_at FROM event"), start_time().as_millisecond());
    assert_eq!(house.value::<String>("SELECT time_certainty FROM event"), "exact");
}

#[tokio::test]
async fn an_executable_is_described_once_for_the_fleet() {
    let house = House::open().await;
    let (mut one, mut other) = (house.device().await, house.device().await);
    let (known, unknown) = (Sha256::of(b"known"), Sha256::of(b"unknown"));
    let facts = |file_name: &str| {
        Payload::ExecutableFacts(ExecutableFacts {
            sha256: known,
            size_bytes: 9,
            format: ExecutableFormat::Script,
            runs_on: "/bin/sh".into(),
            file_name: file_name.into(),
            version: VersionInfo::default(),
            signer: None,
            class: None,
        })
    };
    one.send(1, facts("install.sh")).await.expect("stores");
    other.send(1, facts("another name")).await.expect("stores");
    assert_eq!(house.value::<String>("SELECT file_name FROM executable_facts"), "install.sh");
    let digests = [known, unknown, unknown].map(|digest| digest.as_bytes().to_vec()).to_vec();
    let offer = proto::OfferExecutablesRequest { digests };
    let wanted = other.client.offer_executables(offer).await.expect("answers").into_inner().wanted;
    assert_eq!(wanted, [unknown.as_bytes().to_vec()]);
}

#[tokio::test]
async fn the_newest_cost_of_an_agent_is_kept() {
    let house = House::open().await;
    let mut device = house.device().await;
    for (seq, resident_bytes) in [(1, 9_000_000), (2, 12_000_000)] {
        let (processor, uptime) = (Duration::from_millis(150), Duration::from_secs(60));
        let cost = AgentCost { resident_bytes, processor, spool_bytes: 4096, uptime };
        device.send(seq, Payload::Cost(cost)).await.expect("stores");
    }
    assert_eq!(house.value::<i64>("SELECT resident_bytes FROM agent_cost"), 12_000_000);
}
