//! Connections: accepted, limited, and known by their certificate before any of their bytes reach HTTP/2.
//!
//! What a stranger can hold is little: a handshake has [`Limits::handshake`], and when [`Limits::half_open`] of them
//! hang, the oldest gives way to the newest. An honest handshake takes some milliseconds, so it is never among the
//! oldest unless thousands come in each of those milliseconds; waiting for a free place instead would put honest
//! devices into one queue with those who hold the places on purpose. A stranger who did shake hands may enrol or log in
//! and has [`Limits::stranger`] for it. Devices have many places and keep their connection for long.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use caretaker_shared::tls::{Acceptor, Peer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// How much of what may be held (reliability.md 5.1).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Handshakes that are under way.
    pub half_open: usize,
    /// Strangers who are connected.
    pub strangers: usize,
    /// Connections of all kinds.
    pub connections: usize,
    /// How long a handshake may take.
    pub handshake: Duration,
    /// How long a stranger may stay.
    pub stranger: Duration,
    /// How long a device or an operator may stay, whatever HTTP/2 thinks of it.
    pub device: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            half_open: 512,
            strangers: 256,
            connections: 3_000,
            handshake: Duration::from_secs(5),
            stranger: Duration::from_secs(30),
            device: Duration::from_secs(20 * 60),
        }
    }
}

/// Who is at the other end of a connection; every request carries it.
#[derive(Debug, Clone)]
pub struct ConnectInfo {
    /// What the handshake has proved.
    pub peer: Arc<Peer>,
    /// Where it comes from: for the log alone.
    pub address: SocketAddr,
}

/// A connection after its handshake. It ends by itself when its time is up.
pub struct Connection {
    stream: Pin<Box<dyn Transport>>,
    info: ConnectInfo,
    ends: Pin<Box<Sleep>>,
    _places: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

trait Transport: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Transport for T {}

/// What the tasks of all handshakes share.
struct Door {
    limits: Limits,
    acceptor: watch::Receiver<Acceptor>,
    connections: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

/// Where connections go that have shaken hands: each kind to a server that has the services for it and no others.
pub(super) struct Ready {
    /// Devices, and strangers who want to enrol or log in.
    pub(super) devices: mpsc::Sender<io::Result<Connection>>,
    /// Those who asked for the console's name.
    pub(super) operators: mpsc::Sender<io::Result<Connection>>,
}

impl Ready {
    fn of(&self, peer: &Peer) -> &mpsc::Sender<io::Result<Connection>> {
        match peer {
            Peer::Device(_) | Peer::Stranger => &self.devices,
            Peer::Operator(_) => &self.operators,
        }
    }
}

/// Accepts connections until `stop`; hands on those that have shaken hands.
///
/// The acceptor is read anew for each connection, so that a renewed certificate is used from the next one on.
pub(super) async fn accept(
    listener: TcpListener,
    acceptor: watch::Receiver<Acceptor>,
    limits: Limits,
    ready: Ready,
    stop: CancellationToken,
) {
    let door = Arc::new(Door {
        limits,
        acceptor,
        connections: Arc::new(Semaphore::new(limits.connections)),
        strangers: Arc::new(Semaphore::new(limits.strangers)),
    });
    let mut handshakes: JoinSet<(u64, Option<Connection>)> = JoinSet::new();
    let mut under_way: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    let mut number = 0_u64;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(ended) = handshakes.join_next(), if !handshakes.is_empty() => {
                let Ok((number, connection)) = ended else { continue };
                under_way.remove(&number);
                if let Some(connection) = connection {
                    let server = ready.of(&connection.info.peer).clone();
                    if server.send(Ok(connection)).await.is_err() {
                        return;
                    }
                }
            }
            accepted = listener.accept() => {
                let Some((stream, address)) = admitted(accepted).await else { continue };
                // No place left for anyone: the newest goes at once, those who are in stay.
                let Ok(place) = door.connections.clone().try_acquire_owned() else { continue };
                if under_way.len() >= limits.half_open && let Some((_, oldest)) = under_way.pop_first() {
                    oldest.abort();
                }
                number += 1;
                let (door, number_of_task) = (door.clone(), number);
                let task = handshakes.spawn(async move { (number_of_task, door.open(stream, address, place).await) });
                under_way.insert(number, task);
            }
        }
    }
}

/// A connection, unless accepting failed: then after a pause, for it fails again at once when descriptors run out.
async fn admitted(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    match accepted {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

impl Door {
    async fn open(&self, stream: TcpStream, address: SocketAddr, place: OwnedSemaphorePermit) -> Option<Connection> {
        let acceptor = self.acceptor.borrow().clone();
        stream.set_nodelay(true).ok()?;
        let handshake = tokio::time::timeout(self.limits.handshake, acceptor.accept(stream)).await;
        let (stream, peer) = match handshake {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => {
                tracing::debug!(%address, %error, "a handshake failed");
                return None;
            }
            Err(_) => return None,
        };
        let (stranger, stays) = match peer {
            Peer::Device(_) | Peer::Operator(_) => (None, self.limits.device),
            Peer::Stranger => (Some(self.strangers.clone().try_acquire_owned().ok()?), self.limits.stranger),
        };
        Some(Connection {
            stream: Box::pin(stream),
            info: ConnectInfo { peer: Arc::new(peer), address },
            ends: Box::pin(tokio::time::sleep_until(Instant::now() + stays)),
            _places: (place, stranger),
        })
    }
}

impl Connection {
    /// Fails once the time is up. Writing asks too: a peer that takes nothing could keep HTTP/2 from ever reading again.
    fn in_time(&mut self, task: &mut Context<'_>) -> io::Result<()> {
        if self.ends.as_mut().poll(task).is_ready() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the connection's time is up"));
        }
        Ok(())
    }
}

impl Connected for Connection {
    type ConnectInfo = ConnectInfo;

    fn connect_info(&self) -> ConnectInfo {
        self.info.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.in_time(task)?;
        self.stream.as_mut().poll_read(task, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.in_time(task)?;
        self.stream.as_mut().poll_write(task, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(task)?;
        self.stream.as_mut().poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(task)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.in_time(task)?;
        self.stream.as_mut().poll_write_vectored(task, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caretaker_shared::tls::Peer;
    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::Semaphore;

    use super::{ConnectInfo, Connection};

    #[tokio::test]
    async fn a_peer_that_takes_nothing_is_let_go_when_its_time_is_up() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("a place");
        let mut connection = Connection {
            stream: Box::pin(ours),
            info: ConnectInfo { peer: Arc::new(Peer::Stranger), address: ([127, 0, 0, 1], 0).into() },
            ends: Box::pin(tokio::time::sleep(std::time::Duration::ZERO)),
            _places: (place, None),
        };
        let ended = connection.write_all(&[0; 64]).await.expect_err("nobody reads");
        assert_eq!(ended.kind(), std::io::ErrorKind::TimedOut);
    }
}
