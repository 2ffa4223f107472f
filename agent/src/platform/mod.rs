//! The one place that knows which operating system this is.

mod cost;
mod facts;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(all(target_os = "linux", test))]
pub mod macos;
mod memory;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod other;
mod priority;
#[cfg(any(windows, test))]
mod raw;
pub mod service;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

pub use cost::{own_cost, own_processor_time};
#[cfg(target_os = "linux")]
pub use linux::{Machine, boot_id, state_dir};
#[cfg(target_os = "macos")]
pub use macos::{Machine, boot_id, state_dir};
pub use memory::give_back_memory;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub use other::{Machine, boot_id, lower_priority, state_dir};
pub use priority::{be_first_to_go, give_way};
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use unix::lower_priority;

#[cfg(windows)]
pub use self::windows::{Machine, boot_id, confine_this_process, lower_priority, real_file, state_dir};
use crate::host::{Host, System};

/// Has a program started without a window of its own, where a service would otherwise give it one.
pub fn without_window(command: &mut tokio::process::Command) {
    #[cfg(windows)]
    command.creation_flags(windows::NO_WINDOW);
    #[cfg(not(windows))]
    let _ = command;
}

/// The system that this program was built for.
pub const SYSTEM: System = if cfg!(target_os = "linux") {
    System::Linux
} else if cfg!(windows) {
    System::Windows
} else if cfg!(target_os = "macos") {
    System::MacOs
} else {
    System::Other
};

/// This machine.
#[must_use]
pub fn machine() -> Arc<dyn Host> {
    Arc::new(Machine::at(PathBuf::from("/")))
}
