//! The port: connections and their limits, who calls, and the services for devices and for those who want to come in.
//! Operators' connections are accepted here and handed on to the console.

mod accept;
mod added;
mod admission;
mod agent;
pub(crate) mod allowance;
mod callers;
mod status;

use std::io;
use std::time::Duration;

use caretaker_proto::agent::v1::agent_server::AgentServer;
use caretaker_proto::console::v1::admission_server::AdmissionServer;
use caretaker_shared::digest;
use caretaker_shared::tls::Acceptor;
use caretaker_shared::wire::limits;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

pub use accept::{ConnectInfo, Connection, Limits};
pub use added::{AddedLexicons, Bundle};
pub use admission::AdmissionService;
pub use agent::{AgentParts, AgentService};

/// How long one call may take.
const CALL: Duration = Duration::from_secs(15);
/// Connections that have shaken hands and wait to be served.
const READY: usize = 64;

/// The port and what is behind it.
pub struct Port {
    /// Where connections come in.
    pub listener: TcpListener,
    /// How hands are shaken; read anew for each connection.
    pub acceptor: watch::Receiver<Acceptor>,
    /// What may be held.
    pub limits: Limits,
    /// For devices.
    pub agent: AgentService,
    /// For people who log in.
    pub admission: AdmissionService,
    /// Where the connections of operators go.
    pub operators: mpsc::Sender<io::Result<Connection>>,
}

/// A way for operators' connections from the port to the console.
#[must_use]
pub fn to_console() -> (mpsc::Sender<io::Result<Connection>>, mpsc::Receiver<io::Result<Connection>>) {
    mpsc::channel(READY)
}

impl Port {
    /// Serves devices and newcomers until `stop`, then lets calls that are under way end.
    ///
    /// # Errors
    /// When the server itself fails; failures of single connections are their own.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), tonic::transport::Error> {
        let (devices, connections) = mpsc::channel(READY);
        let ready = accept::Ready { devices, operators: self.operators };
        let accepting = tokio::spawn(accept::accept(self.listener, self.acceptor, self.limits, ready, stop.clone()));
        let agent = AgentServer::new(self.agent)
            .max_decoding_message_size(limits::REQUEST_BYTES)
            .max_encoding_message_size(limits::RESPONSE_BYTES);
        let admission = AdmissionServer::new(self.admission)
            .max_decoding_message_size(limits::REQUEST_BYTES)
            .max_encoding_message_size(limits::RESPONSE_BYTES);
        let served = settings()
            .add_service(agent)
            .add_service(admission)
            .serve_with_incoming_shutdown(ReceiverStream::new(connections), stop.cancelled_owned())
            .await;
        accepting.abort();
        served
    }
}

/// The limits of reliability.md 5.1. There is no grace after the greatest age: with one, this tonic cuts a connection
/// off without a word, calls and all; without one, it lets the calls that are under way end. What does not end then,
/// [`Limits::device`] ends.
pub(crate) fn settings() -> Server {
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
