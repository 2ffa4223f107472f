//! Linux: the environment file, GNOME, NetworkManager, WireGuard, OpenVPN, and the interfaces that are up.

use std::path::Path;

use caretaker_shared::model::{Facts, Network, Outcome, ProxyKind, ProxySetting, Tunnel};
use caretaker_shared::order;
use caretaker_shared::wire::limits;

use super::gnome;
use super::parse::{hosts_entries, sections, target};
use crate::host::block::text;
use crate::host::{Host, if_there, why};

const ENVIRONMENT: &str = "/etc/environment";
const HOSTS: &str = "/etc/hosts";
const HOST_NAME: &str = "/proc/sys/kernel/hostname";
const INTERFACES: &str = "/sys/class/net";
const CONNECTIONS: [&str; 2] = ["/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections"];
const CONFIGURATIONS: [(&str, &str, &str); 3] = [
    ("/etc/wireguard", "conf", "wireguard"),
    ("/etc/openvpn", "conf", "openvpn"),
    ("/etc/openvpn/client", "conf", "openvpn"),
];
const VARIABLES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];
const FILE_BYTES: u64 = 1024 * 1024;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut flaws = Vec::new();
    let mut read = |path: &str| match if_there(host.read(Path::new(path), FILE_BYTES)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned(),
        Err(error) => {
            flaws.push(why(Path::new(path), &error));
            String::new()
        }
    };
    let mut proxies = environment(&read(ENVIRONMENT));
    let hosts_entries = hosts_entries(&read(HOSTS), &text(host, Path::new(HOST_NAME)));
    proxies.extend(gnome::proxies(host, &mut flaws));
    let up = interfaces(host);
    let mut tunnels = configured(host, &up, &mut flaws);
    let named = order::set(tunnels.iter().map(|tunnel| tunnel.name.clone()));
    let unnamed = up.into_iter().filter(|(name, _)| !named.contains(name));
    tunnels.extend(unnamed.map(|(name, kind)| Tunnel {
        place: format!("{INTERFACES}/{name}"),
        name,
        kind: kind.to_owned(),
        active: Some(true),
    }));
    proxies.truncate(limits::NETWORK_SETTINGS);
    order::sort(&mut tunnels);
    tunnels.truncate(limits::NETWORK_SETTINGS);
    let facts = Facts::Network(Network { proxies, tunnels, hosts_entries });
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

/// `http_proxy=http://proxy.example:3128`, in small or capital letters.
fn environment(file: &str) -> Vec<ProxySetting> {
    let setting = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let (name, value) = line.split_once('=')?;
        let target = target(value);
        let is_proxy = VARIABLES.contains(&name.trim().to_ascii_lowercase().as_str()) && !target.is_empty();
        is_proxy.then(|| ProxySetting {
            user: String::new(),
            kind: ProxyKind::Manual,
            target,
            place: format!("{ENVIRONMENT} ({})", name.trim()),
        })
    };
    file.lines().filter_map(setting).collect()
}

/// Private networks that are set up: by name, whether or not they are up.
fn configured(host: &dyn Host, up: &[(String, &str)], flaws: &mut Vec<String>) -> Vec<Tunnel> {
    let mut tunnels = Vec::new();
    for (folder, ending, kind) in CONFIGURATIONS {
        for name in names(host, folder, flaws) {
            let Some(stem) = name.strip_suffix(ending).and_then(|stem| stem.strip_suffix('.')) else { continue };
            tunnels.push(Tunnel {
                name: stem.to_owned(),
                kind: kind.to_owned(),
                // A WireGuard interface is called as its file; OpenVPN's are numbered.
                active: (kind == "wireguard").then(|| up.iter().any(|(name, _)| name == stem)),
                place: format!("{folder}/{name}"),
            });
        }
    }
    for folder in CONNECTIONS {
        for name in names(host, folder, flaws).into_iter().filter(|name| name.ends_with(".nmconnection")) {
            let path = format!("{folder}/{name}");
            match host.read(Path::new(&path), FILE_BYTES) {
                Ok(bytes) => tunnels.extend(connection(&String::from_utf8_lossy(&bytes), &path, up)),
                Err(error) => flaws.push(why(Path::new(&path), &error)),
            }
        }
    }
    tunnels
}

fn names(host: &dyn Host, folder: &str, flaws: &mut Vec<String>) -> Vec<String> {
    match if_there(host.list(Path::new(folder))) {
        Ok(names) => names.unwrap_or_default(),
        Err(error) => {
            flaws.push(why(Path::new(folder), &error));
            Vec::new()
        }
    }
}

fn connection(file: &str, path: &str, up: &[(String, &str)]) -> Option<Tunnel> {
    let sections = sections(file);
    let value = |section: &str, key: &str| {
        let (_, lines) = sections.iter().find(|(name, _)| name == section)?;
        lines.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    };
    let kind = match value("connection", "type")?.as_str() {
        "wireguard" => "wireguard".to_owned(),
        "vpn" => {
            let service = value("vpn", "service-type").unwrap_or_default();
            service.rsplit('.').next().filter(|name| !name.is_empty()).unwrap_or("vpn").to_owned()
        }
        _ => return None,
    };
    let interface = value("connection", "interface-name").unwrap_or_default();
    Some(Tunnel {
        name: value("connection", "id").unwrap_or_else(|| path.to_owned()),
        kind,
        active: (!interface.is_empty()).then(|| up.iter().any(|(name, _)| *name == interface)),
        place: path.to_owned(),
    })
}

/// Interfaces that lead into a private network, and of which kind they are.
fn interfaces(host: &dyn Host) -> Vec<(String, &'static str)> {
    let names = if_there(host.list(Path::new(INTERFACES))).ok().flatten().unwrap_or_default();
    let kind = |name: &String| {
        let folder = Path::new(INTERFACES).join(name);
        if text(host, &folder.join("uevent")).lines().any(|line| line == "DEVTYPE=wireguard") {
            return Some("wireguard");
        }
        // Virtual machines use tap devices; what carries addresses for a person's programs is a tun device (flag 1).
        let flags = text(host, &folder.join("tun_flags"));
        let flags = u32::from_str_radix(flags.trim_start_matches("0x"), 16).ok()?;
        (flags & 1 == 1).then_some("tun")
    };
    names.iter().filter_map(|name| Some((name.clone(), kind(name)?))).collect()
}
