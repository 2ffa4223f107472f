//! The way to the collector: the socket in its data folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_proto::console::v1::console_client::ConsoleClient;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::refused::{failure, not_running};
use super::{Exit, Failure};
use crate::console::{ANSWER_BYTES, SOCKET};
use crate::data::DataFolder;

/// A client of the console.
pub(super) type Client = ConsoleClient<Channel>;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects to the collector of this data folder.
pub(super) async fn connect(data: &Path) -> Result<Channel, Failure> {
    let socket = data.join(SOCKET);
    // Asked once before: a channel would hide what the system says about the socket.
    drop(UnixStream::connect(&socket).await.map_err(|error| unreachable(&error, data))?);
    // The address is a formality: the connector below knows where to go.
    let endpoint = Endpoint::from_static("http://console").timeout(PATIENCE);
    let connector = service_fn(move |_| open(socket.clone()));
    endpoint.connect_with_connector(connector).await.map_err(|_| not_running(data))
}

/// The console at the other end of a channel.
pub(super) fn console(channel: Channel) -> Client {
    ConsoleClient::new(channel).max_decoding_message_size(ANSWER_BYTES)
}

async fn open(socket: PathBuf) -> io::Result<TokioIo<UnixStream>> {
    UnixStream::connect(socket).await.map(TokioIo::new)
}

fn unreachable(error: &io::Error, data: &Path) -> Failure {
    let shown = data.display();
    if error.kind() == io::ErrorKind::PermissionDenied {
        return failure(
            Exit::Denied,
            format!(
                "only root and the account of the collector may speak with it on {shown}\n  run the command with sudo"
            ),
        );
    }
    if error.kind() == io::ErrorKind::InvalidInput {
        return failure(
            Exit::Usage,
            format!("the path of {shown} is too long for a socket\n  go there and name it shorter:  --data ."),
        );
    }
    if error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::NotADirectory {
        // A folder that cannot be looked at may well be the right one.
        let settings = DataFolder::at(data).settings();
        if matches!(settings.try_exists(), Ok(false)) || error.kind() == io::ErrorKind::NotADirectory {
            return failure(
                Exit::Unreachable,
                format!(
                    "there is no collector in {shown}\n  name its folder:  --data FOLDER\n  or set one up:  \
                     caretaker-collector init --data FOLDER --name \"Your School\""
                ),
            );
        }
    }
    not_running(data)
}
