//! The shipped lists, and how they are compared.

use std::collections::BTreeSet;

use super::line::Field;
use super::load::{Catalogue, CatalogueError, FILES};
use super::{Match, ProgramHints, builtin, class_of_program, class_of_title};
use crate::model::{ExecutableFormat, SoftwareClass, SoftwareTitle};

const SILENT: ProgramHints<'static> = ProgramHints {
    file_name: "homework.exe",
    product: "",
    company: "",
    original_name: "",
    description: "",
    signer: None,
    installer: None,
    format: ExecutableFormat::Pe,
};

fn class(program: ProgramHints<'_>) -> Option<SoftwareClass> {
    class_of_program(&program).map(|found| found.class)
}

fn title(source: &str, name: &str) -> SoftwareTitle {
    SoftwareTitle { source: source.into(), name: name.into(), ..SoftwareTitle::default() }
}

fn class_of(title: &SoftwareTitle) -> Option<SoftwareClass> {
    class_of_title(title).map(|found| found.class)
}

#[test]
fn the_lists_cover_every_class() {
    let catalogue = Catalogue::load(&FILES).expect("the lists are sound");
    let count = |class| {
        let names: BTreeSet<_> =
            catalogue.every_line().filter(|(_, line)| line.class == class).map(|(_, line)| &line.name).collect();
        names.len()
    };
    let least = [
        (SoftwareClass::Game, 40),
        (SoftwareClass::Bypass, 40),
        (SoftwareClass::RemoteControl, 20),
        (SoftwareClass::MediaPlayer, 15),
        (SoftwareClass::Installer, 3),
    ];
    assert_eq!(least.map(|(class, _)| class).len(), SoftwareClass::ALL.len());
    for (class, least) in least {
        assert!(count(class) >= least, "{}: {} products", class.word(), count(class));
    }
}

#[test]
fn a_file_name_that_makes_a_bypass_tool_is_one_that_nothing_else_has() {
    let catalogue = Catalogue::load(&FILES).expect("the lists are sound");
    for (field, line) in catalogue.every_line() {
        if field == Field::File && line.class == SoftwareClass::Bypass {
            assert!(line.letters() >= 5, "{}: a file name too short", line.name);
        }
    }
    for file_name in ["tor.exe", "vpn.exe", "proxy.exe", "tunnel.exe", "lantern.exe", "outline.exe", "clash.exe"] {
        assert_eq!(class(ProgramHints { file_name, ..SILENT }), None, "{file_name}");
    }
}

#[test]
fn lists_that_say_nothing_or_too_much_are_refused() {
    let list =
        |program: &str| Catalogue::load(&[&format!("class = \"game\"\n[[program]]\nname = \"Example\"\n{program}")]);
    let pattern = |pattern: &str| CatalogueError::Pattern { name: "Example".into(), pattern: pattern.into() };
    assert_eq!(list("company = [\"\"]").err(), Some(pattern("")));
    assert_eq!(list("names = [\" *\"]").err(), Some(pattern(" *")));
    assert_eq!(list("names = [\"Ex*\"]").err(), Some(pattern("Ex*")));
    assert_eq!(list("names = []").err(), Some(CatalogueError::Nothing("Example".into())));
    assert_eq!(list("[[program]]\nname = \"Example\"").err(), Some(CatalogueError::Twice("Example".into())));
    assert!(matches!(list("colour = 1").err(), Some(CatalogueError::Unreadable(_))));
    assert_eq!(Catalogue::load(&["class = \"toy\"\nprogram = []"]).err(), Some(CatalogueError::Unknown("toy".into())));
}

#[test]
fn a_renamed_program_is_known_by_what_it_says_of_itself() {
    let renamed = [
        ("product", ProgramHints { product: "Tor Browser", original_name: "firefox.exe", ..SILENT }),
        ("signer", ProgramHints { product: "Notes", signer: Some("The Tor Project, Inc."), ..SILENT }),
        ("original name", ProgramHints { original_name: "psiphon3.exe", ..SILENT }),
        ("company", ProgramHints { product: "Notes", company: "Psiphon Inc.", ..SILENT }),
    ];
    for (what, program) in renamed {
        assert_eq!(class(program), Some(SoftwareClass::Bypass), "by its {what}");
    }
    let found = class_of_program(&renamed[0].1);
    let why = "product name \"Tor Browser\"".to_owned();
    assert_eq!(found, Some(Match { class: SoftwareClass::Bypass, name: "Tor Browser", why }));
    let apple = ProgramHints { signer: Some("Developer ID Application: Valve Corp. (MXGJJ98X76)"), ..SILENT };
    assert_eq!(class(ProgramHints { format: ExecutableFormat::MachO, ..apple }), Some(SoftwareClass::Game));
}

#[test]
fn a_file_name_counts_only_where_nothing_else_is_said() {
    let psiphon = ProgramHints { file_name: "psiphon3.exe", ..SILENT };
    assert_eq!(class(psiphon), Some(SoftwareClass::Bypass));
    assert_eq!(class(ProgramHints { product: "Example Editor", ..psiphon }), None, "an editor with a borrowed name");
    assert_eq!(class(ProgramHints { format: ExecutableFormat::Script, ..psiphon }), None, "a script");
    let table = [
        ("tor-browser-windows-x86_64-portable-13.0.1.exe", Some(SoftwareClass::Bypass)),
        ("TLauncher-2.89.jar", Some(SoftwareClass::Game)),
        ("AnyDesk.exe", Some(SoftwareClass::RemoteControl)),
        ("Windscribe_2.9.9.exe", Some(SoftwareClass::Bypass)),
        ("ultrasurfing-lesson.exe", None),
        ("tor.exe", None),
        ("vpn.exe", None),
        ("lantern.exe", None),
    ];
    for (file_name, expected) in table {
        assert_eq!(class(ProgramHints { file_name, ..SILENT }), expected, "{file_name}");
    }
}

