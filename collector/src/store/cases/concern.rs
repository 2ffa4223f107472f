//! What a case is about, as far as the collector may know: kept with the alert, in its transaction.

use caretaker_shared::lexicon::category;
use caretaker_shared::model::{KeywordEvent, SubjectKind};
use rusqlite::{Transaction, params};

use super::super::StoreError;

/// What a case is about.
#[derive(Debug, Clone)]
pub(in crate::store) struct Concern {
    category: String,
    subject: SubjectKind,
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
            subject: event.subject,
            conflicts: conflicts(event),
            user: event.user.map(|user| user.as_bytes().to_vec()),
            images: is_about_images(event),
        }
    }

    /// That of nobody in particular: a lesson, a report that could not be read.
    pub(in crate::store) fn of_nobody() -> Self {
        Self {
            category: String::new(),
            subject: SubjectKind::Pupil,
            conflicts: String::new(),
            user: None,
            images: false,
        }
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

/// Roles that an event is about, each between commas: ",head,".
fn conflicts(event: &KeywordEvent) -> String {
    event.conflict.iter().fold(String::new(), |listed, role| {
        let start = if listed.is_empty() { "," } else { "" };
        format!("{listed}{start}{},", role.word())
    })
}

/// Whether pictures of abuse are suspected (C7).
fn is_about_images(event: &KeywordEvent) -> bool {
    category(&event.category).is_some_and(|category| !category.carries_text)
}

/// Takes into the file of a case what an event that joins it brings: suspected pictures, once there, stay, and so do
/// members of staff and the roles that it is about.
pub(in crate::store) fn join(tx: &Transaction<'_>, alert: i64, event: &KeywordEvent) -> Result<(), StoreError> {
    if is_about_images(event) {
        tx.prepare_cached("UPDATE case_file SET images = 1, legal_hold = 1 WHERE alert = ?1")?.execute([alert])?;
    }
    if event.subject == SubjectKind::Staff {
        tx.prepare_cached("UPDATE case_file SET subject = 'staff' WHERE alert = ?1")?.execute([alert])?;
    }
    for role in &event.conflict {
        tx.prepare_cached(
            "UPDATE case_file SET conflicts = iif(conflicts = '', ',', conflicts) || ?2 || ','
             WHERE alert = ?1 AND instr(conflicts, ',' || ?2 || ',') = 0",
        )?
        .execute(params![alert, role.word()])?;
    }
    Ok(())
}
