//! Gives way to everything else on the machine, for a child of the service that may take its time.
//!
//! Linux: the idle class for the processor and for the disk, and first in line when memory runs out. Windows: background
//! mode, which lowers the priorities of processor, disk and memory together. macOS: the processor only. Elsewhere nothing
//! is asked for.

use std::io;

/// Runs only when nothing else wants to, in processor and disk.
///
/// # Errors
/// When the system refuses; what it did before stays.
pub fn give_way() -> io::Result<()> {
    imp::give_way()
}

/// When memory runs out, this program goes before the service that started it.
///
/// # Errors
/// When the system refuses.
pub fn be_first_to_go() -> io::Result<()> {
    imp::be_first_to_go()
}

#[cfg(target_os = "linux")]
mod imp {
    use std::io;

    const LOWEST: i32 = 19;
    const FIRST_TO_GO: &str = "1000";
    /// ioprio_set(2): "who" is one process, this one; the class is in the bits above the thirteenth.
    const OF_A_PROCESS: libc::c_long = 1;
    const THIS_ONE: libc::c_long = 0;
    const CLASS_IDLE: libc::c_long = 3 << 13;

    #[expect(unsafe_code, reason = "no safe binding has these two calls; both read numbers only")]
    pub(super) fn give_way() -> io::Result<()> {
        rustix::process::setpriority_process(None, LOWEST)?;
        let none = libc::sched_param { sched_priority: 0 };
        // SAFETY: the structure outlives the call, which only reads it.
        if unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const none) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: takes three numbers and touches no memory of this program.
        if unsafe { libc::syscall(libc::SYS_ioprio_set, OF_A_PROCESS, THIS_ONE, CLASS_IDLE) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the file is the kernel's: it is never new and never torn")]
    pub(super) fn be_first_to_go() -> io::Result<()> {
        std::fs::write("/proc/self/oom_score_adj", FIRST_TO_GO)
    }
}

#[cfg(windows)]
mod imp {
    use std::ffi::c_void;
    use std::io;

    /// PROCESS_MODE_BACKGROUND_BEGIN of SetPriorityClass.
    const BACKGROUND_BEGIN: u32 = 0x0010_0000;

    #[expect(unsafe_code, reason = "no safe binding has these two calls of kernel32")]
    #[link(name = "kernel32")]
    unsafe extern "system" {
        safe fn GetCurrentProcess() -> *mut c_void;
        fn SetPriorityClass(process: *mut c_void, class: u32) -> i32;
    }

    #[expect(unsafe_code, reason = "see above")]
    pub(super) fn give_way() -> io::Result<()> {
        // SAFETY: the handle is the constant that stands for this process; it need not be closed.
        if unsafe { SetPriorityClass(GetCurrentProcess(), BACKGROUND_BEGIN) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    pub(super) fn be_first_to_go() -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "macos")]
mod imp {
    use std::io;

    const LOWEST: i32 = 20;

    pub(super) fn give_way() -> io::Result<()> {
        rustix::process::setpriority_process(None, LOWEST)?;
        Ok(())
    }

    pub(super) fn be_first_to_go() -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod imp {
    use std::io;

    pub(super) fn give_way() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn be_first_to_go() -> io::Result<()> {
        Ok(())
    }
}
