//! What `GetSystemPowerStatus` answers.

use std::io;

use crate::host::Power;

const ON_BATTERY: u8 = 0;
const ON_MAINS: u8 = 1;
/// Bit of the battery's flags: there is none.
const NO_BATTERY: u8 = 128;
const UNKNOWN: u8 = 255;

/// What the machine runs on: line status, flags of the battery, how full it is in percent.
///
/// # Errors
/// When the system does not know.
pub(in crate::platform) fn power(line: u8, flags: u8, percent: u8) -> io::Result<Power> {
    let no_battery = flags != UNKNOWN && flags & NO_BATTERY != 0;
    let on_battery = match line {
        ON_BATTERY => true,
        ON_MAINS => false,
        _ if no_battery => false,
        _ => return Err(io::Error::new(io::ErrorKind::Unsupported, "the system does not know what it runs on")),
    };
    let percent = Some(percent).filter(|percent| *percent <= 100 && !no_battery);
    Ok(Power { on_battery: on_battery && !no_battery, percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn battery_mains_and_neither_known() {
        assert_eq!(power(0, 4, 17).ok(), Some(Power { on_battery: true, percent: Some(17) }));
        assert_eq!(power(1, 8, 80).ok(), Some(Power { on_battery: false, percent: Some(80) }));
        assert_eq!(power(1, 128, 255).ok(), Some(Power { on_battery: false, percent: None }), "a desktop computer");
        assert_eq!(power(255, 128, 255).ok(), Some(Power { on_battery: false, percent: None }));
        assert_eq!(power(255, 255, 255).err().map(|error| error.kind()), Some(io::ErrorKind::Unsupported));
        assert_eq!(power(0, 255, 255).ok(), Some(Power { on_battery: true, percent: None }));
    }
}
