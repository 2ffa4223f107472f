//! The programs that a probe may have run: absolute paths and fixed arguments, and nothing else.

/// One program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Program {
    path: &'static str,
    arguments: &'static [&'static str],
    last: Option<String>,
}

impl Program {
    /// Sessions of the login service, one line each.
    pub const SESSIONS: Self = Self::fixed("/usr/bin/loginctl", &["list-sessions", "--no-legend", "--no-pager"]);
    /// Rules of the packet filter.
    pub const NFTABLES: Self = Self::fixed("/usr/sbin/nft", &["--json", "list", "ruleset"]);
    /// Rules of the older packet filter.
    pub const IPTABLES: Self = Self::fixed("/usr/sbin/iptables", &["--list-rules"]);
    /// Microsoft Defender for Endpoint.
    pub const DEFENDER: Self = Self::fixed("/usr/bin/mdatp", &["health", "--output", "json"]);
    /// Microsoft Defender for Endpoint on macOS.
    pub const DEFENDER_MACOS: Self = Self::fixed("/usr/local/bin/mdatp", &["health", "--output", "json"]);
    /// Bitdefender.
    pub const BITDEFENDER: Self = Self::fixed("/opt/bitdefender-security-tools/bin/bduitool", &["get", "ps"]);
    /// ESET Endpoint Antivirus.
    pub const ESET: Self = Self::fixed("/opt/eset/eea/bin/upd", &["--list-modules"]);
    /// Kaspersky Endpoint Security.
    pub const KASPERSKY: Self = Self::fixed("/usr/bin/kesl-control", &["--app-info"]);
    /// SentinelOne.
    pub const SENTINELONE: Self = Self::fixed("/opt/sentinelone/bin/sentinelctl", &["control", "status"]);
    /// FileVault.
    pub const FILEVAULT: Self = Self::fixed("/usr/bin/fdesetup", &["status"]);
    /// Power settings of macOS.
    pub const PMSET: Self = Self::fixed("/usr/bin/pmset", &["-g", "custom"]);
    /// What a Mac runs on.
    pub const MAC_POWER: Self = Self::fixed("/usr/bin/pmset", &["-g", "batt"]);
    /// The name of this boot of a Mac.
    pub const MAC_BOOT: Self = Self::fixed("/usr/sbin/sysctl", &["-n", "kern.bootsessionuuid"]);
    /// Gatekeeper.
    pub const GATEKEEPER: Self = Self::fixed("/usr/sbin/spctl", &["--status"]);
    /// XProtect.
    pub const XPROTECT: Self = Self::fixed("/usr/bin/xprotect", &["status"]);
    /// Firewall of macOS.
    pub const MACOS_FIREWALL: Self =
        Self::fixed("/usr/libexec/ApplicationFirewall/socketfilterfw", &["--getglobalstate"]);
    /// Password policy of macOS.
    pub const PASSWORD_POLICY: Self = Self::fixed("/usr/bin/pwpolicy", &["-getaccountpolicies"]);
    /// Hardware of a Mac.
    pub const MAC_HARDWARE: Self = Self::fixed("/usr/sbin/system_profiler", &["-json", "SPHardwareDataType"]);
    /// Proxies of macOS.
    pub const MAC_PROXY: Self = Self::fixed("/usr/sbin/scutil", &["--proxy"]);
    /// Private networks of macOS.
    pub const MAC_TUNNELS: Self = Self::fixed("/usr/sbin/scutil", &["--nc", "list"]);

    const fn fixed(path: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { path, arguments, last: None }
    }

    /// One session of the login service, as `Name=value` lines. `None` for what cannot be the id of a session.
    #[must_use]
    pub fn session(id: &str) -> Option<Self> {
        let plain = !id.is_empty() && id.len() <= 32 && id.chars().all(|letter| letter.is_ascii_alphanumeric());
        plain.then(|| Self {
            path: "/usr/bin/loginctl",
            arguments: &["show-session", "--no-pager"],
            last: Some(id.to_owned()),
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// What it is started with.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().copied().chain(self.last.as_deref())
    }
}

/// What a program wrote, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, at most 1 MiB; bytes that are not UTF-8 are replaced.
    pub out: String,
}
