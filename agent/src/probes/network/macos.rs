//! macOS: the proxies and private networks that the system's configuration tells, WireGuard's files, the hosts file.
//!
//! The proxies are those in force for the network that is in use: macOS sets them for the machine, not for each user.

use std::path::Path;

use caretaker_shared::model::{Facts, Network, Outcome, Tunnel};
use caretaker_shared::wire::limits;

use super::parse::hosts_entries;
use super::scutil;
use crate::host::program::Program;
use crate::host::{Host, if_there, why};

const HOSTS: &str = "/etc/hosts";
/// Where `wg-quick` looks: installed by hand, and by Homebrew on the two kinds of processors.
const WIREGUARD: [&str; 3] = ["/etc/wireguard", "/usr/local/etc/wireguard", "/opt/homebrew/etc/wireguard"];
const FILE_BYTES: u64 = 1024 * 1024;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut flaws = Vec::new();
    let proxies = told(host, &Program::MAC_PROXY, &mut flaws).map(|told| scutil::proxies(&told));
    if proxies == Some(None) {
        flaws.push("scutil --proxy wrote no list of settings".into());
    }
    let listed = told(host, &Program::MAC_TUNNELS, &mut flaws);
    let asked = proxies.is_some() || listed.is_some();
    let mut tunnels = listed.map(|told| scutil::tunnels(&told)).unwrap_or_default();
    tunnels.extend(WIREGUARD.iter().flat_map(|folder| wireguard(host, folder, &mut flaws)));
    let hosts_entries = hosts(host, &mut flaws);
    if !asked {
        return Outcome::Failed { reason: flaws.join("; ") };
    }
    let mut proxies = proxies.flatten().unwrap_or_default();
    proxies.truncate(limits::NETWORK_SETTINGS);
    tunnels.sort();
    tunnels.truncate(limits::NETWORK_SETTINGS);
    let facts = Facts::Network(Network { proxies, tunnels, hosts_entries });
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// What a program wrote; `None` when it did not run well, for a reason that joins the flaws.
fn told(host: &dyn Host, program: &Program, flaws: &mut Vec<String>) -> Option<String> {
    let call = || std::iter::once(program.path()).chain(program.arguments()).collect::<Vec<&str>>().join(" ");
    match host.run(program) {
        Ok(written) if written.code == Some(0) => Some(written.out),
        Ok(_) => {
            flaws.push(format!("{} failed", call()));
            None
        }
        Err(error) => {
            flaws.push(why(Path::new(&call()), &error));
            None
        }
    }
}

/// Networks that have a file; whether one is up is not seen, as its interface has another name.
fn wireguard(host: &dyn Host, folder: &str, flaws: &mut Vec<String>) -> Vec<Tunnel> {
    let names = if_there(host.list(Path::new(folder))).unwrap_or_else(|error| {
        flaws.push(why(Path::new(folder), &error));
        None
    });
    let tunnel = |name: &String| {
        let stem = name.strip_suffix(".conf")?;
        let place = format!("{folder}/{name}");
        Some(Tunnel { name: stem.to_owned(), kind: "wireguard".into(), active: None, place })
    };
    names.unwrap_or_default().iter().filter_map(tunnel).collect()
}

fn hosts(host: &dyn Host, flaws: &mut Vec<String>) -> u32 {
    let own = host.facts().map(|facts| facts.hostname).unwrap_or_default();
    match if_there(host.read(Path::new(HOSTS), FILE_BYTES)) {
        Ok(bytes) => hosts_entries(
            &String::from_utf8_lossy(&bytes.unwrap_or_default()),
            own.split('.').next().unwrap_or_default(),
        ),
        Err(error) => {
            flaws.push(why(Path::new(HOSTS), &error));
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Network, Outcome};

    use super::{Program, ask};
    use crate::host::System;
    use crate::host::sample::Sample;

    const PROXIES: &str = include_str!("testdata/macos-15-scutil-proxy");
    const TUNNELS: &str = include_str!("testdata/macos-15-scutil-nc-list");

    fn mac() -> Sample {
        Sample::of(System::MacOs)
            .program(&Program::MAC_PROXY, PROXIES)
            .program(&Program::MAC_TUNNELS, TUNNELS)
            .file("/opt/homebrew/etc/wireguard/unblocked.conf", "[Interface]\n")
            .file(
                "/etc/hosts",
                "127.0.0.1\tlocalhost\n255.255.255.255\tbroadcasthost\n::1 localhost\n203.0.113.9 games.example\n",
            )
    }

    fn facts(outcome: Outcome) -> Network {
        let (Outcome::Complete(Facts::Network(network)) | Outcome::Partial { facts: Facts::Network(network), .. }) =
            outcome
        else {
            panic!("network settings, not {outcome:?}")
        };
        network
    }

    #[test]
    fn finds_proxies_private_networks_and_redirected_names() {
        let outcome = ask(&mac());
        assert_eq!(outcome.word(), "complete");
        let found = facts(outcome);
        assert_eq!(found.proxies.len(), 2);
        let names: Vec<&str> = found.tunnels.iter().map(|tunnel| tunnel.name.as_str()).collect();
        assert_eq!(names, ["Office", "School VPN", "a \"quick\" [one]", "home", "unblocked"]);
        assert_eq!(found.hosts_entries, 1);
    }

    #[test]
    fn a_program_that_says_something_else_makes_the_answer_partial() {
        let outcome = ask(&mac().program(&Program::MAC_PROXY, "scutil: no such option\n"));
        assert_eq!(outcome.reason(), Some("scutil --proxy wrote no list of settings"));
        assert_eq!(facts(outcome).tunnels.len(), 5);
        assert_eq!(ask(&Sample::of(System::MacOs)).word(), "failed");
    }
}
