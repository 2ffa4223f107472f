//! Groups of devices: chosen as sites are, and never said of what they do not narrow.

use crossterm::event::KeyCode::{Down, Enter, Esc};

use super::books::{alerts, audit};
use super::*;

const SMALL: (u16, u16) = (80, 24);

/// A school whose policies have groups.
fn grouped() -> GetDashboardResponse {
    GetDashboardResponse { groups: vec!["Lab 3".into(), "Library".into()], ..school() }
}

fn with_groups() -> Desk {
    let mut desk = Desk::open(SMALL);
    desk.hears(Answer::Front(Box::new(grouped())));
    desk
}

fn scope(site: Option<&str>, group: Option<&str>) -> Scope {
    Scope { site: site.map(str::to_owned), group: group.map(str::to_owned) }
}

#[test]
fn a_group_is_chosen_as_a_site_is() {
    let mut desk = with_groups();
    desk.types("g");
    insta::assert_snapshot!("groups", desk.seen());
    desk.presses(&[Down, Enter]);
    assert_eq!(desk.asked, [Question::Front(scope(None, Some("Lab 3")))]);
    assert!(!desk.seen().contains("1,204"), "figures of all are not shown as a group's:\n{}", desk.seen());
    desk.hears(Answer::Front(Box::new(grouped())));
    insta::assert_snapshot!("front_of_group", desk.seen());
    desk.presses(&[Enter]);
    assert!(matches!(desk.asked.last(), Some(Question::Behind { scope: of, .. }) if *of == scope(None, Some("Lab 3"))));
    desk.presses(&[Esc]);
    desk.types("gk");
    desk.presses(&[Enter]);
    assert_eq!(desk.asked, [Question::Front(Scope::default())], "all devices stand first");
}

#[test]
fn another_site_begins_without_a_group() {
    let mut desk = with_groups();
    desk.types("gj");
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(grouped())));
    desk.types("sj");
    desk.presses(&[Enter]);
    assert_eq!(desk.asked, [Question::Front(scope(Some("North"), None))]);
    desk.types("g");
    assert!(desk.seen().contains("The groups are not known yet."), "they were another site's:\n{}", desk.seen());
    desk.hears(Answer::Front(Box::new(grouped())));
    desk.types("gj");
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(grouped())));
    assert!(desk.seen().contains("Northfield School › North · Lab 3"), "{}", desk.seen());
}

#[test]
fn the_group_of_the_command_line_is_asked_for_and_shown() {
    let every = SignedDuration::from_secs(5);
    let wish = Wish::new(Some("South".into()), Some("Library".into()), every);
    let mut desk = Desk { app: App::new(wish, SMALL, start()), asked: Vec::new(), quit: false };
    desk.pass(0);
    assert_eq!(desk.asked, [Question::Front(scope(Some("South"), Some("Library")))]);
    desk.hears(Answer::Front(Box::new(grouped())));
    desk.types("g");
    assert!(desk.seen().contains("South · Library") && desk.seen().contains("▸Library"), "{}", desk.seen());
}

#[test]
fn without_groups_it_says_where_they_are_made() {
    let mut desk = Desk::open(SMALL);
    desk.types("g");
    assert!(desk.seen().contains("The groups are not known yet."), "{}", desk.seen());
    desk.hears(Answer::Front(Box::new(school())));
    desk.types("g");
    assert!(desk.seen().contains("No policy has [[groups]] of devices."), "{}", desk.seen());
    desk.pass(5);
    desk.hears(Answer::Front(Box::new(GetDashboardResponse { sites: vec!["Main".into()], ..school() })));
    desk.types("g");
    assert!(desk.seen().contains("Your policy has no [[groups]] of devices."), "{}", desk.seen());
    desk.types("sj");
    assert!(!desk.seen().contains("[["), "a note goes with the next key:\n{}", desk.seen());
}

#[test]
fn what_a_group_does_not_narrow_does_not_say_that_it_does() {
    let mut desk = with_groups();
    desk.types("sj");
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(grouped())));
    desk.types("gj");
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(grouped())));
    let front = desk.seen();
    for marked in ["Alerts*", "Alert mail*", "Licences*", "Audit log*", "* of the whole school or site"] {
        assert!(front.contains(marked), "{marked} in\n{front}");
    }
    desk.presses(&[Down, Enter]);
    desk.hears(Answer::Alerts(alerts()));
    let list = desk.seen();
    assert!(list.contains("the whole of North › open alerts") && !list.contains("Lab 3"), "{list}");
    assert!(list.contains("26-0040") && !list.contains("26-0041"), "those of South are not at North:\n{list}");
    desk.presses(&[Esc]);
    desk.hears(Answer::Front(Box::new(grouped())));
    desk.presses(&[Down, Down, Enter]);
    assert_eq!(desk.asked, [Question::Licences { site: Some("North".into()) }]);
    desk.hears(Answer::Audit(Box::new(audit())));
    assert!(desk.seen().contains("the whole of North › licences"), "{}", desk.seen());
}

#[test]
fn a_group_without_devices_here_says_so() {
    let mut desk = with_groups();
    desk.types("gj");
    desk.presses(&[Enter]);
    desk.hears(Answer::Front(Box::new(GetDashboardResponse { devices: Some(EstateCounts::default()), ..grouped() })));
    assert!(desk.seen().contains("No device is in the group Lab 3 here."), "{}", desk.seen());
}
