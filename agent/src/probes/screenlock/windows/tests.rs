//! Whole Windows machines, by their registry.

use std::path::Path;
use std::time::Duration;

use caretaker_shared::model::{Facts, Idle, LockTimes, Outcome, ScreenLock};
use jiff::Timestamp;

use crate::host::System;
use crate::host::sample::Sample;
use crate::host::sample_hive::SampleHive;
use crate::host::windows::{LocalUser, RegistryValue};
use crate::probes::screenlock::ScreenLock as ScreenLockProbe;
use crate::probes::{Probe, ProbeSettings};

const FRESH: &str = include_str!("../testdata/windows-11-fresh.reg");
const SID: &str = "S-1-5-21-1004336348-1177238915-682003330-1001";
const SAVER: &str = r"C:\Windows\System32\scrnsave.scr";
const DESKTOP: &str = r"Control Panel\Desktop";
const DESKTOP_POLICY: &str = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop";
const LIMIT: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const WINLOGON: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const DISPLAY: &str =
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Power\PowerSettings\3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e";
const MANAGED: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock";

fn fresh() -> Sample {
    let mut host = Sample::of(System::Windows).registry(FRESH).file(SAVER, "MZ");
    host.names.insert(SID.to_owned(), "pupil.one".to_owned());
    host
}

/// The same machine with more values of one key.
fn with(host: Sample, key: &str, values: &str) -> Sample {
    host.registry(&format!("[{key}]\n{values}\n"))
}

fn own(host: Sample, values: &str) -> Sample {
    with(host, &format!(r"HKEY_USERS\{SID}\{DESKTOP}"), values)
}

fn policy(host: Sample, values: &str) -> Sample {
    with(host, &format!(r"HKEY_USERS\{SID}\{DESKTOP_POLICY}"), values)
}

fn limit(host: Sample, seconds: u32) -> Sample {
    with(host, LIMIT, &format!("\"InactivityTimeoutSecs\"=dword:{seconds:08x}"))
}

const INSECURE_60: &str =
    "\"SCRNSAVE.EXE\"=\"scrnsave.scr\"\n\"ScreenSaveTimeOut\"=\"60\"\n\"ScreenSaverIsSecure\"=\"0\"";
const SECURE_300: &str = "\"SCRNSAVE.EXE\"=\"C:\\\\Windows\\\\System32\\\\scrnsave.scr\"\n\"ScreenSaveTimeOut\"=\"300\"\n\"ScreenSaverIsSecure\"=\"1\"";

fn ask(probe: &ScreenLockProbe, host: &Sample, memory: Option<&Path>) -> Vec<ScreenLock> {
    let settings = ProbeSettings { memory: memory.map(Path::to_path_buf), ..ProbeSettings::default() };
    let outcome = probe.ask(host, &settings);
    let Outcome::Complete(Facts::ScreenLock(locks)) = outcome else {
        panic!("a complete answer was expected, not {outcome:?}")
    };
    locks
}

fn locks(host: &Sample) -> Vec<ScreenLock> {
    ask(&ScreenLockProbe::new(), host, None)
}

fn only(host: &Sample) -> ScreenLock {
    match locks(host).as_slice() {
        [lock] => lock.clone(),
        others => panic!("one lock was expected, not {others:?}"),
    }
}

fn times(host: &Sample) -> (Idle, Idle) {
    let lock = only(host);
    (lock.until_covered, lock.until_password)
}

fn is_unknown(idle: &Idle, part: &str) -> bool {
    matches!(idle, Idle::Unknown(reason) if reason.contains(part))
}

#[test]
fn a_fresh_windows_never_locks() {
    let lock = only(&fresh());
    assert_eq!((lock.until_covered, lock.until_password), (Idle::Never, Idle::Never));
    assert_eq!((lock.user.as_str(), lock.desktop.as_str()), ("pupil.one", "Windows"));
    assert_eq!(lock.setting, "SCRNSAVE.EXE is not set");
    assert_eq!(lock.place, format!(r"HKU\{SID}\Control Panel\Desktop (user's own)"));
    assert!(lock.weighed.iter().any(|line| line.starts_with("InactivityTimeoutSecs is not set in HKLM")));
}

#[test]
fn case_1_a_machine_limit_of_0_is_none() {
    assert_eq!(times(&limit(fresh(), 0)), (Idle::Never, Idle::Never));
}

