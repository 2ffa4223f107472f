//! Where keys lead.

use crossterm::event::KeyCode;

use super::*;

const SMALL: (u16, u16) = (80, 24);

fn number(desk: &Desk) -> String {
    match desk.asked.last() {
        Some(Question::Behind { number, .. }) => number.clone(),
        other => panic!("no list was asked for but {other:?}"),
    }
}

#[test]
fn the_cursor_comes_to_everything_that_opens() {
    let mut opened = Vec::new();
    let columns = [&[][..], &[KeyCode::Right][..], &[KeyCode::Right; 2][..]];
    for column in columns {
        for at in 0..40 {
            let mut desk = Desk::with_school(SMALL);
            desk.presses(column);
            desk.presses(&vec![KeyCode::Down; at]);
            desk.presses(&[KeyCode::Enter]);
            let asked = match desk.asked.last() {
                Some(Question::Behind { number, .. }) => number.clone(),
                Some(other) => format!("{other:?}"),
                None => panic!("nothing opens {at} below {column:?}:\n{}", desk.seen()),
            };
            if !opened.contains(&asked) {
                opened.push(asked);
            }
        }
    }
    let front = format!("{:?}", Question::Front(Scope::default()));
    for word in [
        "reporting",
        "silent",
        "never-reported",
        "policy",
        "executables",
        "requirement:A1.signatures",
        "signatures:older",
        "lock:never",
        "Alerts",
        "Licences { site: None }",
        "Log",
        // How mail goes stands on the front page.
        &front,
    ] {
        assert!(opened.iter().any(|one| one == word), "{word} in {opened:?}");
    }
    assert_eq!(opened.len(), 5 + 15 + 5 + 6 + 4, "{opened:?}");
}

#[test]
fn the_cursor_walks_the_facts_as_they_stand() {
    let mut desk = Desk::with_school(SMALL);
    let walk = [
        (KeyCode::Down, "▸3 new"),
        (KeyCode::Right, "▸healthy"),
        (KeyCode::Down, "▸14 executables"),
        (KeyCode::Left, "▸on 1,196"),
        (KeyCode::Down, "▸2 not in order"),
        (KeyCode::Tab, "▸whole"),
        (KeyCode::Down, "▸0-1"),
        (KeyCode::Left, "▸E1"),
        (KeyCode::Up, "▸2 not in order"),
        (KeyCode::Home, "▸1,187 reporting"),
        (KeyCode::Right, "▸12 silent"),
        (KeyCode::Right, "▸5 never reported"),
        (KeyCode::Up, "▸5 never reported"),
        (KeyCode::Down, "▸healthy"),
        (KeyCode::Right, "▸0-1"),
        (KeyCode::Right, "▸0-1"),
    ];
    for (at, (key, seen)) in walk.into_iter().enumerate() {
        desk.presses(&[key]);
        assert!(desk.seen().contains(seen), "{at}: {seen} in\n{}", desk.seen());
    }
}

#[test]
fn down_to_a_device_its_software_and_all_the_way_back() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Right, KeyCode::Enter]);
    assert_eq!(number(&desk), "silent");
    desk.hears(Answer::Behind(late()));
    desk.presses(&[KeyCode::Down, KeyCode::Enter]);
    assert_eq!(desk.asked, [Question::Device { id: "id-PC-LAB3-11".into() }]);
    desk.hears(Answer::Device(Box::new(device())));
    desk.presses(&[KeyCode::Enter]);
    assert_eq!(desk.asked, [Question::Software { id: "id-PC-LAB3-11".into() }]);
    desk.hears(Answer::Software(titles()));
    assert!(desk.seen().contains("silent devices › PC-LAB3-11 › software"), "{}", desk.seen());
    desk.presses(&[KeyCode::Esc, KeyCode::Backspace]);
    assert_eq!(number(&desk), "silent");
    assert!(desk.seen().contains("▸PC-LAB3-11"), "the cursor is where it was:\n{}", desk.seen());
    desk.presses(&[KeyCode::Esc, KeyCode::Esc, KeyCode::Esc]);
    assert_eq!(desk.asked, [Question::Front(Scope::default())], "no way leads behind the front page");
    assert!(desk.seen().contains("▸12 silent"), "{}", desk.seen());
}

#[test]
fn a_search_finds_as_it_is_typed_whatever_the_case() {
    let mut desk = Desk::with_school(SMALL);
    desk.types("/");
    assert_eq!(number(&desk), "all");
    desk.hears(Answer::Behind(late()));
    desk.types("ZOË’S q");
    assert!(desk.seen().contains("No name has that in it."), "q is a letter here:\n{}", desk.seen());
    desk.presses(&[KeyCode::Backspace, KeyCode::Backspace]);
    let said = desk.seen();
    assert!(said.contains("Zoë’s") && !said.contains("PC-LAB3") && said.contains("search: ZOË’S"), "{said}");
    desk.presses(&[KeyCode::Enter]);
    assert!(matches!(desk.asked.last(), Some(Question::Device { id }) if id.starts_with("id-Zoë")));
    desk.presses(&[KeyCode::Esc]);
    desk.hears(Answer::Behind(late()));
    assert!(!desk.seen().contains("PC-LAB3"), "the search stands");
    desk.presses(&[KeyCode::Esc]);
    assert!(desk.seen().contains("PC-LAB3-04"), "the first escape shows all again:\n{}", desk.seen());
    desk.presses(&[KeyCode::Esc]);
    assert!(desk.seen().contains("Requirement"), "{}", desk.seen());
}

