//! Mail to a mail server.
//!
//! One connection for each mail and a deadline over the whole conversation. Which step an answer came to decides what
//! it means: a refused recipient is final, a refused login or sender is ours to repair, and the mail waits. Once the
//! server has taken the text nothing that follows can turn it into a failure: it would go out twice.

use std::net::IpAddr;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use super::error::Reply;
use super::message::{self, Sender};
use super::{Mail, MailError, Mailer, Sending, SetupError, SmtpSettings, SmtpTls};

/// From the first packet to the last answer.
const DEADLINE: Duration = Duration::from_secs(30);
/// For the goodbye, which no longer matters.
const QUIT_DEADLINE: Duration = Duration::from_secs(2);

/// Speaks with one mail server.
pub struct SmtpMailer {
    host: String,
    port: u16,
    line: Line,
    credentials: Option<Credentials>,
    from: Sender,
    deadline: Duration,
}

enum Line {
    Plain,
    Starttls(TlsParameters),
    Implicit(TlsParameters),
}

/// The step of the conversation that an answer came to.
#[derive(Clone, Copy)]
enum Step {
    Greeting,
    Login,
    Sender,
    Recipient,
    Text,
}

impl SmtpMailer {
    /// Checks the settings and reads the authorities; touches no network.
    ///
    /// # Errors
    /// When the line would be plain to another machine, or TLS cannot be set up.
    pub fn new(settings: &SmtpSettings, from: Sender) -> Result<Self, SetupError> {
        let line = match settings.tls {
            SmtpTls::None if is_this_machine(&settings.host) => Line::Plain,
            SmtpTls::None => return Err(SetupError::PlainOffHost(settings.host.clone())),
            SmtpTls::Starttls => Line::Starttls(tls(settings)?),
            SmtpTls::Implicit => Line::Implicit(tls(settings)?),
        };
        let credentials = settings
            .credentials
            .as_ref()
            .map(|account| Credentials::new(account.user.clone(), account.password.expose().clone()));
        Ok(Self { host: settings.host.clone(), port: settings.port, line, credentials, from, deadline: DEADLINE })
    }

    /// With another deadline than 30 seconds.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    async fn deliver(&self, message: &Message) -> Result<AsyncSmtpConnection, MailError> {
        let mut connection = self.connect().await?;
        let envelope = message.envelope();
        let step = |step| move |error| failure(step, &error);
        let sender = MailFrom::new(envelope.from().cloned(), Vec::new());
        connection.command(sender).await.map_err(step(Step::Sender))?;
        for recipient in envelope.to() {
            let recipient = Rcpt::new(recipient.clone(), Vec::new());
            connection.command(recipient).await.map_err(step(Step::Recipient))?;
        }
        connection.command(Data).await.map_err(step(Step::Text))?;
        connection.message(&message.formatted()).await.map_err(step(Step::Text))?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let us = ClientId::Domain(self.from.domain().to_owned());
        let implicit = match &self.line {
            Line::Implicit(tls) => Some(tls.clone()),
            Line::Plain | Line::Starttls(_) => None,
        };
        let address = (self.host.as_str(), self.port);
        let greeting = |error| failure(Step::Greeting, &error);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(self.deadline), &us, implicit, None)
            .await
            .map_err(greeting)?;
        if let Line::Starttls(tls) = &self.line {
            // Without it nothing more is said: somebody on the way may have taken the offer out.
            if !connection.can_starttls() {
                return Err(MailError::Unreachable("the mail server offers no STARTTLS, so nothing was said to it"));
            }
            connection.starttls(tls.clone(), &us).await.map_err(greeting)?;
        }
        if let Some(credentials) = &self.credentials {
            let login = |error| failure(Step::Login, &error);
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(login)?;
        }
        Ok(connection)
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            let message = message::build(&self.from, mail)?;
            let late = |_| MailError::Unreachable("the mail server did not answer in time");
            let mut connection = tokio::time::timeout(self.deadline, self.deliver(&message)).await.map_err(late)??;
            let _ = tokio::time::timeout(QUIT_DEADLINE, connection.abort()).await;
            Ok(())
        })
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, SetupError> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let pem = std::fs::read(path).map_err(|source| SetupError::Authority { path: path.clone(), source })?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(SetupError::Tls)?);
    }
    tls.build_rustls().map_err(SetupError::Tls)
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What a failed step means. The words of the server go no further than here.
fn failure(step: Step, error: &lettre::transport::smtp::Error) -> MailError {
    let Some(code) = error.status() else {
        return MailError::Unreachable(broken(step, error));
    };
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let reply = Reply::of(code.into(), &words);
    if !error.is_permanent() {
        return MailError::Later(reply);
    }
    match step {
        Step::Greeting => MailError::Unwelcome { reply, what: "to speak with us" },
        Step::Login => MailError::Unwelcome { reply, what: "the login" },
        Step::Sender => MailError::Unwelcome { reply, what: "the sender" },
        // 530 and 535 ask for a login, whatever they answer to.
        Step::Recipient | Step::Text if matches!(reply.code, 530 | 535) => {
            MailError::Unwelcome { reply, what: "mail without a login" }
        }
        Step::Recipient | Step::Text => MailError::Refused(reply),
    }
}

fn broken(step: Step, error: &lettre::transport::smtp::Error) -> &'static str {
    if error.is_tls() || is_bad_handshake(error) {
        return "TLS with the mail server failed; check its name and its certificate authority";
    }
    match step {
        Step::Greeting if error.is_response() => "the mail server did not greet us as one",
        Step::Greeting => "the mail server could not be reached",
        Step::Login if error.is_client() => "the mail server offers no way to log in that we know",
        Step::Login | Step::Sender | Step::Recipient => "the mail server broke off the conversation",
        Step::Text => "the mail server broke off before it confirmed the mail",
    }
}

/// A failed handshake comes as data that made no sense: the connection itself stood.
fn is_bad_handshake(error: &lettre::transport::smtp::Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::InvalidData)
}
