//! Before all services: finds out who calls, asks whether they may, and writes down who was refused. Nothing behind it
//! is reached by somebody who is not known, or by a call that [`super::calls`] does not list.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use caretaker_shared::model::OperatorId;
use caretaker_shared::pki::Certificate;
use caretaker_shared::tls::Peer;
use tonic::body::Body;
use tonic::codegen::http::{Extensions, Request, Response};
use tonic::service::Routes;
use tonic::transport::server::UdsConnectInfo;
use tonic::{Code, Status};
use tower::{Service, ServiceExt as _};

use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, account, calls};
use crate::audit::{self, Entry};
use crate::grpc::ConnectInfo;
use crate::grpc::allowance::{Allowance, Rate};
use crate::store::OperatorStanding;

/// How often one operator may call.
const CALLS: Rate = Rate { burst: 300, per_minute: 300 };

/// All services of the console behind one guard.
#[derive(Clone)]
pub struct Services {
    routes: Routes,
    context: Arc<Context>,
    calls: Arc<Allowance<OperatorId>>,
}

/// Why a call goes no further.
struct Refused {
    /// Who it was, where that is known: then it is written down.
    actor: Option<String>,
    status: Status,
}

impl Services {
    pub(super) fn new(routes: Routes, context: Arc<Context>) -> Self {
        Self { routes, context, calls: Arc::new(Allowance::new(CALLS)) }
    }

    async fn answer(self, mut request: Request<Body>) -> Response<Body> {
        let Some((call, permission)) = calls::find(request.uri().path()) else {
            return Status::unimplemented("this collector does not know the call; it may be older than the program")
                .into_http();
        };
        let operator = match self.admit(request.extensions(), permission).await {
            Ok(operator) => operator,
            Err(refused) => {
                if let Some(actor) = refused.actor {
                    self.write_down(actor, call).await;
                }
                return refused.status.into_http();
            }
        };
        let actor = operator.actor.clone();
        request.extensions_mut().insert(operator);
        let response = match self.routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if Status::from_header_map(response.headers()).is_some_and(|status| status.code() == Code::PermissionDenied) {
            self.write_down(actor, call).await;
        }
        response
    }

    /// Whoever calls, when they may.
    async fn admit(&self, connection: &Extensions, permission: Permission) -> Result<Operator, Refused> {
        let operator = self.caller(connection).await?;
        match operator.require(permission) {
            Ok(()) => Ok(operator),
            Err(status) => Err(Refused { actor: Some(operator.actor), status }),
        }
    }

    async fn caller(&self, connection: &Extensions) -> Result<Operator, Refused> {
        if let Some(socket) = connection.get::<UdsConnectInfo>() {
            return account::administrator(socket).map_err(Refused::stranger);
        }
        match connection.get::<ConnectInfo>().map(|info| info.peer.as_ref()) {
            Some(Peer::Operator(certificate)) => self.certified(certificate).await,
            Some(Peer::Device(_) | Peer::Stranger) | None => Err(Refused::unknown()),
        }
    }

    /// The operator whose certificate a connection has shown, as the database knows them now.
    async fn certified(&self, der: &[u8]) -> Result<Operator, Refused> {
        let certificate = Certificate::from_der(der).map_err(|_| Refused::unknown())?;
        let Ok(id) = certificate.operator() else {
            tracing::warn!("a certificate that is no operator's was shown to the console");
            return Err(Refused::unknown());
        };
        if !self.calls.take(id, self.context.clock.steady()) {
            return Err(Refused::stranger(Status::resource_exhausted("too many calls\n  wait a minute")));
        }
        let serial = certificate.serial;
        let standing = self.context.store.operator_standing(id, serial.clone(), self.context.clock.now()).await;
        match standing.map_err(|error| Refused::stranger(Refusal::Store(error).into()))? {
            OperatorStanding::Active { name, role, sites } => Ok(Operator::certified(id, serial, name, role, sites)),
            OperatorStanding::Revoked { name, role } => {
                let text = format!("{name} was shut out\n  ask the administrator of the collector");
                Err(Refused { actor: Some(audit::operator(&name, role)), status: Status::permission_denied(text) })
            }
            OperatorStanding::Unknown => Err(Refused::unknown()),
        }
    }

    /// Adds a refused call to the audit chain. That it could not be written changes nothing about the refusal.
    async fn write_down(&self, actor: String, call: &str) {
        let at_ms = self.context.clock.now().as_millisecond();
        let entry = Entry { at_ms, actor, action: "denied".into(), subject: call.to_owned(), detail: String::new() };
        if let Err(error) = self.context.store.write_down(entry).await {
            tracing::error!(error = &error as &dyn std::error::Error, call, "a refused call could not be written down");
        }
    }
}

impl Refused {
    fn unknown() -> Self {
        let text = "the collector does not know this operator\n  log in with a new code:  caretaker-collector login";
        Self::stranger(Status::permission_denied(text))
    }

    fn stranger(status: Status) -> Self {
        Self { actor: None, status }
    }
}

impl Service<Request<Body>> for Services {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { Ok(this.answer(request).await) })
    }
}
