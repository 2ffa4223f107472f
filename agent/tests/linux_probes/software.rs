use caretaker_agent::probes::software::Software;
use caretaker_shared::model::{Facts, Outcome, SoftwareTitle};

use crate::tree::Tree;

const STATUS: &str = include_str!("../../src/probes/software/testdata/debian-12-status");

fn titles(outcome: &Outcome) -> &[SoftwareTitle] {
    match outcome.facts() {
        Some(Facts::Software(titles)) => titles,
        other => panic!("a list of software was expected, not {other:?}"),
    }
}

#[test]
fn lists_what_dpkg_has_installed() {
    let tree = Tree::new();
    tree.file("/var/lib/dpkg/status", STATUS);
    tree.file("/var/lib/dpkg/info/adduser.list", "/.\n");
    tree.file("/var/lib/dpkg/info/libc6:i386.list", "/.\n");
    let outcome = tree.ask(&Software);
    assert_eq!(outcome.word(), "complete");
    let dated: Vec<bool> = titles(&outcome).iter().map(|title| title.installed_at.is_some()).collect();
    assert_eq!(dated, [true, false, true, false], "dates come from the file lists that are there");
    assert_eq!(titles(&outcome)[0].size_bytes, Some(686 * 1024));
}

#[test]
fn a_torn_list_is_partial_and_an_empty_one_failed() {
    let tree = Tree::new();
    tree.file("/var/lib/dpkg/status", &STATUS[..STATUS.len() / 2]);
    assert_eq!(tree.ask(&Software).word(), "partial");
    tree.file("/var/lib/dpkg/status", "");
    let outcome = tree.ask(&Software);
    assert_eq!(outcome, Outcome::Failed { reason: "/var/lib/dpkg/status: it is empty".into() });
}

#[test]
fn a_list_that_cannot_be_read_is_failed_and_none_unsupported() {
    let tree = Tree::new();
    assert_eq!(tree.ask(&Software).word(), "unsupported");
    tree.folder("/var/lib/dpkg/status");
    let outcome = tree.ask(&Software);
    assert_eq!(outcome, Outcome::Failed { reason: "/var/lib/dpkg/status: not a regular file".into() });
}
