//! The evidence pack of a review: what an inspector or the governors ask for once a year, from live figures.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::builtin_bytes;
use jiff::SignedDuration;

use super::canary::Since;
use super::check::{Seen, checks};
use super::period::Period;
use super::small::LEAST;
use super::term;
use crate::console::peer::Operator;
use crate::console::permissions::Permission;
use crate::console::refusal::Refusal;
use crate::console::{Context, compliance, status};
use crate::store::console::AlertSight;
use crate::store::reports::{ConcernRow, Conduct};
use crate::store::{DeviceState, SitePolicy};

pub(super) async fn report(
    context: &Context,
    request: proto::GetReviewReportRequest,
    operator: &Operator,
) -> Result<proto::ReviewReport, Refusal> {
    let site = request.site.as_str();
    let period = Period::of_review(context, (&request.from, &request.to, site), operator).await?;
    let (scope, now) = (period.scope(site, operator), context.clock.now());
    let concerns = context.store.concerns(&scope).await?;
    let conduct = context.store.conduct(&scope, now).await?;
    let watching = term::watching(context, site, operator).await?;
    let here = |name: &str| site.is_empty() || name.eq_ignore_ascii_case(site);
    let mut sites = context.store.policies_in_force(operator.sites()).await?;
    sites.retain(|one| here(&one.site));
    let (mail, requirements) = standing(context, site, operator).await?;
    let seen = Seen {
        watching: &watching,
        mail: &mail,
        audit: context.audit.get(),
        conduct: &conduct,
        concerns: u32::try_from(concerns.len()).unwrap_or(u32::MAX),
        sites: &sites,
        requirements: &requirements,
    };
    let checks = checks(&seen);
    let today = now.to_zoned(period.zone.clone()).date();
    let mut sheets = vec![canaries(context, site, operator).await?, volumes(&concerns, &period, today)];
    sheets.push(openings(&conduct));
    sheets.push(changes(&conduct, &sites));
    if operator.may(Permission::ReportsTerm) {
        sheets.push(precision(context).await?);
    }
    sheets.push(compliance_sheet(&requirements));
    Ok(proto::ReviewReport {
        school: context.school.clone(),
        site: request.site.clone(),
        from: period.days.first.to_string(),
        to: period.days.last.to_string(),
        made_at: now.to_string(),
        checks,
        sheets,
    })
}

/// How mail does, and how many devices meet what.
async fn standing(
    context: &Context,
    site: &str,
    operator: &Operator,
) -> Result<(proto::MailHealth, Vec<proto::Compliance>), Refusal> {
    let sight = AlertSight { sites: operator.sites().clone(), devices: false, safeguarding_from: None };
    let mut overview = context.store.overview(sight).await?;
    let now = context.clock.now();
    let silences: Vec<SignedDuration> = overview.sites.iter().map(status::silence).collect();
    let usual = SignedDuration::from_hours(24 * i64::from(status::SILENT_AFTER_DAYS));
    let names: Vec<String> = overview.sites.iter().map(|one| one.name.clone()).collect();
    let here = |device: &DeviceState| {
        site.is_empty() || names.get(device.site).is_some_and(|name| name.eq_ignore_ascii_case(site))
    };
    overview.devices.retain(here);
    let silence = |device: &DeviceState| silences.get(device.site).copied().unwrap_or(usual);
    let requirements = compliance::count(overview.devices.iter(), silence, now);
    Ok((status::mail(&overview.mail, &context.routes, now), requirements))
}

fn sheet(title: &str, columns: &[&str], rows: Vec<Vec<String>>, note: &str) -> proto::Sheet {
    proto::Sheet {
        title: title.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows: rows.into_iter().map(|cells| proto::Row { cells }).collect(),
        note: note.to_owned(),
    }
}

