//! Windows: Internet settings of the machine and of each loaded user, dial-up books, tunnel services, the hosts file.
//!
//! "Detect automatically" is how Windows is delivered, and is not told. Users who are not logged in have nothing in
//! force, and their settings are not read.

use std::path::Path;

use caretaker_shared::model::{Facts, Network, Outcome, ProxyKind, ProxySetting, Tunnel};
use caretaker_shared::wire::limits;

use super::parse::{hosts_entries, sections, target};
use crate::host::windows::{Key, Registry, Root, ServiceState, Values, Windows};
use crate::host::{Host, if_there};

const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
const POLICY: &str = r"SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";
const MACHINE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings";
const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const NAME: &str = r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName";
const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
const BOOK: &str = r"Microsoft\Network\Connections\Pbk\rasphone.pbk";
const FILE_BYTES: u64 = 1024 * 1024;
/// Services of which each is one tunnel, by the beginning of their names.
const TUNNELS: [(&str, &str); 3] =
    [("WireGuardTunnel$", "wireguard"), ("OpenVPNService", "openvpn"), ("TailscaleTunnel", "tailscale")];

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => return Outcome::Failed { reason: error.to_string() },
    };
    let registry = windows.registry();
    let mut flaws = Vec::new();
    let mut proxies = machine_proxies(registry, &mut flaws);
    let users = loaded_users(registry, &mut flaws);
    for sid in &users {
        let name = windows.account_of(sid).ok().flatten().unwrap_or_else(|| sid.clone());
        proxies.extend(settings(registry, &Key::user(sid, SETTINGS), &name, &mut flaws));
    }
    let mut tunnels = services(windows, &mut flaws);
    tunnels.extend(books(host, registry, &users, &mut flaws));
    proxies.sort();
    proxies.truncate(limits::NETWORK_SETTINGS);
    tunnels.sort();
    tunnels.truncate(limits::NETWORK_SETTINGS);
    let hosts_entries = hosts(host, registry, &mut flaws);
    let facts = Facts::Network(Network { proxies, tunnels, hosts_entries });
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// People whose settings are loaded: those of domains and of this machine (S-1-5-21), and of Entra ID (S-1-12-1).
fn loaded_users(registry: &dyn Registry, flaws: &mut Vec<String>) -> Vec<String> {
    let all = registry.keys(&Key { root: Root::Users, path: String::new() }).unwrap_or_else(|error| {
        flaws.push(format!("HKU: {error}"));
        Vec::new()
    });
    let is_person = |sid: &String| {
        (sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-1-")) && !sid.to_lowercase().ends_with("_classes")
    };
    all.into_iter().filter(is_person).collect()
}

fn values(registry: &dyn Registry, key: &Key, flaws: &mut Vec<String>) -> Values {
    if_there(registry.values(key))
        .unwrap_or_else(|error| {
            flaws.push(format!("{key}: {error}"));
            None
        })
        .unwrap_or_default()
}

fn settings(registry: &dyn Registry, key: &Key, user: &str, flaws: &mut Vec<String>) -> Vec<ProxySetting> {
    let values = values(registry, key, flaws);
    let setting = |kind, target: String, name: &str| ProxySetting {
        user: user.to_owned(),
        kind,
        target,
        place: format!("{key} ({name})"),
    };
    let mut found = Vec::new();
    if values.number("ProxyEnable") == Some(1) && !values.text("ProxyServer").is_empty() {
        // "http=one:80;https=two:443", or one for all.
        let server = values.text("ProxyServer");
        let servers = server.split(';').map(|server| target(server.rsplit('=').next().unwrap_or_default()));
        found.extend(
            servers.filter(|target| !target.is_empty()).map(|target| setting(ProxyKind::Manual, target, "ProxyServer")),
        );
    }
    let script = values.text("AutoConfigURL");
    if !script.is_empty() {
        found.push(setting(ProxyKind::Script, target(&script), "AutoConfigURL"));
    }
    found.dedup();
    found
}

/// A policy may say that one setting holds for all users; then it stands in the machine's part.
fn machine_proxies(registry: &dyn Registry, flaws: &mut Vec<String>) -> Vec<ProxySetting> {
    let mut found = settings(registry, &Key::machine(POLICY), "", flaws);
    if values(registry, &Key::machine(POLICY), flaws).number("ProxySettingsPerUser") == Some(0) {
        found.extend(settings(registry, &Key::machine(MACHINE), "", flaws));
    }
    found
}

fn services(windows: &dyn Windows, flaws: &mut Vec<String>) -> Vec<Tunnel> {
    let names = windows.registry().keys(&Key::machine(SERVICES)).unwrap_or_else(|error| {
        flaws.push(format!("{SERVICES}: {error}"));
        Vec::new()
    });
    let tunnel = |name: &String| {
        let (start, kind) = TUNNELS.iter().find(|(start, _)| name.starts_with(start))?;
        let state = windows.service(name).ok().flatten();
        let own = name[start.len()..].to_owned();
        Some(Tunnel {
            name: if own.is_empty() { name.clone() } else { own },
            kind: (*kind).to_owned(),
            active: state.map(|state| state == ServiceState::Running),
            place: format!("HKLM\\{SERVICES}\\{name}"),
        })
    };
    names.iter().filter_map(tunnel).collect()
}

/// Dial-up books of the machine and of each loaded user: a section for each connection, the private ones of type 2.
fn books(host: &dyn Host, registry: &dyn Registry, users: &[String], flaws: &mut Vec<String>) -> Vec<Tunnel> {
    let folder = |sid: &String| {
        let profile = values(registry, &Key::machine(PROFILES).below(sid), &mut Vec::new()).text("ProfileImagePath");
        (!profile.is_empty()).then(|| format!(r"{profile}\AppData\Roaming\{BOOK}"))
    };
    let places = std::iter::once(format!(r"C:\ProgramData\{BOOK}")).chain(users.iter().filter_map(folder));
    let mut tunnels = Vec::new();
    for place in places {
        let bytes = match if_there(host.read(Path::new(&place), FILE_BYTES)) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(error) => {
                flaws.push(format!("{place}: {error}"));
                continue;
            }
        };
        let private = |lines: &[(String, String)]| lines.iter().any(|(key, value)| key == "Type" && value == "2");
        let found = sections(&String::from_utf8_lossy(&bytes)).into_iter().filter(|(_, lines)| private(lines));
        tunnels.extend(found.map(|(name, _)| Tunnel {
            name,
            kind: "windows vpn".into(),
            active: None,
            place: place.clone(),
        }));
    }
    tunnels
}

