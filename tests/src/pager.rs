//! The other end of a school's webhook.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// One call, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Request line and headers.
    pub head: String,
    /// What the call says.
    pub body: String,
}

/// Takes calls and answers each with success.
pub struct Pager {
    port: u16,
    calls: Receiver<Call>,
}

impl Pager {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (told, calls) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(call) = answer(stream)
                    && told.send(call).is_err()
                {
                    return;
                }
            }
        });
        Self { port, calls }
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next call.
    ///
    /// # Panics
    /// When none comes in that time.
    #[must_use]
    pub fn next(&self, patience: Duration) -> Call {
        self.calls.recv_timeout(patience).expect("a call comes")
    }
}

fn answer(mut stream: TcpStream) -> Option<Call> {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        heard.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&heard);
        // The body is one JSON object, and nothing follows it.
        if let Some((head, body)) = text.split_once("\r\n\r\n").filter(|(_, body)| body.ends_with('}')) {
            let call = Call { head: head.to_owned(), body: body.to_owned() };
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
            return Some(call);
        }
    }
}
