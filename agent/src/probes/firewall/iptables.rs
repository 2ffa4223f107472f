//! What `iptables --list-rules` writes, about IPv4.

use super::rules::{Action, Place, Rule, Rules};

/// Reads the rules of the filter table; `None` when there is no policy for incoming packets in them.
pub(super) fn parse(text: &str) -> Option<Rules> {
    let mut rules = Rules::default();
    for line in text.lines() {
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["-P", "INPUT", policy] => rules.input.push((place("INPUT"), *policy == "DROP")),
            ["-N", chain] => _ = rules.chains.entry(place(chain)).or_default(),
            ["-A", chain, rest @ ..] => rules.chains.entry(place(chain)).or_default().push(rule(rest)),
            _ => {}
        }
    }
    (!rules.input.is_empty()).then_some(rules)
}

fn place(chain: &str) -> Place {
    ("ip".into(), "filter".into(), chain.to_owned())
}

fn rule(words: &[&str]) -> Rule {
    let jump = words.iter().position(|word| ["-j", "-g"].contains(word));
    let target = jump.and_then(|jump| words.get(jump + 1)).copied().unwrap_or_default();
    let action = match target {
        "ACCEPT" => Action::Accept,
        "DROP" | "REJECT" => Action::Drop,
        "RETURN" => Action::Return,
        "" | "LOG" | "NFLOG" | "MARK" | "CONNMARK" => Action::Nothing,
        chain => Action::Ask(vec![chain.to_owned()]),
    };
    Rule { always: jump == Some(0), action }
}

#[cfg(test)]
mod tests {
    use super::super::rules::Inbound;
    use super::*;

    #[test]
    fn judges_recorded_rules_by_their_effect() {
        let inbound = |text| parse(text).expect("rules").inbound();
        assert_eq!(inbound(include_str!("testdata/debian-12-iptables-1.8.9-drop")), Inbound::Ipv4Refused);
        assert_eq!(inbound(include_str!("testdata/debian-12-iptables-1.8.9-open")), Inbound::Open);
        let rejects =
            "-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n";
        assert_eq!(inbound(rejects), Inbound::Ipv4Refused);
        let some =
            "-P INPUT ACCEPT\n-N f2b\n-A INPUT -p tcp -j f2b\n-A f2b -s 192.0.2.9/32 -j REJECT\n-A f2b -j RETURN\n";
        assert_eq!(inbound(some), Inbound::SomeRefused);
        let unreached = "-P INPUT ACCEPT\n-N x\n-A INPUT -j x\n-A x -j RETURN\n-A x -j DROP\n";
        assert_eq!(inbound(unreached), Inbound::SomeRefused, "nobody comes past the way back");
    }

    #[test]
    fn text_without_a_policy_is_no_answer() {
        assert_eq!(parse("iptables: Permission denied\n"), None);
    }
}
