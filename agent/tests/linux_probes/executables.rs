use std::fs;
use std::os::unix::fs::PermissionsExt;

use caretaker_agent::probes::executables::{Executables, describe};
use caretaker_agent::probes::{Probe as _, ProbeSettings};
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
    let outcome = tree.ask_about(&Executables, &["~/Downloads", "/opt"]);
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
    let outcome = tree.ask_about(&Executables, &["/opt"]);
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
    assert_eq!(paths(&tree.ask_about(&Executables, &["/bin"])), ["/usr/bin/own"]);
}

#[test]
fn an_unchanged_file_is_not_opened_again_and_a_changed_one_is() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\necho one\n");
    tree.file("/opt/notes", "nothing that runs");
    let settings = remembering(&tree, &["/opt"]);
    let first = Executables.ask(&tree.host(), &settings);
    assert_eq!(first.word(), "complete");
    let opened = Counting::new(tree.host());
    let again = Executables.ask(&opened, &settings);
    assert_eq!(opened.files(), 0);
    assert_eq!(paths(&again), paths(&first));
    tree.program("/opt/tool", "#!/bin/sh\necho two\n");
    let changed = Executables.ask(&opened, &settings);
    assert_eq!(opened.files(), 1);
    assert_ne!(found(&changed)[0].sha256, found(&first)[0].sha256);
}

#[test]
fn a_script_counts_from_the_moment_it_may_run() {
    let tree = tree();
    tree.file("/opt/tool", "#!/bin/sh\n");
    let settings = remembering(&tree, &["/opt"]);
    assert!(paths(&Executables.ask(&tree.host(), &settings)).is_empty());
    fs::set_permissions(tree.real("/opt/tool"), fs::Permissions::from_mode(0o700)).expect("its rights can be set");
    assert_eq!(paths(&Executables.ask(&tree.host(), &settings)), ["/opt/tool"]);
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
    let outcome = tree.ask_about(&Executables, &["~/Downloads", "~/bin"]);
    assert!(paths(&outcome).is_empty());
    assert_eq!(outcome.reason(), Some("/home/pupil.one/Downloads: a link, not followed"));
}

#[test]
fn without_a_package_list_it_cannot_tell() {
    assert_eq!(Tree::new().ask_about(&Executables, &["/opt"]).word(), "unsupported");
}

#[test]
fn without_a_folder_to_search_it_does_not_claim_that_there_are_none() {
    assert_eq!(tree().ask_about(&Executables, &[]).word(), "unsupported");
}

#[test]
fn a_file_that_changed_is_not_described() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\n");
    let outcome = tree.ask_about(&Executables, &["/opt"]);
    tree.program("/opt/tool", "#!/bin/bash\n");
    assert_eq!(describe(&tree.host(), &found(&outcome)[0]), None);
}

#[test]
fn a_file_that_looks_like_no_program_is_found_out_by_a_later_search() {
    let tree = tree();
    for number in 0..2_100 {
        tree.file(&format!("/opt/notes/{number:04}"), "nothing that runs");
    }
    let own = fs::read(std::env::current_exe().expect("it was started")).expect("it can be read");
    tree.file("/opt/tool.so", &own);
    let settings = remembering(&tree, &["/opt"]);
    let first = Executables.ask(&tree.host(), &settings);
    assert_eq!(first.reason(), Some("100 files that are not called like programs are looked into later"));
    assert_eq!(paths(&first), ["/opt/tool.so"], "what is called like a program is looked into at once");
    let opened = Counting::new(tree.host());
    assert_eq!(Executables.ask(&opened, &settings).word(), "complete");
    assert_eq!(opened.files(), 100);
}

#[test]
fn what_is_remembered_and_damaged_is_found_out_again() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\n");
    let settings = remembering(&tree, &["/opt"]);
    let first = Executables.ask(&tree.host(), &settings);
    tree.file("/memory/executables", "not what was written");
    let opened = Counting::new(tree.host());
    assert_eq!(paths(&Executables.ask(&opened, &settings)), paths(&first));
    assert_eq!(opened.files(), 1);
}

#[test]
fn music_and_videos_are_counted_without_being_opened_and_named_only_when_asked() {
    let tree = tree();
    tree.file("/home/pupil.one/Music/song.mp3", "not really music");
    tree.file("/home/pupil.one/Music/film.mkv", "nor a video");
    tree.file("/opt/packaged/chime.wav", "of a package");
    tree.file("/var/lib/dpkg/info/sounds.list", "/opt/packaged/chime.wav\n");
    let outcome = tree.ask_about(&Executables, &["~", "/opt"]);
    let Some(Facts::Executables(found)) = outcome.facts() else { panic!("it answers") };
    let told: Vec<_> = found.media.iter().map(|one| (one.path.as_str(), one.audio, one.video, one.bytes)).collect();
    assert_eq!(told, [("/home/pupil.one/Music", 1, 1, 27)]);
    assert!(found.media[0].names.is_empty());
    let asked = ProbeSettings { media_names: true, ..settings(&["~"]) };
    let outcome = Executables.ask(&tree.host(), &asked);
    let Some(Facts::Executables(found)) = outcome.facts() else { panic!("it answers") };
    assert_eq!(found.media[0].names, ["film.mkv", "song.mp3"]);
}

