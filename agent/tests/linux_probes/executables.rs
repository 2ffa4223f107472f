use std::fs;
use std::os::unix::fs::PermissionsExt;

use caretaker_agent::probes::executables::{Executables, describe};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, Facts, Outcome, SoftwareClass};

use crate::tree::{Counting, Tree};

fn found(outcome: &Outcome) -> &[Executable] {
    match outcome.facts() {
        Some(Facts::Executables(found)) => &found.files,
        other => panic!("executables were expected, not {other:?}"),
    }
}

fn paths(outcome: &Outcome) -> Vec<&str> {
    found(outcome).iter().map(|file| file.path.as_str()).collect()
}

fn tree() -> Tree {
    let tree = Tree::new().with_person("pupil.one");
    tree.folder("/var/lib/dpkg/info");
    tree
}

#[test]
fn finds_programs_by_their_bytes_and_not_by_their_names() {
    let tree = tree();
    let own = fs::read(std::env::current_exe().expect("it was started")).expect("it can be read");
    tree.file("/home/pupil.one/Downloads/holiday.jpg", &own);
    tree.program("/home/pupil.one/Downloads/run-me", "#!/bin/sh\necho hello\n");
    tree.file("/home/pupil.one/Downloads/only-text.sh", "#!/bin/sh\nnobody may run this\n");
    tree.program("/home/pupil.one/Downloads/essay.txt", "An essay.\n");
    let outcome = tree.ask_about(&Executables::new(), &["~/Downloads", "/opt"]);
    assert_eq!(outcome.word(), "complete");
    assert_eq!(paths(&outcome), ["/home/pupil.one/Downloads/holiday.jpg", "/home/pupil.one/Downloads/run-me"]);
    assert_eq!(found(&outcome)[0].sha256, Sha256::of(&own));
    let facts = describe(&tree.host(), &found(&outcome)[1]).expect("it is still there");
    assert_eq!((facts.runs_on.as_str(), facts.file_name.as_str()), ("/bin/sh", "run-me"));
}

#[test]
fn tells_what_a_renamed_windows_program_says_of_itself() {
    const SETUP: &[u8] = include_bytes!("../../src/probes/executables/format/testdata/mingw-12-setup-x86.exe");
    const SIGNED: &[u8] = include_bytes!("../../src/probes/executables/format/testdata/osslsigncode-2.9-player.exe");
    const LIBRARY: &[u8] = include_bytes!("../../src/probes/executables/format/testdata/mingw-12-library.dll");
    let tree = tree();
    tree.program("/opt/essay.txt", SETUP);
    tree.program("/opt/photo.jpg", SIGNED);
    tree.program("/opt/library", LIBRARY);
    let outcome = tree.ask_about(&Executables::new(), &["/opt"]);
    assert_eq!(paths(&outcome), ["/opt/essay.txt", "/opt/photo.jpg"], "a library does not run by itself");
    let facts = |index: usize| describe(&tree.host(), &found(&outcome)[index]).expect("it is still there");
    let (setup, player) = (facts(0), facts(1));
    assert_eq!((setup.class, setup.version.version.as_str()), (Some(SoftwareClass::Installer), "1.2.3.4"));
    assert_eq!((player.class, player.version.original_name.as_str()), (None, "northplayer.exe"));
    assert_eq!(player.signer.as_deref(), Some("Northfield School Test Signing"));
}

#[test]
fn passes_over_what_a_package_owns_through_links_and_diversions() {
    let tree = tree();
    tree.folder("/usr/bin");
    tree.link("/bin", "usr/bin");
    for name in ["listed", "listed-by-link", "moved.distrib", "own"] {
        tree.program(&format!("/usr/bin/{name}"), "#!/bin/sh\n");
    }
    tree.file("/var/lib/dpkg/info/one.list", "/.\n/usr/bin\n/usr/bin/listed\n/bin/listed-by-link\n/usr/bin/moved\n");
    tree.file("/var/lib/dpkg/diversions", "/usr/bin/moved\n/usr/bin/moved.distrib\ntwo\n");
    assert_eq!(paths(&tree.ask_about(&Executables::new(), &["/bin"])), ["/usr/bin/own"]);
}

#[test]
fn an_unchanged_file_is_not_opened_again_and_a_changed_one_is() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\necho one\n");
    tree.file("/opt/notes", "nothing that runs");
    let probe = Executables::new();
    let first = tree.ask_about(&probe, &["/opt"]);
    let opened = Counting::new(tree.host());
    let again = caretaker_agent::probes::Probe::ask(&probe, &opened, &settings("/opt"));
    assert_eq!(opened.files(), 0);
    assert_eq!(again, first);
    tree.program("/opt/tool", "#!/bin/sh\necho two\n");
    let changed = tree.ask_about(&probe, &["/opt"]);
    assert_ne!(found(&changed)[0].sha256, found(&first)[0].sha256);
}

#[test]
fn a_script_counts_from_the_moment_it_may_run() {
    let tree = tree();
    tree.file("/opt/tool", "#!/bin/sh\n");
    let probe = Executables::new();
    assert!(paths(&tree.ask_about(&probe, &["/opt"])).is_empty());
    fs::set_permissions(tree.real("/opt/tool"), fs::Permissions::from_mode(0o700)).expect("its rights can be set");
    assert_eq!(paths(&tree.ask_about(&probe, &["/opt"])), ["/opt/tool"]);
}

#[test]
fn follows_no_link_of_a_user_and_says_so() {
    let tree = tree();
    tree.program("/srv/secret/tool", "#!/bin/sh\n");
    tree.link("/home/pupil.one/Downloads", "/srv/secret");
    tree.link("/home/pupil.one/bin/tool", "/srv/secret/tool");
    // Absolute links lead out of the laid-out machine, so the target is given in full.
    fs::remove_file(tree.real("/home/pupil.one/Downloads")).expect("it was made above");
    tree.link("/home/pupil.one/Downloads", &tree.real("/srv/secret").to_string_lossy());
    let outcome = tree.ask_about(&Executables::new(), &["~/Downloads", "~/bin"]);
    assert!(paths(&outcome).is_empty());
    assert_eq!(outcome.reason(), Some("/home/pupil.one/Downloads: a link, not followed"));
}

#[test]
fn without_a_package_list_it_cannot_tell() {
    assert_eq!(Tree::new().ask_about(&Executables::new(), &["/opt"]).word(), "unsupported");
}

#[test]
fn without_a_folder_to_search_it_does_not_claim_that_there_are_none() {
    assert_eq!(tree().ask_about(&Executables::new(), &[]).word(), "unsupported");
}

#[test]
fn a_file_that_changed_is_not_described() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\n");
    let outcome = tree.ask_about(&Executables::new(), &["/opt"]);
    tree.program("/opt/tool", "#!/bin/bash\n");
    assert_eq!(describe(&tree.host(), &found(&outcome)[0]), None);
}

fn settings(folder: &str) -> caretaker_agent::probes::ProbeSettings {
    caretaker_agent::probes::ProbeSettings { executable_folders: vec![folder.to_owned()], ..Default::default() }
}
