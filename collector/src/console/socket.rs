//! Both doors of the console: the socket, one per data folder, owner-only, replaced when nobody answers on it any more;
//! and the connections that the port has accepted from operators.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;

use super::guard::Services;
use crate::grpc::{self, Connection};

/// Name of the socket in the data folder.
pub const SOCKET: &str = "console.sock";

/// Longest path that a socket may have on Linux, the closing zero apart; other systems allow 103.
const PATH_BYTES: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// Calls that one connection may have open.
const CALLS: u32 = 32;
/// How long a call may take.
const CALL_TIME: Duration = Duration::from_secs(30);

/// Takes the socket at `path`, which lies in a folder that only its owner may enter.
///
/// # Errors
/// When another collector answers there, when something that is no socket lies there, or when the path is too long.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    if path.as_os_str().len() > PATH_BYTES {
        let text = format!("the path is too long for a socket: use a data folder with a path under {PATH_BYTES} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    clear(path)?;
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Removes what a collector left behind that did not end well.
fn clear(path: &Path) -> io::Result<()> {
    let about = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    if !about.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is no socket lies there; move it"));
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(io::Error::new(io::ErrorKind::AddrInUse, "another collector answers there\n  stop it first")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) => Err(error),
    }
}

/// Answers the machine's administrator until `stop`; calls that are under way are finished.
///
/// # Errors
/// When the socket can no longer be listened on.
pub async fn serve(
    listener: UnixListener,
    services: Services,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    Server::builder()
        .timeout(CALL_TIME)
        .max_concurrent_streams(CALLS)
        .serve_with_incoming_shutdown(services, UnixListenerStream::new(listener), stop.cancelled_owned())
        .await
}

/// Answers operators who have come in over the port, until `stop`; calls that are under way are finished.
///
/// # Errors
/// When the server itself fails; failures of single connections are their own.
pub async fn serve_port(
    connections: mpsc::Receiver<io::Result<Connection>>,
    services: Services,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    grpc::settings()
        .timeout(CALL_TIME)
        .serve_with_incoming_shutdown(services, ReceiverStream::new(connections), stop.cancelled_owned())
        .await
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use caretaker_shared::private_file;

    use super::bind;

    #[tokio::test]
    async fn replaces_a_socket_that_nobody_listens_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("console.sock");
        drop(bind(&path).expect("takes a free path"));
        assert!(path.exists(), "the file outlives the listener");
        bind(&path).expect("takes over");
        let mode = std::fs::metadata(&path).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn leaves_a_collector_alone_that_answers() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("console.sock");
        let _first = bind(&path).expect("takes a free path");
        let error = bind(&path).expect_err("the path is taken");
        assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    }

    #[tokio::test]
    async fn removes_nothing_that_is_no_socket() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("console.sock");
        private_file::write(&path, b"a letter").expect("writes");
        bind(&path).expect_err("a file lies there");
        assert_eq!(std::fs::read(&path).expect("still there"), b"a letter");
    }
}
