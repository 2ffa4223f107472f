//! What `nft --json list ruleset` writes.

use serde_json::Value;

use super::rules::{Action, Place, Rule, Rules};

/// Reads a ruleset; `None` when it is none.
pub(super) fn parse(text: &str) -> Option<Rules> {
    let listed: Value = serde_json::from_str(text).ok()?;
    let mut rules = Rules::default();
    for entry in listed.get("nftables")?.as_array()? {
        if let Some(chain) = entry.get("chain") {
            let place = place(chain, "name")?;
            if said(chain, "hook") == "input" && said(chain, "type") == "filter" {
                rules.input.push((place.clone(), said(chain, "policy") == "drop"));
            }
            rules.chains.entry(place).or_default();
        }
        if let Some(rule) = entry.get("rule") {
            rules.chains.entry(place(rule, "chain")?).or_default().push(rule_of(rule));
        }
    }
    Some(rules)
}

fn said<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn place(object: &Value, name: &str) -> Option<Place> {
    let text = |name: &str| object.get(name)?.as_str().map(str::to_owned);
    Some((text("family")?, text("table")?, text(name)?))
}

fn rule_of(rule: &Value) -> Rule {
    let none = Vec::new();
    let steps = rule.get("expr").and_then(Value::as_array).unwrap_or(&none);
    Rule { always: !steps.iter().any(is_condition), action: action(steps) }
}

/// Whether a step picks packets out. What is not known does, so that no unknown step makes a rule one for all.
fn is_condition(step: &Value) -> bool {
    const FOR_ALL: [&str; 8] = ["accept", "drop", "reject", "jump", "goto", "return", "counter", "log"];
    let Some(step) = step.as_object() else { return true };
    let target = step.get("xt").is_some_and(|extension| said(extension, "type") == "target");
    !target && !step.keys().any(|name| FOR_ALL.contains(&name.as_str()))
}

fn action(steps: &[Value]) -> Action {
    let mut chains = Vec::new();
    for step in steps {
        let extension = step.get("xt").map(|extension| said(extension, "name")).unwrap_or_default();
        if ["DROP", "REJECT"].contains(&extension) || mentions(step, "drop") || mentions(step, "reject") {
            return Action::Drop;
        }
        if extension == "ACCEPT" || step.get("accept").is_some() {
            return Action::Accept;
        }
        if extension == "RETURN" || step.get("return").is_some() {
            return Action::Return;
        }
        targets(step, &mut chains);
    }
    if chains.is_empty() { Action::Nothing } else { Action::Ask(chains) }
}

/// Whether a step has this verdict, or a map that holds it. The depth is that which the JSON reader allows.
fn mentions(step: &Value, verdict: &str) -> bool {
    match step {
        Value::Object(fields) => fields.iter().any(|(name, inner)| name == verdict || mentions(inner, verdict)),
        Value::Array(items) => items.iter().any(|inner| mentions(inner, verdict)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn targets(step: &Value, chains: &mut Vec<String>) {
    match step {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner.get("target").and_then(Value::as_str) {
                    Some(target) if name == "jump" || name == "goto" => chains.push(target.to_owned()),
                    Some(_) | None => targets(inner, chains),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| targets(inner, chains)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::Inbound;
    use super::*;

    #[test]
    fn judges_recorded_rulesets_by_their_effect() {
        for (text, expected) in [
            (include_str!("testdata/debian-12-nft-1.0.6-drop.json"), Inbound::Refused),
            (include_str!("testdata/debian-12-nft-1.0.6-firewalld.json"), Inbound::Refused),
            (include_str!("testdata/debian-12-nft-1.0.6-ufw.json"), Inbound::Refused),
            (include_str!("testdata/debian-12-nft-1.0.6-ipv4-only.json"), Inbound::Ipv4Refused),
            (include_str!("testdata/debian-12-nft-1.0.6-fail2ban.json"), Inbound::SomeRefused),
            (include_str!("testdata/debian-12-nft-1.0.6-empty.json"), Inbound::Open),
        ] {
            assert_eq!(parse(text).expect("a ruleset").inbound(), expected, "{text}");
        }
    }

    #[test]
    fn a_map_of_verdicts_is_looked_into() {
        let text = r#"{"nftables": [
            {"chain": {"family": "inet", "table": "t", "name": "in", "type": "filter", "hook": "input", "policy": "accept"}},
            {"rule": {"family": "inet", "table": "t", "chain": "in", "expr": [
                {"vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": [["eth0", {"jump": {"target": "lan"}}]]}}}]}},
            {"rule": {"family": "inet", "table": "t", "chain": "lan", "expr": [{"drop": null}]}}]}"#;
        assert_eq!(parse(text).expect("a ruleset").inbound(), Inbound::SomeRefused);
    }

    #[test]
    fn other_text_is_no_ruleset() {
        for text in ["", "Error: no", "{}", r#"{"nftables": [{"rule": {"family": "ip"}}]}"#] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
