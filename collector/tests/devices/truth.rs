//! What people are shown is what the device meant, and what changed on it.

use std::collections::BTreeMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    DeviceEvent, DeviceEventKind, Executable, ExecutableFormat, Executables, Facts, MediaFolder, Network, Outcome,
    Payload, ProbeName, ProxyKind, ProxySetting, Reading, SoftwareClass, SoftwareTitle, StateDigests, Stream,
    TitleKind,
};
use caretaker_shared::wire::facts_digest;

use crate::house::{House, start_time};
use crate::ingest::{reading, software, title};

fn file(path: &str, content: &[u8]) -> Executable {
    Executable {
        path: path.into(),
        sha256: Sha256::of(content),
        size_bytes: 3,
        modified_at: start_time(),
        owner: "pupil.one".into(),
        format: ExecutableFormat::Pe,
        class: Some(SoftwareClass::Game),
        signer: Some("Example Ltd".into()),
        removable: true,
    }
}

fn found(files: Vec<Executable>) -> Facts {
    let names = vec!["one.mp3".into(), "two.mp3".into()];
    let folder = |path: &str, names| MediaFolder {
        path: path.into(),
        owner: "pupil.one".into(),
        audio: 2,
        video: 1,
        bytes: 9,
        names,
    };
    Facts::Executables(Executables { files, media: vec![folder("/tmp/m", names), folder("/tmp/n", Vec::new())] })
}

#[tokio::test]
async fn rows_that_do_not_add_up_to_what_was_sent_are_asked_for_again() {
    let house = House::open().await;
    let mut device = house.device().await;
    let rich = SoftwareTitle {
        user: "pupil.one".into(),
        id: "{0001}".into(),
        kind: TitleKind::Update,
        origin: "Store".into(),
        section: "games".into(),
        installed_at: Some(start_time()),
        last_used_at: Some(start_time()),
        ..title("chess", "1")
    };
    // In no order at all: a device need not sort what it found.
    let titles = Facts::Software(vec![title("vim", "9.0"), rich, title("bash", "5.2")]);
    let files = found(vec![file("/tmp/b", b"two"), file("/tmp/a", b"one")]);
    let digests =
        BTreeMap::from([(ProbeName::Software, facts_digest(&titles)), (ProbeName::Executables, facts_digest(&files))]);
    let digests = Payload::Digests(StateDigests { taken_at: start_time(), probes: digests });
    device.send(1, reading(ProbeName::Software, Outcome::Complete(titles))).await.expect("stores");
    device.send(2, reading(ProbeName::Executables, Outcome::Complete(files.clone()))).await.expect("stores");

    let mut seq = 2;
    for (tampering, asked) in [
        (None, &[][..]),
        (Some("UPDATE software SET version = '9.1' WHERE name = 'vim'"), &["software"]),
        (Some("UPDATE executable SET signer = NULL WHERE path = '/tmp/a'"), &["software", "executables"]),
        (Some("DELETE FROM software WHERE name = 'chess'"), &["software", "executables"]),
    ] {
        tampering.into_iter().for_each(|sql| house.tamper_with(sql));
        seq += 1;
        let envelope = device.envelope(digests.clone());
        let answer = device.upload(Stream::State, vec![(seq, envelope)]).await.expect("stores");
        assert_eq!(answer.resend_probes, asked, "{tampering:?}");
    }
    device.send(seq + 1, reading(ProbeName::Executables, Outcome::Complete(files))).await.expect("stores");
    house.tamper_with("UPDATE media_folder SET names = 'one.mp3' WHERE path = '/tmp/m'");
    let envelope = device.envelope(digests.clone());
    let answer = device.upload(Stream::State, vec![(seq + 2, envelope)]).await.expect("stores");
    assert_eq!(answer.resend_probes, ["software", "executables"], "the names of media belong to it");
}

