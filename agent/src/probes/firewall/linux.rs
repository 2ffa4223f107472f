//! Which questions to ask on Linux: the kernel's rules as they are in force, whoever set them.

use std::io::ErrorKind;
use std::path::Path;

use caretaker_shared::model::{Facts, FirewallProfile, FirewallState, Outcome};

use super::rules::{Inbound, Rules};
use super::{iptables, nftables};
use crate::host::program::Program;
use crate::host::{Host, if_there, why};

const UFW: &str = "/etc/ufw/ufw.conf";
const UFW_BYTES: u64 = 64 * 1024;

/// What came of asking for rules.
enum Asked {
    Rules(Rules),
    NotInstalled,
    Unknown(String),
}

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let nft = rules(host, &Program::NFTABLES, nftables::parse);
    if let Asked::Rules(rules) = &nft
        && rules.inbound() != Inbound::Open
    {
        return Outcome::Complete(Facts::Firewall(vec![profile(rules, product(rules), &Program::NFTABLES)]));
    }
    // Rules of the older filter are not among those of the newer one.
    let older = rules(host, &Program::IPTABLES, iptables::parse);
    if let Asked::Rules(rules) = &older
        && rules.inbound() != Inbound::Open
    {
        return Outcome::Complete(Facts::Firewall(vec![profile(rules, "iptables", &Program::IPTABLES)]));
    }
    let unknown: Vec<&str> = [&nft, &older]
        .into_iter()
        .filter_map(|asked| match asked {
            Asked::Unknown(reason) => Some(reason.as_str()),
            Asked::Rules(_) | Asked::NotInstalled => None,
        })
        .collect();
    if !unknown.is_empty() {
        return not_known(unknown.join("; "));
    }
    match (&nft, &older) {
        (Asked::NotInstalled, Asked::NotInstalled) => {
            not_known("neither nft nor iptables is installed, so nothing can list the kernel's rules".into())
        }
        (_, _) => open(host),
    }
}

fn rules(host: &dyn Host, program: &Program, parse: fn(&str) -> Option<Rules>) -> Asked {
    match host.run(program) {
        // Without the right to ask, nft writes an empty list and only its exit code tells.
        Ok(written) if written.code != Some(0) => {
            Asked::Unknown(format!("{}: only the administrator may read the rules", program.path()))
        }
        Ok(written) => match parse(&written.out) {
            Some(rules) => Asked::Rules(rules),
            None => Asked::Unknown(format!("{}: its answer is no list of rules", program.path())),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Asked::NotInstalled,
        Err(error) => Asked::Unknown(why(Path::new(program.path()), &error)),
    }
}

/// Who set the rules, as far as their names tell.
fn product(rules: &Rules) -> &'static str {
    if rules.has_table("firewalld") {
        "firewalld"
    } else if rules.has_chain("ufw-") {
        "ufw"
    } else {
        "nftables"
    }
}

fn profile(rules: &Rules, product: &str, program: &Program) -> FirewallProfile {
    let inbound = rules.inbound();
    let (blocks_inbound, said) = match inbound {
        Inbound::Open => (Some(false), "no rule turns anybody away"),
        Inbound::SomeRefused => (Some(false), "some callers are turned away, all others are let in"),
        Inbound::Ipv4Refused if *program == Program::IPTABLES => {
            (None, "uninvited callers are turned away over IPv4; IPv6 was not asked")
        }
        Inbound::Ipv4Refused => (Some(false), "uninvited callers are turned away over IPv4, but not over IPv6"),
        Inbound::Ipv6Refused => (Some(false), "uninvited callers are turned away over IPv6, but not over IPv4"),
        Inbound::Refused => (Some(true), "uninvited callers are turned away"),
    };
    let chain =
        rules.closing().map_or_else(String::new, |(family, table, name)| format!(" by {family} {table} {name}"));
    FirewallProfile {
        name: "all".into(),
        product: product.into(),
        state: if inbound == Inbound::Open { FirewallState::Off } else { FirewallState::On },
        blocks_inbound,
        place: format!("{}: {said}{chain}", program.path()),
    }
}