#[test]
fn case_2_with_a_machine_limit_an_insecure_saver_locks_too() {
    let lock = only(&own(limit(fresh(), 900), INSECURE_60));
    assert_eq!(lock.until_password, Idle::Seconds(60));
    assert_eq!((lock.setting.as_str(), lock.user_can_change), ("ScreenSaveTimeOut = 60", true));
    let limit = r"InactivityTimeoutSecs = 900 in HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System (machine policy)";
    assert!(lock.weighed.iter().any(|line| line == limit), "{:?}", lock.weighed);
}

#[test]
fn case_3_with_a_machine_limit_a_display_that_turns_off_locks_on_its_power_source() {
    let host =
        with(limit(fresh(), 900), DISPLAY, "\"ACSettingIndex\"=dword:0000012c\n\"DCSettingIndex\"=dword:00000078");
    let lock = only(&host);
    assert_eq!((lock.setting.as_str(), lock.user_can_change), ("VIDEOIDLE on mains = 300", false));
    assert_eq!(lock.until_password, Idle::Seconds(300));
    let on_battery = LockTimes { until_covered: Idle::Seconds(120), until_password: Idle::Seconds(120) };
    assert_eq!(lock.on_battery, Some(on_battery));
    let without_limit =
        only(&with(fresh(), DISPLAY, "\"ACSettingIndex\"=dword:0000012c\n\"DCSettingIndex\"=dword:0000012c"));
    assert_eq!((without_limit.until_covered, without_limit.until_password), (Idle::Seconds(300), Idle::Never));
    assert_eq!(without_limit.on_battery, None, "it is the same there");
}

#[test]
fn case_4_without_a_machine_limit_an_insecure_saver_never_locks() {
    let lock = only(&own(fresh(), INSECURE_60));
    assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(60), Idle::Never));
    assert_eq!(lock.setting, "ScreenSaverIsSecure = 0");
}

#[test]
fn case_5_a_saver_without_a_program_never_locks() {
    let values = "\"ScreenSaveTimeOut\"=\"300\"\n\"ScreenSaverIsSecure\"=\"1\"";
    assert_eq!(times(&own(fresh(), values)), (Idle::Never, Idle::Never));
    let missing = own(fresh(), &format!("{values}\n\"SCRNSAVE.EXE\"=\"%SystemRoot%\\\\System32\\\\gone.scr\""));
    let lock = only(&missing);
    assert_eq!(lock.until_password, Idle::Never);
    assert_eq!(lock.setting, r"SCRNSAVE.EXE = %SystemRoot%\System32\gone.scr, which does not exist");
    let elsewhere = own(fresh(), &format!("{values}\n\"SCRNSAVE.EXE\"=\"\\\\\\\\server\\\\logo.scr\""));
    assert!(is_unknown(&only(&elsewhere).until_password, "another computer"));
    let denied = own(fresh(), SECURE_300).denied(SAVER);
    assert!(is_unknown(&only(&denied).until_password, "permission denied"));
}

#[test]
fn case_6_policy_and_the_users_own_values_merge_one_by_one() {
    let user =
        own(fresh(), "\"SCRNSAVE.EXE\"=\"scrnsave.scr\"\n\"ScreenSaveTimeOut\"=\"240\"\n\"ScreenSaverIsSecure\"=\"0\"");
    let lock = only(&policy(user, "\"ScreenSaverIsSecure\"=\"1\""));
    assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(240), Idle::Seconds(245)));
    assert!(lock.user_can_change, "three of the values are the user's own");
    let all = "\"ScreenSaveActive\"=\"1\"\n\"SCRNSAVE.EXE\"=\"scrnsave.scr\"\n\"ScreenSaveTimeOut\"=\"600\"\n\"ScreenSaverIsSecure\"=\"1\"";
    let lock = only(&policy(own(fresh(), INSECURE_60), all));
    assert_eq!(lock.until_password, Idle::Seconds(605));
    assert_eq!((lock.setting.as_str(), lock.user_can_change), ("ScreenSaveTimeOut = 600", false));
    assert_eq!(lock.place, format!(r"HKU\{SID}\{DESKTOP_POLICY} (user policy)"));
}

