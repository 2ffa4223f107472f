//! How the seats of a school went, week by week.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::Connection;

use super::rows::{self, AuditRow};
use crate::licences::{Outcome, Owned, TitleOutcome, TitleState};
use crate::store::StoreError;

/// Weeks that a trend shows.
const WEEKS: usize = 12;

/// What was found in a week, of titles whose licences are counted by seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendWeek {
    /// Day of the audit.
    pub day: Date,
    /// Seats in force.
    pub owned: u32,
    /// Copies, without those that a licence of their suite covers.
    pub installed: u32,
    /// Seats that are missing.
    pub over: u32,
}

/// The weeks up to an audit, the earliest first, each by its newest audit: of every site, or of one.
pub(super) fn read(connection: &Connection, to: &AuditRow, site: Option<&str>) -> Result<Vec<TrendWeek>, StoreError> {
    let (mut seen, mut weeks) = (BTreeSet::new(), Vec::new());
    for row in rows::up_to(connection, to.id)? {
        if weeks.len() == WEEKS {
            break;
        }
        // A clock that ran ahead has left audits of weeks to come.
        if row.day <= to.day
            && seen.insert(row.week())
            && let Some(outcome) = rows::outcome(connection, row.id, site)?
        {
            weeks.push(week(row.day, &outcome));
        }
    }
    weeks.reverse();
    Ok(weeks)
}

fn week(day: Date, outcome: &Outcome) -> TrendWeek {
    let mut week = TrendWeek { day, owned: 0, installed: 0, over: 0 };
    for title in &outcome.titles {
        if let Some(owned) = seats(title) {
            week.owned = week.owned.saturating_add(owned);
            week.installed = week.installed.saturating_add(title.installed.saturating_sub(title.in_suite));
            week.over = week.over.saturating_add(title.over);
        }
    }
    week
}

/// Seats that are owned of a title, where seats are what counts.
fn seats(title: &TitleOutcome) -> Option<u32> {
    match title.owned {
        Owned::Unlimited => None,
        Owned::Seats(0) => match title.state {
            TitleState::Over | TitleState::Unlicensed | TitleState::Expired => Some(0),
            TitleState::CannotTell
            | TitleState::UnknownName
            | TitleState::Exempt
            | TitleState::InSuite
            | TitleState::InOrder
            | TitleState::NotInstalled
            | TitleState::NotNeeded => None,
        },
        Owned::Seats(owned) => Some(owned),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::{Asked, WhichAudit};
    use super::{TrendWeek, WEEKS};
    use crate::audit_papers::Audience;
    use crate::licences::Measures;
    use crate::store::SiteScope;
    use crate::store::sample::{Sample, store};

    /// A device with a title of which one seat is owned.
    async fn school() -> Sample {
        let sample = store().await;
        sample
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO title (id, slug, name, publisher, category, licensing, suite, known)
                         VALUES (1, 'drawing-suite', 'Drawing Suite', '', '', 'paid', '', 1);
                     INSERT INTO licence (id, title, title_name, version, edition, metric, term, quantity, place,
                             supplier, order_ref, proof_holder, note, added_at, added_by, changed_at)
                         VALUES (1, 'drawing-suite', 'Drawing Suite', '', '', 'device', 'perpetual', 1, '', '', '', '',
                             '', 0, 'x', 0);",
                )
            })
            .await;
        sample
    }

    async fn audit(sample: &Sample, at: Timestamp) {
        let made = sample.store.run_licence_audit("x", TimeZone::UTC, Measures::default(), at).await;
        made.expect("audits");
    }

    async fn trend(sample: &Sample, which: WhichAudit) -> Vec<TrendWeek> {
        let asked = Asked {
            which,
            site: None,
            sites: SiteScope::all(),
            audience: Audience::Provider,
            names_devices: false,
            whole_purse: true,
        };
        sample.store.licence_papers(asked, "Northfield School").await.expect("reads").expect("an audit").trend
    }

    #[tokio::test]
    async fn the_last_twelve_weeks_are_shown_each_by_its_newest_audit() {
        let sample = school().await;
        let first: Timestamp = "2026-08-03T06:00:00Z".parse().expect("a moment");
        for week in 0..14 {
            audit(&sample, first + (week * 7 * 24).hours()).await;
        }
        sample.write(|tx| tx.execute("UPDATE licence SET quantity = 5", [])).await;
        audit(&sample, first + (13 * 7 * 24 + 24).hours()).await;
        let newest = trend(&sample, WhichAudit::Newest).await;
        assert_eq!(newest.len(), WEEKS);
        assert_eq!(newest.first().map(|week| week.day.to_string()).as_deref(), Some("2026-08-17"));
        let last = newest.last().expect("weeks");
        assert_eq!(
            (last.day.to_string().as_str(), last.owned, last.over),
            ("2026-11-03", 5, 0),
            "Tuesday's, not Monday's"
        );
        assert!(newest.iter().rev().skip(1).all(|week| week.owned == 1), "{newest:?}");
        let earlier = trend(&sample, WhichAudit::Number(2)).await;
        assert_eq!(earlier.len(), 2, "nothing that came later");
    }
}
