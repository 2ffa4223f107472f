//! Known traps, each with readings as devices send them: what is one product must be counted once.

use caretaker_shared::model::TitleKind;

use super::{Catalogue, File, Installations, Memory, Reading, Times, installs};

/// An entry of a list.
#[derive(Clone, Copy)]
struct Entry<'a> {
    reading: Reading<'a>,
    version: &'a str,
    user: &'a str,
}

fn windows<'a>(name: &'a str, publisher: &'a str) -> Entry<'a> {
    let reading = Reading { name, publisher, source: "uninstall", ..Reading::default() };
    Entry { reading, version: "", user: "" }
}

fn microsoft(name: &str) -> Entry<'_> {
    windows(name, "Microsoft Corporation")
}

fn package<'a>(source: &'a str, name: &'a str, section: &'a str, publisher: &'a str) -> Entry<'a> {
    Entry { reading: Reading { name, publisher, source, section, ..Reading::default() }, version: "1:2.3-4", user: "" }
}

impl<'a> Entry<'a> {
    fn version(self, version: &'a str) -> Self {
        Self { version, ..self }
    }

    fn user(self, user: &'a str) -> Self {
        Self { user, ..self }
    }

    fn id(self, id: &'a str) -> Self {
        Self { reading: Reading { id, ..self.reading }, ..self }
    }

    fn kind(self, kind: TitleKind) -> Self {
        Self { reading: Reading { kind, ..self.reading }, ..self }
    }
}

/// "slug edition major users evidence" of each title of a device.
fn titles(entries: &[Entry<'_>], files: &[File<'_>]) -> Vec<String> {
    let mut memory = Memory::of(Catalogue::builtin());
    let mut found = Installations::default();
    for entry in entries {
        found.add_listed(&memory.standing(&entry.reading), entry.version, entry.user, Times::default());
    }
    for file in files {
        if let Some(title) = memory.catalogue().title_of_file(file) {
            found.add_file(&title);
        }
    }
    let told = found.finish().into_iter().map(|found| {
        let slug = if found.title.is_known() { found.title.slug.clone() } else { format!("? {}", found.title.name) };
        format!("{slug} {} {} {} {}", found.edition, found.major, found.users, found.evidence)
    });
    told.collect()
}

#[test]
fn office_in_three_languages_and_click_to_run_is_one() {
    let device = [
        microsoft("Microsoft Office Professional Plus 2019 - en-us").version("16.0.10396.20023"),
        microsoft("Microsoft Office Professional Plus 2019 - cy-gb").version("16.0.10396.20023"),
        microsoft("Microsoft Office Professionnel Plus 2019 - fr-fr").version("16.0.10396.20023"),
        microsoft("Microsoft Office Proofing Tools 2019 - Español").version("16.0.10396.20023"),
        microsoft("Office 16 Click-to-Run Extensibility Component").version("16.0.10396.20023"),
        microsoft("Office 16 Click-to-Run Licensing Component").kind(TitleKind::Component),
        microsoft("Office 16 Click-to-Run Localization Component"),
    ];
    assert_eq!(titles(&device, &[]), ["microsoft-office professional-plus 2019 0 list"]);
}

#[test]
fn office_by_subscription_in_three_languages_is_one_and_another_title() {
    let device = ["en-gb", "fr-fr", "pl-pl"].map(|language| format!("Microsoft 365 Apps for enterprise - {language}"));
    let device: Vec<Entry<'_>> = device.iter().map(|name| microsoft(name).version("16.0.17328.20162")).collect();
    assert_eq!(titles(&device, &[]), ["microsoft-365-apps enterprise  0 list"]);
}

#[test]
fn language_packs_and_mui_are_parts() {
    let device = [
        microsoft("Microsoft Office Standard 2016").version("16.0.4266.1001"),
        microsoft("Microsoft Word MUI (English) 2016"),
        microsoft("Microsoft Excel MUI (Turkish) 2016"),
        microsoft("Microsoft Office Shared 64-bit MUI (English) 2016"),
        microsoft("Microsoft Office Proof (German) 2016"),
        microsoft("Microsoft Office Language Pack 2016 - Polish/Polski"),
        microsoft("Outils de vérification linguistique 2016 de Microsoft Office - Français"),
        windows("English (United Kingdom) Local Experience Pack", "Microsoft Corporation")
            .id("Microsoft.LanguageExperiencePacken-GB_8wekyb3d8bbwe"),
    ];
    assert_eq!(titles(&device, &[]), ["microsoft-office standard 2016 0 list"]);
}

