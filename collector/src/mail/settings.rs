//! How mail leaves the house, as the configuration says it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use caretaker_shared::secret::Secret;

use crate::delivery::Webhook;

/// Who mail comes from, and which way it goes.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Sender address, with or without a name: "Caretaker <caretaker@example.school>".
    pub from: String,
    /// The way out.
    pub route: Route,
    /// The mail server that takes over when the way out does not work.
    pub second: Option<SecondSettings>,
}

/// A mail server that takes over.
#[derive(Debug, Clone)]
pub struct SecondSettings {
    /// The server.
    pub smtp: SmtpSettings,
    /// How long a mail waits for the first before; at the highest level it does not wait.
    pub after: Duration,
}

/// What is called when mail reaches nobody.
#[derive(Clone)]
pub struct WebhookSettings {
    /// Where and how.
    pub webhook: Webhook,
    /// How long a mail waits before.
    pub after: Duration,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "webhook {self}")
    }
}

impl fmt::Display for WebhookSettings {
    /// For people: the host alone; the path may be a secret of the other side.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.webhook.host, self.webhook.port)
    }
}

/// A way out of the house.
#[derive(Debug, Clone)]
pub enum Route {
    /// Into a folder on this machine, for a first try.
    Maildir {
        /// Holds `tmp`, `new` and `cur`; made when it is not there.
        path: PathBuf,
    },
    /// To a mail server.
    Smtp(SmtpSettings),
}

impl fmt::Display for Route {
    /// For people: "smtp mail.example.school:587", "maildir ./caretaker-data/mail".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Maildir { path } => write!(out, "maildir {}", path.display()),
            Self::Smtp(smtp) => write!(out, "smtp {}:{}", smtp.host, smtp.port),
        }
    }
}

/// A mail server and how to speak with it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Name or address.
    pub host: String,
    /// Usually 587, 465 or 25.
    pub port: u16,
    /// How the line is protected.
    pub tls: SmtpTls,
    /// Account and password, when the server asks for them.
    pub credentials: Option<Credentials>,
    /// PEM file of a certificate authority to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// How the line to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Begins plain and must turn to TLS before anything is said.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// Plain; refused unless the server is on this machine.
    None,
}

/// An account at the mail server.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Account name.
    pub user: String,
    /// Its password.
    pub password: Secret<String>,
}
