//! Proves the audit chain once after the start, beside the service: a long chain must not hold up any device.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::store::{AuditChain, Store};

/// What the check found; empty while it runs.
pub type Found = Arc<OnceLock<AuditStanding>>;

/// What is known of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditStanding {
    /// It was read to its end, or to the row at which it breaks.
    Proven(AuditChain),
    /// It could not be read.
    Unread,
}

/// Proves the chain, and leaves what it found in `found`.
pub async fn run(store: Store, found: Found, stop: CancellationToken) {
    let proof = tokio::select! {
        () = stop.cancelled() => return,
        proof = store.verify_audit() => proof,
    };
    let standing = match proof {
        Ok(chain) => {
            match chain {
                AuditChain::Whole { rows } => tracing::info!(rows, "the audit chain is whole"),
                AuditChain::Broken { row } => tracing::error!(
                    row,
                    "the audit chain is broken: this row was changed, removed or put in past the collector; \
                     compare with a backup"
                ),
            }
            AuditStanding::Proven(chain)
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the audit chain could not be read");
            AuditStanding::Unread
        }
    };
    // Only this task sets it.
    let _ = found.set(standing);
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::{AuditStanding, Found, run};
    use crate::rules::sample;
    use crate::store::{AuditChain, sample::store};

    #[tokio::test]
    async fn a_row_that_was_changed_past_the_collector_is_named() {
        let sample = store().await;
        for actor in ["root on this machine", "staff.two on this machine"] {
            let toml = format!("# by {actor}");
            sample.store.apply_policy("Main", &toml, actor, sample::now()).await.expect("applies");
        }
        let whole = Found::default();
        run(sample.store.clone(), whole.clone(), CancellationToken::new()).await;
        assert_eq!(whole.get(), Some(&AuditStanding::Proven(AuditChain::Whole { rows: 2 })));

        sample.write(|tx| tx.execute("UPDATE audit SET actor = 'nobody' WHERE n = 2", [])).await;
        let broken = Found::default();
        run(sample.store.clone(), broken.clone(), CancellationToken::new()).await;
        assert_eq!(broken.get(), Some(&AuditStanding::Proven(AuditChain::Broken { row: 2 })));
    }
}