#[test]
fn an_msi_and_its_bootstrapper_are_one() {
    // The agent makes one of two of the same name and version; these differ in name, list and id.
    let device = [
        microsoft("Microsoft OneDrive").id("OneDriveSetup.exe").version("24.20"),
        microsoft("Microsoft OneDrive").id("{90160000-0000-0000-0000-0000000FF1CE}").version("24.10"),
        microsoft("Microsoft Power BI Desktop (x64)").id("{0bd6c43a-e0ee-4f5a-b72f-7a3b7f6b5d2a}").version("2.121"),
        microsoft("Microsoft PowerBI Desktop (x64)").id("{7E14D5E9-0000-0000-0000-000000000000}").version("2.121"),
    ];
    assert_eq!(titles(&device, &[]), ["microsoft-onedrive  24 0 list", "power-bi-desktop  2 0 list"]);
}

#[test]
fn patches_of_dot_net_and_run_times_are_nothing_that_is_bought() {
    let device = [
        microsoft("Security Update for Microsoft .NET Framework 4.8 (KB4600944)"),
        microsoft("Update for Microsoft .NET Framework 4.8 (KB4503575)").kind(TitleKind::Update),
        microsoft("Microsoft .NET Framework 4.8"),
        microsoft("Microsoft .NET Runtime - 6.0.25 (x64)"),
        microsoft("Microsoft Windows Desktop Runtime - 6.0.25 (x86)"),
        microsoft("Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.38.33135"),
        microsoft("Microsoft Visual C++ 2008 Redistributable - x86 9.0.30729.6161"),
        microsoft("Microsoft Edge WebView2 Runtime"),
    ];
    assert_eq!(titles(&device, &[]), [""; 0]);
}

#[test]
fn updates_are_no_installations() {
    let device = [
        microsoft("Update for Windows 10 for x64-based Systems (KB5001716)"),
        microsoft("Security Update for Microsoft Office 2016 (KB5002138) 32-Bit Edition").kind(TitleKind::Update),
        windows("Northfield Planner Hotfix 3", "Northfield Ltd").kind(TitleKind::Update),
    ];
    assert_eq!(titles(&device, &[]), [""; 0]);
}

#[test]
fn twins_of_two_architectures_are_one() {
    let device = [
        microsoft("Microsoft Access database engine 2010 (English)").version("14.0.7015.1000"),
        microsoft("Microsoft Access database engine 2010 (English) (x64)").version("14.0.7015.1000"),
        windows("Northfield Planner (x86)", "Northfield Ltd").version("2.0"),
        windows("Northfield Planner (64-bit)", "Northfield Ltd").version("10.1"),
    ];
    assert_eq!(titles(&device, &[]), ["? Northfield Planner  10 0 list", "microsoft-access-runtime  2010 0 list"]);
}

#[test]
fn copies_of_accounts_are_one_installation_with_its_users_counted() {
    let code = |user| microsoft("Microsoft Visual Studio Code (User)").version("1.85.1").user(user);
    assert_eq!(
        titles(&[code("pupil.one"), code("pupil.two"), code("pupil.one")], &[]),
        ["visual-studio-code  1 2 list"]
    );
    let everybody = microsoft("Microsoft Visual Studio Code").version("1.86.0");
    assert_eq!(titles(&[everybody], &[]), ["visual-studio-code  1 0 list"]);
    assert_eq!(titles(&[everybody, code("pupil.one")], &[]), ["visual-studio-code  1 1 list"]);
}

#[test]
fn one_product_from_a_package_and_from_a_tarball_is_one_with_both_kinds_of_evidence() {
    let packaged = package("dpkg", "code", "devel", "Microsoft Corporation <vscode-linux@microsoft.example>");
    let unpacked = File { file_name: "code", ..File::default() };
    let portable = File { product: "Visual Studio Code", signer: "Microsoft Corporation", file_name: "" };
    assert_eq!(titles(&[packaged], &[unpacked]), ["visual-studio-code  2 0 both"]);
    assert_eq!(titles(&[packaged], &[]), ["visual-studio-code  2 0 list"]);
    assert_eq!(titles(&[], &[unpacked, portable]), ["visual-studio-code   0 file"]);
    let forged = File { signer: "Somebody Else", ..portable };
    assert_eq!(titles(&[], &[forged]), [""; 0], "another company signed it");
}

#[test]
fn what_brings_a_product_is_not_the_product() {
    for (name, brings) in
        [("VSCodeUserSetup-x64-1.85.1.exe", true), ("unins000.exe", true), ("Code.exe", false), ("blender", false)]
    {
        assert_eq!(installs(&[name]), brings, "{name}");
    }
}

