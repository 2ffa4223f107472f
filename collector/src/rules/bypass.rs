//! E7: nothing leads around the filter. A setting that is in use weighs more than a tool that lies about: the network
//! manager hears of it at once.

use caretaker_shared::model::{
    Executable, Network, ProxyKind, ProxySetting, Requirement, SoftwareClass, SoftwareTitle, Tunnel,
};
use caretaker_shared::policy::{self, Policy};

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, class, executables, words};

/// Judges the proxies and private networks that are set up.
pub(super) fn judge_network(network: &Network, missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let hosts = match network.hosts_entries {
        0 => String::new(),
        count => format!("; the hosts file sends {} elsewhere", words::counted(count as usize, "name")),
    };
    let own = &policy.network;
    let proxies = network.proxies.iter().map(|proxy| (subject(proxy), judge_proxy(proxy, own)));
    let tunnels = network.tunnels.iter().map(|tunnel| (tunnel.name.clone(), judge_tunnel(tunnel, own)));
    let sum = Sum {
        requirement: Requirement::E7,
        missing,
        all_well: VerdictOutcome::meets(
            "no way around the filter is set up",
            format!("no proxy and no private network but the school's{hosts}"),
        ),
        not_all: "not all network settings could be looked at",
        look: "Remove what keeps the agent from looking, or check this device by hand.",
    };
    sum.of(proxies.chain(tunnels))
}

/// What is set up and in use, in a few words each.
pub(super) fn in_use(network: &Network, policy: &Policy) -> Vec<String> {
    let own = &policy.network;
    let proxies = network.proxies.iter().filter(|proxy| !is_own_proxy(proxy, own)).map(|proxy| {
        let whose = if proxy.user.is_empty() { "the device".to_owned() } else { proxy.user.clone() };
        format!("{} of {whose}", named(proxy))
    });
    let active = |tunnel: &&Tunnel| tunnel.active == Some(true) && !is_own_tunnel(&tunnel.name, own);
    let tunnels = network.tunnels.iter().filter(active).map(|tunnel| format!("private network {}", tunnel.name));
    proxies.chain(tunnels).collect()
}

/// Judges installed titles.
pub(super) fn judge_titles(titles: &[SoftwareTitle], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let tool = |title: &SoftwareTitle| {
        let found = class::of_title(title).filter(|found| found.class == SoftwareClass::Bypass)?;
        let own = class::is_allowed(&title.name, &policy.executables.allowed_titles)
            || is_own_tunnel(&title.name, &policy.network);
        let outcome = if own {
            VerdictOutcome::meets("a tool that the policy allows", found.why)
        } else {
            let remedy = "Remove it at once, or name it in the policy, under [executables] allowed_titles.";
            VerdictOutcome::fails("a way around the filter is installed", found.why, remedy)
        };
        Some((title.name.clone(), outcome))
    };
    let sum = Sum {
        requirement: Requirement::E7,
        missing,
        all_well: VerdictOutcome::meets(
            "no bypass tool is installed",
            format!("none among {}", words::counted(titles.len(), "installed title")),
        ),
        not_all: "not all software could be listed",
        look: "Remove what keeps the agent from listing it, or check this device by hand.",
    };
    sum.of(titles.iter().filter_map(tool))
}

/// Judges tools that nobody installed.
pub(super) fn judge_files(files: &[Executable], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    let tools = files.iter().filter(|file| file.class == Some(SoftwareClass::Bypass));
    let tools = tools.map(|file| {
        let outcome = if executables::is_allowed(file, policy) {
            VerdictOutcome::meets("a tool that the policy allows", "by its folder or its content")
        } else {
            let remedy = "Remove it at once, or allow its sha256 in the policy, under [executables] allowed.";
            VerdictOutcome::fails("a way around the filter lies ready", executables::told(file), remedy)
        };
        (file.path.clone(), outcome)
    });
    let sum = Sum {
        requirement: Requirement::E7,
        missing,
        all_well: VerdictOutcome::meets("no bypass tool lies about", "none in the folders that were searched"),
        not_all: "not all folders could be searched",
        look: "Let a search that goes on finish; else let the agent read the folders that the policy names.",
    };
    sum.of(tools)
}

