//! The key that signs checkpoints of the audit chain: in a file of its own, not in the database.

use anyhow::Context as _;
use caretaker_shared::checkpoint::AuditKey;

use super::DataFolder;
use super::identity::{read_secret, write};

/// The audit key of a folder; makes one where there is none yet.
///
/// # Errors
/// When the file is there and is not what it should be, or cannot be written.
pub fn audit_key(folder: &DataFolder) -> anyhow::Result<AuditKey> {
    let path = folder.audit_key();
    if !path.exists() {
        let (key, text) = AuditKey::generate();
        write(&path, text.expose().as_bytes())?;
        return Ok(key);
    }
    let about = || format!("{} cannot be used; put it back from a backup", path.display());
    let text = read_secret(&path).with_context(about)?;
    AuditKey::from_text(&text).with_context(about)
}
