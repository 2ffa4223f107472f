//! What a reading shows that the ones before did not: protection that went off, a virus, a new administrator, a stick.
//!
//! Pure. The state that was kept and a reading go in; the state to keep and what there is to tell come out, and the
//! spool stores both in one transaction. The first reading ever tells nothing: nobody knows what was so before it.

mod administrators;
mod antivirus;
mod media;

use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Facts, Outcome, Reading};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// At most so many of one reading are told one by one: what the urgent stream holds never gives way.
const MOST: usize = 20;

/// What came of comparing a reading with what was kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    /// To be kept for the next reading of the same probe.
    pub(super) state: Vec<u8>,
    /// What there is to tell, without the accounts that are logged in.
    pub(super) events: Vec<DeviceEvent>,
}

/// Compares a reading with what was kept; `None` when it changes nothing. A state that cannot be read counts as none.
pub(super) fn since(before: Option<&[u8]>, reading: &Reading) -> Option<Changes> {
    let whole = matches!(reading.outcome, Outcome::Complete(_));
    let at = reading.taken_at;
    match reading.outcome.facts()? {
        Facts::Antivirus(found) => step(before, |known| Some(antivirus::compare(known, found, whole, at))),
        Facts::Accounts(accounts) => step(before, |known| administrators::compare(known, accounts, whole, at)),
        Facts::Removable(media) => step(before, |known| Some(media::compare(known, media, whole, at))),
        Facts::Host(_)
        | Facts::Hardware(_)
        | Facts::Software(_)
        | Facts::Executables(_)
        | Facts::ScreenLock(_)
        | Facts::Encryption(_)
        | Facts::Firewall(_)
        | Facts::Updates(_)
        | Facts::Sessions(_)
        | Facts::Network(_) => None,
    }
}

fn step<S: Serialize + DeserializeOwned>(
    before: Option<&[u8]>,
    compare: impl FnOnce(Option<S>) -> Option<(S, Vec<DeviceEvent>)>,
) -> Option<Changes> {
    let known = before.and_then(|bytes| serde_json::from_slice(bytes).ok());
    let (state, events) = compare(known)?;
    let state = serde_json::to_vec(&state).expect("lists of texts and numbers can be written as JSON");
    (before != Some(&state) || !events.is_empty()).then(|| Changes { state, events: at_most(events) })
}

fn at_most(mut events: Vec<DeviceEvent>) -> Vec<DeviceEvent> {
    let rest = events.split_off(events.len().min(MOST));
    if let Some(first) = rest.first() {
        let subject = format!("and {} more", rest.len());
        events.push(event(first.kind, first.occurred_at, subject, "the list on the device names them".into()));
    }
    events
}

fn event(kind: DeviceEventKind, occurred_at: Timestamp, subject: String, detail: String) -> DeviceEvent {
    DeviceEvent { kind, occurred_at, users: Vec::new(), subject, detail }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::ProbeName;

    use super::*;

    #[test]
    fn a_flood_is_cut_short_and_says_by_how_much() {
        let one = || event(DeviceEventKind::VirusFound, Timestamp::UNIX_EPOCH, "Invented.Threat".into(), String::new());
        let told = at_most((0..MOST + 3).map(|_| one()).collect());
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told.last().expect("there are some").subject, "and 3 more");
        assert_eq!(at_most((0..MOST).map(|_| one()).collect()).len(), MOST);
    }

    #[test]
    fn a_reading_without_facts_changes_nothing() {
        let outcome = Outcome::Failed { reason: "no answer".into() };
        let reading = Reading { probe: ProbeName::Antivirus, taken_at: Timestamp::UNIX_EPOCH, outcome };
        assert_eq!(since(Some(b"{}"), &reading), None);
    }
}
