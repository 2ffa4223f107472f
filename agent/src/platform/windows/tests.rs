//! What holds on every Windows machine, Wine's included.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use windows_sys::Win32::System::Registry::{HKEY_CURRENT_USER, RegDeleteTreeW, RegSetKeyValueW};

use super::text::wide;
use super::{Machine, boot_id};
use crate::host::windows::{Key, RegistryValue, Root, Windows};
use crate::host::{Found, Host, Kind};

const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const HOSTILE: &str = r"Software\Caretaker test of hostile values";

fn machine() -> Machine {
    Machine::at(PathBuf::new())
}

#[expect(clippy::disallowed_methods, reason = "a test's files need no protection")]
fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder can be made");
    fs::write(&path, content).expect("a file can be written");
    path
}

fn walked(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    machine().walk(folder, &mut |step| {
        let Found::File(path, status) = step else { panic!("{step:?}") };
        found.push((path, status.inode));
        ControlFlow::Continue(())
    });
    found
}

#[test]
fn a_walk_finds_what_the_files_say_themselves() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let one = file(folder.path(), "b\\deep\\tool.EXE", "MZ one");
    let two = file(folder.path(), "a.txt", "text");
    for number in 0..700 {
        file(folder.path(), &format!("many\\a file with a rather long name {number:04}"), "");
    }
    let found = walked(folder.path());
    assert_eq!(found.len(), 702, "more than fits into one buffer");
    assert!(found.is_sorted_by_key(|(path, _)| path.clone()), "by name");
    for path in [&one, &two] {
        let status = machine().status(path).expect("it is there");
        assert!(found.contains(&(path.clone(), status.inode)), "{path:?} has the number {}", status.inode);
    }
    let mut steps = 0;
    machine().walk(folder.path(), &mut |_| {
        steps += 1;
        ControlFlow::Break(())
    });
    assert_eq!(steps, 1, "the visitor has seen enough");
}

#[test]
fn a_file_is_read_within_its_bounds() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = file(folder.path(), "setup.exe", "12345");
    assert_eq!(machine().read(&path, 5).expect("it fits"), b"12345");
    assert_eq!(machine().read(&path, 4).map_err(|error| error.kind()), Err(ErrorKind::FileTooLarge));
    let mut open = machine().open(&path).expect("it is a file");
    let mut content = String::new();
    open.content.read_to_string(&mut content).expect("it can be read");
    assert_eq!(content, "12345");
    assert_eq!((open.status.kind, open.status.size_bytes, open.status.runnable), (Kind::File, 5, true));
    assert!(open.status.changed_ns > 0 && !open.status.elsewhere);
    let error = machine().open(folder.path()).err().expect("a folder is no file");
    assert_eq!(error.to_string(), "not a regular file");
    assert_eq!(machine().list(folder.path()).expect("it can be listed"), ["setup.exe"]);
    assert_eq!(machine().list(&path).map_err(|error| error.kind()), Err(ErrorKind::NotADirectory));
    assert_eq!(machine().status(&folder.path().join("none")).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
}

#[test]
fn a_change_is_seen_although_its_owner_sets_the_time_back() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = file(folder.path(), "tool.exe", "before");
    let before = machine().status(&path).expect("it is there");
    let written = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("it has a time");
    file(folder.path(), "tool.exe", "behind");
    let handle = fs::File::options().write(true).open(&path).expect("it can be opened");
    handle.set_modified(written).expect("its time can be set");
    let after = machine().status(&path).expect("it is there");
    assert_eq!((before.modified_at, before.inode), (after.modified_at, after.inode));
    assert!(before.changed_ns < after.changed_ns);
}

