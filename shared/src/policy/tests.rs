//! Policy files as people write them, good and bad.

use std::collections::{BTreeMap, BTreeSet};

use super::{DevicePolicy, Hours, NameForm, PRESET, Policy, PolicyError};
use crate::lexicon::{AgeProfile, CATEGORIES};
use crate::model::{ProbeName, Source};

const ALERTS: &str =
    "[alerts]\nsafeguarding_lead = [\"lead@example.school\"]\nnetwork_manager = [\"it@example.school\"]\n";

/// The error for `lines`, which stand before a good `[alerts]` section.
fn error(lines: &str) -> PolicyError {
    Policy::parse(&format!("{lines}\n{ALERTS}")).expect_err(lines)
}

#[test]
fn the_preset_holds_the_defaults() {
    let preset = Policy::parse(PRESET).expect("the preset is a policy");
    let silent = Policy::parse(ALERTS).expect("addresses are enough");
    let mut categories = preset.detection.categories.clone();
    let mut all = silent.detection.categories.clone();
    all.push("profanity".into());
    let in_any_order = |mut policy: Policy| {
        policy.detection.categories.sort();
        policy
    };
    let (preset, silent) = (in_any_order(preset), in_any_order(silent));
    // The two that a policy from before they were there must not begin to say: the preset says so beside them.
    assert_eq!((preset.cases.names, silent.cases.names), (NameForm::Initials, NameForm::Full));
    assert!(!preset.notice.text.is_empty() && silent.notice.text.is_empty());
    let said = Policy { cases: silent.cases.clone(), notice: silent.notice.clone(), ..preset.clone() };
    assert_eq!(Policy { alerts: silent.alerts.clone(), ..said }, silent);
    assert_eq!(preset.cases.chair_approves_staff, silent.cases.chair_approves_staff);
    assert_eq!(preset.alerts.mail_from_severity, silent.alerts.mail_from_severity);
    assert_eq!(preset.schedule, BTreeMap::new());
    categories.push("profanity".into());
    categories.sort();
    all.sort();
    assert_eq!(categories, all);
    let mut known: Vec<_> = CATEGORIES.iter().map(|category| category.id.to_owned()).collect();
    known.sort();
    assert_eq!(all, known);
}

#[test]
fn the_preset_names_the_clauses_that_it_serves() {
    for clause in [
        "A1", "A3", "A4", "A8", "A9", "A12", "B2", "B4", "B5", "C2", "C4", "C5", "D2", "E1", "E2", "E3", "E4", "E6",
        "E7", "E8",
    ] {
        assert!(PRESET.contains(&format!("[{clause}")) || PRESET.contains(&format!(", {clause}")), "{clause}");
    }
}

#[test]
fn every_key_is_read() {
    let text = format!(
        r#"
        [documents]
        enabled = false
        folders = []
        removable_media = false
        [executables]
        folders = ["~/bin", "/srv"]
        allowed = ["/opt/whiteboard/", "sha256:{}", 'C:\Whiteboard']
        allowed_media_folders = ['d:\Music lessons', "/srv/music"]
        allowed_titles = ["Minecraft Education"]
        [antivirus]
        approved = ["ClamAV"]
        real_time = false
        signature_max_age_hours = 1_000
        [screen_lock]
        max_seconds = 0x10
        [contact]
        silent_after_days = 30
        [schedule]
        screen-lock = 15
        {ALERTS}
        mail_from_severity = 5
        "#,
        "AB".repeat(32)
    );
    let policy = Policy::parse(&text).expect("a policy");
    assert!(!policy.documents.enabled && policy.documents.folders.is_empty());
    assert!(!policy.documents.removable_media);
    assert_eq!(policy.executables.folders, ["~/bin", "/srv"]);
    let digest = format!("sha256:{}", "ab".repeat(32));
    assert_eq!(policy.executables.allowed, ["/opt/whiteboard/", digest.as_str(), r"C:\Whiteboard"]);
    assert_eq!(policy.executables.allowed_media_folders, [r"d:\Music lessons", "/srv/music"]);
    assert_eq!(policy.executables.allowed_titles, ["Minecraft Education"]);
    assert_eq!(policy.antivirus.approved, ["ClamAV"]);
    assert!(!policy.antivirus.real_time);
    assert_eq!(policy.antivirus.signature_max_age_hours, 1000);
    assert_eq!(policy.screen_lock.max_seconds, 16);
    assert_eq!(policy.contact.silent_after_days, 30);
    assert_eq!(policy.schedule, BTreeMap::from([(ProbeName::ScreenLock, 15)]));
    assert_eq!(policy.alerts.contacts[0].email, "lead@example.school");
    assert_eq!(policy.alerts.network_manager, ["it@example.school"]);
    assert_eq!(policy.alerts.mail_from_severity, 5);
}

