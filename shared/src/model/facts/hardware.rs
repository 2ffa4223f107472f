//! What the machine is made of, for the register of equipment (B3).

use serde::Serialize;

/// What its maker wrote into it. Placeholders that makers leave ("To be filled by O.E.M.") are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Hardware {
    /// "HP".
    pub manufacturer: String,
    /// "ProDesk 400 G6".
    pub model: String,
    /// Serial number; empty where there is none.
    pub serial: String,
    /// What the school wrote into it; empty where it did not.
    pub asset_tag: String,
    /// "desktop", "laptop", "tablet", "server", "virtual machine"; empty when not known.
    pub form: String,
    /// Version of its firmware.
    pub firmware: String,
    /// Its processor, as the maker calls it.
    pub processor: String,
    /// Whether it has a battery; `None` when that cannot be told.
    pub battery: Option<bool>,
}
