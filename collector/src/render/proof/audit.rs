//! Rows of the audit chain, its proof, and a checkpoint.

use caretaker_proto::console::v1::{AuditRow, VerifyAuditResponse};
use caretaker_shared::checkpoint::SignedCheckpoint;

use super::super::text::{counted, hang, safe};
use super::super::{Ink, Screen, time};
use super::words::sentence;

/// Digits of a hash that people compare.
const DIGITS: usize = 16;

/// What the proof came to: the answer first, then what to do.
#[must_use]
pub fn verdict(answer: &VerifyAuditResponse, screen: &Screen) -> String {
    let row = answer.row;
    let rows = u64::try_from(answer.last_row - answer.first_row + 1).unwrap_or_default();
    let (ink, first, remedy) = match answer.verdict.as_str() {
        "whole" => (
            Ink::Good,
            format!("The audit log is whole: {}, each follows from the one before.", counted(rows, "row")),
            "",
        ),
        "broken" => (
            Ink::Bad,
            format!(
                "The audit log is broken at row {row}: it was changed, removed, put in or moved past the collector."
            ),
            "What stands before it holds. Compare with a backup, and tell the head and the safeguarding lead.",
        ),
        "cut-off" => (
            Ink::Bad,
            format!("The audit log was cut off: it ends before row {row}, which a checkpoint has."),
            "Somebody removed its end, or put an older copy in place past the collector. Tell the head.",
        ),
        "rewritten" => (
            Ink::Bad,
            format!("The audit log was written anew: row {row} is another than a checkpoint has."),
            "Somebody changed a row before it and all that follow. Tell the head; compare with older checkpoints.",
        ),
        "foreign" => (
            Ink::Bad,
            "Another key has signed this checkpoint than signs this log.".into(),
            "It is of another collector, or the log and its key were replaced. Compare the keys of several checkpoints.",
        ),
        "restored" => (
            Ink::Unsure,
            format!("The checkpoint is of row {row}, which was lost when the collector was restored from a backup."),
            "The rows that are here follow from one another. Older checkpoints can still be compared.",
        ),
        _ => (
            Ink::Unsure,
            format!("The checkpoint is of row {row}, which was erased by age since."),
            "The rows that are here follow from one another.",
        ),
    };
    let mut shown = screen.ink(ink, &hang("", &first, screen.width));
    if !remedy.is_empty() {
        shown.push_str(&hang("  ", remedy, screen.width));
    }
    shown.push('\n');
    shown.push_str(&format!("Rows          {} to {}\n", answer.first_row, answer.last_row));
    shown.push_str(&format!("Last hash     {}\n", start(&answer.last_hash)));
    let met = if answer.verdict == "whole" { ", each is met" } else { "" };
    let checkpoints = format!("{}{met}", answer.checkpoints);
    shown.push_str(&format!("Checkpoints   {checkpoints}\n"));
    if answer.checked_row > 0 && answer.verdict == "whole" {
        shown.push_str(&format!("Yours         row {} is the one that was signed then\n", answer.checked_row));
    }
    if !answer.key.is_empty() {
        shown.push_str(&format!("Signed by     {}\n", start(&answer.key)));
    }
    if answer.incarnation > 1 {
        let times = counted(u64::from(answer.incarnation - 1), "time");
        shown.push_str(&format!("Restored      {times} from a backup\n"));
    }
    shown
}

/// Rows, oldest first.
#[must_use]
pub fn log(rows: &[AuditRow], own_only: bool, more: bool, screen: &Screen) -> String {
    let mut shown = String::new();
    for row in rows.iter().rev() {
        let when = time::parse(&row.at).map_or_else(String::new, |at| time::head(at, &screen.now));
        let heading = format!("{:>6}  {when:<17}", row.number);
        shown.push_str(&hang(&heading, &format!("{} {}", safe(&row.actor), sentence(row)), screen.width));
    }
    if rows.is_empty() {
        shown.push_str("No such row.\n");
    }
    if own_only {
        shown.push_str("\nThese are your own rows; everybody's are for the head, the chair and an auditor.\n");
    }
    if more {
        shown.push_str("\nThere are older ones:  --most NUMBER\n");
    }
    shown
}

/// A checkpoint as it is kept: what it says, and its text.
#[must_use]
pub fn checkpoint(signed: &SignedCheckpoint) -> String {
    let checkpoint = signed.checkpoint();
    format!(
        "{}, row {} of the audit log, {}\nsigned by {}\n\n{}",
        safe(&checkpoint.school),
        checkpoint.row,
        checkpoint.made_at,
        signed.key(),
        signed.text()
    )
}

fn start(digits: &str) -> &str {
    digits.get(..DIGITS).unwrap_or(digits)
}
