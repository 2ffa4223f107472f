//! Of when a report is, and of which sites.

use caretaker_shared::model::Role;
use caretaker_shared::policy::{Calendar, Days};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::console::Context;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::store::reports::ReportScope;

/// Days that count where no calendar names a term.
const TERM_DAYS: i32 = 90;
/// Longest report.
const LONGEST_DAYS: i32 = 2 * 366;

/// Some days, and whose clock they are counted by.
pub(super) struct Period {
    pub(super) days: Days,
    pub(super) zone: TimeZone,
}

impl Period {
    /// The term under way, or the days that were asked for.
    ///
    /// Whoever may know of no case gets whole terms of all that they look after: two reports of overlapping days, or of
    /// a part of the sites, could be subtracted from each other until a single child is left.
    pub(super) async fn of_term(
        context: &Context,
        (from, to, site): (&str, &str, &str),
        operator: &Operator,
    ) -> Result<Self, Refusal> {
        let calendar = calendar(context, site, operator).await?;
        let now = context.clock.now();
        let term = term(&calendar, now);
        let asked = asked(from, to, term)?;
        let sees_cases = !matches!(operator.role, Role::Governor | Role::Auditor);
        let is_term = asked == term || calendar.terms.contains(&asked);
        if !sees_cases && (!is_term || !site.is_empty()) {
            return Err(Refusal::Field {
                field: "the period",
                problem: "has to be a whole term of all sites for your role: parts could be subtracted from each other \
                          until a single child is left",
                remedy: "leave --site out, and name a term's first and last day as the calendar has them, or none",
            });
        }
        Ok(Self { days: asked, zone: calendar.zone() })
    }

    /// The days that were asked for, or the last year.
    pub(super) async fn of_review(
        context: &Context,
        (from, to, site): (&str, &str, &str),
        operator: &Operator,
    ) -> Result<Self, Refusal> {
        let calendar = calendar(context, site, operator).await?;
        let today = context.clock.now().to_zoned(calendar.zone()).date();
        let year = Days { first: today.checked_sub(365.days()).unwrap_or(today), last: today };
        Ok(Self { days: asked(from, to, year)?, zone: calendar.zone() })
    }

    /// What the store counts.
    pub(super) fn scope(&self, site: &str, operator: &Operator) -> ReportScope {
        let begins = |date: Date| date.to_zoned(self.zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
        ReportScope {
            sites: operator.sites().clone(),
            site: site.to_owned(),
            role: operator.role,
            from: begins(self.days.first),
            to: begins(self.days.last.tomorrow().unwrap_or(self.days.last)),
        }
    }

    /// The months that it touches, "Sep 2026", and the number of the one that a moment lies in.
    pub(super) fn months(&self) -> Vec<Date> {
        let (first, last) = (self.days.first.first_of_month(), self.days.last);
        first.series(1.month()).take_while(|month| *month <= last).collect()
    }
}

/// The calendar of the site, or of the first that has one.
async fn calendar(context: &Context, site: &str, operator: &Operator) -> Result<Calendar, Refusal> {
    let sites = context.store.policies_in_force(operator.sites()).await?;
    if !site.is_empty() && !sites.iter().any(|one| one.site.eq_ignore_ascii_case(site)) {
        let known = sites.into_iter().map(|one| one.site).collect();
        return Err(Refusal::NoSite { site: site.to_owned(), known });
    }
    let mut here = sites.iter().filter(|one| site.is_empty() || one.site.eq_ignore_ascii_case(site));
    Ok(here.find_map(|one| one.policy.as_deref()).map_or_else(Calendar::default, |policy| policy.calendar.clone()))
}

fn term(calendar: &Calendar, now: Timestamp) -> Days {
    let today = now.to_zoned(calendar.zone()).date();
    let last_days = || Days { first: today.checked_sub(TERM_DAYS.days()).unwrap_or(today), last: today };
    calendar.term_of(today).filter(|term| term.first <= today).unwrap_or_else(last_days)
}

fn asked(from: &str, to: &str, otherwise: Days) -> Result<Days, Refusal> {
    let day = |text: &str, otherwise: Date, field| {
        if text.is_empty() {
            return Ok(otherwise);
        }
        let remedy = "write a day as 2026-09-01";
        text.trim().parse::<Date>().map_err(|_| Refusal::Field { field, problem: "is no day", remedy })
    };
    let days = Days { first: day(from, otherwise.first, "--from")?, last: day(to, otherwise.last, "--to")? };
    let longest = days.first.checked_add(LONGEST_DAYS.days()).unwrap_or(days.last);
    if days.first > days.last || days.last > longest {
        return Err(Refusal::Field {
            field: "the period",
            problem: "ends before it begins, or is longer than two years",
            remedy: "name a first and a last day:  --from 2026-09-01 --to 2026-12-18",
        });
    }
    Ok(days)
}
