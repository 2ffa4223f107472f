//! What the calls answer.

use std::collections::{BTreeMap, HashMap};

use caretaker_proto::console::v1 as proto;

use super::super::peer::Operator;
use super::super::permissions::Permission;
use super::super::refusal::Refusal;
use super::super::{Context, policies};
use super::message::{self, Purse};
use crate::licences::{Number, Outcome, Permission as Approval, TitleCounts, TitleOutcome, TitleState};
use crate::store::licence_audit::{AuditDevice, DeviceMove, KeptAudit, WhichAudit};

/// Audits in a list, unless another number is asked for.
const LISTED: u32 = 100;
/// The most that are listed.
const MOST: u32 = 1000;

pub(super) async fn run(context: &Context, operator: &Operator) -> Result<proto::GetAuditResponse, Refusal> {
    let site = site(context, "", operator).await?;
    if !context.store.titles_are_current().await? {
        return Err(Refusal::Missing {
            problem: "titles are being put in line with the catalogue: an audit now would count some by other rules"
                .into(),
            remedy: "ask again in a few minutes, or see it done:  caretaker-collector catalogue replay".into(),
        });
    }
    let (zone, now) = (context.zone.clone(), context.clock.now());
    let measures = context.store.licence_measures().await?;
    let row = context.store.run_licence_audit(&operator.actor, zone, measures, now).await?;
    tracing::info!(audit = row.id, "a licence audit was made");
    let kept = kept(context, WhichAudit::Number(row.id), site).await?;
    answer(context, kept, "", false, operator).await
}

pub(super) async fn list(
    context: &Context,
    request: proto::ListAuditsRequest,
    operator: &Operator,
) -> Result<proto::ListAuditsResponse, Refusal> {
    let site = site(context, "", operator).await?;
    let most = if request.most == 0 { LISTED } else { request.most.min(MOST) };
    let found = context.store.licence_audits(most, site).await?;
    let audits = found.into_iter().map(|(row, counts)| message::head(&row, counts)).collect();
    Ok(proto::ListAuditsResponse { audits })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetAuditRequest,
    operator: &Operator,
) -> Result<proto::GetAuditResponse, Refusal> {
    let site = site(context, &request.site, operator).await?;
    let kept = kept(context, which(request.which)?, site).await?;
    answer(context, kept, &request.title, request.everything, operator).await
}

pub(super) async fn devices(
    context: &Context,
    request: proto::GetAuditDevicesRequest,
    operator: &Operator,
) -> Result<proto::GetAuditDevicesResponse, Refusal> {
    let number = Number::parse(request.number.trim()).ok_or_else(|| Refusal::Field {
        field: "number",
        problem: "is none of an audit",
        remedy: "one of:  installed, stale, exempt, used, unused, over, unapproved, refused",
    })?;
    let site = site(context, &request.site, operator).await?;
    let KeptAudit { row, outcome } = kept(context, which(request.which)?, site.clone()).await?;
    let title = one(&outcome, &request.title)?;
    let found = context.store.licence_audit_devices(row.id, &title.slug, number, operator.sites()).await?;
    let here = |device: &AuditDevice| site.as_ref().is_none_or(|site| site.eq_ignore_ascii_case(&device.site));
    Ok(proto::GetAuditDevicesResponse {
        audit: Some(message::head(&row, outcome.counts())),
        title: Some(message::title(title, purse(operator))),
        number: number.word().into(),
        devices: found.into_iter().filter(here).map(|device| message::device(device, "")).collect(),
    })
}

