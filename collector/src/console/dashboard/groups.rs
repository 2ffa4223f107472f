//! The groups of devices that can be looked at alone.

use super::SiteRules;
use crate::console::refusal::Refusal;

/// Every group that a policy of these sites names, sorted; one name that sites write differently stands as the first of
/// them does.
pub(super) fn named(rules: &[SiteRules]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for group in rules.iter().filter_map(|rules| rules.policy.as_ref()).flat_map(|policy| &policy.groups) {
        if !named.iter().any(|known| known.eq_ignore_ascii_case(&group.name)) {
            named.push(group.name.clone());
        }
    }
    named.sort_by_key(|name| name.to_lowercase());
    named
}

/// The group that was asked for, as it was written first; empty when none was.
pub(super) fn known(groups: &[String], asked: &str) -> Result<String, Refusal> {
    if asked.is_empty() {
        return Ok(String::new());
    }
    let found = groups.iter().find(|group| group.eq_ignore_ascii_case(asked)).cloned();
    found.ok_or_else(|| Refusal::NoGroup { group: asked.to_owned(), known: groups.to_vec() })
}
