//! What is seen: every screen at the smallest size, and what changes with the terminal.

use crossterm::event::KeyCode;

use super::*;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 40);

#[test]
fn the_front_page_fits_the_smallest_terminal() {
    insta::assert_snapshot!("front_80x24", Desk::with_school(SMALL).seen());
}

#[test]
fn a_larger_terminal_has_full_names_longer_bars_and_the_sites() {
    insta::assert_snapshot!("front_120x40", Desk::with_school(LARGE).seen());
}

#[test]
fn a_terminal_without_unicode_shows_the_same_in_ascii() {
    let mut desk = Desk::with_school(SMALL);
    let front = desk.seen_on(ASCII);
    insta::assert_snapshot!("front_ascii", front);
    desk.presses(&[KeyCode::Char('/')]);
    desk.hears(Answer::Behind(late()));
    let list = desk.seen_on(ASCII);
    assert!(front.is_ascii() && list.is_ascii(), "{list}");
    let mut unicode = Desk::with_school(SMALL).seen();
    unicode.retain(|letter| letter.is_ascii_alphanumeric());
    let mut ascii = front;
    // Parts of bars are letters in ASCII.
    ascii.retain(|letter| letter.is_ascii_alphanumeric() && letter != 'x' && letter != 'v');
    unicode.retain(|letter| letter != 'x' && letter != 'v');
    assert_eq!(ascii, unicode, "what is said is the same");
}

#[test]
fn a_list_a_device_and_its_software() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Down; 5]);
    desk.presses(&[KeyCode::Enter]);
    desk.hears(Answer::Behind(late()));
    insta::assert_snapshot!("list_80x24", desk.seen());
    desk.presses(&[KeyCode::Enter]);
    desk.hears(Answer::Device(Box::new(device())));
    insta::assert_snapshot!("device_80x24", desk.seen());
    desk.presses(&[KeyCode::Enter]);
    desk.hears(Answer::Software(titles()));
    insta::assert_snapshot!("software_80x24", desk.seen());
}

#[test]
fn an_empty_school_says_how_to_begin() {
    let mut desk = Desk::open(SMALL);
    insta::assert_snapshot!("asking", desk.seen());
    let mut empty = school();
    empty.devices = Some(EstateCounts::default());
    empty.sites = vec!["North".into()];
    desk.hears(Answer::Front(Box::new(empty)));
    insta::assert_snapshot!("empty_school", desk.seen());
}

#[test]
fn help_and_sites_lie_over_the_page() {
    let mut desk = Desk::with_school(SMALL);
    desk.types("?");
    insta::assert_snapshot!("help", desk.seen());
    desk.types("xs");
    insta::assert_snapshot!("sites", desk.seen());
}

#[test]
fn the_keys_of_every_screen_fit_the_smallest_terminal() {
    let mut desk = Desk::with_school(SMALL);
    for answer in [Answer::Behind(late()), Answer::Device(Box::new(device())), Answer::Software(titles())] {
        let shown = desk.seen();
        assert!(shown.trim_end().ends_with("? help  q quit"), "{shown}");
        desk.presses(&[KeyCode::Enter]);
        desk.hears(answer);
    }
    assert!(desk.seen().trim_end().ends_with("? help  q quit"), "{}", desk.seen());
}

#[test]
fn a_terminal_that_is_too_small_says_what_it_needs() {
    let shown = Desk::with_school((79, 24)).seen();
    assert!(shown.starts_with("Caretaker needs 80 x 24 here; this terminal is 79 x 24.\n"), "{shown}");
}

#[test]
fn a_role_sees_only_its_parts() {
    let mut desk = Desk::open(SMALL);
    let page = GetDashboardResponse {
        executables: None,
        mail: None,
        alerts: None,
        licences: None,
        audit: None,
        may_list: false,
        ..school()
    };
    desk.hears(Answer::Front(Box::new(page)));
    let shown = desk.seen();
    for absent in ["Alert", "New today", "Licences", "Audit", "enter"] {
        assert!(!shown.contains(absent), "{absent} in:\n{shown}");
    }
    desk.presses(&[KeyCode::Enter]);
    assert!(desk.asked.is_empty() && desk.seen().contains("single devices are not shown"), "{}", desk.seen());
}

#[test]
fn nothing_is_said_by_colour_alone() {
    let desk = Desk::with_school(SMALL);
    for colours in [Colours::Few, Colours::Many] {
        assert_eq!(desk.seen_on(Look { colours, unicode: true }), desk.seen());
    }
}

#[test]
fn the_look_is_what_the_environment_says() {
    let of = |pairs: &'static [(&str, &str)]| {
        Look::of(|name| pairs.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned()))
    };
    let utf8 = of(&[("TERM", "xterm-256color"), ("LANG", "en_GB.UTF-8")]);
    assert_eq!(utf8, Look { colours: Colours::Many, unicode: true });
    assert_eq!(of(&[("TERM", "vt100"), ("LANG", "en_GB.UTF-8")]).colours, Colours::None);
    assert_eq!(of(&[("TERM", "xterm"), ("NO_COLOR", "1")]).colours, Colours::None);
    assert_eq!(of(&[("TERM", "linux"), ("NO_COLOR", "")]).colours, Colours::Few);
    assert!(!of(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]).unicode, "LC_ALL weighs more");
    assert!(!of(&[]).unicode);
}

#[test]
fn what_devices_call_themselves_cannot_move_the_cursor() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Enter]);
    let mut list = late();
    list.devices[0].name = "a\u{1b}[2J\u{202e}b".into();
    desk.hears(Answer::Behind(list));
    let shown = desk.seen();
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
}
