//! The devices behind a number of the front page.

use std::collections::{HashMap, HashSet};

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Requirement;
use prost::Message as _;

use super::Scene;
use super::bands::{Age, Contact, Lock};
use crate::console::compliance::{Standing, standing};
use crate::console::findings::time;
use crate::console::peer::Operator;
use crate::console::refusal::Refusal;
use crate::console::{ANSWER_BYTES, Context, personal};
use crate::render::text::counted;
use crate::store::estate::{Member, NamedDevice};

/// Bytes of devices that one answer may take.
const BYTES: usize = ANSWER_BYTES / 4 * 3;

/// A number of the front page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    All,
    Reporting,
    Silent,
    NeverReported,
    Policy,
    Executables,
    Requirement(Requirement),
    Signatures(Age),
    Lock(Lock),
}

/// The number of that word.
pub(super) fn number(word: &str) -> Result<Number, Refusal> {
    let unknown = || Refusal::Field {
        field: "number",
        problem: "is none of the front page",
        remedy: "one of: all, reporting, silent, never-reported, policy, executables, requirement:E2, signatures:older, \
                 lock:never",
    };
    match word.split_once(':') {
        None => match word {
            "all" => Some(Number::All),
            "reporting" => Some(Number::Reporting),
            "silent" => Some(Number::Silent),
            "never-reported" => Some(Number::NeverReported),
            "policy" => Some(Number::Policy),
            "executables" => Some(Number::Executables),
            _ => None,
        },
        Some(("requirement", id)) => Requirement::parse(id).map(Number::Requirement),
        Some(("signatures", band)) => Age::ALL.into_iter().find(|age| age.word() == band).map(Number::Signatures),
        Some(("lock", band)) => Lock::ALL.into_iter().find(|lock| lock.word() == band).map(Number::Lock),
        Some(_) => None,
    }
    .ok_or_else(unknown)
}

/// The devices that were counted there, by name.
pub(super) async fn list(
    context: &Context,
    scene: &Scene,
    number: Number,
    operator: &Operator,
) -> Result<proto::ListBehindResponse, Refusal> {
    let members: HashMap<i64, &Member> = scene
        .estate
        .members
        .iter()
        .filter(|member| scene.counts(member, number))
        .map(|member| (member.rowid, member))
        .collect();
    let requirement = if let Number::Requirement(requirement) = number { Some(requirement) } else { None };
    let rowids: HashSet<i64> = members.keys().copied().collect();
    let named = context.store.names_of(rowids, requirement).await?;
    let total = named.len();
    let mut devices: Vec<proto::BehindDevice> = named
        .into_iter()
        .filter_map(|device| {
            let member = members.get(&device.rowid)?;
            Some(scene.device(device, member, number, operator))
        })
        .collect();
    // Sorting keeps the order by name within each verdict; "fails" stands before "unknown".
    devices.sort_by(|one, other| one.verdict.cmp(&other.verdict));
    let mut bytes = 0;
    let shown: Vec<_> = devices
        .into_iter()
        .take_while(|device| {
            bytes += device.encoded_len() + 4;
            bytes <= BYTES
        })
        .collect();
    let left_out = u32::try_from(total - shown.len()).unwrap_or(u32::MAX);
    Ok(proto::ListBehindResponse { now: scene.now.to_string(), devices: shown, left_out })
}

impl Scene {
    /// Whether a device is one of those that the number counts.
    fn counts(&self, member: &Member, number: Number) -> bool {
        match number {
            Number::All => true,
            Number::Reporting => self.contact(member) == Contact::Reporting,
            Number::Silent => self.contact(member) == Contact::Silent,
            Number::NeverReported => self.contact(member) == Contact::Never,
            Number::Policy => member.state.policy_version != self.estate.sites[member.state.site].policy_version,
            Number::Executables => self.estate.new_files.by_device.contains_key(&member.rowid),
            Number::Requirement(requirement) => self.standing(member, requirement) != Standing::Met,
            Number::Signatures(age) => self.age(member) == age,
            Number::Lock(lock) => self.lock(member) == lock,
        }
    }

