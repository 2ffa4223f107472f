//! Cases through the store's own door: what joins, what weighs more, who may know, who opens.

use std::collections::BTreeSet;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{KeywordEvent, Role, SubjectKind};
use jiff::{Timestamp, ToSpan as _};

use super::{
    Approved, Ask, CaseFilter, CaseState, Filed, Form, IncidentFilter, LinkWhy, Purpose, Released, Viewer, Way, Words,
    Worked, way,
};
use crate::rules::sample;
use crate::store::SiteScope;
use crate::store::sample::{DEVICE, Sample, keyword, store};

fn at(minutes: i64) -> Timestamp {
    sample::now().checked_add(minutes.minutes()).expect("a time in range")
}

const DAY: i64 = 24 * 60;

fn viewer(name: &str, role: Role) -> Viewer {
    Viewer { id: name.to_owned(), actor: format!("{name} ({role})"), role, sites: SiteScope::all() }
}

fn lead() -> Viewer {
    viewer("Anna Example", Role::SafeguardingLead)
}

fn deputy() -> Viewer {
    viewer("Ben Example", Role::Deputy)
}

fn head() -> Viewer {
    viewer("Cleo Example", Role::Head)
}

fn words(text: &str) -> Words {
    Words { bytes: text.as_bytes().to_vec(), form: Form::Plain }
}

/// A pupil's document meets a rule of self-harm.
fn of_pupil(pupil: &str, severity: u32, document: &str) -> KeywordEvent {
    KeywordEvent { user: Some(Sha256::of(pupil.as_bytes())), ..keyword(severity, document) }
}

async fn writes(sample: &Sample, pupil: &str, severity: u32, document: &str, minute: i64) -> bool {
    let event = KeywordEvent { occurred_at: at(minute), ..of_pupil(pupil, severity, document) };
    sample.report(event, sample::policy(), at(minute)).await
}

async fn close(sample: &Sample, reference: &str, outcome: &'static str, minute: i64) {
    let closed = sample.store.close_case(reference, outcome, words("done"), lead(), at(minute)).await;
    assert!(matches!(closed.expect("closes"), Worked::Done(_)), "{reference}");
}

const CASES: &str = "SELECT reference || ' ' || severity || ' ' ||
    (SELECT count(*) FROM event WHERE event.alert = alert.id) FROM alert ORDER BY id";

#[tokio::test]
async fn what_one_person_writes_in_a_day_is_one_case_and_told_of_again_after_an_hour() {
    let sample = store().await;
    assert!(writes(&sample, "pupil.one", 4, "essay", 0).await);
    assert!(!writes(&sample, "pupil.one", 3, "poem", 30).await, "told of already");
    assert!(!writes(&sample, "pupil.one", 4, "note", 62).await, "the first mail still waits to go");
    for mail in sample.store.lease_mail(9, at(62)).await.expect("leases") {
        sample
            .store
            .mail_sent(mail.id, crate::store::Way { name: "mail", instead_of: None }, at(62))
            .await
            .expect("marks");
    }
    assert!(writes(&sample, "pupil.one", 4, "letter", 63).await, "it goes on, and an hour has passed");
    assert_eq!(
        sample.texts("SELECT kind || ' ' || address FROM outbox ORDER BY id").await,
        ["first lead@northfield.example", "more lead@northfield.example",]
    );
    assert!(!writes(&sample, "pupil.one", 4, "diary", 70).await);
    assert_eq!(sample.texts(CASES).await, ["26-0001 4 5"]);
    assert!(writes(&sample, "pupil.two", 4, "essay of two", 71).await, "another person");
    assert!(writes(&sample, "pupil.one", 5, "last", 72).await, "graver than the case");
    let bullying = KeywordEvent {
        category: "bullying".into(),
        topic: "bullying".into(),
        ..of_pupil("pupil.one", 4, "about others")
    };
    assert!(sample.report(bullying, sample::policy(), at(73)).await, "another category");
    assert_eq!(sample.texts(CASES).await, ["26-0001 4 5", "26-0002 4 1", "26-0003 5 1", "26-0004 4 1"]);
}

