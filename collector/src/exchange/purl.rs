//! Package URLs, by the purl specification: <https://github.com/package-url/purl-spec>.

use caretaker_proto::console::v1::{ListedEntry, RawEntry};

/// The URL of an entry, where its list is one of packages. The distribution is Debian where a dpkg package names none.
pub(super) fn of(listed: &ListedEntry) -> Option<String> {
    let entry = listed.entry.as_ref()?;
    let (path, version, epoch) = match entry.source.as_str() {
        "dpkg" => {
            let distribution = listed.distribution.to_lowercase();
            let plain = !distribution.is_empty() && distribution.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let distribution = if plain { distribution.as_str() } else { "debian" };
            (format!("deb/{distribution}/{}", encoded(&entry.name)), entry.version.as_str(), "")
        }
        "rpm" => {
            let (epoch, version) = entry.version.split_once(':').unwrap_or(("", &entry.version));
            (format!("rpm/{}", encoded(&entry.name)), version, epoch)
        }
        "flatpak" if !entry.id.is_empty() => (format!("flatpak/{}", encoded(&entry.id)), entry.version.as_str(), ""),
        _ => return None,
    };
    let version = if version.is_empty() { String::new() } else { format!("@{}", encoded(version)) };
    let qualifiers: Vec<String> = [("arch", entry.architecture.as_str()), ("epoch", epoch)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", encoded(value)))
        .collect();
    let behind = if qualifiers.is_empty() { String::new() } else { format!("?{}", qualifiers.join("&")) };
    Some(format!("pkg:{path}{version}{behind}"))
}

/// Gives an entry what a URL says of it: its list, and its name there.
pub(super) fn apply(purl: &str, entry: &mut RawEntry) {
    let Some(rest) = purl.strip_prefix("pkg:") else { return };
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let (path, version) = path.rsplit_once('@').unwrap_or((path, ""));
    let Some((kind, path)) = path.trim_start_matches('/').split_once('/') else { return };
    let name = decoded(path.rsplit('/').next().unwrap_or_default());
    let architecture = qualifiers.split('&').find_map(|pair| pair.strip_prefix("arch="));
    match kind.to_ascii_lowercase().as_str() {
        "deb" => (entry.source, entry.name) = ("dpkg".into(), name),
        "rpm" => (entry.source, entry.name) = ("rpm".into(), name),
        "flatpak" => (entry.source, entry.id) = ("flatpak".into(), name),
        other => entry.source = other.to_owned(),
    }
    if entry.version.is_empty() {
        entry.version = decoded(version);
    }
    if let Some(architecture) = architecture {
        entry.architecture = decoded(architecture);
    }
}

/// What is no letter, digit, or one of `.-_~:` as percent and digits.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => {
                encoded.push(char::from(byte))
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decoded(text: &str) -> String {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let stands_for = behind.get(..2).filter(|_| *first == b'%').and_then(digits);
        bytes.push(stands_for.unwrap_or(*first));
        rest = if stands_for.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
