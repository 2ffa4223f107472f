//! Calls about alerts.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::{Role, Severity};
use tonic::Status;

use super::findings::time;
use super::outcome::Outcome;
use super::paging::{Asked, cut};
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, personal};
use crate::audit::Entry;
use crate::store::Answered;
use crate::store::alerts::ABOUT_UNREADABLE;
use crate::store::console::{AlertKey, AlertRow, AlertSight, CauseRow, DeliveryRow};
use crate::store::lessons::ABOUT_LESSON;

/// The kind of alerts that are not about a person.
const DEVICE: &str = "device";

/// Which alerts an operator sees: a head comes to safeguarding alerts of the highest level alone.
pub(super) fn sight(operator: &Operator) -> AlertSight {
    let least = if operator.role == Role::Head { u32::from(Severity::HIGHEST.level()) } else { 1 };
    AlertSight {
        sites: operator.sites().clone(),
        devices: operator.may(Permission::DeviceAlertsRead),
        safeguarding_from: operator.may(Permission::CasesCount).then_some(least),
    }
}

pub(super) async fn list(
    context: &Context,
    request: proto::ListAlertsRequest,
    operator: &Operator,
) -> Result<proto::ListAlertsResponse, Refusal> {
    let asked: Asked<AlertKey> = Asked::read(request.page)?;
    let limit = asked.limit();
    let begins = asked.after.is_none();
    let rows = context.store.list_alerts(sight(operator), request.include_closed, asked.after, limit).await?;
    if begins && rows.iter().any(|row| row.kind != DEVICE) {
        note_read(context, operator, "list").await?;
    }
    let key = |row: &AlertRow| -> AlertKey { (row.raised_at.as_millisecond(), row.rowid) };
    let (alerts, next_page) = cut(rows, asked.size, key, |row| alert(row, operator));
    Ok(proto::ListAlertsResponse { alerts, next_page })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetAlertRequest,
    operator: &Operator,
) -> Result<proto::GetAlertResponse, Refusal> {
    let (row, deliveries, causes) = seen(context, request.reference, operator).await?;
    if row.kind != DEVICE {
        note_read(context, operator, &row.reference).await?;
    }
    let causes = if sees_whole(&row, operator) { causes } else { Vec::new() };
    Ok(proto::GetAlertResponse {
        alert: Some(alert(row, operator)),
        deliveries: deliveries.into_iter().map(delivery).collect(),
        causes: causes.into_iter().map(cause).collect(),
    })
}

pub(super) async fn acknowledge(
    context: &Context,
    request: proto::AcknowledgeAlertRequest,
    operator: &Operator,
) -> Result<proto::AcknowledgeAlertResponse, Status> {
    let (row, ..) = seen(context, request.reference, operator).await?;
    operator.require(to_answer(&row))?;
    let now = context.clock.now();
    let answered =
        context.store.acknowledge_alert(&row.reference, &operator.actor, now).await.map_err(Refusal::Store)?;
    Ok(proto::AcknowledgeAlertResponse { alert: Some(alert(done(answered, row.reference)?, operator)) })
}

pub(super) async fn close(
    context: &Context,
    request: proto::CloseAlertRequest,
    operator: &Operator,
) -> Result<proto::CloseAlertResponse, Status> {
    let (row, ..) = seen(context, request.reference, operator).await?;
    operator.require(to_answer(&row))?;
    // The kind never changes, so it may be read before the transaction that closes.
    let Some(outcome) = Outcome::parse(&request.outcome, &row.kind) else {
        return Err(Refusal::NoOutcome { outcome: request.outcome, kind: row.kind }.into());
    };
    let now = context.clock.now();
    let closed = context.store.close_alert(&row.reference, outcome.word(), &operator.actor, now).await;
    let closed = done(closed.map_err(Refusal::Store)?, row.reference)?;
    Ok(proto::CloseAlertResponse { alert: Some(alert(closed, operator)) })
}

/// The alert of that reference, when the operator sees it; one that they do not see does not exist for them.
async fn seen(
    context: &Context,
    reference: String,
    operator: &Operator,
) -> Result<(AlertRow, Vec<DeliveryRow>, Vec<CauseRow>), Refusal> {
    let sight = sight(operator);
    let found = context.store.alert(&reference).await?;
    found.filter(|(row, ..)| sight.sees(row)).ok_or(Refusal::NoAlert(reference))
}

/// What it takes to answer an alert of this kind.
fn to_answer(row: &AlertRow) -> Permission {
    if row.kind == DEVICE { Permission::DeviceAlertsAnswer } else { Permission::CasesAct }
}

/// Whether the operator sees more of an alert than that it exists.
fn sees_whole(row: &AlertRow, operator: &Operator) -> bool {
    operator.may(if row.kind == DEVICE { Permission::DeviceAlertsRead } else { Permission::CasesShow })
}

/// Who looked at safeguarding data is written down before they get it.
async fn note_read(context: &Context, operator: &Operator, what: &str) -> Result<(), Refusal> {
    let entry = Entry {
        at_ms: context.clock.now().as_millisecond(),
        actor: operator.actor.clone(),
        action: "alert.read".into(),
        subject: what.to_owned(),
        detail: String::new(),
    };
    Ok(context.store.write_down(entry).await?)
}

fn done(answered: Answered, reference: String) -> Result<AlertRow, Refusal> {
    match answered {
        Answered::Done(alert) => Ok(alert),
        Answered::ClosedBefore(alert) => Err(Refusal::ClosedBefore { reference, outcome: alert.outcome }),
        Answered::Unheard => Err(Refusal::NoAlert(reference)),
    }
}

/// An alert as this operator may see it. Of a safeguarding alert nobody learns here what it is about, unless no one could
/// read it, or it is a lesson; who only keeps the computers learns no more than that it is there and how grave it is.
fn alert(row: AlertRow, operator: &Operator) -> proto::Alert {
    let may_answer = row.state != "closed" && operator.may(to_answer(&row));
    let whole = sees_whole(&row, operator);
    let about = row.kind == DEVICE || row.about == ABOUT_UNREADABLE || (whole && row.about == ABOUT_LESSON);
    let of = |text: String, shown: bool| if shown { text } else { String::new() };
    proto::Alert {
        reference: row.reference,
        about: of(personal::about(row.about, operator), about),
        kind: row.kind,
        severity: row.severity,
        site: row.site,
        raised_at: row.raised_at.to_string(),
        state: row.state,
        acknowledged_at: time(row.acknowledged_at),
        acknowledged_by: of(row.acknowledged_by, whole),
        closed_at: time(row.closed_at),
        closed_by: of(row.closed_by, whole),
        outcome: of(row.outcome, whole),
        events: if whole { row.events } else { 0 },
        may_answer,
    }
}

fn delivery(row: DeliveryRow) -> proto::Delivery {
    proto::Delivery {
        to: row.role,
        state: row.state,
        attempts: row.attempts,
        sent_at: time(row.sent_at),
        last_error: row.last_error,
    }
}

fn cause(row: CauseRow) -> proto::Cause {
    let CauseRow { severity, source, arithmetic, times, help_seeking } = row;
    proto::Cause { severity, source, arithmetic, times, help_seeking }
}
