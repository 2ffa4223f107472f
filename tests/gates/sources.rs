//! Holds the source code to the borders between members that the compiler does not see.

use std::path::Path;

/// Crates of the lock file that have one home.
const HOMES: &[(&str, &str)] = &[("rustls", "shared"), ("ring", "shared"), ("tokio_rustls", "shared")];

/// Other ways to speak TLS, which must not be asked for by any member.
const FOREIGN_TLS: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

#[test]
fn only_shared_names_the_tls_crates() {
    for member in ["proto", "shared/lexicon", "agent", "collector"] {
        // A test may need TLS of its own: to play a mail server, or a hostile one.
        let files = super::files_below(&super::root().join(member), "rs");
        for file in files.into_iter().filter(|file| !file.to_string_lossy().ends_with("_tests.rs")) {
            let text = super::read(&file);
            for (name, home) in HOMES {
                assert!(!names_crate(&text, name), "{} names {name}, whose home is {home}/", file.display());
            }
        }
    }
}

#[test]
fn no_manifest_asks_for_another_tls() {
    let manifests = super::files_below(super::root(), "toml").into_iter().filter(|path| is_manifest(path));
    let mut seen = 0;
    for manifest in manifests {
        seen += 1;
        let text = super::read(&manifest);
        let asked = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in asked {
            let words: Vec<_> = line.split(|letter: char| !letter.is_alphanumeric() && letter != '-').collect();
            for name in FOREIGN_TLS {
                assert!(!words.contains(name), "{} asks for {name}: {line}", manifest.display());
            }
        }
    }
    assert_eq!(seen, 9, "the workspace, its seven members, and what feeds them hostile input");
}

#[test]
fn agent_and_collector_never_see_each_other() {
    for (member, other) in
        [("agent", "caretaker-collector"), ("collector", "caretaker-agent"), ("shared", "caretaker-agent")]
    {
        let manifest = super::read(&super::root().join(member).join("Cargo.toml"));
        let table: toml::Table = manifest.parse().expect("a manifest is TOML");
        let dependencies = table["dependencies"].as_table().expect("every member depends on something");
        assert!(!dependencies.contains_key(other), "{member} depends on {other}");
    }
}

#[test]
fn no_profile_lets_one_panic_end_a_program() {
    let manifest = super::read(&super::root().join("Cargo.toml"));
    let table: toml::Table = manifest.parse().expect("a manifest is TOML");
    for profile in ["agent", "release"] {
        assert_eq!(table["profile"][profile]["panic"].as_str(), Some("unwind"), "profile {profile}: docs/adr/0002");
    }
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Cargo.toml")
}

/// Whether code uses the crate by a path: `ring::`, but not `string::`.
fn names_crate(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}
