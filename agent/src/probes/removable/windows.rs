//! Windows: drives on USB and in card readers. Large sticks call themselves fixed; their bus does not.

use caretaker_shared::model::{Facts, Outcome, Protection, RemovableMedium};

use crate::host::Host;
use crate::host::windows::{Bus, Drive};
use crate::probes::encryption::windows_by_letter;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let drives = host.windows().and_then(|windows| Ok((windows, windows.drives()?)));
    let (windows, drives) = match drives {
        Ok(drives) => drives,
        Err(error) => return Outcome::Failed { reason: format!("drives: {error}") },
    };
    let is_outside = |drive: &&Drive| matches!(drive.bus, Bus::Usb | Bus::Card);
    let outside: Vec<&Drive> = drives.iter().filter(is_outside).collect();
    // BitLocker takes its time to answer: without a medium there is nothing to ask.
    let protections = if outside.is_empty() { Default::default() } else { windows_by_letter(windows) };
    let medium = |drive: &Drive| RemovableMedium {
        mount: drive.letter.clone(),
        name: [drive.model.as_str(), drive.label.as_str()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
            .to_owned(),
        serial: drive.serial.clone(),
        bus: if drive.bus == Bus::Card { "sd".into() } else { "usb".into() },
        file_system: drive.file_system.clone(),
        size_bytes: drive.size_bytes,
        protection: protections
            .get(&drive.letter)
            .cloned()
            .unwrap_or_else(|| Protection::Unknown("BitLocker says nothing of this drive".into())),
    };
    let mut media: Vec<RemovableMedium> = outside.into_iter().map(medium).collect();
    media.sort();
    let unclear: Vec<&str> = drives
        .iter()
        .filter(|drive| drive.bus == Bus::Unknown && !drive.network)
        .map(|drive| drive.letter.as_str())
        .collect();
    if unclear.is_empty() {
        return Outcome::Complete(Facts::Removable(media));
    }
    let reason = format!("how {} is connected cannot be told", unclear.join(", "));
    Outcome::Partial { facts: Facts::Removable(media), reason }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, Protection};

    use super::ask;
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::{Bus, Drive};

    fn drive(letter: &str, bus: Bus) -> Drive {
        Drive {
            letter: letter.into(),
            label: "SCHOOLWORK".into(),
            file_system: "FAT32".into(),
            size_bytes: 1 << 30,
            bus,
            model: "Example Flash".into(),
            serial: "XX0000004".into(),
            network: false,
        }
    }

    fn machine(drives: Vec<Drive>) -> Sample {
        let mut machine = Sample::of(System::Windows);
        machine.drives = drives;
        machine
    }

    #[test]
    fn case_42_a_stick_is_known_by_its_bus() {
        let outcome = ask(&machine(vec![drive("C:", Bus::Internal), drive("E:", Bus::Usb)]));
        let Outcome::Complete(Facts::Removable(media)) = outcome else { panic!("media, not {outcome:?}") };
        assert_eq!(media.len(), 1);
        assert_eq!(media[0].mount, "E:");
        assert!(matches!(media[0].protection, Protection::Unknown(_)), "not asked is not unencrypted");
    }

    #[test]
    fn a_drive_on_an_unknown_bus_makes_the_answer_partial() {
        assert!(matches!(ask(&machine(vec![drive("F:", Bus::Unknown)])), Outcome::Partial { .. }));
    }
}
