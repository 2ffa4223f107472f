//! Calls about findings.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Requirement;
use jiff::Timestamp;

use super::paging::{Asked, cut_in};
use super::peer::Operator;
use super::refusal::Refusal;
use super::{Context, personal, policies};
use crate::store::console::{FINDING_COLUMNS, FindingFilter, FindingKey, FindingRow};

pub(super) async fn list(
    context: &Context,
    request: proto::ListFindingsRequest,
    operator: &Operator,
) -> Result<proto::ListFindingsResponse, Refusal> {
    let asked: Asked<FindingKey> = Asked::read(request.page)?;
    let wanted = request.view.unwrap_or_default();
    let (view, order) = asked.view(&wanted, FINDING_COLUMNS, operator, context.clock.now())?;
    let filter = FindingFilter {
        sites: operator.sites().clone(),
        requirement: requirement(&request.requirement)?,
        site: policies::known_site(context, &request.site, operator).await?,
        include_closed: request.include_closed,
        view,
    };
    let total = if wanted.count { context.store.count_findings(filter.clone()).await? } else { 0 };
    let limit = asked.limit();
    let rows = context.store.list_findings(filter, asked.after, limit).await?;
    let (mut findings, next_page) = cut_in(
        order,
        rows,
        asked.size,
        |row: &FindingRow| -> FindingKey { (row.requirement.clone(), row.device_rowid, row.rowid) },
        finding,
    );
    findings.iter_mut().for_each(|finding| personal::finding(finding, operator));
    Ok(proto::ListFindingsResponse { findings, next_page, total })
}

/// The requirement of that id; `None` when none is named.
pub(super) fn requirement(id: &str) -> Result<Option<Requirement>, Refusal> {
    if id.is_empty() {
        return Ok(None);
    }
    Requirement::parse(id).map(Some).ok_or_else(|| Refusal::NoRequirement(id.to_owned()))
}

/// What a requirement of that id asks for; empty when this version does not know it.
pub(super) fn title(id: &str) -> String {
    Requirement::parse(id).map(Requirement::title).unwrap_or_default().to_owned()
}

fn finding(row: FindingRow) -> proto::Finding {
    proto::Finding {
        title: title(&row.requirement),
        requirement: row.requirement,
        device: row.device,
        device_id: row.device_id.to_string(),
        site: row.site,
        subject: row.subject,
        verdict: row.verdict,
        summary: row.summary,
        reason: row.reason,
        remedy: row.remedy,
        opened_at: row.opened_at.to_string(),
        closed_at: time(row.closed_at),
        groups: row.groups,
    }
}

/// A time as the contract writes it; empty for none.
pub(super) fn time(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}
