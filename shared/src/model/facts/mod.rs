//! What probes find out: one file for each subject.

mod accounts;
mod antivirus;
mod encryption;
mod executables;
mod firewall;
mod hardware;
mod host;
mod network;
mod removable;
mod screen_lock;
mod sessions;
mod software;
mod updates;

pub use accounts::{LocalAccount, PasswordEnds, PasswordState};
pub use antivirus::{Antivirus, AntivirusProduct, Detection, Engine, RealTime};
pub use encryption::{Protection, Volume, VolumeRole};
pub use executables::{
    Executable, ExecutableFacts, ExecutableFormat, Executables, MediaFolder, SoftwareClass, VersionInfo,
};
pub use firewall::{FirewallProfile, FirewallState};
pub use hardware::Hardware;
pub use host::HostFacts;
pub use network::{Network, ProxyKind, ProxySetting, Tunnel};
pub use removable::RemovableMedium;
pub use screen_lock::{Idle, LockTimes, ScreenLock};
pub use sessions::{SessionKind, UserSession};
pub use software::{SoftwareTitle, TitleKind};
pub use updates::{InstalledUpdate, Updates};
