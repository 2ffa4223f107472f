//! The licence audit of a week goes to whom the policy names, after everything that presses.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use caretaker_shared::clock::Clock as _;
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::tests::{Bench, SCHOOL, minutes_after};
use crate::audit_papers::tests::CANARIES;
use crate::mail::memory::MemoryMailer;
use crate::mail::{Mail, MailError, Reply};
use crate::store::sample::{DEVICE_NAME, keyword};

const LICENCES: &str = "
    licences = { business_manager = ['bursar@northfield.example'], provider = ['technician@provider.example'] }";

/// A school that has bought two seats of what none has, and has a paid title on its only device without a licence.
async fn school() -> Bench {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.apply(&format!("{SCHOOL}{LICENCES}")).await;
    bench
        .sample
        .write(|tx| {
            tx.execute_batch(
                "INSERT INTO title (id, slug, name, publisher, category, licensing, suite, known) VALUES
                     (1, 'drawing-suite', 'Drawing Suite', '', '', 'paid', '', 1),
                     (2, 'sheet-music', '=cmd|Sheet Music', '', '', 'paid', '', 1);
                 UPDATE device SET last_seen_at = unixepoch('2026-11-22') * 1000;
                 INSERT INTO reading (device, probe, completeness, reason, facts, taken_at, received_at)
                     VALUES (1, 'software', 'complete', '', x'00', unixepoch('2026-11-22') * 1000,
                             unixepoch('2026-11-22') * 1000);
                 INSERT INTO installation (title, device, edition, major, users, evidence)
                     VALUES (2, 1, '', '', 0, 'list');
                 INSERT INTO licence (id, title, title_name, version, edition, metric, term, quantity, place, cost_pence,
                                      supplier, order_ref, proof_holder, note, added_at, added_by, changed_at)
                     VALUES (1, 'drawing-suite', 'Drawing Suite', '', '', 'user', 'subscription', 2, 'Canaryplace',
                             471100, 'Canarysupplier', 'Canaryorder', 'Kim Canaryoperator', 'Canaryplace', 0,
                             'Kim Canaryoperator', 0);
                 INSERT INTO licence_seat (licence, account, given_at, given_by)
                     VALUES (1, 'pat.canaryaccount', 0, 'Kim Canaryoperator');",
            )
        })
        .await;
    bench
}

fn monday() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().expect("a moment")
}

async fn audit(bench: &Bench) {
    bench.clock.set_wall(monday());
    let made = bench.sample.store.run_weekly_licence_audit(TimeZone::UTC, bench.clock.now()).await.expect("audits");
    assert!(made.is_some(), "the first school day of the week");
}

fn is_audit(mail: &Mail) -> bool {
    !mail.attachments.is_empty()
}

/// Everything that a mail says: its text, and what its files hold.
fn whole(mail: &Mail) -> String {
    let mut text = format!("{}\n{}\n{}\n", mail.subject, mail.body, mail.html);
    for file in &mail.attachments {
        text.push_str(&file.name);
        if file.name.ends_with(".xlsx") {
            let mut book = Xlsx::new(Cursor::new(file.bytes.clone())).expect("a spreadsheet");
            for sheet in book.sheet_names() {
                let range = book.worksheet_range(&sheet).expect("a sheet");
                text.extend(range.rows().flatten().map(|cell| format!("{cell}\n")));
            }
        } else {
            text.push_str(std::str::from_utf8(&file.bytes).expect("text"));
        }
    }
    text
}

#[tokio::test]
async fn the_audit_of_a_week_goes_out_once_and_the_provider_reads_no_person_and_no_cost() {
    let bench = school().await;
    audit(&bench).await;
    bench.run_until(minutes_after(monday(), 5)).await;
    audit_is_made_once(&bench).await;
    let sent: Vec<Mail> = bench.mailer.sent().into_iter().filter(is_audit).collect();
    let [school, provider] = sent.as_slice() else { panic!("{} mails", sent.len()) };
    assert_eq!(
        (school.to.as_str(), provider.to.as_str()),
        ("bursar@northfield.example", "technician@provider.example")
    );
    let names = |mail: &Mail| mail.attachments.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(school),
        ["licence-audit-2026-w48.xlsx", "licence-audit-2026-w48.csv", "licence-audit-2026-w48.html"]
    );
    assert_eq!(names(provider)[0], "licence-audit-2026-w48-provider.xlsx");
    assert_eq!(school.subject, "Licence audit, week 48 - 1 title not in order");
    insta::assert_snapshot!("mail_to_the_business_manager", school.body);
    insta::assert_snapshot!("mail_to_the_provider", provider.body);
    let (school, provider) = (whole(school), whole(provider));
    assert!(school.contains("Canarysupplier") && !school.contains("canaryaccount") && !school.contains(DEVICE_NAME));
    assert!(provider.contains(DEVICE_NAME), "a technician works on devices");
    for canary in CANARIES {
        assert!(!provider.to_lowercase().contains(&canary.to_lowercase()), "{canary}");
    }
    assert!(!provider.contains('£'));
}

async fn audit_is_made_once(bench: &Bench) {
    let again = bench.sample.store.run_weekly_licence_audit(TimeZone::UTC, bench.clock.now()).await;
    assert_eq!(again.expect("asks"), None);
    assert_eq!(bench.sample.texts("SELECT '' || count(*) FROM outbox WHERE kind = 'licences'").await, ["2"]);
}

#[tokio::test]
async fn an_alert_leaves_first_and_a_mail_that_was_refused_goes_again_as_it_was() {
    let bench = school().await;
    audit(&bench).await;
    let policy = Policy::parse(SCHOOL).expect("a policy");
    bench.sample.report(keyword(4, "essay"), policy, bench.clock.now()).await;
    let busy = || MailError::Later(Reply { code: 451, status: None });
    bench.mailer.answer(move |mail| if is_audit(mail) && mail.resend == 0 { Err(busy()) } else { Ok(()) });
    bench.run_until(minutes_after(monday(), 30)).await;
    let tried = bench.mailer.tried();
    assert!(!is_audit(&tried[0]), "the alert is first: {}", tried[0].subject);
    for to in ["bursar@northfield.example", "technician@provider.example"] {
        let tries: Vec<&Mail> = tried.iter().filter(|mail| mail.to == to).collect();
        let [first, second] = tries.as_slice() else { panic!("{} tries", tries.len()) };
        assert_eq!((first.message_id.as_str(), second.resend), (second.message_id.as_str(), 1));
        assert_eq!(first.body, second.body);
    }
}
