//! What `scutil` writes: the proxies that are in force, and the private networks that are set up.

use caretaker_shared::model::{ProxyKind, ProxySetting, Tunnel};

use super::parse::target;

/// What a proxy is for, by the beginning of its three values: `HTTPEnable`, `HTTPProxy`, `HTTPPort`.
const PROTOCOLS: [&str; 6] = ["HTTP", "HTTPS", "SOCKS", "FTP", "RTSP", "Gopher"];

/// Proxies of `scutil --proxy`; `None` when it is no such text. What is turned off is none.
pub(super) fn proxies(told: &str) -> Option<Vec<ProxySetting>> {
    let values = values(told)?;
    let value = |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| *value).unwrap_or_default();
    let setting = |kind, target: String, name: &str| ProxySetting {
        user: String::new(),
        kind,
        target,
        place: format!("scutil --proxy ({name})"),
    };
    let mut found = Vec::new();
    for protocol in PROTOCOLS {
        let (name, port) = (format!("{protocol}Proxy"), value(&format!("{protocol}Port")));
        let server = target(value(&name));
        if value(&format!("{protocol}Enable")) == "1" && !server.is_empty() {
            let server = if port.is_empty() || port == "0" { server } else { format!("{server}:{port}") };
            found.push(setting(ProxyKind::Manual, server, &name));
        }
    }
    let script = target(value("ProxyAutoConfigURLString"));
    if value("ProxyAutoConfigEnable") == "1" && !script.is_empty() {
        found.push(setting(ProxyKind::Script, script, "ProxyAutoConfigURLString"));
    }
    if value("ProxyAutoDiscoveryEnable") == "1" {
        found.push(setting(ProxyKind::Detected, String::new(), "ProxyAutoDiscoveryEnable"));
    }
    Some(found)
}

/// Values of the outermost dictionary; those of the ones in it belong to single interfaces.
fn values(told: &str) -> Option<Vec<(&str, &str)>> {
    let mut lines = told.lines().map(str::trim).skip_while(|line| line.is_empty());
    lines.next().filter(|line| line.starts_with("<dictionary>"))?;
    let (mut depth, mut values) = (1_u32, Vec::new());
    for line in lines {
        match line {
            "}" => depth = depth.saturating_sub(1),
            line if line.ends_with('{') => depth += 1,
            line if depth == 1 => values.extend(line.split_once(" : ").map(|(key, value)| (key.trim(), value.trim()))),
            _ => {}
        }
    }
    Some(values)
}

/// Private networks of `scutil --nc list`:
/// `* (Connected)  0A0B...  VPN (com.wireguard.macos) "home"  [VPN:com.wireguard.macos]`. Other connections are left out.
pub(super) fn tunnels(told: &str) -> Vec<Tunnel> {
    told.lines().filter_map(tunnel).collect()
}

fn tunnel(line: &str) -> Option<Tunnel> {
    // A name may hold anything but the brackets' place at the end.
    let (rest, kind) = line.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    let (_, rest) = rest.trim_end().strip_suffix('"')?.split_once('(')?;
    let (state, rest) = rest.split_once(')')?;
    let (_, name) = rest.split_once('"')?;
    Some(Tunnel {
        name: name.to_owned(),
        kind: self::kind(kind)?,
        active: match state {
            "Connected" => Some(true),
            "Disconnected" => Some(false),
            _ => None,
        },
        place: "scutil --nc list".into(),
    })
}

/// `VPN:` and the program that makes the network, `PPP:` and what is spoken, or `IPSec`. `None` for dial-up lines.
fn kind(told: &str) -> Option<String> {
    let small = told.to_ascii_lowercase();
    for known in ["wireguard", "openvpn", "ikev2", "tailscale"] {
        if small.contains(known) {
            return Some(known.to_owned());
        }
    }
    match small.split_once(':') {
        Some(("vpn", program)) => Some(program.to_owned()),
        Some(("ppp", spoken @ ("l2tp" | "pptp" | "sstp"))) => Some(spoken.to_owned()),
        Some(("ppp", _)) => None,
        _ => Some(small),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::ProxyKind;

    use super::{proxies, tunnels};

    const PROXIES: &str = include_str!("testdata/macos-15-scutil-proxy");
    const TUNNELS: &str = include_str!("testdata/macos-15-scutil-nc-list");

    #[test]
    fn proxies_in_force_are_told_and_others_not() {
        let found = proxies(PROXIES).expect("a dictionary");
        let told: Vec<_> =
            found.iter().map(|proxy| (proxy.kind, proxy.target.as_str(), proxy.place.as_str())).collect();
        let expected = [
            (ProxyKind::Manual, "unblock.example:8080", "scutil --proxy (HTTPProxy)"),
            (ProxyKind::Script, "http://wpad.example.school/proxy.pac", "scutil --proxy (ProxyAutoConfigURLString)"),
        ];
        assert_eq!(told, expected, "HTTPS is turned off, and SOCKS is one interface's");
    }

    #[test]
    fn a_machine_without_proxies_is_told_from_other_words() {
        assert_eq!(proxies("<dictionary> {\n  FTPPassive : 1\n}\n"), Some(Vec::new()));
        assert_eq!(proxies("scutil: no such option\n"), None);
        assert_eq!(proxies(""), None);
    }

    #[test]
    fn private_networks_are_told_with_their_state() {
        let found = tunnels(TUNNELS);
        let told: Vec<_> =
            found.iter().map(|tunnel| (tunnel.name.as_str(), tunnel.kind.as_str(), tunnel.active)).collect();
        let expected = [
            ("home", "wireguard", Some(true)),
            ("a \"quick\" [one]", "org.example.tunnel", Some(false)),
            ("Office", "l2tp", Some(false)),
            ("School VPN", "ipsec", None),
        ];
        assert_eq!(told, expected, "a line that is dialled is no private network");
    }
}
