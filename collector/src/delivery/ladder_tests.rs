//! Who is told when, over the store, with a clock and mailers of the test's.

use caretaker_shared::clock::Clock as _;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{KeywordEvent, Role, SubjectKind};
use caretaker_shared::policy::Policy;

use super::tests::{Bench, MINUTE, SCHOOL, minutes_after, unreachable};
use crate::mail::memory::MemoryMailer;
use crate::mail::{MailError, Reply};
use crate::rules::sample;
use crate::store::sample::keyword;

async fn school() -> Bench {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.apply(SCHOOL).await;
    bench
}

fn policy() -> Policy {
    Policy::parse(SCHOOL).expect("a policy")
}

async fn report(bench: &Bench, severity: u32, document: &str) {
    bench.sample.report(keyword(severity, document), policy(), bench.clock.now()).await;
}

async fn answer(bench: &Bench) {
    bench.sample.write(|tx| tx.execute("UPDATE alert SET state = 'acknowledged'", [])).await;
}

/// What went out since the last time: minutes since the beginning, to whom, "again" or "passed on" where it says so.
fn told(bench: &Bench, from: usize) -> Vec<String> {
    let mails = bench.mailer.sent();
    let line = |mail: &crate::mail::Mail| {
        let minutes = mail.date.duration_since(sample::now()).as_mins();
        let body = mail.body.replace('\n', " ");
        let call = if body.contains("sent again") {
            " again"
        } else if body.contains("comes to you") {
            " passed on"
        } else {
            ""
        };
        format!("{minutes} {}{call}", mail.to.split('@').next().unwrap_or_default())
    };
    let mut told: Vec<_> = mails.iter().skip(from).map(line).collect();
    told.sort_by_key(|line| line.split(' ').next().and_then(|minutes| minutes.parse::<i64>().ok()));
    told
}

#[tokio::test]
async fn an_urgent_case_that_nobody_answers_climbs_to_the_chair_in_an_hour() {
    let bench = school().await;
    report(&bench, 5, "essay").await;
    bench.run_until(minutes_after(sample::now(), 89)).await;
    let mut all = told(&bench, 0);
    all.sort();
    let mut expected = vec![
        "0 lead",
        "0 deputy",
        "15 lead again",
        "15 deputy again",
        "30 head passed on",
        "45 head again",
        "60 chair passed on",
        "75 chair again",
    ];
    expected.sort_unstable();
    assert_eq!(all, expected);
    let first = &bench.mailer.sent()[0].body.replace('\n', " ");
    assert!(
        first.contains("Please answer by 14:17. If nobody has, Caretaker tells the head today at 14:32."),
        "{first}"
    );
    assert!(first.contains("It was sent to the safeguarding lead and one deputy."), "{first}");
}

#[tokio::test]
async fn whoever_answers_ends_it() {
    let bench = school().await;
    report(&bench, 5, "essay").await;
    report(&bench, 4, "poem").await;
    report(&bench, 3, "letter").await;
    bench.run_until(minutes_after(sample::now(), 20)).await;
    answer(&bench).await;
    let sent = bench.mailer.sent().len();
    bench.run_until(minutes_after(sample::now(), 14 * 24 * 60)).await;
    assert_eq!(told(&bench, sent), Vec::<String>::new());
    assert_eq!(bench.sample.store.next_step_due().await.expect("reads"), None);
}

#[tokio::test]
async fn a_serious_case_goes_to_the_next_on_the_next_school_day() {
    let bench = school().await;
    report(&bench, 4, "essay").await;
    // From Saturday 14:02 to Monday 08:30 and Tuesday 08:30.
    bench.run_until(minutes_after(sample::now(), 3 * 24 * 60)).await;
    assert_eq!(told(&bench, 0), ["0 lead", "2548 deputy passed on", "3988 head passed on"]);
}