#[test]
fn every_key_about_detection_is_read() {
    let text = format!(
        r#"
        [detection]
        categories = ["hate"]
        age = "sixth_form"
        sources = ["searches"]
        hours = ["mon-fri 08:00-17:00"]
        excluded_addresses = ["portal.example.school", "example.org/help"]
        excluded_folders = ["~/Documents/Union"]
        [[detection.groups]]
        name = "staff"
        devices = ["STAFF-*"]
        users = ['SCHOOL\*.staff']
        categories = ["violence"]
        age = "adult"
        sources = []
        hours = []
        [[detection.groups]]
        name = "library"
        devices = ["LIB-*"]
        {ALERTS}
        "#
    );
    let policy = Policy::parse(&text).expect("a policy");
    let detection = &policy.detection;
    assert_eq!(
        (detection.categories.as_slice(), detection.age),
        (["hate".to_owned()].as_slice(), AgeProfile::SixthForm)
    );
    assert_eq!(detection.sources, BTreeSet::from([Source::Search]));
    assert_eq!(detection.hours.texts(), ["mon-fri 08:00-17:00"]);
    assert_eq!(detection.excluded_addresses, ["portal.example.school", "example.org/help"]);
    assert_eq!(detection.excluded_folders, ["~/Documents/Union"]);
    let [staff, library] = detection.groups.as_slice() else { panic!("two groups") };
    assert_eq!((staff.name.as_str(), staff.age), ("staff", Some(AgeProfile::Adult)));
    assert_eq!(
        (staff.users.as_slice(), staff.devices.as_slice()),
        (&[r"SCHOOL\*.staff".into()][..], &["STAFF-*".into()][..])
    );
    assert_eq!((staff.sources.clone(), staff.hours.clone()), (Some(BTreeSet::new()), Some(Hours::default())));
    assert_eq!((library.age, library.sources.clone(), library.hours.clone()), (None, None, None));
}

#[test]
fn every_key_about_the_device_is_read() {
    let text = format!(
        r#"
        [encryption]
        required = false
        [updates]
        max_days = 14
        [accounts]
        password_max_age_days = 90
        administrators = ['SCHOOL\Technicians']
        [sessions]
        open_hours = 1
        [removable]
        encrypted = false
        [network]
        approved_proxies = ["proxy.example.school:8080", "10.0.0.1"]
        approved_tunnels = ["School VPN"]
        {ALERTS}"#
    );
    let policy = Policy::parse(&text).expect("a good policy");
    assert!(!policy.encryption.required && !policy.removable.encrypted);
    assert_eq!((policy.updates.max_days, policy.sessions.open_hours), (14, 1));
    assert_eq!(policy.accounts.password_max_age_days, 90);
    assert_eq!(policy.accounts.administrators, [r"SCHOOL\Technicians"]);
    assert_eq!(policy.network.approved_proxies, ["proxy.example.school:8080", "10.0.0.1"]);
    assert_eq!(policy.network.approved_tunnels, ["School VPN"]);
}

#[test]
fn what_people_are_told_before_they_log_in_reaches_the_device() {
    let text = format!("{ALERTS}[notice]\ntext = 'The school looks after this computer.'");
    let message = Policy::parse(&text).expect("a policy").for_device("Northfield School", "North", 1);
    let device = DevicePolicy::try_from(message).expect("a good message");
    assert_eq!(device.notice, "The school looks after this computer.");
    let wrong = error("[notice]\ntext = \"two\\nlines\"");
    assert!(wrong.expected.starts_with("expected one or two sentences without line breaks"), "{wrong}");
    assert!(Policy::parse(&format!("{ALERTS}[notice]\ntext = '{}'", "x".repeat(513))).is_err());
}

#[test]
fn how_people_are_named_is_one_of_three() {
    for (word, form) in [("pseudonym", NameForm::Pseudonym), ("initials", NameForm::Initials), ("full", NameForm::Full)]
    {
        let policy = Policy::parse(&format!("{ALERTS}[cases]\nnames = '{word}'")).expect("a policy");
        assert_eq!(policy.cases.names, form);
    }
    let wrong = error("[cases]\nnames = 'initial'");
    assert_eq!(wrong.expected, "there is no such form of names; did you mean \"initials\"?");
}