fn not_known(reason: String) -> Outcome {
    let profile = FirewallProfile {
        name: "all".into(),
        product: "nftables".into(),
        state: FirewallState::Unknown(reason.clone()),
        blocks_inbound: None,
        place: Program::NFTABLES.path().into(),
    };
    Outcome::Partial { facts: Facts::Firewall(vec![profile]), reason }
}

/// Nothing turns anybody away, whatever the settings of a firewall say.
fn open(host: &dyn Host) -> Outcome {
    let settings = if_there(host.read(Path::new(UFW), UFW_BYTES)).ok().flatten().unwrap_or_default();
    let settings = String::from_utf8_lossy(&settings);
    let enabled = settings.lines().filter_map(|line| line.trim().split_once('=')).any(|(name, value)| {
        name.trim() == "ENABLED" && value.trim().trim_matches(['"', '\'']).eq_ignore_ascii_case("yes")
    });
    let (product, place) = if enabled {
        ("ufw", format!("{UFW} has ENABLED=yes, but no rule in force turns anybody away"))
    } else {
        ("nftables", "no rule in force turns anybody away".to_owned())
    };
    let profile = FirewallProfile {
        name: "all".into(),
        product: product.into(),
        state: FirewallState::Off,
        blocks_inbound: Some(false),
        place,
    };
    Outcome::Complete(Facts::Firewall(vec![profile]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    const EMPTY: &str = include_str!("testdata/debian-12-nft-1.0.6-empty.json");

    fn asked(host: &Sample) -> (&'static str, FirewallProfile) {
        let outcome = ask(host);
        let Some(Facts::Firewall(profiles)) = outcome.facts() else { panic!("profiles, not {outcome:?}") };
        (outcome.word(), profiles[0].clone())
    }

    fn linux() -> Sample {
        Sample::of(System::Linux)
    }

    #[test]
    fn names_who_set_the_rules_and_the_chain_that_closes() {
        for (text, product, chain) in [
            (include_str!("testdata/debian-12-nft-1.0.6-drop.json"), "nftables", "inet filter input"),
            (include_str!("testdata/debian-12-nft-1.0.6-firewalld.json"), "firewalld", "inet firewalld filter_INPUT"),
            (include_str!("testdata/debian-12-nft-1.0.6-ufw.json"), "ufw", "ip filter INPUT"),
        ] {
            let (word, profile) = asked(&linux().program(&Program::NFTABLES, text));
            assert_eq!((word, profile.product.as_str(), profile.state), ("complete", product, FirewallState::On));
            assert_eq!(profile.blocks_inbound, Some(true));
            assert!(profile.place.ends_with(chain), "{}", profile.place);
        }
    }

    #[test]
    fn a_firewall_that_is_enabled_but_has_no_rules_is_off() {
        let host = linux().program(&Program::NFTABLES, EMPTY).file(UFW, "# comment\nENABLED=yes\n");
        let (_, profile) = asked(&host);
        assert_eq!((profile.product.as_str(), profile.state), ("ufw", FirewallState::Off));
    }

    #[test]
    fn rules_of_the_older_filter_count_where_the_newer_has_none() {
        let drop = include_str!("testdata/debian-12-iptables-1.8.9-drop");
        let host = linux().program(&Program::NFTABLES, EMPTY).program(&Program::IPTABLES, drop);
        let (_, profile) = asked(&host);
        assert_eq!((profile.state, profile.blocks_inbound), (FirewallState::On, None));
    }

    #[test]
    fn without_the_right_to_ask_an_empty_list_is_unknown_and_not_off() {
        let host = linux().failing(&Program::NFTABLES, 1, EMPTY);
        let (word, profile) = asked(&host);
        assert_eq!(word, "partial");
        let reason = "/usr/sbin/nft: only the administrator may read the rules".to_owned();
        assert_eq!(profile.state, FirewallState::Unknown(reason));
    }

    #[test]
    fn without_a_program_that_could_tell_it_is_unknown() {
        assert!(matches!(asked(&linux()).1.state, FirewallState::Unknown(_)));
    }
}
