use jiff::Timestamp;

use super::{AuditKey, Checkpoint, CheckpointError, Conflict, Follows, Incarnation, SignedCheckpoint};
use crate::digest::Sha256;

fn checkpoint(row: u64, incarnation: u32, previous: Option<&SignedCheckpoint>) -> Checkpoint {
    Checkpoint {
        school: "Northfield School".into(),
        row,
        hash: Sha256::of(&row.to_be_bytes()),
        made_at: Timestamp::from_second(1_795_000_000).expect("in range"),
        incarnation: Incarnation { number: incarnation, id: [7; 16] },
        previous: previous.map(SignedCheckpoint::digest),
    }
}

#[test]
fn a_checkpoint_survives_a_mail_that_was_answered_and_no_changed_letter() {
    let (key, text) = AuditKey::generate();
    let signed = key.sign(&checkpoint(42, 1, None));
    let again = AuditKey::from_text(&text).expect("its file");
    assert_eq!((again.public(), again.sign(signed.checkpoint())), (key.public(), signed.clone()));
    let mail = format!("Dear lead,\n{}Yours", signed.text());
    let quoted: String = mail.lines().map(|line| format!("> {line}\r\n")).collect();
    for text in [mail, quoted] {
        assert_eq!(SignedCheckpoint::from_text(&text), Ok(signed.clone()));
    }
    let encoded = signed.encoded();
    for at in 0..encoded.len() {
        let mut changed = encoded.clone();
        changed[at] ^= 1;
        assert!(SignedCheckpoint::parse(&changed).is_err(), "byte {at}");
    }
    assert_eq!(SignedCheckpoint::from_text("hello"), Err(CheckpointError::Malformed));
}

#[test]
fn a_statement_is_no_checkpoint_and_holds_for_its_own_words_alone() {
    let (key, _) = AuditKey::generate();
    let signature = key.state("3 erased");
    assert!(key.public().has_stated("3 erased", &signature));
    assert!(!key.public().has_stated("4 erased", &signature));
    assert!(!key.public().has_signed_checkpoint(b"3 erased", &signature));
}

#[test]
fn what_follows_and_what_does_not() {
    let (key, _) = AuditKey::generate();
    let kept = key.sign(&checkpoint(10, 2, None));
    let follows = |row, incarnation, previous: Option<&SignedCheckpoint>| {
        key.sign(&checkpoint(row, incarnation, previous)).follows(&kept)
    };
    assert_eq!(kept.follows(&kept), Ok(Follows::Same));
    assert_eq!(follows(15, 2, Some(&kept)), Ok(Follows::Next));
    assert_eq!(follows(4, 3, None), Ok(Follows::Restored));
    assert_eq!(follows(9, 2, Some(&kept)), Err(Conflict::WentBack { kept: 10, offered: 9 }));
    assert_eq!(follows(90, 1, Some(&kept)), Err(Conflict::WentBack { kept: 10, offered: 90 }));
    // Longer, signed by the right key, and of another history.
    let other = key.sign(&checkpoint(8, 2, None));
    assert_eq!(follows(15, 2, Some(&other)), Err(Conflict::Rewritten { kept: 10 }));
    assert_eq!(follows(15, 2, None), Err(Conflict::Rewritten { kept: 10 }));
    let same_row = Checkpoint { hash: Sha256::of(b"another"), ..checkpoint(10, 2, Some(&kept)) };
    assert_eq!(key.sign(&same_row).follows(&kept), Err(Conflict::Rewritten { kept: 10 }));
    // Two restored from one backup.
    let twin = Checkpoint { incarnation: Incarnation { number: 2, id: [8; 16] }, ..checkpoint(15, 2, Some(&kept)) };
    assert_eq!(key.sign(&twin).follows(&kept), Err(Conflict::Rewritten { kept: 10 }));
    let (stranger, _) = AuditKey::generate();
    assert_eq!(stranger.sign(&checkpoint(15, 2, Some(&kept))).follows(&kept), Err(Conflict::OtherKey));
}
