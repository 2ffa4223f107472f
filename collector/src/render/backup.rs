//! What became of a backup.

use std::path::Path;

use super::text::{counted, number, safe};
use crate::backup::{Contents, Created, Restored};
use crate::store::proof::Verdict;

/// After `backup create`.
#[must_use]
pub fn created(created: &Created, contents: &Contents, removed: &[String]) -> String {
    let mut shown = format!(
        "{}\n  {} bytes, SHA-256 {}\n",
        safe(&created.file.display().to_string()),
        number(created.bytes),
        created.sha256
    );
    if let Some(keys) = &created.keys {
        shown.push_str(&format!(
            "{}\n  the keys of months: keep them apart from the backup, and no longer than 30 days\n",
            safe(&keys.display().to_string())
        ));
    }
    if let Some(proof) = &contents.proof {
        let rows = u64::try_from(proof.last - proof.first + 1).unwrap_or_default();
        shown.push_str(&format!("\nRead back and whole; its audit log has {}.\n", counted(rows, "row")));
    }
    for name in removed {
        shown.push_str(&format!("Removed, past its time: {}\n", safe(name)));
    }
    shown
}

/// Whether nothing is wrong with what a backup holds.
#[must_use]
pub fn is_whole(contents: &Contents) -> bool {
    contents.proof.as_ref().is_none_or(|proof| proof.verdict == Verdict::Whole)
}

/// After `backup verify`.
#[must_use]
pub fn contents(contents: &Contents) -> String {
    let about = &contents.about;
    let what = if contents.proof.is_some() { "backup" } else { "keys of months" };
    let mut shown = format!("A whole file: {what} of {}, by version {}.\n\n", about.made_at, safe(&about.version));
    for (name, size) in &contents.entries {
        shown.push_str(&format!("{:>12} bytes  {}\n", number(*size), safe(name)));
    }
    if let Some(proof) = &contents.proof {
        let rows = u64::try_from(proof.last - proof.first + 1).unwrap_or_default();
        if is_whole(contents) {
            shown.push_str(&format!("\nThe database is whole, and so is its audit log: {}.\n", counted(rows, "row")));
        } else {
            shown.push_str("\nThe database is whole, and its audit log is NOT: it was changed before the backup.\n");
        }
    }
    shown
}

/// After `backup restore`.
#[must_use]
pub fn restored(restored: &Restored, folder: &Path) -> String {
    let mut shown = format!(
        "The backup of {} is in place; the collector begins its life number {}.\n\n",
        restored.about.made_at, restored.incarnation
    );
    match &restored.lost {
        None => shown.push_str(&format!(
            "There was no database to compare with: whoever was shut out after {} has access again.\n\
             Shut them out again:  device revoke, operators revoke\n",
            restored.about.made_at
        )),
        Some(lost) if lost.is_empty() => shown.push_str("Nobody was shut out since the backup.\n"),
        Some(lost) => {
            shown.push_str("Shut out since the backup, and NOT any more:\n");
            for one in lost {
                shown.push_str(&format!("  {:<8} {}\n", one.kind, safe(&one.name)));
            }
            shown.push_str("Shut them out again:  device revoke, operators revoke\n");
        }
    }
    if let Some(before) = &restored.before {
        shown.push_str(&format!(
            "\nThe database from before is {}.\nRemove it when you have looked at the other: it holds what is erased by \
             age.\n",
            safe(&before.display().to_string())
        ));
    }
    if !restored.has_keys {
        shown.push_str(
            "\nThere are no keys of months: sealed content of the backup cannot be opened.\n\
             Restore again with the file that ends in .keys:  --keys FILE\n",
        );
    }
    shown.push_str(&format!("\nNext: caretaker-collector serve --data {}\n", safe(&folder.display().to_string())));
    shown
}
