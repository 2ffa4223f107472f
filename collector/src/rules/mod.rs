//! What the policy makes of what devices report: pure functions from a reading to verdicts, one file per requirement.
//!
//! Nothing here reads a clock or a database. A verdict is a whole sentence in three parts for a tired network manager:
//! what is so, how we know, what to do. What could not be told is a verdict of its own and never counts as met.

mod antivirus;
mod contact;
mod executables;
#[cfg(test)]
pub(crate) mod sample;
mod screen_lock;
mod signatures;
mod words;

use caretaker_shared::model::{Facts, Outcome, ProbeName, Reading, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

/// What one reading says about the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The requirements that this reading answers. Findings of others are left alone.
    pub covers: Vec<Requirement>,
    /// Whether everything was looked at. When it was not, a subject without a verdict may still exist.
    pub complete: bool,
    /// One for each requirement and subject.
    pub verdicts: Vec<Verdict>,
}

/// What is so of one subject of one requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What is asked.
    pub requirement: Requirement,
    /// Of what: a user, a path; empty for the device.
    pub subject: String,
    /// What came of it.
    pub outcome: VerdictOutcome,
}

/// What came of comparing. A summary is a few words ("never locks"), a reason says how we know and where it stands,
/// a remedy says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerdictOutcome {
    /// As the policy asks.
    Meets {
        /// In a few words.
        summary: String,
        /// How we know.
        reason: String,
    },
    /// Not as the policy asks.
    Fails {
        /// In a few words.
        summary: String,
        /// How we know.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// It cannot be told.
    Unknown {
        /// In a few words.
        summary: String,
        /// What kept us from knowing.
        reason: String,
        /// What to do.
        remedy: String,
    },
}

/// Compares a reading with the policy.
#[must_use]
pub fn judge(reading: &Reading, policy: &Policy, now: Timestamp) -> Judgement {
    let covers = covered_by(reading.probe);
    let (facts, missing) = match &reading.outcome {
        Outcome::Complete(facts) => (facts, None),
        Outcome::Partial { facts, reason } => (facts, Some(reason.as_str())),
        Outcome::Unsupported { reason } | Outcome::Failed { reason } => return unanswered(&covers, reason),
    };
    let verdicts = match facts {
        Facts::Executables(found) => executables::judge(&found.files, missing, policy),
        Facts::Antivirus(found) => vec![
            antivirus::judge(&found.products, missing, policy),
            signatures::judge(&found.products, missing, policy, now),
        ],
        Facts::ScreenLock(locks) => screen_lock::judge(locks, missing, policy),
        Facts::Host(_)
        | Facts::Hardware(_)
        | Facts::Software(_)
        | Facts::Encryption(_)
        | Facts::Firewall(_)
        | Facts::Updates(_)
        | Facts::Accounts(_)
        | Facts::Sessions(_)
        | Facts::Removable(_)
        | Facts::Network(_) => Vec::new(),
    };
    Judgement { covers, complete: missing.is_none(), verdicts }
}

/// Compares the time of a device's last word with the policy (A1).
#[must_use]
pub fn judge_contact(last_seen: Option<Timestamp>, enrolled: Timestamp, policy: &Policy, now: Timestamp) -> Judgement {
    let verdicts = vec![contact::judge(last_seen, enrolled, policy, now)];
    Judgement { covers: vec![Requirement::A1Seen], complete: true, verdicts }
}

/// The requirements that a probe's readings answer.
pub(crate) fn covered_by(probe: ProbeName) -> Vec<Requirement> {
    match probe {
        ProbeName::Host
        | ProbeName::Hardware
        | ProbeName::Software
        | ProbeName::Encryption
        | ProbeName::Firewall
        | ProbeName::Updates
        | ProbeName::Accounts
        | ProbeName::Sessions
        | ProbeName::Removable
        | ProbeName::Network => Vec::new(),
        ProbeName::Executables => vec![Requirement::E4],
        ProbeName::Antivirus => vec![Requirement::E1, Requirement::A1Signatures],
        ProbeName::ScreenLock => vec![Requirement::E2],
    }
}

fn unanswered(covers: &[Requirement], reason: &str) -> Judgement {
    let reason = if reason.is_empty() { "the device gave no reason" } else { reason };
    let unknown = |&requirement| {
        let remedy = "Remove what keeps the agent from looking, or check this device by hand.";
        Verdict::device(requirement, VerdictOutcome::unknown("could not be checked", reason, remedy))
    };
    Judgement { covers: covers.to_vec(), complete: false, verdicts: covers.iter().map(unknown).collect() }
}

impl Verdict {
    fn device(requirement: Requirement, outcome: VerdictOutcome) -> Self {
        Self { requirement, subject: String::new(), outcome }
    }
}

impl VerdictOutcome {
    fn meets(summary: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Meets { summary: summary.into(), reason: reason.into() }
    }

    fn fails(summary: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Fails { summary: summary.into(), reason: reason.into(), remedy: remedy.into() }
    }

    fn unknown(summary: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unknown { summary: summary.into(), reason: reason.into(), remedy: remedy.into() }
    }

    /// 0 meets, 1 unknown, 2 fails: where two answers concern one subject, the worse one stands.
    fn weight(&self) -> u8 {
        match self {
            Self::Meets { .. } => 0,
            Self::Unknown { .. } => 1,
            Self::Fails { .. } => 2,
        }
    }
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
