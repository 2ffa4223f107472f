//! Calls about the register of licences, approvals and exceptions.
//!
//! Who is responsible for some sites sees their licences whole and those for all sites without what was paid. Names of
//! people who have a seat are for those who may see accounts, names of devices for those who may see devices; the
//! numbers are everybody's who sees licences.

mod decisions;
mod list;
mod seats;
mod terms;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::licences_server::Licences;
use tonic::{Request, Response, Status};

use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, policies};
use crate::licences::LicenceId;
use crate::store::StoreError;
use crate::store::licences::{Hand, Unfit};

/// The largest request: a list of as many licences as may be entered at once.
pub(super) const REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// The service.
pub(super) struct LicenceService(Arc<Context>);

impl LicenceService {
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
impl Licences for LicenceService {
    async fn list_licences(&self, request: Request<proto::ListLicencesRequest>) -> Answer<proto::ListLicencesResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(list::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_licence(&self, request: Request<proto::GetLicenceRequest>) -> Answer<proto::GetLicenceResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(list::show(&self.0, request.into_inner(), &operator).await?))
    }

    async fn add_licences(&self, request: Request<proto::AddLicencesRequest>) -> Answer<proto::AddLicencesResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(work::add(&self.0, request.into_inner(), &operator).await?))
    }

    async fn edit_licence(&self, request: Request<proto::EditLicenceRequest>) -> Answer<proto::EditLicenceResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(work::edit(&self.0, request.into_inner(), &operator).await?))
    }

    async fn remove_licence(&self, request: Request<proto::RemoveLicenceRequest>) -> Answer<proto::LicenceResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(work::remove(&self.0, request.into_inner(), &operator).await?))
    }

    async fn transfer_licence(
        &self,
        request: Request<proto::TransferLicenceRequest>,
    ) -> Answer<proto::TransferLicenceResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(work::transfer(&self.0, request.into_inner(), &operator).await?))
    }

    async fn change_seats(&self, request: Request<proto::ChangeSeatsRequest>) -> Answer<proto::ChangeSeatsResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(seats::change(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_fte(&self, request: Request<proto::ListFteRequest>) -> Answer<proto::ListFteResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(seats::list_fte(&self.0, &operator).await?))
    }

    async fn set_fte(&self, request: Request<proto::SetFteRequest>) -> Answer<proto::ListFteResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(seats::set_fte(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_approvals(
        &self,
        request: Request<proto::ListApprovalsRequest>,
    ) -> Answer<proto::ListApprovalsResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(decisions::list_approvals(&self.0, request.into_inner(), &operator).await?))
    }

    async fn add_approval(&self, request: Request<proto::AddApprovalRequest>) -> Answer<proto::ApprovalResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(decisions::add_approval(&self.0, request.into_inner(), &operator).await?))
    }

    async fn withdraw_approval(
        &self,
        request: Request<proto::WithdrawApprovalRequest>,
    ) -> Answer<proto::ApprovalResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(decisions::withdraw_approval(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_exceptions(
        &self,
        request: Request<proto::ListExceptionsRequest>,
    ) -> Answer<proto::ListExceptionsResponse> {
        let operator = allowed(&request, Permission::LicencesRead)?;
        Ok(Response::new(decisions::list_exceptions(&self.0, request.into_inner(), &operator).await?))
    }

    async fn add_exception(&self, request: Request<proto::AddExceptionRequest>) -> Answer<proto::ExceptionResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(decisions::add_exception(&self.0, request.into_inner(), &operator).await?))
    }

    async fn withdraw_exception(
        &self,
        request: Request<proto::WithdrawExceptionRequest>,
    ) -> Answer<proto::ExceptionResponse> {
        let operator = allowed(&request, Permission::LicencesChange)?;
        Ok(Response::new(decisions::withdraw_exception(&self.0, request.into_inner(), &operator).await?))
    }
}

/// Who does it, and now.
fn hand(context: &Context, operator: &Operator) -> Hand {
    Hand { actor: operator.actor.clone(), at: context.clock.now() }
}

/// What a step came to, for the caller; `what` is what they named: "licence L-0042".
async fn done<T>(
    context: &Context,
    came: Result<Result<T, Unfit>, StoreError>,
    what: &str,
    operator: &Operator,
) -> Result<T, Refusal> {
    match came? {
        Ok(done) => Ok(done),
        Err(unfit) => Err(refusal(context, unfit, what, operator).await),
    }
}

async fn refusal(context: &Context, unfit: Unfit, what: &str, operator: &Operator) -> Refusal {
    match unfit {
        Unfit::Unknown => Refusal::NoEntry { what: what.to_owned() },
        Unfit::NotTheirs => Refusal::ForAllSites { sites: operator.sites().names().map(ToOwned::to_owned).collect() },
        Unfit::NoSite(site) => policies::no_site(context, site, operator).await,
        Unfit::Problem(problem) => Refusal::Entry { problem: problem.problem, remedy: problem.remedy },
    }
}

/// The number of a licence that was typed.
fn licence_id(number: &str) -> Result<LicenceId, Refusal> {
    LicenceId::parse(number).ok_or_else(|| Refusal::NoEntry { what: what(number) })
}

/// "licence L-0042", for a refusal.
fn what(number: &str) -> String {
    format!("licence {number}")
}

/// A reason on one line.
fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 || text.chars().any(char::is_control) {
        return Err(Refusal::Field {
            field: "reason",
            problem: "is missing, or too long",
            remedy: "say in one line why, for example: --reason \"went to the other site\"",
        });
    }
    Ok(text.to_owned())
}
