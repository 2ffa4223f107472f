//! What the policy makes of what devices report: pure functions from a reading to verdicts, one file per requirement.
//!
//! Nothing here reads a clock or a database. A verdict is a whole sentence in three parts for a tired network manager:
//! what is so, how we know, what to do. What could not be told is a verdict of its own and never counts as met.

mod administrators;
mod antivirus;
mod bypass;
mod class;
mod clear_screen;
mod contact;
mod encryption;
mod executables;
mod games;
mod media;
mod passwords;
mod place;
mod removable;
#[cfg(test)]
pub(crate) mod sample;
mod screen_lock;
mod sessions;
mod signatures;
mod updates;
mod verdict;
mod words;

use caretaker_shared::model::{AntivirusProduct, Facts, Outcome, ProbeName, Reading, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

pub use verdict::{Judgement, Verdict, VerdictOutcome};

/// Compares a reading with the policy.
#[must_use]
pub fn judge(reading: &Reading, policy: &Policy, now: Timestamp) -> Judgement {
    let covers = covered_by(reading.probe);
    let source = reading.probe.as_str();
    let (facts, missing) = match &reading.outcome {
        Outcome::Complete(facts) => (facts, None),
        Outcome::Partial { facts, reason } => (facts, Some(reason.as_str())),
        Outcome::Unsupported { reason } | Outcome::Failed { reason } => return unanswered(source, covers, reason),
    };
    let verdicts = match facts {
        Facts::Software(titles) => {
            [games::judge_titles(titles, missing, policy), bypass::judge_titles(titles, missing, policy)].concat()
        }
        Facts::Executables(found) => [
            executables::judge(&found.files, missing, policy),
            games::judge_files(found, missing, policy),
            bypass::judge_files(&found.files, missing, policy),
        ]
        .concat(),
        Facts::Antivirus(found) => vec![
            antivirus::judge(&found.products, missing, policy),
            signatures::judge(&found.products, missing, policy, now),
        ],
        Facts::ScreenLock(locks) => {
            [screen_lock::judge(locks, missing, policy), clear_screen::judge(locks, missing)].concat()
        }
        Facts::Encryption(volumes) => encryption::judge(volumes, missing, policy),
        Facts::Updates(found) => vec![updates::judge(found, missing, policy, now)],
        Facts::Accounts(accounts) => {
            [passwords::judge(accounts, missing, policy, now), administrators::judge(accounts, missing, policy)]
                .concat()
        }
        Facts::Sessions(sessions) => sessions::judge(sessions, missing, policy, reading.taken_at),
        Facts::Removable(media) => removable::judge(media, missing, policy),
        Facts::Network(network) => bypass::judge_network(network, missing, policy),
        Facts::Host(_) | Facts::Hardware(_) | Facts::Firewall(_) => Vec::new(),
    };
    Judgement { source, covers, complete: missing.is_none(), verdicts }
}

/// The ways around the filter that are in use, in a few words each: what the network manager hears of at once (E7).
#[must_use]
pub fn bypass_in_use(facts: &Facts, policy: &Policy) -> Vec<String> {
    if let Facts::Network(network) = facts { bypass::in_use(network, policy) } else { Vec::new() }
}

/// When the newest signatures were made that protect a device by the policy (A1); `None` when that is not known.
#[must_use]
pub fn signatures_of(products: &[AntivirusProduct], policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    signatures::newest(products, policy, now)
}

/// Compares the time of a device's last word with the policy (A1).
#[must_use]
pub fn judge_contact(last_seen: Option<Timestamp>, enrolled: Timestamp, policy: &Policy, now: Timestamp) -> Judgement {
    let verdicts = vec![contact::judge(last_seen, enrolled, policy, now)];
    Judgement { source: "", covers: vec![Requirement::A1Seen], complete: true, verdicts }
}

/// The requirements that a probe's readings answer.
pub(crate) fn covered_by(probe: ProbeName) -> Vec<Requirement> {
    Requirement::ALL.into_iter().filter(|requirement| requirement.probes().contains(&probe)).collect()
}

fn unanswered(source: &'static str, covers: Vec<Requirement>, reason: &str) -> Judgement {
    let reason = if reason.is_empty() { "the device gave no reason" } else { reason };
    let unknown = |&requirement: &Requirement| {
        let remedy = "Remove what keeps the agent from looking, or check this device by hand.";
        Verdict::device(requirement, VerdictOutcome::unknown("could not be checked", reason, remedy))
    };
    let verdicts = covers.iter().map(unknown).collect();
    Judgement { source, covers, complete: false, verdicts }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Antivirus, Facts, HostFacts, Outcome, ProbeName, Reading, Requirement};

    use super::{VerdictOutcome, judge, sample};

    fn reading(probe: ProbeName, outcome: Outcome) -> Reading {
        Reading { probe, taken_at: sample::now(), outcome }
    }

    #[test]
    fn what_could_not_be_read_is_unknown_with_the_probes_reason() {
        for outcome in [
            Outcome::Failed { reason: "/etc/dconf: permission denied".into() },
            Outcome::Unsupported { reason: "/etc/dconf: permission denied".into() },
        ] {
            let judgement = judge(&reading(ProbeName::Antivirus, outcome), &sample::policy(), sample::now());
            assert!(!judgement.complete);
            assert_eq!(judgement.covers, [Requirement::E1, Requirement::A1Signatures]);
            assert_eq!(judgement.verdicts.len(), 2);
            for verdict in judgement.verdicts {
                let VerdictOutcome::Unknown { reason, remedy, .. } = verdict.outcome else {
                    panic!("an unread subject is unknown");
                };
                assert_eq!(reason, "/etc/dconf: permission denied");
                assert!(!remedy.is_empty());
            }
        }
    }

    #[test]
    fn host_facts_answer_no_requirement() {
        let host = HostFacts {
            hostname: "lab-01".into(),
            os: String::new(),
            platform: "linux".into(),
            kernel: String::new(),
            architecture: String::new(),
            processors: 1,
            memory_bytes: 1,
            booted_at: sample::now(),
        };
        let outcome = Outcome::Complete(Facts::Host(host));
        let judgement = judge(&reading(ProbeName::Host, outcome), &sample::policy(), sample::now());
        assert!(judgement.covers.is_empty() && judgement.verdicts.is_empty());
    }

    #[test]
    fn no_reading_of_an_unprotected_device_is_ever_met() {
        let nothing = Facts::Antivirus(Antivirus::default());
        for outcome in [
            Outcome::Complete(nothing.clone()),
            Outcome::Partial { facts: nothing, reason: "one folder could not be read".into() },
        ] {
            let judgement = judge(&reading(ProbeName::Antivirus, outcome), &sample::policy(), sample::now());
            assert!(judgement.verdicts.iter().all(|verdict| verdict.outcome.weight() > 0));
        }
    }
}
