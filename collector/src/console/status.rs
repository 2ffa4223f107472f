//! The call that says how the whole school stands.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::policy::Policy;
use jiff::{SignedDuration, Timestamp};

use super::findings::time;
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, MailRoutes, alerts, compliance};
use crate::audit_check::AuditStanding;
use crate::delivery;
use crate::licences::TitleCounts;
use crate::store::{AuditChain, ChannelState, DeviceState, MailState, Overview, SiteState};

/// Silence that is allowed where a site has no policy that says.
pub(super) const SILENT_AFTER_DAYS: u32 = 7;
/// Mail that waits longer means that something is broken.
const MAIL_LATE: SignedDuration = SignedDuration::from_mins(15);

/// The parts of the status that the operator's role may see, at the sites that they see.
pub(super) async fn status(context: &Context, operator: &Operator) -> Result<proto::StatusResponse, Refusal> {
    let overview = context.store.overview(alerts::sight(operator)).await?;
    let now = context.clock.now();
    let silences: Vec<SignedDuration> = overview.sites.iter().map(silence).collect();
    let usual = SignedDuration::from_hours(24 * i64::from(SILENT_AFTER_DAYS));
    let silence = |device: &DeviceState| silences.get(device.site).copied().unwrap_or(usual);
    let today = now.to_zoned(context.zone.clone()).start_of_day().map_or(now, |midnight| midnight.timestamp());
    let data_requests = if operator.may(Permission::RequestsRegister) {
        let (open, overdue) = context.store.count_requests(super::proof::today(context)).await?;
        Some(proto::DataRequestCounts { open, overdue })
    } else {
        None
    };
    let licences = if operator.may(Permission::LicencesRead) {
        Some(licences(super::licence_audit::counts(context, operator).await?))
    } else {
        None
    };
    Ok(proto::StatusResponse {
        licences,
        data_requests,
        school: context.school.clone(),
        now: now.to_string(),
        started_at: context.started_at.to_string(),
        devices: Some(counts(&overview, silence, today, now)),
        policies: policies(overview.devices.iter(), &overview.sites),
        mail: operator.may(Permission::DeliveryRead).then(|| mail(&overview.mail, &context.routes, now)),
        requirements: compliance::count(overview.devices.iter(), silence, now),
        alerts: operator
            .may(Permission::AlertsRead)
            .then_some(proto::AlertCounts { new: overview.alerts_new, acknowledged: overview.alerts_acknowledged }),
        audit: operator.may(Permission::AuditVerify).then(|| audit(context.audit.get(), operator)),
    })
}

fn licences(counts: Option<TitleCounts>) -> proto::LicenceStanding {
    let TitleCounts { met, not_met, unknown } = counts.unwrap_or_default();
    proto::LicenceStanding { audited: counts.is_some(), met, not_met, unknown }
}

pub(super) fn silence(site: &SiteState) -> SignedDuration {
    let days = Policy::parse(&site.policy).map_or(SILENT_AFTER_DAYS, |policy| policy.contact.silent_after_days);
    SignedDuration::from_hours(24 * i64::from(days))
}

pub(super) fn counts(
    overview: &Overview,
    silence: impl Fn(&DeviceState) -> SignedDuration,
    today: Timestamp,
    now: Timestamp,
) -> proto::DeviceCounts {
    let mut counts = proto::DeviceCounts { revoked: overview.revoked, ..proto::DeviceCounts::default() };
    for device in &overview.devices {
        counts.enrolled += 1;
        match device.last_seen_at {
            None => counts.never_reported += 1,
            Some(seen) if seen >= today => counts.reported_today += 1,
            Some(seen) if now.duration_since(seen) > silence(device) => counts.silent += 1,
            Some(_) => {}
        }
    }
    counts
}

/// Each site's policy, and how many of its devices work by it.
pub(super) fn policies<'a>(
    devices: impl Iterator<Item = &'a DeviceState> + Clone,
    sites: &[SiteState],
) -> Vec<proto::SitePolicy> {
    let of = |site: usize| devices.clone().filter(move |device| device.site == site);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let policy = |(index, site): (usize, &SiteState)| proto::SitePolicy {
        site: site.name.clone(),
        version: site.policy_version,
        devices: number(of(index).count()),
        devices_current: number(of(index).filter(|device| device.policy_version == site.policy_version).count()),
    };
    sites.iter().enumerate().map(policy).collect()
}

pub(super) fn mail(mail: &MailState, routes: &MailRoutes, now: Timestamp) -> proto::MailHealth {
    let late = |since: Timestamp| now.duration_since(since) > MAIL_LATE;
    let stuck = mail.oldest_waiting_since.is_some_and(late) && mail.last_sent_at.is_none_or(late);
    let given_up = mail.given_up_at.is_some_and(|at| mail.last_sent_at.is_none_or(|sent| sent < at));
    let state = if stuck || given_up || mail.unreached > 0 || mail.unheard > 0 {
        "failing"
    } else if mail.refused > 0 {
        "waiting"
    } else if mail.waiting == 0 && mail.last_sent_at.is_none() && mail.given_up_at.is_none() {
        "unused"
    } else {
        "healthy"
    };
    let of = |name: &str| mail.channels.iter().find(|channel| channel.name == name);
    let others = [(delivery::SECOND, &routes.second), (delivery::WEBHOOK, &routes.webhook)];
    let others = others.into_iter().filter_map(|(name, route)| Some(other(name, route.as_ref()?, of(name))));
    proto::MailHealth {
        state: state.to_owned(),
        last_delivered_at: time(mail.last_sent_at),
        waiting: mail.waiting,
        last_error: mail.last_error.clone(),
        route: routes.first.clone(),
        failing_since: time(of(delivery::MAIL).and_then(|channel| channel.failing_since)),
        others: others.collect(),
        unheard: mail.unheard,
    }
}

