//! What is done once a day: what is past its time is erased, and a checkpoint of the audit chain is made; once a
//! week the licences are audited.
//!
//! A day is one of the school's place. What was due while the collector was off is done when it starts.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::checkpoint::AuditKey;
use caretaker_shared::clock::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::titles::Moved;
use crate::store::{Store, StoreError};

/// Between two looks at the calendar: the machine may have slept, the clock may have been put right.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

/// What the loop works with.
pub struct Daily {
    /// The collector's memory.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the school is.
    pub zone: TimeZone,
    /// Name of the school.
    pub school: String,
    /// Signs.
    pub key: Arc<AuditKey>,
    /// Told when mail waits to go out.
    pub mail_waits: Arc<Notify>,
}

impl Daily {
    /// Does what is due until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            self.turn().await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Does what is due now.
    async fn turn(&self) {
        // The count of what was erased is in the day's checkpoint.
        if let Err(error) = self.purge().await {
            tracing::error!(error = &error as &dyn std::error::Error, "nothing was erased; it is tried again");
        }
        if let Err(error) = self.checkpoint().await {
            tracing::error!(error = &error as &dyn std::error::Error, "no checkpoint was made; it is tried again");
        }
        if let Err(error) = self.titles().await {
            tracing::error!(error = &error as &dyn std::error::Error, "titles are not in line; it is tried again");
            // An audit is kept for ever: it waits until it can count what is there.
            return;
        }
        match self.store.run_weekly_licence_audit(self.zone.clone(), self.clock.now()).await {
            Ok(None) => {}
            Ok(Some(row)) => {
                self.mail_waits.notify_one();
                tracing::info!(audit = row.id, "the licence audit of the week was made");
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the licence audit of the week was not made; it is tried again");
            }
        }
    }

    async fn purge(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if !due(self.store.last_purge_at().await?, now, &self.zone) {
            return Ok(());
        }
        let purged = self.store.purge(self.key.clone(), now).await?;
        tracing::info!(erased = purged.total(), months = purged.months.len(), "what is past its time was erased");
        Ok(())
    }

    /// Brings what is stored in line with a catalogue that came with another version, or that a replay was broken off of.
    async fn titles(&self) -> Result<(), StoreError> {
        if !self.store.titles_are_current().await? {
            let replayed = self.store.replay_titles(self.clock.now()).await?;
            let Moved { came, went, changed } = replayed.moved;
            tracing::info!(devices = replayed.devices, came, went, changed, "titles are in line with the catalogue");
        }
        Ok(())
    }

    async fn checkpoint(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if !due(self.store.last_checkpoint_at().await?, now, &self.zone) {
            return Ok(());
        }
        if let Some(signed) = self.store.make_checkpoint(self.key.clone(), self.school.clone(), now).await? {
            self.mail_waits.notify_one();
            tracing::info!(row = signed.checkpoint().row, "a checkpoint of the audit chain was made");
        }
        Ok(())
    }
}

/// Whether something that is done once a day, and was done at `last`, is due. A clock that ran ahead and was put right
/// since does not hold it up.
fn due(last: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> bool {
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    last.is_none_or(|last| day(last) != day(now))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caretaker_shared::checkpoint::AuditKey;
    use caretaker_shared::clock::ManualClock;
    use jiff::tz::TimeZone;

    use super::{Daily, due};
    use crate::rules::sample;
    use crate::store::Store;

    #[test]
    fn once_on_each_day_of_the_school() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let at = |time: &str| time.parse().expect("a time");
        for (last, now, is_due) in [
            (None, "2026-11-22T12:00:00Z", true),
            (Some("2026-11-22T00:10:00Z"), "2026-11-22T22:50:00Z", false),
            (Some("2026-11-22T00:10:00Z"), "2026-11-22T23:10:00Z", true),
            (Some("2026-12-24T12:00:00Z"), "2026-11-22T12:00:00Z", true),
        ] {
            assert_eq!(due(last.map(at), at(now), &zone), is_due, "{last:?} {now}");
        }
    }

    /// What is done once a day by a school under the sample policy, and its clock.
    fn daily(store: &Store) -> (Daily, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(sample::now()));
        let key = Arc::new(AuditKey::generate().0);
        let daily = Daily {
            store: store.clone(),
            clock: clock.clone(),
            zone: TimeZone::UTC,
            school: "Northfield School".into(),
            key,
            mail_waits: Arc::default(),
        };
        (daily, clock)
    }

    #[tokio::test]
    async fn the_audit_of_the_week_waits_until_titles_are_in_line() {
        let sample = crate::store::sample::store().await;
        sample.apply_policy().await;
        let (daily, _) = daily(&sample.store);
        // The policy was applied in 1970: the audit is due. The last step of the replay fails, as on a full disk.
        let broken = "CREATE TRIGGER full BEFORE INSERT ON catalogue_state BEGIN SELECT RAISE(FAIL, 'full'); END";
        sample.write(move |tx| tx.execute_batch(broken)).await;
        daily.turn().await;
        let audits = "SELECT asked_by FROM licence_audit";
        assert_eq!(sample.texts(audits).await, [""; 0], "half of the titles are not in line");
        sample.write(|tx| tx.execute_batch("DROP TRIGGER full")).await;
        daily.turn().await;
        assert_eq!(sample.texts(audits).await, ["weekly"]);
    }

    #[tokio::test]
    async fn a_checkpoint_is_made_a_day_and_is_itself_written_down() {
        let sample = crate::store::sample::store().await;
        sample.store.apply_policy("Main", "# one", "root on this machine", sample::now()).await.expect("applies");
        let (daily, clock) = daily(&sample.store);
        daily.turn().await;
        daily.turn().await;
        sample.apply_policy().await;
        clock.advance(std::time::Duration::from_secs(86_400));
        daily.turn().await;
        let made = sample.texts("SELECT subject FROM audit WHERE action = 'audit.checkpoint' ORDER BY n").await;
        assert_eq!(made, ["row 2", "row 4"], "each after the purge of its day");
        // The second of them goes to the lead, whom the policy names meanwhile.
        assert_eq!(
            sample.texts("SELECT kind || ' ' || address FROM outbox").await,
            ["checkpoint lead@northfield.example"]
        );
    }
}
