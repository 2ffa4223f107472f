//! Cases, the incident log and guidance, as they are asked for.

use caretaker_proto::console::v1 as proto;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{view, viewer_of};
use crate::console::paging::{Asked, cut};
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::console::{Context, policies};
use crate::store::cases::{CaseFilter, CaseKey, CaseRow, CaseState, IncidentFilter, Purpose, Viewer, Way, way};

pub(super) async fn list(
    context: &Context,
    request: proto::ListCasesRequest,
    operator: Operator,
) -> Result<proto::ListCasesResponse, Refusal> {
    let asked: Asked<CaseKey> = Asked::read(request.page)?;
    let filter = CaseFilter {
        state: state(&request.state)?,
        closed_too: request.include_closed,
        least: request.least_level,
        site: policies::known_site(context, &request.site, &operator).await?.unwrap_or_default(),
        mine: request.mine,
    };
    let (limit, first) = (asked.limit(), asked.after.is_none());
    let viewer = viewer_of(operator);
    let rows = context.store.list_cases(filter, viewer.clone(), asked.after, limit).await?;
    let key = |row: &CaseRow| -> CaseKey { (row.raised_at.as_millisecond(), row.rowid) };
    let (cases, next_page) = cut(rows, asked.size, key, view::case);
    let openings = if first { context.store.waiting_openings(viewer, context.clock.now()).await? } else { Vec::new() };
    Ok(proto::ListCasesResponse { cases, next_page, openings: openings.into_iter().map(view::opening).collect() })
}

fn state(word: &str) -> Result<Option<CaseState>, Refusal> {
    if word.is_empty() {
        return Ok(None);
    }
    CaseState::from_word(word).map(Some).ok_or(Refusal::Field {
        field: "state",
        problem: "is none",
        remedy: "one of:  new, seen, acting, closed",
    })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetCaseRequest,
    viewer: Viewer,
) -> Result<proto::GetCaseResponse, Refusal> {
    let (role, now) = (viewer.role, context.clock.now());
    let card = context.store.show_case(&request.reference, viewer, now).await?;
    let card = card.ok_or(Refusal::NoCase(request.reference))?;
    // Whom the policy asks for does not change that there is a second person.
    let needs_second = way(&card.case, role, Purpose::Read, false) != Way::Alone;
    Ok(view::card(card, needs_second))
}

pub(super) async fn incident_log(
    context: &Context,
    request: proto::IncidentLogRequest,
    operator: Operator,
) -> Result<proto::IncidentLogResponse, Refusal> {
    let filter = IncidentFilter {
        from: day(context, &request.from, "from", 0)?,
        // The last day belongs to the log.
        to: day(context, &request.to, "to", 1)?,
        site: policies::known_site(context, &request.site, &operator).await?.unwrap_or_default(),
    };
    let rows = context.store.incident_log(filter, viewer_of(operator), context.clock.now()).await?;
    let incidents = rows.into_iter().map(view::incident).collect();
    Ok(proto::IncidentLogResponse { school: context.school.clone(), incidents })
}

/// The beginning of a day at the school, or of the one so many days later.
fn day(context: &Context, text: &str, field: &'static str, later: i64) -> Result<Option<Timestamp>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let remedy = "write it as year, month and day, for example 2026-11-21";
    let wrong = Refusal::Field { field, problem: "is no day", remedy };
    let Ok(date) = text.parse::<Date>() else { return Err(wrong) };
    let start = date.checked_add(jiff::Span::new().days(later)).and_then(|date| date.to_zoned(context.zone.clone()));
    start.map(|start| Some(start.timestamp())).map_err(|_| wrong)
}

pub(super) async fn guidance(
    context: &Context,
    request: proto::GuidanceRequest,
    viewer: Viewer,
) -> Result<proto::GuidanceResponse, Refusal> {
    let (text, own) = context.guidance.text();
    let images = if request.reference.is_empty() {
        false
    } else {
        let card = context.store.show_case(&request.reference, viewer, context.clock.now()).await?;
        card.ok_or(Refusal::NoCase(request.reference))?.case.images
    };
    Ok(proto::GuidanceResponse { text, own, steps: if images { context.guidance.images() } else { Vec::new() } })
}
