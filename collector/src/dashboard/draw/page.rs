//! Pages: one device, one alert, one title, as their commands say it; how mail goes; whether the audit log is whole.

use caretaker_proto::console::v1::{AuditHealth, MailHealth, VerifyAuditResponse};
use caretaker_shared::checkpoint::SignedCheckpoint;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::ansi;
use crate::dashboard::app::App;
use crate::dashboard::look::Look;
use crate::dashboard::page::{Page, Sheet};
use crate::dashboard::screen::Screen;
use crate::render::text::{counted, hang, number};
use crate::render::{self, Ink, time};

/// Columns beyond which a line of words is hard to read.
const WIDEST: u16 = 120;
/// Columns of the words before a line, as `status` and as `audit verify` have them.
const OF_MAIL: usize = 12;
const OF_LOG: usize = 14;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, page: &Page, look: Look) {
    let lines = ansi::lines(&text(page, app, area.width), look);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(page.scroll).collect();
    let inside = Rect { x: area.x + 1, width: area.width - 1, ..area };
    frame.render_widget(Paragraph::new(shown), inside);
}

/// How many lines the page has that is seen; 0 where none is.
pub(in crate::dashboard) fn lines(app: &App) -> usize {
    match app.screen() {
        Screen::Page(page) => text(page, app, app.size.0).lines().count(),
        Screen::Front(_)
        | Screen::Devices(_)
        | Screen::Software(_)
        | Screen::Alerts(_)
        | Screen::Licences(_)
        | Screen::Holders(_) => 0,
    }
}

fn text(page: &Page, app: &App, width: u16) -> String {
    // Its inks are taken for ours, whatever colours there are.
    let screen =
        render::Screen { width: usize::from(width.min(WIDEST).saturating_sub(2)), colour: true, now: app.now.clone() };
    match &page.sheet {
        Sheet::Device { held, .. } => held.get().map(|device| render::device::show(device, &screen)),
        Sheet::Alert { held, .. } => held.get().map(|alert| render::alerts::show(alert, &screen)),
        Sheet::Title { held, .. } => held.get().map(|audit| render::licence_audit::title(audit, None, &screen)),
        Sheet::Mail { held } => held.get().map(|mail| delivery(mail, &screen)),
        Sheet::Log { held } => {
            let standing = app.front().and_then(|front| front.audit.as_ref());
            Some(log(standing, held.get().map(|proof| &**proof), &screen))
        }
    }
    .unwrap_or_default()
}

/// The ways that mail goes, what waits, and whom nobody can tell.
fn delivery(mail: &MailHealth, screen: &render::Screen) -> String {
    let mut shown = render::status::alert_mail(mail, screen);
    shown.push('\n');
    let waiting = match mail.waiting {
        0 => "nothing".to_owned(),
        n => format!("{}, tried again and again", counted(n, "mail")),
    };
    shown.push_str(&fact("Waiting", OF_MAIL, &waiting, screen));
    if mail.unheard > 0 {
        let told = format!(
            "nobody may hear of {}. Name more people in the policy, under [[contacts]].",
            counted(mail.unheard, "open alert")
        );
        let line = fact("Unheard", OF_MAIL, &told, screen);
        shown.push_str(&screen.ink(Ink::Bad, line.trim_end()));
        shown.push('\n');
    }
    if mail.others.is_empty() {
        let told = "none: mail that does not go this way does not go. In collector.toml: [mail.second], [webhook].";
        shown.push_str(&fact("Other ways", OF_MAIL, told, screen));
    }
    shown.push('\n');
    shown.push_str(&hang("", "To which roles an alert went, and what failed, stands with each alert.", screen.width));
    shown
}

/// What was found after the collector's start, and what the proof of this moment comes to.
fn log(standing: Option<&AuditHealth>, proof: Option<&VerifyAuditResponse>, screen: &render::Screen) -> String {
    let mut shown = String::new();
    match proof {
        Some(proof) => {
            shown.push_str(&render::proof::verdict(proof, screen));
            shown.push_str(&fact("Last signed", OF_LOG, &newest(proof, screen), screen));
        }
        None => shown.push_str(&hang("", "Every row is being read; a long log takes its time …", screen.width)),
    }
    shown.push('\n');
    let told = match standing.map(|one| (one.state.as_str(), one.rows, one.broken_row)) {
        Some(("whole", 0, _)) => "whole".to_owned(),
        Some(("whole", rows, _)) => format!("whole, {}", counted(rows, "row")),
        Some(("broken", _, row)) => format!("broken at row {}", number(u64::try_from(row).unwrap_or_default())),
        Some(("checking", ..)) => "being checked".to_owned(),
        Some(_) => "it could not be read: the collector's log says why".to_owned(),
        None => "not known".to_owned(),
    };
    shown.push_str(&fact("At start", OF_LOG, &told, screen));
    shown.push('\n');
    shown.push_str(&hang("", "Hold it against a checkpoint that was mailed:  audit verify --from MAIL", screen.width));
    shown
}

/// The newest checkpoint: its row, and when it was made.
fn newest(proof: &VerifyAuditResponse, screen: &render::Screen) -> String {
    if proof.newest.is_empty() {
        return "no checkpoint yet; the collector makes one each day".into();
    }
    match SignedCheckpoint::parse(&proof.newest) {
        Ok(signed) => {
            let checkpoint = signed.checkpoint();
            format!("row {}, {}", number(checkpoint.row), time::when(checkpoint.made_at, &screen.now))
        }
        Err(_) => "something that is no checkpoint".into(),
    }
}

fn fact(heading: &str, columns: usize, text: &str, screen: &render::Screen) -> String {
    hang(&format!("{heading:columns$}"), text, screen.width)
}
