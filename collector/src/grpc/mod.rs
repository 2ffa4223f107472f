//! The port for devices: connections and their limits, who calls, and the service itself.

mod accept;
mod added;
mod agent;
mod allowance;
mod callers;
mod status;

use std::time::Duration;

use caretaker_proto::agent::v1::agent_server::AgentServer;
use caretaker_shared::digest;
use caretaker_shared::tls::Acceptor;
use caretaker_shared::wire::limits;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

pub use accept::{ConnectInfo, Limits};
pub use added::{AddedLexicons, Bundle};
pub use agent::{AgentParts, AgentService};

/// How long one call may take.
const CALL: Duration = Duration::from_secs(15);
/// Connections that have shaken hands and wait to be served.
const READY: usize = 64;

/// Serves devices until `stop`, then lets calls that are under way end.
///
/// # Errors
/// When the server itself fails; failures of single connections are their own.
pub async fn serve(
    listener: TcpListener,
    acceptor: watch::Receiver<Acceptor>,
    service: AgentService,
    limits_of_connections: Limits,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let (ready, connections) = mpsc::channel(READY);
    let accepting = tokio::spawn(accept::accept(listener, acceptor, limits_of_connections, ready, stop.clone()));
    let service = AgentServer::new(service)
        .max_decoding_message_size(limits::REQUEST_BYTES)
        .max_encoding_message_size(limits::RESPONSE_BYTES);
    let served = settings()
        .add_service(service)
        .serve_with_incoming_shutdown(ReceiverStream::new(connections), stop.cancelled_owned())
        .await;
    accepting.abort();
    served
}

/// The limits of reliability.md 5.1. There is no grace after the greatest age: with one, this tonic cuts a connection
/// off without a word, calls and all; without one, it lets the calls that are under way end. What does not end then,
/// [`Limits::device`] ends.
fn settings() -> Server {
    Server::builder()
        .timeout(CALL)
        .max_concurrent_streams(8)
        .concurrency_limit_per_connection(4)
        .load_shed(true)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .http2_max_header_list_size(8 * 1024)
        .http2_max_pending_accept_reset_streams(Some(20))
        .max_connection_age(age())
}

/// 12 to 18 minutes, another at each start, so that collectors that start together do not shed all devices together.
fn age() -> Duration {
    let [random] = digest::random::<1>();
    Duration::from_secs(12 * 60 + u64::from(random) * 6 * 60 / 255)
}
