//! The SMTP mailer against a small server that misbehaves as told.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use caretaker_shared::secret::Secret;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::message::Sender;
use super::{Credentials, Mail, MailError, Mailer as _, SetupError, SmtpMailer, SmtpSettings, SmtpTls};
use crate::rules::sample;

/// Where the server stops behaving.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Answers the command that begins so with this.
    Answer(&'static str, &'static str),
    /// Never answers the command that begins so.
    Hang(&'static str),
    /// Takes the text and closes without a word.
    DropAfterData,
    /// Takes the text, confirms it, and closes.
    DropAfterConfirming,
    /// Offers no STARTTLS.
    Stripped,
    /// None, and speaks TLS from the first byte.
    Implicit,
}

#[derive(Clone)]
struct Server {
    port: u16,
    /// Every line that came in, as it came.
    heard: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Manners {
    fault: Fault,
    heard: Arc<Mutex<Vec<String>>>,
    starttls: bool,
}

/// How a conversation ended.
enum Ended<S> {
    Closed,
    /// The other side is to be upgraded to TLS.
    Upgrade(S),
}

impl Server {
    async fn start(fault: Fault, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let manners = Manners { fault, heard: heard.clone(), starttls: tls.is_some() && fault != Fault::Stripped };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manners.clone(), tls.clone()));
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> String {
        self.heard.lock().expect("no holder panics").join("\n")
    }
}

