//! Canaries: asked, answered, listed, certified.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::policy::Calendar;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::console::Context;
use crate::console::cases::viewer_of;
use crate::console::devices::one;
use crate::console::findings::time;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::store::canary::{CanaryRow, Proof, ProvenRow};
use crate::store::cases::Worked;
use crate::store::{SitePolicy, StoreError};

/// What counts where the calendar names no term.
const DAYS: i32 = 90;

pub(super) async fn run(
    context: &Context,
    request: proto::RunCanaryRequest,
    operator: &Operator,
) -> Result<proto::CanaryRun, Refusal> {
    let devices = match request.device.trim() {
        "" => None,
        device => Some(vec![one(context, device.to_owned(), operator).await?.id]),
    };
    let now = context.clock.now();
    let run = context.store.run_canary(devices, operator.sites(), &operator.actor, now).await?;
    let run = run.ok_or(Refusal::NobodyToAsk)?;
    tracing::info!(run, "devices were asked to prove themselves");
    of_run(context, run, operator).await
}

pub(super) async fn show(context: &Context, run: u64, operator: &Operator) -> Result<proto::CanaryRun, Refusal> {
    of_run(context, i64::try_from(run).unwrap_or(i64::MAX), operator).await
}

async fn of_run(context: &Context, run: i64, operator: &Operator) -> Result<proto::CanaryRun, Refusal> {
    let now = context.clock.now();
    let rows = context.store.canary_run(run, operator.sites()).await?;
    let canaries = rows.into_iter().map(|row| canary(row, now)).collect();
    Ok(proto::CanaryRun { run: u64::try_from(run).unwrap_or_default(), canaries })
}

pub(super) async fn acknowledge(
    context: &Context,
    request: proto::AcknowledgeCanaryRequest,
    operator: Operator,
) -> Result<proto::CanaryRun, Refusal> {
    let reference = request.reference.trim().to_owned();
    let viewer = viewer_of(operator.clone());
    if !context.store.knows_case(&reference, viewer.clone()).await? {
        return Err(Refusal::NoCase(reference));
    }
    let Some(run) = context.store.run_of_case(&reference).await? else { return Err(Refusal::NoCanary(reference)) };
    match context.store.acknowledge_case(&reference, viewer, context.clock.now()).await? {
        // One that was answered before stays as it is: whoever asks again is shown what came of it.
        Worked::Done(_) | Worked::Cannot(_) => of_run(context, run, &operator).await,
        Worked::Unheard(reference) => Err(Refusal::NoCase(reference)),
    }
}

pub(super) async fn list(
    context: &Context,
    request: proto::ListCanariesRequest,
    operator: &Operator,
) -> Result<proto::ListCanariesResponse, Refusal> {
    let since = Since::of(context, operator).await?;
    let proofs = context.store.proofs(operator.sites()).await?;
    let here = |proof: &Proof| request.site.is_empty() || proof.site.eq_ignore_ascii_case(&request.site);
    let devices = proofs.into_iter().filter(here).map(|proof| since.proof(proof)).collect();
    Ok(proto::ListCanariesResponse { devices })
}

pub(super) async fn certificate(
    context: &Context,
    request: proto::GetCertificateRequest,
    operator: &Operator,
) -> Result<proto::Certificate, Refusal> {
    let device = one(context, request.device, operator).await?;
    let proven = context.store.last_proof(device.id, operator.sites()).await?;
    let ProvenRow { canary: row, audit_row, audit_hash } = proven.ok_or(Refusal::NotProven(device.name))?;
    let now = context.clock.now();
    let statement = statement(&context.school, &row);
    let lines = statement.join("\n");
    let digest = Sha256::of(lines.as_bytes()).to_string();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(proto::Certificate {
        school: context.school.clone(),
        made_at: now.to_string(),
        canary: Some(canary(row, now)),
        audit_row: u64::try_from(audit_row).unwrap_or_default(),
        audit_hash: hex(&audit_hash),
        digest,
        statement,
        signature: hex(&context.audit_key.state(&lines)),
        key: hex(context.audit_key.public().as_bytes()),
    })
}

