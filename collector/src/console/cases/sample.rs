//! For tests: the services on a socket of their own, as somebody in particular sees them.

use std::path::Path;
use std::sync::Arc;

use caretaker_proto::console::v1::cases_server::CasesServer;
use caretaker_proto::console::v1::console_server::ConsoleServer;
use caretaker_proto::console::v1::keys_server::KeysServer;
use caretaker_proto::console::v1::proof_server::ProofServer;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{OperatorId, Role};
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::Request;
use tonic::transport::Server;
use uuid::Uuid;

use super::CaseService;
use crate::console::keys::Recipients;
use crate::console::peer::Operator;
use crate::console::proof::ProofService;
use crate::console::service::Service;
use crate::console::{Context, SOCKET, bind};
use crate::store::SiteScope;

/// Answers on a socket in `folder` as if this person had shown their certificate. Ends with `stop`.
pub(crate) fn serve_as(folder: &Path, context: Context, (name, role): (&str, Role), stop: CancellationToken) {
    // The same person each time.
    let (id, _) = Sha256::of(name.as_bytes()).as_bytes().split_first_chunk().map(|(id, rest)| (*id, rest)).expect("32");
    let id = OperatorId::from_uuid(Uuid::from_bytes(id));
    let operator = Operator::certified(id, Vec::new(), name.to_owned(), role, SiteScope::all());
    let known = move |mut request: Request<()>| {
        request.extensions_mut().insert(operator.clone());
        Ok(request)
    };
    let listener = bind(&folder.join(SOCKET)).expect("a free path");
    let context = Arc::new(context);
    let cases = CasesServer::with_interceptor(CaseService::new(context.clone()), known.clone());
    let proof = ProofServer::with_interceptor(ProofService::new(context.clone()), known.clone());
    let console = ConsoleServer::with_interceptor(Service::new(context.clone()), known.clone());
    let keys = KeysServer::with_interceptor(Recipients::new(context), known);
    tokio::spawn(
        Server::builder()
            .add_service(cases)
            .add_service(proof)
            .add_service(console)
            .add_service(keys)
            .serve_with_incoming_shutdown(UnixListenerStream::new(listener), stop.cancelled_owned()),
    );
}
