//! Windows: the tables of the firmware through WMI.

use caretaker_shared::model::{Facts, Hardware, Outcome};

use super::parse::{form, is_virtual, written};
use crate::host::Host;
use crate::host::windows::{Windows, WmiObject, WmiValue};

const NAMESPACE: &str = r"root\cimv2";

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => return Outcome::Failed { reason: error.to_string() },
    };
    let mut flaws = Vec::new();
    let mut first = |class: &str| first(windows, class, &mut flaws);
    let (system, firmware, enclosure, processor) =
        (first("Win32_ComputerSystem"), first("Win32_BIOS"), first("Win32_SystemEnclosure"), first("Win32_Processor"));
    let battery = windows.wmi(NAMESPACE, "SELECT * FROM Win32_Battery").ok().map(|found| !found.is_empty());
    let (manufacturer, model) = (text(&system, "Manufacturer"), text(&system, "Model"));
    let form = if is_virtual(&manufacturer, &model) { "virtual machine" } else { form(chassis(&enclosure)) };
    let facts = Facts::Hardware(Hardware {
        form: form.to_owned(),
        serial: text(&firmware, "SerialNumber"),
        asset_tag: text(&enclosure, "SMBIOSAssetTag"),
        firmware: text(&firmware, "SMBIOSBIOSVersion"),
        processor: text(&processor, "Name"),
        manufacturer,
        model,
        battery,
    });
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// The first object of a class; an empty one, and a flaw, when WMI does not answer.
fn first(windows: &dyn Windows, class: &str, flaws: &mut Vec<String>) -> WmiObject {
    match windows.wmi(NAMESPACE, &format!("SELECT * FROM {class}")) {
        Ok(objects) => objects.into_iter().next().unwrap_or_default(),
        Err(error) => {
            flaws.push(format!("{class}: {error}"));
            WmiObject::new()
        }
    }
}

fn text(object: &WmiObject, name: &str) -> String {
    object.get(name).and_then(WmiValue::text).map(written).unwrap_or_default()
}

fn chassis(enclosure: &WmiObject) -> i64 {
    match enclosure.get("ChassisTypes") {
        Some(WmiValue::List(types)) => types.first().and_then(WmiValue::number).unwrap_or_default(),
        Some(other) => other.number().unwrap_or_default(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome};

    use super::{NAMESPACE, WmiObject, WmiValue, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    fn object(values: &[(&str, &str)]) -> WmiObject {
        values.iter().map(|(name, value)| ((*name).to_owned(), WmiValue::Text((*value).to_owned()))).collect()
    }

    #[test]
    fn reads_the_makers_words_and_leaves_placeholders_out() {
        let mut enclosure = object(&[("SMBIOSAssetTag", "No Asset Tag")]);
        enclosure.insert("ChassisTypes".into(), WmiValue::List(vec![WmiValue::Number(10)]));
        let machine = Sample::of(System::Windows)
            .wmi(
                NAMESPACE,
                "SELECT * FROM Win32_ComputerSystem",
                vec![object(&[("Manufacturer", "HP"), ("Model", "ProBook 450 G9")])],
            )
            .wmi(NAMESPACE, "SELECT * FROM Win32_BIOS", vec![object(&[("SerialNumber", "XX0000004")])])
            .wmi(NAMESPACE, "SELECT * FROM Win32_SystemEnclosure", vec![enclosure])
            .wmi(NAMESPACE, "SELECT * FROM Win32_Processor", vec![object(&[("Name", "Example CPU")])])
            .wmi(NAMESPACE, "SELECT * FROM Win32_Battery", vec![WmiObject::new()]);
        let outcome = ask(&machine);
        let Outcome::Complete(Facts::Hardware(hardware)) = outcome else { panic!("complete, not {outcome:?}") };
        assert_eq!((hardware.model.as_str(), hardware.serial.as_str()), ("ProBook 450 G9", "XX0000004"));
        assert_eq!((hardware.form.as_str(), hardware.asset_tag.as_str()), ("laptop", ""));
        assert_eq!(hardware.battery, Some(true));
    }

    #[test]
    fn without_wmi_nothing_is_claimed() {
        let outcome = ask(&Sample::of(System::Windows));
        let Outcome::Partial { facts: Facts::Hardware(hardware), reason } = outcome else { panic!("partial") };
        assert_eq!((hardware.serial.as_str(), hardware.battery), ("", None));
        assert!(reason.contains("Win32_BIOS"));
    }
}