async fn canaries(context: &Context, site: &str, operator: &Operator) -> Result<proto::Sheet, Refusal> {
    let since = Since::of(context, operator).await?;
    let proofs = context.store.proofs(operator.sites()).await?;
    let mut rows = Vec::new();
    let names: std::collections::BTreeSet<&str> = proofs.iter().map(|proof| proof.site.as_str()).collect();
    for name in names.into_iter().filter(|name| site.is_empty() || name.eq_ignore_ascii_case(site)) {
        let (first, begins) = since.at(name);
        let of_site = || proofs.iter().filter(|proof| proof.site == name);
        let proven = of_site().filter(|proof| proof.proven_at.is_some_and(|at| at >= begins)).count();
        let newest = of_site().filter_map(|proof| proof.proven_at).max();
        let newest = newest.map_or_else(|| "never".to_owned(), |at| day(at, context));
        rows.push(vec![name.to_owned(), of_site().count().to_string(), proven.to_string(), first.to_string(), newest]);
    }
    let note =
        "A canary walks the whole way from a device to the lead's answer. Which devices are missing: canary list.";
    Ok(sheet("Canaries", &["site", "devices", "proven this term", "since", "last proof"], rows, note))
}

fn day(at: jiff::Timestamp, context: &Context) -> String {
    at.to_zoned(context.zone.clone()).date().to_string()
}

fn volumes(concerns: &[ConcernRow], period: &Period, today: jiff::civil::Date) -> proto::Sheet {
    let told = |part: &proto::Part| match part.count {
        Some(proto::Count { hidden: false, value }) => value.to_string(),
        Some(proto::Count { hidden: true, .. }) | None => "hidden".to_owned(),
    };
    let parts = term::by_month(concerns, period, today).parts.into_iter().chain(term::by_level(concerns).parts);
    let rows = parts.map(|part| vec![part.name.clone(), told(&part)]).collect();
    sheet(
        "Concerns",
        &["month or level", "concerns"],
        rows,
        "Numbers below five are hidden, and so is what they could be worked out from. Tests and lessons are not counted.",
    )
}

fn openings(conduct: &Conduct) -> proto::Sheet {
    let row = |row: &crate::store::reports::OpenedRow| {
        vec![row.office.clone(), row.people.to_string(), row.opened.to_string(), row.exported.to_string()]
    };
    let note = format!(
        "Opened by one person where two are the rule: {}, of which {} were looked at afterwards.",
        conduct.broken_glass, conduct.reviewed
    );
    let rows = conduct.opened.iter().map(row).collect();
    sheet("Who opened content", &["office", "people", "opened", "exported"], rows, &note)
}

fn changes(conduct: &Conduct, sites: &[SitePolicy]) -> proto::Sheet {
    let row = |row: &crate::store::reports::ChangeRow| {
        let zone = sites.iter().find_map(|site| site.policy.as_deref()).map(|policy| policy.calendar.zone());
        let at = row.at.to_zoned(zone.unwrap_or(jiff::tz::TimeZone::UTC)).strftime("%Y-%m-%d %H:%M").to_string();
        vec![at, row.action.clone(), row.subject.clone(), row.detail.clone(), row.actor.clone()]
    };
    let rows = conduct.changes.iter().map(row).collect();
    let note = format!(
        "Rules compiled into this collector, SHA-256: {}. The newest 200 changes.",
        Sha256::of(builtin_bytes())
    );
    sheet("Changes of policies and rules", &["when", "what", "of", "detail", "by"], rows, &note)
}

/// Of rules with closed cases enough that none of them is anybody's.
async fn precision(context: &Context) -> Result<proto::Sheet, Refusal> {
    let rules = context.store.rule_precision().await?;
    let shown = rules.iter().filter(|rule| rule.closed >= LEAST);
    let row = |rule: &crate::store::cases::RulePrecision| {
        let percent = u64::from(rule.right) * 100 / u64::from(rule.closed.max(1));
        vec![rule.rule.clone(), rule.closed.to_string(), format!("{percent} %")]
    };
    let left = rules.iter().filter(|rule| rule.closed < LEAST).count();
    let note = format!(
        "As those who closed the cases said, of all sites. {left} rules with fewer than five closed cases are left out."
    );
    Ok(sheet("How often rules were right", &["rule", "closed cases", "right"], shown.map(row).collect(), &note))
}

fn compliance_sheet(requirements: &[proto::Compliance]) -> proto::Sheet {
    let row = |row: &proto::Compliance| {
        vec![
            row.requirement.clone(),
            row.title.clone(),
            row.met.to_string(),
            row.not_met.to_string(),
            row.unknown.to_string(),
        ]
    };
    let rows = requirements.iter().map(row).collect();
    sheet("Devices", &["clause", "requirement", "met", "not met", "not known"], rows, "Not known is not met.")
}
