//! Whether what lies on a volume can be read without its key (B4, A8).

use serde::Serialize;

/// One mounted volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Volume {
    /// Where people see it: "/", "C:"; a volume identifier where it has no letter.
    pub mount: String,
    /// What it is made of: "/dev/mapper/root on /dev/sda3", "ST500 (SATA)".
    pub device: String,
    /// Whether it can be taken out.
    pub removable: bool,
    /// What it is for.
    pub role: VolumeRole,
    /// Whether its content is protected.
    pub protection: Protection,
    /// "LUKS2", "BitLocker XTS-AES 128", "FileVault"; empty when it is not encrypted.
    pub method: String,
    /// How we know, one line.
    pub evidence: String,
}

/// What a volume is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeRole {
    /// The system or people's files.
    Data,
    /// What starts the computer: in the clear on a well-kept machine too.
    Boot,
    /// Memory that was written out.
    Swap,
}

/// Whether the content of a volume is protected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// It is encrypted, and the key is not in the clear.
    On,
    /// It is not encrypted.
    Off,
    /// It is encrypted, but the key lies in the clear for now: a finding, neither "on" nor "off".
    Suspended,
    /// It is being encrypted or decrypted.
    Changing,
    /// It cannot be told, and why.
    Unknown(String),
}
