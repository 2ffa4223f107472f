//! `incident-log`, `guidance`.

use caretaker_proto::console::v1::{GuidanceRequest, IncidentLogRequest};

use super::desk::{Desk, statement};
use super::{GuidanceArgs, LogArgs};
use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::refused::refused;
use crate::render;

pub(super) async fn incidents(args: LogArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let held = args.key.open_if_named()?;
    let request = IncidentLogRequest {
        from: args.from.unwrap_or_default(),
        to: args.to.unwrap_or_default(),
        site: args.site.unwrap_or_default(),
    };
    let answer = desk.cases.incident_log(request).await.map_err(|status| refused(&status))?.into_inner();
    let words: Vec<_> = answer
        .incidents
        .iter()
        .map(|incident| {
            let reference = incident.case.as_ref().map(|case| case.reference.as_str()).unwrap_or_default();
            statement(reference, incident.action.as_ref()?, held.as_ref().map(|held| &held.key))
        })
        .collect();
    let lines = render::cases::incident_lines(&answer.incidents, &words, output.screen);
    // A page for paper has all of them.
    let listing = if args.html { args.listing.unpaged() } else { args.listing };
    let lines = listing.choose(lines, output)?;
    let school = serde_json::json!({ "school": answer.school });
    if let Some(exit) = listing.machine_with("incidents", &lines, school, output)? {
        return Ok(exit);
    }
    if args.html {
        let made = render::time::head(output.screen.now.timestamp(), &output.screen.now);
        return output.text(&render::cases::incident_html(&answer.school, &made, &lines.rows));
    }
    if let Some(told) = listing.none(&lines, output.screen) {
        return output.text(&told);
    }
    let shown = render::cases::incident_log(&answer.school, &lines.rows, lines.total, output.screen);
    output.text(&(shown + &lines.footer(output.screen)))
}

pub(super) async fn guidance(args: GuidanceArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = GuidanceRequest { reference: args.reference.unwrap_or_default() };
    let answer = desk.cases.guidance(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&answer) } else { output.text(&render::cases::guidance(&answer, output.screen)) }
}
