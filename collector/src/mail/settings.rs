//! How mail leaves the house, as the configuration says it.

use std::fmt;
use std::path::PathBuf;

use caretaker_shared::secret::Secret;

/// Who mail comes from, and which way it goes.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Sender address, with or without a name: "Caretaker <caretaker@example.school>".
    pub from: String,
    /// The way out.
    pub route: Route,
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
