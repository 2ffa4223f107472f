//! The effective screen lock of each user.

use serde::Serialize;

/// The effective lock of one user's session on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScreenLock {
    /// Account name; empty for what holds for anyone without settings of their own.
    pub user: String,
    /// "GNOME", "none".
    pub desktop: String,
    /// Idle time until nothing can be read on the screen.
    pub until_covered: Idle,
    /// Idle time until the password is demanded.
    pub until_password: Idle,
    /// The setting that decides, as "key = value".
    pub setting: String,
    /// The file that it stands in.
    pub place: String,
    /// Whether the user may change it.
    pub user_can_change: bool,
    /// The same on battery, where that differs.
    pub on_battery: Option<LockTimes>,
    /// Every other setting that was weighed, and what is not quite sure: one line each.
    pub weighed: Vec<String>,
}

/// After how long a screen is covered and the password demanded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockTimes {
    /// Idle time until nothing can be read on the screen.
    pub until_covered: Idle,
    /// Idle time until the password is demanded.
    pub until_password: Idle,
}

/// A time of doing nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// So many seconds.
    Seconds(u32),
    /// It never happens.
    Never,
    /// It cannot be told, and why.
    Unknown(String),
}
