//! What is true of the bytes of executables, once for the fleet.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{ExecutableFacts, SoftwareClass};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{Store, StoreError, number};

impl Store {
    /// Those of the digests that nobody has described yet, each once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn undescribed(&self, mut digests: Vec<Sha256>) -> Result<Vec<Sha256>, StoreError> {
        self.read(move |connection| {
            let mut known = connection.prepare_cached("SELECT 1 FROM executable_facts WHERE sha256 = ?1")?;
            digests.sort_unstable();
            digests.dedup();
            let mut wanted = Vec::new();
            for digest in digests {
                if !known.exists([digest.as_bytes()])? {
                    wanted.push(digest);
                }
            }
            Ok(wanted)
        })
        .await
    }
}

/// Keeps facts that nobody has sent before: a later device cannot change what an earlier one said. Says whether they
/// were new.
pub(super) fn describe(
    transaction: &Transaction<'_>,
    facts: &ExecutableFacts,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let written = transaction
        .prepare_cached(
            "INSERT INTO executable_facts (sha256, size_bytes, format, runs_on, file_name, first_seen, company, product,
                                           description, version, original_name, signer, class)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            facts.sha256.as_bytes(),
            number(facts.size_bytes),
            facts.format.word(),
            facts.runs_on,
            facts.file_name,
            now.as_millisecond(),
            facts.version.company,
            facts.version.product,
            facts.version.description,
            facts.version.version,
            facts.version.original_name,
            facts.signer,
            facts.class.map(SoftwareClass::word)
        ])?;
    Ok(written > 0)
}
