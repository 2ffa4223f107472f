//! What a case is about, as far as the collector may know: kept with the alert, in its transaction.

use caretaker_shared::lexicon::category;
use caretaker_shared::model::KeywordEvent;
use rusqlite::{Transaction, params};

use super::super::StoreError;

/// Whose account it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Subject {
    Pupil,
    Staff,
}

impl Subject {
    fn word(self) -> &'static str {
        match self {
            Self::Pupil => "pupil",
            Self::Staff => "staff",
        }
    }
}

/// What a case is about.
#[derive(Debug, Clone)]
pub(in crate::store) struct Concern {
    category: String,
    subject: Subject,
    /// Roles that it is about, each between commas.
    conflicts: String,
    user: Option<Vec<u8>>,
    images: bool,
}

impl Concern {
    /// That of an event about one person's text.
    pub(in crate::store) fn of(event: &KeywordEvent) -> Self {
        Self {
            category: event.category.clone(),
            subject: Subject::Pupil,
            conflicts: String::new(),
            user: event.user.map(|user| user.as_bytes().to_vec()),
            images: is_about_images(event),
        }
    }

    /// That of nobody in particular: a lesson, a report that could not be read.
    pub(in crate::store) fn of_nobody() -> Self {
        Self { category: String::new(), subject: Subject::Pupil, conflicts: String::new(), user: None, images: false }
    }

    /// Makes the file of the case of this alert. Suspected pictures are evidence of a crime: nothing of it may be erased.
    pub(in crate::store) fn file(&self, tx: &Transaction<'_>, alert: i64) -> Result<(), StoreError> {
        tx.prepare_cached(
            "INSERT INTO case_file (alert, category, subject, conflicts, user, images, legal_hold)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?
        .execute(params![
            alert,
            self.category,
            self.subject.word(),
            self.conflicts,
            self.user,
            self.images
        ])?;
        Ok(())
    }
}

/// Whether pictures of abuse are suspected (C7).
fn is_about_images(event: &KeywordEvent) -> bool {
    category(&event.category).is_some_and(|category| !category.carries_text)
}

/// Takes into the file of a case what an event that joins it brings: suspected pictures, once there, stay.
pub(in crate::store) fn join(tx: &Transaction<'_>, alert: i64, event: &KeywordEvent) -> Result<(), StoreError> {
    if is_about_images(event) {
        tx.prepare_cached("UPDATE case_file SET images = 1, legal_hold = 1 WHERE alert = ?1")?.execute([alert])?;
    }
    Ok(())
}
