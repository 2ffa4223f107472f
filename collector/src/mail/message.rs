//! A mail in its envelope: headers, encoding, sender.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as LettreAttachment, Body, Mailbox, MultiPart};

use super::{Attachment, Mail, MailError, SetupError};

/// Who mail comes from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads an address, with or without a name.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        text.parse().map(Self).map_err(|_| SetupError::From)
    }

    /// The part after the `@`: names us in the Message-ID and to the server.
    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// Puts a mail into its envelope: one recipient, text and HTML that say the same, the files that come with it,
/// no address but the two.
pub(super) fn build(from: &Sender, mail: &Mail) -> Result<Message, MailError> {
    let to: Mailbox = mail.to.parse().map_err(|_| MailError::Address)?;
    let mut message = Message::builder()
        .date(SystemTime::from(mail.date))
        .from(from.0.clone())
        .to(to)
        .subject(mail.subject.as_str())
        .message_id(Some(format!("<{}@{}>", mail.message_id, from.domain())))
        .header(AutoSubmitted);
    if mail.resend > 0 {
        message = message.header(Resend(mail.resend));
    }
    let both = MultiPart::alternative_plain_html(mail.body.clone(), mail.html.clone());
    if mail.attachments.is_empty() {
        return message.multipart(both).map_err(|_| MailError::Address);
    }
    let mut whole = MultiPart::mixed().multipart(both);
    for Attachment { name, media_type, bytes } in &mail.attachments {
        let media_type = ContentType::parse(media_type).map_err(|_| MailError::Address)?;
        // As octets whatever they hold, so that no server on the way changes an end of line in them.
        let body = Body::new_with_encoding(bytes.clone(), ContentTransferEncoding::Base64);
        let body = body.map_err(|_| MailError::Address)?;
        whole = whole.singlepart(LettreAttachment::new(name.clone()).body(body, media_type));
    }
    message.multipart(whole).map_err(|_| MailError::Address)
}

/// Keeps out-of-office programs from answering (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

/// Says that this mail was tried before and may have arrived already.
#[derive(Clone)]
struct Resend(u32);

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Header for Resend {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Resend")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.trim().parse()?))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.to_string())
    }
}
