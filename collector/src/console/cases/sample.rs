//! For tests: the service on a socket of its own, as somebody in particular sees it.

use std::path::Path;
use std::sync::Arc;

use caretaker_proto::console::v1::cases_server::CasesServer;
use caretaker_shared::model::{OperatorId, Role};
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::Request;
use tonic::transport::Server;

use super::CaseService;
use crate::console::peer::Operator;
use crate::console::{Context, SOCKET, bind};
use crate::store::SiteScope;

/// Answers on a socket in `folder` as if this person had shown their certificate. Ends with `stop`.
pub(crate) fn serve_as(folder: &Path, context: Context, (name, role): (&str, Role), stop: CancellationToken) {
    let operator = Operator::certified(OperatorId::random(), Vec::new(), name.to_owned(), role, SiteScope::all());
    let known = move |mut request: Request<()>| {
        request.extensions_mut().insert(operator.clone());
        Ok(request)
    };
    let listener = bind(&folder.join(SOCKET)).expect("a free path");
    let service = CasesServer::with_interceptor(CaseService::new(Arc::new(context)), known);
    tokio::spawn(
        Server::builder()
            .add_service(service)
            .serve_with_incoming_shutdown(UnixListenerStream::new(listener), stop.cancelled_owned()),
    );
}