#[test]
fn case_7_a_value_counts_in_any_type_and_garbage_is_unknown() {
    let numbers = "\"SCRNSAVE.EXE\"=\"scrnsave.scr\"\n\"ScreenSaveTimeOut\"=dword:0000012c\n\"ScreenSaverIsSecure\"=dword:00000001";
    assert_eq!(times(&own(fresh(), numbers)).1, Idle::Seconds(305));
    assert_eq!(times(&with(fresh(), LIMIT, "\"InactivityTimeoutSecs\"=\"600\"")).1, Idle::Seconds(600));
    let words = "\"SCRNSAVE.EXE\"=\"scrnsave.scr\"\n\"ScreenSaveTimeOut\"=\"15 min\"\n\"ScreenSaverIsSecure\"=\"1\"";
    let lock = only(&own(fresh(), words));
    assert!(is_unknown(&lock.until_password, "is a text of 6 characters, not a number"), "{:?}", lock.until_password);
    let limit_in_words = with(fresh(), LIMIT, "\"InactivityTimeoutSecs\"=\"15 min\"");
    assert!(is_unknown(&only(&limit_in_words).until_password, "InactivityTimeoutSecs"));
    let far_too_long = limit(fresh(), u32::MAX);
    assert!(is_unknown(&only(&far_too_long).until_password, "beyond 599940"));
    let bounded = only(&limit(own(fresh(), words), 900));
    assert_eq!(bounded.until_password, Idle::Seconds(900), "what is certain holds as the longest");
    assert!(bounded.weighed.iter().any(|line| line.starts_with("may be earlier: ScreenSaveTimeOut")));
}

#[test]
fn case_8_people_of_entra_id_are_included() {
    let sid = "S-1-12-1-2271560481-1224567890-123456789-987654321";
    let host = fresh().registry(&format!(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\{sid}]\n\
         \"ProfileImagePath\"=\"C:\\\\Users\\\\TeacherTwo\"\n\
         [HKEY_USERS\\{sid}\\Control Panel\\Desktop]\n\"ScreenSaveActive\"=\"1\"\n{SECURE_300}\n"
    ));
    let found = locks(&host);
    let entra =
        found.iter().find(|lock| lock.user == "TeacherTwo").expect("the folder's name stands for the account's");
    assert_eq!(entra.until_password, Idle::Seconds(305));
}

#[test]
fn case_9_services_and_the_logon_screen_are_nobody() {
    let names: Vec<String> = locks(&fresh()).into_iter().map(|lock| lock.user).collect();
    assert_eq!(names, ["pupil.one"]);
}

/// A second person, logged off, whose profile holds these values.
fn second(host: Sample, hive: &[u8], changed: Timestamp) -> Sample {
    host.registry(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1002]\n\
         \"ProfileImagePath\"=\"C:\\\\Users\\\\pupil.two\"\n",
    )
    .file_of(r"C:\Users\pupil.two\NTUSER.DAT", hive, changed)
}

fn saver_of(seconds: &str) -> SampleHive {
    SampleHive::new()
        .text(DESKTOP, "ScreenSaveActive", "1")
        .text(DESKTOP, "ScreenSaverIsSecure", "1")
        .text(DESKTOP, "SCRNSAVE.EXE", "scrnsave.scr")
        .text(DESKTOP, "ScreenSaveTimeOut", seconds)
}

#[test]
fn case_10_one_locks_and_one_does_not() {
    let found = locks(&second(fresh(), &saver_of("300").bytes(), Timestamp::UNIX_EPOCH));
    let found: Vec<(&str, Idle)> = found.iter().map(|lock| (lock.user.as_str(), lock.until_password.clone())).collect();
    assert_eq!(found, [("pupil.one", Idle::Never), ("pupil.two", Idle::Seconds(305))]);
}

#[test]
fn a_profile_that_cannot_be_read_is_unknown_and_not_left_out() {
    for host in [
        second(fresh(), b"no hive", Timestamp::UNIX_EPOCH),
        second(fresh(), &saver_of("300").bytes(), Timestamp::UNIX_EPOCH).denied(r"C:\Users\pupil.two"),
    ] {
        let found = locks(&host);
        assert_eq!(found[1].user, "pupil.two");
        assert!(is_unknown(&found[1].until_password, r"the profile C:\Users\pupil.two cannot be read"));
    }
}

