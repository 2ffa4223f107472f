//! The incident log (C9): date, time, incident, by whom, action taken, reported by, signature. For a screen, and for
//! paper.

use caretaker_proto::console::v1::{Incident, Statement};
use serde::Serialize;

use super::super::table::{Column, Table};
use super::super::text::{counted, hang, safe};
use super::super::{Screen, time};
use super::history::one_line;

/// A line of the log, with the fields that a school's policy names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// "2026-11-21".
    pub date: String,
    /// "10:14".
    pub time: String,
    /// What happened, with the number of the case.
    pub incident: String,
    /// Initials as whoever closed it wrote them; the person's tag without.
    pub by_whom: String,
    /// The outcome and what was written.
    pub action_taken: String,
    /// What reported it.
    pub reported_by: String,
    /// Who closed it, and room for a hand.
    pub signature: String,
}

/// The lines of the log; `words` has what could be opened of what was written, one for each incident.
#[must_use]
pub fn lines(incidents: &[Incident], words: &[Option<Statement>], screen: &Screen) -> Vec<Line> {
    incidents.iter().zip(words).map(|(incident, words)| line(incident, words.as_ref(), screen)).collect()
}

fn line(incident: &Incident, words: Option<&Statement>, screen: &Screen) -> Line {
    let case = incident.case.clone().unwrap_or_default();
    let at = time::parse(&incident.occurred_at).map(|at| at.to_zoned(screen.now.time_zone().clone()));
    let stamp = |format: &str| at.as_ref().map_or_else(String::new, |at| at.strftime(format).to_string());
    let what = if case.category_title.is_empty() { &case.about } else { &case.category_title };
    let by_whom = words.map(|words| one_line(&words.by_whom)).filter(|by_whom| !by_whom.is_empty());
    let action = match words.map(|words| one_line(&words.text)).filter(|text| !text.is_empty()) {
        Some(text) => format!("{}: {text}", case.outcome),
        None if incident.action.is_some() => format!("{} (sealed: read it with --key)", case.outcome),
        None => case.outcome.clone(),
    };
    Line {
        date: stamp("%Y-%m-%d"),
        time: stamp("%H:%M"),
        incident: safe(&format!("{}, level {}: {what}", case.reference, case.level)),
        by_whom: by_whom.unwrap_or_else(|| if case.person.is_empty() { "-".into() } else { safe(&case.person) }),
        action_taken: safe(&action),
        reported_by: safe(&format!("Caretaker, {} ({})", case.device, case.site)),
        signature: safe(&case.closed_by),
    }
}

/// The log on a screen: these lines out of `total`.
#[must_use]
pub fn text(school: &str, lines: &[Line], total: u64, screen: &Screen) -> String {
    let total = counted(total, "incident");
    let mut shown = format!("Incident log, {}: {total}\n\n", safe(school));
    if lines.is_empty() {
        return format!("Incident log, {}: no incident was closed with an action.\n", safe(school));
    }
    let mut table = Table::new(vec![
        Column::text("Date"),
        Column::text("Time"),
        Column::text("Incident").shrinks(20),
        Column::text("By whom").shrinks(8),
        Column::text("Reported by").shrinks(12).spare(),
    ]);
    for line in lines {
        table.row(vec![
            line.date.clone().into(),
            line.time.clone().into(),
            line.incident.clone().into(),
            line.by_whom.clone().into(),
            line.reported_by.clone().into(),
        ]);
    }
    let rows = table.show(screen);
    let mut rows = rows.lines();
    shown.push_str(rows.next().unwrap_or_default());
    shown.push('\n');
    for (row, line) in rows.zip(lines) {
        shown.push_str(row);
        shown.push('\n');
        shown.push_str(&hang(
            "            ",
            &format!("{}. Signed: {}", line.action_taken.trim_end_matches('.'), line.signature),
            screen.width,
        ));
    }
    shown
}

/// The log for paper: a table with every field, and room to sign.
#[must_use]
pub fn html(school: &str, made: &str, lines: &[Line]) -> String {
    let mut rows = String::new();
    for line in lines {
        rows.push_str("<tr>");
        for cell in [&line.date, &line.time, &line.incident, &line.by_whom, &line.action_taken, &line.reported_by] {
            rows.push_str(&format!("<td>{}</td>", escaped(cell)));
        }
        rows.push_str(&format!("<td class=\"sign\">{}</td></tr>\n", escaped(&line.signature)));
    }
    include_str!("incident_log.html")
        .replace("@MADE@", &escaped(made))
        .replace("@SCHOOL@", &escaped(school))
        // Last, so that nothing in a row is taken for a place to fill in.
        .replace("@ROWS@", &rows)
}

/// A text that stands in a page as what it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