async fn serve(stream: TcpStream, manners: Manners, tls: Option<TlsAcceptor>) {
    if manners.fault == Fault::Implicit {
        if let Ok(stream) = tls.expect("given with it").accept(stream).await {
            converse(stream, &Manners { starttls: false, ..manners }, true).await;
        }
        return;
    }
    if let Ended::Upgrade(stream) = converse(stream, &manners, true).await {
        let tls = tls.expect("only offered with it");
        if let Ok(stream) = tls.accept(stream).await {
            let inner = Manners { starttls: false, ..manners };
            converse(stream, &inner, false).await;
        }
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, manners: &Manners, greet: bool) -> Ended<S> {
    let mut stream = BufReader::new(stream);
    if greet && say(&mut stream, "220 mail.northfield.example ready").await.is_err() {
        return Ended::Closed;
    }
    let mut in_text = false;
    loop {
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return Ended::Closed;
        }
        let line = line.trim_end().to_owned();
        manners.heard.lock().expect("no holder panics").push(line.clone());
        if in_text && line != "." {
            continue;
        }
        let verb = if in_text { "." } else { line.split(' ').next().unwrap_or_default() };
        in_text = verb == "DATA";
        let answer = match (manners.fault, verb) {
            (Fault::Hang(at), verb) if at == verb => std::future::pending().await,
            (Fault::Answer(at, answer), verb) if at == verb => answer,
            (Fault::DropAfterData, ".") => return Ended::Closed,
            (_, "EHLO") if manners.starttls => "250-mail.northfield.example\r\n250 STARTTLS",
            (_, "EHLO") => "250-mail.northfield.example\r\n250 AUTH PLAIN",
            (_, "STARTTLS") => "220 go ahead",
            (_, "AUTH") => "235 welcome",
            (_, "DATA") => "354 go ahead",
            (_, "QUIT") => "221 bye",
            _ => "250 2.0.0 fine",
        };
        if say(&mut stream, answer).await.is_err() || (manners.fault, verb) == (Fault::DropAfterConfirming, ".") {
            return Ended::Closed;
        }
        if verb == "STARTTLS" {
            return Ended::Upgrade(stream.into_inner());
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// A certificate for 127.0.0.1 that nobody's system trusts, as a server uses it and as a PEM file.
fn certificate(folder: &Path) -> (TlsAcceptor, std::path::PathBuf) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let path = folder.join("ca.pem");
    caretaker_shared::private_file::write(&path, made.cert.pem().as_bytes()).expect("writes");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the key fits");
    (TlsAcceptor::from(Arc::new(config)), path)
}

fn settings(port: u16, tls: SmtpTls) -> SmtpSettings {
    SmtpSettings { host: "127.0.0.1".into(), port, tls, credentials: None, ca_file: None }
}

fn mailer(settings: &SmtpSettings) -> SmtpMailer {
    let from = Sender::parse("Caretaker <caretaker@northfield.example>").expect("an address");
    SmtpMailer::new(settings, from).expect("the settings work")
}

fn mail() -> Mail {
    Mail {
        message_id: "ab".repeat(32),
        to: "lead@northfield.example".into(),
        subject: "Safeguarding alert - level 5 - case 26-0001".into(),
        body: "One urgent concern needs you now.\n".into(),
        html: "<p>One urgent concern needs you now.</p>\n".into(),
        date: sample::now(),
        attachments: Vec::new(),
        resend: 0,
    }
}

async fn sent_to(fault: Fault) -> (Result<(), MailError>, Server) {
    let server = Server::start(fault, None).await;
    let settings = settings(server.port, SmtpTls::None);
    (mailer(&settings).with_deadline(Duration::from_secs(20)).send(&mail()).await, server)
}

#[tokio::test]
async fn hands_over_one_mail_to_one_recipient() {
    let (result, server) = sent_to(Fault::None).await;
    result.expect("is taken");
    let heard = server.heard();
    for line in [
        "EHLO northfield.example",
        "MAIL FROM:<caretaker@northfield.example>",
        "RCPT TO:<lead@northfield.example>",
        "Subject: Safeguarding alert - level 5 - case 26-0001",
        "One urgent concern needs you now.",
        "<p>One urgent concern needs you now.</p>",
    ] {
        assert!(heard.lines().any(|said| said == line), "{line} in:\n{heard}");
    }
}

#[tokio::test]
async fn what_a_refusal_means_depends_on_the_step_it_came_to() {
    for (at, answer, permanent, told) in [
        (
            "RCPT",
            "550 5.1.1 <lead@northfield.example> unknown",
            true,
            "550 5.1.1: the mail server refuses this recipient",
        ),
        ("RCPT", "450 4.2.0 greylisted", false, "450 4.2.0: the mail server asks to try again later"),
        ("RCPT", "530 5.7.0 log in first", false, "530 5.7.0: the mail server refuses mail without a login"),
        ("MAIL", "421 closing", false, "421: the mail server asks to try again later"),
        ("MAIL", "553 5.7.1 not your sender", false, "553 5.7.1: the mail server refuses the sender"),
        ("DATA", "451 4.3.0 storm", false, "451 4.3.0: the mail server asks to try again later"),
        (".", "552 5.2.2 mailbox of lead@northfield.example full", true, "552 5.2.2: the mail server refuses"),
    ] {
        let error = sent_to(Fault::Answer(at, answer)).await.0.expect_err("is refused");
        assert_eq!(error.is_permanent(), permanent, "{at} {answer}");
        let text = error.to_string();
        assert!(text.starts_with(told), "{text}");
        assert!(!text.contains('@'), "no address is kept: {text}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_left_at_the_deadline() {
    for at in ["EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = Server::start(Fault::Hang(at), None).await;
        let hasty = mailer(&settings(server.port, SmtpTls::None)).with_deadline(Duration::from_millis(50));
        let error = hasty.send(&mail()).await.expect_err("is not confirmed");
        assert_eq!(error, MailError::Unreachable("the mail server did not answer in time"), "at {at}");
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_confirmation_is_a_failure_and_after_it_is_none() {
    let error = sent_to(Fault::DropAfterData).await.0.expect_err("is not confirmed");
    assert_eq!(error, MailError::Unreachable("the mail server broke off before it confirmed the mail"));
    sent_to(Fault::DropAfterConfirming).await.0.expect("is taken");
}

#[tokio::test]
async fn a_server_that_does_not_say_goodbye_has_taken_the_mail() {
    sent_to(Fault::Hang("QUIT")).await.0.expect("is taken");
}

#[tokio::test]
async fn nobody_listening_is_said_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let error = mailer(&settings(port, SmtpTls::None)).send(&mail()).await.expect_err("nobody is there");
    assert_eq!(error, MailError::Unreachable("the mail server could not be reached"));
}

#[test]
fn plain_mail_leaves_no_machine() {
    for host in ["mail.northfield.example", "192.0.2.25"] {
        let settings = SmtpSettings { host: host.into(), ..settings(25, SmtpTls::None) };
        let from = Sender::parse("caretaker@northfield.example").expect("an address");
        assert!(matches!(SmtpMailer::new(&settings, from), Err(SetupError::PlainOffHost(_))), "{host}");
    }
}

#[tokio::test]
async fn starttls_with_a_private_authority_protects_login_and_text() {
    let home = tempfile::tempdir().expect("a folder");
    let (acceptor, ca_file) = certificate(home.path());
    let server = Server::start(Fault::None, Some(acceptor)).await;
    let credentials = Credentials { user: "caretaker".into(), password: Secret::new("open sesame".into()) };
    let settings = SmtpSettings {
        credentials: Some(credentials),
        ca_file: Some(ca_file),
        ..settings(server.port, SmtpTls::Starttls)
    };
    mailer(&settings).send(&mail()).await.expect("is taken");
    let heard = server.heard();
    let place = |word: &str| heard.lines().position(|line| line.starts_with(word)).expect("was said");
    assert!(place("STARTTLS") < place("AUTH PLAIN") && place("AUTH PLAIN") < place("MAIL FROM"), "{heard}");
}

#[tokio::test]
async fn nothing_is_said_to_a_server_without_starttls_or_with_a_foreign_certificate() {
    let home = tempfile::tempdir().expect("a folder");
    let (acceptor, ca_file) = certificate(home.path());
    let stripped = Server::start(Fault::Stripped, Some(acceptor.clone())).await;
    let trusting = SmtpSettings { ca_file: Some(ca_file), ..settings(stripped.port, SmtpTls::Starttls) };
    let error = mailer(&trusting).send(&mail()).await.expect_err("is not protected");
    assert!(error.to_string().contains("STARTTLS"), "{error}");

    let foreign = Server::start(Fault::None, Some(acceptor)).await;
    let error = mailer(&settings(foreign.port, SmtpTls::Starttls)).send(&mail()).await.expect_err("is not trusted");
    assert!(error.to_string().contains("TLS"), "{error}");
    for server in [stripped, foreign] {
        assert!(!server.heard().contains("MAIL"), "{}", server.heard());
    }
}

#[tokio::test]
async fn implicit_tls_speaks_with_a_server_that_is_trusted_and_with_no_other() {
    let home = tempfile::tempdir().expect("a folder");
    let (acceptor, ca_file) = certificate(home.path());
    let server = Server::start(Fault::Implicit, Some(acceptor)).await;
    let settings = settings(server.port, SmtpTls::Implicit);
    let error = mailer(&settings).send(&mail()).await.expect_err("is not trusted");
    assert!(error.to_string().contains("TLS"), "{error}");
    assert!(server.heard().is_empty());
    mailer(&SmtpSettings { ca_file: Some(ca_file), ..settings }).send(&mail()).await.expect("is taken");
}