fn judge_proxy(proxy: &ProxySetting, own: &policy::Network) -> VerdictOutcome {
    if is_own_proxy(proxy, own) {
        return VerdictOutcome::meets("the school's proxy", named(proxy));
    }
    VerdictOutcome::fails(
        "a way around the filter is in use: a proxy that the policy does not name",
        format!("{} in {}", named(proxy), proxy.place),
        "Take the setting out, and lock it; or name the proxy in the policy, under [network] approved_proxies.",
    )
}

fn judge_tunnel(tunnel: &Tunnel, own: &policy::Network) -> VerdictOutcome {
    let reason = format!("{} in {}", tunnel.kind, tunnel.place);
    if is_own_tunnel(&tunnel.name, own) {
        return VerdictOutcome::meets("the school's private network", reason);
    }
    let summary = match tunnel.active {
        Some(true) => "a way around the filter is in use: a private network that the policy does not name",
        Some(false) => "a way around the filter is set up, and not in use now",
        None => "a way around the filter is set up; whether it is in use cannot be told",
    };
    let remedy = "Take the private network out; or name it in the policy, under [network] approved_tunnels.";
    VerdictOutcome::fails(summary, reason, remedy)
}

/// Whether a proxy is one that the policy names, by its host or by its host and port. One that the network itself
/// offers is the school's.
fn is_own_proxy(proxy: &ProxySetting, own: &policy::Network) -> bool {
    if proxy.kind == ProxyKind::Detected {
        return true;
    }
    let target = proxy.target.trim().to_lowercase();
    let place = target.split_once("://").map_or(target.as_str(), |(_, rest)| rest);
    let place = place.split('/').next().unwrap_or_default();
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    own.approved_proxies.iter().map(|entry| entry.trim().to_lowercase()).any(|entry| entry == place || entry == host)
}

fn is_own_tunnel(name: &str, own: &policy::Network) -> bool {
    class::is_allowed(name, &own.approved_tunnels)
}

/// "proxy 10.1.2.3:8080", "proxy script http://...".
fn named(proxy: &ProxySetting) -> String {
    match proxy.kind {
        ProxyKind::Manual => format!("proxy {}", proxy.target),
        ProxyKind::Script => format!("proxy script {}", proxy.target),
        ProxyKind::Detected => "the proxy that the network offers".to_owned(),
    }
}

