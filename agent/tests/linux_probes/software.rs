use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use caretaker_agent::platform::Machine;
use caretaker_agent::probes::software::Software;
use caretaker_agent::probes::{Probe, ProbeSettings};
use caretaker_shared::model::{Facts, Outcome, SoftwareTitle, TitleKind};

use crate::tree::Tree;

const STATUS: &str = include_str!("../../src/probes/software/testdata/debian-12-status");

const RPM: &[u8] = include_bytes!("../../src/probes/software/testdata/debian-12-rpm-4.18-sqlite");

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
    assert_eq!(titles(&outcome)[0].section, "admin");
}

/// What dpkg's own program says is installed on the machine that runs this test, one line for each package; `None` where
/// there is no such program.
#[expect(clippy::disallowed_methods, reason = "the program whose answer is the measure")]
fn told_by_dpkg() -> Option<BTreeSet<String>> {
    let format = "--showformat=${db:Status-Status} ${Package} ${Version} ${Architecture}\n";
    let told = Command::new("dpkg-query").args(["--show", format]).output().ok()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    Some(told.lines().filter_map(|line| line.strip_prefix("installed ")).map(str::to_owned).collect())
}

#[test]
fn lists_neither_less_nor_more_than_dpkg_itself() {
    let machine = Machine::at(PathBuf::from("/"));
    // Somebody may be installing something just now: the measure must be the same before and after.
    let (told, found) = loop {
        let before = told_by_dpkg();
        let outcome = Software.ask(&machine, &ProbeSettings::default());
        if before == told_by_dpkg() {
            break (before.unwrap_or_default(), outcome);
        }
    };
    let found = found.facts().map(|_| titles(&found).to_vec()).unwrap_or_default();
    let found = found.into_iter().filter(|title| title.source == "dpkg");
    let found = found.map(|title| format!("{} {} {}", title.name, title.version, title.architecture));
    assert_eq!(found.collect::<BTreeSet<String>>(), told);
}

#[test]
fn lists_what_rpm_has_installed_whichever_folder_is_the_link() {
    let tree = Tree::new();
    tree.file("/usr/lib/sysimage/rpm/rpmdb.sqlite", RPM);
    tree.link("/var/lib/rpm", "../../usr/lib/sysimage/rpm");
    let outcome = tree.ask(&Software);
    assert_eq!(outcome.word(), "complete");
    assert_eq!(titles(&outcome).len(), 2);
}

#[test]
fn lists_flatpaks_of_the_machine_and_of_a_person() {
    let tree = Tree::new().with_person("pupil.one");
    tree.file("/var/lib/dpkg/status", STATUS);
    let app = "/var/lib/flatpak/app/org.example.Slate";
    tree.file(&format!("{app}/x86_64/stable/0123abc/deploy"), "northfield\0more");
    tree.file(
        &format!("{app}/x86_64/stable/0123abc/export/share/applications/org.example.Slate.desktop"),
        "[Desktop Entry]\nName=Slate\nCategories=Game;Education;\n",
    );
    tree.file(
        &format!("{app}/x86_64/stable/0123abc/export/share/metainfo/org.example.Slate.metainfo.xml"),
        "<component><releases><release version=\"2.4\" date=\"2026-10-01\"/><release version=\"2.3\"/></releases>",
    );
    tree.link(&format!("{app}/x86_64/stable/active"), "0123abc");
    tree.link(&format!("{app}/current"), "x86_64/stable");
    let runtime = "/home/pupil.one/.local/share/flatpak/runtime/org.example.Platform/x86_64/24.08";
    tree.file(&format!("{runtime}/cafe/deploy"), "northfield\0more");
    tree.link(&format!("{runtime}/active"), "cafe");
    let outcome = tree.ask(&Software);
    let flatpaks: Vec<&SoftwareTitle> = titles(&outcome).iter().filter(|title| title.source == "flatpak").collect();
    let [slate, platform] = flatpaks[..] else { panic!("two flatpaks were expected, not {flatpaks:?}") };
    assert_eq!((slate.name.as_str(), slate.id.as_str(), slate.version.as_str()), ("Slate", "org.example.Slate", "2.4"));
    assert_eq!((slate.origin.as_str(), slate.section.as_str()), ("northfield", "Game;Education"));
    assert_eq!((slate.architecture.as_str(), slate.user.as_str(), slate.kind), ("x86_64", "", TitleKind::Title));
    assert!(slate.installed_at.is_some());
    assert_eq!((platform.name.as_str(), platform.version.as_str()), ("org.example.Platform", "24.08"));
    assert_eq!((platform.user.as_str(), platform.kind), ("pupil.one", TitleKind::Component));
}

#[test]
fn lists_snaps_and_tells_a_base_from_a_title() {
    let tree = Tree::new();
    tree.file("/var/lib/dpkg/status", STATUS);
    for (name, revision, description) in [
        ("slate", "42", "name: slate\ntitle: Slate\nversion: '2.4'\narchitectures: [amd64]\n"),
        ("core22", "x1", "name: core22\nversion: '20261101'\ntype: base\narchitectures:\n  - amd64\n"),
    ] {
        tree.file(&format!("/snap/{name}/{revision}/meta/snap.yaml"), description);
        tree.link(&format!("/snap/{name}/current"), revision);
    }
    tree.file("/var/lib/snapd/snaps/slate_42.snap", "hsqs");
    tree.folder("/snap/bin");
    let outcome = tree.ask(&Software);
    let snaps: Vec<&SoftwareTitle> = titles(&outcome).iter().filter(|title| title.source == "snap").collect();
    let [core, slate] = snaps[..] else { panic!("two snaps were expected, not {snaps:?}") };
    assert_eq!((slate.name.as_str(), slate.version.as_str(), slate.id.as_str()), ("Slate", "2.4", "slate"));
    assert_eq!((slate.origin.as_str(), slate.size_bytes, slate.kind), ("Store", Some(4), TitleKind::Title));
    assert_eq!((core.name.as_str(), core.origin.as_str(), core.kind), ("core22", "a local file", TitleKind::Component));
    assert_eq!((core.architecture.as_str(), slate.architecture.as_str()), ("amd64", "amd64"));
}

#[test]
fn tells_an_appimage_by_its_first_bytes_not_by_its_name() {
    let tree = Tree::new().with_person("pupil.one");
    tree.file("/var/lib/dpkg/status", STATUS);
    tree.file("/home/pupil.one/Downloads/Slate-2.4-x86_64.AppImage", b"\x7fELF\x02\x01\x01\x00AI\x02rest");
    tree.file("/home/pupil.one/Downloads/notes.AppImage", "just words");
    tree.file("/home/pupil.one/Downloads/empty.AppImage", "");
    tree.link("/home/pupil.one/Downloads/link.AppImage", "Slate-2.4-x86_64.AppImage");
    let outcome = tree.ask(&Software);
    let images: Vec<&SoftwareTitle> = titles(&outcome).iter().filter(|title| title.source == "appimage").collect();
    let [slate] = images[..] else { panic!("one AppImage was expected, not {images:?}") };
    assert_eq!((slate.name.as_str(), slate.version.as_str(), slate.user.as_str()), ("Slate", "2.4", "pupil.one"));
}

#[test]
fn a_source_that_cannot_be_read_makes_the_whole_partial() {
    let tree = Tree::new();
    tree.file("/var/lib/dpkg/status", STATUS);
    tree.folder("/snap/slate/current/meta/snap.yaml");
    let Outcome::Partial { reason, .. } = tree.ask(&Software) else { panic!("a source was lost") };
    assert_eq!(reason, "/snap/slate/current/meta/snap.yaml: not a regular file");
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
