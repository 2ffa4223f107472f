//! The weekly mail about watching itself: numbers and the site, nothing else.

use super::letter::{Letter, Part, Tone};
use crate::store::reports::WeeklyFigures;

/// The mail.
pub(super) fn letter(figures: &WeeklyFigures) -> Letter {
    let WeeklyFigures { site, devices, silent, proven, levels, open } = figures;
    let (missing, alerts) = (devices.saturating_sub(*proven), levels.iter().sum::<u32>());
    let is_quiet = *silent == 0 && missing == 0 && *open == 0 && *devices > 0;
    let opening = match (is_quiet, alerts) {
        (true, 0) => "All is quiet, and the watching itself is awake.",
        (true, _) => "Nothing waits for you, and the watching itself is awake.",
        (false, _) => "Something here wants a look.",
    };
    let mut parts = vec![
        Part::Opening(opening.into()),
        Part::Facts(vec![site.clone(), format!("{} of {devices} devices report", devices.saturating_sub(*silent))]),
    ];
    if *devices == 0 {
        parts.push(Part::Words("No device is enrolled at this site: nothing is watched.".into()));
    }
    let row = |name: &str, number: u32, more: &str| [name.to_owned(), number.to_string(), more.to_owned()];
    let mut rows = vec![
        row("Silent for longer than the policy allows", *silent, "caretaker-collector devices"),
        row("Have not proven this term that their alerts arrive", missing, "caretaker-collector canary list"),
    ];
    for (level, number) in [1, 2, 3, 4, 5].into_iter().zip(levels).rev().filter(|(_, number)| **number > 0) {
        rows.push(row(&format!("Alerts of level {level} in the last week"), *number, ""));
    }
    rows.push(row("Of these, taken by nobody yet", *open, "caretaker-collector cases"));
    parts.push(Part::Table(rows));
    parts.push(Part::Words(
        "This mail comes at the beginning of every school week. If it does not, the watching itself may have stopped: ask \
         the network manager."
            .into(),
    ));
    parts.push(Part::Note("This message holds no names and no content, on purpose.".into()));
    let subject = if is_quiet { "Caretaker this week - all quiet" } else { "Caretaker this week - please look" };
    Letter { subject: subject.to_owned(), tone: Tone::Calm, parts }
}
