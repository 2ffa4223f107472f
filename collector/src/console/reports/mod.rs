//! Calls about proof that watching works, and reports about it.

mod canary;
mod check;
mod period;
mod review;
mod small;
mod term;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::reports_server::Reports;
use tonic::{Request, Response, Status};

use super::Context;
use super::peer::Operator;

/// The service.
pub(super) struct ReportService(Arc<Context>);

impl ReportService {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Reports for ReportService {
    async fn run_canary(&self, request: Request<proto::RunCanaryRequest>) -> Answer<proto::CanaryRun> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(canary::run(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_canary_run(&self, request: Request<proto::GetCanaryRunRequest>) -> Answer<proto::CanaryRun> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(canary::show(&self.0, request.into_inner().run, &operator).await?))
    }

    async fn acknowledge_canary(&self, request: Request<proto::AcknowledgeCanaryRequest>) -> Answer<proto::CanaryRun> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(canary::acknowledge(&self.0, request.into_inner(), operator).await?))
    }

    async fn list_canaries(&self, request: Request<proto::ListCanariesRequest>) -> Answer<proto::ListCanariesResponse> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(canary::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_certificate(&self, request: Request<proto::GetCertificateRequest>) -> Answer<proto::Certificate> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(canary::certificate(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_term_report(&self, request: Request<proto::GetTermReportRequest>) -> Answer<proto::TermReport> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(term::report(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_review_report(&self, request: Request<proto::GetReviewReportRequest>) -> Answer<proto::ReviewReport> {
        let operator = Operator::of(&request)?;
        Ok(Response::new(review::report(&self.0, request.into_inner(), &operator).await?))
    }
}