#[tokio::test]
async fn lists_come_on_school_days_and_hold_what_nobody_has_answered() {
    let bench = school().await;
    for document in ["one", "two"] {
        report(&bench, 3, document).await;
        report(&bench, 2, &format!("another {document}")).await;
    }
    report(&bench, 1, "noise").await;
    report(&bench, 3, "answered").await;
    bench.sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed' WHERE reference = '26-0005'", [])).await;
    bench.run_until(minutes_after(sample::now(), 8 * 24 * 60)).await;
    let sent = bench.mailer.sent();
    let mut subjects: Vec<_> =
        sent.iter().map(|mail| (mail.subject.as_str(), mail.to.as_str(), mail.date.to_string())).collect();
    subjects.sort();
    let monday = "2026-11-23T07:30:00Z".to_owned();
    let lead = "lead@northfield.example";
    assert_eq!(
        subjects,
        [
            ("Safeguarding daily list - 2 cases, up to level 3", lead, monday.clone()),
            ("Safeguarding weekly list - 2 cases, up to level 2", lead, monday)
        ]
    );
    let daily = sent.iter().find(|mail| mail.subject.contains("daily")).expect("a daily list");
    assert!(daily.body.contains("  Level 3, Northfield School  2 cases\n    26-0001, 26-0003\n"), "{}", daily.body);
}

#[tokio::test]
async fn more_than_ten_mails_in_ten_minutes_come_in_one_and_level_5_alone() {
    let bench = school().await;
    for number in 0..30 {
        report(&bench, 4, &format!("essay {number}")).await;
    }
    report(&bench, 5, "poem").await;
    bench.turn().await;
    bench.run_until(minutes_after(sample::now(), 5)).await;
    for number in 30..40 {
        report(&bench, 4, &format!("essay {number}")).await;
    }
    bench.run_until(minutes_after(sample::now(), 12)).await;
    let subjects: Vec<_> = bench.mailer.sent().into_iter().filter(|mail| mail.to.starts_with("lead")).collect();
    let count = |part: &str| subjects.iter().filter(|mail| mail.subject.contains(part)).count();
    assert_eq!((count("level 4 - case"), count("level 5 - case")), (10, 1));
    let surges: Vec<_> = subjects.iter().filter(|mail| mail.subject.contains("many alerts")).collect();
    let told: Vec<_> = surges.iter().map(|mail| (mail.subject.as_str(), mail.date)).collect();
    assert_eq!(
        told,
        [
            ("Safeguarding many alerts - 20 cases, up to level 4", sample::now()),
            ("Safeguarding many alerts - 10 cases, up to level 4", minutes_after(sample::now(), 10))
        ]
    );
    assert!(surges[0].body.contains("26-0011, 26-0012"), "{}", surges[0].body);
}

/// T: 10,000 events of one pupil stand before another's only one.
#[tokio::test]
async fn a_flood_of_one_pupil_delays_no_other() {
    for severity in [4, 5] {
        let bench = school().await;
        let of = |pupil: &[u8], document: String, severity| KeywordEvent {
            user: Some(Sha256::of(pupil)),
            ..keyword(severity, &document)
        };
        let flood = (0..10_000).map(|number| of(b"one", format!("essay {number}"), severity)).collect();
        bench.sample.report_all(flood, policy(), bench.clock.now()).await;
        bench.clock.advance(MINUTE);
        bench.sample.report(of(b"other", "poem".into(), 5), policy(), bench.clock.now()).await;
        let next = bench.sample.store.lease_mail(4, bench.clock.now()).await.expect("leases");
        let told: Vec<_> = next.iter().map(|mail| (mail.label(), mail.address.split('@').next())).collect();
        let expected = [("26-0002", Some("lead")), ("26-0002", Some("deputy"))];
        let first = if severity == 5 { 2 } else { 0 };
        assert_eq!(told[first..first + 2], expected, "at most the flood's own first mail stands before: {told:?}");
    }
}

#[tokio::test]
async fn when_nobody_can_be_reached_the_next_hears_at_once() {
    let bench = school().await;
    bench.mailer.answer(|mail| {
        if mail.to.starts_with("lead") || mail.to.starts_with("deputy") {
            return Err(MailError::Refused(Reply { code: 550, status: Some("5.1.1".into()) }));
        }
        Ok(())
    });
    report(&bench, 5, "essay").await;
    report(&bench, 4, "poem").await;
    bench.turn().await;
    let mut told = told(&bench, 0);
    told.sort();
    assert_eq!(told, ["0 head passed on", "0 head passed on"]);
    let tried: Vec<_> = bench.mailer.tried().into_iter().filter(|mail| !mail.to.starts_with("head")).collect();
    assert_eq!(tried.len(), 4, "each address once for each case");
}

