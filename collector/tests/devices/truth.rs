//! What people are shown is what the device meant, and what changed on it.

use std::collections::BTreeMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    DeviceEvent, DeviceEventKind, Executable, ExecutableFormat, Executables, Facts, MediaFolder, Network, Outcome,
    Payload, ProbeName, ProxyKind, ProxySetting, Reading, SoftwareClass, SoftwareTitle, StateDigests, Stream,
    TitleKind, Tunnel,
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

fn odd_titles() -> Facts {
    let at = |text: &str| Some(text.parse().expect("a time"));
    let vim = || title("vim", "9.0");
    let long = "ß".repeat(600);
    Facts::Software(vec![
        vim(),
        SoftwareTitle { publisher: "Another Maker".into(), ..vim() },
        SoftwareTitle { publisher: "A Third One".into(), ..vim() },
        SoftwareTitle { user: "Zoë Müller".into(), ..vim() },
        title("日本語 入力", ""),
        title("e\u{301}clair", "1"),
        title("\u{e9}clair", "1"),
        title(&long, "1"),
        title(&format!("{long}2"), "1"),
        SoftwareTitle { installed_at: at("2026-11-20T10:00:00.123456789Z"), ..title("rounded", "1") },
        SoftwareTitle { installed_at: at("1969-12-31T23:59:59.9999Z"), size_bytes: Some(0), ..title("old", "") },
        SoftwareTitle { last_used_at: at("2026-11-20T10:00:00.0009Z"), ..title(" tabs\tand\nlines ", "1") },
    ])
}

fn odd_files() -> Facts {
    let files = vec![
        file("/tmp/a", b"one"),
        file("/tmp/a", b"two"),
        Executable { owner: String::new(), signer: Some(String::new()), class: None, ..file("", b"one") },
        Executable {
            size_bytes: 0,
            modified_at: "2026-11-20T10:00:00.7777Z".parse().expect("a time"),
            ..file("/tmp/\u{202e}exe.txt", b"")
        },
        file(&format!("/{}", "x/".repeat(4000)), b"deep"),
    ];
    let folder = |path: &str, names: &[&str]| MediaFolder {
        path: path.into(),
        owner: String::new(),
        audio: 0,
        video: 0,
        bytes: 0,
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    let media = vec![
        folder("/m", &["a.mp3", ""]),
        folder("/m", &["b.mp3"]),
        folder("/empty", &[""]),
        folder("", &["\u{1}", "one\ntwo", "x\u{2028}y"]),
        folder("/many", &["same.mp3"; 300]),
    ];
    Facts::Executables(Executables { files, media })
}

#[tokio::test]
async fn odd_answers_are_proven_after_they_were_sent_once() {
    let house = House::open().await;
    let mut device = house.device().await;
    let answers = [(ProbeName::Software, odd_titles()), (ProbeName::Executables, odd_files())];
    let probes = answers.iter().map(|(probe, facts)| (*probe, facts_digest(facts))).collect();
    let digests = Payload::Digests(StateDigests { taken_at: start_time(), probes });
    let mut seq = 0;
    for round in 0..2 {
        for (probe, facts) in answers.clone() {
            seq += 1;
            device.send(seq, reading(probe, Outcome::Complete(facts))).await.expect("stores");
        }
        seq += 1;
        let envelope = device.envelope(digests.clone());
        let answer = device.upload(Stream::State, vec![(seq, envelope)]).await.expect("stores");
        assert!(answer.resend_probes.is_empty(), "round {round}: {:?}", answer.resend_probes);
    }
    assert_eq!(house.value::<i64>("SELECT count(*) FROM change"), 0, "the same again is no change");
}

#[tokio::test]
async fn titles_that_an_older_collector_kept_without_their_ids_are_no_changes() {
    let house = House::open().await;
    let mut device = house.device().await;
    let titles = || {
        let with_id = SoftwareTitle { id: "org.example.vim".into(), ..title("vim", "9.0") };
        Outcome::Complete(Facts::Software(vec![with_id, title("bash", "5.2")]))
    };
    device.send(1, reading(ProbeName::Software, titles())).await.expect("stores");
    house.tamper_with("UPDATE software SET id = ''");
    device.send(2, reading(ProbeName::Software, titles())).await.expect("stores");
    assert_eq!(house.value::<i64>("SELECT count(*) FROM change"), 0);
}

#[tokio::test]
async fn each_way_around_the_filter_is_told_when_it_comes_into_use() {
    let house = House::open().await;
    let mut device = house.device().await;
    let tunnel = |name: &str, active| {
        let (kind, place) = ("wireguard".into(), format!("/etc/wireguard/{name}.conf"));
        Tunnel { name: name.into(), kind, active: Some(active), place }
    };
    let network = |tunnels: Vec<Tunnel>| {
        let facts = Facts::Network(Network { tunnels, ..Network::default() });
        reading(ProbeName::Network, Outcome::Partial { facts, reason: "a profile was locked".into() })
    };
    let alerts = "SELECT count(*) FROM alert";
    for (seq, tunnels, told, why) in [
        (1, vec![tunnel("wg0", false)], 0, "it is set up and not in use"),
        (2, vec![tunnel("wg0", true)], 1, "it is turned on"),
        (3, vec![tunnel("wg0", true), tunnel("wg1", true)], 2, "another one"),
        (4, vec![tunnel("wg1", true), tunnel("wg0", true)], 2, "nothing new"),
        (5, vec![tunnel("wg1", false)], 2, "off"),
        (6, vec![tunnel("wg1", true)], 2, "on again while nobody has taken the alert"),
    ] {
        device.send(seq, network(tunnels)).await.expect("stores");
        assert_eq!(house.value::<i64>(alerts), told, "{why}");
    }
}
