//! What a computer is.

use jiff::Timestamp;
use serde::Serialize;

/// The machine and its operating system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostFacts {
    /// As people call it; changes, and two machines may share one.
    pub hostname: String,
    /// For people: "Debian GNU/Linux 12 (bookworm)".
    pub os: String,
    /// "linux", "windows", "macos".
    pub platform: String,
    /// Kernel release.
    pub kernel: String,
    /// "x86_64".
    pub architecture: String,
    /// Logical processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// When it was started.
    pub booted_at: Timestamp,
}
