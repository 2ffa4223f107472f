//! Which updates of the operating system were applied, and when (B2).

use jiff::Timestamp;
use serde::Serialize;

/// The state of a device's updates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Updates {
    /// The patch level: "22631.4460", "bookworm 12.8".
    pub build: String,
    /// When the last update that mends a fault of security was installed; `None` when that cannot be told.
    pub last_security_at: Option<Timestamp>,
    /// When the device last asked whether there are updates.
    pub last_checked_at: Option<Timestamp>,
    /// Whether an update waits for a restart.
    pub restart_pending: Option<bool>,
    /// What was applied, newest first.
    pub history: Vec<InstalledUpdate>,
}

/// One update that was applied, or could not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct InstalledUpdate {
    /// When; `None` where the system gives no date that can be read.
    pub installed_at: Option<Timestamp>,
    /// "KB5046617", "openssl 3.0.15-1~deb12u1".
    pub name: String,
    /// What it is for people; may be empty.
    pub title: String,
    /// Whether it was applied.
    pub succeeded: bool,
    /// Whether it mends a fault of security; `None` when that cannot be told.
    pub security: Option<bool>,
}
