//! An all-through school with automated misuse detection.

use std::collections::BTreeSet;

use caretaker_proto::console::v1 as proto;
use caretaker_shared::lexicon::category;
use caretaker_shared::model::{
    Antivirus, AntivirusProduct, Content, DeviceEventKind, Engine, Executable, Executables, Facts, Idle, KeywordEvent,
    LocalAccount, Network, PasswordEnds, PasswordState, Payload, Protection, ProxyKind, ProxySetting, Role, Severity,
    SoftwareClass, SoftwareTitle,
};
use caretaker_shared::policy::Policy;
use jiff::ToSpan as _;

use super::a::{brought, disk, lock, music};
use super::b::{antivirus, product};
use super::c::administrator;
use super::{School, card, cases, only_case, pupil};
use crate::house::{DAY, start_time};
use crate::ingest::title;

async fn all_through() -> School {
    School::of("all-through").await
}

#[tokio::test]
async fn e1_antivirus_that_is_not_approved_or_off_is_found_and_turning_it_off_is_an_alert() {
    let school = all_through().await;
    let mut device = school.device().await;
    device.reads(antivirus("Microsoft Defender", 1)).await;
    assert_eq!(school.told("E1").await, [""; 0]);
    device.reads(antivirus("Some Other Antivirus", 1)).await;
    assert_eq!(school.told("E1").await, ["fails: not approved"]);
    let stopped = AntivirusProduct { engine: Engine::Stopped, ..product("ClamAV", 1) };
    device.reads(Facts::Antivirus(Antivirus { products: vec![stopped], detections: Vec::new() })).await;
    assert_eq!(school.told("E1").await, ["fails: not running"]);
    device.reads(Facts::Antivirus(Antivirus::default())).await;
    assert_eq!(school.told("E1").await.len(), 1, "none at all");
    device.happens(DeviceEventKind::AntivirusOff, "ClamAV", &[]).await;
    assert_eq!(school.alerts().await, ["E1 antivirus was turned off: ClamAV"]);
}

#[tokio::test]
async fn e2_a_lock_a_second_too_late_is_found_with_the_setting_behind_it() {
    let school = all_through().await;
    let mut device = school.device().await;
    device.reads(lock(Idle::Seconds(300))).await;
    assert_eq!(school.told("E2").await, [""; 0]);
    device.reads(lock(Idle::Seconds(301))).await;
    let finding = school.findings("E2").await.remove(0);
    assert_eq!((finding.summary.as_str(), finding.subject.as_str()), ("locks after 5 min 1 s", "pupil.one"));
    assert!(finding.reason.contains("idle-delay = 900 in /etc/dconf/db/local"), "{}", finding.reason);
}