fn hosts(host: &dyn Host, registry: &dyn Registry, flaws: &mut Vec<String>) -> u32 {
    let root = values(registry, &Key::machine(VERSION), flaws).text("SystemRoot");
    let root = if root.is_empty() { r"C:\Windows".to_owned() } else { root };
    let path = format!(r"{root}\System32\drivers\etc\hosts");
    let own = values(registry, &Key::machine(NAME), flaws).text("ComputerName");
    match if_there(host.read(Path::new(&path), FILE_BYTES)) {
        Ok(bytes) => hosts_entries(&String::from_utf8_lossy(&bytes.unwrap_or_default()), &own),
        Err(error) => {
            flaws.push(format!("{path}: {error}"));
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Network, Outcome, ProxyKind};

    use super::ask;
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::ServiceState;

    const REGISTRY: &str = include_str!("testdata/windows-11-network.reg");
    const BOOK: &str = "[School]\nType=1\n[Unblocked]\nEncoding=1\nType=2\n";

    fn network(machine: &Sample) -> Network {
        let outcome = ask(machine);
        let Outcome::Complete(Facts::Network(network)) = outcome else { panic!("complete, not {outcome:?}") };
        network
    }

    fn machine() -> Sample {
        let mut machine = Sample::of(System::Windows)
            .registry(REGISTRY)
            .file(r"C:\Windows\System32\drivers\etc\hosts", "127.0.0.1 localhost\r\n203.0.113.9 games.example\r\n")
            .file(r"C:\Users\pupil.one\AppData\Roaming\Microsoft\Network\Connections\Pbk\rasphone.pbk", BOOK);
        machine.names.insert("S-1-5-21-1-2-3-1001".into(), "pupil.one".into());
        machine.services.insert("WireGuardTunnel$home".into(), ServiceState::Running);
        machine
    }

    #[test]
    fn finds_proxies_of_each_user_with_their_place() {
        let found = network(&machine());
        let proxies: Vec<_> =
            found.proxies.iter().map(|proxy| (proxy.user.as_str(), proxy.kind, proxy.target.as_str())).collect();
        assert_eq!(
            proxies,
            [
                ("", ProxyKind::Script, "http://wpad.example.school/proxy.pac"),
                ("pupil.one", ProxyKind::Manual, "unblock.example:8080"),
            ]
        );
        assert!(found.proxies[1].place.starts_with(r"HKU\S-1-5-21-1-2-3-1001\Software"), "{}", found.proxies[1].place);
    }

    #[test]
    fn a_proxy_that_is_turned_off_is_none_and_case_8_users_of_entra_count() {
        let found = network(&machine());
        assert!(!found.proxies.iter().any(|proxy| proxy.target.starts_with("off.example")));
    }

    #[test]
    fn finds_tunnels_and_redirected_names() {
        let found = network(&machine());
        let tunnels: Vec<_> =
            found.tunnels.iter().map(|tunnel| (tunnel.name.as_str(), tunnel.kind.as_str(), tunnel.active)).collect();
        assert_eq!(tunnels, [("Unblocked", "windows vpn", None), ("home", "wireguard", Some(true))]);
        assert_eq!(found.hosts_entries, 1);
    }
}
