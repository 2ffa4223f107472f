//! Removable media that were put in or taken out.

use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Protection, RemovableMedium};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event;

/// One medium as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    mount: String,
    name: String,
    serial: String,
    encrypted: String,
}

impl Seen {
    fn of(medium: &RemovableMedium) -> Self {
        let encrypted = match medium.protection {
            Protection::On => "encrypted",
            // The key of a suspended volume lies in the clear, and one that is being changed is open in part.
            Protection::Off | Protection::Suspended | Protection::Changing => "not encrypted",
            Protection::Unknown(_) => "encryption unknown",
        };
        Self {
            mount: medium.mount.clone(),
            name: medium.name.clone(),
            serial: medium.serial.clone(),
            encrypted: encrypted.to_owned(),
        }
    }

    fn is(&self, other: &Self) -> bool {
        (&self.mount, &self.name, &self.serial) == (&other.mount, &other.name, &other.serial)
    }

    fn told(&self, kind: DeviceEventKind, at: Timestamp) -> DeviceEvent {
        let subject = if self.name.is_empty() { &self.mount } else { &self.name };
        event(kind, at, subject.clone(), format!("{}, {}", self.encrypted, self.mount))
    }
}

/// Compares with the media that were kept. A partial reading misses none. It does begin: a drive that never tells how it
/// is connected makes every reading partial, and sticks are told all the same.
pub(super) fn compare(
    known: Option<Vec<Seen>>,
    media: &[RemovableMedium],
    whole: bool,
    at: Timestamp,
) -> (Vec<Seen>, Vec<DeviceEvent>) {
    let mut now: Vec<Seen> = media.iter().map(Seen::of).collect();
    let Some(known) = known else { return (now, Vec::new()) };
    let put_in = now.iter().filter(|seen| !known.iter().any(|before| before.is(seen)));
    let mut events: Vec<DeviceEvent> = put_in.map(|seen| seen.told(DeviceEventKind::MediumMounted, at)).collect();
    let missing: Vec<Seen> = known.into_iter().filter(|before| !now.iter().any(|seen| seen.is(before))).collect();
    if whole {
        events.extend(missing.iter().map(|seen| seen.told(DeviceEventKind::MediumRemoved, at)));
    } else {
        now.extend(missing);
    }
    (now, events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stick(name: &str, protection: Protection) -> RemovableMedium {
        RemovableMedium {
            mount: "/media/pupil.one/STICK".into(),
            name: name.into(),
            serial: "1".into(),
            bus: "usb".into(),
            file_system: "vfat".into(),
            size_bytes: 1,
            protection,
        }
    }

    fn told(readings: &[(bool, Vec<RemovableMedium>)]) -> Vec<String> {
        let (mut state, mut told) = (None, Vec::new());
        for (whole, media) in readings {
            let (next, events) = compare(state.take(), media, *whole, Timestamp::UNIX_EPOCH);
            state = Some(next);
            told.extend(events.into_iter().map(|it| format!("{} {}: {}", it.kind.word(), it.subject, it.detail)));
        }
        told
    }

    #[test]
    fn a_stick_that_is_put_in_and_taken_out_is_told_with_what_protects_it() {
        for (protection, said) in [
            (Protection::On, "encrypted"),
            (Protection::Off, "not encrypted"),
            (Protection::Suspended, "not encrypted"),
            (Protection::Unknown("locked".into()), "encryption unknown"),
        ] {
            let with = || vec![stick("Example Flash", protection.clone())];
            let detail = format!("Example Flash: {said}, /media/pupil.one/STICK");
            assert_eq!(
                told(&[(true, Vec::new()), (true, with()), (true, with()), (true, Vec::new())]),
                [format!("medium-mounted {detail}"), format!("medium-removed {detail}")]
            );
        }
    }

    #[test]
    fn what_is_in_at_the_first_reading_is_not_told_nor_missed_by_a_partial_one() {
        let with = || vec![stick("Example Flash", Protection::Off)];
        assert_eq!(told(&[(true, with()), (false, Vec::new()), (true, with())]), Vec::<String>::new());
        assert_eq!(told(&[(false, Vec::new()), (false, with())]).len(), 1, "no reading is ever whole");
    }

    #[test]
    fn unlocking_a_stick_is_no_new_stick_and_one_without_a_name_is_called_by_its_place() {
        let unlocked = [stick("", Protection::Unknown("locked".into())), stick("", Protection::On)];
        let [before, after] = unlocked;
        assert_eq!(told(&[(true, vec![before.clone()]), (true, vec![after])]), Vec::<String>::new());
        let told = told(&[(true, Vec::new()), (true, vec![before])]);
        assert_eq!(told, ["medium-mounted /media/pupil.one/STICK: encryption unknown, /media/pupil.one/STICK"]);
    }
}
