//! A packet filter's rules, whichever program listed them, and what becomes of a caller that nobody asked in. Pure.
//!
//! The effect counts, not the name: a firewall's service may be active and have no rules, and a table may stand there
//! that lets everything through.

use std::collections::BTreeMap;

/// Chains lead to chains; a list that leads further than this is not followed.
const DEPTH: usize = 16;

/// Where a chain belongs: its family ("ip", "ip6", "inet"), its table and its name.
pub(super) type Place = (String, String, String);

/// All rules of a machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Chains that every incoming packet for this machine goes through, and whether they end in a drop.
    pub(super) input: Vec<(Place, bool)>,
    /// The rules of each chain, in their order.
    pub(super) chains: BTreeMap<Place, Vec<Rule>>,
}

/// One rule, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Whether it is meant for every packet.
    pub(super) always: bool,
    /// What it does with one.
    pub(super) action: Action,
}

/// What a rule does with a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Lets it in.
    Accept,
    /// Turns it away.
    Drop,
    /// Asks other chains of the same table.
    Ask(Vec<String>),
    /// Goes back to where it came from; in a chain of the first ones, to how that ends.
    Return,
    /// Counts it or notes it.
    Nothing,
}

/// What becomes of a caller that no rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inbound {
    /// It is let in, and no rule turns anybody away.
    Open,
    /// It is let in; some others are turned away.
    SomeRefused,
    /// It is turned away over IPv4 only.
    Ipv4Refused,
    /// It is turned away over IPv6 only.
    Ipv6Refused,
    /// It is turned away.
    Refused,
}

/// How a packet leaves a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Accepted,
    Dropped,
    Through,
}

impl Rules {
    /// What becomes of a caller that no rule speaks of. One chain that turns it away is enough.
    pub(super) fn inbound(&self) -> Inbound {
        let closed = |families: [&str; 2]| {
            self.input.iter().any(|(place, drops)| families.contains(&place.0.as_str()) && self.closes(place, *drops))
        };
        match (closed(["ip", "inet"]), closed(["ip6", "inet"])) {
            (true, true) => Inbound::Refused,
            (true, false) => Inbound::Ipv4Refused,
            (false, true) => Inbound::Ipv6Refused,
            (false, false) if self.input.iter().any(|(place, _)| self.refuses(place, 0)) => Inbound::SomeRefused,
            (false, false) => Inbound::Open,
        }
    }

    /// The first chain that turns callers away, for people.
    pub(super) fn closing(&self) -> Option<&Place> {
        self.input.iter().find(|(place, drops)| self.closes(place, *drops)).map(|(place, _)| place)
    }

    /// Whether a chain has a name that begins so.
    pub(super) fn has_chain(&self, beginning: &str) -> bool {
        self.chains.keys().any(|(_, _, name)| name.starts_with(beginning))
    }

    /// Whether there is a table of that name.
    pub(super) fn has_table(&self, wanted: &str) -> bool {
        self.chains.keys().any(|(_, table, _)| table == wanted)
    }

    fn closes(&self, place: &Place, drops: bool) -> bool {
        match self.end(place, 0) {
            End::Accepted => false,
            End::Dropped => true,
            End::Through => drops,
        }
    }

    /// How a packet that no condition is meant for leaves a chain.
    fn end(&self, place: &Place, depth: usize) -> End {
        let Some(rules) = self.chains.get(place).filter(|_| depth < DEPTH) else { return End::Through };
        for rule in rules.iter().filter(|rule| rule.always) {
            let end = match &rule.action {
                Action::Accept => End::Accepted,
                Action::Drop => End::Dropped,
                Action::Ask(chains) => chains
                    .iter()
                    .map(|name| self.end(&beside(place, name), depth + 1))
                    .find(|end| *end != End::Through)
                    .unwrap_or(End::Through),
                Action::Return => return End::Through,
                Action::Nothing => End::Through,
            };
            if end != End::Through {
                return end;
            }
        }
        End::Through
    }

    /// Whether any rule that a packet may come by turns it away.
    fn refuses(&self, place: &Place, depth: usize) -> bool {
        let Some(rules) = self.chains.get(place).filter(|_| depth < DEPTH) else { return false };
        rules.iter().any(|rule| match &rule.action {
            Action::Drop => true,
            Action::Ask(chains) => chains.iter().any(|name| self.refuses(&beside(place, name), depth + 1)),
            Action::Accept | Action::Return | Action::Nothing => false,
        })
    }
}

fn beside((family, table, _): &Place, name: &str) -> Place {
    (family.clone(), table.clone(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Place {
        ("inet".into(), "filter".into(), name.into())
    }

    fn rules(input: Vec<Rule>, drops: bool) -> Rules {
        Rules { input: vec![(place("input"), drops)], chains: [(place("input"), input)].into() }
    }

    #[test]
    fn a_rule_for_every_packet_counts_before_the_policy() {
        let always = |action| vec![Rule { always: true, action }];
        assert_eq!(rules(always(Action::Accept), true).inbound(), Inbound::Open);
        assert_eq!(rules(always(Action::Drop), false).inbound(), Inbound::Refused);
        assert_eq!(rules(Vec::new(), true).inbound(), Inbound::Refused);
        assert_eq!(rules(Vec::new(), false).inbound(), Inbound::Open);
        assert_eq!(Rules::default().inbound(), Inbound::Open);
    }

    #[test]
    fn chains_that_lead_to_themselves_come_to_an_end() {
        let circle = vec![Rule { always: true, action: Action::Ask(vec!["input".into()]) }];
        assert_eq!(rules(circle, false).inbound(), Inbound::Open);
    }
}
