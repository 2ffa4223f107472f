//! What the firmware tells.

use caretaker_agent::probes::hardware::Hardware as Probe;
use caretaker_shared::model::{Facts, Hardware, Outcome};

use crate::tree::Tree;

fn hardware(outcome: &Outcome) -> &Hardware {
    match outcome.facts() {
        Some(Facts::Hardware(hardware)) => hardware,
        other => panic!("hardware, not {other:?} of {outcome:?}"),
    }
}

#[test]
fn a_laptop_is_known_by_its_tables() {
    let tree = Tree::new();
    for (name, value) in [
        ("sys_vendor", "LENOVO"),
        ("product_name", "ThinkPad L14"),
        ("product_serial", "XX0000004"),
        ("chassis_asset_tag", "No Asset Information"),
        ("chassis_type", "10"),
        ("bios_vendor", "LENOVO"),
        ("bios_version", "R1"),
    ] {
        tree.file(&format!("/sys/class/dmi/id/{name}"), format!("{value}\n"));
    }
    tree.file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Example CPU @ 2.00GHz\n");
    tree.file("/sys/class/power_supply/BAT0/type", "Battery\n");
    tree.file("/sys/class/power_supply/hidpp_battery_0/type", "Battery\n");
    tree.file("/sys/class/power_supply/hidpp_battery_0/scope", "Device\n");
    let outcome = tree.ask(&Probe);
    assert!(matches!(outcome, Outcome::Complete(_)), "{outcome:?}");
    let found = hardware(&outcome);
    assert_eq!(
        (found.model.as_str(), found.serial.as_str(), found.form.as_str()),
        ("ThinkPad L14", "XX0000004", "laptop")
    );
    assert_eq!((found.asset_tag.as_str(), found.firmware.as_str()), ("", "LENOVO R1"));
    assert_eq!((found.processor.as_str(), found.battery), ("Example CPU @ 2.00GHz", Some(true)));
}

#[test]
fn the_battery_of_a_mouse_is_no_battery_of_the_machine() {
    let tree = Tree::new();
    tree.file("/sys/class/dmi/id/sys_vendor", "HP\n");
    tree.file("/sys/class/power_supply/mouse/type", "Battery\n");
    tree.file("/sys/class/power_supply/mouse/scope", "Device\n");
    assert_eq!(hardware(&tree.ask(&Probe)).battery, Some(false));
}

#[test]
fn a_machine_without_tables_says_so() {
    let outcome = Tree::new().ask(&Probe);
    assert!(matches!(&outcome, Outcome::Partial { reason, .. } if reason.contains("/sys/class/dmi/id")), "{outcome:?}");
}