#[test]
fn a_profile_is_read_again_only_when_it_has_changed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let password = |probe: &ScreenLockProbe, seconds: &str, changed: Timestamp| {
        let host = second(fresh(), &saver_of(seconds).bytes(), changed);
        ask(probe, &host, Some(folder.path()))[1].until_password.clone()
    };
    let (early, late) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + Duration::from_secs(60));
    let probe = ScreenLockProbe::new();
    assert_eq!(password(&probe, "300", early), Idle::Seconds(305));
    assert_eq!(password(&probe, "600", early), Idle::Seconds(305), "the file looks the same");
    let restarted = ScreenLockProbe::new();
    assert_eq!(password(&restarted, "600", early), Idle::Seconds(305), "the note survives a restart");
    assert_eq!(password(&restarted, "600", late), Idle::Seconds(605));
}

#[test]
fn a_profile_that_was_not_written_to_its_end_is_said_to_be_so() {
    let found = locks(&second(fresh(), &saver_of("300").unfinished().bytes(), Timestamp::UNIX_EPOCH));
    assert!(found[1].weighed.iter().any(|line| line.contains("the last change may be missing")));
    let odd = SampleHive::new().value(DESKTOP, "ScreenSaveTimeOut", &RegistryValue::Bytes(vec![1, 2, 3]));
    let found = locks(&second(fresh(), &odd.bytes(), Timestamp::UNIX_EPOCH));
    assert_eq!(found[1].until_password, Idle::Never, "without a program no time matters");
}

#[test]
fn grace_comes_on_top_unless_the_machine_has_a_limit() {
    let grace = "\"ScreenSaverGracePeriod\"=\"30\"";
    assert_eq!(times(&with(own(fresh(), SECURE_300), WINLOGON, grace)).1, Idle::Seconds(330));
    assert_eq!(times(&with(own(limit(fresh(), 900), SECURE_300), WINLOGON, grace)).1, Idle::Seconds(300));
    let words = with(own(fresh(), SECURE_300), WINLOGON, "\"ScreenSaverGracePeriod\"=\"soon\"");
    assert!(is_unknown(&times(&words).1, "ScreenSaverGracePeriod"));
}

#[test]
fn managed_devices_count_in_minutes() {
    let lock = only(&with(fresh(), MANAGED, "\"MaxInactivityTimeDeviceLock\"=dword:00000005"));
    assert_eq!((lock.until_password, lock.user_can_change), (Idle::Seconds(300), false));
    assert_eq!(times(&with(fresh(), MANAGED, "\"MaxInactivityTimeDeviceLock\"=dword:00000000")).1, Idle::Never);
}

#[test]
fn an_account_without_a_password_opens_by_a_click() {
    let mut host = limit(fresh(), 300);
    let user =
        LocalUser { name: "pupil.one".into(), sid: SID.into(), flags: 0x220, password_age: None, last_logon: None };
    host.users = vec![user.clone()];
    let lock = only(&host);
    assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(300), Idle::Never));
    assert_eq!(lock.setting, "the account has no password");
    host.users = vec![LocalUser { password_age: Some(Duration::from_secs(60)), ..user }];
    let lock = only(&host);
    assert_eq!(lock.until_password, Idle::Seconds(300), "it may have one");
    assert!(lock.weighed.iter().any(|line| line.contains("may have an empty password")));
}

#[test]
fn where_accounts_cannot_be_listed_nobody_is_taken_to_have_a_password() {
    let mut host = limit(fresh(), 300);
    host.refuses_lists = true;
    let Outcome::Partial { reason, .. } = ScreenLockProbe::new().ask(&host, &ProbeSettings::default()) else {
        panic!("partial")
    };
    assert!(reason.starts_with("whether accounts have a password cannot be told"), "{reason}");
}

#[test]
fn what_else_bears_on_the_lock_is_said() {
    let host = with(limit(fresh(), 300), WINLOGON, "\"AutoAdminLogon\"=\"1\"");
    let key = format!(r"HKEY_USERS\{SID}\Software\Microsoft\Windows\CurrentVersion\Policies\System");
    let lock = only(&with(host, &key, "\"DisableLockWorkstation\"=dword:00000001"));
    assert!(lock.weighed.iter().any(|line| line.starts_with("the device logs in by itself")));
    assert!(lock.weighed.iter().any(|line| line.starts_with("the user cannot lock by hand")));
}

#[test]
fn a_machine_that_nobody_used_yet_answers_for_everyone() {
    let host = Sample::of(System::Windows).registry(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList]\n\"Default\"=\"x\"\n",
    );
    let lock = only(&limit(host, 300));
    assert_eq!((lock.user.as_str(), lock.until_password), ("", Idle::Seconds(300)));
    assert!(!lock.user_can_change);
}
