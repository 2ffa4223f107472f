//! What holds at one device, requirement by requirement, worked out again from its stored readings.
//!
//! Every requirement gets a verdict: one that no reading answers is unknown, never met.

use std::collections::HashSet;

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::{ProbeName, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use prost::Message as _;

use crate::rules::{self, Verdict, VerdictOutcome};
use crate::store::console::{DeviceCard, DeviceRow, OpenFinding, ReadingRow};

/// Bytes that the verdicts of one answer may take.
const BYTES: usize = 1024 * 1024;

/// The verdicts on a device, and how many did not fit. One that was shut out is not judged.
pub(super) fn of(device: &DeviceRow, card: &DeviceCard, now: Timestamp) -> (Vec<proto::Verdict>, u32) {
    if device.status != "active" {
        return (Vec::new(), 0);
    }
    let policy = card.policy.as_deref().and_then(|text| Policy::parse(text).ok());
    let (judged, partly) = policy.map(|policy| judge(device, card, &policy, now)).unwrap_or_default();
    let mut verdicts = Vec::new();
    for requirement in Requirement::ALL {
        let own: Vec<&Verdict> = judged.iter().filter(|verdict| verdict.requirement == requirement).collect();
        let open = card.findings.iter().filter(|finding| finding.requirement == requirement.id());
        let rests_on_findings = own.is_empty() || partly.contains(&requirement);
        let more: Vec<&OpenFinding> = open
            .filter(|finding| rests_on_findings && own.iter().all(|verdict| verdict.subject != finding.subject))
            .collect();
        if own.is_empty() && more.is_empty() {
            verdicts.push(silent(requirement, card.policy.is_some()));
        } else if let Some(probe) = unheard(requirement, card) {
            // What one of its probes said is not all there is to know.
            let reason = format!("the device has not reported on {probe} yet");
            verdicts.push(proto::Verdict { reason, ..silent(requirement, true) });
        }
        verdicts.extend(own.into_iter().map(|verdict| message(verdict, &card.findings)));
        verdicts.extend(more.into_iter().map(|finding| from_finding(requirement, finding)));
    }
    fit(verdicts)
}

/// All verdicts of the rules, and the requirements of which not everything was looked at.
fn judge(
    device: &DeviceRow,
    card: &DeviceCard,
    policy: &Policy,
    now: Timestamp,
) -> (Vec<Verdict>, HashSet<Requirement>) {
    let mut judgements: Vec<_> = card
        .readings
        .iter()
        .filter_map(ReadingRow::reading)
        .map(|reading| rules::judge(&reading, policy, now))
        .collect();
    let contact = rules::judge_contact(device.last_seen_at, device.enrolled_at, policy, now);
    if !contact.verdicts.iter().all(|verdict| matches!(verdict.outcome, VerdictOutcome::Meets { .. })) {
        judgements.iter_mut().flat_map(|judgement| &mut judgement.verdicts).for_each(doubt);
    }
    judgements.push(contact);
    let partly =
        judgements.iter().filter(|judgement| !judgement.complete).flat_map(|judgement| judgement.covers.clone());
    let partly = partly.collect();
    (judgements.into_iter().flat_map(|judgement| judgement.verdicts).collect(), partly)
}

/// Takes back what a device met before it fell silent: it may be so no longer.
fn doubt(verdict: &mut Verdict) {
    if let VerdictOutcome::Meets { summary, reason } = &verdict.outcome {
        verdict.outcome = VerdictOutcome::Unknown {
            summary: "the device is silent".to_owned(),
            reason: format!("when it was last heard of: {summary}; {reason}"),
            remedy: "Bring the device onto the school network.".to_owned(),
        };
    }
}

/// Of a requirement that takes the answers of several probes, one that has not said anything yet.
fn unheard(requirement: Requirement, card: &DeviceCard) -> Option<ProbeName> {
    if requirement.probes().len() < 2 {
        return None;
    }
    let heard = |probe: &ProbeName| card.readings.iter().any(|reading| reading.probe == probe.as_str());
    requirement.probes().iter().copied().find(|probe| !heard(probe))
}

/// What is said of a requirement that nothing speaks of. Only contradictions are found without being looked for.
fn silent(requirement: Requirement, has_policy: bool) -> proto::Verdict {
    let (verdict, summary, reason) = if requirement == Requirement::Integrity {
        ("meets", "nothing contradicts itself", "no two reports under one number")
    } else if has_policy {
        ("unknown", "not reported", "the device has not reported on this yet")
    } else {
        ("unknown", "not judged", "the site has no policy")
    };
    proto::Verdict {
        requirement: requirement.id().to_owned(),
        title: requirement.title().to_owned(),
        verdict: verdict.to_owned(),
        summary: summary.to_owned(),
        reason: reason.to_owned(),
        ..proto::Verdict::default()
    }
}

fn message(verdict: &Verdict, open: &[OpenFinding]) -> proto::Verdict {
    let (word, summary, reason, remedy) = match &verdict.outcome {
        VerdictOutcome::Meets { summary, reason } => ("meets", summary, reason, ""),
        VerdictOutcome::Fails { summary, reason, remedy } => ("fails", summary, reason, remedy.as_str()),
        VerdictOutcome::Unknown { summary, reason, remedy } => ("unknown", summary, reason, remedy.as_str()),
    };
    let since = open.iter().find(|finding| {
        finding.requirement == verdict.requirement.id() && finding.subject == verdict.subject && finding.verdict == word
    });
    proto::Verdict {
        requirement: verdict.requirement.id().to_owned(),
        title: verdict.requirement.title().to_owned(),
        subject: verdict.subject.clone(),
        verdict: word.to_owned(),
        summary: summary.clone(),
        reason: reason.clone(),
        since: since.map(|finding| finding.opened_at.to_string()).unwrap_or_default(),
        remedy: remedy.to_owned(),
    }
}

fn from_finding(requirement: Requirement, finding: &OpenFinding) -> proto::Verdict {
    proto::Verdict {
        requirement: requirement.id().to_owned(),
        title: requirement.title().to_owned(),
        subject: finding.subject.clone(),
        verdict: finding.verdict.clone(),
        summary: finding.summary.clone(),
        reason: finding.reason.clone(),
        since: finding.opened_at.to_string(),
        remedy: finding.remedy.clone(),
    }
}

fn fit(verdicts: Vec<proto::Verdict>) -> (Vec<proto::Verdict>, u32) {
    let (mut bytes, mut left_out, mut kept) = (0, 0, Vec::with_capacity(verdicts.len()));
    for verdict in verdicts {
        // One device's files come before its integrity: each verdict is weighed alone, so that the last ones stay.
        bytes += verdict.encoded_len();
        if bytes > BYTES && !verdict.subject.is_empty() {
            left_out += 1;
        } else {
            kept.push(verdict);
        }
    }
    (kept, left_out)
}
