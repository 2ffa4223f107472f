//! Before all services: finds out who calls, asks whether they may, and writes down who was refused. Nothing behind it
//! is reached by somebody who is not known, or by a call that [`super::calls`] does not list.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use tonic::body::Body;
use tonic::codegen::http::{Extensions, Request, Response};
use tonic::service::Routes;
use tonic::transport::server::UdsConnectInfo;
use tonic::{Code, Status};
use tower::{Service, ServiceExt as _};

use super::peer::Operator;
use super::permissions::Permission;
use super::{Context, account, calls};
use crate::audit::Entry;

/// All services of the console behind one guard.
#[derive(Clone)]
pub(super) struct Guarded {
    routes: Routes,
    context: Arc<Context>,
}

/// Why a call goes no further.
struct Refused {
    /// Who it was, where that is known: then it is written down.
    actor: Option<String>,
    status: Status,
}

impl Guarded {
    pub(super) fn new(routes: Routes, context: Arc<Context>) -> Self {
        Self { routes, context }
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
        Err(Refused::stranger(Status::permission_denied("nobody is known to make this call")))
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
    fn stranger(status: Status) -> Self {
        Self { actor: None, status }
    }
}

impl Service<Request<Body>> for Guarded {
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
