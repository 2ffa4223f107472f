//! Media that can be taken out, while they are in (A8, E4).

use serde::Serialize;

use super::encryption::Protection;

/// One removable medium that is mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RemovableMedium {
    /// Where people see it: "/media/pupil.one/STICK", "E:".
    pub mount: String,
    /// Who made it and what it is, as it says: "Example Flash".
    pub name: String,
    /// Its serial number; empty where it has none of its own.
    pub serial: String,
    /// How it is connected: "usb", "sd", "thunderbolt".
    pub bus: String,
    /// "vfat", "NTFS".
    pub file_system: String,
    /// Its size.
    pub size_bytes: u64,
    /// Whether its content is protected.
    pub protection: Protection,
}
