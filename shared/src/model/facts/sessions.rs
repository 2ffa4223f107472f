//! Who is logged in, and whether their screen is locked (D2).

use jiff::Timestamp;
use serde::Serialize;

/// One session of a person. Sessions of services are none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UserSession {
    /// Account name.
    pub user: String,
    /// Where the person sits.
    pub kind: SessionKind,
    /// Whether it is in the foreground; a session that was switched away is still logged in.
    pub active: bool,
    /// Whether its screen is locked; `None` when that cannot be told.
    pub locked: Option<bool>,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// Since when nobody has touched it; `None` when it is in use or that cannot be told.
    pub idle_since: Option<Timestamp>,
}

/// Where the person of a session sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionKind {
    /// At the device.
    Console,
    /// At another computer.
    Remote,
}
