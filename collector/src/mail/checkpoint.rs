//! Mail that carries a checkpoint of the audit log: numbers, and what to keep.

use caretaker_shared::checkpoint::SignedCheckpoint;
use jiff::tz::TimeZone;

use super::letter::{Letter, Part, Tone};

/// Writes it.
pub(super) fn letter(signed: &SignedCheckpoint, zone: &TimeZone) -> Letter {
    let checkpoint = signed.checkpoint();
    let made = checkpoint.made_at.to_zoned(zone.clone()).strftime("%a %d %b %Y at %H:%M").to_string();
    let row = checkpoint.row;
    let parts = vec![
        Part::Opening("Keep this message: with it nobody can change the log unnoticed.".into()),
        Part::Facts(vec![format!("Row {row} of the audit log, signed on {made}"), checkpoint.school.clone()]),
        Part::Words("There is nothing to do today. Later you, or an inspector, can hold the log against it.".into()),
        Part::Block(signed.text()),
        Part::Command {
            what: "Hold the log against it: save the lines above as a file, then",
            place: None,
            command: "caretaker-collector audit verify --from FILE".into(),
        },
        Part::Note("This message holds no names and no content, on purpose.".into()),
    ];
    Letter { subject: format!("Audit log - checkpoint of row {row}"), tone: Tone::Calm, parts }
}
