//! Settings that lead traffic around the school's filter (E7).

use serde::Serialize;

/// What is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Network {
    /// Proxies, of the machine and of its users.
    pub proxies: Vec<ProxySetting>,
    /// Private networks that are set up.
    pub tunnels: Vec<Tunnel>,
    /// How many names the hosts file sends elsewhere, its usual lines left out.
    pub hosts_entries: u32,
}

/// One proxy setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ProxySetting {
    /// Account name; empty for the machine.
    pub user: String,
    /// How the proxy is chosen.
    pub kind: ProxyKind,
    /// Host and port, or the address of the script, without what stands before an `@`.
    pub target: String,
    /// Where the setting stands.
    pub place: String,
}

/// How a proxy is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyKind {
    /// It is named.
    Manual,
    /// A script chooses.
    Script,
    /// The network is asked.
    Detected,
}

/// One private network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Tunnel {
    /// As it is called on the device.
    pub name: String,
    /// "wireguard", "openvpn", "ikev2", "tap".
    pub kind: String,
    /// Whether it is up; `None` when that cannot be told.
    pub active: Option<bool>,
    /// Where it stands.
    pub place: String,
}
