//! Calls about operators: who has access, and the access of whoever calls.

use std::sync::Arc;
use std::time::Duration;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::operators_server::Operators;
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::model::Role;
use caretaker_shared::pki::{AuthorityError, OPERATOR_DAYS, Validity};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::Context;
use super::findings::time;
use super::paging::{Asked, cut};
use super::peer::Operator;
use super::permissions::{self, Permission};
use super::refusal::Refusal;
use crate::store::{Added, NewOperator, OperatorRow};

/// How long a login code is good.
const CODE_GOOD: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest name, in letters.
const NAME_LETTERS: usize = 60;
/// Longest address that mail knows.
const EMAIL_BYTES: usize = 254;
/// Longest reason, in letters.
const REASON_LETTERS: usize = 300;
/// Longest request for a certificate.
const CSR_BYTES: usize = 4 * 1024;

/// The service.
pub(super) struct Access(Arc<Context>);

impl Access {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    async fn add(
        &self,
        request: proto::AddOperatorRequest,
        actor: &str,
    ) -> Result<proto::AddOperatorResponse, Refusal> {
        let name = person(&request.name)?;
        let role = Role::parse(&request.role).ok_or(Refusal::NoRole(request.role))?;
        let email = address(&request.email)?;
        let (code, message) = self.code();
        let (now, code_until) = (self.0.clock.now(), self.code_until());
        let new = NewOperator { name, role, email, sites: request.sites, code: code.fingerprint(), code_until };
        match self.0.store.add_operator(new, actor, now).await? {
            Added::Done(row) => Ok(proto::AddOperatorResponse { operator: Some(message_of(row)), code: Some(message) }),
            Added::NameTaken => Err(Refusal::NameTaken(request.name)),
            Added::NoSite(site) => Err(Refusal::NoSite { site, known: self.0.store.site_names().await? }),
        }
    }

    async fn further_code(&self, operator: &str, actor: &str) -> Result<proto::CreateLoginCodeResponse, Refusal> {
        let (code, message) = self.code();
        let (now, until) = (self.0.clock.now(), self.code_until());
        let kept = self.0.store.create_login_code(operator, code.fingerprint(), until, actor, now).await?;
        let row = kept.ok_or_else(|| Refusal::NoOperator(operator.to_owned()))?;
        Ok(proto::CreateLoginCodeResponse { operator: Some(message_of(row)), code: Some(message) })
    }

