//! dpkg's status file: text in, packages out.

use deb822_fast::borrowed::{BorrowedParagraph, iter_paragraphs_borrowed};

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) architecture: String,
    pub(super) maintainer: String,
    /// Few packages say where they come from; those of the distribution itself do not.
    pub(super) origin: String,
    pub(super) section: String,
    pub(super) installed_kib: Option<u64>,
    /// Two architectures of it may be installed side by side; dpkg names their files apart.
    pub(super) side_by_side: bool,
}

/// What the status file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Packages {
    pub(super) installed: Vec<Package>,
    /// Why the list may lack something; `None` when it is whole.
    pub(super) flaw: Option<String>,
}

/// Reads a status file. What is removed but not purged, half installed or only wanted is not installed.
pub(super) fn read(text: &str) -> Packages {
    let mut found = Packages::default();
    if !text.is_empty() && !text.ends_with('\n') {
        found.flaw = Some("it breaks off in the middle of a line".into());
    }
    let (mut stanzas, mut torn) = (0_usize, 0_usize);
    for stanza in iter_paragraphs_borrowed(text) {
        stanzas += 1;
        match stanza {
            Ok(stanza) => match package(&stanza) {
                Stanza::Installed(package) => found.installed.push(package),
                Stanza::NotInstalled => {}
                Stanza::Torn => torn += 1,
            },
            Err(_) => found.flaw = Some(format!("it cannot be understood from entry {stanzas} on")),
        }
    }
    if torn > 0 && found.flaw.is_none() {
        found.flaw = Some(format!("{torn} of {stanzas} entries lack their name, version or state"));
    }
    if stanzas == 0 {
        found.flaw = Some("it is empty".into());
    }
    found
}

enum Stanza {
    Installed(Package),
    NotInstalled,
    Torn,
}

fn package(stanza: &BorrowedParagraph<'_>) -> Stanza {
    let field = |name: &str| stanza.get_single(name).map(str::trim).filter(|value| !value.is_empty());
    // "want flag state": what was asked for, whether it is broken, what it is.
    let (Some(name), Some(state)) = (field("Package"), field("Status").and_then(|all| all.split_whitespace().nth(2)))
    else {
        return Stanza::Torn;
    };
    // What waits for another package's trigger is there and can be used.
    if !matches!(state, "installed" | "triggers-awaited" | "triggers-pending") {
        return Stanza::NotInstalled;
    }
    let Some(version) = field("Version") else { return Stanza::Torn };
    let text = |name: &str| field(name).unwrap_or_default().to_owned();
    Stanza::Installed(Package {
        name: name.to_owned(),
        version: version.to_owned(),
        architecture: text("Architecture"),
        maintainer: text("Maintainer"),
        origin: text("Origin"),
        section: text("Section"),
        installed_kib: field("Installed-Size").and_then(|size| size.parse().ok()),
        side_by_side: field("Multi-Arch") == Some("same"),
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    const RECORDED: &str = include_str!("testdata/debian-12-status");

    #[test]
    fn case_37_counts_what_is_installed_and_nothing_else() {
        let found = read(RECORDED);
        let names: Vec<String> =
            found.installed.iter().map(|package| format!("{}:{}", package.name, package.architecture)).collect();
        assert_eq!(
            names,
            ["adduser:all", "libc6:amd64", "libc6:i386", "held-back:amd64"],
            "removed, half-configured and unpacked packages are not installed"
        );
        assert_eq!(found.flaw, None);
        for state in ["triggers-awaited", "triggers-pending"] {
            let waiting = format!("Package: man-db\nStatus: install ok {state}\nVersion: 1\n");
            assert_eq!(read(&waiting).installed.len(), 1, "{state}");
        }
    }

    #[test]
    fn reads_the_fields_of_a_package() {
        let found = read(RECORDED);
        let libc = found.installed.iter().find(|package| package.name == "libc6").expect("it is recorded");
        assert_eq!(libc.version, "2.36-9+deb12u10");
        assert_eq!(libc.maintainer, "GNU Libc Maintainers <debian-glibc@lists.debian.org>");
        assert_eq!(libc.installed_kib, Some(12_986));
        assert_eq!(libc.section, "libs");
        assert!(libc.side_by_side);
    }

    #[test]
    fn a_torn_file_is_never_whole() {
        let end = RECORDED.len();
        for cut in [1, end / 4, end / 2, end - 3] {
            let found = read(&RECORDED[..cut]);
            assert!(found.flaw.is_some(), "cut after {cut} of {end} bytes");
        }
        assert!(read("").flaw.is_some(), "an empty list is not a machine without software");
        assert!(read("\u{0}\u{0}\u{0}\n").flaw.is_some());
        assert!(read("Package: nameless\nStatus: install ok installed\n").flaw.is_some());
    }
}
