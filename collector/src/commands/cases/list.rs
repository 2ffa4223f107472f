//! `cases`, `case show`.

use caretaker_proto::console::v1::{GetCaseRequest, GuidanceRequest, ListCasesRequest};

use super::desk::{Desk, statements};
use super::{ListArgs, ShowArgs};
use crate::commands::Exit;
use crate::commands::output::{Output, page};
use crate::commands::refused::refused;
use crate::render;
use crate::render::cases::Shown;

pub(super) async fn run(args: ListArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (mut cases, mut openings, mut after) = (Vec::new(), Vec::new(), String::new());
    let narrowed = args.state.is_some() || args.level.is_some() || args.site.is_some() || args.mine;
    loop {
        let request = ListCasesRequest {
            page: page(&after),
            state: args.state.clone().unwrap_or_default(),
            include_closed: args.all,
            least_level: args.level.unwrap_or_default(),
            site: args.site.clone().unwrap_or_default(),
            mine: args.mine,
        };
        let answer = desk.cases.list_cases(request).await.map_err(|status| refused(&status))?.into_inner();
        cases.extend(answer.cases);
        openings.extend(answer.openings);
        after = answer.next_page;
        if after.is_empty() {
            break;
        }
    }
    let cases = args.listing.choose(cases, output)?;
    if let Some(exit) =
        args.listing.machine_with("cases", &cases, serde_json::json!({ "openings": openings }), output)?
    {
        return Ok(exit);
    }
    if let Some(told) = args.listing.none(&cases, output.screen) {
        return output.text(&told);
    }
    match render::cases::list(&cases.rows, &openings, output.screen) {
        Some(list) => output.text(&(list + &cases.footer(output.screen))),
        None if args.all => output.text("There never was a case.\n"),
        None if !narrowed => output.text("No case is open. Closed ones:  cases --all\n"),
        None => output.text("No such case is open. Closed ones too:  cases --all\n"),
    }
}

pub(super) async fn show(args: ShowArgs, mut desk: Desk, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let reference = args.one.reference;
    let request = GetCaseRequest { reference: reference.clone() };
    let answer = desk.cases.get_case(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.one.json {
        return output.json(&answer);
    }
    let case = answer.case.clone().unwrap_or_default();
    let steps = steps(&mut desk, &case.reference, case.images).await?;
    let statements = statements(&case.reference, &answer.steps, None);
    let shown =
        Shown { answer: &answer, content: &[], statements: &statements, without: "", steps: &steps, full_name: false };
    output.text(&render::cases::show(&shown, output.screen))
}

/// The fixed steps, where pictures are suspected.
pub(super) async fn steps(desk: &mut Desk, reference: &str, images: bool) -> anyhow::Result<Vec<String>> {
    if !images {
        return Ok(Vec::new());
    }
    let request = GuidanceRequest { reference: reference.to_owned() };
    let answer = desk.cases.guidance(request).await.map_err(|status| refused(&status))?.into_inner();
    Ok(answer.steps)
}