/// The proxies of one user, or of the machine, are one subject.
fn subject(proxy: &ProxySetting) -> String {
    if proxy.user.is_empty() { "proxy of the device".to_owned() } else { format!("proxy of {}", proxy.user) }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::{
        Executable, ExecutableFormat, Network, ProxyKind, ProxySetting, SoftwareClass, SoftwareTitle, Tunnel,
    };
    use caretaker_shared::policy::Policy;

    use super::super::sample;
    use super::{in_use, judge_files, judge_network, judge_titles};

    fn proxy(kind: ProxyKind, target: &str) -> Network {
        let proxy = ProxySetting { user: "pupil.one".into(), kind, target: target.into(), place: "prefs.js".into() };
        Network { proxies: vec![proxy], ..Network::default() }
    }

    fn tunnel(active: Option<bool>) -> Network {
        let tunnel = Tunnel { name: "wg0".into(), kind: "wireguard".into(), active, place: "/etc/wireguard".into() };
        Network { tunnels: vec![tunnel], ..Network::default() }
    }

    fn policy() -> Policy {
        let mut policy = sample::policy();
        policy.network.approved_proxies = vec!["proxy.example.school".into(), "10.0.0.1:8080".into()];
        policy
    }

    #[test]
    fn a_proxy_is_the_schools_by_its_host_or_its_host_and_port() {
        use ProxyKind::{Detected, Manual, Script};
        for (kind, target, word) in [
            (Manual, "proxy.example.school:3128", "meets"),
            (Manual, "PROXY.example.school", "meets"),
            (Manual, "10.0.0.1:8080", "meets"),
            (Manual, "10.0.0.1:8081", "fails"),
            (Manual, "proxy.example.school.evil.example:80", "fails"),
            (Script, "http://proxy.example.school/proxy.pac", "meets"),
            (Script, "http://evil.example/proxy.example.school", "fails"),
            (Detected, "", "meets"),
        ] {
            let network = proxy(kind, target);
            let verdicts = judge_network(&network, None, &policy());
            assert_eq!(sample::told(&verdicts)[0].0, word, "{target}");
            assert_eq!(in_use(&network, &policy()).len() == 1, word == "fails", "{target}");
        }
    }

    #[test]
    fn a_private_network_fails_and_only_one_in_use_is_told_at_once() {
        for (active, summary, at_once) in [
            (Some(true), "a way around the filter is in use: a private network that the policy does not name", true),
            (Some(false), "a way around the filter is set up, and not in use now", false),
            (None, "a way around the filter is set up; whether it is in use cannot be told", false),
        ] {
            let verdicts = judge_network(&tunnel(active), None, &policy());
            assert_eq!((sample::told(&verdicts)[0].0, sample::told(&verdicts)[0].2), ("fails", summary));
            assert_eq!(!in_use(&tunnel(active), &policy()).is_empty(), at_once);
        }
        let mut own = policy();
        own.network.approved_tunnels = vec!["WG0".into()];
        assert_eq!(sample::told(&judge_network(&tunnel(Some(true)), None, &own))[0].0, "meets");
    }

    #[test]
    fn nothing_set_up_is_met_when_all_was_looked_at_and_unknown_otherwise() {
        let names = Network { hosts_entries: 3, ..Network::default() };
        let verdicts = judge_network(&names, None, &policy());
        let told = sample::told(&verdicts)[0];
        assert_eq!(told.0, "meets");
        assert!(told.3.ends_with("the hosts file sends 3 names elsewhere"), "{}", told.3);
        let part = judge_network(&Network::default(), Some("dconf: permission denied"), &policy());
        assert_eq!(sample::told(&part)[0].0, "unknown");
        assert_eq!(sample::told(&judge_titles(&[], None, &policy()))[0].0, "meets");
    }

    #[test]
    fn an_installed_tool_is_a_finding_unless_the_policy_names_it() {
        let browser =
            SoftwareTitle { name: "Tor Browser".into(), source: "uninstall".into(), ..SoftwareTitle::default() };
        let verdicts = judge_titles(std::slice::from_ref(&browser), None, &policy());
        let told = sample::told(&verdicts)[0];
        assert_eq!((told.0, told.1, told.2), ("fails", "Tor Browser", "a way around the filter is installed"));
        let mut own = policy();
        own.executables.allowed_titles = vec!["tor browser".into()];
        assert_eq!(sample::told(&judge_titles(&[browser], None, &own))[0].0, "meets");
    }

    #[test]
    fn a_tool_that_lies_about_is_a_finding_unless_the_policy_allows_its_content() {
        let tool = Executable {
            path: r"E:\unblock.exe".into(),
            sha256: Sha256::of(b"abc"),
            size_bytes: 3,
            modified_at: sample::now(),
            owner: "pupil.one".into(),
            format: ExecutableFormat::Pe,
            class: Some(SoftwareClass::Bypass),
            signer: None,
            removable: true,
        };
        let verdicts = judge_files(std::slice::from_ref(&tool), None, &policy());
        let told = sample::told(&verdicts)[0];
        assert_eq!((told.0, told.2), ("fails", "a way around the filter lies ready"));
        let mut allowed = policy();
        allowed.executables.allowed = vec![format!("sha256:{}", Sha256::of(b"abc"))];
        assert_eq!(sample::told(&judge_files(&[tool], None, &allowed))[0].0, "meets");
    }
}