/// What the certificate says, line by line: its digest is made over this and follows from the database alone.
fn statement(school: &str, row: &CanaryRow) -> Vec<String> {
    let (answered_at, answered_by) = row.acknowledged.clone().unzip();
    let lines = [
        ("school", school.to_owned()),
        ("site", row.site.clone()),
        ("device", row.device.to_string()),
        ("asked", row.asked_at.to_string()),
        ("told", time(row.told_at)),
        ("arrived", time(row.arrived_at)),
        ("sealed", if row.sealed { "yes" } else { "no" }.to_owned()),
        ("case", row.reference.clone()),
        ("mailed", time(row.mailed_at)),
        ("answered", time(answered_at)),
        ("answered by", answered_by.unwrap_or_default()),
        ("proven", time(row.proven_at)),
    ];
    lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// Since when a proof counts, by site.
pub(super) struct Since {
    sites: Vec<SitePolicy>,
    now: Timestamp,
}

impl Since {
    pub(super) async fn of(context: &Context, operator: &Operator) -> Result<Self, StoreError> {
        let sites = context.store.policies_in_force(operator.sites()).await?;
        Ok(Self { sites, now: context.clock.now() })
    }

    /// The first day that counts at a site, and the moment at which it begins.
    pub(super) fn at(&self, site: &str) -> (Date, Timestamp) {
        let here = self.sites.iter().find(|one| one.site == site).and_then(|one| one.policy.as_deref());
        let calendar = here.map_or_else(Calendar::default, |policy| policy.calendar.clone());
        first_day(&calendar, self.now)
    }

    fn proof(&self, proof: Proof) -> proto::DeviceProof {
        let (since, begins) = self.at(&proof.site);
        proto::DeviceProof {
            device_id: proof.device.to_string(),
            device: proof.name,
            site: proof.site,
            last_seen_at: time(proof.last_seen_at),
            proven_at: time(proof.proven_at),
            proven_this_term: proof.proven_at.is_some_and(|at| at >= begins),
            since: since.to_string(),
            state: proof.newest.map(|row| row.state(self.now).word().to_owned()).unwrap_or_default(),
            groups: proof.groups,
        }
    }
}

/// The first day of the term that counts, or 90 days ago.
pub(super) fn first_day(calendar: &Calendar, now: Timestamp) -> (Date, Timestamp) {
    let zone = calendar.zone();
    let today = now.to_zoned(zone.clone()).date();
    let term = calendar.term_of(today).filter(|term| term.first <= today);
    let first = term.map_or_else(|| today.checked_sub(DAYS.days()).unwrap_or(today), |term| term.first);
    (first, first.to_zoned(zone).map_or(now, |zoned| zoned.timestamp()))
}

fn canary(row: CanaryRow, now: Timestamp) -> proto::Canary {
    let state = row.state(now).word().to_owned();
    let (acknowledged_at, acknowledged_by) = row.acknowledged.unzip();
    proto::Canary {
        device_id: row.device.to_string(),
        device: row.name,
        site: row.site,
        state,
        asked_at: row.asked_at.to_string(),
        asked_by: row.asked_by,
        told_at: time(row.told_at),
        arrived_at: time(row.arrived_at),
        sealed: row.sealed,
        reference: row.reference,
        mailed_at: time(row.mailed_at),
        acknowledged_at: time(acknowledged_at),
        acknowledged_by: acknowledged_by.unwrap_or_default(),
        proven_at: time(row.proven_at),
        expires_at: row.ends_at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{Calendar, Days};
    use jiff::tz::TimeZone;

    use super::first_day;

    #[test]
    fn a_proof_counts_since_the_first_day_of_term_or_for_ninety_days() {
        let now = "2026-11-21T14:02:00Z".parse().expect("a moment");
        let calendar = Calendar { time_zone: Some(TimeZone::UTC), ..Calendar::default() };
        assert_eq!(first_day(&calendar, now).0.to_string(), "2026-08-23");
        let terms = vec![Days::parse("2026-09-02 to 2026-12-18").expect("days")];
        let (first, begins) = first_day(&Calendar { terms, ..calendar.clone() }, now);
        assert_eq!((first.to_string(), begins.to_string()), ("2026-09-02".into(), "2026-09-02T00:00:00Z".into()));
        let to_come = vec![Days::parse("2027-01-05 to 2027-03-26").expect("days")];
        assert_eq!(first_day(&Calendar { terms: to_come, ..calendar }, now).0.to_string(), "2026-08-23");
    }
}
