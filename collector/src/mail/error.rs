//! Why a mail did not go out. What a server said may name a recipient, so only its codes and our own words are kept.

use std::fmt;
use std::path::PathBuf;

/// Why a mail did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server was not reached, or did not finish the conversation.
    #[error("{0}")]
    Unreachable(&'static str),
    /// The server asks to try again later.
    #[error("{0}: the mail server asks to try again later")]
    Later(Reply),
    /// The server refuses us, not the recipient: the login, the sender.
    #[error("{reply}: the mail server refuses {what}; check [mail] in the configuration")]
    Unwelcome {
        /// Its codes.
        reply: Reply,
        /// What it refuses: "the login".
        what: &'static str,
    },
    /// The server refuses the recipient or the message for good.
    #[error("{0}: the mail server refuses this recipient for good")]
    Refused(Reply),
    /// The address cannot be written into a message.
    #[error("the address is not one that mail can be sent to; correct it in the policy, under [alerts]")]
    Address,
    /// The webhook answered with another code than success.
    #[error("the webhook answers {0}; check [webhook] in the configuration")]
    Webhook(u16),
    /// The folder for mail cannot be written to.
    #[error("the mail folder cannot be written to ({0})")]
    Folder(std::io::ErrorKind),
}

impl MailError {
    /// Whether trying again cannot help.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Address => true,
            Self::Unreachable(_) | Self::Later(_) | Self::Unwelcome { .. } | Self::Webhook(_) | Self::Folder(_) => {
                false
            }
        }
    }

    /// Whether the way out does not work, whoever is to be reached.
    #[must_use]
    pub fn is_of_the_way(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unwelcome { .. } | Self::Webhook(_) | Self::Folder(_) => true,
            Self::Later(_) | Self::Refused(_) | Self::Address => false,
        }
    }
}

/// The codes of a server's answer: "550 5.1.1".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// Enhanced status (RFC 3463), when the server gave one.
    pub status: Option<String>,
}

impl Reply {
    /// Takes the codes out of an answer and drops its words.
    pub(super) fn of(code: u16, text: &str) -> Self {
        let status = text.split_whitespace().next().filter(|word| is_enhanced_status(word));
        Self { code, status: status.map(ToOwned::to_owned) }
    }
}

/// "4.2.0": a class of 2, 4 or 5, and two numbers of at most three digits.
fn is_enhanced_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [class, subject, detail] if matches!(*class, "2" | "4" | "5") && number(subject) && number(detail))
}

impl fmt::Display for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            Some(status) => write!(out, "{} {status}", self.code),
            None => write!(out, "{}", self.code),
        }
    }
}

/// Why mail cannot be set up as the configuration says.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The sender is no address.
    #[error("mail.from is not an address; write one such as Caretaker <caretaker@example.school>")]
    From,
    /// Plain SMTP to another machine.
    #[error("mail.tls is none, but {0} is not this machine; use starttls or implicit")]
    PlainOffHost(String),
    /// The certificate authority cannot be read.
    #[error("the certificate authority {path} cannot be read")]
    Authority {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up; check mail.host and mail.ca_file")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The folder for mail cannot be made.
    #[error("the mail folder {path} cannot be made")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn keeps_the_codes_of_an_answer_and_none_of_its_words() {
        for (text, kept) in [
            ("5.1.1 <lead@northfield.example>: unknown", "550 5.1.1"),
            ("lead@northfield.example unknown", "550"),
            ("5.1.1.1 odd", "550"),
            ("", "550"),
        ] {
            assert_eq!(Reply::of(550, text).to_string(), kept);
        }
    }
}