#[test]
fn an_error_reads_as_the_screens_show_it() {
    let error = error(&format!("{}[screen_lock]\nmax_seconds = \"5m\"", "# \n".repeat(12)));
    let shown =
        "policy.toml, line 14: screen_lock.max_seconds = \"5m\"\n  expected a whole number of seconds, for example 300";
    assert_eq!(error.at("policy.toml"), shown);
}

/// Lines, line of the error, field, and how its second line begins.
const WRONG: &[(&str, usize, &str, &str)] = &[
    // Kinds of values.
    (
        "[screen_lock]\nmax_seconds = \"5m\"",
        2,
        "screen_lock.max_seconds = \"5m\"",
        "expected a whole number of seconds, for example 300",
    ),
    ("[screen_lock]\nmax_seconds = 300.0", 2, "screen_lock.max_seconds = 300.0", "expected a whole number of seconds"),
    ("screen_lock.max_seconds = true", 1, "screen_lock.max_seconds = true", "expected a whole number of seconds"),
    ("[documents]\nenabled = \"yes\"", 2, "documents.enabled = \"yes\"", "expected true or false, without quotation"),
    ("[antivirus]\nreal_time = 1", 2, "antivirus.real_time = 1", "expected true or false"),
    ("[documents]\nfolders = \"~\"", 2, "documents.folders = \"~\"", "expected a list of folders, for example ["),
    ("[documents]\nfolders = [\"~\", 7]", 2, "documents.folders entry 2 = 7", "expected a list of folders"),
    ("documents = 5", 1, "documents = 5", "expected a section: [documents] on a line of its own"),
    ("[[contact]]\nsilent_after_days = 7", 1, "contact = ", "expected a section: [contact]"),
    // Ranges.
    (
        "[screen_lock]\nmax_seconds = 0",
        2,
        "screen_lock.max_seconds = 0",
        "expected a whole number of seconds from 1 to 86400, for example 300",
    ),
    ("[screen_lock]\nmax_seconds = -5", 2, "screen_lock.max_seconds = -5", "expected a whole number of seconds from 1"),
    (
        "[contact]\n\nsilent_after_days = 99_999_999_999",
        3,
        "contact.silent_after_days = 99_999_999_999",
        "expected a whole number of days from 1 to 365, for example 7",
    ),
    ("[antivirus]\nsignature_max_age_hours = 0", 2, "antivirus.signature_max_age_hours = 0", "expected a whole number"),
    (
        "[updates]\nmax_days = 0",
        2,
        "updates.max_days = 0",
        "expected a whole number of days from 1 to 365, for example 30",
    ),
    (
        "[accounts]\npassword_max_age_days = 6.5",
        2,
        "accounts.password_max_age_days = 6.5",
        "expected a whole number of days",
    ),
    ("[sessions]\nopen_hours = 169", 2, "sessions.open_hours = 169", "expected a whole number of hours from 1 to 168"),
    ("[encryption]\nrequired = 1", 2, "encryption.required = 1", "expected true or false"),
    ("[removable]\nencrypted = \"no\"", 2, "removable.encrypted = \"no\"", "expected true or false"),
    ("[schedule]\nhost = 0", 2, "schedule.host = 0", "expected a whole number of minutes from 1 to 10080"),
    // Lists.
    ("[documents]\nfolders = []", 2, "documents.folders = []", "expected at least one entry: a list of folders"),
    ("[detection]\ncategories = []", 2, "detection.categories = []", "expected at least one entry"),
    ("[antivirus]\napproved = []", 2, "antivirus.approved = []", "expected at least one entry"),
    ("[antivirus]\napproved = [\" \"]", 2, "antivirus.approved entry 1 = \" \"", "expected the name of a product"),
    (
        "[detection]\ncategories = [\n  \"hate\",\n  \"selfharn\",\n]",
        4,
        "detection.categories entry 2 = \"selfharn\"",
        "there is no such category; did you mean \"selfharm\"?",
    ),
    (
        "[detection]\ncategories = [\"football\"]",
        2,
        "detection.categories entry 1 = \"football\"",
        "there is no such category; there are: ",
    ),
    (
        "[documents]\nfolders = [\"Documents\"]",
        2,
        "documents.folders entry 1 = \"Documents\"",
        "expected a folder that begins with / or ~/",
    ),
    ("[documents]\nfolders = [\"~sam/x\"]", 2, "documents.folders entry 1 = \"~sam/x\"", "expected a folder that"),
    (
        "[executables]\nfolders = [\"/a/../b\"]",
        2,
        "executables.folders entry 1 = \"/a/../b\"",
        "expected a path without",
    ),
    ("[executables]\nallowed = [\"~/x\"]", 2, "executables.allowed entry 1 = \"~/x\"", "expected a path that begins"),
    (
        "[executables]\nallowed = [\"sha256:12\"]",
        2,
        "executables.allowed entry 1 = \"sha256:12\"",
        "expected 64 hexadecimal digits",
    ),
    (
        "[executables]\nallowed = [\"Downloads\"]",
        2,
        "executables.allowed entry 1 = \"Downloads\"",
        "expected a path that begins with / or, on Windows, with a drive",
    ),
    ("[executables]\nfolders = ['C:']", 2, "executables.folders entry 1 = 'C:'", "expected a folder that begins"),
    (
        "[executables]\nallowed = ['C:\\x\\..\\y']",
        2,
        "executables.allowed entry 1 = 'C:\\x\\..\\y'",
        "expected a path without ..",
    ),
    (
        "[executables]\nallowed = [\"C:\\temp\"]",
        2,
        "executables.allowed entry 1 = ",
        "expected a path without line breaks or other control characters; a Windows path stands in single",
    ),
    (
        "[executables]\nallowed_media_folders = [\"~/Music\"]",
        2,
        "executables.allowed_media_folders entry 1 = \"~/Music\"",
        "expected a folder that begins with / or, on Windows",
    ),
    (
        "[accounts]\nadministrators = [\"\"]",
        2,
        "accounts.administrators entry 1 = \"\"",
        "expected the name of an account",
    ),
    (
        "[network]\napproved_proxies = [\"http://proxy\"]",
        2,
        "network.approved_proxies entry 1 = \"http://proxy\"",
        "expected a host, or a host and port, for example",
    ),
    ("[network]\napproved_proxies = [\"a:0\"]", 2, "network.approved_proxies entry 1 = \"a:0\"", "expected a host"),
    (
        "[network]\napproved_tunnels = \"x\"",
        2,
        "network.approved_tunnels = \"x\"",
        "expected a list of private networks",
    ),
    // Detection.
    ("[detection]\nage = \"old\"", 2, "detection.age = \"old\"", "there is no such age; there are: primary, "),
    ("[detection]\nage = 12", 2, "detection.age = 12", "expected how old they are, for example \"secondary\""),
    (
        "[detection]\nsources = [\"keystrokes\"]",
        2,
        "detection.sources entry 1 = \"keystrokes\"",
        "there is no such source; there are: documents, searches, titles, addresses",
    ),
    (
        "[detection]\nhours = [\"8-5\"]",
        2,
        "detection.hours entry 1 = \"8-5\"",
        "expected days and a time of day, for example \"mon-fri 08:00-17:00\"",
    ),
    (
        "[detection]\nexcluded_addresses = [\"https://nhs.uk\"]",
        2,
        "detection.excluded_addresses entry 1 = \"https://nhs.uk\"",
        "expected a host or the beginning of an address, without https://",
    ),
    ("[detection.groups]\nname = \"staff\"", 1, "detection.groups = ", "expected [[detection.groups]] on a line"),
    ("[[detection.groups]]\nname = \"staff\"", 1, "detection.groups.devices", "missing: add devices = "),
    ("[[detection.groups]]\ndevices = [\"A\"]", 1, "detection.groups.name", "missing: add a name"),
    (
        "[[detection.groups]]\nname = \"staff\"\nuser = [\"x\"]",
        3,
        "detection.groups.user = [\"x\"]",
        "there is no such key; did you mean detection.groups.users?",
    ),
    // Keys.
    (
        "[screen_lock]\nmax_second = 300",
        2,
        "screen_lock.max_second = 300",
        "there is no such key; did you mean screen_lock.max_seconds?",
    ),
    ("[screenlock]", 1, "[screenlock]", "there is no such section; did you mean [screen_lock]?"),
    ("[documents.more]\nx = 1", 1, "[documents.more]", "there is no such key; there are: enabled, folders, "),
    ("colour = \"blue\"", 1, "colour = \"blue\"", "there is no such section; there are: documents, "),
    (
        "[schedule]\nscreen_lock = 60",
        2,
        "schedule.screen_lock = 60",
        "there is no such key; did you mean schedule.screen-lock?",
    ),
    (
        "[schedule]\nregistry = 60",
        2,
        "schedule.registry = 60",
        "there is no such key; there are: host, hardware, software, ",
    ),
    // Not TOML.
    ("[contact\nsilent_after_days = 7", 1, "[contact", "this line cannot be read: the closing ] is missing"),
    ("[screen_lock]\nmax_seconds = 5m", 2, "max_seconds = 5m", "this line cannot be read: expected a number, true"),
    ("[screen_lock]\nmax_seconds =", 2, "max_seconds =", "this line cannot be read: expected a number, true"),
    (
        "[contact]\nsilent_after_days = 7\nsilent_after_days = 8",
        3,
        "silent_after_days = 8",
        "this line cannot be read: this name stands",
    ),
    ("[documents]\nfolders = [\"~\"", 3, "[alerts]", "this line cannot be read: a comma or the closing ] of a list"),
    ("[screen_lock]\nmax_seconds 300", 2, "max_seconds 300", "this line cannot be read: expected a name, then ="),
    ("[executables]\nfolders = [\"~]", 2, "folders = [\"~]", "this line cannot be read: the closing quotation mark"),
    ("[executables]\nfolders = [\"C:\\Users\"]", 2, "folders = [\"C:\\Users\"]", "this line cannot be read: "),
];

