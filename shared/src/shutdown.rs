//! The end of a long-running program: one signal, one token, a deadline for those who still work.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Cancels the token it returns when the system asks this process to stop (SIGTERM, SIGINT; Ctrl-C elsewhere).
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn on_signal() -> io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let signal = imp::stop_signal()?;
    let token = stop.clone();
    tokio::spawn(async move {
        signal.await;
        tracing::info!("asked to stop");
        token.cancel();
    });
    Ok(stop)
}

/// Waits for all tasks of `tasks`, but not longer than `deadline`; says whether all ended.
pub async fn drain(tasks: &TaskTracker, deadline: Duration) -> bool {
    tasks.close();
    tokio::time::timeout(deadline, tasks.wait()).await.is_ok()
}

#[cfg(unix)]
mod imp {
    use std::io;

    use tokio::signal::unix::{SignalKind, signal};

    pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io;

    pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
        Ok(async {
            // Without a handler the process ends at once on Ctrl-C, which is the stop that was asked for.
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
