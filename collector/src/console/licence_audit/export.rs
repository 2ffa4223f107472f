//! An audit as a file, and as mail.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;

use super::super::Context;
use super::super::peer::Operator;
use super::super::permissions::Permission;
use super::super::refusal::Refusal;
use super::{message, show};
use crate::audit_papers::{Audience, Form};
use crate::store::licence_audit::Asked;

/// Room in an answer for what is not the file.
const HEAD_BYTES: usize = 64 * 1024;

pub(super) async fn export(
    context: &Context,
    request: proto::ExportAuditRequest,
    operator: &Operator,
) -> Result<proto::ExportAuditResponse, Refusal> {
    let form = Form::parse(request.form.trim()).ok_or_else(|| Refusal::Field {
        field: "form",
        problem: "is none that an audit is written in",
        remedy: "one of:  xlsx, csv, html, json, pdf",
    })?;
    let is_provider = request.for_provider || operator.role == Role::Technician;
    let audience = if is_provider { Audience::Provider } else { Audience::School };
    let asked = Asked {
        which: show::which(request.which)?,
        site: show::site(context, &request.site, operator).await?,
        sites: operator.sites().clone(),
        audience,
        names_devices: operator.may(Permission::DevicesRead),
        whole_purse: operator.sites().is_all(),
    };
    let papers = context.store.licence_papers(asked, &context.school).await?.ok_or_else(show::no_audit)?;
    let now = context.clock.now().to_zoned(context.zone.clone());
    let (row, counts, file_name) = (papers.row.clone(), papers.outcome.counts(), papers.file_name(form));
    let written = tokio::task::spawn_blocking(move || papers.write(form, &now)).await;
    let content = written.map_err(|_| unwritten())?.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a licence audit could not be written");
        unwritten()
    })?;
    if content.len() + HEAD_BYTES > super::super::ANSWER_BYTES {
        return Err(Refusal::Entry {
            problem: format!(
                "the file has {}, more than an answer holds",
                crate::render::text::bytes(u64::try_from(content.len()).unwrap_or(u64::MAX))
            ),
            remedy: "name one site with --site, or another form".into(),
        });
    }
    tracing::info!(audit = row.id, form = form.word(), provider = is_provider, "a licence audit was exported");
    Ok(proto::ExportAuditResponse {
        audit: Some(message::head(&row, counts)),
        file_name,
        content,
        for_provider: is_provider,
    })
}

fn unwritten() -> Refusal {
    Refusal::Missing {
        problem: "the file could not be written".into(),
        remedy: "the collector's log says why; another form may do".into(),
    }
}

pub(super) async fn mail(
    context: &Context,
    request: proto::MailAuditRequest,
    operator: &Operator,
) -> Result<proto::MailAuditResponse, Refusal> {
    if !operator.sites().is_all() {
        return Err(Refusal::ForAllSites { sites: operator.sites().names().map(str::to_owned).collect() });
    }
    let kept = show::kept(context, show::which(request.which)?, None).await?;
    let mails = context.store.mail_licence_audit(kept.row.id, &operator.actor, context.clock.now()).await?;
    if mails > 0 {
        context.mail_waits.notify_one();
    }
    tracing::info!(audit = kept.row.id, mails, "a licence audit is on its way by mail");
    Ok(proto::MailAuditResponse { audit: Some(message::head(&kept.row, kept.outcome.counts())), mails })
}
