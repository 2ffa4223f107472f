//! What the agent tells the system's service manager about itself. Where there is none, nothing is told.

use std::time::Duration;

/// A moment in the life of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Everything that belongs to it runs.
    Ready,
    /// It is still alive.
    Alive,
    /// It was asked to stop, and is about to.
    Stopping,
}

/// Tells the service manager. One that does not listen is no failure of the agent.
#[cfg(target_os = "linux")]
pub fn tell(moment: Moment) {
    use sd_notify::NotifyState;
    let state = match moment {
        Moment::Ready => NotifyState::Ready,
        Moment::Alive => NotifyState::Watchdog,
        Moment::Stopping => NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(reason = %error, "the service manager was not told");
    }
}

/// How often the service manager wants to hear that the agent is alive; `None` when it does not.
#[cfg(target_os = "linux")]
#[must_use]
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

/// Tells nobody: this system's service manager is not spoken to.
#[cfg(not(target_os = "linux"))]
pub fn tell(_moment: Moment) {}

/// Nobody asks.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn watchdog() -> Option<Duration> {
    None
}
