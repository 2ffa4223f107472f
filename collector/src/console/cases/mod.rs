//! Calls about safeguarding cases: who asks, then what they ask for.
//!
//! The table of permissions says who may come here at all; what somebody may do with a single case is the store's to
//! say, which knows the case: for whoever may not know of it there is none.

mod list;
mod openings;
#[cfg(test)]
pub(crate) mod sample;
mod view;
mod words;
mod work;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::cases_server::Cases;
use tonic::{Request, Response, Status};

use super::Context;
use super::peer::Operator;
use crate::store::cases::Viewer;

/// The service of those who work on concerns.
pub(crate) struct CaseService(Arc<Context>);

impl CaseService {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }
}

/// Who looks, as the store has it.
fn viewer<T>(request: &Request<T>) -> Result<Viewer, Status> {
    Ok(viewer_of(Operator::of(request)?))
}

/// An operator, as the store has them.
pub(super) fn viewer_of(operator: Operator) -> Viewer {
    Viewer {
        id: operator.id.map_or_else(|| operator.actor.clone(), |id| id.to_string()),
        role: operator.role,
        sites: operator.sites().clone(),
        actor: operator.actor,
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Cases for CaseService {
    async fn list_cases(&self, request: Request<proto::ListCasesRequest>) -> Answer<proto::ListCasesResponse> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(list::list(&self.0, request.into_inner(), operator).await?))
    }

    async fn get_case(&self, request: Request<proto::GetCaseRequest>) -> Answer<proto::GetCaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(list::show(&self.0, request.into_inner(), viewer).await?))
    }

    async fn acknowledge_case(&self, request: Request<proto::AcknowledgeCaseRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::acknowledge(&self.0, request.into_inner(), viewer).await?))
    }

    async fn assign_case(&self, request: Request<proto::AssignCaseRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::assign(&self.0, request.into_inner(), viewer).await?))
    }

    async fn note_on_case(&self, request: Request<proto::NoteOnCaseRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::note(&self.0, request.into_inner(), viewer).await?))
    }

    async fn close_case(&self, request: Request<proto::CloseCaseRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::close(&self.0, request.into_inner(), viewer).await?))
    }

    async fn reopen_case(&self, request: Request<proto::ReopenCaseRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::reopen(&self.0, request.into_inner(), viewer).await?))
    }

    async fn link_cases(&self, request: Request<proto::LinkCasesRequest>) -> Answer<proto::CaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(work::link(&self.0, request.into_inner(), viewer).await?))
    }

    async fn open_case(&self, request: Request<proto::OpenCaseRequest>) -> Answer<proto::OpenCaseResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(openings::open(&self.0, request.into_inner(), viewer).await?))
    }

    async fn approve_opening(
        &self,
        request: Request<proto::ApproveOpeningRequest>,
    ) -> Answer<proto::ApproveOpeningResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(openings::approve(&self.0, request.into_inner(), viewer).await?))
    }

    async fn name_person(&self, request: Request<proto::NamePersonRequest>) -> Answer<proto::NamePersonResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(openings::name_person(&self.0, request.into_inner(), viewer).await?))
    }

    async fn incident_log(&self, request: Request<proto::IncidentLogRequest>) -> Answer<proto::IncidentLogResponse> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(list::incident_log(&self.0, request.into_inner(), operator).await?))
    }

    async fn record_export(&self, request: Request<proto::RecordExportRequest>) -> Answer<proto::ReceiptResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(openings::record_export(&self.0, request.into_inner(), viewer).await?))
    }

    async fn confirm_filed(&self, request: Request<proto::ConfirmFiledRequest>) -> Answer<proto::ReceiptResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(openings::confirm_filed(&self.0, request.into_inner(), viewer).await?))
    }

    async fn guidance(&self, request: Request<proto::GuidanceRequest>) -> Answer<proto::GuidanceResponse> {
        let viewer = viewer(&request)?;
        Ok(Response::new(list::guidance(&self.0, request.into_inner(), viewer).await?))
    }
}