pub(super) async fn diff(
    context: &Context,
    request: proto::DiffAuditsRequest,
    operator: &Operator,
) -> Result<proto::DiffAuditsResponse, Refusal> {
    let site = site(context, &request.site, operator).await?;
    let before = request.before.map(|before| which(Some(before))).transpose()?;
    let after = which(request.after)?;
    let found = context.store.diff_licence_audits(before, after, site.clone(), operator.sites()).await?;
    let Some(found) = found else { return Err(no_audit()) };
    let moved = found.titles.iter().flat_map(|title| title.came.iter().chain(&title.went));
    let known: HashMap<i64, AuditDevice> = if operator.may(Permission::DevicesRead) {
        let rows = moved.map(|moved| moved.row).collect();
        context.store.named_devices(rows, operator.sites()).await?
    } else {
        HashMap::new()
    };
    let devices = |moves: &[DeviceMove]| -> Vec<proto::AuditDevice> {
        let named = moves.iter().filter_map(|one| Some((known.get(&one.row)?.clone(), one.reason.words())));
        named.map(|(device, reason)| message::device(device, reason)).collect()
    };
    let titles = found.titles.iter().map(|title| proto::AuditTitleDiff {
        slug: title.slug.clone(),
        name: title.after.as_ref().or(title.before.as_ref()).map(|one| one.name.clone()).unwrap_or_default(),
        before: title.before.as_ref().map(|one| message::title(one, purse(operator))),
        after: title.after.as_ref().map(|one| message::title(one, purse(operator))),
        came: by_reason(&title.came),
        went: by_reason(&title.went),
        came_devices: devices(&title.came),
        went_devices: devices(&title.went),
        licences: title.licences.iter().map(message::licence_move).collect(),
    });
    Ok(proto::DiffAuditsResponse {
        before: Some(message::head(&found.before.row, found.before.outcome.counts())),
        after: Some(message::head(&found.after.row, found.after.outcome.counts())),
        site: site.unwrap_or_default(),
        catalogue_changed: found.catalogue_changed,
        titles: titles.collect(),
    })
}

pub(super) async fn counts(context: &Context, operator: &Operator) -> Result<Option<TitleCounts>, Refusal> {
    if operator.sites().is_all() {
        let found = context.store.licence_audits(1, None).await?;
        return Ok(found.first().map(|(_, counts)| *counts));
    }
    // A title is as it is where it is worst: states stand in that order.
    let mut worst: BTreeMap<String, TitleState> = BTreeMap::new();
    let mut any = false;
    for site in operator.sites().names() {
        let found = context.store.licence_audit(WhichAudit::Newest, Some(site.to_owned())).await?;
        for title in found.into_iter().inspect(|_| any = true).flat_map(|kept| kept.outcome.titles) {
            let state = worst.entry(title.slug).or_insert(title.state);
            *state = title.state.min(*state);
        }
    }
    Ok(any.then(|| TitleCounts::of(worst.into_values())))
}

fn by_reason(moves: &[DeviceMove]) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for one in moves {
        *counts.entry(one.reason.words().to_owned()).or_default() += 1;
    }
    counts
}

async fn answer(
    context: &Context,
    kept: KeptAudit,
    title: &str,
    everything: bool,
    operator: &Operator,
) -> Result<proto::GetAuditResponse, Refusal> {
    let KeptAudit { row, outcome } = kept;
    let before = context.store.licence_audit(WhichAudit::Before(row.id), outcome.site.clone()).await?;
    let all: Vec<proto::AuditTitle> =
        outcome.titles.iter().map(|title| message::title(title, purse(operator))).collect();
    let totals = message::totals(&outcome.totals, &all);
    let titles: Vec<proto::AuditTitle> = if title.trim().is_empty() {
        let told = |title: &&TitleOutcome| everything || speaks(title);
        outcome.titles.iter().filter(told).map(|title| message::title(title, purse(operator))).collect()
    } else {
        vec![message::title(one(&outcome, title)?, purse(operator))]
    };
    let left_out = outcome.titles.len() - titles.len();
    Ok(proto::GetAuditResponse {
        audit: Some(message::head(&row, outcome.counts())),
        site: outcome.site.clone().unwrap_or_default(),
        fleet: Some(message::fleet(&outcome.fleet)),
        totals: Some(totals),
        titles,
        stale_days: outcome.measures.stale_days,
        unused_days: outcome.measures.unused_days,
        warn_days: outcome.measures.warn_days.to_vec(),
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        since: before.as_ref().map(|before| since(&before.outcome, &outcome)).unwrap_or_default(),
        before: before.map(|before| message::head(&before.row, before.outcome.counts())),
    })
}

/// Whether there is something to say of a title without being asked.
fn speaks(title: &TitleOutcome) -> bool {
    let quiet = match title.state {
        TitleState::NotNeeded => title.licences.is_empty(),
        TitleState::Over
        | TitleState::Unlicensed
        | TitleState::Expired
        | TitleState::CannotTell
        | TitleState::UnknownName
        | TitleState::Exempt
        | TitleState::InSuite
        | TitleState::InOrder
        | TitleState::NotInstalled => false,
    };
    !quiet || matches!(title.permission, Approval::Refused | Approval::Missing)
}

