//! The report of a term, for governors: counts, trends, times. No name, no device, no number of few children.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::lexicon::category;
use jiff::civil::Date;

use super::canary::Since;
use super::period::Period;
use super::small::{self, LEAST};
use crate::console::Context;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::console::status;
use crate::store::console::AlertSight;
use crate::store::reports::ConcernRow;
use crate::store::{DeviceState, SiteScope};

/// Fewer response times than this say nothing of nine in ten.
const LEAST_P90: usize = 10;

pub(super) async fn report(
    context: &Context,
    request: proto::GetTermReportRequest,
    operator: &Operator,
) -> Result<proto::TermReport, Refusal> {
    let asked = (request.from.as_str(), request.to.as_str(), request.site.as_str());
    let period = Period::of_term(context, asked, operator).await?;
    let (scope, now) = (period.scope(&request.site, operator), context.clock.now());
    let concerns = context.store.concerns(&scope).await?;
    let conduct = context.store.conduct(&scope, now).await?;
    let total = u32::try_from(concerns.len()).unwrap_or(u32::MAX);
    let today = now.to_zoned(period.zone.clone()).date();
    Ok(proto::TermReport {
        school: context.school.clone(),
        site: request.site.clone(),
        from: period.days.first.to_string(),
        to: period.days.last.to_string(),
        made_at: now.to_string(),
        unfinished: period.days.last >= today,
        concerns: Some(small::count(total)),
        by_level: Some(by_level(&concerns)),
        by_month: Some(by_month(&concerns, &period, today)),
        by_category: Some(by_category(&concerns)),
        by_site: Some(by_site(&concerns)),
        by_outcome: Some(by_outcome(&concerns)),
        responses: responses(&concerns),
        broken_glass: conduct.broken_glass,
        broken_glass_reviewed: conduct.reviewed,
        watching: Some(watching(context, &request.site, operator).await?),
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn counted(concerns: &[ConcernRow], fits: impl Fn(&ConcernRow) -> bool) -> u32 {
    number(concerns.iter().filter(|row| fits(row)).count())
}

pub(super) fn by_level(concerns: &[ConcernRow]) -> proto::Breakdown {
    let level = |level: u8| (format!("level {level}"), counted(concerns, |row| row.level == level));
    small::breakdown((1..=5).rev().map(level).collect())
}

/// Month by month, as far as they have begun.
pub(super) fn by_month(concerns: &[ConcernRow], period: &Period, today: Date) -> proto::Breakdown {
    let in_month =
        |row: &ConcernRow, month: Date| row.raised_at.to_zoned(period.zone.clone()).date().first_of_month() == month;
    let months = period.months().into_iter().filter(|month| *month <= today);
    let named = |month: Date| (month.strftime("%b %Y").to_string(), counted(concerns, |row| in_month(row, month)));
    small::breakdown(months.map(named).collect())
}

/// Each thing and how often it stands there.
fn tally(names: impl Iterator<Item = String>) -> Vec<(String, u32)> {
    let mut tally = std::collections::BTreeMap::new();
    for name in names {
        *tally.entry(name).or_default() += 1;
    }
    tally.into_iter().collect()
}

fn by_category(concerns: &[ConcernRow]) -> proto::Breakdown {
    let title = |id: &str| category(id).map_or_else(|| "not known".to_owned(), |category| category.title.to_owned());
    small::named(tally(concerns.iter().map(|row| title(&row.category))), "others (small numbers)")
}

fn by_site(concerns: &[ConcernRow]) -> proto::Breakdown {
    small::breakdown(tally(concerns.iter().map(|row| row.site.clone())))
}

fn by_outcome(concerns: &[ConcernRow]) -> proto::Breakdown {
    let ended =
        |row: &ConcernRow| if row.outcome.is_empty() { "still open".to_owned() } else { row.outcome.replace('-', " ") };
    small::named(tally(concerns.iter().map(ended)), "others (small numbers)")
}

/// How long it took until somebody took a concern, by level.
fn responses(concerns: &[ConcernRow]) -> Vec<proto::ResponseTimes> {
    let shown = by_level(concerns);
    let is_shown = |level: u8| {
        let name = format!("level {level}");
        shown.parts.iter().any(|part| part.name == name && part.count.is_some_and(|count| !count.hidden))
    };
    let times = |level: u8| {
        let taken = concerns.iter().filter(|row| row.level == level).filter_map(|row| {
            let taken = row.taken_at?.duration_since(row.raised_at).as_secs();
            Some(u64::try_from(taken).unwrap_or_default())
        });
        let mut seconds: Vec<u64> = taken.collect();
        seconds.sort_unstable();
        let few = number(seconds.len()) < LEAST || !is_shown(level);
        // The nearest rank: a time that was really taken.
        let rank = |share: usize| seconds.get((seconds.len() * share).div_ceil(100).saturating_sub(1)).copied();
        let p90 = if seconds.len() < LEAST_P90 { None } else { rank(90) };
        proto::ResponseTimes {
            level: level.into(),
            hidden: few,
            median_seconds: if few { 0 } else { rank(50).unwrap_or_default() },
            p90_seconds: if few { 0 } else { p90.unwrap_or_default() },
        }
    };
    (3..=5).rev().map(times).collect()
}

/// How watching itself does now.
pub(super) async fn watching(context: &Context, site: &str, operator: &Operator) -> Result<proto::Watching, Refusal> {
    let sites: SiteScope = operator.sites().clone();
    let sight = AlertSight { sites: sites.clone(), devices: false, safeguarding_from: None };
    let overview = context.store.overview(sight).await?;
    let now = context.clock.now();
    let here = |device: &&DeviceState| {
        site.is_empty() || overview.sites.get(device.site).is_some_and(|one| one.name.eq_ignore_ascii_case(site))
    };
    let silent = |device: &&DeviceState| {
        let allowed = overview.sites.get(device.site).map_or(jiff::SignedDuration::MAX, status::silence);
        device.last_seen_at.is_none_or(|seen| now.duration_since(seen) > allowed)
    };
    let devices: Vec<&DeviceState> = overview.devices.iter().filter(here).collect();
    let quiet = devices.iter().filter(|device| silent(device)).count();
    let since = Since::of(context, operator).await?;
    let proofs = context.store.proofs(&sites).await?;
    let proven =
        proofs.iter().filter(|proof| site.is_empty() || proof.site.eq_ignore_ascii_case(site)).filter(|proof| {
            let (_, begins) = since.at(&proof.site);
            proof.proven_at.is_some_and(|at| at >= begins)
        });
    Ok(proto::Watching {
        devices: number(devices.len()),
        reporting: number(devices.len() - quiet),
        silent: number(quiet),
        proven_this_term: number(proven.count()),
    })
}
