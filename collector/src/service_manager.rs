//! What systemd hears of a collector that it started: ready, alive, stopping. Elsewhere nobody listens.

use crate::store::Store;
use tokio_util::sync::CancellationToken;

/// Says that devices can connect.
pub(crate) fn ready() {
    imp::say(imp::Word::Ready);
}

/// Says that the end has begun.
pub(crate) fn stopping() {
    imp::say(imp::Word::Stopping);
}

/// Says that the collector is alive as long as its database answers, as often as systemd asks to hear it.
pub(crate) async fn watchdog(store: Store, stop: CancellationToken) {
    let Some(deadline) = imp::watchdog() else { return };
    loop {
        if store.answers().await.is_ok() {
            imp::say(imp::Word::Alive);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(deadline / 3) => {}
        }
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use std::time::Duration;

    use sd_notify::NotifyState;

    pub(super) enum Word {
        Ready,
        Alive,
        Stopping,
    }

    pub(super) fn say(word: Word) {
        let state = match word {
            Word::Ready => NotifyState::Ready,
            Word::Alive => NotifyState::Watchdog,
            Word::Stopping => NotifyState::Stopping,
        };
        // Without systemd there is nobody to hear it.
        let _ = sd_notify::notify(&[state]);
    }

    pub(super) fn watchdog() -> Option<Duration> {
        sd_notify::watchdog_enabled()
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::time::Duration;

    pub(super) enum Word {
        Ready,
        Alive,
        Stopping,
    }

    pub(super) fn say(_: Word) {}

    pub(super) fn watchdog() -> Option<Duration> {
        None
    }
}
