//! macOS: `system_profiler -json SPHardwareDataType`.

use caretaker_shared::model::{Facts, Hardware, Outcome};
use serde_json::Value;

use crate::host::Host;
use crate::host::program::Program;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let path = Program::MAC_HARDWARE.path();
    match host.run(&Program::MAC_HARDWARE) {
        Ok(written) => match hardware(&written.out) {
            Some(hardware) => Outcome::Complete(Facts::Hardware(hardware)),
            None => Outcome::Failed { reason: format!("{path} wrote no inventory") },
        },
        Err(error) => Outcome::Failed { reason: format!("{path}: {error}") },
    }
}

fn hardware(told: &str) -> Option<Hardware> {
    let told: Value = serde_json::from_str(told).ok()?;
    let machine = told.get("SPHardwareDataType")?.get(0)?;
    let text = |name: &str| machine.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = text("machine_name");
    let laptop = name.contains("MacBook");
    let processor = [text("chip_type"), text("cpu_type")].into_iter().find(|name| !name.is_empty());
    Some(Hardware {
        manufacturer: "Apple".into(),
        model: format!("{name} {}", text("machine_model")).trim().to_owned(),
        serial: text("serial_number"),
        asset_tag: String::new(),
        form: if laptop { "laptop".into() } else { "desktop".into() },
        firmware: text("boot_rom_version"),
        processor: processor.unwrap_or_default(),
        battery: Some(laptop),
    })
}

#[cfg(test)]
mod tests {
    use super::hardware;

    #[test]
    fn reads_the_profile_of_a_mac() {
        let told = r#"{"SPHardwareDataType":[{"_name":"hardware_overview","machine_name":"MacBook Air",
            "machine_model":"Mac14,2","serial_number":"XX0000004","chip_type":"Apple M2",
            "boot_rom_version":"10151.1.1"}]}"#;
        let hardware = hardware(told).expect("an inventory");
        assert_eq!((hardware.model.as_str(), hardware.form.as_str()), ("MacBook Air Mac14,2", "laptop"));
        assert_eq!(hardware.processor, "Apple M2");
    }

    #[test]
    fn other_words_are_no_inventory() {
        assert!(super::hardware("{}").is_none());
        assert!(super::hardware("not json").is_none());
    }
}
