//! Memory that is free and that the allocator holds.

/// Gives it back to the system. After a large reading or a long list has been handled, a service that sleeps for the rest
/// of the hour would otherwise hold for ever what it needed for a moment.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no safe binding has this call of the C library")]
pub fn give_back_memory() {
    // SAFETY: malloc_trim(3) takes a number, may be called by any thread at any time, and frees nothing that is in use.
    unsafe { libc::malloc_trim(0) };
}

/// Does nothing where the allocator gives back by itself, or cannot be asked to.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_memory() {}
