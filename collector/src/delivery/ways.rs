//! The ways out of the house, and when one takes the place of another.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::ladder;
use super::webhook::Webhook;
use crate::mail::{self, Mail, MailError, Mailer};
use crate::store::{DueMail, Matter, Way};

/// The way that mail usually takes.
pub const MAIL: &str = "mail";
/// The second mail server.
pub const SECOND: &str = "second";
/// The webhook.
pub const WEBHOOK: &str = "webhook";

/// Every way out.
pub struct Ways {
    /// Name of the school or trust, for mail that says it.
    pub school: String,
    /// The usual mail server.
    pub first: Arc<dyn Mailer>,
    /// The one that takes over, and after how long without the first.
    pub second: Option<(Arc<dyn Mailer>, Duration)>,
    /// What is called when neither reaches anybody, and after how long.
    pub webhook: Option<(Webhook, Duration)>,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Somebody took charge of it.
    Taken(Way),
    /// Nobody did.
    Refused {
        /// What the usual way said.
        error: MailError,
        /// The ways that do not work, whoever is to be reached.
        ways: Vec<(&'static str, String)>,
    },
}

impl Ways {
    /// Carries what is due by the first way that takes it.
    pub async fn carry(&self, due: &DueMail, now: Timestamp) -> Carried {
        match (&due.matter, mail::compose(due, now, &TimeZone::system())) {
            (Matter::Webhook(alert), _) => self.call(alert, now).await,
            (_, Some(mail)) => self.mail(due, &mail, now).await,
            (_, None) => Carried::Refused { error: MailError::Address, ways: Vec::new() },
        }
    }

    /// Carries a mail that was written before: one that brings files.
    pub async fn carry_written(&self, due: &DueMail, mail: &Mail, now: Timestamp) -> Carried {
        self.mail(due, mail, now).await
    }

    /// Whether it is time to call the webhook about a mail that has not gone out; at once when it never will.
    #[must_use]
    pub fn is_time_to_call(&self, due: &DueMail, is_final: bool, now: Timestamp) -> bool {
        self.webhook.as_ref().is_some_and(|(_, after)| is_final || waited(due, now) >= *after)
    }

    async fn call(&self, alert: &crate::store::MailedAlert, now: Timestamp) -> Carried {
        let Some((webhook, _)) = &self.webhook else {
            return Carried::Refused { error: MailError::Address, ways: Vec::new() };
        };
        match webhook.call(alert, now).await {
            Ok(()) => Carried::Taken(Way { name: WEBHOOK, instead_of: None }),
            Err(error) => Carried::Refused { ways: vec![(WEBHOOK, error.to_string())], error },
        }
    }

    async fn mail(&self, due: &DueMail, mail: &Mail, now: Timestamp) -> Carried {
        let error = match self.first.send(mail).await {
            Ok(()) => return Carried::Taken(Way { name: MAIL, instead_of: None }),
            Err(error) => error,
        };
        let mut ways = Vec::new();
        if error.is_of_the_way() {
            ways.push((MAIL, error.to_string()));
        }
        let takes_over = |after: &Duration| match &error {
            // Whom one server refuses another may know; an address that is none, nobody does.
            MailError::Refused(_) => true,
            MailError::Address => false,
            MailError::Unreachable(_)
            | MailError::Later(_)
            | MailError::Unwelcome { .. }
            | MailError::Webhook(_)
            | MailError::Folder(_) => due.urgency >= ladder::URGENT || waited(due, now) >= *after,
        };
        let Some((second, _)) = self.second.as_ref().filter(|(_, after)| takes_over(after)) else {
            return Carried::Refused { error, ways };
        };
        match second.send(mail).await {
            Ok(()) => Carried::Taken(Way { name: SECOND, instead_of: ways.pop() }),
            Err(other) => {
                if other.is_of_the_way() {
                    ways.push((SECOND, other.to_string()));
                }
                // What can still work decides whether it is tried again.
                let error = if error.is_permanent() && !other.is_permanent() { other } else { error };
                Carried::Refused { error, ways }
            }
        }
    }
}

fn waited(due: &DueMail, now: Timestamp) -> Duration {
    let waited = now.duration_since(due.created_at).max(SignedDuration::ZERO);
    Duration::try_from(waited).unwrap_or_default()
}
