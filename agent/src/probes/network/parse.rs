//! Addresses, key files and hosts files as text.

/// What is told of an address that cannot be taken apart.
const UNCLEAR: &str = "an address that may hold a password";

/// Host and port of a proxy's address, or the address of a script, without user and password.
pub(super) fn target(address: &str) -> String {
    let address = address.trim().trim_matches(['"', '\'']);
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (server, path) = rest.split_once('/').map_or((rest, None), |(server, path)| (server, Some(path)));
    // A password may hold a slash, and then what stands before it is a part of it.
    if path.is_some_and(|path| path.contains('@')) {
        return UNCLEAR.to_owned();
    }
    let server = server.rsplit('@').next().unwrap_or_default();
    // A script is named by its whole address, but what stands after a question mark may be anything.
    match path.map(|path| path.split(['?', '#']).next().unwrap_or_default()).filter(|path| !path.is_empty()) {
        Some(path) if !scheme.is_empty() => format!("{scheme}://{server}/{path}"),
        _ => server.split(['?', '#']).next().unwrap_or_default().to_owned(),
    }
}

/// How many names a hosts file sends elsewhere: all but this machine's own.
pub(super) fn hosts_entries(file: &str, own_name: &str) -> u32 {
    let usual = |name: &str| {
        name.starts_with("localhost")
            || name.starts_with("ip6-")
            || matches!(name, "broadcasthost" | "kubernetes.docker.internal" | "host.docker.internal")
            || name.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case(own_name))
    };
    let lines = file.lines().map(|line| line.split('#').next().unwrap_or_default());
    let names = lines.flat_map(|line| line.split_whitespace().skip(1)).filter(|name| !usual(name));
    u32::try_from(names.count()).unwrap_or(u32::MAX)
}

/// Sections of a key file, each with its lines as key and value.
pub(super) fn sections(file: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut sections: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for line in file.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name.to_owned(), Vec::new()));
        } else if let (Some((key, value)), Some((_, lines))) = (line.split_once('='), sections.last_mut()) {
            lines.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::{UNCLEAR, hosts_entries, target};

    #[test]
    fn a_proxys_password_is_never_kept() {
        assert_eq!(target("http://pupil.one:secret@proxy.example:8080/"), "proxy.example:8080");
        assert_eq!(target("\"http://proxy.example:3128\""), "proxy.example:3128");
        assert_eq!(target("proxy.example:8080"), "proxy.example:8080");
        assert_eq!(target("http://u:p@x.example/way/proxy.pac?token=1"), "http://x.example/way/proxy.pac");
        assert_eq!(target("http://pupil.one:se/cret@proxy.example:8080"), UNCLEAR);
        assert_eq!(target("http://x.example?token=se#cret"), "x.example");
    }

    #[test]
    fn the_usual_lines_of_a_hosts_file_do_not_count() {
        let file = "127.0.0.1 localhost localhost.localdomain\n127.0.1.1 PC-1.example.school pc-1 # own\n\
                    ::1 ip6-localhost ip6-loopback\n# 1.2.3.4 commented.example\n203.0.113.9 games.example www.games.example\n";
        assert_eq!(hosts_entries(file, "pc-1"), 2);
    }
}
