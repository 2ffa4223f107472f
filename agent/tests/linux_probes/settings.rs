//! Accounts, updates and network settings.

use caretaker_agent::probes::accounts::Accounts;
use caretaker_agent::probes::network::Network as NetworkProbe;
use caretaker_agent::probes::updates::Updates as UpdatesProbe;
use caretaker_shared::model::{Facts, LocalAccount, Network, Outcome, PasswordEnds, PasswordState, Updates};

use crate::tree::Tree;

fn accounts(outcome: &Outcome) -> &[LocalAccount] {
    match outcome.facts() {
        Some(Facts::Accounts(accounts)) => accounts,
        other => panic!("accounts, not {other:?} of {outcome:?}"),
    }
}

fn network(outcome: &Outcome) -> &Network {
    match outcome.facts() {
        Some(Facts::Network(network)) => network,
        other => panic!("network, not {other:?} of {outcome:?}"),
    }
}

fn updates(outcome: &Outcome) -> &Updates {
    match outcome.facts() {
        Some(Facts::Updates(updates)) => updates,
        other => panic!("updates, not {other:?} of {outcome:?}"),
    }
}

#[test]
fn passwords_and_administrators_of_a_linux_machine() {
    let tree = Tree::new();
    tree.file(
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n\
         pupil.one:x:1000:1000::/home/pupil.one:/bin/bash\nteacher.two:x:1001:1001::/home/teacher.two:/bin/bash\n",
    );
    tree.file(
        "/etc/shadow",
        "root:*:20228:0:99999:7:::\npupil.one::20228:0:42:7:::\nteacher.two:$y$j9T$x:20228:0:42:7:::\n",
    );
    tree.file("/etc/group", "sudo:x:27:teacher.two,it.three\nusers:x:100:pupil.one\n");
    let outcome = tree.ask(&Accounts);
    let found = accounts(&outcome);
    let told: Vec<_> =
        found.iter().map(|account| (account.name.as_str(), account.administrator, account.directory)).collect();
    assert_eq!(
        told,
        [("root", true, false), ("pupil.one", false, false), ("teacher.two", true, false), ("it.three", true, true)]
    );
    assert_eq!((&found[0].password, &found[0].password_ends), (&PasswordState::Locked, &PasswordEnds::Never));
    assert_eq!((&found[1].password, &found[1].password_ends), (&PasswordState::None, &PasswordEnds::Days(42)));
    assert_eq!(found[2].password, PasswordState::Set);
    assert!(matches!(outcome, Outcome::Complete(_)));
}

#[test]
fn sudo_makes_administrators_too() {
    let tree = Tree::new().with_person("pupil.one");
    tree.file("/etc/shadow", "");
    tree.file("/etc/group", "helpers:x:1500:pupil.one\n");
    tree.file("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n");
    tree.file("/etc/sudoers.d/helpers", "%helpers ALL=(ALL) NOPASSWD: ALL\n");
    tree.file("/etc/sudoers.d/off.disabled", "%users ALL=(ALL) ALL\n");
    let outcome = tree.ask(&Accounts);
    let pupil = accounts(&outcome).iter().find(|account| account.name == "pupil.one").expect("listed");
    assert!(pupil.administrator);
    assert!(matches!(pupil.password, PasswordState::Unknown(_)), "no line is not no password");
}

#[test]
fn proxies_and_tunnels_of_a_linux_machine() {
    let tree = Tree::new();
    tree.file("/etc/environment", "PATH=/usr/bin\nhttps_proxy=\"http://pupil.one:secret@unblock.example:8080\"\n");
    tree.file("/etc/hosts", "127.0.0.1 localhost\n203.0.113.9 games.example\n");
    tree.file("/etc/wireguard/home.conf", "[Interface]\nPrivateKey = never read\n");
    tree.file(
        "/etc/NetworkManager/system-connections/work.nmconnection",
        "[connection]\nid=work\ntype=vpn\n\n[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n",
    );
    tree.file("/etc/NetworkManager/system-connections/wifi.nmconnection", "[connection]\nid=wifi\ntype=wifi\n");
    tree.file("/sys/class/net/home/uevent", "DEVTYPE=wireguard\nINTERFACE=home\n");
    tree.file("/sys/class/net/tun0/tun_flags", "0x1001\n");
    tree.file("/sys/class/net/tap0/tun_flags", "0x1002\n");
    tree.file("/sys/class/net/eth0/uevent", "INTERFACE=eth0\n");
    let outcome = tree.ask(&NetworkProbe);
    let found = network(&outcome);
    assert_eq!(found.proxies[0].target, "unblock.example:8080");
    let tunnels: Vec<_> =
        found.tunnels.iter().map(|tunnel| (tunnel.name.as_str(), tunnel.kind.as_str(), tunnel.active)).collect();
    assert_eq!(tunnels, [("home", "wireguard", Some(true)), ("tun0", "tun", Some(true)), ("work", "openvpn", None)]);
    assert_eq!(found.hosts_entries, 1);
}

#[test]
fn updates_come_from_apts_log_and_its_lists() {
    let tree = Tree::new();
    let log = "Start-Date: 2026-06-24  14:36:25\nCommandline: apt upgrade\n\
               Upgrade: openssl:amd64 (3.0.16-1~deb12u1, 3.0.17-1~deb12u3)\nEnd-Date: 2026-06-24  14:36:29\n";
    tree.file("/var/log/apt/history.log", log);
    tree.file(
        "/var/lib/apt/lists/deb.example_dists_bookworm-security_main_binary-amd64_Packages",
        "Package: openssl\nVersion: 3.0.17-1~deb12u3\n",
    );
    tree.file("/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\nVERSION=\"12 (bookworm)\"\n");
    tree.file("/etc/debian_version", "12.8\n");
    let outcome = tree.ask(&UpdatesProbe);
    let found = updates(&outcome);
    assert_eq!(found.build, "12.8 (bookworm)");
    assert_eq!(found.history.len(), 1);
    assert_eq!(found.last_security_at, found.history[0].installed_at);
    assert_eq!(found.restart_pending, None, "nobody here would say so");
    tree.file("/run/reboot-required", "");
    assert_eq!(updates(&tree.ask(&UpdatesProbe)).restart_pending, Some(true));
}

#[test]
fn a_machine_without_apt_says_that_its_updates_cannot_be_told() {
    assert!(matches!(Tree::new().ask(&UpdatesProbe), Outcome::Unsupported { .. }));
}
