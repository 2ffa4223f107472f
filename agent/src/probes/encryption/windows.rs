//! Windows: BitLocker through WMI. The methods are asked, not the properties of the same names, which go stale
//! (platform-facts.md section 15, case 30).

use std::collections::BTreeMap;
use std::io;

use caretaker_shared::model::{Facts, Outcome, Protection, Volume, VolumeRole};

use crate::host::Host;
use crate::host::windows::{Bus, Drive, Windows, WmiObject, WmiValue};

const NAMESPACE: &str = r"root\CIMV2\Security\MicrosoftVolumeEncryption";
const QUERY: &str = "SELECT * FROM Win32_EncryptableVolume";

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => return Outcome::Failed { reason: error.to_string() },
    };
    let drives = windows.drives();
    match volumes(windows, drives.as_deref().unwrap_or_default()) {
        Ok(volumes) if volumes.is_empty() => {
            Outcome::Unsupported { reason: "BitLocker lists no volume; this edition of Windows may lack it".into() }
        }
        Ok(volumes) => match drives {
            Ok(_) => Outcome::Complete(Facts::Encryption(volumes)),
            Err(error) => Outcome::Partial {
                facts: Facts::Encryption(volumes),
                reason: format!("drives: {error}; which of them can be taken out is not known"),
            },
        },
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            Outcome::Unsupported { reason: format!("BitLocker cannot be asked here: {error}") }
        }
        Err(error) => Outcome::Failed { reason: format!("BitLocker: {error}") },
    }
}

/// What BitLocker says of each volume with a letter; empty where it cannot be asked.
pub(in crate::probes) fn by_letter(windows: &dyn Windows) -> BTreeMap<String, Protection> {
    let volumes = volumes(windows, &[]).unwrap_or_default();
    volumes.into_iter().map(|volume| (volume.mount, volume.protection)).collect()
}

fn volumes(windows: &dyn Windows, drives: &[Drive]) -> io::Result<Vec<Volume>> {
    let objects = windows.wmi(NAMESPACE, QUERY)?;
    let mut volumes: Vec<Volume> = objects.iter().map(|object| volume(windows, object, drives)).collect();
    volumes.sort();
    Ok(volumes)
}

fn volume(windows: &dyn Windows, object: &WmiObject, drives: &[Drive]) -> Volume {
    let text = |name: &str| object.get(name).and_then(WmiValue::text).unwrap_or_default().to_owned();
    let (id, letter) = (text("DeviceID"), text("DriveLetter"));
    let drive = drives.iter().find(|drive| drive.letter.eq_ignore_ascii_case(&letter));
    // In the path of an object, a backslash and a quotation mark are written with one more before them.
    let escaped = id.replace('\\', r"\\").replace('"', "\\\"");
    let path = format!("Win32_EncryptableVolume.DeviceID=\"{escaped}\"");
    let asked = |method: &str, value: &str| {
        let answer = windows.wmi_call(NAMESPACE, &path, method)?;
        answer.get(value).and_then(WmiValue::number).ok_or_else(|| io::Error::other(format!("{method} says nothing")))
    };
    let method = object.get("EncryptionMethod").and_then(WmiValue::number).unwrap_or_default();
    let (conversion, protection) =
        (asked("GetConversionStatus", "ConversionStatus"), asked("GetProtectionStatus", "ProtectionStatus"));
    let evidence = match (&conversion, &protection) {
        (Ok(conversion), Ok(protection)) => format!("BitLocker: conversion {conversion}, protection {protection}"),
        _ => "BitLocker".to_owned(),
    };
    let protection = verdict(conversion, protection);
    let encrypted = !matches!(protection, Protection::Off);
    Volume {
        mount: if letter.is_empty() { id } else { letter.clone() },
        device: drive.map(|drive| drive.model.clone()).unwrap_or_default(),
        removable: drive.is_some_and(|drive| matches!(drive.bus, Bus::Usb | Bus::Card)),
        // What has no letter is a part that starts the computer or mends it.
        role: if letter.is_empty() { VolumeRole::Boot } else { VolumeRole::Data },
        protection,
        method: if encrypted { cipher(method) } else { String::new() },
        evidence,
    }
}

