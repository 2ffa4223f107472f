//! The rights that the child gives up before it reads a byte. The one file here that asks which system this is.
//!
//! Invariant: when [`confine`] succeeds on Linux, the process holds no capability, opens no further file, writes none,
//! gains no right by starting a program, and ends when it uses too much memory or time. On Windows it holds a part of
//! this (platform/windows/confinement.rs); what a system offers no call for is left out there.

use std::io;
use std::process::ExitStatus;

/// Gives up every right that reading from and writing to open pipes does not need.
///
/// # Errors
/// When a right could not be given up: nothing may be read then.
pub(super) fn confine() -> io::Result<()> {
    imp::confine()
}

/// Whether a child was ended because it took too much processor time. Windows does not say why it ended one.
pub(super) fn is_out_of_time(status: ExitStatus) -> bool {
    limits::is_out_of_time(status)
}

#[cfg(target_os = "linux")]
mod imp {
    use std::io;

    use rustix::process::{DumpableBehavior, Gid, Resource, Uid, geteuid, set_dumpable_behavior};
    use rustix::thread::{
        CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, set_capabilities, set_no_new_privs,
        set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    };

    /// "nobody" and "nogroup": the kernel's overflow ids, the same on every distribution.
    const NOBODY: u32 = 65_534;
    const MEMORY_BYTES: u64 = 256 * 1024 * 1024;
    const FIRST_TO_GO: &str = "1000";

    #[expect(clippy::disallowed_methods, reason = "the file is the kernel's: it is never new and never torn")]
    pub(super) fn confine() -> io::Result<()> {
        // The child shares the service's allowance of memory: when that runs out, the child goes and not the agent.
        let _ = std::fs::write("/proc/self/oom_score_adj", FIRST_TO_GO);
        super::limits::set()?;
        super::limits::limit(Resource::As, MEMORY_BYTES)?;
        set_no_new_privs(true)?;
        give_up_account()?;
        // Last, because a change of account sets it anew.
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
        Ok(())
    }

    /// Becomes nobody where that is allowed. A service unit may have taken the right to change accounts away from root;
    /// then it is enough that every capability goes, and an error when one stays.
    fn give_up_account() -> io::Result<()> {
        if geteuid().is_root() {
            let _ = become_nobody();
        }
        if !has_capabilities()? {
            return Ok(());
        }
        let _ = clear_ambient_capability_set();
        let none = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?;
        if has_capabilities()? {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        Ok(())
    }

    fn become_nobody() -> rustix::io::Result<()> {
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        set_thread_groups(&[])?;
        set_thread_res_gid(group, group, group)?;
        set_thread_res_uid(user, user, user)
    }

    fn has_capabilities() -> io::Result<bool> {
        let held = capabilities(None)?;
        Ok(!(held.effective.is_empty() && held.permitted.is_empty()))
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod imp {
    use std::io;

    pub(super) fn confine() -> io::Result<()> {
        super::limits::set()
    }
}

#[cfg(windows)]
mod imp {
    pub(super) use crate::platform::confine_this_process as confine;
}

#[cfg(windows)]
mod limits {
    pub(super) fn is_out_of_time(_: std::process::ExitStatus) -> bool {
        false
    }
}

#[cfg(unix)]
mod limits {
    use std::io;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use rustix::process::{Resource, Rlimit, Signal, setrlimit};

    /// Next to none takes a tenth of it. One second later the kernel does not ask any more.
    const PROCESSOR_SECONDS: u64 = 2;
    /// Input, output and errors: numbers 0 to 2 are taken, so nothing more can be opened.
    const OPEN_FILES: u64 = 3;

    pub(super) fn set() -> io::Result<()> {
        let (soft, hard) = (Some(PROCESSOR_SECONDS), Some(PROCESSOR_SECONDS + 1));
        setrlimit(Resource::Cpu, Rlimit { current: soft, maximum: hard })?;
        limit(Resource::Nofile, OPEN_FILES)?;
        limit(Resource::Fsize, 0)?;
        limit(Resource::Core, 0)
    }

    pub(super) fn is_out_of_time(status: ExitStatus) -> bool {
        status.signal() == Some(Signal::XCPU.as_raw())
    }

    pub(super) fn limit(resource: Resource, most: u64) -> io::Result<()> {
        Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
    }
}