fn other(name: &str, route: &str, state: Option<&ChannelState>) -> proto::ChannelHealth {
    let word = match state {
        None => "unused",
        Some(ChannelState { failing_since: Some(_), .. }) => "failing",
        Some(_) => "works",
    };
    proto::ChannelHealth {
        name: name.to_owned(),
        route: route.to_owned(),
        state: word.to_owned(),
        last_used_at: time(state.and_then(|state| state.worked_at)),
        last_error: state.map_or_else(String::new, |state| state.last_error.clone()),
    }
}

/// How many rows there are tells of what is done at other sites.
pub(super) fn audit(found: Option<&AuditStanding>, operator: &Operator) -> proto::AuditHealth {
    let counted = |rows: &u64| if operator.sites().is_all() { *rows } else { 0 };
    let (state, rows, broken_row) = match found {
        None => ("checking", 0, 0),
        Some(AuditStanding::Proven(AuditChain::Whole { rows })) => ("whole", counted(rows), 0),
        Some(AuditStanding::Proven(AuditChain::Broken { row })) => ("broken", 0, *row),
        Some(AuditStanding::Unread) => ("unknown", 0, 0),
    };
    proto::AuditHealth { state: state.to_owned(), rows, broken_row }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{MailRoutes, mail};
    use crate::store::{ChannelState, MailState};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ago(minutes: i64) -> Option<Timestamp> {
        Some(NOW - SignedDuration::from_mins(minutes))
    }

    fn state(state: MailState) -> String {
        mail(&state, &MailRoutes::default(), NOW).state
    }

    #[test]
    fn mail_that_nobody_needed_yet_is_unused() {
        assert_eq!(state(MailState::default()), "unused");
    }

    #[test]
    fn mail_that_is_new_or_delivered_is_healthy() {
        assert_eq!(state(MailState { waiting: 1, oldest_waiting_since: ago(1), ..MailState::default() }), "healthy");
        assert_eq!(state(MailState { last_sent_at: ago(600), ..MailState::default() }), "healthy");
    }

    #[test]
    fn a_refused_try_is_waiting_and_a_quarter_of_an_hour_of_it_is_failing() {
        let refused = MailState { waiting: 1, refused: 1, ..MailState::default() };
        assert_eq!(state(MailState { oldest_waiting_since: ago(15), ..refused.clone() }), "waiting");
        assert_eq!(state(MailState { oldest_waiting_since: ago(16), ..refused.clone() }), "failing");
        let others_go = MailState { oldest_waiting_since: ago(16), last_sent_at: ago(2), ..refused };
        assert_eq!(state(others_go), "waiting");
    }

    #[test]
    fn an_alert_that_nobody_may_hear_of_is_failing() {
        assert_eq!(state(MailState { last_sent_at: ago(1), unheard: 1, ..MailState::default() }), "failing");
    }

    #[test]
    fn each_way_that_is_set_says_how_it_does() {
        let channel = |name: &str, worked_at, failing_since| ChannelState {
            name: name.into(),
            worked_at,
            failing_since,
            last_error: String::new(),
        };
        let channels = vec![channel("mail", None, ago(9)), channel("second", ago(8), None)];
        let routes =
            MailRoutes { first: "smtp a:25".into(), second: Some("smtp b:25".into()), webhook: Some("c:443".into()) };
        let told = mail(&MailState { last_sent_at: ago(8), channels, ..MailState::default() }, &routes, NOW);
        assert_eq!((told.state.as_str(), told.failing_since), ("healthy", ago(9).expect("a time").to_string()));
        let others: Vec<_> = told.others.iter().map(|one| (one.route.as_str(), one.state.as_str())).collect();
        assert_eq!(others, [("smtp b:25", "works"), ("c:443", "unused")]);
        assert!(mail(&MailState::default(), &MailRoutes::default(), NOW).others.is_empty());
    }

    #[test]
    fn one_recipient_who_is_never_reached_is_failing_whatever_the_others_get() {
        let unreached = MailState { last_sent_at: ago(1), given_up_at: ago(2), unreached: 1, ..MailState::default() };
        assert_eq!(state(unreached), "failing");
    }

    #[test]
    fn mail_that_was_given_up_is_failing_until_another_goes_out() {
        let given_up = MailState { given_up_at: ago(30), ..MailState::default() };
        assert_eq!(state(given_up.clone()), "failing");
        assert_eq!(state(MailState { last_sent_at: ago(1), ..given_up }), "healthy");
    }
}
