//! Proxies that people set in GNOME and its relatives, from dconf: `org.gnome.system.proxy`.
//!
//! Only logged-in accounts are asked about: the homes of others may lie on a server.

use std::collections::BTreeMap;

use caretaker_shared::model::{ProxyKind, ProxySetting};

use super::parse::target;
use crate::host::{Account, Host};
use crate::probes::screenlock::dconf_texts;

const MODE: &str = "/system/proxy/mode";
const SCRIPT: &str = "/system/proxy/autoconfig-url";
/// Host and port of what a proxy is for.
const SERVERS: [(&str, &str); 4] = [
    ("/system/proxy/http/host", "/system/proxy/http/port"),
    ("/system/proxy/https/host", "/system/proxy/https/port"),
    ("/system/proxy/ftp/host", "/system/proxy/ftp/port"),
    ("/system/proxy/socks/host", "/system/proxy/socks/port"),
];

/// Proxies of all who are logged in.
pub(super) fn proxies(host: &dyn Host, flaws: &mut Vec<String>) -> Vec<ProxySetting> {
    let accounts = host.accounts().unwrap_or_else(|error| {
        flaws.push(format!("the list of accounts: {error}"));
        Vec::new()
    });
    let paths: Vec<&'static str> =
        [MODE, SCRIPT].into_iter().chain(SERVERS.iter().flat_map(|(host, port)| [*host, *port])).collect();
    let mut found = Vec::new();
    for account in accounts.iter().filter(|account| account.logged_in) {
        match dconf_texts(host, account, &paths) {
            Ok(set) => found.extend(of_account(account, &set)),
            Err(flaw) => flaws.push(flaw),
        }
    }
    found
}

fn of_account(account: &Account, set: &BTreeMap<&'static str, (String, String)>) -> Vec<ProxySetting> {
    let value = |path: &str| set.get(path).map(|(value, _)| value.as_str()).unwrap_or_default();
    let setting = |kind, target: String, path: &str| ProxySetting {
        user: account.name.clone(),
        kind,
        target,
        // Where a setting is not stated, the mode is what leads to it.
        place: set.get(path).or_else(|| set.get(MODE)).map(|(_, file)| format!("{file} ({path})")).unwrap_or_default(),
    };
    match value(MODE) {
        "manual" => {
            let server = |(host, port): &(&'static str, &'static str)| {
                let (server, port) = (target(value(host)), value(port));
                let full = if matches!(port, "" | "0") { server.clone() } else { format!("{server}:{port}") };
                (!server.is_empty()).then(|| setting(ProxyKind::Manual, full, host))
            };
            SERVERS.iter().filter_map(server).collect()
        }
        "auto" => match target(value(SCRIPT)) {
            script if script.is_empty() => vec![setting(ProxyKind::Detected, script, MODE)],
            script => vec![setting(ProxyKind::Script, script, SCRIPT)],
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::ProxyKind;

    use super::proxies;
    use crate::host::sample::Sample;
    use crate::host::{Account, System};

    const MANUAL: &[u8] = include_bytes!("testdata/debian-12-dconf-0.40-proxy-manual");
    const SCRIPT_LOCKED: &[u8] = include_bytes!("testdata/debian-12-dconf-0.40-proxy-script-locked");
    const OWN: &str = "/home/pupil.one/.config/dconf/user";

    fn machine(logged_in: bool) -> Sample {
        let (name, home) = ("pupil.one".to_owned(), "/home/pupil.one".into());
        let mut machine = Sample::of(System::Linux).file(OWN, MANUAL);
        machine.accounts = vec![Account { name, uid: 1000, sid: String::new(), home, logged_in }];
        machine
    }

    fn found(machine: &Sample) -> Vec<(ProxyKind, String, String)> {
        let mut flaws = Vec::new();
        let proxies = proxies(machine, &mut flaws);
        assert_eq!(flaws, Vec::<String>::new());
        assert!(proxies.iter().all(|proxy| proxy.user == "pupil.one"));
        proxies.into_iter().map(|proxy| (proxy.kind, proxy.target, proxy.place)).collect()
    }

    #[test]
    fn a_proxy_that_a_person_set_is_told_with_its_place() {
        let place = |path: &str| format!("{OWN} (/system/proxy/{path}/host)");
        let expected = [
            (ProxyKind::Manual, "unblock.example:8080".to_owned(), place("http")),
            (ProxyKind::Manual, "127.0.0.1:9050".to_owned(), place("socks")),
        ];
        assert_eq!(found(&machine(true)), expected);
        assert_eq!(found(&machine(false)), [], "the home of somebody who is not logged in is left alone");
    }

    #[test]
    fn what_the_school_has_locked_holds() {
        let machine = machine(true)
            .file("/etc/dconf/profile/user", "user-db:user\nsystem-db:site\n")
            .file("/etc/dconf/db/site", SCRIPT_LOCKED);
        let told = found(&machine);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].0, told[0].1.as_str()), (ProxyKind::Script, "http://wpad.example.school/proxy.pac"));
        assert!(told[0].2.starts_with("/etc/dconf/db/site"), "{}", told[0].2);
    }

    #[test]
    fn settings_that_cannot_be_read_are_told() {
        let mut flaws = Vec::new();
        assert_eq!(proxies(&machine(true).file(OWN, "torn"), &mut flaws), []);
        assert_eq!(flaws.len(), 1);
    }
}