#[test]
fn what_is_wrong_is_told_with_line_field_value_and_remedy() {
    for (lines, line, field, expected) in WRONG {
        let error = error(lines);
        assert_eq!(error.line, *line, "{lines}: {error}");
        assert!(error.field.starts_with(field), "{lines}: {error}");
        assert!(error.expected.starts_with(expected), "{lines}: {error}");
        assert!(!error.problem.is_empty());
    }
}

#[test]
fn addresses_must_be_there_and_look_right() {
    let lead =
        |list: &str| format!("[alerts]\nnetwork_manager = [\"it@example.school\"]\nsafeguarding_lead = {list}\n");
    for bad in
        ["lead", "lead@", "@school", "a@b@c", "a b@school", "a@scho ol", "a@b..school", "a\\nb@school", "a@-x", "<a@b>"]
    {
        let error = Policy::parse(&lead(&format!("[\"{bad}\"]"))).expect_err(bad);
        assert_eq!(error.line, 3, "{error}");
        assert!(error.field.starts_with("alerts.safeguarding_lead entry 1 = "), "{error}");
        assert!(error.expected.starts_with("expected one e-mail address, for example"), "{error}");
    }
    for good in ["lead@school", "first.last+alerts@north.example.school", "o'neill@example.school"] {
        assert!(Policy::parse(&lead(&format!("[\"{good}\"]"))).is_ok(), "{good}");
    }
    let empty = Policy::parse(&lead("[]")).expect_err("nobody would hear");
    assert_eq!((empty.line, empty.field.as_str()), (3, "alerts.safeguarding_lead = []"));

    let without = Policy::parse("[contact]\nsilent_after_days = 7\n\n[alerts]\nmail_from_severity = 3\n");
    let without = without.expect_err("nobody would hear");
    assert_eq!((without.line, without.field.as_str()), (4, "alerts.safeguarding_lead"));
    assert!(without.expected.starts_with("missing: add a list of e-mail addresses, for example ["));

    let level = Policy::parse(&format!("{ALERTS}mail_from_severity = 9\n")).expect_err("there are five levels");
    assert_eq!((level.line, level.field.as_str()), (4, "alerts.mail_from_severity = 9"));
    assert_eq!(level.expected, "expected a level from 1 to 5, for example 3");

    let nothing = Policy::parse("# a comment\n\n[contact]\n").expect_err("nobody would hear");
    assert_eq!((nothing.line, nothing.field.as_str()), (3, "alerts.safeguarding_lead"));
    assert_eq!(Policy::parse("").expect_err("nobody would hear").line, 1);
}

#[test]
fn a_long_or_hostile_value_is_shown_on_one_line() {
    let long = error(&format!("[antivirus]\nreal_time = \"{}\"", "x".repeat(500)));
    assert!(long.field.len() < 120 && long.field.ends_with("..."), "{long}");
    let lines = error("[antivirus]\nreal_time = \"\"\"one\ntwo\"\"\"");
    assert_eq!(lines.field, "antivirus.real_time = \"\"\"one ...");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "(?s).{0,200}", at in 0_usize..4000, cut in 0_usize..40) {
        let _ = Policy::parse(&text);
        let letters: Vec<char> = PRESET.chars().collect();
        let at = at.min(letters.len());
        let end = (at + cut).min(letters.len());
        let changed: String = letters[..at].iter().chain(&text.chars().collect::<Vec<_>>()).chain(&letters[end..]).collect();
        if let Err(error) = Policy::parse(&changed) {
            proptest::prop_assert!(error.line >= 1 && error.line <= changed.lines().count().max(1));
        }
    }
}
