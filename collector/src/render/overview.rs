//! `findings` without a requirement: each in a few lines, in words, with what to do and where to look closer.

use std::collections::BTreeSet;

use caretaker_proto::console::v1::Finding;
use caretaker_shared::model::Requirement;

use super::findings::head;
use super::group::{Group, group};
use super::sentence::{because, predicate};
use super::text::{counted, hang, number, safe};
use super::{Ink, Screen};

/// Groups that are said of one requirement; the rest is counted.
const GROUPS: usize = 3;

/// The screen; `None` when there is no finding, and what to say then is the caller's to know.
#[must_use]
pub fn show(findings: &[Finding], screen: &Screen) -> Option<String> {
    let known: BTreeSet<&str> = findings.iter().map(|finding| finding.requirement.as_str()).collect();
    let mut order: Vec<&str> = known.into_iter().collect();
    // In the order of the status; what this version does not know comes last.
    order.sort_by_key(|id| Requirement::ALL.iter().position(|known| known.id() == *id).unwrap_or(usize::MAX));
    let shown: Vec<String> = order
        .iter()
        .map(|requirement| {
            let of_it: Vec<&Finding> = findings.iter().filter(|finding| finding.requirement == *requirement).collect();
            one(requirement, &of_it, screen)
        })
        .collect();
    (!shown.is_empty()).then(|| shown.join("\n"))
}

fn one(requirement: &str, findings: &[&Finding], screen: &Screen) -> String {
    let mut shown = head(requirement, findings, screen);
    let groups = group(findings);
    for group in groups.iter().take(GROUPS) {
        shown.push_str(&sentence(requirement, group, screen));
    }
    let more: u32 = groups.iter().skip(GROUPS).map(|group| group.device_count).sum();
    let close = format!("Show: findings {requirement}   devices --finding {requirement}");
    let rest = match groups.len().saturating_sub(GROUPS) {
        0 => String::new(),
        kinds => format!(
            "And {} of {}. ",
            counted(u64::try_from(kinds).unwrap_or(u64::MAX), "other kind"),
            counted(more, "device")
        ),
    };
    shown.push_str(&format!("     {rest}{}\n", screen.ink(Ink::Faint, &close)));
    shown
}

/// " 13 devices lock after 15 min; the policy says 5 min. Set by: ... Do: ...".
fn sentence(requirement: &str, group: &Group<'_>, screen: &Screen) -> String {
    let unsure = group.verdict == "unknown";
    let said = predicate(&safe(group.summary), group.device_count);
    let open = if unsure { " (unknown)" } else { "" };
    let text = format!("{said}{open}{}.", because(requirement, !unsure, &safe(group.reason)));
    let start = format!("{:>4} ", number(group.device_count));
    let mut shown = hang(&start, &text, screen.width);
    if !group.remedy.is_empty() && !group.closed {
        shown.push_str(&hang("     Do: ", &safe(group.remedy), screen.width));
    }
    let ink = if unsure || group.closed { Ink::Unsure } else { Ink::Bad };
    shown.replacen(&said, &screen.ink(ink, &said), 1)
}
