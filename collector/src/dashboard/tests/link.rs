//! What is shown while nobody answers: never old figures as new ones.

use crossterm::event::KeyCode;

use super::*;

const SMALL: (u16, u16) = (80, 24);

#[test]
fn a_dropped_connection_is_told_with_the_time_until_it_comes_back() {
    let mut desk = Desk::with_school(SMALL);
    desk.pass(3);
    assert!(desk.asked.is_empty(), "not time yet");
    desk.pass(2);
    desk.gets(Err(Unanswered::Silence));
    desk.pass(4);
    insta::assert_snapshot!("dropped", desk.seen());
    desk.pass(1);
    assert_eq!(desk.asked.len(), 1, "it is tried again");
    assert!(desk.seen().contains("NO ANSWER"), "and still no answer");
    desk.gets(Err(Unanswered::Silence));
    desk.pass(5);
    let said = desk.seen();
    assert!(said.contains("NO ANSWER from the collector since 14:02:07. What you see is from then."), "{said}");
    assert!(said.contains("14:02:07, 15 s ago"), "the age goes on: {said}");
    desk.hears(Answer::Front(Box::new(school())));
    let said = desk.seen();
    assert!(!said.contains("NO ANSWER") && said.contains("14:02:22, 0 s ago"), "{said}");
}

#[test]
fn the_age_of_each_screen_is_its_own() {
    let mut desk = Desk::with_school(SMALL);
    desk.pass(1);
    desk.presses(&[KeyCode::Enter]);
    assert!(desk.seen().contains("asking"), "nothing of the page before is shown as the list");
    desk.hears(Answer::Behind(late()));
    desk.pass(5);
    desk.gets(Err(Unanswered::Silence));
    desk.presses(&[KeyCode::Esc]);
    let said = desk.seen();
    assert!(said.contains("NO ANSWER from the collector since 14:02:08. What you see is from 14:02:07."), "{said}");
}

#[test]
fn an_answer_that_comes_late_is_not_shown_on_another_screen() {
    let mut desk = Desk::with_school(SMALL);
    desk.pass(5);
    let front = desk.asked.pop().expect("asked again");
    desk.presses(&[KeyCode::Enter]);
    let list = desk.asked.last().cloned();
    let now = desk.app.now.clone();
    assert_eq!(desk.app.answer(&front, Ok(Answer::Front(Box::new(school()))), now), []);
    assert!(desk.seen().contains("asking"), "{}", desk.seen());
    assert_eq!(desk.asked.last().cloned(), list, "its own question is still on its way");
    desk.hears(Answer::Behind(late()));
    assert!(desk.seen().contains("PC-LAB3-04"));
}

#[test]
fn another_site_does_not_show_the_figures_of_the_one_before() {
    let mut desk = Desk::with_school(SMALL);
    desk.types("s");
    desk.presses(&[KeyCode::Down, KeyCode::Down, KeyCode::Enter]);
    assert_eq!(desk.asked, [Question::Front(Scope { site: Some("South".into()), group: None })]);
    let said = desk.seen();
    assert!(said.contains("South") && said.contains("asking") && !said.contains("1,204"), "{said}");
}

#[test]
fn what_the_collector_refuses_is_told_in_its_words() {
    let mut desk = Desk::with_school(SMALL);
    desk.pass(5);
    desk.gets(Err(Unanswered::Refused("Nora Example was shut out".into())));
    let said = desk.seen();
    assert!(said.contains("The collector says: Nora Example was shut out. What you see is from then."), "{said}");
}

#[test]
fn no_answer_at_all_shows_no_numbers() {
    let mut desk = Desk::open(SMALL);
    desk.gets(Err(Unanswered::Silence));
    let said = desk.seen();
    assert!(said.contains("NO ANSWER from the collector yet"), "{said}");
    assert!(!said.contains("enrolled"), "{said}");
}

#[test]
fn what_is_wrong_with_caretaker_itself_stands_above_all() {
    let mut desk = Desk::open(SMALL);
    let mut page = school();
    page.mail = Some(MailHealth { state: "failing".into(), last_error: "550 no".into(), ..MailHealth::default() });
    desk.hears(Answer::Front(Box::new(page.clone())));
    assert!(desk.seen().contains("ALERTS DO NOT ARRIVE: 550 no"), "{}", desk.seen());
    page.audit = Some(AuditHealth { state: "broken".into(), rows: 0, broken_row: 7 });
    desk.pass(5);
    desk.hears(Answer::Front(Box::new(page)));
    assert!(desk.seen().contains("AUDIT LOG BROKEN at row 7"), "{}", desk.seen());
}
