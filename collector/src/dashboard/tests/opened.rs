//! What opens behind the facts of the front page: alerts, mail, licences, the audit log.

use caretaker_proto::console::v1::GetAuditResponse;
use crossterm::event::KeyCode::{Down, End, Enter, Esc, Left, Right};

use super::books::{alert, alerts, audit, holders, mail, proof, title};
use super::*;

const SMALL: (u16, u16) = (80, 24);

/// With the list of alerts open.
fn with_alerts() -> Desk {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[Down, Enter]);
    desk.hears(Answer::Alerts(alerts()));
    desk
}

/// With the titles of the newest audit open.
fn with_licences() -> Desk {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[Down, Down, Down, Enter]);
    desk.hears(Answer::Audit(Box::new(audit())));
    desk
}

#[test]
fn alerts_open_one_by_one() {
    let mut desk = with_alerts();
    insta::assert_snapshot!("alerts_80x24", desk.seen());
    desk.presses(&[End, Enter]);
    assert_eq!(desk.asked, [Question::Alert { reference: "26-0040".into() }]);
    desk.hears(Answer::Alert(Box::new(alert())));
    insta::assert_snapshot!("alert_80x24", desk.seen());
    desk.presses(&[Enter]);
    assert!(desk.asked.is_empty(), "nothing is behind an alert");
    desk.presses(&[Esc]);
    assert!(desk.seen().contains("▸26-0040"), "{}", desk.seen());
}

#[test]
fn a_search_among_alerts_looks_at_what_is_shown_of_them() {
    let mut desk = with_alerts();
    desk.types("/LIBRARY");
    let said = desk.seen();
    assert!(said.contains("26-0040") && !said.contains("26-0041") && said.contains("1 of 3 alerts"), "{said}");
    desk.presses(&[Esc]);
    desk.types("/safeg");
    assert!(desk.seen().contains("26-0042") && !desk.seen().contains("26-0040"), "{}", desk.seen());
}

#[test]
fn only_who_looks_asks_for_alerts_since_each_look_is_written_down() {
    let mut desk = with_alerts();
    desk.pass(5);
    assert_eq!(desk.asked, [Question::Front(Scope::default())], "what is under it is kept up to date");
    let mut page = school();
    page.alerts = Some(AlertCounts { new: 9, acknowledged: 0 });
    desk.hears(Answer::Front(Box::new(page)));
    assert!(desk.seen().contains("26-0042") && desk.seen().contains("14:02:07, 5 s ago"), "{}", desk.seen());
    desk.presses(&[Enter]);
    desk.hears(Answer::Alert(Box::new(alert())));
    desk.presses(&[Esc]);
    assert!(desk.asked.is_empty(), "coming back is no new look");
    desk.types("r");
    assert_eq!(desk.asked, [Question::Alerts], "a key is");
    desk.hears(Answer::Alerts(alerts()));
    desk.presses(&[Esc]);
    desk.hears(Answer::Front(Box::new(school())));
    desk.presses(&[Enter]);
    assert_eq!(desk.asked, [Question::Alerts], "and so is opening them again");
}

#[test]
fn a_lost_collector_is_told_over_a_list_that_is_not_asked_for() {
    let mut desk = with_alerts();
    desk.pass(5);
    desk.gets(Err(Unanswered::Silence));
    let said = desk.seen();
    assert!(said.contains("NO ANSWER from the collector since") && said.contains("26-0042"), "{said}");
    desk.pass(5);
    desk.hears(Answer::Front(Box::new(school())));
    assert!(!desk.seen().contains("NO ANSWER"), "{}", desk.seen());
}

#[test]
fn what_is_refused_is_not_asked_again_until_a_key_is_pressed() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[Down, Down, Down, Enter]);
    desk.gets(Err(Unanswered::Refused("several sites are yours, and an audit is of one of them".into())));
    desk.pass(60);
    let said = "several sites are yours, and an audit is of one of them. Choose one:  s";
    assert!(desk.asked.is_empty() && desk.seen().contains(said), "{}", desk.seen());
    desk.types("r");
    assert_eq!(desk.asked, [Question::Licences { site: None }]);
    desk.gets(Err(Unanswered::Silence));
    desk.pass(5);
    assert_eq!(desk.asked, [Question::Licences { site: None }], "silence is no refusal");
    desk.gets(Err(Unanswered::Refused("no".into())));
    desk.presses(&[Esc]);
    assert!(!desk.seen().contains("Choose one"), "a refusal goes with its screen:\n{}", desk.seen());
}

#[test]
fn licences_open_down_to_the_card_of_a_device() {
    let mut desk = with_licences();
    let list = desk.seen();
    insta::assert_snapshot!("licences_80x24", list);
    desk.presses(&[Enter]);
    let slug = || "dune-studio".to_owned();
    assert_eq!(desk.asked, [Question::Title { audit: 7, slug: slug(), site: None }]);
    desk.hears(Answer::Audit(Box::new(title())));
    insta::assert_snapshot!("title_80x24", desk.seen());
    desk.presses(&[Enter]);
    let asked = |number| Question::Holders { audit: 7, slug: slug(), number, site: None };
    assert_eq!(desk.asked, [asked("over")], "what is wrong stands first");
    desk.hears(Answer::Holders(holders()));
    insta::assert_snapshot!("holders_80x24", desk.seen());
    desk.presses(&[Down, Enter]);
    assert_eq!(desk.asked, [Question::Device { id: "id-PC-LAB3-11".into() }]);
    desk.hears(Answer::Device(Box::new(device())));
    desk.presses(&[Esc]);
    assert!(desk.asked.is_empty() && desk.seen().contains("▸PC-LAB3-11"), "{}", desk.seen());
    desk.presses(&[Right]);
    assert!(desk.asked.is_empty(), "there is no number after the last");
    desk.presses(&[Left]);
    assert_eq!(desk.asked, [asked("unused")]);
    assert!(!desk.seen().contains("PC-LAB3"), "devices of one number are not shown as those of another");
    desk.presses(&[Left, Left]);
    assert_eq!(desk.asked, [asked("installed")]);
    desk.presses(&[Left]);
    desk.hears(Answer::Holders(holders()));
    assert!(desk.seen().contains("3 devices have it"), "{}", desk.seen());
}