#[tokio::test]
async fn what_changes_on_a_device_is_told_from_its_second_whole_answer_on() {
    let house = House::open().await;
    let mut device = house.device().await;
    let told = "SELECT coalesce(group_concat(kind || ' ' || text, ', '), '')
                FROM (SELECT * FROM change WHERE probe = 'software' ORDER BY kind, text)";
    let part = |facts| Outcome::Partial { facts, reason: "cut off".into() };
    device.send(1, reading(ProbeName::Software, part(software(&[("bash", "5.2")])))).await.expect("stores");
    let whole = software(&[("bash", "5.2"), ("vim", "9.0"), ("xterm", "1")]);
    device.send(2, reading(ProbeName::Software, Outcome::Complete(whole))).await.expect("stores");
    assert_eq!(house.value::<String>(told), "", "nobody knows what was there before");

    device.send(3, reading(ProbeName::Software, part(software(&[("git", "2.39")])))).await.expect("stores");
    assert_eq!(house.value::<String>(told), "added git 2.39", "what a part does not name may still be there");
    let whole = software(&[("bash", "5.3"), ("vim", "9.0"), ("git", "2.39")]);
    device.send(4, reading(ProbeName::Software, Outcome::Complete(whole))).await.expect("stores");
    assert_eq!(house.value::<String>(told), "added git 2.39, removed xterm 1, updated bash 5.2 -> 5.3");
}

#[tokio::test]
async fn executables_that_come_change_and_go_are_told_by_path() {
    let house = House::open().await;
    let mut device = house.device().await;
    for (seq, files) in [
        (1, vec![file("/tmp/a", b"one"), file("/tmp/b", b"two")]),
        (2, vec![file("/tmp/b", b"new"), file("/tmp/c", b"three")]),
    ] {
        device.send(seq, reading(ProbeName::Executables, Outcome::Complete(found(files)))).await.expect("stores");
    }
    let told = "SELECT group_concat(kind || ' ' || text, ', ') FROM (SELECT * FROM change ORDER BY kind)";
    assert_eq!(house.value::<String>(told), "added /tmp/c, removed /tmp/a, updated /tmp/b");
    let row = "SELECT class || ' ' || signer || ' ' || removable FROM executable WHERE path = '/tmp/c'";
    assert_eq!(house.value::<String>(row), "game Example Ltd 1");
}

#[tokio::test]
async fn changes_are_forgotten_after_four_hundred_days() {
    let house = House::open().await;
    let mut device = house.device().await;
    for seq in 1..=3 {
        let version = format!("9.{seq}");
        let taken_at = device.now().wall;
        let outcome = Outcome::Complete(software(&[("vim", &version)]));
        let payload = Payload::Reading(Reading { probe: ProbeName::Software, taken_at, outcome });
        device.send(seq, payload).await.expect("stores");
        if seq == 2 {
            house.tamper_with("UPDATE change SET at = at - 401 * 86400000");
        }
    }
    assert_eq!(house.value::<String>("SELECT group_concat(text) FROM change"), "vim 9.2 -> 9.3");
}

#[tokio::test]
async fn a_new_way_around_the_filter_in_use_is_an_alert_and_the_same_one_again_is_none() {
    let house = House::open().await;
    let mut device = house.device().await;
    let proxy = |target: &str| {
        let (user, place) = ("pupil.one".into(), "prefs.js".into());
        let proxies = vec![ProxySetting { user, kind: ProxyKind::Manual, target: target.into(), place }];
        reading(ProbeName::Network, Outcome::Complete(Facts::Network(Network { proxies, ..Network::default() })))
    };
    for (seq, target) in [(1, "203.0.113.9:80"), (2, "203.0.113.9:80"), (3, "203.0.113.9:80")] {
        device.send(seq, proxy(target)).await.expect("stores");
    }
    house.mail_waits.notified().await;
    let about = "SELECT group_concat(about) FROM alert";
    let told = "E7 a way around the filter is in use: proxy 203.0.113.9:80 of pupil.one";
    assert_eq!(house.value::<String>(about), told);
}

#[tokio::test]
async fn what_an_event_says_of_a_product_and_its_users_is_kept_with_it() {
    let house = House::open().await;
    let mut device = house.device().await;
    let event = DeviceEvent {
        users: vec!["teacher.two".into(), "pupil.one".into()],
        subject: "ClamAV".into(),
        detail: "stopped".into(),
        ..DeviceEvent::of_agent(DeviceEventKind::AntivirusOff, start_time())
    };
    device.send(1, Payload::Device(event)).await.expect("stores");
    let kept = "SELECT subject || ', ' || detail || ', ' || replace(users, char(10), '+') FROM device_event";
    assert_eq!(house.value::<String>(kept), "ClamAV, stopped, teacher.two+pupil.one");
    let about = "E1 antivirus was turned off: ClamAV; stopped; teacher.two, pupil.one were logged in";
    assert_eq!(house.value::<String>("SELECT about FROM alert"), about);
}