    fn standing(&self, member: &Member, requirement: Requirement) -> Standing {
        standing(&member.state, requirement, self.rules(member).silence, self.now)
    }

    fn device(&self, device: NamedDevice, member: &Member, number: Number, operator: &Operator) -> proto::BehindDevice {
        let verdict = match number {
            Number::Requirement(requirement) => match self.standing(member, requirement) {
                Standing::NotMet => "fails",
                Standing::Unknown => "unknown",
                Standing::Met => "",
            },
            Number::All
            | Number::Reporting
            | Number::Silent
            | Number::NeverReported
            | Number::Policy
            | Number::Executables
            | Number::Signatures(_)
            | Number::Lock(_) => "",
        };
        proto::BehindDevice {
            id: device.id.to_string(),
            site: self.estate.sites[member.state.site].name.clone(),
            last_seen_at: time(member.state.last_seen_at),
            verdict: verdict.to_owned(),
            note: self.note(&device, member, number, operator),
            name: device.name,
        }
    }

    /// What is so, in a few words.
    fn note(&self, device: &NamedDevice, member: &Member, number: Number, operator: &Operator) -> String {
        match number {
            Number::All | Number::Reporting | Number::Silent => open(member),
            Number::NeverReported => String::new(),
            Number::Policy => {
                let in_force = self.estate.sites[member.state.site].policy_version;
                match member.state.policy_version {
                    0 => format!("has none yet; version {in_force} is in force"),
                    version => format!("has version {version}; {in_force} is in force"),
                }
            }
            Number::Executables => {
                let new = self.estate.new_files.by_device.get(&member.rowid).copied().unwrap_or_default();
                counted(new, "new executable")
            }
            Number::Requirement(_) => found(device, member, operator),
            Number::Signatures(_) => self.signatures(member).map_or_else(
                || "not known".to_owned(),
                |age| match age.as_hours().max(0) {
                    hours @ 0..48 => format!("{} old", counted(hours.unsigned_abs(), "hour")),
                    hours => format!("{} days old", hours / 24),
                },
            ),
            Number::Lock(_) => match member.locks {
                None => "not told".to_owned(),
                Some(locks) if locks.never => "never locks".to_owned(),
                Some(locks) => {
                    let longest = locks.seconds.map(|seconds| format!("after {}", minutes(seconds)));
                    match (longest, locks.unsure) {
                        (Some(longest), false) => longest,
                        (Some(longest), true) => format!("{longest}, of others not known"),
                        (None, _) => "not known".to_owned(),
                    }
                }
            },
        }
    }
}

/// "3 not met, 1 unknown": the requirements that something is open of.
fn open(member: &Member) -> String {
    let (fails, unknown) = (member.state.fails.len(), member.state.unknown.difference(&member.state.fails).count());
    match (fails, unknown) {
        (0, 0) => String::new(),
        (fails, 0) => format!("{fails} not met"),
        (0, unknown) => format!("{unknown} unknown"),
        (fails, unknown) => format!("{fails} not met, {unknown} unknown"),
    }
}

/// The finding of a requirement, as this operator may see it.
fn found(device: &NamedDevice, member: &Member, operator: &Operator) -> String {
    let Some(row) = &device.finding else {
        return if member.state.last_seen_at.is_none() { "never reported" } else { "not reported" }.to_owned();
    };
    let mut finding = proto::Finding {
        requirement: row.requirement.clone(),
        subject: row.subject.clone(),
        verdict: row.verdict.clone(),
        summary: row.summary.clone(),
        reason: row.reason.clone(),
        remedy: row.remedy.clone(),
        ..proto::Finding::default()
    };
    personal::finding(&mut finding, operator);
    match device.more {
        0 => finding.summary,
        more => format!("{} (and {more} more)", finding.summary),
    }
}

/// "5 min", "5 min 5 s", "45 s".
fn minutes(seconds: u32) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
