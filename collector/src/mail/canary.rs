//! The mail of a canary: a concern's mail in every part, and the words that it is a test.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::letter::{Letter, Part, Tone};
use super::text::{EMERGENCY, people_of, time_of_day};
use crate::store::MailedAlert;

/// The mail, when so many devices have answered.
pub(super) fn letter(alert: &MailedAlert, devices: u32, now: Timestamp, zone: &TimeZone) -> Letter {
    let MailedAlert { reference, severity, site, .. } = alert;
    let raised = time_of_day(alert.raised_at, now, zone);
    let mut facts = vec![format!("Case {reference}, level {severity} of 5, a test, raised {raised}"), site.clone()];
    if devices > 1 {
        facts.push(format!("{devices} devices so far"));
    }
    let sent_to = match alert.told.first() {
        Some((role, people)) => {
            format!("It was sent to {}, who would hear first of a concern.", people_of(*role, *people))
        }
        None => "It was sent to whoever would hear first of a concern.".into(),
    };
    let parts = vec![
        Part::Opening("This is a test. Nobody is in danger.".into()),
        Part::Facts(facts),
        Part::Words(
            "A computer wrote a made-up sentence by itself and sent it the whole way that a concern takes, to prove \
             that alerts arrive. Your answer is the last step of that way."
                .into(),
        ),
        Part::Command {
            what: "To say that it has arrived",
            place: None,
            command: format!("caretaker-collector canary ack {reference}"),
        },
        Part::Command {
            what: "To try your key, open it",
            place: Some(format!("Caretaker, Cases, {reference}")),
            command: format!("caretaker-collector case open {reference}"),
        },
        Part::Words("Please answer within one school day. Nobody else is told if you do not; the computer then counts as one that has not proven itself.".into()),
        Part::Emergency(EMERGENCY),
        Part::Note(format!("This message holds no names and no content, on purpose. {sent_to}")),
    ];
    let subject = format!("Safeguarding alert - level {severity} - case {reference} - this is a test");
    Letter { subject, tone: Tone::Calm, parts }
}
