//! What stands around every screen.

use ratatui::text::{Line, Span};

use super::pieces::{clock, edges, inked};
use crate::dashboard::app::App;
use crate::dashboard::ask::Unanswered;
use crate::dashboard::look::Look;
use crate::dashboard::screen::Screen;
use crate::render::Ink;
use crate::render::text::{left, safe, shorten, width};
use crate::render::time;

/// Where one is, and how old what is shown is.
pub(super) fn head(app: &App, look: Look, columns: u16) -> Line<'static> {
    let school = app.front().map_or_else(|| "Caretaker".to_owned(), |front| shorten(&safe(&front.school), 30));
    let site = app.site.as_ref().map(|site| shorten(&safe(site), 20));
    let mut way = vec![school];
    match site {
        Some(site) => way.push(site),
        None if app.screens.len() == 1 && app.sites.len() > 1 => way.push("all sites".into()),
        None => {}
    }
    way.extend(app.screens.iter().skip(1).map(|screen| shorten(&safe(&screen.name()), 44)));
    let (age, ink) = match app.screen().at() {
        None => ("asking …".to_owned(), Ink::Faint),
        Some(at) => {
            let seconds = app.now.duration_since(at).as_secs();
            let ink = if app.trouble.is_some() { Ink::Bad } else { Ink::Faint };
            (format!("{}, {} ago", clock(at, &app.now), time::stretch(seconds)), ink)
        }
    };
    let room = usize::from(columns).saturating_sub(width(&age) + 4);
    // Where one is matters more than how one came there.
    while way.len() > 1 && width(&way.join(" › ")) > room {
        way.remove(0);
        way[0] = format!("… › {}", way[0].trim_start_matches("… › "));
    }
    let first = (way.remove(0), Ink::Strong);
    let rest = (way.iter().map(|part| format!(" › {part}")).collect::<String>(), Ink::Plain);
    edges(&[first, rest], &age, ink, usize::from(columns), look)
}

/// What must not be overlooked; else an empty line.
pub(super) fn banner(app: &App, look: Look, columns: u16) -> Line<'static> {
    let columns = usize::from(columns);
    let (text, style) = if let Some(trouble) = &app.trouble {
        (told(app, trouble), look.banner())
    } else if let Some(note) = &app.note {
        (safe(note), look.style(Ink::Strong))
    } else if let Some(alarm) = alarm(app) {
        (alarm, look.banner())
    } else {
        return Line::default();
    };
    Line::from(Span::styled(left(&shorten(&format!(" {text}"), columns), columns), style))
}

fn told(app: &App, trouble: &Unanswered) -> String {
    let from = match (app.screen().at(), &app.heard_at) {
        (None, _) => "There is nothing to show yet.".to_owned(),
        (Some(at), Some(heard)) if at == heard => "What you see is from then.".to_owned(),
        (Some(at), _) => format!("What you see is from {}.", clock(at, &app.now)),
    };
    match (trouble, &app.heard_at) {
        (Unanswered::Silence, Some(heard)) => {
            format!("NO ANSWER from the collector since {}. {from}", clock(heard, &app.now))
        }
        (Unanswered::Silence, None) => "NO ANSWER from the collector yet; it is asked again and again.".to_owned(),
        (Unanswered::Refused(why), _) => {
            let from = if app.screen().at().is_some() { from.as_str() } else { "" };
            format!("The collector says: {why}. {from}").trim_end().to_owned()
        }
    }
}

/// What is wrong with Caretaker itself.
fn alarm(app: &App) -> Option<String> {
    let front = app.front()?;
    if let Some(audit) = front.audit.as_ref().filter(|audit| audit.state == "broken") {
        return Some(format!("AUDIT LOG BROKEN at row {}: compare with a backup (audit verify).", audit.broken_row));
    }
    let mail = front.mail.as_ref().filter(|mail| mail.state == "failing")?;
    let because = if mail.last_error.is_empty() { "see: status".to_owned() } else { safe(&mail.last_error) };
    Some(format!("ALERTS DO NOT ARRIVE: {because}"))
}

/// The keys that do something here.
pub(super) fn foot(app: &App, look: Look) -> Line<'static> {
    let may_list = app.front().is_none_or(|front| front.may_list);
    let mut keys: Vec<(&str, &str)> = Vec::new();
    match app.screen() {
        Screen::Front(_) => {
            keys.push(("↑↓←→", "choose"));
            if may_list {
                keys.push(("enter", "devices"));
                keys.push(("/", "find"));
            }
            keys.push(("s", "site"));
        }
        Screen::Devices(list) if list.search.typing => {
            keys.extend([("↑↓", "choose"), ("enter", "open"), ("esc", "all of them")]);
            return line(&keys, look);
        }
        Screen::Software(list) if list.search.typing => {
            keys.extend([("↑↓", "move"), ("enter", "done"), ("esc", "all of them")]);
            return line(&keys, look);
        }
        Screen::Devices(_) => {
            keys.extend([("↑↓", "choose"), ("enter", "open"), ("/", "search"), ("esc", "back")]);
        }
        Screen::Card(_) => keys.extend([("↑↓", "scroll"), ("enter", "software"), ("esc", "back")]),
        Screen::Software(_) => keys.extend([("↑↓", "move"), ("/", "search"), ("esc", "back")]),
    }
    keys.extend([("r", "refresh"), ("?", "help"), ("q", "quit")]);
    line(&keys, look)
}

fn line(keys: &[(&str, &str)], look: Look) -> Line<'static> {
    let mut spans = Vec::new();
    for (key, what) in keys {
        let gap = if spans.is_empty() { " " } else { "  " };
        spans.push(Span::raw(gap));
        spans.push(inked(*key, Ink::Strong, look));
        spans.push(inked(format!(" {what}"), Ink::Faint, look));
    }
    Line::from(spans)
}
