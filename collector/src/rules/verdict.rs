//! What the rules say: verdicts, and how many of them become few.

use caretaker_shared::model::Requirement;

/// What one reading says about the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Who was asked: the name of a probe; empty for what the collector knows by itself. Two probes may answer one
    /// requirement, and neither closes what the other opened.
    pub source: &'static str,
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

impl Verdict {
    pub(super) fn device(requirement: Requirement, outcome: VerdictOutcome) -> Self {
        Self { requirement, subject: String::new(), outcome }
    }

    pub(super) fn of(requirement: Requirement, subject: &str, outcome: VerdictOutcome) -> Self {
        Self { requirement, subject: subject.to_owned(), outcome }
    }
}

impl VerdictOutcome {
    pub(super) fn meets(summary: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Meets { summary: summary.into(), reason: reason.into() }
    }

    pub(super) fn fails(summary: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Fails { summary: summary.into(), reason: reason.into(), remedy: remedy.into() }
    }

    pub(super) fn unknown(summary: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unknown { summary: summary.into(), reason: reason.into(), remedy: remedy.into() }
    }

    /// 0 meets, 1 unknown, 2 fails: where two answers concern one subject, the worse one stands.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::Meets { .. } => 0,
            Self::Unknown { .. } => 1,
            Self::Fails { .. } => 2,
        }
    }
}

/// How the verdicts on many subjects become those on a device.
pub(super) struct Sum<'a> {
    pub(super) requirement: Requirement,
    /// What kept the probe from seeing the rest.
    pub(super) missing: Option<&'a str>,
    /// What to say of the device when no subject fails or is unknown.
    pub(super) all_well: VerdictOutcome,
    /// What to say in a few words when something was not seen.
    pub(super) not_all: &'a str,
    /// What to do then.
    pub(super) look: &'a str,
}

impl Sum<'_> {
    /// Of a whole answer: what does not meet the policy, or one verdict that all is well. Of a part: all verdicts, so
    /// that what is met by now is closed, and one that not everything was seen.
    pub(super) fn of(self, subjects: impl IntoIterator<Item = (String, VerdictOutcome)>) -> Vec<Verdict> {
        let verdicts =
            worst(subjects).into_iter().map(|(subject, outcome)| Verdict::of(self.requirement, &subject, outcome));
        if let Some(missing) = self.missing {
            let rest = VerdictOutcome::unknown(self.not_all, missing, self.look);
            return verdicts.chain([Verdict::device(self.requirement, rest)]).collect();
        }
        let mut verdicts: Vec<Verdict> = verdicts.filter(|verdict| verdict.outcome.weight() > 0).collect();
        if verdicts.is_empty() {
            verdicts.push(Verdict::device(self.requirement, self.all_well));
        }
        verdicts
    }
}

/// One outcome for each subject: the worst; of equals the first.
pub(super) fn worst(
    subjects: impl IntoIterator<Item = (String, VerdictOutcome)>,
) -> std::collections::BTreeMap<String, VerdictOutcome> {
    let mut worst = std::collections::BTreeMap::<String, VerdictOutcome>::new();
    for (subject, outcome) in subjects {
        let stands = worst.get(&subject).is_some_and(|other| other.weight() >= outcome.weight());
        if !stands {
            worst.insert(subject, outcome);
        }
    }
    worst
}
