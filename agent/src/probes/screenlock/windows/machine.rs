//! What holds for every user of a Windows machine.

use super::value::{Asked, Place, Stated, first};
use crate::host::windows::{Registry, RegistryValue};

const SYSTEM_POLICY: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const WINLOGON: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const DEVICE_LOCK: &str = r"SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock";
const POWER_POLICY: &str = r"SOFTWARE\Policies\Microsoft\Power\PowerSettings";
const SCHEMES: &str = r"SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes";

/// Display, and in it "turn off after".
const DISPLAY: (&str, &str) = ("7516b95f-f776-4464-8c53-06167f40cc99", "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e");
/// No subgroup, and in it "require a password on wakeup".
const CONSOLE_LOCK: (&str, &str) = ("fea3413e-7e05-4911-9a71-700331f1c294", "0e796bdb-100d-47d6-a2d5-f7d2daa51f51");

/// Seconds that Windows gives after a saver has started unless it is told otherwise.
pub(super) const BUILT_IN_GRACE: u32 = 5;
const MOST_LIMIT: u32 = 599_940;
const MOST_GRACE: u32 = 2_147_483;
const MOST_MINUTES: u32 = 999;

/// Settings of the machine.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    /// Seconds; absent and 0 are none.
    pub(super) limit: Asked<u32>,
    /// Seconds.
    pub(super) grace: Asked<u32>,
    /// Minutes; 0 is none.
    pub(super) managed: Asked<u32>,
    /// Seconds on mains; 0 is never.
    pub(super) display: Asked<u32>,
    /// Seconds on battery.
    pub(super) display_on_battery: Asked<u32>,
    /// Whether a password is asked for after sleep, on mains.
    pub(super) asks_on_wake: Asked<u32>,
    /// A line when the device logs in by itself.
    pub(super) logs_in: Option<String>,
}

impl Machine {
    /// Reads them.
    pub(super) fn read(registry: &dyn Registry) -> Self {
        let winlogon = Place::machine(WINLOGON, "machine");
        let device = Place::machine(DEVICE_LOCK, "device management");
        Self {
            limit: Place::machine(SYSTEM_POLICY, "machine policy").number(
                registry,
                "InactivityTimeoutSecs",
                0..=MOST_LIMIT,
            ),
            grace: winlogon.number(registry, "ScreenSaverGracePeriod", 0..=MOST_GRACE),
            managed: device.number(registry, "MaxInactivityTimeDeviceLock", 0..=MOST_MINUTES),
            display: power(registry, DISPLAY, "ACSettingIndex", "VIDEOIDLE on mains"),
            display_on_battery: power(registry, DISPLAY, "DCSettingIndex", "VIDEOIDLE on battery"),
            asks_on_wake: power(registry, CONSOLE_LOCK, "ACSettingIndex", "CONSOLELOCK on mains"),
            logs_in: winlogon
                .number(registry, "AutoAdminLogon", 0..=1)
                .ok()
                .flatten()
                .filter(is_on)
                .map(|stated| format!("the device logs in by itself: {} in {}", stated.setting, stated.place)),
        }
    }

    /// Where the machine's own limit stands.
    pub(super) fn limit_place() -> String {
        Place::machine(SYSTEM_POLICY, "machine policy").shown()
    }
}

fn is_on(stated: &Stated<u32>) -> bool {
    stated.value == 1
}

/// A power setting: the policy's, else that of the active plan. A plan that nobody changed states none of its own.
fn power(registry: &dyn Registry, (group, setting): (&str, &str), name: &str, shown: &str) -> Asked<u32> {
    let mut places = vec![Place::machine(&format!("{POWER_POLICY}\\{setting}"), "power policy")];
    if let Some(RegistryValue::Text(plan)) = Place::machine(SCHEMES, "power plan").raw(registry, "ActivePowerScheme")? {
        let plan = Place::machine(&format!("{SCHEMES}\\{}\\{group}\\{setting}", plan.trim()), "power plan");
        // Anyone who works at the device may change its power plan.
        places.push(Place { users_own: true, ..plan });
    }
    let stated = first(&places, |place| place.number(registry, name, 0..=u32::MAX))?;
    Ok(stated.map(|stated| Stated { setting: format!("{shown} = {}", stated.value), ..stated }))
}
