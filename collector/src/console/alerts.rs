//! Calls about alerts.

use caretaker_proto::console::v1 as proto;

use super::Context;
use super::findings::time;
use super::outcome::Outcome;
use super::paging::{Asked, cut};
use super::peer::Operator;
use super::refusal::Refusal;
use crate::store::Answered;
use crate::store::alerts::ABOUT_UNREADABLE;
use crate::store::console::{AlertKey, AlertRow, CauseRow, DeliveryRow};
use crate::store::lessons::ABOUT_LESSON;

pub(super) async fn list(
    context: &Context,
    request: proto::ListAlertsRequest,
) -> Result<proto::ListAlertsResponse, Refusal> {
    let asked: Asked<AlertKey> = Asked::read(request.page)?;
    let limit = asked.limit();
    let rows = context.store.list_alerts(request.include_closed, asked.after, limit).await?;
    let key = |row: &AlertRow| -> AlertKey { (row.raised_at.as_millisecond(), row.rowid) };
    let (alerts, next_page) = cut(rows, asked.size, key, alert);
    Ok(proto::ListAlertsResponse { alerts, next_page })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetAlertRequest,
) -> Result<proto::GetAlertResponse, Refusal> {
    let found = context.store.alert(&request.reference).await?;
    let (row, deliveries, causes) = found.ok_or(Refusal::NoAlert(request.reference))?;
    Ok(proto::GetAlertResponse {
        alert: Some(alert(row)),
        deliveries: deliveries.into_iter().map(delivery).collect(),
        causes: causes.into_iter().map(cause).collect(),
    })
}

pub(super) async fn acknowledge(
    context: &Context,
    request: proto::AcknowledgeAlertRequest,
    operator: &Operator,
) -> Result<proto::AcknowledgeAlertResponse, Refusal> {
    let now = context.clock.now();
    let answered = context.store.acknowledge_alert(&request.reference, &operator.actor, now).await?;
    Ok(proto::AcknowledgeAlertResponse { alert: Some(alert(done(answered, request.reference)?)) })
}

pub(super) async fn close(
    context: &Context,
    request: proto::CloseAlertRequest,
    operator: &Operator,
) -> Result<proto::CloseAlertResponse, Refusal> {
    let Some((row, ..)) = context.store.alert(&request.reference).await? else {
        return Err(Refusal::NoAlert(request.reference));
    };
    // The kind never changes, so it may be read before the transaction that closes.
    let Some(outcome) = Outcome::parse(&request.outcome, &row.kind) else {
        return Err(Refusal::NoOutcome { outcome: request.outcome, kind: row.kind });
    };
    let now = context.clock.now();
    let answered = context.store.close_alert(&request.reference, outcome.word(), &operator.actor, now).await?;
    Ok(proto::CloseAlertResponse { alert: Some(alert(done(answered, request.reference)?)) })
}

fn done(answered: Answered, reference: String) -> Result<AlertRow, Refusal> {
    match answered {
        Answered::Done(alert) => Ok(alert),
        Answered::ClosedBefore(alert) => Err(Refusal::ClosedBefore { reference, outcome: alert.outcome }),
        Answered::Unheard => Err(Refusal::NoAlert(reference)),
    }
}

fn alert(row: AlertRow) -> proto::Alert {
    proto::Alert {
        reference: row.reference,
        // A safeguarding alert carries nothing that could tell what it is about, unless nobody could read it, or it is
        // a lesson.
        about: if row.kind == "device" || row.about == ABOUT_UNREADABLE || row.about == ABOUT_LESSON {
            row.about
        } else {
            String::new()
        },
        kind: row.kind,
        severity: row.severity,
        site: row.site,
        raised_at: row.raised_at.to_string(),
        state: row.state,
        acknowledged_at: time(row.acknowledged_at),
        acknowledged_by: row.acknowledged_by,
        closed_at: time(row.closed_at),
        closed_by: row.closed_by,
        outcome: row.outcome,
        events: row.events,
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

pub(super) fn cause(row: CauseRow) -> proto::Cause {
    let CauseRow { severity, source, arithmetic, times, help_seeking } = row;
    proto::Cause { severity, source, arithmetic, times, help_seeking }
}