/// Never by the percentage, which is rounded (learn.microsoft.com, `GetConversionStatus`).
fn verdict(conversion: io::Result<i64>, protection: io::Result<i64>) -> Protection {
    match (conversion, protection) {
        (_, Ok(2)) => Protection::Unknown("the volume is locked".into()),
        (Ok(0), Ok(_)) => Protection::Off,
        (Ok(1), Ok(1)) => Protection::On,
        (Ok(1), Ok(0)) => Protection::Suspended,
        (Ok(2..=5), Ok(_)) => Protection::Changing,
        (Ok(conversion), Ok(protection)) => {
            Protection::Unknown(format!("BitLocker says conversion {conversion} and protection {protection}"))
        }
        (Err(error), _) | (_, Err(error)) => Protection::Unknown(format!("BitLocker: {error}")),
    }
}

fn cipher(method: i64) -> String {
    let name = match method {
        1 | 2 => "AES with diffuser",
        3 => "AES-128",
        4 => "AES-256",
        5 => "by the drive itself, which is trusted to do it",
        6 => "XTS-AES-128",
        7 => "XTS-AES-256",
        _ => return "BitLocker".into(),
    };
    format!("BitLocker, {name}")
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, Protection, Volume};

    use super::{NAMESPACE, QUERY, WmiObject, WmiValue, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    fn object(values: &[(&str, WmiValue)]) -> WmiObject {
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// A machine with a volume C: whose methods answer so, and whose stale property says "protected".
    fn machine(conversion: i64, protection: i64) -> Sample {
        let id = r"\\?\Volume{01234567-89ab-cdef-0123-456789abcdef}\";
        let path = format!("Win32_EncryptableVolume.DeviceID=\"{}\"", id.replace('\\', r"\\"));
        let volume = object(&[
            ("DeviceID", WmiValue::Text(id.into())),
            ("DriveLetter", WmiValue::Text("C:".into())),
            ("ProtectionStatus", WmiValue::Number(1)),
            ("EncryptionMethod", WmiValue::Number(6)),
        ]);
        let answer = |name: &str, number| vec![object(&[(name, WmiValue::Number(number))])];
        Sample::of(System::Windows)
            .wmi(NAMESPACE, QUERY, vec![volume])
            .wmi(NAMESPACE, &format!("{path}.GetConversionStatus"), answer("ConversionStatus", conversion))
            .wmi(NAMESPACE, &format!("{path}.GetProtectionStatus"), answer("ProtectionStatus", protection))
    }

    fn volume(outcome: &Outcome) -> &Volume {
        let Some(Facts::Encryption(volumes)) = outcome.facts() else { panic!("volumes, not {outcome:?}") };
        volumes.first().expect("one volume")
    }

    #[test]
    fn case_29_a_suspended_volume_is_neither_on_nor_off() {
        assert_eq!(volume(&ask(&machine(1, 0))).protection, Protection::Suspended);
    }

    #[test]
    fn case_30_the_method_wins_over_the_property() {
        assert_eq!(volume(&ask(&machine(0, 0))).protection, Protection::Off);
        assert_eq!(volume(&ask(&machine(0, 0))).method, "");
    }

    #[test]
    fn tells_all_states_apart() {
        let protected = ask(&machine(1, 1));
        assert_eq!(volume(&protected).protection, Protection::On);
        assert_eq!(volume(&protected).method, "BitLocker, XTS-AES-128");
        assert_eq!(volume(&ask(&machine(2, 0))).protection, Protection::Changing);
        assert!(matches!(volume(&ask(&machine(1, 2))).protection, Protection::Unknown(_)));
        assert!(matches!(volume(&ask(&machine(9, 1))).protection, Protection::Unknown(_)));
    }

    #[test]
    fn without_the_list_of_drives_the_answer_is_partial() {
        let mut machine = machine(1, 1);
        machine.refuses_lists = true;
        let outcome = ask(&machine);
        assert_eq!((outcome.word(), &volume(&outcome).protection), ("partial", &Protection::On));
    }

    #[test]
    fn a_system_without_bitlocker_is_unsupported() {
        let outcome = ask(&Sample::of(System::Windows));
        assert!(matches!(outcome, Outcome::Unsupported { reason } if reason.contains("0x8004100E")));
    }
}
