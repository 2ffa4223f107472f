//! Once a week the lead and the head hear how watching itself does, also when all is quiet: a mail that does not come is
//! the first sign that it has stopped.

use caretaker_shared::model::Role;
use caretaker_shared::policy::{Calendar, Policy};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::store::console::count;
use crate::store::moment::moment;
use crate::store::outbox::queue_weekly;
use crate::store::{Order, Store, StoreError, policies};

/// What the mail tells of.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What counts as this term where the calendar names none.
const TERM_DAYS: i32 = 90;

/// What the mail says: numbers, and the site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WeeklyFigures {
    /// Name of the site.
    pub site: String,
    /// Active devices,
    pub devices: u32,
    /// and those of them that are silent for longer than the policy allows.
    pub silent: u32,
    /// Those that have proven this term that their alerts arrive.
    pub proven: u32,
    /// Alerts of the week by level, 1 to 5; no tests.
    pub levels: [u32; 5],
    /// Concerns that nobody has taken yet.
    pub open: u32,
}

impl Store {
    /// Queues the weekly mail of each site whose week has begun; says how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn queue_weekly_reports(&self, now: Timestamp) -> Result<u32, StoreError> {
        let policies = self.policies.clone();
        self.write(Order::First, move |tx| {
            let sites = tx
                .prepare_cached(
                    "SELECT site.id, site.name, weekly.at FROM site LEFT JOIN weekly ON weekly.site = site.id",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?)))?
                .collect::<Result<Vec<(i64, String, Option<i64>)>, _>>()?;
            let mut queued = 0;
            for (site, name, last) in sites {
                let Some((_, policy)) = policies.in_force(tx, site)? else { continue };
                match last.map(moment) {
                    // A school that has just begun has no week to tell of.
                    None => note(tx, site, now)?,
                    Some(last) if is_due(&policy.calendar, policy.alerts.digest_at, last, now) => {
                        queued += queue(tx, site, &name, &policy, now)?;
                        note(tx, site, now)?;
                    }
                    Some(_) => {}
                }
            }
            Ok(queued)
        })
        .await
    }
}

/// Whether the mail is due, when it was queued last at `last`: on the first school day of each week that has one.
fn is_due(calendar: &Calendar, at: Time, last: Timestamp, now: Timestamp) -> bool {
    // A clock that ran ahead and was put right since must not silence it.
    last > now || calendar.next_on_first_of_week(last, at) <= now
}

fn note(tx: &Transaction<'_>, site: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO weekly (site, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = excluded.at")?
        .execute([site, now.as_millisecond()])?;
    Ok(())
}

fn queue(tx: &Transaction<'_>, site: i64, name: &str, policy: &Policy, now: Timestamp) -> Result<u32, StoreError> {
    let mut told: Vec<String> = Vec::new();
    for contact in policy.alerts.contacts.iter().filter(|one| one.serves(Some(name))) {
        let address = contact.email.trim();
        let folded = address.to_lowercase();
        if !matches!(contact.role, Role::SafeguardingLead | Role::Head) || told.contains(&folded) {
            continue;
        }
        queue_weekly(tx, site, (contact.role.word(), address), now)?;
        told.push(folded);
    }
    Ok(u32::try_from(told.len()).unwrap_or(u32::MAX))
}

