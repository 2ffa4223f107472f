//! Linux: the tables of the firmware in `/sys/class/dmi/id`, or the device tree where there are none.

use std::path::Path;

use caretaker_shared::model::{Facts, Hardware, Outcome};

use super::parse::{form, is_virtual, written};
use crate::host::block::text;
use crate::host::{Host, if_there};

const DMI: &str = "/sys/class/dmi/id";
const TREE: &str = "/sys/firmware/devicetree/base";
const POWER: &str = "/sys/class/power_supply";
const PROCESSOR: &str = "/proc/cpuinfo";
const PROCESSOR_BYTES: u64 = 4 * 1024 * 1024;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let processor = processor(host);
    let battery = battery(host);
    if if_there(host.status(Path::new(DMI))).is_ok_and(|found| found.is_some()) {
        return by_dmi(host, processor, battery);
    }
    let model = text(host, &Path::new(TREE).join("model"));
    let serial = text(host, &Path::new(TREE).join("serial-number"));
    let nothing = model.is_empty() && serial.is_empty();
    let facts = Hardware { model, serial, processor, battery, ..Hardware::default() };
    if nothing {
        let reason = format!("the firmware of this machine has no inventory: neither {DMI} nor {TREE}");
        return Outcome::Partial { facts: Facts::Hardware(facts), reason };
    }
    Outcome::Complete(Facts::Hardware(facts))
}

fn by_dmi(host: &dyn Host, processor: String, battery: Option<bool>) -> Outcome {
    let told = |name: &str| written(&text(host, &Path::new(DMI).join(name)));
    let (manufacturer, model) = (told("sys_vendor"), told("product_name"));
    let form = if is_virtual(&manufacturer, &model) {
        "virtual machine"
    } else {
        form(told("chassis_type").parse().unwrap_or_default())
    };
    let facts = Facts::Hardware(Hardware {
        form: form.to_owned(),
        serial: told("product_serial"),
        asset_tag: told("chassis_asset_tag"),
        firmware: format!("{} {}", told("bios_vendor"), told("bios_version")).trim().to_owned(),
        manufacturer,
        model,
        processor,
        battery,
    });
    // Serial numbers are for the administrator's eyes: a file that may not be read is not one that is empty.
    match if_there(host.read(&Path::new(DMI).join("product_serial"), 4096)) {
        Ok(_) => Outcome::Complete(facts),
        Err(error) => Outcome::Partial { facts, reason: format!("{DMI}/product_serial: {}", error.kind()) },
    }
}

/// "model name" on most machines; "Hardware" and "Model" on small ones.
fn processor(host: &dyn Host) -> String {
    let bytes = host.read(Path::new(PROCESSOR), PROCESSOR_BYTES).unwrap_or_default();
    let told = String::from_utf8_lossy(&bytes);
    let value =
        |wanted: &str| told.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == wanted);
    let found = ["model name", "Hardware", "Model"].into_iter().find_map(value);
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// Batteries of mice and keyboards are no battery of the machine: their scope is "Device".
fn battery(host: &dyn Host) -> Option<bool> {
    let names = if_there(host.list(Path::new(POWER))).ok()?.unwrap_or_default();
    let is_own = |name: &String| {
        let folder = Path::new(POWER).join(name);
        text(host, &folder.join("type")) == "Battery" && text(host, &folder.join("scope")) != "Device"
    };
    Some(names.iter().any(is_own))
}
