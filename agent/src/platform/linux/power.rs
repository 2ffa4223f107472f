//! Mains or battery, from `/sys/class/power_supply`.
//!
//! A battery of a mouse or a headset is listed there too: its `scope` is "Device", and it says nothing about the machine.

use std::io;
use std::path::Path;

use super::Machine;
use crate::host::{Host, Power, if_there};

const SUPPLIES: &str = "/sys/class/power_supply";
const FIELD_BYTES: u64 = 4096;

/// One supply, by the texts of its files; empty where there is none.
#[derive(Debug, Default)]
struct Supply {
    kind: String,
    scope: String,
    online: String,
    status: String,
    capacity: String,
}

/// What the machine runs on. One without a list of supplies runs on mains.
pub(super) fn power(machine: &Machine) -> io::Result<Power> {
    let folder = Path::new(SUPPLIES);
    let mut supplies = Vec::new();
    for name in if_there(machine.list(folder))?.unwrap_or_default() {
        let field = |field: &str| -> io::Result<String> {
            let text = if_there(machine.read(&folder.join(&name).join(field), FIELD_BYTES));
            // A driver that cannot ask its device answers with an I/O error: that value is not known.
            let text = match text {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
                Err(_) => None,
                Ok(text) => text,
            };
            Ok(String::from_utf8_lossy(&text.unwrap_or_default()).trim().to_owned())
        };
        supplies.push(Supply {
            kind: field("type")?,
            scope: field("scope")?,
            online: field("online")?,
            status: field("status")?,
            capacity: field("capacity")?,
        });
    }
    Ok(decide(&supplies))
}

fn decide(supplies: &[Supply]) -> Power {
    let own: Vec<&Supply> = supplies.iter().filter(|supply| supply.scope != "Device").collect();
    let batteries = || own.iter().filter(|supply| supply.kind == "Battery");
    let on_mains = own.iter().any(|supply| matches!(supply.kind.as_str(), "Mains" | "USB") && supply.online == "1");
    let discharging = batteries().any(|battery| battery.status == "Discharging");
    let percent = batteries().filter_map(|battery| battery.capacity.parse::<u8>().ok()).max();
    Power { on_battery: discharging && !on_mains, percent: percent.map(|percent| percent.min(100)) }
}

#[cfg(test)]
mod tests {
    use super::{Supply, decide};
    use crate::host::Power;

    fn mains(online: &str) -> Supply {
        Supply { kind: "Mains".into(), online: online.into(), ..Supply::default() }
    }

    fn battery(status: &str, capacity: &str) -> Supply {
        Supply { kind: "Battery".into(), status: status.into(), capacity: capacity.into(), ..Supply::default() }
    }

    #[test]
    fn a_machine_without_batteries_runs_on_mains() {
        assert_eq!(decide(&[]), Power { on_battery: false, percent: None });
        assert_eq!(decide(&[mains("1")]), Power { on_battery: false, percent: None });
    }

    #[test]
    fn a_discharging_battery_counts_only_without_mains() {
        assert_eq!(decide(&[mains("0"), battery("Discharging", "29")]), Power { on_battery: true, percent: Some(29) });
        assert_eq!(decide(&[mains("1"), battery("Discharging", "29")]), Power { on_battery: false, percent: Some(29) });
        assert_eq!(decide(&[mains("1"), battery("Charging", "29")]), Power { on_battery: false, percent: Some(29) });
    }

    #[test]
    fn the_battery_of_a_mouse_is_not_the_machines() {
        let mouse = Supply { scope: "Device".into(), ..battery("Discharging", "5") };
        assert_eq!(decide(&[mouse]), Power { on_battery: false, percent: None });
    }

    #[test]
    fn a_battery_that_does_not_tell_has_no_percentage() {
        assert_eq!(decide(&[battery("Discharging", "")]), Power { on_battery: true, percent: None });
    }
}
