//! Holds Cargo.lock to the lowest versions without a known flaw, and keeps out what must not come in.
//!
//! cargo-deny checks bans as well; they stand here too because these tests run where it is not installed.

use std::collections::BTreeMap;

type Version = (u64, u64, u64);

/// Lowest version that has the fix, and the advisory that asks for it. A crate that is not in the lock file needs none.
const FLOORS: &[(&str, Version, &str)] = &[
    ("age", (0, 11, 1), "RUSTSEC-2024-0433"),
    ("h2", (0, 4, 16), "RUSTSEC-2026-0258, empty DATA frames"),
    ("lettre", (0, 11, 22), "RUSTSEC-2026-0141"),
    ("rusqlite", (0, 41, 0), "bundles an SQLite without the WAL-reset flaw"),
    ("rustls", (0, 23, 46), "CVE-2026-123610, certificate compression"),
    ("rustls-webpki", (0, 103, 13), "RUSTSEC-2026-0104, panic on a revocation list"),
    ("time", (0, 3, 47), "RUSTSEC-2026-0009"),
    ("tokio", (1, 44, 2), "RUSTSEC-2025-0023"),
    ("tonic", (0, 14, 0), "RUSTSEC-2024-0376, accept loop that exits"),
];

/// Crates that must be there, so that a floor cannot be passed by a change of names.
const EXPECTED: &[&str] = &["h2", "lettre", "ring", "rusqlite", "rustls", "rustls-webpki", "time", "tokio", "tonic"];

const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "cmake", "native-tls", "openssl", "openssl-sys", "sharks"];

/// Packages that may be locked; each new one needs a reason (docs/architecture.md).
const MOST_PACKAGES: usize = 426;

#[test]
fn every_crate_is_at_or_above_its_floor() {
    let locked = locked();
    for (name, floor, reason) in FLOORS {
        for version in locked.get(*name).into_iter().flatten() {
            assert!(numbers(version) >= *floor, "{name} {version} is below {floor:?}: {reason}; run cargo update");
            assert!(!version.contains('-'), "{name} {version} is a development version");
        }
    }
}

#[test]
fn the_crates_that_floors_speak_of_are_there() {
    let locked = locked();
    for name in EXPECTED {
        assert_eq!(locked.get(*name).map(Vec::len), Some(1), "{name} must be in Cargo.lock exactly once");
    }
}

#[test]
fn no_banned_crate_is_locked() {
    let locked = locked();
    for name in BANNED {
        assert!(!locked.contains_key(*name), "{name} is in Cargo.lock; deny.toml says why it may not be");
    }
}

#[test]
fn the_lock_file_stays_small() {
    let count: usize = locked().values().map(Vec::len).sum();
    assert!(count <= MOST_PACKAGES, "{count} packages are locked; each new one needs a reason, then raise the limit");
}

#[test]
fn the_bundled_sqlite_has_no_wal_reset_flaw() {
    let version = rusqlite::version();
    assert!(numbers(version) >= (3, 51, 3), "SQLite {version} may lose a reset write-ahead log");
    assert_ne!(numbers(version), (3, 52, 0), "SQLite 3.52.0 was withdrawn");
}

/// Versions by name, as Cargo.lock has them.
fn locked() -> BTreeMap<String, Vec<String>> {
    let text = super::read(&super::root().join("Cargo.lock"));
    let lock: toml::Table = text.parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("Cargo.lock lists packages");
    let mut locked = BTreeMap::<String, Vec<String>>::new();
    for package in packages {
        let field = |name: &str| package[name].as_str().expect("name and version are texts").to_owned();
        locked.entry(field("name")).or_default().push(field("version"));
    }
    locked
}

/// The three numbers of a version, without what follows them.
fn numbers(version: &str) -> Version {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = release.split('.').map(|part| part.parse().expect("a version is made of numbers"));
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}