#[test]
fn members_of_a_suite_are_titles_that_name_their_suite() {
    let catalogue = Catalogue::builtin();
    let suite = |slug: &str| catalogue.title(slug).map(|title| title.suite.clone());
    let device = [
        windows("Adobe Photoshop 2024", "Adobe Inc.").id("PHSP_25_0").version("25.0.1"),
        windows("Adobe Photoshop 2023", "Adobe Inc.").id("PHSP_24_7").version("24.7.1"),
        windows("Adobe Premiere Pro 2024", "Adobe Inc.").version("24.0"),
        windows("Adobe Creative Cloud", "Adobe Inc.").version("6.0"),
        windows("Adobe Genuine Service", "Adobe Inc.").version("8.3"),
        windows("Adobe InDesign CS6", "Adobe Systems Incorporated").version("8.0"),
    ];
    assert_eq!(
        titles(&device, &[]),
        [
            "adobe-creative-cloud   0 list",
            "adobe-indesign-cs  8 0 list",
            "adobe-photoshop  25 0 list",
            "adobe-premiere-pro  24 0 list"
        ]
    );
    assert_eq!(suite("adobe-photoshop").as_deref(), Some("adobe-creative-cloud"));
    assert_eq!(suite("adobe-indesign-cs").as_deref(), Some("adobe-creative-suite"));
    assert_eq!(suite("adobe-creative-cloud").as_deref(), Some(""));
}

#[test]
fn packages_of_a_distribution_are_parts_of_the_system() {
    let debian = "Debian Python Team <team+python@tracker.debian.example>";
    let mut device = Vec::new();
    for name in ["python3-numpy", "python3-pip", "python3.11", "python3-six"] {
        device.push(package("dpkg", name, "python", debian));
    }
    for (name, section) in [
        ("libc6", "libs"),
        ("bash", "shells"),
        ("fonts-noto", "fonts"),
        ("linux-image-6.1.0-13-amd64", "kernel"),
        ("gimp-data", "graphics"),
        ("libgimp2.0", "libs"),
        ("gnome-shell", "gnome"),
        ("coreutils", "utils"),
        ("cups", "net"),
        ("perl", "perl"),
    ] {
        device.push(package("dpkg", name, section, "A Person <person@debian.example>"));
    }
    for name in ["glibc", "python3-numpy", "kernel-core", "bash"] {
        device.push(package("rpm", name, "", "Fedora Project"));
        device.push(package("rpm", name, "", "Red Hat, Inc."));
    }
    assert_eq!(titles(&device, &[]), [""; 0]);
}

#[test]
fn packages_that_look_like_applications_are_titles() {
    let device = [
        package("dpkg", "northfield-chess", "games", "A Person <person@debian.example>"),
        package("dpkg", "planner-viewer", "universe/education", "Ubuntu Developers <devel@lists.ubuntu.example>"),
        package("dpkg", "northfield-client", "default", "Northfield Software Ltd <linux@northfield.example>"),
        package("rpm", "southfield-client", "", "Southfield, Inc."),
        package("dpkg", "northfield-common", "default", "Northfield Software Ltd <linux@northfield.example>"),
    ];
    assert_eq!(
        titles(&device, &[]).iter().map(|title| title.split("  ").next().unwrap_or_default()).collect::<Vec<_>>().len(),
        4
    );
}

#[test]
fn names_are_met_in_the_case_of_turkey_germany_and_greece() {
    for name in
        ["MİCROSOFT VİSİO STANDARD 2016", "mıcrosoft vısıo standard 2016", "ＭＩＣＲＯＳＯＦＴ Visio　Standard 2016"]
    {
        assert_eq!(titles(&[windows(name, "MİCROSOFT CORPORATİON")], &[]), ["microsoft-visio standard 2016 0 list"]);
    }
    // Two spellings of one unknown name are one title.
    for (one, other) in [("Großer Plan", "GROSSER PLAN"), ("Ο Οδυσσεύς", "Ο ΟΔΥΣΣΕΎΣ")] {
        assert_eq!(titles(&[windows(one, ""), windows(other, "")], &[]).len(), 1, "{one}");
    }
}

#[test]
fn a_publisher_spelt_three_ways_is_one_and_another_one_is_not() {
    for publisher in ["Adobe Inc.", "Adobe Systems Incorporated", "ADOBE", "Adobe, Inc", ""] {
        assert_eq!(
            titles(&[windows("Adobe Audition CC 2019", publisher)], &[]),
            ["adobe-audition  2019 0 list"],
            "{publisher}"
        );
    }
    assert_eq!(
        titles(&[windows("Adobe Audition CC 2019", "Brick Adobe GmbH")], &[]),
        ["? Adobe Audition CC  2019 0 list"]
    );
}
