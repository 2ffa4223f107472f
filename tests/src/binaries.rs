//! The programs under test, built from the sources that stand here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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

/// Path of `caretaker-agent.exe`, for Windows.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn windows_agent() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/windows/build"));
        without_own_package(&mut build);
        let built = build
            .arg("--dev")
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_TERM_QUIET", "true")
            .stderr(Stdio::inherit())
            .output()
            .expect("the build starts");
        assert!(built.status.success(), "the agent does not build for Windows");
        let said = String::from_utf8(built.stdout).expect("the build prints UTF-8");
        PathBuf::from(said.lines().next().expect("the build prints where the program lies"))
    })
}

/// The folder that cargo builds everything into.
///
/// # Panics
/// When this test was not built by cargo.
#[must_use]
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.ancestors().nth(3).expect("tests lie in target/<profile>/deps").to_owned()
}

/// The folder that cargo builds them into. Builds them first: a story must never run yesterday's program.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        without_own_package(&mut build);
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

/// What cargo tells a test about its own package would look to build scripts like a change of theirs.
fn without_own_package(build: &mut Command) {
    let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| own(name)) {
        build.env_remove(name);
    }
}
