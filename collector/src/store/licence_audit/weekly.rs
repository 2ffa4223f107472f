//! The audit that the calendar asks for: on the first school day of each week.

use caretaker_shared::policy::Calendar;
use jiff::civil::{ISOWeekDate, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rusqlite::{Connection, OptionalExtension as _};

use super::WEEKLY;
use super::rows::AuditRow;
use crate::licences::Measures;
use crate::store::in_force::Policies;
use crate::store::moment::moment;
use crate::store::{Store, StoreError};

impl Store {
    /// Makes the week's audit when it is due: once, also when the collector was off and several are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_weekly_licence_audit(
        &self,
        zone: TimeZone,
        now: Timestamp,
    ) -> Result<Option<AuditRow>, StoreError> {
        let policies = self.policies.clone();
        let Some(measures) = self.read(move |connection| is_due(connection, &policies, now)).await? else {
            return Ok(None);
        };
        self.run_licence_audit(WEEKLY, zone, measures, now).await.map(Some)
    }

    /// By what an audit is made that somebody asks for: the measures of the first site that has a policy.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_measures(&self) -> Result<Measures, StoreError> {
        let policies = self.policies.clone();
        self.read(move |connection| {
            let site = connection
                .prepare_cached("SELECT min(site) FROM policy")?
                .query_row([], |row| row.get::<_, Option<i64>>(0))?;
            let policy = site.map(|site| policies.in_force(connection, site)).transpose()?.flatten();
            Ok(policy.map_or_else(Measures::default, |(_, policy)| Measures::from(&policy.licences)))
        })
        .await
    }
}

/// By what it is made, when it is due by the calendar of a site and the time of its policy. Sites whose weeks begin on different days share one audit, that of the
/// first. A school that has just begun waits for its first week.
fn is_due(connection: &Connection, policies: &Policies, now: Timestamp) -> Result<Option<Measures>, StoreError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(at) FROM licence_audit WHERE asked_by = ?1")?
        .query_row([WEEKLY], |row| row.get(0))
        .optional()?
        .flatten();
    let mut query =
        connection.prepare_cached("SELECT site, min(applied_at) FROM policy GROUP BY site ORDER BY site")?;
    let sites = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<Vec<(i64, i64)>, _>>()?;
    for (site, begun) in sites {
        let Some((_, policy)) = policies.in_force(connection, site)? else { continue };
        if due(&policy.calendar, policy.licences.at, last.map(moment), moment(begun), now) {
            return Ok(Some(Measures::from(&policy.licences)));
        }
    }
    Ok(None)
}

/// Whether it is due by one calendar, when it was made last at `last`, or never since the site has begun.
fn due(calendar: &Calendar, at: Time, last: Option<Timestamp>, begun: Timestamp, now: Timestamp) -> bool {
    let week = |at: Timestamp| {
        let day: Zoned = at.to_zoned(calendar.zone());
        let week = ISOWeekDate::from(day.date());
        (week.year(), week.week())
    };
    match last {
        // A clock that ran ahead and was put right since must not silence it.
        Some(last) if last > now => true,
        Some(last) => week(last) != week(now) && calendar.next_on_first_of_week(last, at) <= now,
        None => calendar.next_on_first_of_week(begun, at) <= now,
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::clock::{Clock as _, ManualClock};
    use caretaker_shared::policy::{Calendar, Days};
    use jiff::Timestamp;
    use jiff::civil::{Time, time};
    use jiff::tz::TimeZone;

    use super::due;
    use crate::store::sample::store;

    const AT: Time = time(6, 0, 0, 0);

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment in RFC 3339")
    }

    #[test]
    fn it_is_due_once_a_week_of_school_and_what_was_missed_is_caught_up_once() {
        let calendar = Calendar {
            time_zone: Some(TimeZone::UTC),
            terms: vec![
                Days::parse("2026-09-02 to 2026-12-18").expect("days"),
                Days::parse("2027-01-05 to 2027-03-26").expect("days"),
            ],
            ..Calendar::default()
        };
        let begun = at("2026-11-18T12:00:00Z");
        for (last, now, is_due) in [
            (None, "2026-11-20T12:00:00Z", false),
            (None, "2026-11-23T05:59:00Z", false),
            (None, "2026-11-23T06:00:00Z", true),
            (Some("2026-11-23T06:00:00Z"), "2026-11-27T12:00:00Z", false),
            (Some("2026-11-23T06:00:00Z"), "2026-11-30T06:00:00Z", true),
            (Some("2026-11-23T06:00:00Z"), "2026-12-09T23:00:00Z", true),
            (Some("2026-12-09T23:00:00Z"), "2026-12-09T23:10:00Z", false),
            (Some("2026-12-09T23:00:00Z"), "2026-12-14T06:10:00Z", true),
            (Some("2026-12-14T06:10:00Z"), "2026-12-30T06:10:00Z", false),
            (Some("2026-12-14T06:10:00Z"), "2027-01-05T06:00:00Z", true),
            (Some("2030-01-01T00:00:00Z"), "2026-12-30T06:10:00Z", true),
        ] {
            assert_eq!(due(&calendar, AT, last.map(at), begun, at(now)), is_due, "{last:?} {now}");
        }
        // A week that begins on a Wednesday elsewhere is the same week.
        let wednesdays =
            Calendar { holidays: vec![Days::parse("2026-11-23 to 2026-11-24").expect("days")], ..calendar };
        assert!(!due(&wednesdays, AT, Some(at("2026-11-23T06:00:00Z")), begun, at("2026-11-25T06:00:00Z")));
    }

    #[tokio::test]
    async fn a_collector_that_was_off_makes_one_audit_and_not_two() {
        let sample = store().await;
        sample.apply_policy().await;
        // The policy was applied in 1970: many weeks were missed.
        let clock = ManualClock::new(at("2026-11-24T09:00:00Z"));
        let run = || sample.store.run_weekly_licence_audit(TimeZone::UTC, clock.now());
        assert_eq!(run().await.expect("audits").map(|row| (row.id, row.week())), Some((1, (2026, 48))));
        assert_eq!(run().await.expect("audits"), None);
        clock.advance(std::time::Duration::from_secs(5 * 86_400));
        assert_eq!(run().await.expect("audits"), None, "Sunday of the same week");
        clock.advance(std::time::Duration::from_secs(86_400));
        assert_eq!(run().await.expect("audits").map(|row| row.id), Some(2));
        assert_eq!(
            sample.texts("SELECT actor || ' ' || action || ' ' || subject FROM audit ORDER BY n").await,
            ["collector licences.audit audit 1", "collector licences.audit audit 2"]
        );
    }
}
