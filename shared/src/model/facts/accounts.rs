//! Local accounts, their passwords, and who is an administrator (E3, C2).

use jiff::Timestamp;
use serde::Serialize;

/// One account that the device itself keeps, or that has rights of an administrator on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LocalAccount {
    /// Its name; a security identifier where it has none that can be found.
    pub name: String,
    /// Whether it is kept by a directory (Active Directory, Entra ID, LDAP): its password is judged there.
    pub directory: bool,
    /// Whether it is a group whose members are administrators.
    pub group: bool,
    /// Whether anybody can log in with it.
    pub enabled: bool,
    /// Whether it may change everything on the device.
    pub administrator: bool,
    /// Whether it has a password.
    pub password: PasswordState,
    /// When that password was set.
    pub password_set_at: Option<Timestamp>,
    /// After how many days it must be changed.
    pub password_ends: PasswordEnds,
    /// When somebody last logged in with it, where the system knows.
    pub last_login_at: Option<Timestamp>,
}

/// Whether an account has a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordState {
    /// It does.
    Set,
    /// It can be opened without one.
    None,
    /// It may be without one: the system does not insist.
    NotRequired,
    /// No password opens it.
    Locked,
    /// It cannot be told, and why.
    Unknown(String),
}

/// After how long a password must be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordEnds {
    /// After so many days.
    Days(u32),
    /// Never.
    Never,
    /// It cannot be told, and why.
    Unknown(String),
}