#[test]
fn a_name_is_met_whole_or_with_a_version() {
    let table = [
        ("Steam", Some(SoftwareClass::Game)),
        ("STEAM 2.10.91 (64-bit)", Some(SoftwareClass::Game)),
        ("Steamboat", None),
        ("Steam Engine Simulator for Physics", None),
        ("Minecraft Launcher", Some(SoftwareClass::Game)),
        ("Minecraft Education", None),
        ("Tor Browser 13.0.1", Some(SoftwareClass::Bypass)),
        ("TorrentCheck", None),
        ("AnyDesk", Some(SoftwareClass::RemoteControl)),
        ("VLC media player", Some(SoftwareClass::MediaPlayer)),
        ("Origin 2024", None),
        ("Grand Theft Auto V", Some(SoftwareClass::Game)),
        ("Northfield Timetable", None),
    ];
    for (name, expected) in table {
        assert_eq!(class(ProgramHints { product: name, ..SILENT }), expected, "product {name}");
        assert_eq!(class_of(&title("uninstall", name)), expected, "title {name}");
    }
}

#[test]
fn what_installs_is_an_installer_unless_it_is_known() {
    let table = [
        ("an MSI", ProgramHints { product: "Northfield Timetable", format: ExecutableFormat::Msi, ..SILENT }, true),
        ("NSIS", ProgramHints { installer: Some("NSIS"), ..SILENT }, true),
        ("a description", ProgramHints { description: "Northfield Timetable Setup", ..SILENT }, true),
        ("an original name", ProgramHints { original_name: "ChromeSetup.exe", ..SILENT }, true),
        ("a file name", ProgramHints { file_name: "northfield-installer.exe", ..SILENT }, true),
        ("a self-extractor", ProgramHints { original_name: "7zS.sfx.exe", product: "7-Zip", ..SILENT }, true),
        ("what removes", ProgramHints { description: "Setup/Uninstall", ..SILENT }, false),
        ("a script", ProgramHints { file_name: "setup.py", format: ExecutableFormat::Script, ..SILENT }, false),
        ("a word within", ProgramHints { description: "Setups of experiments", ..SILENT }, false),
    ];
    for (what, program, installs) in table {
        assert_eq!(class(program), installs.then_some(SoftwareClass::Installer), "{what}");
    }
    let bypass = ProgramHints {
        description: "Setup",
        original_name: "7zS.sfx.exe",
        signer: Some("THE TOR PROJECT, INC."),
        format: ExecutableFormat::Msi,
        ..SILENT
    };
    assert_eq!(class(bypass), Some(SoftwareClass::Bypass), "the installer of a bypass tool");
}

#[test]
fn titles_are_known_by_package_identifier_and_section() {
    let dpkg = |name: &str, section: &str| SoftwareTitle { section: section.into(), ..title("dpkg", name) };
    let bundle = |id: &str, section: &str| SoftwareTitle {
        id: id.into(),
        section: section.into(),
        ..title("bundle", "Example")
    };
    let table = [
        (dpkg("frozen-bubble", "games"), Some(SoftwareClass::Game)),
        (dpkg("frozen-bubble", "universe/games"), Some(SoftwareClass::Game)),
        (dpkg("torbrowser-launcher", "contrib/web"), Some(SoftwareClass::Bypass)),
        (dpkg("libtor-perl", "perl"), None),
        (dpkg("tor", "net"), Some(SoftwareClass::Bypass)),
        (dpkg("gdebi", "admin"), None),
        (bundle("school.example.app", "public.app-category.games"), Some(SoftwareClass::Game)),
        (bundle("school.example.app", "public.app-category.puzzle-games"), Some(SoftwareClass::Game)),
        (bundle("school.example.app", "public.app-category.education"), None),
        (bundle("org.torproject.torbrowser", ""), Some(SoftwareClass::Bypass)),
        (
            SoftwareTitle { id: "Microsoft.XboxApp_8wekyb3d8bbwe".into(), ..title("msix", "x") },
            Some(SoftwareClass::Game),
        ),
        (SoftwareTitle { id: "com.valvesoftware.Steam".into(), ..title("flatpak", "x") }, Some(SoftwareClass::Game)),
        (title("rpm", "anydesk"), Some(SoftwareClass::RemoteControl)),
        (SoftwareTitle { publisher: "Riot Games, Inc".into(), ..title("uninstall", "x") }, Some(SoftwareClass::Game)),
    ];
    for (title, expected) in table {
        assert_eq!(class_of(&title), expected, "{title:?}");
    }
}

#[test]
fn a_title_that_says_nothing_has_no_class() {
    assert_eq!(class_of_title(&SoftwareTitle::default()), None);
    assert_eq!(class(ProgramHints { file_name: "", ..SILENT }), None);
    assert!(builtin().find(Field::Name, "™®").is_none());
}
