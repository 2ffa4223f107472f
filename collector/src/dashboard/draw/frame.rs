//! What stands around every screen.

use ratatui::text::{Line, Span};

use super::pieces::{clock, edges, inked};
use crate::dashboard::app::App;
use crate::dashboard::ask::Unanswered;
use crate::dashboard::look::Look;
use crate::dashboard::page::Sheet;
use crate::dashboard::screen::Screen;
use crate::dashboard::spot::Spot;
use crate::render::Ink;
use crate::render::text::{left, safe, shorten, width};
use crate::render::time;

/// Where one is, and how old what is shown is.
pub(super) fn head(app: &App, look: Look, columns: u16) -> Line<'static> {
    let school = app.front().map_or_else(|| "Caretaker".to_owned(), |front| shorten(&safe(&front.school), 30));
    let mut way = vec![school];
    way.extend(scope(app));
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

/// What is shown: "North", "North · Lab 3". What a group does not narrow says so.
fn scope(app: &App) -> Option<String> {
    let name = |name: &String| shorten(&safe(name), 20);
    let site = app.scope.site.as_ref().map(name);
    let all = || if app.sites.len() > 1 { "all sites" } else { "all devices" }.to_owned();
    match &app.scope.group {
        None if app.screens.len() == 1 && app.sites.len() > 1 => Some(site.unwrap_or_else(all)),
        None => site,
        Some(_) if !app.screens.iter().all(Screen::narrows) => {
            Some(site.map_or_else(all, |site| format!("the whole of {site}")))
        }
        Some(group) => match (site, app.sites.len()) {
            (Some(site), _) => Some(format!("{site} · {}", name(group))),
            (None, 2..) => Some(format!("all sites · {}", name(group))),
            (None, _) => Some(name(group)),
        },
    }
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
            // An audit is of one site for who answers for several; the collector cannot know the key that chooses one.
            let chooses =
                matches!(app.screen(), Screen::Licences(_)) && app.scope.site.is_none() && app.sites.len() > 1;
            if chooses {
                return format!("{why}. Choose one:  s");
            }
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
    let mut keys: Vec<(&str, &str)> = Vec::new();
    if app.is_typing() {
        keys.extend([("↑↓", "choose"), ("enter", "open"), ("esc", "all of them")]);
        return line(&keys, look);
    }
    let may_list = app.front().is_none_or(|front| front.may_list);
    match app.screen() {
        Screen::Front(front) => {
            keys.push(("↑↓←→", "choose"));
            match &front.on {
                Spot::Number(_) if !may_list => {}
                Spot::Number(_) => keys.push(("enter", "devices")),
                Spot::Alerts | Spot::Mail | Spot::Licences | Spot::Log => keys.push(("enter", "open")),
            }
            if may_list {
                keys.push(("/", "find"));
            }
            keys.extend([("s", "site"), ("g", "group")]);
        }
        Screen::Software(_) => keys.extend([("↑↓", "move"), ("/", "search"), ("esc", "back")]),
        Screen::Devices(_) | Screen::Alerts(_) | Screen::Licences(_) => {
            keys.extend([("↑↓", "choose"), ("enter", "open"), ("/", "search"), ("esc", "back")]);
        }
        Screen::Holders(_) => {
            keys.extend([("↑↓", "choose"), ("←→", "number"), ("enter", "open"), ("/", "search"), ("esc", "back")]);
        }
        Screen::Page(page) => {
            keys.push(("↑↓", "scroll"));
            match &page.sheet {
                Sheet::Device { .. } => keys.push(("enter", "software")),
                Sheet::Title { .. } if may_list => keys.push(("enter", "devices")),
                Sheet::Mail { .. } if app.front().is_some_and(|front| front.alerts.is_some()) => {
                    keys.push(("enter", "alerts"));
                }
                Sheet::Title { .. } | Sheet::Mail { .. } | Sheet::Alert { .. } | Sheet::Log { .. } => {}
            }
            keys.push(("esc", "back"));
        }
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
