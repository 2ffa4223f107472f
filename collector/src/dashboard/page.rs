//! Pages: what is read from top to bottom, and scrolled.

use caretaker_proto::console::v1::{
    GetAlertResponse, GetAuditResponse, GetDeviceResponse, MailHealth, VerifyAuditResponse,
};
use jiff::Zoned;

use super::ask::{Answer, Question};
use super::filter::Scope;
use super::held::Held;

/// A page and how far it is scrolled.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) sheet: Sheet,
    /// Lines above the first one that is shown.
    pub(super) scroll: usize,
}

/// What a page is about.
#[derive(Debug)]
pub(super) enum Sheet {
    /// One device.
    Device { id: String, name: String, held: Held<Box<GetDeviceResponse>> },
    /// One alert.
    Alert { reference: String, held: Held<Box<GetAlertResponse>> },
    /// One title of a licence audit.
    Title { audit: u64, slug: String, name: String, held: Held<Box<GetAuditResponse>> },
    /// How mail about alerts goes.
    Mail { held: Held<Box<MailHealth>> },
    /// Whether the audit log is whole.
    Log { held: Held<Box<VerifyAuditResponse>> },
}

impl Page {
    /// The top of a page.
    pub(super) fn new(sheet: Sheet) -> Self {
        Self { sheet, scroll: 0 }
    }

    /// A device's, not told of yet.
    pub(super) fn device(id: &str, name: &str) -> Self {
        Self::new(Sheet::Device { id: id.to_owned(), name: name.to_owned(), held: Held::default() })
    }

    /// What it asks the collector. How mail goes stands on the front page.
    pub(super) fn question(&self, scope: &Scope) -> Question {
        match &self.sheet {
            Sheet::Device { id, .. } => Question::Device { id: id.clone() },
            Sheet::Alert { reference, .. } => Question::Alert { reference: reference.clone() },
            Sheet::Title { audit, slug, .. } => {
                Question::Title { audit: *audit, slug: slug.clone(), site: scope.site.clone() }
            }
            Sheet::Mail { .. } => Question::Front(scope.clone()),
            Sheet::Log { .. } => Question::Log,
        }
    }

    /// Takes an answer to its question.
    pub(super) fn put(&mut self, answer: Answer, now: &Zoned) {
        match (&mut self.sheet, answer) {
            (Sheet::Device { held, .. }, Answer::Device(device)) => held.put(device, now),
            (Sheet::Alert { held, .. }, Answer::Alert(alert)) => held.put(alert, now),
            (Sheet::Title { held, .. }, Answer::Audit(audit)) => held.put(audit, now),
            (Sheet::Mail { held }, Answer::Front(page)) => held.put(Box::new(page.mail.unwrap_or_default()), now),
            (Sheet::Log { held }, Answer::Log(proof)) => held.put(proof, now),
            // An answer is of the kind of its question; another one is nobody's.
            (
                Sheet::Device { .. }
                | Sheet::Alert { .. }
                | Sheet::Title { .. }
                | Sheet::Mail { .. }
                | Sheet::Log { .. },
                _,
            ) => {}
        }
    }

    /// When what it shows came.
    pub(super) fn at(&self) -> Option<&Zoned> {
        match &self.sheet {
            Sheet::Device { held, .. } => held.at(),
            Sheet::Alert { held, .. } => held.at(),
            Sheet::Title { held, .. } => held.at(),
            Sheet::Mail { held } => held.at(),
            Sheet::Log { held } => held.at(),
        }
    }

    /// Its name on the way to it.
    pub(super) fn name(&self) -> String {
        match &self.sheet {
            Sheet::Device { name, .. } | Sheet::Title { name, .. } => name.clone(),
            Sheet::Alert { reference, .. } => reference.clone(),
            Sheet::Mail { .. } => "alert mail".into(),
            Sheet::Log { .. } => "audit log".into(),
        }
    }
}
