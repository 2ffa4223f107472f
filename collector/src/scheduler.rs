//! What happens because time passes: findings that age without a new reading are judged again.
//!
//! After the start everything is judged once: the rules may be newer than the readings, and the collector may have ended
//! between a new policy and what follows from it.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// How often aging findings are judged again.
const REJUDGE_EVERY: Duration = Duration::from_secs(10 * 60);
/// Longest pause between two looks at the clock: a pause does not count the time that the machine slept.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is to be done at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The work is due.
    Now,
    /// Nothing for so long.
    In(Duration),
}

/// What is due at `steady`, when the work was last done at `last`. It is due at once when it never was.
fn next(last: Option<Duration>, steady: Duration) -> Next {
    let Some(last) = last else {
        return Next::Now;
    };
    match (last + REJUDGE_EVERY).checked_sub(steady) {
        None | Some(Duration::ZERO) => Next::Now,
        Some(left) => Next::In(left),
    }
}

/// Does what is due until `stop`.
pub async fn run(store: Store, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut last = None;
    loop {
        match next(last, clock.steady()) {
            Next::Now => {
                // What is left undone is done after the next start.
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = rejudge(&store, clock.as_ref(), last.is_none()) => {}
                }
                last = Some(clock.steady());
            }
            Next::In(left) => tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(left.min(LONGEST_PAUSE)) => {}
            },
        }
    }
}

async fn rejudge(store: &Store, clock: &dyn Clock, everything: bool) {
    let now = clock.now();
    match store.queue_weekly_reports(now).await {
        Ok(0) => {}
        Ok(queued) => tracing::info!(queued, "the weekly reports are on their way"),
        Err(error) => tracing::error!(%error, "the weekly reports could not be queued; they are tried again"),
    }
    let judged = if everything { store.rejudge_all(now).await } else { store.rejudge_aging(now).await };
    match judged {
        Ok(settled) => {
            let crate::store::Settled { opened, updated, closed } = settled;
            tracing::debug!(opened, updated, closed, "aging findings judged again");
        }
        Err(error) => tracing::error!(%error, "aging findings could not be judged; they are tried again"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use caretaker_shared::clock::ManualClock;

    use super::{Next, next, rejudge};
    use crate::rules::sample;

    #[tokio::test]
    async fn what_a_policy_left_unjudged_is_judged_after_the_start() {
        let sample = crate::store::sample::store().await;
        sample
            .write(|tx| {
                tx.execute(
                    "INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at)
                     VALUES (1, ?1, 'failed', 'permission denied', 0, 0)",
                    [caretaker_shared::model::ProbeName::ScreenLock.as_str()],
                )
            })
            .await;
        sample.apply_policy().await;
        let clock = ManualClock::new(sample::now());
        let screen_lock = "SELECT verdict FROM finding WHERE requirement = 'E2'";
        rejudge(&sample.store, &clock, false).await;
        assert!(sample.texts(screen_lock).await.is_empty(), "it does not age");
        rejudge(&sample.store, &clock, true).await;
        assert_eq!(sample.texts(screen_lock).await, ["unknown"]);
    }

    #[test]
    fn work_is_due_at_the_start_and_every_ten_minutes() {
        let at = Duration::from_secs;
        for (last, steady, due) in [
            (None, 5, Next::Now),
            (Some(5), 5, Next::In(at(600))),
            (Some(5), 604, Next::In(at(1))),
            (Some(5), 605, Next::Now),
            (Some(5), 90_000, Next::Now),
        ] {
            assert_eq!(next(last.map(at), at(steady)), due, "{last:?} {steady}");
        }
    }
}