#[tokio::test]
async fn e3_a_password_that_is_old_endless_or_missing_is_found() {
    let school = all_through().await;
    let mut device = school.device().await;
    let root = || administrator("root");
    for (account, told) in [
        (root(), None),
        (
            LocalAccount { password_set_at: Some(start_time() - (43 * 24).hours()), ..root() },
            Some("fails: password is 43 days old"),
        ),
        (LocalAccount { password_ends: PasswordEnds::Never, ..root() }, Some("fails: password never expires")),
        (LocalAccount { password: PasswordState::None, ..root() }, Some("fails: no password")),
    ] {
        device.reads(Facts::Accounts(vec![account])).await;
        assert_eq!(school.told("E3").await, told.into_iter().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn e4_a_program_that_a_user_brought_is_found_with_all_that_is_known_of_it() {
    let school = all_through().await;
    let mut device = school.device().await;
    let stick = Executable { removable: true, ..brought("/media/stick/setup.exe") };
    let files = vec![brought("/home/pupil.one/tool.exe"), stick];
    device.reads(Facts::Executables(Executables { files, media: Vec::new() })).await;
    let mut subjects: Vec<_> = school.findings("E4").await.into_iter().map(|finding| finding.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["/home/pupil.one/tool.exe", "/media/stick/setup.exe"]);
    let shown = school.show(&device).await.executables;
    let one = shown.iter().find(|file| file.path.ends_with("tool.exe")).expect("is shown");
    assert_eq!((one.owner.as_str(), one.sha256.len()), ("pupil.one", 64));
}

#[tokio::test]
async fn e5_what_was_removed_is_seen_at_the_next_look() {
    let school = all_through().await;
    let mut device = school.device().await;
    let files = vec![brought("/home/pupil.one/tool.exe")];
    device.reads(Facts::Executables(Executables { files, media: Vec::new() })).await;
    assert_eq!(school.findings("E4").await.len(), 1);
    device.reads(Facts::Executables(Executables::default())).await;
    assert_eq!(school.findings("E4").await, []);
    let changes = school.show(&device).await.changes;
    assert!(changes.iter().any(|change| change.kind == "removed" && change.text.ends_with("tool.exe")), "{changes:?}");
}

#[tokio::test]
async fn e6_games_and_private_media_are_found_and_teaching_is_left_alone() {
    let school = all_through().await;
    let mut device = school.device().await;
    device.reads(music("/home/pupil.one/Music")).await;
    assert_eq!(school.findings("E6").await.len(), 1);
    device.reads(Facts::Executables(Executables::default())).await;
    let game = SoftwareTitle { section: "games".into(), ..title("supertuxkart", "1.4") };
    device.reads(Facts::Software(vec![game, title("bash", "5.2")])).await;
    let findings = school.findings("E6").await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].subject.contains("supertuxkart"), "{findings:?}");

    let taught = school.text.replacen("allowed_titles = []", "allowed_titles = [\"supertuxkart\"]", 1);
    let request = proto::ApplyPolicyRequest { site: "Main".into(), toml: taught };
    school.manager().apply_policy(request).await.expect("is put in force");
    assert_eq!(school.findings("E6").await, [], "it is for teaching");
}

#[tokio::test]
async fn e7_a_way_around_the_filter_is_found_and_told_at_once() {
    let school = all_through().await;
    let mut device = school.device().await;
    let proxy = ProxySetting {
        user: "pupil.one".into(),
        kind: ProxyKind::Manual,
        target: "203.0.113.9:80".into(),
        place: "prefs.js".into(),
    };
    device.reads(Facts::Network(Network { proxies: vec![proxy], ..Network::default() })).await;
    assert_eq!(school.findings("E7").await.len(), 1);
    assert_eq!(school.alerts().await, ["E7 a way around the filter is in use: proxy 203.0.113.9:80 of pupil.one"]);
    let tool = Executable { class: Some(SoftwareClass::Bypass), ..brought("/home/pupil.one/unblock.exe") };
    device.reads(Facts::Executables(Executables { files: vec![tool], media: Vec::new() })).await;
    let subjects: Vec<_> = school.findings("E7").await.into_iter().map(|finding| finding.subject).collect();
    assert!(subjects.iter().any(|subject| subject.contains("unblock.exe")), "{subjects:?}");
}

#[tokio::test]
async fn e8_each_category_of_the_preset_is_a_case_or_a_count() {
    let school = all_through().await;
    let looked_for =
        Policy::parse(school.text).expect("a policy").detection.scope("LAB-1", Some("pupil.one")).categories;
    for named in ["violence", "bullying", "hate", "drugs", "weapons", "fraud", "bypass", "gambling", "porn"] {
        assert!(looked_for.contains(named), "{named}");
    }
    let mut device = school.device().await;
    let most = |id: &str| category(id).expect("is known").most.level();
    for id in &looked_for {
        let known = category(id).expect("is known");
        device.meets(&pupil(known.id, u32::from(most(id)))).await;
    }
    let lead = school.person(Role::SafeguardingLead).await;
    let seen: BTreeSet<String> = cases(&lead).await.into_iter().map(|case| case.category).collect();
    // Level 1 is counted, and no case.
    let expected: BTreeSet<String> = looked_for.iter().filter(|id| most(id) > 1).cloned().collect();
    assert_eq!(seen, expected);
    let counted: i64 = school.house.value("SELECT count(*) FROM event WHERE kind = 'keyword'");
    assert_eq!(usize::try_from(counted).expect("a count"), looked_for.len());
}

#[tokio::test]
async fn e9_pupils_are_shown_by_initials() {
    let school = all_through().await;
    let mut device = school.device().await;
    device.meets(&pupil("bullying", 4)).await;
    device.meets(&super::staff("violence", 4)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    for case in cases(&lead).await {
        let names = if case.subject == "pupil" { "initials" } else { "full" };
        assert_eq!(card(&lead, &case.reference).await.names, names, "{}", case.subject);
    }
}

#[tokio::test]
async fn e11_what_was_written_is_kept_sealed() {
    let school = all_through().await;
    let mut device = school.device().await;
    device.reads(disk(Protection::Off)).await;
    assert_eq!(school.told("B4").await, ["fails: not encrypted"]);
    let severity = Severity::new(4).expect("1 to 5");
    let document = caretaker_shared::digest::Sha256::of(b"a path");
    let event = KeywordEvent {
        content: Content::Sealed(b"nobody here can read this".to_vec()),
        ..KeywordEvent::met("bullying.made.up", "bullying", severity, document, start_time())
    };
    device.send(Payload::Keyword(event)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let case = only_case(&lead).await;
    school.house.clock.advance(DAY);
    let card = card(&lead, &case.reference).await;
    assert!(!format!("{card:?}").contains("nobody here can read this"), "a card has no content");
    let texts: i64 = school.house.value(
        "SELECT count(*) FROM pragma_table_info('event') WHERE name IN ('text', 'passage', 'path', 'user_name')",
    );
    assert_eq!(texts, 0, "there is no column for what somebody wrote");
}
