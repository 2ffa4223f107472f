//! What keeps callers from outside away.

use serde::Serialize;

/// What a firewall does for one kind of network, or for all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FirewallProfile {
    /// "domain", "private", "public"; "all" where there is no difference.
    pub name: String,
    /// "Windows Defender Firewall", "nftables", "ufw".
    pub product: String,
    /// Whether it filters.
    pub state: FirewallState,
    /// Whether what nobody asked for is turned away.
    pub blocks_inbound: Option<bool>,
    /// The setting that decides, and where it stands.
    pub place: String,
}

/// Whether a firewall filters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirewallState {
    /// It does.
    On,
    /// It does not.
    Off,
    /// It cannot be told, and why.
    Unknown(String),
}
