//! How long what is kept, and the legal hold.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::policy::Retention;

use crate::console::Context;
use crate::console::cases::{case_message, viewer_of};
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::store::cases::{Lifted, Worked};

/// Most letters of a reason.
const REASON: usize = 500;

pub(super) async fn report(context: &Context, operator: Operator) -> Result<proto::GetRetentionResponse, Refusal> {
    let report = context.store.retention_report(operator.sites().clone(), context.clock.now()).await?;
    let erased = report.erased.into_iter().map(|row| proto::ErasedClass {
        at: row.at.to_string(),
        class: row.class,
        count: row.count,
    });
    let due = report.due.into_iter().map(|(why, count)| proto::DueClass { why: why.word().into(), count });
    Ok(proto::GetRetentionResponse {
        erased: erased.collect(),
        last_run: report.last_run.map(|at| at.to_string()).unwrap_or_default(),
        due: due.collect(),
        held: report.held,
        kept: report.kept,
        rules: report.rules.into_iter().map(rules).collect(),
    })
}

fn rules((site, keep): (String, Retention)) -> proto::RetentionRules {
    proto::RetentionRules {
        site,
        low_days: keep.low_days,
        unopened_days: keep.unopened_days,
        closed_days: keep.closed_days,
        false_alarm_hours: keep.false_alarm_hours,
        filed_days: keep.filed_days,
        events_days: keep.events_days,
        findings_days: keep.findings_days,
        departed_days: keep.departed_days,
        mails_days: keep.mails_days,
        audit_years: keep.audit_years,
    }
}

pub(super) async fn hold(
    context: &Context,
    request: proto::HoldCaseRequest,
    operator: Operator,
) -> Result<proto::HoldResponse, Refusal> {
    let reason = reason(request.reason)?;
    let worked = context.store.hold_case(&request.reference, reason, viewer_of(operator), context.clock.now()).await?;
    match worked {
        Worked::Done(case) | Worked::Cannot(case) => {
            Ok(proto::HoldResponse { case: Some(case_message(case)), waits: false })
        }
        Worked::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}

pub(super) async fn release(
    context: &Context,
    request: proto::ReleaseHoldRequest,
    operator: Operator,
) -> Result<proto::HoldResponse, Refusal> {
    let reason = reason(request.reason)?;
    let now = context.clock.now();
    let (case, waits) = match context.store.release_hold(&request.reference, reason, viewer_of(operator), now).await? {
        Lifted::Done(case) => (case, false),
        Lifted::Waits(case) => (case, true),
        Lifted::None(case) => {
            return Err(Refusal::CaseStands {
                reference: case.reference.clone(),
                state: "under no legal hold",
                problem: "there is nothing to lift",
                remedy: format!("look at it:  caretaker-collector case show {}", case.reference),
            });
        }
        Lifted::Unheard(reference) => return Err(Refusal::NoCase(reference)),
    };
    Ok(proto::HoldResponse { case: Some(case_message(case)), waits })
}

/// A typed reason on one line: it stands in the audit chain.
pub(super) fn reason(text: String) -> Result<String, Refusal> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > REASON || text.chars().any(char::is_control) {
        return Err(Refusal::Field {
            field: "the reason",
            problem: "is missing or too long",
            remedy: "write one line of at most 500 letters, without a name",
        });
    }
    Ok(text)
}