#[tokio::test]
async fn an_earlier_case_adds_one_and_the_arithmetic_says_so() {
    let sample = store().await;
    writes(&sample, "pupil.one", 3, "essay", 0).await;
    close(&sample, "26-0001", "pastoral", 10).await;
    writes(&sample, "pupil.one", 3, "poem", 2 * DAY).await;
    writes(&sample, "pupil.two", 3, "letter", 2 * DAY).await;
    assert_eq!(sample.texts(CASES).await, ["26-0001 3 1", "26-0002 4 1", "26-0003 3 1"]);
    let scores = "SELECT score FROM keyword ORDER BY event";
    assert_eq!(sample.texts(scores).await, ["base 3", "base 3, repeat 1", "base 3"]);
    let card = sample.store.show_case("26-0002", lead(), at(2 * DAY)).await.expect("reads").expect("is there");
    assert_eq!(card.causes[0].arithmetic, "base 3, repeat +1: 4 of 5");
    assert_eq!(card.causes[0].severity, 4);
    let earlier: Vec<_> = card.earlier.iter().map(|case| (case.reference.as_str(), case.outcome.as_str())).collect();
    assert_eq!(earlier, [("26-0001", "pastoral")]);
    let reported: Vec<String> = sample.texts("SELECT severity || '' FROM event ORDER BY id").await;
    assert_eq!(reported, ["3", "3", "3"], "what the device said stands as it said it");
}

#[tokio::test]
async fn a_repeat_never_goes_beyond_its_category_nor_counts_what_was_none() {
    let of = |severity, document: &str| KeywordEvent {
        category: "hate".into(),
        topic: "hate".into(),
        ..KeywordEvent::met(
            "hate.rule",
            "hate",
            caretaker_shared::model::Severity::new(severity).expect("a level"),
            Sha256::of(document.as_bytes()),
            sample::now(),
        )
    };
    let by = |event: KeywordEvent| KeywordEvent { user: Some(Sha256::of(b"pupil.one")), ..event };
    let sample = store().await;
    sample.report(by(of(4, "essay")), sample::policy(), at(0)).await;
    close(&sample, "26-0001", "parents", 5).await;
    sample.report(by(of(4, "poem")), sample::policy(), at(2 * DAY)).await;
    assert_eq!(sample.texts(CASES).await, ["26-0001 4 1", "26-0002 4 1"], "hate weighs 4 at the most");

    let other = store().await;
    writes(&other, "pupil.one", 3, "essay", 0).await;
    close(&other, "26-0001", "false-alarm", 5).await;
    writes(&other, "pupil.one", 3, "poem", 2 * DAY).await;
    close(&other, "26-0002", "pastoral", 2 * DAY + 1).await;
    writes(&other, "pupil.one", 3, "letter", 100 * DAY).await;
    assert_eq!(other.texts(CASES).await, ["26-0001 3 1", "26-0002 3 1", "27-0001 3 1"], "a false alarm, and 98 days");
}

#[tokio::test]
async fn a_pseudonym_joins_the_accounts_of_two_devices() {
    let sample = store().await;
    sample
        .write(|tx| {
            tx.execute(
                "INSERT INTO device (id, uuid, site, name, status, enrolled_at, agent_version)
                 VALUES (2, ?1, 1, 'LT-ART-02', 'active', 0, '0.1.0')",
                [[9_u8; 16]],
            )
        })
        .await;
    writes(&sample, "hash on the first device", 3, "essay", 0).await;
    close(&sample, "26-0001", "pastoral", 5).await;
    writes(&sample, "hash on the second device", 3, "poem", 2 * DAY).await;
    sample.write(|tx| tx.execute("UPDATE event SET device = 2 WHERE id = 2", [])).await;
    sample.write(|tx| tx.execute("UPDATE alert SET device = 2 WHERE id = 2", [])).await;
    let name =
        |reference: &'static str, event| sample.store.name_person(reference, event, [5; 32], lead(), at(2 * DAY));
    assert_eq!(name("26-0001", 1).await.expect("writes"), Some(Vec::new()));
    let earlier = name("26-0002", 2).await.expect("writes").expect("an account");
    assert_eq!(earlier.len(), 1, "the case on the first device");
    assert_eq!(name("26-0002", 1).await.expect("reads"), None, "not an event of that case");
    let tags = sample.store.list_cases(all(), lead(), None, 10).await.expect("reads");
    assert_eq!(tags[0].person, tags[1].person);
    assert_eq!(DEVICE, 1);
}

