//! The one call of somebody who has no operator's certificate yet: a one-time code for a certificate.

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::admission_server::Admission;
use caretaker_shared::clock::Clock;
use caretaker_shared::login_code;
use caretaker_shared::pki::{Authority, AuthorityError, OPERATOR_DAYS, Validity};
use tonic::{Request, Response, Status};

use super::allowance::{Allowance, Rate};
use super::callers;
use crate::console;
use crate::store::{LoginStanding, NewLogin, OperatorRow, Store, StoreError};

/// Wrong codes of all callers together. Good ones are never held up.
const WRONG_CODES: Rate = Rate { burst: 20, per_minute: 20 };
/// Longest request for a certificate: one of a P-256 key has some 200 bytes.
const CSR_BYTES: usize = 4 * 1024;

/// The service.
pub struct AdmissionService {
    store: Store,
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    school: String,
    wrong_codes: Allowance<()>,
}

impl AdmissionService {
    /// A service that has let nobody in yet.
    #[must_use]
    pub fn new(store: Store, authority: Arc<Authority>, clock: Arc<dyn Clock>, school: String) -> Self {
        Self { store, authority, clock, school, wrong_codes: Allowance::new(WRONG_CODES) }
    }

    /// The operator whom a code lets in. A wrong code counts; a good one does not.
    fn opened(&self, standing: LoginStanding) -> Result<OperatorRow, Status> {
        let refusal = match standing {
            LoginStanding::Good(row) => return Ok(row),
            LoginStanding::Unknown => "the collector does not know this login code",
            LoginStanding::Expired => "this login code's time has passed",
            LoginStanding::Used => "this login code has been used; each lets one machine in once",
            LoginStanding::Revoked => "this login code belongs to somebody who was shut out",
        };
        if !self.wrong_codes.take((), self.clock.steady()) {
            return Err(Status::resource_exhausted("too many wrong login codes\n  wait a minute, then try again"));
        }
        tracing::warn!(reason = refusal, "a login was refused");
        Err(Status::permission_denied(format!("{refusal}\n  ask the administrator of the collector for a new one")))
    }

    async fn let_in(&self, request: proto::LoginRequest) -> Result<proto::LoginResponse, Status> {
        let (code, now) = (login_code::fingerprint(&request.code_secret), self.clock.now());
        // Looked at first, so that nothing is signed for a stranger without a good code.
        let operator = self.opened(self.store.login_standing(code, now).await.map_err(unavailable)?)?;
        if request.csr_der.len() > CSR_BYTES {
            return Err(Status::invalid_argument("csr_der is too large"));
        }
        let validity = Validity { now, days: OPERATOR_DAYS };
        let issued = self.authority.issue_operator(operator.id, &request.csr_der, validity).map_err(unsigned)?;
        let login = NewLogin { code, certificate: issued.certificate };
        let operator = self.opened(self.store.log_in(login, now).await.map_err(unavailable)?)?;
        tracing::info!(operator.id = %operator.id, "logged in");
        Ok(proto::LoginResponse {
            certificate_pem: issued.pem,
            authority_pem: self.authority.pem().to_owned(),
            school: self.school.clone(),
            operator: Some(console::operator_message(operator)),
        })
    }
}

#[tonic::async_trait]
impl Admission for AdmissionService {
    async fn login(&self, request: Request<proto::LoginRequest>) -> Result<Response<proto::LoginResponse>, Status> {
        callers::stranger(&request)?;
        Ok(Response::new(self.let_in(request.into_inner()).await?))
    }
}

/// By value, as `map_err` hands it over.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn unavailable(error: StoreError) -> Status {
    tracing::error!(error = &error as &dyn std::error::Error, "a login could not be answered");
    Status::unavailable("the collector cannot do this now; try again later")
}

fn unsigned(error: AuthorityError) -> Status {
    match error {
        AuthorityError::Request(_) => Status::invalid_argument("csr_der is not a certificate request"),
        AuthorityError::Key(_) | AuthorityError::Issued(_) | AuthorityError::Validity => {
            tracing::error!(error = &error as &dyn std::error::Error, "a certificate could not be signed");
            Status::unavailable("the collector cannot do this now; try again later")
        }
    }
}
