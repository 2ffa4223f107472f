//! When licences are audited, by what measure, and who hears of it.

use caretaker_shared::policy::{Licences, Policy};

use super::people::clock;
use super::words::{counted, list};
use super::{Measure, Statement};

pub(super) fn statements(policy: &Policy) -> Vec<Statement> {
    let Licences { at, business_manager, provider, unused_days, stale_days, warn_days } = &policy.licences;
    let at = clock(*at);
    let ends: Vec<String> = warn_days.iter().rev().map(ToString::to_string).collect();
    vec![
        Statement::new(
            "licences.at",
            Measure::Other(at.clone()),
            format!("What is installed is held against what was bought on the first school day of each week, at {at}."),
        ),
        hears(
            "licences.business_manager",
            business_manager,
            ("The result goes to nobody by mail; 'audit show' has it.", "The result, with what licences cost, goes to"),
        ),
        hears(
            "licences.provider",
            provider,
            (
                "No outside technician gets it.",
                "Without people's names and without costs, it goes to an outside technician",
            ),
        ),
        Statement::new(
            "licences.unused_days",
            Measure::Other(unused_days.to_string()),
            format!("A copy that was not opened for {} is unused.", counted(*unused_days, "day")),
        ),
        Statement::new(
            "licences.stale_days",
            Measure::Other(stale_days.to_string()),
            format!("A device that was not seen for {} is not counted, and shown apart.", counted(*stale_days, "day")),
        ),
        Statement::new(
            "licences.warn_days",
            Measure::Other(ends.join(", ")),
            format!("A licence that ends is told of {} days before.", list(&ends)),
        ),
    ]
}

fn hears(key: &'static str, addresses: &[String], (nobody, somebody): (&str, &str)) -> Statement {
    let says = if addresses.is_empty() { nobody.to_owned() } else { format!("{somebody}: {}.", list(addresses)) };
    Statement::new(key, Measure::Other(addresses.join(", ")), says)
}