fn all() -> CaseFilter {
    CaseFilter { closed_too: true, ..CaseFilter::default() }
}

#[tokio::test]
async fn a_case_is_seen_taken_closed_and_opened_anew_with_who_and_when() {
    let sample = store().await;
    writes(&sample, "pupil.one", 4, "essay", 0).await;
    let state = || async {
        let listed = sample.store.list_cases(all(), lead(), None, 10).await.expect("reads");
        (listed[0].state, listed[0].assigned_to.clone())
    };
    assert_eq!(state().await.0, CaseState::New);
    sample.store.show_case("26-0001", deputy(), at(1)).await.expect("reads").expect("is there");
    assert_eq!(state().await, (CaseState::Seen, String::new()));
    sample.store.acknowledge_case("26-0001", lead(), at(2)).await.expect("takes");
    assert_eq!(state().await, (CaseState::Acting, "Anna Example (safeguarding lead)".into()));
    sample.store.assign_case("26-0001", "Ben Example".into(), lead(), at(3)).await.expect("gives");
    sample.store.note_on_case("26-0001", words("spoke with the tutor"), deputy(), at(4)).await.expect("notes");
    close(&sample, "26-0001", "pastoral", 5).await;
    assert_eq!(state().await, (CaseState::Closed, "Ben Example".into()));
    let again = sample.store.close_case("26-0001", "police", words("x"), lead(), at(6)).await.expect("answers");
    assert!(matches!(again, Worked::Cannot(case) if case.outcome == "pastoral"));
    let taken = sample.store.acknowledge_case("26-0001", lead(), at(6)).await.expect("answers");
    assert!(matches!(taken, Worked::Cannot(_)));
    sample.store.reopen_case("26-0001", words("a new fact"), deputy(), at(7)).await.expect("opens");
    assert_eq!(state().await, (CaseState::Acting, "Ben Example (deputy safeguarding lead)".into()));

    let card = sample.store.show_case("26-0001", lead(), at(8)).await.expect("reads").expect("is there");
    let steps: Vec<_> = card.steps.iter().map(|step| (step.kind.map(|kind| kind.word()), step.at)).collect();
    let expected = ["seen", "acknowledged", "assigned", "noted", "closed", "reopened"];
    assert_eq!(
        steps,
        expected
            .iter()
            .zip(1..)
            .map(|(&word, n)| (Some(word), at(n)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(word, when)| (word, if word == Some("reopened") { at(7) } else { when }))
            .collect::<Vec<_>>()
    );
    assert_eq!(card.steps[3].words, Some(words("spoke with the tutor")));
    let links = sample.texts("SELECT action || ' ' || detail FROM audit WHERE action LIKE 'case.%'").await;
    let audited = ["case.acknowledge ", "case.assign Ben Example", "case.note ", "case.close pastoral", "case.reopen "];
    assert_eq!(links, audited, "and no word of a note");
}

#[tokio::test]
async fn a_lesson_takes_nothing_that_somebody_has_looked_at() {
    let sample = store().await;
    for pupil in 1..=5 {
        writes(&sample, &format!("pupil {pupil}"), 3, &format!("essay of {pupil}"), pupil).await;
        if pupil == 1 {
            sample.store.show_case("26-0001", lead(), at(1)).await.expect("reads");
        }
    }
    let open = sample.store.list_cases(CaseFilter::default(), lead(), None, 10).await.expect("reads");
    let open: Vec<_> = open.iter().map(|case| (case.reference.as_str(), case.events)).collect();
    assert_eq!(open, [("26-0005", 4), ("26-0001", 1)]);
}

#[tokio::test]
async fn whoever_a_case_is_about_is_told_of_none() {
    let sample = store().await;
    let about_head = KeywordEvent {
        subject: SubjectKind::Staff,
        conflict: BTreeSet::from([Role::Head]),
        ..of_pupil("head", 5, "essay")
    };
    sample.report(about_head, sample::policy(), at(0)).await;
    let chair = viewer("Dora Example", Role::Chair);
    for (who, knows) in [(lead(), true), (head(), false), (chair.clone(), true), (viewer("X", Role::Governor), false)] {
        let listed = sample.store.list_cases(all(), who.clone(), None, 10).await.expect("reads").len();
        assert_eq!(listed == 1, knows, "{}", who.actor);
        let shown = sample.store.show_case("26-0001", who.clone(), at(1)).await.expect("reads");
        assert_eq!(shown.is_some(), knows, "{}", who.actor);
        let noted = sample.store.note_on_case("26-0001", words("x"), who.clone(), at(1)).await.expect("answers");
        assert_eq!(matches!(noted, Worked::Done(_)), knows, "{}", who.actor);
        let ask = Ask { purpose: Purpose::Read, reason: "x".into(), ..read("") };
        let released = sample.store.release_case("26-0001", ask, who.clone(), at(1)).await.expect("answers");
        assert_eq!(!matches!(released, Released::Unheard(_)), knows, "{}", who.actor);
    }
    close(&sample, "26-0001", "lado", 5).await;
    let log = |who| sample.store.incident_log(IncidentFilter::default(), who, at(6));
    assert_eq!(log(lead()).await.expect("reads").len(), 1);
    assert_eq!(log(head()).await.expect("reads").len(), 0);
    writes(&sample, "pupil.one", 4, "poem", 10).await;
    writes(&sample, "pupil.two", 5, "letter", 11).await;
    let listed = |who| sample.store.list_cases(all(), who, None, 10);
    assert_eq!(listed(head()).await.expect("reads").len(), 1, "the head sees what is gravest");
    assert_eq!(listed(chair).await.expect("reads").len(), 1, "the chair what is about the head");
    let south = Viewer { sites: SiteScope::only(vec![(2, "South".into())]), ..lead() };
    assert_eq!(listed(south).await.expect("reads").len(), 0, "and everybody their own sites");
}

fn read(reason: &str) -> Ask {
    Ask { purpose: Purpose::Read, reason: reason.into(), break_glass: false, key: String::new(), halves: Vec::new() }
}

#[tokio::test]
async fn one_person_opens_what_is_urgent_and_two_open_the_rest() {
    let sample = store().await;
    writes(&sample, "pupil.one", 3, "essay", 0).await;
    let case = sample.store.list_cases(all(), lead(), None, 1).await.expect("reads").remove(0);
    let (staff, low) = (
        super::CaseRow { subject: "staff".into(), severity: 5, ..case.clone() },
        super::CaseRow { severity: 2, ..case.clone() },
    );
    for (case, role, purpose, alone) in [
        (&case, Role::SafeguardingLead, Purpose::Read, true),
        (&case, Role::Deputy, Purpose::Read, true),
        (&case, Role::SafeguardingLead, Purpose::Export, false),
        (&case, Role::Head, Purpose::Read, false),
        (&staff, Role::SafeguardingLead, Purpose::Read, false),
        (&low, Role::SafeguardingLead, Purpose::Read, false),
    ] {
        assert_eq!(way(case, role, purpose, false) == Way::Alone, alone, "{role} {purpose:?} {}", case.severity);
    }
    assert_eq!(way(&staff, Role::SafeguardingLead, Purpose::Read, true), Way::With(&[Role::Chair]));
}

#[tokio::test]
async fn the_second_person_has_fifteen_minutes_and_is_somebody_else() {
    let sample = store().await;
    writes(&sample, "pupil.one", 2, "essay", 0).await;
    let open = |ask, who, minute| sample.store.release_case("26-0001", ask, who, at(minute));
    let approve = |who, minute| sample.store.answer_opening("26-0001", false, Vec::new(), who, at(minute));
    assert!(matches!(open(read(""), lead(), 1).await.expect("answers"), Released::NeedsReason(..)));
    assert!(matches!(approve(deputy(), 1).await.expect("answers"), Approved::NothingAsked(_)));
    let asked = open(read("a pattern in three classes"), lead(), 1).await.expect("answers");
    assert!(matches!(&asked, Released::Waits(_, opening, _) if opening.expires_at == at(16)));
    assert_eq!(sample.store.waiting_openings(deputy(), at(2)).await.expect("reads").len(), 1);
    assert_eq!(approve(lead(), 2).await.expect("answers"), Approved::Oneself);
    assert!(matches!(approve(deputy(), 17).await.expect("answers"), Approved::NothingAsked(_)), "too late");

    open(read("a pattern in three classes"), lead(), 20).await.expect("asks again");
    assert!(matches!(approve(deputy(), 30).await.expect("answers"), Approved::Done(_)));
    let content = open(read(""), lead(), 44).await.expect("answers");
    assert!(matches!(&content, Released::Content(_, evidence, receipt) if evidence.len() == 1 && receipt.is_empty()));
    assert!(
        matches!(open(read(""), deputy(), 44).await.expect("answers"), Released::NeedsReason(..)),
        "not the deputy's"
    );
    assert!(matches!(open(read(""), lead(), 46).await.expect("answers"), Released::NeedsReason(..)), "run out");
    let audited = "SELECT detail FROM audit WHERE action = 'case.open'";
    assert_eq!(
        sample.texts(audited).await,
        ["read, approved by Ben Example (deputy safeguarding lead); reason: a pattern in three classes"]
    );
}

#[tokio::test]
async fn two_who_ask_can_answer_each_other() {
    let sample = store().await;
    writes(&sample, "pupil.one", 2, "essay", 0).await;
    for who in [lead(), deputy()] {
        sample.store.release_case("26-0001", read("a pattern in three classes"), who, at(1)).await.expect("asks");
    }
    for (who, asked) in [(deputy(), lead()), (lead(), deputy())] {
        let answer = sample.store.answer_opening("26-0001", false, Vec::new(), who, at(2)).await.expect("answers");
        assert!(matches!(answer, Approved::Done(opening) if opening.asker.0 == asked.id));
    }
}

#[tokio::test]
async fn a_request_that_was_refused_opens_nothing() {
    let sample = store().await;
    writes(&sample, "pupil.one", 2, "essay", 0).await;
    sample.store.release_case("26-0001", read("curious"), lead(), at(1)).await.expect("asks");
    sample.store.answer_opening("26-0001", true, Vec::new(), deputy(), at(2)).await.expect("refuses");
    let opened = sample.store.release_case("26-0001", read(""), lead(), at(3)).await.expect("answers");
    assert!(matches!(opened, Released::NeedsReason(..)));
}

#[tokio::test]
async fn a_broken_glass_is_told_at_once_and_looked_at_by_somebody_else() {
    let sample = store().await;
    sample.apply_policy().await;
    writes(&sample, "pupil.one", 2, "essay", 0).await;
    let ask = |reason: &str| Ask { break_glass: true, ..read(reason) };
    let open = |ask| sample.store.release_case("26-0001", ask, lead(), at(1));
    assert!(matches!(open(ask("")).await.expect("answers"), Released::NeedsReason(..)), "a reason is typed");
    assert!(matches!(open(ask("deputy is away, a parent waits")).await.expect("answers"), Released::Content(..)));
    let mail = "SELECT kind || ' ' || address FROM outbox";
    assert_eq!(sample.texts(mail).await, ["broken-glass lead@northfield.example"]);
    let waiting = sample.store.waiting_openings(deputy(), at(2)).await.expect("reads");
    assert_eq!(waiting[0].review_due, Some(at(1 + DAY)));
    let review = |who| sample.store.answer_opening("26-0001", false, Vec::new(), who, at(3));
    assert_eq!(review(lead()).await.expect("answers"), Approved::Oneself);
    assert!(matches!(review(deputy()).await.expect("answers"), Approved::Done(opening) if opening.reviewed.is_some()));
    assert!(sample.store.waiting_openings(deputy(), at(4)).await.expect("reads").is_empty());
    let again = sample.store.release_case("26-0001", read(""), lead(), at(5)).await.expect("answers");
    assert!(matches!(again, Released::NeedsReason(..)), "once only");
}

#[tokio::test]
async fn an_export_has_a_receipt_and_goes_thirty_days_after_it_was_filed() {
    let sample = store().await;
    writes(&sample, "pupil.one", 4, "essay", 0).await;
    let ask = |reason: &str| Ask { purpose: Purpose::Export, ..read(reason) };
    let export = |reason: &'static str, minute| sample.store.release_case("26-0001", ask(reason), lead(), at(minute));
    export("for the file", 1).await.expect("asks");
    sample.store.answer_opening("26-0001", false, Vec::new(), head(), at(2)).await.expect("approves");
    let Released::Content(_, _, number) = export("", 3).await.expect("answers") else { panic!("it was approved") };
    assert_eq!(number, "26-0001-1");
    let file = |minute| sample.store.confirm_filed("26-0001-1", lead(), at(minute));
    assert!(matches!(file(4).await.expect("answers"), Filed::Cannot(_)), "nothing was made yet");
    let record = |pdf| sample.store.record_export("26-0001-1", pdf, [2; 32], lead(), at(5));
    assert!(matches!(record([1; 32]).await.expect("answers"), Filed::Done(_)));
    assert!(matches!(record([3; 32]).await.expect("answers"), Filed::Cannot(_)), "one receipt is for one file");
    let Filed::Done(receipt) = file(6).await.expect("answers") else { panic!("it was made") };
    assert_eq!(receipt.delete_after, Some(at(6 + 30 * DAY)));
    sample.store.reopen_case("26-0001", words("x"), lead(), at(7)).await.expect("answers");
    assert_eq!(sample.texts("SELECT coalesce(delete_after, 'kept') || '' FROM receipt").await.len(), 1);
}

#[tokio::test]
async fn suspected_pictures_are_held_whatever_is_filed() {
    let sample = store().await;
    let event = KeywordEvent {
        category: "csa".into(),
        topic: "csa".into(),
        ..KeywordEvent::met(
            "csa.rule",
            "csa",
            caretaker_shared::model::Severity::HIGHEST,
            Sha256::of(b"essay"),
            sample::now(),
        )
    };
    sample.report(event, sample::policy(), at(0)).await;
    let case = sample.store.list_cases(all(), lead(), None, 1).await.expect("reads").remove(0);
    assert!(case.images && case.legal_hold);
    let ask = |reason: &str| Ask { purpose: Purpose::Export, ..read(reason) };
    sample.store.release_case("26-0001", ask("for the police"), lead(), at(1)).await.expect("asks");
    sample.store.answer_opening("26-0001", false, Vec::new(), head(), at(2)).await.expect("approves");
    sample.store.release_case("26-0001", ask(""), lead(), at(3)).await.expect("exports");
    sample.store.record_export("26-0001-1", [1; 32], [2; 32], lead(), at(4)).await.expect("records");
    let filed = sample.store.confirm_filed("26-0001-1", lead(), at(5)).await.expect("files");
    assert!(matches!(filed, Filed::Done(receipt) if receipt.delete_after.is_none()));
}

#[tokio::test]
async fn closed_cases_say_how_often_a_rule_was_right() {
    let sample = store().await;
    for (n, outcome) in [(0, "pastoral"), (1, "false-alarm"), (2, "police")] {
        writes(&sample, &format!("pupil {n}"), 4, &format!("essay {n}"), n * 60).await;
        close(&sample, &format!("26-000{}", n + 1), outcome, n * 60 + 1).await;
    }
    let all = sample.store.rule_precision().await.expect("reads");
    assert_eq!((all[0].rule.as_str(), all[0].right, all[0].closed), ("selfharm.plan.03", 2, 3));
    let card = sample.store.show_case("26-0001", lead(), at(500)).await.expect("reads").expect("is there");
    assert_eq!(card.precision, all);
}

#[tokio::test]
async fn linked_cases_show_each_other() {
    let sample = store().await;
    writes(&sample, "pupil.one", 4, "essay", 0).await;
    writes(&sample, "pupil.two", 4, "poem", 1).await;
    let link = |one: &'static str, other: &'static str| {
        sample.store.link_cases(one, other, LinkWhy::SameIncident, lead(), at(2))
    };
    assert!(matches!(link("26-0002", "26-0001").await.expect("links"), Worked::Done(_)));
    assert!(matches!(link("26-0001", "26-0001").await.expect("answers"), Worked::Cannot(_)));
    assert_eq!(link("26-0001", "26-0009").await.expect("answers"), Worked::Unheard("26-0009".into()));
    let card = sample.store.show_case("26-0001", lead(), at(3)).await.expect("reads").expect("is there");
    assert_eq!(card.linked, [("26-0002".to_owned(), "same-incident".to_owned())]);
}
