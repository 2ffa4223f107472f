//! Calls about the licence audit.
//!
//! Who sees every site is answered for all of them, or for the one that they name. Who is responsible for one site is
//! answered for that one; who is responsible for several names one, because what licences for every site come to at
//! each is reckoned site by site. What was paid for all sites is not theirs to see. Names of devices are for those who
//! may see devices; counts are everybody's who sees licences.

mod export;
mod message;
mod show;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::licence_audit_server::LicenceAudit;
use tonic::{Request, Response, Status};

use super::Context;
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use crate::licences::TitleCounts;

/// The service.
pub(super) struct AuditService(Arc<Context>);

impl AuditService {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }
}

/// Who calls, provided that they may.
fn allowed<T>(request: &Request<T>, permission: Permission) -> Result<Operator, Status> {
    let operator = Operator::of(request)?;
    operator.require(permission)?;
    Ok(operator)
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl LicenceAudit for AuditService {
    async fn run_audit(&self, request: Request<proto::RunAuditRequest>) -> Answer<proto::GetAuditResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(show::run(&self.0, &operator).await?))
    }

    async fn list_audits(&self, request: Request<proto::ListAuditsRequest>) -> Answer<proto::ListAuditsResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(show::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_audit(&self, request: Request<proto::GetAuditRequest>) -> Answer<proto::GetAuditResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(show::show(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_audit_devices(
        &self,
        request: Request<proto::GetAuditDevicesRequest>,
    ) -> Answer<proto::GetAuditDevicesResponse> {
        let operator = allowed(&request, Permission::DevicesRead)?;
        Ok(Response::new(show::devices(&self.0, request.into_inner(), &operator).await?))
    }

    async fn diff_audits(&self, request: Request<proto::DiffAuditsRequest>) -> Answer<proto::DiffAuditsResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(show::diff(&self.0, request.into_inner(), &operator).await?))
    }

    async fn export_audit(&self, request: Request<proto::ExportAuditRequest>) -> Answer<proto::ExportAuditResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(export::export(&self.0, request.into_inner(), &operator).await?))
    }

    async fn mail_audit(&self, request: Request<proto::MailAuditRequest>) -> Answer<proto::MailAuditResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(export::mail(&self.0, request.into_inner(), &operator).await?))
    }
}

/// How many titles meet C3 by the newest audit, at the worst of the operator's sites; `None` where there is no audit.
pub(super) async fn counts(context: &Context, operator: &Operator) -> Result<Option<TitleCounts>, Refusal> {
    show::counts(context, operator).await
}

#[cfg(test)]
mod tests;
