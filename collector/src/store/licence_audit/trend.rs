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
