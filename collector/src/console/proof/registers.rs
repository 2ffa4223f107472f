//! The registers of data protection: requests, disclosures.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::policy::Policy;
use jiff::civil::Date;

use super::retention::reason;
use crate::console::Context;
use crate::console::cases::viewer_of;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::store::cases::{DisclosureRow, Worked};
use crate::store::proof::{KINDS, OUTCOMES, Registered, RequestRow};

pub(super) async fn add(
    context: &Context,
    request: proto::AddDataRequestRequest,
    operator: Operator,
) -> Result<proto::DataRequestResponse, Refusal> {
    let kind = KINDS.into_iter().find(|kind| *kind == request.kind).ok_or(Refusal::Field {
        field: "kind",
        problem: "is none",
        remedy: "one of:  access, erasure, correction, restriction, objection",
    })?;
    let received = day(context, &request.received_on)?;
    let note = line(request.note, "the note")?;
    let now = context.clock.now();
    let row = context.store.add_request(kind, received, note, operator.actor, now).await?;
    answer(context, row).await
}

pub(super) async fn list(
    context: &Context,
    request: proto::ListDataRequestsRequest,
) -> Result<proto::ListDataRequestsResponse, Refusal> {
    let rows = context.store.list_requests(request.include_closed).await?;
    let calendars = calendars(context).await?;
    let requests = rows.into_iter().map(|row| message(context, row, &calendars)).collect();
    Ok(proto::ListDataRequestsResponse { requests })
}

pub(super) async fn extend(
    context: &Context,
    request: proto::ExtendDataRequestRequest,
    operator: Operator,
) -> Result<proto::DataRequestResponse, Refusal> {
    let why = reason(request.reason)?;
    let now = context.clock.now();
    registered(context, context.store.extend_request(request.reference, why, operator.actor, now).await?).await
}

pub(super) async fn close(
    context: &Context,
    request: proto::CloseDataRequestRequest,
    operator: Operator,
) -> Result<proto::DataRequestResponse, Refusal> {
    let outcome = OUTCOMES.into_iter().find(|outcome| *outcome == request.outcome).ok_or(Refusal::Field {
        field: "outcome",
        problem: "is none",
        remedy: "one of:  answered, answered-in-part, refused, withdrawn",
    })?;
    let (now, today) = (context.clock.now(), today(context));
    registered(context, context.store.close_request(request.reference, outcome, today, operator.actor, now).await?)
        .await
}

async fn registered(context: &Context, registered: Registered) -> Result<proto::DataRequestResponse, Refusal> {
    match registered {
        Registered::Done(row) => answer(context, row).await,
        Registered::Cannot(_) => Err(Refusal::Field {
            field: "the request",
            problem: "was closed or extended before",
            remedy: "nothing was changed; see:  caretaker-collector requests list --all",
        }),
        Registered::Unknown => Err(Refusal::Field {
            field: "the request",
            problem: "is not in the register",
            remedy: "list them:  caretaker-collector requests list --all",
        }),
    }
}

async fn answer(context: &Context, row: RequestRow) -> Result<proto::DataRequestResponse, Refusal> {
    let calendars = calendars(context).await?;
    Ok(proto::DataRequestResponse { request: Some(message(context, row, &calendars)) })
}

/// The policies of all sites: their calendars say when there is school.
async fn calendars(context: &Context) -> Result<Vec<Policy>, Refusal> {
    let mut policies = Vec::new();
    for site in context.store.site_names().await? {
        let policy = context.store.site_policy(&site).await?;
        policies.extend(policy.and_then(|policy| Policy::parse(&policy.toml).ok()));
    }
    Ok(policies)
}

fn message(context: &Context, row: RequestRow, calendars: &[Policy]) -> proto::DataRequest {
    let open = row.closed_on.is_none();
    proto::DataRequest {
        overdue: open && row.due_on < today(context),
        due_in_holidays: open && calendars.iter().any(|policy| !policy.calendar.is_school_day(row.due_on)),
        reference: row.reference,
        kind: row.kind,
        received_on: row.received_on.to_string(),
        due_on: row.due_on.to_string(),
        note: row.note,
        added_by: row.added_by,
        extended_why: row.extended_why,
        closed_on: row.closed_on.map(|day| day.to_string()).unwrap_or_default(),
        closed_by: row.closed_by,
        outcome: row.outcome,
    }
}

pub(super) async fn add_disclosure(
    context: &Context,
    request: proto::AddDisclosureRequest,
    operator: Operator,
) -> Result<proto::DisclosureResponse, Refusal> {
    let asked = request.disclosure.unwrap_or_default();
    let row = DisclosureRow {
        reference: asked.reference,
        on_day: day(context, &asked.on_day)?,
        recipient: line(asked.recipient, "to whom")?,
        what: line(asked.what, "what")?,
        basis: line(asked.basis, "the basis")?,
        decided_by: line(asked.decided_by, "who decided")?,
        reason: reason(asked.reason)?,
        added_by: operator.actor.clone(),
    };
    match context.store.add_disclosure(row.clone(), viewer_of(operator), context.clock.now()).await? {
        Worked::Done(_) | Worked::Cannot(_) => Ok(proto::DisclosureResponse { disclosure: Some(disclosure(row)) }),
        Worked::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}

pub(super) async fn list_disclosures(
    context: &Context,
    request: proto::ListDisclosuresRequest,
    operator: Operator,
) -> Result<proto::ListDisclosuresResponse, Refusal> {
    let rows = context.store.list_disclosures(request.reference, viewer_of(operator)).await?;
    Ok(proto::ListDisclosuresResponse { disclosures: rows.into_iter().map(disclosure).collect() })
}

pub(super) fn disclosure(row: DisclosureRow) -> proto::Disclosure {
    proto::Disclosure {
        reference: row.reference,
        on_day: row.on_day.to_string(),
        recipient: row.recipient,
        what: row.what,
        basis: row.basis,
        decided_by: row.decided_by,
        reason: row.reason,
        added_by: row.added_by,
    }
}

/// The day where the school is.
pub(in crate::console) fn today(context: &Context) -> Date {
    context.clock.now().to_zoned(context.zone.clone()).date()
}

/// A day that was typed; today when none was. What lies ahead was not received yet.
fn day(context: &Context, text: &str) -> Result<Date, Refusal> {
    if text.is_empty() {
        return Ok(today(context));
    }
    text.parse::<Date>().ok().filter(|day| *day <= today(context)).ok_or(Refusal::Field {
        field: "the day",
        problem: "is none that has come",
        remedy: "write it as 2026-11-21",
    })
}

fn line(text: String, field: &'static str) -> Result<String, Refusal> {
    reason(text).map_err(|_| Refusal::Field {
        field,
        problem: "is missing or too long",
        remedy: "write one line of at most 500 letters, without a child's name",
    })
}