#[tokio::test]
async fn a_second_mail_server_takes_over_at_once_for_level_5_and_after_five_minutes_for_others() {
    let mut bench = school().await;
    let second = std::sync::Arc::new(MemoryMailer::accepting());
    bench.second = Some(second.clone());
    bench.mailer.answer(|_| Err(unreachable()));
    report(&bench, 5, "essay").await;
    report(&bench, 4, "poem").await;
    bench.turn().await;
    let subjects = || second.sent().into_iter().map(|mail| (mail.subject, mail.message_id)).collect::<Vec<_>>();
    assert!(subjects().iter().all(|(subject, _)| subject.contains("level 5")) && subjects().len() == 2);
    bench.run_until(minutes_after(sample::now(), 4)).await;
    assert_eq!(subjects().len(), 2);
    bench.run_until(minutes_after(sample::now(), 5)).await;
    let late: Vec<_> = subjects().into_iter().filter(|(subject, _)| subject.contains("level 4")).collect();
    assert_eq!(late.len(), 1);
    let tried: Vec<_> = bench.mailer.tried().into_iter().filter(|mail| mail.message_id == late[0].1).collect();
    assert!(tried.len() > 1, "the same message that the first was asked to take");
    let ways = bench.sample.texts("SELECT name || ' ' || (failing_since IS NULL) FROM channel ORDER BY name").await;
    assert_eq!(ways, ["mail 0", "second 1"]);
}

#[tokio::test]
async fn the_webhook_is_called_when_mail_reaches_nobody_and_when_nobody_is_left_to_tell() {
    const CALLS: &str =
        "SELECT alert.reference || ' ' || outbox.state FROM outbox JOIN alert ON alert.id = outbox.alert
                         WHERE outbox.kind = 'webhook' ORDER BY outbox.id";
    let mut bench = school().await;
    bench.webhook = true;
    bench.mailer.answer(|_| Err(unreachable()));
    report(&bench, 4, "poem").await;
    report(&bench, 3, "letter").await;
    bench.run_until(minutes_after(sample::now(), 9)).await;
    assert!(bench.sample.texts(CALLS).await.is_empty());
    bench.run_until(minutes_after(sample::now(), 12)).await;
    assert_eq!(bench.sample.texts(CALLS).await, ["26-0001 waiting"], "nobody listens there, and it is tried again");

    let mut other = school().await;
    other.webhook = true;
    report(&other, 5, "essay").await;
    other.run_until(minutes_after(sample::now(), 89)).await;
    assert!(other.sample.texts(CALLS).await.is_empty());
    other.run_until(minutes_after(sample::now(), 91)).await;
    assert_eq!(other.sample.texts(CALLS).await, ["26-0001 waiting"], "all four were told and none has answered");
}

/// D4: at every level, by mail and by list, now and when nobody answers.
#[tokio::test]
async fn whom_a_concern_is_about_never_hears_of_it() {
    for (role, address, first) in [
        (Role::SafeguardingLead, "lead", "head"),
        (Role::Deputy, "deputy", "lead"),
        (Role::Head, "head", "chair"),
        (Role::Chair, "chair", "lead"),
    ] {
        let bench = school().await;
        for severity in 2..=5 {
            let event = KeywordEvent {
                subject: SubjectKind::Staff,
                conflict: [role].into(),
                ..keyword(severity, &format!("letter {severity}"))
            };
            bench.sample.report(event, policy(), bench.clock.now()).await;
        }
        bench.run_until(minutes_after(sample::now(), 9 * 24 * 60)).await;
        let to: Vec<_> = bench.mailer.sent().into_iter().map(|mail| mail.to).collect();
        assert!(to.iter().all(|to| !to.starts_with(address)), "{role}: {to:?}");
        assert!(to[0].starts_with(first) || to[1].starts_with(first), "{role}: {to:?}");
        assert!(to.len() > 10, "it climbs all the same: {to:?}");
    }
}
