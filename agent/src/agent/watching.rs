//! Gives the document watcher its settings: the policy, with the homes of the accounts that exist now.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::Clock;
use caretaker_shared::secret::Secret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::{self, InForce};
use crate::documents::{self, DocumentSettings};
use crate::host::Host;
use crate::spool::Spool;

/// How often the accounts are looked at again: a new pupil's home counts from then on.
const ACCOUNTS: Duration = Duration::from_secs(10 * 60);

/// Watches documents as the policy says until `stop`.
pub(super) async fn run(
    mut policy: watch::Receiver<InForce>,
    host: Arc<dyn Host>,
    spool: Arc<Spool>,
    key: Secret<[u8; 32]>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let in_force = policy.borrow_and_update().clone();
    let first = settings(&in_force, host.clone()).await.unwrap_or_default();
    let (newest, seen) = watch::channel(first);
    let watching = async {
        if let Err(error) = documents::watch(seen, spool, key, clock, stop.clone()).await {
            tracing::error!(reason = format!("{error:#}"), "documents are not watched");
        }
    };
    let following = async {
        loop {
            tokio::select! {
                changed = policy.changed() => if changed.is_err() {
                    return stop.cancelled().await;
                },
                () = tokio::time::sleep(ACCOUNTS) => {}
                () = stop.cancelled() => return,
            }
            let policy = policy.borrow_and_update().clone();
            if let Some(settings) = settings(&policy, host.clone()).await {
                newest.send_if_modified(|before| {
                    let changed = *before != settings;
                    *before = settings;
                    changed
                });
            }
        }
    };
    tokio::join!(watching, following);
}

/// The settings now; `None`, and so no change, when the accounts cannot be listed.
async fn settings(policy: &InForce, host: Arc<dyn Host>) -> Option<DocumentSettings> {
    let policy = policy.clone();
    let settings = tokio::task::spawn_blocking(move || {
        host.accounts().map(|accounts| config::documents(policy.as_deref(), &accounts))
    });
    match settings.await.ok()? {
        Ok(settings) => Some(settings),
        Err(error) => {
            tracing::warn!(reason = %error, "the accounts cannot be listed; document folders stay as they are");
            None
        }
    }
}
