//! The last way out: one signed call to an address of the school's choice, when nobody could be reached by mail.
//!
//! The body holds the number of the case, its level, its time and its site, and nothing else. The signature is
//! HMAC-SHA-256 over the body under a key from a file; whoever receives it can tell that it is ours and not changed, and
//! by `sent_at`, within it, that it is not an old one.

use std::time::Duration;

use caretaker_shared::digest;
use caretaker_shared::outside::Outside;
use caretaker_shared::secret::Secret;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::mail::MailError;
use crate::store::MailedAlert;

/// Header of the signature: "sha256=" and 64 hexadecimal digits.
pub const SIGNATURE: &str = "x-caretaker-signature";
/// From the first packet to the answer.
const DEADLINE: Duration = Duration::from_secs(20);

/// Where to call.
#[derive(Clone)]
pub struct Webhook {
    /// Host, as it must prove to be.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path, and query if there is one: "/caretaker".
    pub path: String,
    /// How the line is protected; `None` only for this machine.
    pub tls: Option<Outside>,
    /// What the body is signed with.
    pub key: Secret<Vec<u8>>,
}

impl Webhook {
    /// Tells of an alert. `Ok` when the other side answers with a code of success.
    ///
    /// # Errors
    /// When nobody is there, or the answer is another.
    pub async fn call(&self, alert: &MailedAlert, now: Timestamp) -> Result<(), MailError> {
        let late = |_| MailError::Unreachable("the webhook did not answer in time");
        let code = tokio::time::timeout(DEADLINE, self.post(body(alert, now))).await.map_err(late)??;
        if (200..300).contains(&code) { Ok(()) } else { Err(MailError::Webhook(code)) }
    }

    async fn post(&self, body: String) -> Result<u16, MailError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|_| MailError::Unreachable("the webhook could not be reached"))?;
        match &self.tls {
            None => self.speak(stream, body).await,
            Some(tls) => {
                let failed = |_| MailError::Unreachable("TLS with the webhook failed; check its name and authority");
                self.speak(tls.connect(&self.host, stream).await.map_err(failed)?, body).await
            }
        }
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        body: String,
    ) -> Result<u16, MailError> {
        let broken = |_| MailError::Unreachable("the webhook broke off the conversation");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let request = Request::post(&self.path)
            .header(header::HOST, format!("{}:{}", self.host, self.port))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "caretaker")
            .header(SIGNATURE, format!("sha256={}", digest::keyed(self.key.expose(), body.as_bytes())))
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| MailError::Unreachable("the webhook's address cannot be called"))?;
        // The connection ends with the sender; an answer is read to its head, its body matters to nobody.
        tokio::spawn(connection);
        Ok(sender.send_request(request).await.map_err(broken)?.status().as_u16())
    }
}

fn body(alert: &MailedAlert, now: Timestamp) -> String {
    serde_json::json!({
        "case": alert.reference,
        "level": alert.severity,
        "site": alert.site,
        "raised_at": alert.raised_at.to_string(),
        "sent_at": now.to_string(),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest;
    use caretaker_shared::secret::Secret;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::Webhook;
    use crate::mail::MailError;
    use crate::rules::sample;
    use crate::store::{Call, MailedAlert, MailedKind};

    fn alert() -> MailedAlert {
        MailedAlert {
            reference: "26-0042".into(),
            severity: 5,
            site: "North \"site\"".into(),
            raised_at: sample::now(),
            kind: MailedKind::Safeguarding { events: 3, call: Call::First, then: None },
            told: Vec::new(),
        }
    }

    /// Answers one call; gives what it heard.
    async fn called(answer: &'static str) -> (Result<(), MailError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut heard = Vec::new();
            while !heard.ends_with(b"}") {
                let mut piece = [0; 4096];
                let length = stream.read(&mut piece).await.expect("reads");
                heard.extend_from_slice(&piece[..length]);
            }
            stream.write_all(answer.as_bytes()).await.expect("answers");
            String::from_utf8(heard).expect("text")
        });
        let key = Secret::new(b"a key of the school".to_vec());
        let webhook = Webhook { host: "127.0.0.1".into(), port, path: "/caretaker?a=1".into(), tls: None, key };
        let result = webhook.call(&alert(), sample::now()).await;
        (result, server.await.expect("the server ends"))
    }

    #[tokio::test]
    async fn a_call_holds_number_level_time_and_site_and_a_signature_over_them() {
        let (result, heard) = called("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert_eq!(result, Ok(()));
        assert!(heard.starts_with("POST /caretaker?a=1 HTTP/1.1\r\n"), "{heard}");
        let (head, body) = heard.split_once("\r\n\r\n").expect("a head and a body");
        let told: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(
            told,
            serde_json::json!({
                "case": "26-0042", "level": 5, "site": "North \"site\"",
                "raised_at": "2026-11-21T14:02:00Z", "sent_at": "2026-11-21T14:02:00Z",
            })
        );
        let signature =
            format!("x-caretaker-signature: sha256={}", digest::keyed(b"a key of the school", body.as_bytes()));
        assert!(head.lines().any(|line| line == signature), "{head}");
    }

    #[tokio::test]
    async fn another_answer_than_success_and_no_answer_are_failures_of_the_way() {
        let (result, _) = called("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(result, Err(MailError::Webhook(401)));
        let (result, _) = called("").await;
        assert_eq!(result, Err(MailError::Unreachable("the webhook broke off the conversation")));
    }
}
