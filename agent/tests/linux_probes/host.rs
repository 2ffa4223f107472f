use std::io::ErrorKind;

use caretaker_agent::host::Host;
use caretaker_agent::host::program::Program;
use caretaker_agent::probes::host::HostProbe;
use caretaker_agent::{platform, probes};
use caretaker_shared::model::{Facts, Outcome, ProbeName};

use crate::tree::Tree;

#[test]
fn names_the_distribution_as_it_names_itself() {
    let tree = Tree::new();
    tree.file(
        "/etc/os-release",
        "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n",
    );
    let Outcome::Complete(Facts::Host(facts)) = tree.ask(&HostProbe) else { panic!("this system tells its facts") };
    assert_eq!((facts.os.as_str(), facts.platform.as_str()), ("Debian GNU/Linux 12 (bookworm)", "linux"));
    assert!(facts.processors > 0 && facts.memory_bytes > 0 && !facts.hostname.is_empty());
}

#[test]
fn people_are_listed_and_the_administrator_only_when_alone() {
    let names = |tree: &Tree| -> Vec<(String, bool)> {
        let accounts = tree.host().accounts().expect("there is a list");
        accounts.into_iter().map(|account| (account.name, account.logged_in)).collect()
    };
    let tree = Tree::new();
    assert_eq!(names(&tree), [("root".to_owned(), false)]);
    let tree = Tree::new().with_person("pupil.one");
    assert_eq!(names(&tree), [("pupil.one".to_owned(), false)]);
    tree.folder("/run/user/1000");
    assert_eq!(names(&tree), [("pupil.one".to_owned(), true)], "without systemd's notes the folder tells");
}

#[test]
fn tells_battery_from_mains() {
    let tree = Tree::new();
    let power = || tree.host().power().map(|power| (power.on_battery, power.percent)).expect("it tells");
    assert_eq!(power(), (false, None), "a machine without supplies runs on mains");
    tree.file("/sys/class/power_supply/AC/type", "Mains\n");
    tree.file("/sys/class/power_supply/AC/online", "0\n");
    tree.file("/sys/class/power_supply/BAT0/type", "Battery\n");
    tree.file("/sys/class/power_supply/BAT0/status", "Discharging\n");
    tree.file("/sys/class/power_supply/BAT0/capacity", "29\n");
    assert_eq!(power(), (true, Some(29)));
    tree.file("/sys/class/power_supply/AC/online", "1\n");
    assert_eq!(power(), (false, Some(29)));
}

#[test]
fn names_the_owner_of_a_file_and_falls_back_to_the_number() {
    let tree = Tree::new();
    tree.file("/home/tool", "x");
    let host = tree.host();
    let mut status = host.status("/home/tool".as_ref()).expect("it is there");
    status.uid = 0;
    assert_eq!(host.owner("/home/tool".as_ref(), &status).expect("there is a list"), "root");
    status.uid = 4321;
    assert_eq!(host.owner("/home/tool".as_ref(), &status).expect("there is a list"), "4321");
}

#[test]
fn runs_no_program_that_others_may_change() {
    let tree = Tree::new();
    let run = || tree.host().run(&Program::NFTABLES).map_err(|error| error.kind());
    assert_eq!(run(), Err(ErrorKind::NotFound), "it is not installed");
    tree.program("/usr/sbin/nft", "#!/bin/sh\necho changed\n");
    let writable = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(tree.real("/usr/sbin/nft"), writable).expect("its rights can be set");
    assert_eq!(run(), Err(ErrorKind::PermissionDenied));
}

#[test]
fn a_pipe_in_the_place_of_a_file_does_not_hold_anything_up() {
    let tree = Tree::new();
    let pipe = tree.real("/opt/pipe");
    tree.folder("/opt");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .expect("a pipe can be made");
    let error = tree.host().read("/opt/pipe".as_ref(), 100).expect_err("it is no file");
    assert_eq!(error.to_string(), "not a regular file");
}

#[test]
fn a_file_larger_than_the_limit_is_refused() {
    let tree = Tree::new();
    tree.file("/etc/large", "12345");
    assert!(tree.host().read("/etc/large".as_ref(), 5).is_ok());
    assert!(tree.host().read("/etc/large".as_ref(), 4).is_err());
}

#[test]
fn every_subject_has_one_probe_that_says_what_it_collects() {
    let names: Vec<ProbeName> = probes::all().iter().map(|probe| probe.name()).collect();
    assert_eq!(names, ProbeName::ALL);
    assert!(probes::all().iter().all(|probe| !probe.collects().is_empty()));
}

#[test]
fn this_boot_has_one_name() {
    assert_eq!(platform::boot_id(), platform::boot_id());
}