#[test]
fn the_registry_answers() {
    let machine = machine();
    let registry = machine.registry();
    let version = registry.values(&Key::machine(VERSION)).expect("every Windows has it");
    assert!(version.text("ProductName").contains("Windows"), "{version:?}");
    assert!(registry.keys(&Key::machine("SOFTWARE\\Microsoft")).expect("it is there").len() > 1);
    assert!(registry.written_at(&Key::machine(VERSION)).is_ok());
    let value = registry.value(&Key::machine(VERSION), "currentBUILDnumber").expect("it can be read");
    assert!(matches!(value, Some(RegistryValue::Text(_))), "{value:?}");
    let error = registry.values(&Key::machine("SOFTWARE\\Caretaker\\None")).expect_err("there is no such key");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

/// Writes below the own account's hive, as anybody may.
#[expect(unsafe_code, reason = "the agent itself writes nothing into the registry")]
fn write(name: &str, kind: u32, bytes: &[u8]) {
    let (key, name) = (wide(HOSTILE).expect("no NUL in it"), wide(name).expect("no NUL in it"));
    let size = u32::try_from(bytes.len()).expect("it is small enough");
    // SAFETY: both names end with a NUL, and the size is that of the bytes.
    let code =
        unsafe { RegSetKeyValueW(HKEY_CURRENT_USER, key.as_ptr(), name.as_ptr(), kind, bytes.as_ptr().cast(), size) };
    assert_eq!(code, 0, "it can be written");
}

#[test]
#[expect(unsafe_code, reason = "the agent itself writes nothing into the registry")]
fn what_an_account_writes_into_its_hive_is_read_within_bounds() {
    let long = "n".repeat(16_000);
    write(&long, 1, &[b'x', 0, 0, 0]);
    write("Odd", 0xffff_0012, &[7]);
    write("Large", 3, &vec![7; 100_000]);
    let machine = machine();
    let registry = machine.registry();
    let read = || {
        let hives = registry.keys(&Key { root: Root::Users, path: String::new() }).expect("hives are listed");
        hives.iter().find_map(|hive| registry.values(&Key::user(hive, HOSTILE)).ok())
    };
    let values = read().expect("the own hive is loaded");
    assert_eq!(values.get(&long), Some(&RegistryValue::Text("x".into())));
    assert_eq!(values.get("Odd"), Some(&RegistryValue::Bytes(vec![7])));
    assert_eq!(values.get("Large"), Some(&RegistryValue::Bytes(vec![7; 100_000])));
    write("Large", 3, &vec![7; 17 * 1024 * 1024]);
    assert!(read().is_none(), "a key beyond the bounds fails");
    let key = wide(HOSTILE).expect("no NUL in it");
    // SAFETY: the name ends with a NUL.
    assert_eq!(unsafe { RegDeleteTreeW(HKEY_CURRENT_USER, key.as_ptr()) }, 0, "it can be removed");
}

#[test]
fn people_are_found_with_their_folders() {
    let accounts = machine().accounts().expect("the list can be read");
    assert!(accounts.iter().all(|account| account.sid.starts_with("S-1-") && account.home.is_absolute()));
    let owner_of = |path: &str| {
        let path = Path::new(path);
        let status = machine().status(path).expect("it is there");
        machine().owner(path, &status).expect("it has an owner")
    };
    assert!(!owner_of(r"C:\Windows").is_empty());
    assert_eq!(machine().account_of("S-1-5-18").expect("the system answers").map(|name| name.is_empty()), Some(false));
    assert_eq!(machine().account_of("no identifier").expect("the system answers"), None);
}

#[test]
fn wmi_tells_what_is_not_there_from_what_is_empty() {
    let systems = machine().wmi(r"root\cimv2", "SELECT * FROM Win32_OperatingSystem").expect("every Windows has it");
    let build = systems.first().and_then(|system| system.get("BuildNumber")).and_then(|build| build.number());
    assert!(build.is_some_and(|build| build > 7000), "{systems:?}");
    let error = machine().wmi(r"root\Caretaker\None", "SELECT * FROM Nothing").expect_err("there is no such namespace");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn wmi_calls_a_method_of_one_object() {
    let machine = machine();
    let processes = machine.wmi(r"root\cimv2", "SELECT * FROM Win32_Process").expect("this test itself runs");
    let path = processes.iter().find_map(|process| process.get("__PATH")?.text()).expect("an object has a path");
    let owner = machine.wmi_call(r"root\cimv2", path, "GetOwner").expect("it can be called");
    assert!(owner.get("ReturnValue").and_then(|code| code.number()).is_some(), "{owner:?}");
}

#[test]
fn services_and_drives_answer() {
    assert_eq!(machine().service("CaretakerNone").expect("the service manager answers"), None);
    let drives = machine().drives().expect("they can be listed");
    assert!(drives.iter().any(|drive| drive.letter == "C:" && drive.size_bytes > 0), "{drives:?}");
}

#[test]
fn one_boot_has_one_name() {
    assert_eq!(boot_id(), boot_id());
}