/// The figures of the week before a mail was queued.
pub(in crate::store) fn figures(tx: &Transaction<'_>, mail: i64, now: Timestamp) -> Result<WeeklyFigures, StoreError> {
    let found = tx
        .prepare_cached(
            "SELECT site.id, site.name FROM outbox JOIN site ON site.id = outbox.site WHERE outbox.id = ?1",
        )?
        .query_row([mail], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let Some((site, name)) = found else { return Ok(WeeklyFigures::default()) };
    let policy = policies::newest(tx, site)?.and_then(|(_, text)| Policy::parse(&text).ok());
    let allowed = policy.as_ref().map_or(7, |policy| policy.contact.silent_after_days);
    let heard_since = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(allowed))).unwrap_or(now);
    let calendar = policy.map_or_else(Calendar::default, |policy| policy.calendar);
    let proven_since = term_begins(&calendar, now);
    let (devices, silent, proven) = tx
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE last_seen_at IS NULL OR last_seen_at < ?2),
                    count(*) FILTER (WHERE (SELECT max(proven_at) FROM canary WHERE canary.device = device.id) >= ?3)
             FROM device WHERE site = ?1 AND status = 'active'",
        )?
        .query_row(params![site, heard_since.as_millisecond(), proven_since.as_millisecond()], |row| {
            Ok((count(row.get(0)?), count(row.get(1)?), count(row.get(2)?)))
        })?;
    let since = now.saturating_sub(WEEK).unwrap_or(now).as_millisecond();
    let mut figures = WeeklyFigures { site: name, devices, silent, proven, ..WeeklyFigures::default() };
    let mut query = tx.prepare_cached(
        "SELECT severity, count(*), count(*) FILTER (WHERE state = 'new') FROM alert
         WHERE site = ?1 AND kind = 'safeguarding' AND canary = 0 AND raised_at >= ?2 AND raised_at < ?3
         GROUP BY severity",
    )?;
    let mut rows = query.query(params![site, since, now.as_millisecond()])?;
    while let Some(row) = rows.next()? {
        let level = usize::from(row.get::<_, u8>(0)?).saturating_sub(1);
        if let Some(place) = figures.levels.get_mut(level) {
            *place = count(row.get(1)?);
        }
        figures.open += count(row.get(2)?);
    }
    Ok(figures)
}

fn term_begins(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let zone = calendar.zone();
    let today = now.to_zoned(zone.clone()).date();
    let term = calendar.term_of(today).filter(|term| term.first <= today);
    let first = term.map_or_else(|| today.checked_sub(TERM_DAYS.days()).unwrap_or(today), |term| term.first);
    first.to_zoned(zone).map_or(now, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{Calendar, Days};
    use jiff::civil::time;
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan as _};

    use super::is_due;
    use crate::rules::sample;
    use crate::store::Matter;
    use crate::store::sample::{keyword, store};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment in RFC 3339")
    }

    #[test]
    fn it_is_due_on_the_first_school_day_of_a_week_and_never_in_the_holidays() {
        let calendar = Calendar {
            time_zone: Some(TimeZone::UTC),
            terms: vec![
                Days::parse("2026-09-02 to 2026-12-18").expect("days"),
                Days::parse("2027-01-05 to 2027-03-26").expect("days"),
            ],
            ..Calendar::default()
        };
        let last = at("2026-12-14T07:30:00Z");
        for (now, due) in [
            ("2026-12-14T07:40:00Z", false),
            ("2026-12-18T12:00:00Z", false),
            ("2026-12-28T12:00:00Z", false),
            ("2027-01-05T07:29:00Z", false),
            ("2027-01-05T07:30:00Z", true),
        ] {
            assert_eq!(is_due(&calendar, time(7, 30, 0, 0), last, at(now)), due, "{now}");
        }
        assert!(is_due(&calendar, time(7, 30, 0, 0), at("2030-01-01T00:00:00Z"), at("2027-01-06T00:00:00Z")));
    }

    #[tokio::test]
    async fn the_lead_hears_once_a_week_also_when_there_is_nothing_to_tell() {
        let sample = store().await;
        sample.apply_policy().await;
        let begin = sample::now();
        assert_eq!(sample.store.queue_weekly_reports(begin).await.expect("queues"), 0, "nothing to tell of yet");
        sample.report(keyword(4, "essay"), sample::policy(), begin).await;
        let week = begin.checked_add((7 * 24).hours()).expect("in range");
        assert_eq!(sample.store.queue_weekly_reports(week).await.expect("queues"), 1);
        assert_eq!(sample.store.queue_weekly_reports(week).await.expect("queues"), 0, "once");
        let mails = sample.store.lease_mail(9, week).await.expect("leases");
        let told: Vec<_> = mails
            .iter()
            .filter_map(|mail| match &mail.matter {
                Matter::Weekly(figures) => Some((mail.address.as_str(), figures.clone())),
                Matter::Alert(_)
                | Matter::List(_)
                | Matter::Checkpoint(_)
                | Matter::Licences(_)
                | Matter::Webhook(_) => None,
            })
            .collect();
        let [(address, figures)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(*address, "lead@northfield.example");
        assert_eq!((figures.devices, figures.silent, figures.proven), (1, 1, 0));
        assert_eq!((figures.levels, figures.open), ([0, 0, 0, 1, 0], 1));
    }
}
