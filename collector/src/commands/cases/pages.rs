//! What an export for the child-protection file holds: the same on paper and as JSON.

use caretaker_proto::console::v1::{Case, GetCaseResponse};
use caretaker_shared::sealing::Opened;
use jiff::Zoned;
use serde_json::json;

use crate::paper::{About, PaperError, Sheet, Weight};
use crate::render::cases::{Statements, step_sentence};
use crate::render::time;

/// An export before it is written.
pub(super) struct Export {
    /// Number of its receipt.
    pub(super) receipt: String,
    pub(super) school: String,
    pub(super) made_by: String,
    pub(super) card: GetCaseResponse,
    /// What the seals held, the gravest event's first.
    pub(super) opened: Vec<Opened>,
    /// What of it could not be opened.
    pub(super) without: String,
    pub(super) statements: Statements,
    /// The fixed steps, when pictures of abuse are suspected.
    pub(super) steps: Vec<String>,
}

/// Day and time, as paper has them.
fn stamp(text: &str, now: &Zoned) -> String {
    let at = time::parse(text).map(|at| at.to_zoned(now.time_zone().clone()));
    at.map_or_else(|| "-".into(), |at| at.strftime("%a %-d %B %Y, %H:%M").to_string())
}

fn who(export: &Export, case: &Case) -> String {
    let name = export.opened.iter().map(|opened| opened.user.as_str()).find(|user| !user.is_empty());
    name.map_or_else(
        || if case.person.is_empty() { "nobody in particular".into() } else { case.person.clone() },
        Into::into,
    )
}

/// The pages.
pub(super) fn pdf(export: &Export, now: &Zoned) -> Result<Vec<u8>, PaperError> {
    let case = export.card.case.clone().unwrap_or_default();
    let mut sheet = Sheet::new()?;
    sheet.title(&format!("Concern {}", case.reference));
    sheet.paragraph(&format!("{}. Confidential: for the child-protection file.", export.school));
    sheet.rule();
    sheet.field("Who", &who(export, &case));
    sheet.field("What", &format!("{}, level {} of 5", case.category_title, case.level));
    sheet.field("Where", &format!("{}, {}", case.device, case.site));
    sheet.field("Raised", &stamp(&case.raised_at, now));
    if !case.assigned_to.is_empty() {
        sheet.field("With", &case.assigned_to);
    }
    if !case.closed_at.is_empty() {
        let outcome = format!("{}, {}, by {}", case.outcome, stamp(&case.closed_at, now), case.closed_by);
        sheet.field("Outcome", &outcome);
    }
    written(&mut sheet, export, now);
    level(&mut sheet, export, now);
    history(&mut sheet, export, now);
    sheet.rule();
    sheet.field(
        "Export",
        &format!("{}, made by {}, {}", export.receipt, export.made_by, now.strftime("%a %-d %B %Y, %H:%M")),
    );
    sheet.paragraph(
        "Caretaker keeps the SHA-256 of this file under that number. Its own copy of the content is erased 30 days after \
         somebody says that this export lies in the file, unless it is held.",
    );
    sheet.signature("Filed by: name, date, signature");
    sheet.finish(&About {
        title: format!("Concern {}", case.reference),
        author: export.made_by.clone(),
        footer: format!("{}   {}   confidential", export.school, export.receipt),
        made: now.clone(),
    })
}

/// What was written, with what was met in strong letters; for suspected pictures, the steps in its place.
fn written(sheet: &mut Sheet, export: &Export, now: &Zoned) {
    if !export.steps.is_empty() {
        sheet.heading("Pictures of child abuse are suspected");
        for (at, step) in export.steps.iter().enumerate() {
            sheet.field(&format!("{}.", at + 1), step);
        }
        return;
    }
    sheet.heading("What was written");
    for opened in &export.opened {
        let Some(quoted) = &opened.quoted else { continue };
        let (before, rest) = quoted.passage.split_at(quoted.met.start);
        let (met, after) = rest.split_at(quoted.met.end - quoted.met.start);
        let place = format!("{}, {}", stamp(&opened.occurred_at.to_string(), now), quoted.place.as_str());
        sheet.paragraph(&place);
        sheet.quote(&[
            ("…", Weight::Plain),
            (before, Weight::Plain),
            (met, Weight::Strong),
            (after, Weight::Plain),
            ("…", Weight::Plain),
        ]);
    }
    if !export.without.is_empty() {
        sheet.paragraph(&export.without);
    }
}

fn level(sheet: &mut Sheet, export: &Export, now: &Zoned) {
    sheet.heading("How the level came about");
    for cause in &export.card.causes {
        sheet.paragraph(&cause.arithmetic);
    }
    for earlier in &export.card.earlier {
        let ended = if earlier.outcome.is_empty() { "open" } else { &earlier.outcome };
        let line = format!(
            "{}, level {}, {}, {ended}, {}",
            earlier.reference,
            earlier.level,
            earlier.category_title,
            stamp(&earlier.raised_at, now)
        );
        sheet.field("Earlier case", &line);
    }
    for link in &export.card.links {
        sheet.field("Linked with", &format!("{}, {}", link.reference, link.why));
    }
}

fn history(sheet: &mut Sheet, export: &Export, now: &Zoned) {
    sheet.heading("What was done");
    for step in &export.card.steps {
        let mut line = step_sentence(step);
        if let Some(statement) = export.statements.get(&step.id) {
            line.push_str(&format!(": “{}”", statement.text));
        }
        let at = time::parse(&step.at).map(|at| at.to_zoned(now.time_zone().clone()));
        let label = at.map_or_else(String::new, |at| at.strftime("%-d %b, %H:%M").to_string());
        sheet.field(&label, &line);
    }
}

/// The same for programs.
pub(super) fn json(export: &Export) -> anyhow::Result<Vec<u8>> {
    let case = export.card.case.clone().unwrap_or_default();
    let written: Vec<_> = export
        .opened
        .iter()
        .map(|opened| {
            let quoted = opened.quoted.as_ref();
            json!({
                "occurred_at": opened.occurred_at.to_string(),
                "rule": opened.rule,
                "category": opened.category,
                "level": opened.severity.level(),
                "source": opened.source.word(),
                "account": opened.user.as_str(),
                "passage": quoted.map(|quoted| quoted.passage.as_str()),
                "met": quoted.and_then(|quoted| quoted.passage.get(quoted.met.clone())),
                "place": quoted.map(|quoted| quoted.place.as_str()),
            })
        })
        .collect();
    let steps: Vec<_> = export
        .card
        .steps
        .iter()
        .map(|step| {
            let words = export.statements.get(&step.id).map(|statement| statement.text.as_str());
            json!({ "at": step.at, "by": step.actor, "step": step.step, "detail": step.detail, "words": words })
        })
        .collect();
    let whole = json!({
        "format": "caretaker child-protection export 1",
        "receipt": export.receipt,
        "school": export.school,
        "made_by": export.made_by,
        "who": who(export, &case),
        "case": case,
        "written": written,
        "not_opened": export.without,
        "fixed_steps": export.steps,
        "causes": export.card.causes,
        "history": steps,
        "earlier": export.card.earlier,
        "linked": export.card.links,
    });
    Ok(serde_json::to_vec_pretty(&whole)?)
}