/// Titles of which more or fewer are installed, the largest changes first.
fn since(before: &Outcome, after: &Outcome) -> Vec<proto::AuditChange> {
    let installed = |outcome: &Outcome, slug: &str| outcome.title(slug).map_or(0, |title| i64::from(title.installed));
    let gone = before.titles.iter().filter(|title| after.title(&title.slug).is_none());
    let mut changes: Vec<proto::AuditChange> = after
        .titles
        .iter()
        .chain(gone)
        .filter(|title| speaks(title))
        .filter_map(|title| {
            let change = installed(after, &title.slug) - installed(before, &title.slug);
            let installed = i32::try_from(change).ok().filter(|change| *change != 0)?;
            Some(proto::AuditChange { slug: title.slug.clone(), name: title.name.clone(), installed })
        })
        .collect();
    changes.sort_by_key(|change| (std::cmp::Reverse(change.installed.abs()), change.slug.clone()));
    changes
}

/// The site that is asked for; of who is responsible for one, that one.
pub(super) async fn site(context: &Context, asked: &str, operator: &Operator) -> Result<Option<String>, Refusal> {
    if let Some(site) = policies::known_site(context, asked, operator).await? {
        return Ok(Some(site));
    }
    if operator.sites().is_all() {
        return Ok(None);
    }
    let names: Vec<&str> = operator.sites().names().collect();
    match names.as_slice() {
        [one] => Ok(Some((*one).to_owned())),
        several => Err(Refusal::Entry {
            problem: "several sites are yours, and an audit is of one of them".into(),
            remedy: format!("name one with --site:  {}", several.join(", ")),
        }),
    }
}

pub(super) fn which(asked: Option<proto::WhichAudit>) -> Result<WhichAudit, Refusal> {
    let asked = asked.unwrap_or_default();
    match (asked.id, asked.week) {
        (0, 0) => Ok(WhichAudit::Newest),
        (0, week) => u8::try_from(week).map(WhichAudit::Week).map_err(|_| no_audit()),
        (id, _) => i64::try_from(id).map(WhichAudit::Number).map_err(|_| no_audit()),
    }
}

pub(super) async fn kept(context: &Context, which: WhichAudit, site: Option<String>) -> Result<KeptAudit, Refusal> {
    context.store.licence_audit(which, site).await?.ok_or_else(no_audit)
}

pub(super) fn no_audit() -> Refusal {
    Refusal::Missing {
        problem: "there is no such licence audit".into(),
        remedy: "list them:  caretaker-collector audit list, or make one:  caretaker-collector audit run".into(),
    }
}

/// The title of this slug or name; else the only one whose name has the text in it.
fn one<'a>(outcome: &'a Outcome, asked: &str) -> Result<&'a TitleOutcome, Refusal> {
    let asked = asked.trim().to_lowercase();
    let exact = |title: &&TitleOutcome| title.slug == asked || title.name.to_lowercase() == asked;
    if let Some(title) = outcome.titles.iter().find(exact) {
        return Ok(title);
    }
    let found: Vec<&TitleOutcome> =
        outcome.titles.iter().filter(|title| title.name.to_lowercase().contains(&asked)).collect();
    let shown = crate::render::text::safe(&asked);
    match found.as_slice() {
        [title] => Ok(title),
        [] => Err(Refusal::Missing {
            problem: format!("the audit has no title \"{shown}\""),
            remedy: "list them:  caretaker-collector audit show --all".into(),
        }),
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|title| title.name.as_str()).collect();
            Err(Refusal::Entry {
                problem: format!("{} titles have \"{shown}\" in their name", several.len()),
                remedy: format!("name one:  {}", names.join(", ")),
            })
        }
    }
}

/// What was paid for all sites is for those who see all; an outside technician has no business with money (D3).
fn purse(operator: &Operator) -> Purse {
    match (operator.may(Permission::LicencesChange), operator.sites().is_all()) {
        (false, _) => Purse::Closed,
        (true, false) => Purse::OfSites,
        (true, true) => Purse::Whole,
    }
}
