use std::path::PathBuf;

use caretaker_shared::model::{Facts, Outcome, SoftwareTitle, TitleKind};

use super::{ProbeSettings, Software};
use crate::host::System;
use crate::host::sample::Sample;
use crate::host::sample_hive::SampleHive;
use crate::probes::Probe;

const RECORDED: &str = include_str!("testdata/windows-11-software.reg");
const MANIFEST: &str = include_str!("testdata/windows-11-appxmanifest.xml");
const TEACHER: &str = r"C:\Users\TeacherTwo\NTUSER.DAT";
const LIST: &str = r"Software\Microsoft\Windows\CurrentVersion\Uninstall";
const APPS: &str = r"C:\Program Files\WindowsApps";

/// A machine with one user who is logged on, one who is not, and one whose profile folder is gone.
fn machine(hive: &SampleHive) -> Sample {
    let slate = format!(r"{APPS}\Northfield.Slate_2.4.1.0_x64__n0rthf13ld000");
    let python = format!(r"{APPS}\PythonSoftwareFoundation.Python.3.13_3.13.3824.0_x64__qbz5n2kfra8p0");
    let mut program = b"MZ\xBD\x04\xEF\xFE\x00\x00\x01\x00".to_vec();
    program.extend([13_u16, 3, 1013, 14_150].iter().flat_map(|number| number.to_le_bytes()));
    let mut host = Sample::of(System::Windows)
        .registry(RECORDED)
        .file(TEACHER, hive.bytes())
        .file(&format!(r"{slate}\AppxManifest.xml"), MANIFEST)
        .file(&format!(r"{python}\python.exe"), program);
    host.names.insert("S-1-5-21-1-2-3-1001".into(), "pupil.one".into());
    host.names.insert("S-1-12-1-4-5-6-7".into(), "teacher.two".into());
    let reference = "@{Northfield.Slate_2.4.1.0_x64__n0rthf13ld000?ms-resource://Northfield.Slate/Resources/AppName}";
    host.resources.insert(reference.into(), "Slate for Schools".into());
    host
}

fn hive(title: &str) -> SampleHive {
    SampleHive::new().text(&format!(r"{LIST}\Planner"), "DisplayName", title)
}

fn ask(host: &Sample) -> Vec<SoftwareTitle> {
    of(&Software.ask(host, &ProbeSettings::default()))
}

fn of(outcome: &Outcome) -> Vec<SoftwareTitle> {
    assert_eq!(outcome.word(), "complete", "{outcome:?}");
    let Some(Facts::Software(titles)) = outcome.facts() else { panic!("a list of software was expected") };
    titles.clone()
}

fn find<'titles>(titles: &'titles [SoftwareTitle], id: &str, user: &str) -> &'titles SoftwareTitle {
    let found = titles.iter().find(|title| title.id == id && title.user == user);
    found.unwrap_or_else(|| panic!("{id} of {user:?} is not in {titles:#?}"))
}

