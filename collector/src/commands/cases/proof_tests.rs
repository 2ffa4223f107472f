//! One person's data, legal holds and the registers, typed by the people whose work it is.

use caretaker_shared::model::SubjectKind;

use super::tests::{Office, Person};
use crate::commands::Exit;

/// Two pupils; the first has a false alarm, a concern that was acted on, and one that is open.
async fn office() -> (Office, Person, Person, Person) {
    let (office, lead, deputy, head) = Office::with_keys().await;
    for (at, outcome) in [(1, "false-alarm"), (2, "pastoral"), (3, "")] {
        office.writes("pupil.one", SubjectKind::Pupil, "selfharm", 4).await;
        let reference = format!("26-000{at}");
        let _ = office.with_key(&lead, &["case", "open", &reference]).await.expect("opens");
        if !outcome.is_empty() {
            let close = ["case", "close", &reference, "--outcome", outcome, "--reason", "done"];
            office.with_key(&lead, &close).await.expect("closes");
        }
        office.minutes_pass(24 * 60);
    }
    office.writes("pupil.two", SubjectKind::Pupil, "bullying", 4).await;
    (office, lead, deputy, head)
}

fn folder(person: &Person) -> String {
    person.folder.path().display().to_string()
}

#[tokio::test]
async fn a_person_is_given_what_is_held_about_them_and_nothing_of_others() {
    let (office, lead, deputy, _) = office().await;
    let to = folder(&lead);
    let line = ["subject", "export", "Pupil.One", "--reason", "R26-0001", "--to", &to];
    let said = office.with_key(&lead, &line).await.expect("exports");
    assert!(said.contains("3 cases, 3 reports.") && said.contains("1 case was never opened"), "{said}");
    let files: Vec<_> = std::fs::read_dir(lead.folder.path())
        .expect("reads")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("subject-")))
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");
    let json = files.iter().find(|path| path.extension().is_some_and(|kind| kind == "json")).expect("JSON");
    let text = std::fs::read_to_string(json).expect("reads");
    assert!(text.contains("26-0003") && !text.contains("26-0004") && !text.contains("pupil.two"), "{text}");
    assert!(text.contains("case.open") && text.contains("Anna Example"), "who looked");
    let pdf = files.iter().find(|path| path.extension().is_some_and(|kind| kind == "pdf")).expect("PDF");
    assert!(std::fs::read(pdf).expect("reads").starts_with(b"%PDF"));

    let line = ["subject", "export", "pupil.nine", "--reason", "R26-0002", "--to", &to];
    let said = office.with_key(&lead, &line).await.expect("exports");
    assert!(said.contains("0 cases, 0 reports."), "{said}");
    let refused = office.with_key(&deputy, &line).await.expect_err("not hers");
    assert_eq!(refused.exit, Exit::Denied);
    let told = office.sample.texts("SELECT subject || detail FROM audit WHERE action = 'subject.export'").await;
    assert_eq!(told, ["3 cases, 3 events; R26-0001", "0 cases, 0 events; R26-0002"], "and not about whom");
}

#[tokio::test]
async fn what_may_be_erased_goes_and_what_must_stay_says_why() {
    let (office, lead, _, _) = office().await;
    let line = ["subject", "erase", "pupil.one", "--reason", "R26-0001"];
    let said = office.with_key(&lead, &line).await.expect("says");
    assert!(said.contains("Would be erased: cases 26-0001"), "{said}");
    assert!(said.contains("26-0002 stays: it is a concern that was acted on"), "{said}");
    assert!(said.contains("26-0003 stays: it is being worked on"), "{said}");
    assert_eq!(office.sample.texts("SELECT event || '' FROM sealed").await.len(), 4, "nothing was changed");

    let said = office.with_key(&lead, &[&line[..], &["--yes"]].concat()).await.expect("erases");
    assert!(said.starts_with("Erased: cases 26-0001; 0 reports of no case."), "{said}");
    assert_eq!(office.sample.texts("SELECT event || '' FROM sealed ORDER BY event").await, ["2", "3", "4"]);
    let ties = "SELECT a.reference FROM case_file f JOIN alert a ON a.id = f.alert WHERE f.user IS NULL";
    assert_eq!(office.sample.texts(ties).await, ["26-0001"], "nothing ties it to anybody");
    let counts = office.sample.texts("SELECT class || ' ' || erased FROM purge").await;
    assert_eq!(counts, ["on request 1"]);
}

