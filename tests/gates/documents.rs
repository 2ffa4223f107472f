//! Holds the documents to what they speak of: links lead somewhere, and the two commands exist.

use std::path::Path;

#[test]
fn links_between_documents_lead_somewhere() {
    let mut links = 0;
    for file in super::files_below(super::root(), "md") {
        let folder = file.parent().expect("a file has a folder");
        for target in local_links(&super::read(&file)) {
            links += 1;
            assert!(folder.join(&target).exists(), "{}: nothing is at {target}", file.display());
        }
    }
    assert!(links > 5, "only {links} links were found; the reader of links is broken");
}

#[test]
fn the_readme_names_the_two_commands_and_they_can_be_run() {
    let readme = super::read(&super::root().join("README.md"));
    for command in ["packaging/quickstart", "tests/run"] {
        assert!(readme.lines().any(|line| line.trim() == command), "README.md has no line `{command}`");
        assert!(can_be_run(&super::root().join(command)), "{command} cannot be run");
    }
}

/// Targets of `[text](target)` that are files of this repository, without their anchors.
fn local_links(text: &str) -> Vec<String> {
    text.match_indices("](")
        .filter_map(|(at, opening)| text[at + opening.len()..].split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap_or_default().to_owned())
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace))
        .collect()
}

#[cfg(unix)]
fn can_be_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|about| about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_be_run(path: &Path) -> bool {
    path.is_file()
}
