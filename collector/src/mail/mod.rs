//! Mail: what is said in it, and the ways by which it leaves the house.
//!
//! A mail names no person, no device, no rule and no word: it travels through servers that are not ours and lights up
//! on locked screens. The files that come with a licence audit name devices and titles, and no person.
//!
//! `text` and `lists` write it, `plain` and `html` set it, `message` puts it into its envelope, `smtp` and `maildir` carry it.

mod canary;
mod checkpoint;
mod error;
mod html;
mod letter;
mod licences;
mod lists;
mod maildir;
#[cfg(test)]
pub(crate) mod memory;
mod message;
mod plain;
pub mod settings;
mod smtp;
#[cfg(test)]
mod smtp_tests;
mod text;
mod weekly;

use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

pub use error::{MailError, Reply, SetupError};
pub use licences::of_audit;
pub use maildir::MaildirMailer;
pub use settings::{Credentials, MailSettings, Route, SecondSettings, SmtpSettings, SmtpTls, WebhookSettings};
pub use smtp::SmtpMailer;
pub use text::compose;

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Left part of the Message-ID; the right part is the sender's domain.
    pub message_id: String,
    /// Address of the recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Body, lines of at most 76 columns.
    pub body: String,
    /// The same as HTML.
    pub html: String,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
    /// When it is sent.
    pub date: Timestamp,
    /// How often it was tried before: it may have arrived already.
    pub resend: u32,
}

/// A file that comes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name: letters, digits, `-` and `.`.
    pub name: String,
    /// "text/csv; charset=utf-8".
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A send under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// A way by which mail leaves the house.
pub trait Mailer: Send + Sync + 'static {
    /// Hands over one mail. `Ok` means that the other side has taken charge of it.
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a>;
}

/// The mailer for a way out that the settings ask for.
///
/// # Errors
/// When the settings cannot work: an address that is none, plain SMTP to another machine, an unreadable authority.
pub fn open(from: &str, route: &Route) -> Result<Arc<dyn Mailer>, SetupError> {
    let from = message::Sender::parse(from)?;
    Ok(match route {
        Route::Maildir { path } => Arc::new(MaildirMailer::open(path, from)?),
        Route::Smtp(smtp) => Arc::new(SmtpMailer::new(smtp, from)?),
    })
}