#[test]
fn titles_that_are_not_in_order_stand_first() {
    let seen = with_licences().seen();
    let place = |name: &str| seen.find(name).unwrap_or_else(|| panic!("{name} in\n{seen}"));
    let names = ["Dune Studio", "Elm Chess", "Birch Quiz", "Aster Paint", "Cedar Office"];
    assert!(names.windows(2).all(|two| place(two[0]) < place(two[1])), "{seen}");
}

#[test]
fn a_title_that_nobody_has_opens_no_list() {
    let mut desk = with_licences();
    desk.presses(&[End, Enter]);
    let nowhere = audit().titles.remove(2);
    desk.hears(Answer::Audit(Box::new(GetAuditResponse { titles: vec![nowhere], ..audit() })));
    desk.presses(&[Enter]);
    assert!(desk.asked.is_empty() && desk.seen().contains("No device has it."), "{}", desk.seen());
}

#[test]
fn before_the_first_audit_it_says_how_one_is_made() {
    let mut desk = Desk::open(SMALL);
    let none = GetDashboardResponse { licences: Some(LicencePosition::default()), ..school() };
    desk.hears(Answer::Front(Box::new(none)));
    desk.presses(&[Down, Down, Down, Enter]);
    let said = desk.seen();
    assert!(desk.asked.is_empty() && said.contains("▸no audit yet") && said.contains("audit run"), "{said}");
}

#[test]
fn mail_opens_with_what_waits_and_what_failed() {
    let mut desk = Desk::open(SMALL);
    let page = GetDashboardResponse { mail: Some(mail()), ..school() };
    desk.hears(Answer::Front(Box::new(page.clone())));
    desk.pass(2);
    desk.presses(&[Down, Right, Enter]);
    assert!(desk.seen().contains("14:02:07, 2 s ago"), "what is known is shown with its age:\n{}", desk.seen());
    desk.hears(Answer::Front(Box::new(page)));
    insta::assert_snapshot!("mail_80x24", desk.seen());
    desk.pass(5);
    let better = GetDashboardResponse { mail: Some(MailHealth { waiting: 0, ..mail() }), ..school() };
    desk.hears(Answer::Front(Box::new(better)));
    assert!(desk.seen().contains("Waiting     nothing"), "it is live:\n{}", desk.seen());
    desk.presses(&[Enter]);
    assert_eq!(desk.asked, [Question::Alerts]);
}

#[test]
fn the_audit_log_opens_with_its_proof_and_its_last_checkpoint() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[Right, Down, Down, Down, Enter]);
    assert_eq!(desk.asked, [Question::Log]);
    assert!(desk.seen().contains("Every row is being read"), "{}", desk.seen());
    desk.hears(Answer::Log(Box::new(proof())));
    insta::assert_snapshot!("log_80x24", desk.seen());
    desk.pass(5);
    assert_eq!(desk.asked, [Question::Front(Scope::default())], "a long log is not read every five seconds");
}

#[test]
fn who_may_not_see_which_is_told_so_in_one_line() {
    let mut desk = Desk::open(SMALL);
    // As a business manager sees it: counts and licences.
    let page = GetDashboardResponse { mail: None, alerts: None, audit: None, may_list: false, ..school() };
    desk.hears(Answer::Front(Box::new(page)));
    desk.presses(&[Down, Down, Enter]);
    desk.hears(Answer::Audit(Box::new(audit())));
    desk.presses(&[Enter]);
    desk.hears(Answer::Audit(Box::new(title())));
    assert!(desk.seen().contains("52 installed") && !desk.seen().contains("enter"), "{}", desk.seen());
    desk.presses(&[Enter]);
    assert!(desk.asked.is_empty() && desk.seen().contains("single devices are not shown"), "{}", desk.seen());
}

#[test]
fn who_sees_mail_and_no_alerts_has_none_behind_it() {
    let mut desk = Desk::open(SMALL);
    // As an auditor sees it.
    let page = GetDashboardResponse { alerts: None, licences: None, executables: None, may_list: false, ..school() };
    desk.hears(Answer::Front(Box::new(page.clone())));
    desk.presses(&[Down]);
    assert!(desk.seen().contains("▸healthy"), "it stands first on its line:\n{}", desk.seen());
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(page)));
    desk.presses(&[Enter]);
    assert!(desk.asked.is_empty() && desk.seen().contains("not which alerts"), "{}", desk.seen());
}

#[test]
fn every_page_fits_a_terminal_without_unicode() {
    let mut desk = with_licences();
    assert!(desk.seen_on(ASCII).is_ascii() && desk.seen_on(ASCII).contains("L1,208.50"), "{}", desk.seen_on(ASCII));
    desk.presses(&[Enter]);
    desk.hears(Answer::Audit(Box::new(title())));
    desk.presses(&[Enter]);
    desk.hears(Answer::Holders(holders()));
    assert!(desk.seen_on(ASCII).contains("< 22 unused"), "{}", desk.seen_on(ASCII));
    let alerts = with_alerts().seen_on(ASCII);
    assert!(alerts.is_ascii() && alerts.matches('?').count() == 1, "only the key of the help:\n{alerts}");
}
