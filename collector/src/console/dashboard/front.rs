//! The front page.

use caretaker_proto::console::v1 as proto;

use super::Scene;
use super::bands::{Age, Contact, Lock};
use crate::console::peer::Operator;
use crate::console::permissions::Permission;
use crate::console::{Context, compliance, status};
use crate::store::DeviceState;
use crate::store::estate::{Member, NewFiles};

/// Every number that the operator's role may see; site, sites and licences are the caller's to fill.
pub(super) fn page(context: &Context, scene: &Scene, operator: &Operator) -> proto::GetDashboardResponse {
    let estate = &scene.estate;
    let states = estate.members.iter().map(|member| &member.state);
    let silence = |device: &DeviceState| scene.rules[device.site].silence;
    let may = |permission| operator.may(permission);
    proto::GetDashboardResponse {
        school: context.school.clone(),
        now: scene.now.to_string(),
        started_at: context.started_at.to_string(),
        devices: Some(counts(scene)),
        requirements: compliance::count(states.clone(), silence, scene.now),
        signatures: bands(scene, Age::ALL, Age::word, |member| scene.age(member)),
        locks: bands(scene, Lock::ALL, Lock::word, |member| scene.lock(member)),
        executables: may(Permission::ExecutablesRead).then(|| executables(&estate.new_files)),
        mail: may(Permission::DeliveryRead).then(|| status::mail(&estate.mail, &context.routes, scene.now)),
        alerts: may(Permission::AlertsRead)
            .then_some(proto::AlertCounts { new: estate.alerts_new, acknowledged: estate.alerts_acknowledged }),
        policies: status::policies(states, &estate.sites),
        audit: may(Permission::AuditVerify).then(|| status::audit(context.audit.get(), operator)),
        may_list: may(Permission::DevicesRead),
        ..proto::GetDashboardResponse::default()
    }
}

fn counts(scene: &Scene) -> proto::EstateCounts {
    let mut counts = proto::EstateCounts::default();
    for member in &scene.estate.members {
        counts.enrolled += 1;
        match scene.contact(member) {
            Contact::Reporting => counts.reporting += 1,
            Contact::Silent => counts.silent += 1,
            Contact::Never => counts.never_reported += 1,
        }
    }
    counts
}

fn bands<B: Copy + PartialEq, const N: usize>(
    scene: &Scene,
    all: [B; N],
    word: impl Fn(B) -> &'static str,
    of: impl Fn(&Member) -> B,
) -> Vec<proto::Band> {
    let mut counted = [0_u32; N];
    for member in &scene.estate.members {
        let band = of(member);
        if let Some(at) = all.iter().position(|one| *one == band) {
            counted[at] += 1;
        }
    }
    let band = |(band, devices)| proto::Band { band: word(band).to_owned(), devices };
    all.into_iter().zip(counted).map(band).collect()
}

fn executables(new: &NewFiles) -> proto::NewExecutables {
    let devices = u32::try_from(new.by_device.len()).unwrap_or(u32::MAX);
    proto::NewExecutables { contents: new.contents, devices, more: new.more }
}