#[tokio::test]
async fn seats_of_licences_are_named_to_the_person_and_freed_for_them_alone() {
    let (office, lead, _, _) = office().await;
    office
        .sample
        .write(|tx| {
            tx.execute_batch(
                "INSERT INTO licence (id, title, title_name, version, edition, metric, term, quantity, place, supplier,
                                      order_ref, proof_holder, note, added_at, added_by, changed_at)
                     VALUES (7, 'adobe', 'Adobe CC', '', '', 'user', 'subscription', 5, '', '', '', '', '', 0, 'a test', 0);
                 INSERT INTO licence_seat (licence, account, given_at, given_by)
                     VALUES (7, 'Pupil.One', 0, 'a test'), (7, 'pupil.two', 0, 'a test')",
            )
        })
        .await;
    let to = folder(&lead);
    let line = ["subject", "export", "pupil.one", "--reason", "R26-0001", "--to", &to];
    let said = office.with_key(&lead, &line).await.expect("exports");
    assert!(said.contains("3 cases, 3 reports, 1 seat of a licence."), "{said}");
    let files = std::fs::read_dir(lead.folder.path()).expect("reads").map(|file| file.expect("a file").path());
    let json = files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "json")).expect("JSON");
    let text = std::fs::read_to_string(json).expect("reads");
    assert!(text.contains("L-0007") && text.contains("Pupil.One") && !text.contains("pupil.two"), "{text}");

    let line = ["subject", "erase", "pupil.one", "--reason", "R26-0001"];
    let said = office.with_key(&lead, &line).await.expect("says");
    assert!(said.contains("Would be freed: 1 seat of a licence (L-0007 Adobe CC)."), "{said}");
    let seats = "SELECT account FROM licence_seat ORDER BY account";
    assert_eq!(office.sample.texts(seats).await, ["Pupil.One", "pupil.two"], "nothing was changed");
    let said = office.with_key(&lead, &[&line[..], &["--yes"]].concat()).await.expect("erases");
    assert!(said.contains("Freed: 1 seat of a licence (L-0007 Adobe CC)."), "{said}");
    assert_eq!(office.sample.texts(seats).await, ["pupil.two"], "the other keeps theirs");
    let told = office.sample.texts("SELECT detail FROM audit WHERE action = 'subject.erase'").await;
    assert_eq!(told, ["1 cases, 0 events, 1 seats of licences, 2 kept; R26-0001"], "and not whose");
}

#[tokio::test]
async fn a_hold_is_lifted_by_two_and_the_second_is_somebody_else() {
    let (office, lead, deputy, head) = office().await;
    let reason = ["--reason", "an inquiry"];
    let said = office.types(&lead, &[&["hold", "set", "26-0003"], &reason[..]].concat()).await.expect("holds");
    assert!(said.contains("until two people lift"), "{said}");
    let release = [&["hold", "release", "26-0003"], &reason[..]].concat();
    for _ in 0..2 {
        let said = office.types(&lead, &release).await.expect("asks");
        assert!(said.contains("until a second person says the same"), "{said}");
    }
    assert_eq!(office.types(&deputy, &release).await.expect_err("not hers").exit, Exit::Denied);
    let report = office.types(&lead, &["retention", "report"]).await.expect("an answer");
    assert!(report.contains("1 case under a legal hold"), "{report}");
    let said = office.types(&head, &release).await.expect("lifts");
    assert!(said.contains("is lifted"), "{said}");
    let report = office.types(&lead, &["retention", "report"]).await.expect("an answer");
    assert!(report.contains("no case is under a legal hold"), "{report}");
}

#[tokio::test]
async fn requests_and_disclosures_are_kept_and_what_is_overdue_is_said_to_whom_it_concerns() {
    let (office, lead, _, head) = office().await;
    let add = ["requests", "add", "--kind", "access", "--received", "2026-11-03", "--note", "office book, 4"];
    let said = office.types(&lead, &add).await.expect("enters");
    assert!(said.contains("R26-0001") && said.contains("2026-12-03"), "{said}");
    let wrong = ["requests", "add", "--kind", "gossip", "--note", "x"];
    assert_eq!(office.types(&lead, &wrong).await.expect_err("no such kind").exit, Exit::Usage);
    office.minutes_pass(20 * 24 * 60);
    let list = office.types(&head, &["requests", "list"]).await.expect("lists");
    assert!(list.contains("OVERDUE"), "{list}");
    let status = office.types(&lead, &["status"]).await.expect("an answer");
    assert!(status.contains("Overdue: 1 request about data"), "{status}");
    let extend = ["requests", "extend", "R26-0001", "--reason", "many records"];
    let said = office.types(&lead, &extend).await.expect("extends");
    assert!(said.contains("2027-02-03") && said.contains("extended"), "{said}");
    let said = office.types(&lead, &["requests", "close", "R26-0001", "--outcome", "answered"]).await.expect("closes");
    assert!(said.contains("answered 2026-12-"), "{said}");
    assert_eq!(office.types(&lead, &extend).await.expect_err("closed").exit, Exit::Usage);

    let disclose = [
        "disclosures",
        "add",
        "26-0002",
        "--to",
        "children's social care",
        "--what",
        "the export 26-0002-1",
        "--basis",
        "vital interests",
        "--decided-by",
        "Cleo Example (head)",
        "--reason",
        "a child at risk",
    ];
    let _ = office.types(&lead, &disclose).await.expect("enters");
    let said = office.types(&lead, &["disclosures", "list", "--case", "26-0002"]).await.expect("lists");
    assert!(said.contains("to children's social care"), "{said}");
    let log = office.types(&lead, &["audit", "log", "--case", "26-0002"]).await.expect("an answer");
    let log = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(log.contains("entered a disclosure about the case 26-0002"), "{log}");
}
