//! The programs under test, built from the sources that stand here.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Path of `caretaker-agent`.
#[must_use]
pub fn agent() -> PathBuf {
    folder().join("caretaker-agent")
}

/// Path of `caretaker-collector`.
#[must_use]
pub fn collector() -> PathBuf {
    folder().join("caretaker-collector")
}

/// The folder that cargo builds them into. Builds them first: a story must never run yesterday's program.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        // What cargo tells a test about its own package would look to build scripts like a change of theirs.
        let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| own(name)) {
            build.env_remove(name);
        }
        let built = build
            .args(["build", "--quiet", "--package", "caretaker-agent", "--package", "caretaker-collector", "--bins"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo starts");
        assert!(built.success(), "the programs do not build");
        let test = std::env::current_exe().expect("a test knows its own path");
        test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps").to_owned()
    })
}