    async fn revoke(
        &self,
        request: proto::RevokeOperatorRequest,
        actor: &str,
    ) -> Result<proto::RevokeOperatorResponse, Refusal> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_LETTERS || reason.chars().any(char::is_control) {
            return Err(Refusal::Field {
                field: "reason",
                problem: "is missing, or too long",
                remedy: "say in one line why, for example: --reason \"left the school\"",
            });
        }
        let now = self.0.clock.now();
        let row = self.0.store.revoke_operator(&request.operator, reason, actor, now).await?;
        let row = row.ok_or(Refusal::NoOperator(request.operator))?;
        Ok(proto::RevokeOperatorResponse { operator: Some(message_of(row)) })
    }

    async fn list(
        &self,
        request: proto::ListOperatorsRequest,
        operator: &Operator,
    ) -> Result<proto::ListOperatorsResponse, Refusal> {
        let asked: Asked<(String, String)> = Asked::read(request.page)?;
        let limit = asked.limit();
        let after = asked.after.map(|(name, id)| (name, Uuid::parse_str(&id).unwrap_or_default()));
        let (scope, now) = (operator.sites().clone(), self.0.clock.now());
        let rows = self.0.store.list_operators(scope, request.include_revoked, after, limit, now).await?;
        let key = |row: &OperatorRow| (row.name.clone(), row.id.to_string());
        let (operators, next_page) = cut(rows, asked.size, key, message_of);
        Ok(proto::ListOperatorsResponse { operators, next_page })
    }

    async fn who(&self, operator: Operator) -> Result<proto::WhoAmIResponse, Refusal> {
        let may = permissions::all().filter(|permission| operator.may(*permission));
        let may = may.map(|permission| permission.what().to_owned()).collect();
        let own = match operator.id {
            Some(id) => self.0.store.find_operator(&id.to_string(), self.0.clock.now()).await?.map(message_of),
            None => None,
        };
        let own = own.unwrap_or_else(|| proto::Operator {
            name: operator.actor,
            role: operator.role.word().to_owned(),
            status: "active".to_owned(),
            ..proto::Operator::default()
        });
        Ok(proto::WhoAmIResponse { operator: Some(own), school: self.0.school.clone(), may })
    }

    async fn renew(
        &self,
        request: proto::RenewOperatorRequest,
        operator: &Operator,
    ) -> Result<proto::RenewOperatorResponse, Refusal> {
        let (Some(id), true) = (operator.id, request.csr_der.len() <= CSR_BYTES) else { return Err(no_request()) };
        let now = self.0.clock.now();
        let validity = Validity { now, days: OPERATOR_DAYS };
        let issued = self.0.authority.issue_operator(id, &request.csr_der, validity).map_err(|error| {
            if !matches!(error, AuthorityError::Request(_)) {
                tracing::error!(error = &error as &dyn std::error::Error, "a certificate could not be signed");
            }
            no_request()
        })?;
        if !self.0.store.operator_renewed(id, issued.certificate, now).await? {
            return Err(Refusal::NoOperator(operator.name.clone()));
        }
        Ok(proto::RenewOperatorResponse { certificate_pem: issued.pem })
    }

    fn code(&self) -> (LoginCode, proto::LoginCode) {
        let code = LoginCode::generate(self.0.address.clone(), self.0.authority.fingerprint());
        let message =
            proto::LoginCode { code: code.reveal().expose().clone(), expires_at: self.code_until().to_string() };
        (code, message)
    }

    fn code_until(&self) -> jiff::Timestamp {
        let now = self.0.clock.now();
        now.checked_add(CODE_GOOD).unwrap_or(now)
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Operators for Access {
    async fn who_am_i(&self, request: Request<proto::WhoAmIRequest>) -> Answer<proto::WhoAmIResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OwnAccess)?;
        Ok(Response::new(self.who(operator).await?))
    }

    async fn add_operator(&self, request: Request<proto::AddOperatorRequest>) -> Answer<proto::AddOperatorResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OperatorsManage)?;
        Ok(Response::new(self.add(request.into_inner(), &operator.actor).await?))
    }

    async fn create_login_code(
        &self,
        request: Request<proto::CreateLoginCodeRequest>,
    ) -> Answer<proto::CreateLoginCodeResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OperatorsManage)?;
        Ok(Response::new(self.further_code(&request.into_inner().operator, &operator.actor).await?))
    }

    async fn list_operators(
        &self,
        request: Request<proto::ListOperatorsRequest>,
    ) -> Answer<proto::ListOperatorsResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OperatorsRead)?;
        Ok(Response::new(self.list(request.into_inner(), &operator).await?))
    }

    async fn revoke_operator(
        &self,
        request: Request<proto::RevokeOperatorRequest>,
    ) -> Answer<proto::RevokeOperatorResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OperatorsManage)?;
        Ok(Response::new(self.revoke(request.into_inner(), &operator.actor).await?))
    }

    async fn renew_operator(
        &self,
        request: Request<proto::RenewOperatorRequest>,
    ) -> Answer<proto::RenewOperatorResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OwnAccess)?;
        Ok(Response::new(self.renew(request.into_inner(), &operator).await?))
    }

    async fn logout(&self, request: Request<proto::LogoutRequest>) -> Answer<proto::LogoutResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::OwnAccess)?;
        if let (Some(id), Some(serial)) = (operator.id, operator.serial) {
            self.0.store.log_out(id, serial, self.0.clock.now()).await.map_err(Refusal::Store)?;
        }
        Ok(Response::new(proto::LogoutResponse {}))
    }
}

/// A name that a person can have: the audit chain puts the role in brackets behind it.
fn person(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let odd = |letter: char| letter.is_control() || matches!(letter, '(' | ')');
    if name.is_empty() || name.chars().count() > NAME_LETTERS || name.chars().any(odd) {
        return Err(Refusal::Field {
            field: "name",
            problem: "is not one that an operator can have",
            remedy: "1 to 60 letters without brackets, for example: --name \"Anna Example\"",
        });
    }
    Ok(name.to_owned())
}

/// An address that mail can go to, or none.
fn address(email: &str) -> Result<String, Refusal> {
    let email = email.trim();
    let good = email.parse::<lettre::Address>().is_ok() && email.len() <= EMAIL_BYTES;
    if good || email.is_empty() {
        return Ok(email.to_owned());
    }
    Err(Refusal::Field {
        field: "email",
        problem: "is not an address",
        remedy: "for example: --email anna@northfield.example",
    })
}

fn no_request() -> Refusal {
    Refusal::Field {
        field: "csr_der",
        problem: "is no certificate request of an operator",
        remedy: "log in with a new code",
    }
}

/// An operator as the contract has them.
pub(crate) fn message_of(row: OperatorRow) -> proto::Operator {
    let status = match (row.revoked_at, row.has_logged_in) {
        (Some(_), _) => "revoked",
        (None, true) => "active",
        (None, false) => "invited",
    };
    proto::Operator {
        id: row.id.to_string(),
        name: row.name,
        role: row.role.word().to_owned(),
        sites: row.sites.names().map(ToOwned::to_owned).collect(),
        email: row.email,
        status: status.to_owned(),
        added_at: row.added_at.to_string(),
        added_by: row.added_by,
        revoked_at: time(row.revoked_at),
        revoked_by: row.revoked_by,
        certificate_ends_at: time(row.certificate_ends_at),
    }
}
