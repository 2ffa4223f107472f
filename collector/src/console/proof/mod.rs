//! Calls that show afterwards that everything went as it should.

mod audit;
mod registers;
mod retention;
mod subject;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::proof_server::Proof;
use tonic::{Request, Response, Status};

use super::Context;
use super::peer::Operator;
use super::permissions::Permission;

pub(crate) use audit::message_of as audit_message;
pub(super) use registers::today;

/// The service.
pub(super) struct ProofService(Arc<Context>);

impl ProofService {
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
impl Proof for ProofService {
    async fn verify_audit(&self, request: Request<proto::VerifyAuditRequest>) -> Answer<proto::VerifyAuditResponse> {
        allowed(&request, Permission::AuditVerify)?;
        Ok(Response::new(audit::verify(&self.0, request.into_inner()).await?))
    }

    async fn list_audit(&self, request: Request<proto::ListAuditRequest>) -> Answer<proto::ListAuditResponse> {
        let operator = allowed(&request, Permission::AuditOwn)?;
        Ok(Response::new(audit::list(&self.0, request.into_inner(), operator).await?))
    }

    async fn get_retention(&self, request: Request<proto::GetRetentionRequest>) -> Answer<proto::GetRetentionResponse> {
        let operator = allowed(&request, Permission::RetentionRead)?;
        Ok(Response::new(retention::report(&self.0, operator).await?))
    }

    async fn hold_case(&self, request: Request<proto::HoldCaseRequest>) -> Answer<proto::HoldResponse> {
        let operator = allowed(&request, Permission::RetentionHold)?;
        Ok(Response::new(retention::hold(&self.0, request.into_inner(), operator).await?))
    }

    async fn release_hold(&self, request: Request<proto::ReleaseHoldRequest>) -> Answer<proto::HoldResponse> {
        let operator = allowed(&request, Permission::RetentionHold)?;
        Ok(Response::new(retention::release(&self.0, request.into_inner(), operator).await?))
    }

    async fn export_subject(
        &self,
        request: Request<proto::ExportSubjectRequest>,
    ) -> Answer<proto::ExportSubjectResponse> {
        let operator = allowed(&request, Permission::SubjectExport)?;
        Ok(Response::new(subject::export(&self.0, request.into_inner(), operator).await?))
    }

    async fn erase_subject(&self, request: Request<proto::EraseSubjectRequest>) -> Answer<proto::EraseSubjectResponse> {
        let operator = allowed(&request, Permission::SubjectErase)?;
        Ok(Response::new(subject::erase(&self.0, request.into_inner(), operator).await?))
    }

    async fn add_data_request(
        &self,
        request: Request<proto::AddDataRequestRequest>,
    ) -> Answer<proto::DataRequestResponse> {
        let operator = allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::add(&self.0, request.into_inner(), operator).await?))
    }

    async fn list_data_requests(
        &self,
        request: Request<proto::ListDataRequestsRequest>,
    ) -> Answer<proto::ListDataRequestsResponse> {
        allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::list(&self.0, request.into_inner()).await?))
    }

    async fn extend_data_request(
        &self,
        request: Request<proto::ExtendDataRequestRequest>,
    ) -> Answer<proto::DataRequestResponse> {
        let operator = allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::extend(&self.0, request.into_inner(), operator).await?))
    }

    async fn close_data_request(
        &self,
        request: Request<proto::CloseDataRequestRequest>,
    ) -> Answer<proto::DataRequestResponse> {
        let operator = allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::close(&self.0, request.into_inner(), operator).await?))
    }

    async fn add_disclosure(&self, request: Request<proto::AddDisclosureRequest>) -> Answer<proto::DisclosureResponse> {
        let operator = allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::add_disclosure(&self.0, request.into_inner(), operator).await?))
    }

    async fn list_disclosures(
        &self,
        request: Request<proto::ListDisclosuresRequest>,
    ) -> Answer<proto::ListDisclosuresResponse> {
        let operator = allowed(&request, Permission::RequestsRegister)?;
        Ok(Response::new(registers::list_disclosures(&self.0, request.into_inner(), operator).await?))
    }
}
