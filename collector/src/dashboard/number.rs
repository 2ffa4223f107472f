//! The numbers of the front page that have devices behind them.

use caretaker_shared::model::Requirement;

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    /// Every device.
    All,
    /// Those that were heard of in time.
    Reporting,
    /// Those that were not.
    Silent,
    /// Those that were never heard of.
    NeverReported,
    /// Those that work by another policy than the one in force.
    Policy,
    /// Those with an executable that is new today.
    Executables,
    /// Those that do not meet a requirement, or of which it is not known; by its id.
    Requirement(String),
    /// Those whose signatures are of that age; by the contract's word.
    Signatures(String),
    /// Those that lock after that time; by the contract's word.
    Lock(String),
}

impl Number {
    /// As the contract writes it.
    pub(super) fn word(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Reporting => "reporting".into(),
            Self::Silent => "silent".into(),
            Self::NeverReported => "never-reported".into(),
            Self::Policy => "policy".into(),
            Self::Executables => "executables".into(),
            Self::Requirement(id) => format!("requirement:{id}"),
            Self::Signatures(band) => format!("signatures:{band}"),
            Self::Lock(band) => format!("lock:{band}"),
        }
    }

    /// As the head of a list says it: "devices", "silent devices", "screens that never lock".
    pub(super) fn title(&self) -> String {
        match self {
            Self::All => "devices".into(),
            Self::Reporting => "devices that report".into(),
            Self::Silent => "silent devices".into(),
            Self::NeverReported => "devices that never reported".into(),
            Self::Policy => "devices without the policy in force".into(),
            Self::Executables => "devices with new executables".into(),
            Self::Requirement(id) => match Requirement::parse(id) {
                Some(requirement) => format!("{} {}", requirement.id(), requirement.title()),
                None => id.clone(),
            },
            Self::Signatures(band) => match band.as_str() {
                "1d" => "signatures up to 1 day old".into(),
                "3d" => "signatures 1 to 3 days old".into(),
                "7d" => "signatures 3 to 7 days old".into(),
                "older" => "signatures more than 7 days old".into(),
                _ => "signatures of unknown age".into(),
            },
            Self::Lock(band) => match band.as_str() {
                "5min" => "screens that lock within 5 minutes".into(),
                "10min" => "screens that lock after 5 to 10 minutes".into(),
                "15min" => "screens that lock after 10 to 15 minutes".into(),
                "longer" => "screens that lock after more than 15 minutes".into(),
                "never" => "screens that never lock".into(),
                _ => "screens of which it is not known when they lock".into(),
            },
        }
    }
}