#[test]
fn the_cursor_stays_on_its_device_when_others_come_and_go() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Enter]);
    desk.hears(Answer::Behind(late()));
    desk.presses(&[KeyCode::Down]);
    desk.pass(5);
    let mut newer = late();
    newer.devices.remove(0);
    desk.hears(Answer::Behind(newer));
    assert!(desk.seen().contains("▸PC-LAB3-11"), "{}", desk.seen());
    desk.pass(5);
    desk.hears(Answer::Behind(ListBehindResponse::default()));
    assert!(desk.seen().contains("No device is counted here now."), "{}", desk.seen());
    desk.presses(&[KeyCode::Enter, KeyCode::Down, KeyCode::End]);
    assert!(desk.asked.is_empty(), "there is nothing to open");
}

#[test]
fn a_long_list_is_turned_by_pages() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Enter]);
    let device = |n| BehindDevice { id: format!("{n}"), name: format!("PC-{n:03}"), ..BehindDevice::default() };
    let devices = (0..500).map(device).collect();
    desk.hears(Answer::Behind(ListBehindResponse { devices, left_out: 77, ..ListBehindResponse::default() }));
    assert!(desk.seen().contains("500 devices, and 77 more that do not fit"), "{}", desk.seen());
    assert!(desk.seen().contains("PC-018") && !desk.seen().contains("PC-019"), "{}", desk.seen());
    desk.presses(&[KeyCode::PageDown]);
    assert!(desk.seen().contains("▸PC-019"), "{}", desk.seen());
    desk.presses(&[KeyCode::End]);
    assert!(desk.seen().contains("▸PC-499"), "{}", desk.seen());
    desk.presses(&[KeyCode::Home]);
    assert!(desk.seen().contains("▸PC-000"), "{}", desk.seen());
}

#[test]
fn a_long_device_is_scrolled_to_its_end_and_no_further() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Enter]);
    desk.hears(Answer::Behind(late()));
    desk.presses(&[KeyCode::Enter]);
    let mut long = device();
    let files = (0..80).map(|n| Verdict {
        requirement: format!("E{n}"),
        verdict: "fails".into(),
        summary: "no package owns it".into(),
        ..Verdict::default()
    });
    long.verdicts.extend(files);
    desk.hears(Answer::Device(Box::new(long)));
    assert!(!desk.seen().contains("Software  214 titles"));
    desk.presses(&[KeyCode::End]);
    let end = desk.seen();
    assert!(end.contains("Software  214 titles"), "{end}");
    desk.presses(&[KeyCode::Down, KeyCode::PageDown]);
    assert_eq!(desk.seen(), end);
}

#[test]
fn every_way_to_end_ends_it_and_letters_of_a_search_do_not() {
    for key in [
        KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE),
        KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
    ] {
        let mut desk = Desk::with_school(SMALL);
        assert_eq!(desk.app.key(key), [Effect::Quit], "{key:?}");
    }
    let mut desk = Desk::with_school(SMALL);
    desk.types("/q");
    assert!(!desk.quit);
    assert_eq!(desk.app.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), [Effect::Quit]);
}

#[test]
fn one_question_is_on_its_way_at_a_time() {
    let mut desk = Desk::with_school(SMALL);
    desk.types("r");
    assert_eq!(desk.asked.len(), 1);
    let now = desk.app.now.clone();
    assert_eq!(desk.app.tick(&now + SignedDuration::from_secs(60)), [], "the first has no answer yet");
    desk.hears(Answer::Front(Box::new(school())));
    assert_eq!(desk.app.tick(&now + SignedDuration::from_secs(61)).len(), 1);
}

#[test]
fn a_number_that_is_gone_leaves_the_cursor_at_the_first() {
    let mut desk = Desk::with_school(SMALL);
    desk.presses(&[KeyCode::Down, KeyCode::Down, KeyCode::Right]);
    assert!(desk.seen().contains("▸14 executables"), "{}", desk.seen());
    desk.pass(5);
    let page = GetDashboardResponse { executables: None, ..school() };
    desk.hears(Answer::Front(Box::new(page)));
    assert!(desk.seen().contains("▸1,187 reporting"), "{}", desk.seen());
}

#[test]
fn a_school_with_one_site_has_none_to_choose() {
    let mut desk = Desk::open(SMALL);
    desk.types("s");
    assert!(desk.seen().contains("The sites are not known yet."), "{}", desk.seen());
    desk.hears(Answer::Front(Box::new(GetDashboardResponse { sites: vec!["Main".into()], ..school() })));
    desk.types("s");
    assert!(desk.seen().contains("There is one site: Main."), "{}", desk.seen());
}