#[test]
fn the_home_of_somebody_who_is_not_logged_in_is_read_once_and_no_deeper() {
    let tree = tree();
    tree.program("/home/pupil.one/Downloads/deep/tool", "#!/bin/sh\n");
    let settings = remembering(&tree, &["~"]);
    let first = Executables.ask(&tree.host(), &settings);
    let walked = Counting::new(tree.host());
    assert_eq!(paths(&Executables.ask(&walked, &settings)), paths(&first));
    assert_eq!(walked.walks(), 0);
    tree.file("/home/pupil.one/Downloads/new", "something");
    Executables.ask(&walked, &settings);
    assert_eq!(walked.walks(), 1, "the folder that it lies in has another time now");
    tree.folder("/run/user/1000");
    Executables.ask(&walked, &settings);
    assert_eq!(walked.walks(), 2, "who is logged in may change anything");
    fs::remove_dir(tree.real("/run/user/1000")).expect("it was made above");
    Executables.ask(&walked, &settings);
    Executables.ask(&walked, &settings);
    assert_eq!(walked.walks(), 3, "what was changed before the log-out is met, and then it is quiet");
}

#[test]
fn another_computers_files_are_not_searched_and_a_stick_is() {
    let tree = tree();
    tree.program("/media/pupil.one/STICK/game", "#!/bin/sh\n");
    tree.program("/srv/share/tool", "#!/bin/sh\n");
    let mounts = "20 1 254:1 / / rw - ext4 /dev/vda1 rw\n\
                  30 20 8:17 / /media/pupil.one/STICK rw - vfat /dev/sdb1 rw\n\
                  31 20 0:50 / /srv/share rw - nfs4 server:/share rw\n";
    tree.file("/proc/self/mountinfo", mounts);
    tree.file("/dev/sdb1", "");
    let device = "/sys/devices/pci0000:00/usb1/1-1/host6/target6:0:0/6:0:0:0/block/sdb/sdb1";
    tree.folder(device);
    tree.link("/sys/class/block/sdb1", &tree.real(device).to_string_lossy());
    let outcome = tree.ask_about(&Executables, &["/srv/share"]);
    let found: Vec<(&str, bool)> = found(&outcome).iter().map(|file| (file.path.as_str(), file.removable)).collect();
    assert_eq!(found, [("/media/pupil.one/STICK/game", true)]);
    assert_eq!(outcome.reason(), Some("/srv/share: on another computer (nfs4), not searched"));
}

#[test]
fn nothing_is_searched_on_a_battery_that_runs_low_unless_somebody_waits() {
    let tree = tree();
    tree.program("/opt/tool", "#!/bin/sh\n");
    for (field, value) in [("type", "Battery"), ("status", "Discharging"), ("capacity", "29")] {
        tree.file(&format!("/sys/class/power_supply/BAT0/{field}"), value);
    }
    let settings = ProbeSettings { pause_below_battery_percent: 30, ..settings(&["/opt"]) };
    let paused = Executables.ask(&tree.host(), &settings);
    assert_eq!(paused.word(), "partial");
    assert_eq!(paused.reason(), Some("on battery at 29 %; below 30 % nothing is searched"));
    assert!(paths(&paused).is_empty());
    let waited_for = ProbeSettings { hurry: true, ..settings };
    assert_eq!(paths(&Executables.ask(&tree.host(), &waited_for)), ["/opt/tool"]);
}

#[test]
fn folders_that_lie_deeper_than_a_search_goes_are_told() {
    let tree = tree();
    let deep = format!("/opt{}", "/d".repeat(210));
    tree.program(&format!("{deep}/tool"), "#!/bin/sh\n");
    let outcome = tree.ask_about(&Executables, &["/opt"]);
    assert_eq!(outcome.word(), "partial");
    assert!(outcome.reason().is_some_and(|reason| reason.starts_with("could not be read: /opt/d/d")));
}

fn settings(folders: &[&str]) -> ProbeSettings {
    let executable_folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
    ProbeSettings { executable_folders, ..Default::default() }
}

/// What the service sets: there is a place to remember things.
fn remembering(tree: &Tree, folders: &[&str]) -> ProbeSettings {
    ProbeSettings { memory: Some(tree.real("/memory")), ..settings(folders) }
}
