//! The Security Center of Windows: which products registered with it as what, and the state that they claim.
//!
//! Windows Server has none. What stands there is a claim: a product that was removed badly stays registered.

use std::io;

use crate::host::windows::{Windows, WmiObject, WmiValue};

/// Its place in WMI. `root\SecurityCenter`, without the 2, is that of Windows XP.
pub(super) const NAMESPACE: &str = r"root\SecurityCenter2";
/// Antivirus products.
pub(super) const ANTIVIRUS: &str =
    "SELECT displayName, pathToSignedProductExe, pathToSignedReportingExe, productState FROM AntiVirusProduct";
/// Firewalls of other makers.
pub(super) const FIREWALLS: &str =
    "SELECT displayName, pathToSignedProductExe, pathToSignedReportingExe, productState FROM FirewallProduct";

/// One registered product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    /// As it calls itself.
    pub(super) name: String,
    /// The program that reports for it; may hold variables such as `%ProgramFiles%`. Empty when it names none.
    pub(super) reporting_exe: String,
    /// What it claims; `None` when it claims nothing.
    pub(super) state: Option<ProductState>,
}

/// What a product claims of itself, `productState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProductState {
    /// Whether it is on.
    pub(super) activity: Activity,
    /// Whether it comes with Windows.
    pub(super) microsoft: bool,
    /// Whether its signatures are up to date; `None` when it says something that nobody knows.
    pub(super) up_to_date: Option<bool>,
    /// The number itself, for evidence.
    pub(super) raw: u32,
}

/// Whether a product is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// 0.
    Off,
    /// 1.
    On,
    /// 2: off for a while.
    Snoozed,
    /// 3: its licence has run out. This number contains the bit of 1, so that bits must not be tested.
    Expired,
    /// Any other.
    Unknown,
}

impl ProductState {
    /// Takes the number apart: half a byte each for activity (bits 12 to 15), maker (8 to 11) and signatures (4 to 7).
    pub(super) fn decode(raw: u32) -> Self {
        let nibble = |shift: u32| (raw >> shift) & 0xf;
        Self {
            activity: match nibble(12) {
                0 => Activity::Off,
                1 => Activity::On,
                2 => Activity::Snoozed,
                3 => Activity::Expired,
                _ => Activity::Unknown,
            },
            microsoft: nibble(8) == 1,
            up_to_date: match nibble(4) {
                0 => Some(true),
                1 => Some(false),
                _ => None,
            },
            raw,
        }
    }
}

/// The products that a query lists.
///
/// # Errors
/// As [`Windows::wmi`].
pub(super) fn registered(windows: &dyn Windows, query: &str) -> io::Result<Vec<Registered>> {
    Ok(windows.wmi(NAMESPACE, query)?.iter().map(product).collect())
}

fn product(object: &WmiObject) -> Registered {
    let text = |name: &str| object.get(name).and_then(WmiValue::text).unwrap_or_default().trim().to_owned();
    // WMI hands a uint32 out as a signed number.
    let state = object.get("productState").and_then(WmiValue::number);
    let state = state.and_then(|number| u32::try_from(number & 0xffff_ffff).ok()).map(ProductState::decode);
    let reporting = text("pathToSignedReportingExe");
    let reporting_exe = if reporting.is_empty() { text("pathToSignedProductExe") } else { reporting };
    Registered { name: text("displayName"), reporting_exe, state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_state_apart_by_half_bytes() {
        use Activity::{Expired, Off, On, Snoozed, Unknown};
        for (raw, activity, microsoft, up_to_date) in [
            (397_568, On, true, Some(true)),
            (397_584, On, true, Some(false)),
            (393_472, Off, true, Some(true)),
            (266_240, On, false, Some(true)),
            (262_144, Off, false, Some(true)),
            (0x04_2000, Snoozed, false, Some(true)),
            (0x04_3010, Expired, false, Some(false)),
            (0x04_7000, Unknown, false, Some(true)),
            (0x04_1020, On, false, None),
        ] {
            let state = ProductState::decode(raw);
            let found = (state.activity, state.microsoft, state.up_to_date);
            assert_eq!(found, (activity, microsoft, up_to_date), "{raw}");
        }
    }

    #[test]
    fn case_21_snoozed_and_expired_are_not_on() {
        for raw in [0x06_2100, 0x06_3100] {
            assert_ne!(ProductState::decode(raw).activity, Activity::On);
            assert_eq!(raw & 0x1000 != 0, raw == 0x06_3100, "a test of the bit would take the second for on");
        }
    }
}
