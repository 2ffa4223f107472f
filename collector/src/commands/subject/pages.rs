//! What a person is given who asks what is held about them: on paper, and for programs.

use caretaker_proto::console::v1::ExportSubjectResponse;
use jiff::Zoned;
use serde_json::json;

use crate::paper::{About, PaperError, Sheet};
use crate::render::time;

fn stamp(text: &str, now: &Zoned) -> String {
    let at = time::parse(text).map(|at| at.to_zoned(now.time_zone().clone()));
    at.map_or_else(|| "-".into(), |at| at.strftime("%a %-d %B %Y, %H:%M").to_string())
}

/// The pages.
pub(super) fn pdf(
    answer: &ExportSubjectResponse,
    account: &str,
    reason: &str,
    now: &Zoned,
) -> Result<Vec<u8>, PaperError> {
    let mut sheet = Sheet::new()?;
    sheet.title("What Caretaker holds about you");
    sheet.paragraph(&format!("{}, {}. {reason}", answer.school, now.strftime("%a %-d %B %Y")));
    sheet.rule();
    sheet.field("Account", account);
    sheet.field("Known from", &format!("{} accounts on devices of the school", answer.accounts));
    sheet.paragraph(
        "Why: the school looks after the safety of its pupils (keeping children safe in education). From where: texts that \
         were written or read with this account on the school's devices. Other people do not appear here by name.",
    );
    sheet.heading("Concerns");
    for case in &answer.cases {
        let ended = if case.outcome.is_empty() { &case.state } else { &case.outcome };
        let line =
            format!("{}, level {} of 5, {}: {ended}", case.category_title, case.level, stamp(&case.raised_at, now));
        sheet.field(&case.reference, &line);
    }
    if answer.cases.is_empty() {
        sheet.paragraph("There is none.");
    }
    sheet.heading("Single reports");
    for event in &answer.events {
        let content = if event.has_content { "its text is kept, sealed" } else { "no text is kept" };
        let line =
            format!("{}, level {}, {}, {}: {content}", event.category_title, event.level, event.source, event.device);
        sheet.field(&stamp(&event.occurred_at, now), &line);
    }
    sheet.heading("Seats of licences");
    for seat in &answer.seats {
        sheet.field(
            &seat.licence,
            &format!("{}, for {}, since {}", seat.title, seat.account, stamp(&seat.given_at, now)),
        );
    }
    if answer.seats.is_empty() {
        sheet.paragraph("There is none.");
    }
    sheet.heading("Who looked");
    for access in &answer.access {
        sheet.field(&stamp(&access.at, now), &format!("{}, {} {}", access.actor, access.action, access.reference));
    }
    sheet.heading("To whom it was disclosed");
    for one in &answer.disclosures {
        sheet.field(&one.on_day, &format!("{}: {}, on the ground of {}", one.recipient, one.what, one.basis));
    }
    if answer.disclosures.is_empty() {
        sheet.paragraph("To nobody.");
    }
    sheet.finish(&About {
        title: "What Caretaker holds about you".into(),
        author: answer.school.clone(),
        footer: format!("{}   confidential", answer.school),
        made: now.clone(),
    })
}

/// The same for programs.
pub(super) fn json(
    answer: &ExportSubjectResponse,
    account: &str,
    reason: &str,
    now: &Zoned,
) -> anyhow::Result<Vec<u8>> {
    let whole = json!({
        "format": "caretaker subject export 1",
        "made_at": now.timestamp().to_string(),
        "account": account,
        "reason": reason,
        "held": answer,
    });
    Ok(serde_json::to_vec_pretty(&whole)?)
}
