//! Why an operator's call was not done, and the one place that makes a gRPC status of it.

use caretaker_shared::model::Role;
use caretaker_shared::policy::PolicyError;
use tonic::{Code, Status};

use super::outcome::Outcome;
use crate::catalogue::Flaws;
use crate::filter::FilterError;
use crate::render::text::{safe, shorten};
use crate::store::StoreError;

/// Columns of a name in a refusal.
const NAME: usize = 60;
/// Groups that a refusal names: all of them could be more than a status can carry.
const GROUPS: usize = 30;

/// Why a call was refused. The first line says what is wrong, the lines after it what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("there is no site \"{}\"\n  {}", named(.site), known_sites(.known))]
    NoSite { site: String, known: Vec<String> },
    #[error("group: there is no group of devices \"{}\"\n  {}", named(.group), known_groups(.known))]
    NoGroup { group: String, known: Vec<String> },
    #[error("there is no device \"{}\"\n  list them:  caretaker-collector devices", named(.0))]
    NoDevice(String),
    #[error("{} devices are called \"{}\"\n  name one by its id:  {}", .ids.len(), named(.name), .ids.join("  "))]
    SeveralDevices { name: String, ids: Vec<String> },
    #[error("{} is retired already\n  its record:  caretaker-collector device show {}", named(.0), named(.0))]
    RetiredBefore(String),
    #[error("{} is {status} already\n  its record:  caretaker-collector device show {}", named(.device), named(.device))]
    LeftBefore { device: String, status: String },
    #[error("no device has an executable that begins with {}\n  list them:  caretaker-collector executables", named(.0))]
    NoExecutable(String),
    #[error("several executables begin with {}\n  give more of its digits", named(.0))]
    SeveralExecutables(String),
    #[error("there is no alert \"{}\"\n  list them:  caretaker-collector alerts --all", named(.0))]
    NoAlert(String),
    #[error("alert {reference} was closed before, with the outcome \"{outcome}\"\n  nothing was changed")]
    ClosedBefore { reference: String, outcome: String },
    #[error("{0} is no test\n  work on it as a case:  caretaker-collector case show {0}")]
    NoCanary(String),
    #[error("{} has not proven itself yet\n  ask it to:  caretaker-collector canary run --device {}", named(.0), named(.0))]
    NotProven(String),
    #[error("there is no device to ask\n  list those that there are:  caretaker-collector devices")]
    NobodyToAsk,
    #[error("{} of a {kind} alert\n  one of:  {}", no_outcome(.outcome), Outcome::words_for(.kind))]
    NoOutcome { outcome: String, kind: String },
    #[error("there is no case \"{}\" that is yours to see\n  list them:  caretaker-collector cases --all", named(.0))]
    NoCase(String),
    #[error("{0} is worked on as a case\n  look at it:  caretaker-collector case show {0}")]
    IsCase(String),
    #[error("case {reference} is {state}; {problem}\n  {remedy}")]
    CaseStands { reference: String, state: &'static str, problem: &'static str, remedy: String },
    #[error("there is no receipt \"{}\" that is yours to see\n  the numbers stand in:  caretaker-collector case show REF", named(.0))]
    NoReceipt(String),
    #[error("receipt {0} {1}\n  nothing was changed")]
    ReceiptStands(String, &'static str),
    #[error("case {reference}: {problem}\n  {remedy}")]
    Opening { reference: String, problem: String, remedy: String },
    #[error("there is no role \"{}\"\n  one of:  {}", named(.0), Role::ALL.map(Role::word).join(", "))]
    NoRole(String),
    #[error("nobody with access is called \"{}\"\n  list them:  caretaker-collector operators list", named(.0))]
    NoOperator(String),
    #[error("somebody called \"{}\" has access already\n  shut them out first, or give another name", named(.0))]
    NameTaken(String),
    #[error("there is no requirement \"{}\"\n  one of:  {}", named(.0), requirements())]
    NoRequirement(String),
    #[error("there is no title \"{}\"\n  list them:  caretaker-collector catalogue list", named(.0))]
    NoTitle(String),
    #[error("{0}\n  nothing was changed")]
    Rules(Flaws),
    #[error("{} is no rule of your own\n  whose a rule is:  caretaker-collector catalogue show SLUG", named(.0))]
    NoOwnRule(String),
    #[error("the collector could not read or write its rules\n  its log says why")]
    RuleFiles,
    #[error("there is no {} that is yours to see\n  list them:  caretaker-collector {}", named(.what), lists(.what))]
    NoEntry { what: String },
    #[error("what holds for all sites is not yours to change\n  {}", own_sites(.sites))]
    ForAllSites { sites: Vec<String> },
    #[error("{problem}\n  {remedy}")]
    Missing { problem: String, remedy: String },
    #[error("{problem}\n  {remedy}")]
    Entry { problem: String, remedy: String },
    #[error("{field} {problem}\n  {remedy}")]
    Field { field: &'static str, problem: &'static str, remedy: &'static str },
    #[error("{0}")]
    Filter(#[from] FilterError),
    #[error("{}", policy_text(.error, *.version))]
    Policy { error: PolicyError, version: u64 },
    #[error("the collector could not read or write its database\n  its log says why")]
    Store(#[from] StoreError),
}

impl Refusal {
    fn code(&self) -> Code {
        match self {
            Self::NoSite { .. }
            | Self::NoGroup { .. }
            | Self::NoDevice(_)
            | Self::NoAlert(_)
            | Self::NoCase(_)
            | Self::NoReceipt(_)
            | Self::NoExecutable(_)
            | Self::NoTitle(_)
            | Self::NoOwnRule(_)
            | Self::NoEntry { .. }
            | Self::Missing { .. }
            | Self::NoOperator(_) => Code::NotFound,
            Self::ClosedBefore { .. }
            | Self::RetiredBefore(_)
            | Self::LeftBefore { .. }
            | Self::CaseStands { .. }
            | Self::IsCase(_)
            | Self::NoCanary(_)
            | Self::NotProven(_)
            | Self::NobodyToAsk
            | Self::ReceiptStands(..)
            | Self::Opening { .. }
            | Self::ForAllSites { .. }
            | Self::NameTaken(_) => Code::FailedPrecondition,
            Self::SeveralDevices { .. }
            | Self::SeveralExecutables(_)
            | Self::NoOutcome { .. }
            | Self::NoRequirement(_)
            | Self::NoRole(_)
            | Self::Entry { .. }
            | Self::Filter(_)
            | Self::Field { .. }
            | Self::Rules(_)
            | Self::Policy { .. } => Code::InvalidArgument,
            Self::Store(_) | Self::RuleFiles => Code::Internal,
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        if let Refusal::Store(error) = &refusal {
            tracing::error!(error = error as &dyn std::error::Error, "an operator's call failed");
        }
        Self::new(refusal.code(), refusal.to_string())
    }
}

/// A name that was asked for, on one line and no longer than a line holds.
fn named(asked: &str) -> String {
    shorten(&safe(asked), NAME)
}

fn known_sites(known: &[String]) -> String {
    if known.is_empty() {
        "no site exists yet; make one:  caretaker-collector policy apply --site Main policy.toml".into()
    } else {
        format!("the sites are:  {}", known.join(", "))
    }
}

fn known_groups(known: &[String]) -> String {
    if known.is_empty() {
        return "no policy names a group here; [[groups]] of a policy does".into();
    }
    let shown: Vec<String> = known.iter().take(GROUPS).map(|group| named(group)).collect();
    let more = known.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    format!("the groups are:  {}{more}", shown.join(", "))
}

/// The command that lists entries of a register: "approval A-0007" is one of `approvals`.
fn lists(what: &str) -> &'static str {
    match what.split(' ').next() {
        Some("approval") => "approvals list --all",
        Some("exception") => "exceptions list --all",
        Some(_) | None => "licences list --all",
    }
}

fn own_sites(sites: &[String]) -> String {
    if sites.is_empty() { "no site is yours".into() } else { format!("name a site of yours:  {}", sites.join(", ")) }
}

fn no_outcome(outcome: &str) -> String {
    if outcome.is_empty() { "say the outcome".into() } else { format!("\"{}\" is no outcome", named(outcome)) }
}

fn requirements() -> String {
    caretaker_shared::model::Requirement::ALL.map(caretaker_shared::model::Requirement::id).join("  ")
}

fn policy_text(error: &PolicyError, version: u64) -> String {
    let kept = match version {
        0 => "nothing was changed".to_owned(),
        version => format!("nothing was changed; version {version} stays in force"),
    };
    format!("{error}\n  {kept}")
}
