//! What the agent itself costs, every quarter of an hour.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::model::{AgentCost, Payload};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::platform;
use crate::spool::Spool;

const EVERY: Duration = Duration::from_secs(15 * 60);

/// Queues the agent's cost until `stop`.
pub(super) async fn run(spool: Arc<Spool>, stop: CancellationToken) {
    let started = Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        let uptime = started.elapsed();
        let push = move |spool: &Spool| {
            let Some((resident_bytes, processor)) = platform::own_cost() else { return Ok(0) };
            let cost = AgentCost { resident_bytes, processor, spool_bytes: spool.size_on_disk(), uptime };
            spool.push(&Payload::Cost(cost))
        };
        if let Err(error) = spool.run(push).await {
            tracing::error!(reason = %error, "the agent's cost could not be queued");
        }
    }
}