#[test]
fn case_38_lists_the_machines_titles_and_skips_stubs() {
    let titles = ask(&machine(&hive("Planner")));
    let slate = find(&titles, "Slate", "");
    assert_eq!(slate.version, "2.4", "a version ends where its first control character stands");
    assert_eq!((slate.publisher.as_str(), slate.origin.as_str()), ("Northfield Software", r"D:\setup\"));
    assert_eq!(slate.installed_at.map(|at| at.to_string()).as_deref(), Some("2026-10-01T00:00:00Z"));
    assert_eq!((slate.size_bytes, slate.source.as_str()), (Some(1024 * 1024), "uninstall"));
    assert!(titles.iter().all(|title| title.id != "AddressBook"), "a key without a name is a stub");
    assert_eq!(find(&titles, "Steam App 99", "").origin, "Steam");
}

#[test]
fn tells_titles_from_updates_and_components() {
    let titles = ask(&machine(&hive("Planner")));
    assert_eq!(find(&titles, "Slate", "").kind, TitleKind::Title);
    assert_eq!(find(&titles, "Slate_KB1", "").kind, TitleKind::Update);
    let runtime = find(&titles, "{016BACC2-4BD7-4137-BA71-756536C0DC40}", "");
    assert_eq!(runtime.kind, TitleKind::Component);
    assert_eq!(runtime.upgrade_code, "{4C3D2E1F-6A5B-8879-7766-554433221100}");
}

#[test]
fn case_39_office_stands_there_once_with_both_its_ids() {
    let titles = ask(&machine(&hive("Planner")));
    let office: Vec<&SoftwareTitle> = titles.iter().filter(|title| title.name.contains("Office")).collect();
    let [office] = office[..] else { panic!("one title was expected, not {office:?}") };
    assert_eq!(office.id, "{90150000-0012-0000-0000-0000000FF1CE} Office15.STANDARD");
    assert_eq!((office.kind, office.architecture.as_str()), (TitleKind::Title, "x86"));
}

#[test]
fn lists_what_users_have_whether_they_are_logged_on_or_not() {
    let titles = ask(&machine(&hive("Planner")));
    assert_eq!(find(&titles, "Slate", "pupil.one").version, "2.4", "two installs, two scopes");
    assert_eq!(find(&titles, "Chatter", "pupil.one").architecture, "x86");
    assert_eq!(find(&titles, "Planner", "teacher.two").name, "Planner", "an account of Entra ID is a person, too");
    let users: Vec<&str> = titles.iter().map(|title| title.user.as_str()).collect();
    assert!(users.iter().all(|user| ["", "pupil.one", "teacher.two"].contains(user)), "{users:?}");
}

#[test]
fn case_40_lists_store_applications_of_every_user_and_never_shows_a_reference() {
    let titles = ask(&machine(&hive("Planner")));
    let slate = find(&titles, "Northfield.Slate_n0rthf13ld000", "pupil.one");
    assert_eq!((slate.name.as_str(), slate.version.as_str()), ("Slate for Schools", "2.4.1.0"));
    assert_eq!((slate.architecture.as_str(), slate.publisher.as_str()), ("amd64", "Northfield Software"));
    assert_eq!((slate.origin.as_str(), slate.source.as_str()), ("Store", "msix"));
    assert!(slate.installed_at.is_some());
    let same = find(&titles, "Northfield.Slate_n0rthf13ld000", "teacher.two");
    assert_eq!(same.name, "Slate for Schools", "the machine's own list has no names");
    assert_eq!(find(&titles, "Northfield.Nameless_n0rthf13ld000", "pupil.one").name, "Northfield.Nameless");
    assert_eq!(find(&titles, "Northfield.Shell_n0rthf13ld000", "pupil.one").kind, TitleKind::Component);
    assert_eq!(find(&titles, "Northfield.Calculator_n0rthf13ld000", "").architecture, "all");
    let calculators = titles.iter().filter(|title| title.name == "Northfield.Calculator");
    assert_eq!(calculators.count(), 1, "what everyone gets is not told again of each user who is away");
    let parts = titles.iter().filter(|title| title.name == "Slate for Schools" || title.name == "Slate");
    assert_eq!(parts.count(), 4, "texts of another language are no title");
    let python = find(&titles, "PythonSoftwareFoundation.Python.3.13_qbz5n2kfra8p0", "pupil.one");
    assert_eq!(python.version, "3.13.14");
}

#[test]
fn knows_when_a_title_was_last_used_and_stays_silent_where_nobody_knows() {
    let titles = ask(&machine(&hive("Planner")));
    let used = find(&titles, "Slate", "").last_used_at;
    assert_eq!(used.map(|at| at.as_second() % 86_400), Some(0), "the day is told, not the second");
    assert_eq!(find(&titles, "Northfield.Slate_n0rthf13ld000", "pupil.one").last_used_at, used);
    assert_eq!(find(&titles, "Northfield.Slate_n0rthf13ld000", "teacher.two").last_used_at, None);
    assert_eq!(find(&titles, "Chatter", "pupil.one").last_used_at, None);
}

#[test]
fn case_41_never_touches_the_other_file_of_a_user() {
    let host = machine(&hive("Planner")).denied(r"C:\Users\TeacherTwo\AppData");
    assert!(!ask(&host).is_empty(), "UsrClass.dat lies there; reading it would make this partial");
}

#[test]
fn reads_a_users_file_again_only_when_it_changed() {
    let memory = tempfile::tempdir().expect("a folder");
    let settings = ProbeSettings { memory: Some(PathBuf::from(memory.path())), ..ProbeSettings::default() };
    let before = of(&Software.ask(&machine(&hive("Planner")), &settings));
    // The same size and date: nothing tells that it is another file, so it is not opened.
    let unopened = machine(&hive("PLANNER"));
    assert_eq!(of(&Software.ask(&unopened, &settings)), before);
    let changed = of(&Software.ask(&machine(&hive("Planner 2027")), &settings));
    assert_eq!(find(&changed, "Planner", "teacher.two").name, "Planner 2027");
}

#[test]
fn a_hive_that_cannot_be_read_or_is_not_whole_makes_the_list_partial() {
    let unreadable = machine(&hive("Planner")).denied(TEACHER);
    let damaged = machine(&hive("Planner")).file(TEACHER, "no hive");
    let unfinished = machine(&hive("Planner").unfinished());
    for (host, expected) in [
        (unreadable, "permission denied"),
        (damaged, "it is no registry hive"),
        (unfinished, "what was changed last is not written to it yet"),
    ] {
        let Outcome::Partial { facts: Facts::Software(titles), reason } =
            Software.ask(&host, &ProbeSettings::default())
        else {
            panic!("a user's list was lost");
        };
        assert_eq!(reason, format!("{TEACHER}: {expected}"));
        assert!(titles.iter().any(|title| title.id == "Slate"), "what could be read is told");
    }
}

#[test]
fn a_machine_whose_registry_cannot_be_asked_is_no_empty_list() {
    let outcome = Software.ask(&Sample::of(System::Windows), &ProbeSettings::default());
    assert_eq!(outcome.word(), "failed", "{outcome:?}");
}
