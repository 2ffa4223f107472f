//! A mailer that answers as a test tells it to, and keeps what it was given.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

use super::{Mail, MailError, Mailer, Sending};

type Answer = Box<dyn Fn(&Mail) -> Result<(), MailError> + Send + Sync>;

pub(crate) struct MemoryMailer {
    answer: Mutex<Answer>,
    sent: Mutex<Vec<Mail>>,
    tried: Mutex<Vec<Mail>>,
    changed: Notify,
    /// Sends to this address wait until the test lets them go.
    held: Option<&'static str>,
    release: Notify,
}

impl MemoryMailer {
    pub(crate) fn accepting() -> Self {
        Self {
            answer: Mutex::new(Box::new(|_| Ok(()))),
            sent: Mutex::default(),
            tried: Mutex::default(),
            changed: Notify::new(),
            held: None,
            release: Notify::new(),
        }
    }

    pub(crate) fn holding(address: &'static str) -> Self {
        Self { held: Some(address), ..Self::accepting() }
    }

    pub(crate) fn answer(&self, answer: impl Fn(&Mail) -> Result<(), MailError> + Send + Sync + 'static) {
        *self.answer.lock().expect("no holder panics") = Box::new(answer);
    }

    pub(crate) fn release(&self) {
        self.release.notify_one();
    }

    /// What the other side took charge of.
    pub(crate) fn sent(&self) -> Vec<Mail> {
        self.sent.lock().expect("no holder panics").clone()
    }

    /// Every try, in order.
    pub(crate) fn tried(&self) -> Vec<Mail> {
        self.tried.lock().expect("no holder panics").clone()
    }

    /// Waits until so many mails were taken.
    pub(crate) async fn until_sent(&self, count: usize) {
        let enough = async {
            loop {
                let mut changed = std::pin::pin!(self.changed.notified());
                changed.as_mut().enable();
                if self.sent().len() >= count {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), enough).await.expect("the mails are sent");
    }
}

impl Mailer for MemoryMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            self.tried.lock().expect("no holder panics").push(mail.clone());
            if self.held == Some(mail.to.as_str()) {
                self.release.notified().await;
            }
            self.answer.lock().expect("no holder panics")(mail)?;
            self.sent.lock().expect("no holder panics").push(mail.clone());
            self.changed.notify_waiters();
            Ok(())
        })
    }
}
