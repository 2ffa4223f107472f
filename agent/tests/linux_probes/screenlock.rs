use caretaker_agent::host::Host as _;
use caretaker_agent::probes::screenlock::SCREEN_LOCK;
use caretaker_shared::model::{Facts, Idle, Outcome, ScreenLock};

use crate::tree::Tree;

macro_rules! testdata {
    ($name:literal) => {
        include_bytes!(concat!("../../src/probes/screenlock/testdata/", $name))
    };
}

const USER_123: &[u8] = testdata!("user-123");
const USER_0: &[u8] = testdata!("user-0");
const USER_WRONG: &[u8] = testdata!("user-wrong-type");
const SITE_600: &[u8] = testdata!("site-600-locked");
const SCHEMAS_43: &[u8] = testdata!("gschemas-43.compiled");
const SCHEMAS_900: &[u8] = testdata!("gschemas-900.compiled");
const LATE_LOCK: &[u8] = testdata!("debian-12-dconf-0.40-gnome-lock-delay-3600");
const MATE_5_AND_5: &[u8] = testdata!("debian-12-dconf-0.40-mate-5-and-5");
const MATE_SCHEMAS: &[u8] = testdata!("debian-12-gschemas-mate-1.26");
const CINNAMON_600_AND_30: &[u8] = testdata!("debian-12-dconf-0.40-cinnamon-600-and-30");
const CINNAMON_SCHEMAS: &[u8] = testdata!("debian-12-gschemas-cinnamon-5.6");
const LIGHT_LOCKER_0: &[u8] = testdata!("debian-12-dconf-0.40-light-locker-0");
const LIGHT_LOCKER_SCHEMAS: &[u8] = testdata!("debian-12-gschemas-light-locker-1.8");
const XFCE_12: &[u8] = testdata!("debian-12-xfconf-4.18-xfce4-screensaver.xml");
const KDE_7: &[u8] = testdata!("debian-12-kwriteconfig-5.103-kscreenlockerrc");
const SCHEMAS: &str = "/usr/share/glib-2.0/schemas/gschemas.compiled";
const USER_DB: &str = "/home/pupil.one/.config/dconf/user";

fn gnome() -> Tree {
    let tree = Tree::new().with_person("pupil.one");
    tree.file("/usr/share/wayland-sessions/gnome.desktop", "[Desktop Entry]\nName=GNOME\nDesktopNames=GNOME\n");
    tree.file("/etc/X11/default-display-manager", "/usr/sbin/gdm3\n");
    tree.file("/run/systemd/users/1000", "NAME=pupil.one\nSTATE=active\n");
    tree.file("/usr/share/glib-2.0/schemas/gschemas.compiled", SCHEMAS_43);
    tree
}

fn locks(outcome: &Outcome) -> &[ScreenLock] {
    match outcome.facts() {
        Some(Facts::ScreenLock(locks)) => locks,
        other => panic!("screen locks were expected, not {other:?}"),
    }
}

fn only(tree: &Tree) -> ScreenLock {
    let outcome = tree.ask(&SCREEN_LOCK);
    match locks(&outcome) {
        [lock] => lock.clone(),
        others => panic!("one lock was expected, not {others:?}"),
    }
}

fn seconds(lock: &ScreenLock) -> (Idle, Idle) {
    (lock.until_covered.clone(), lock.until_password.clone())
}

#[test]
fn case_14_a_gnome_where_nothing_was_changed_covers_at_300_and_asks_at_310() {
    let lock = only(&gnome());
    assert_eq!((lock.user.as_str(), lock.desktop.as_str()), ("pupil.one", "GNOME"));
    assert_eq!(seconds(&lock), (Idle::Seconds(300), Idle::Seconds(310)));
    assert_eq!(lock.setting, "org.gnome.desktop.session idle-delay = 300");
    assert_eq!(lock.place, "/usr/share/glib-2.0/schemas/gschemas.compiled");
    assert!(lock.user_can_change);
}

#[test]
fn a_user_may_change_what_is_not_locked() {
    let tree = gnome();
    tree.file(USER_DB, USER_123);
    let lock = only(&tree);
    assert_eq!(seconds(&lock), (Idle::Seconds(123), Idle::Seconds(133)));
    assert_eq!((lock.place.as_str(), lock.user_can_change), (USER_DB, true));
}

#[test]
fn case_13_a_locked_setting_of_the_site_holds_over_the_users() {
    let tree = gnome();
    tree.file(USER_DB, USER_123);
    tree.file("/etc/dconf/profile/user", "user-db:user\nsystem-db:site\n");
    tree.file("/etc/dconf/db/site", SITE_600);
    let lock = only(&tree);
    assert_eq!(seconds(&lock), (Idle::Seconds(600), Idle::Seconds(630)), "lock-delay is 30 there");
    assert_eq!((lock.place.as_str(), lock.user_can_change), ("/etc/dconf/db/site", false));
}

#[test]
fn a_profile_of_thousands_of_databases_is_not_followed_and_makes_the_lock_unknown() {
    let tree = gnome();
    tree.file("/etc/dconf/profile/user", "file-db:/srv/large\n".repeat(3_000).as_str());
    assert!(matches!(seconds(&only(&tree)).0, Idle::Unknown(reason) if reason.contains("3000 databases")));
}

#[test]
fn case_11_an_idle_delay_of_0_is_never() {
    let tree = gnome();
    tree.file(USER_DB, USER_0);
    assert_eq!(seconds(&only(&tree)), (Idle::Never, Idle::Never));
}

#[test]
fn a_value_of_the_wrong_type_counts_as_the_default() {
    let tree = gnome();
    tree.file(USER_DB, USER_WRONG);
    let lock = only(&tree);
    assert_eq!(seconds(&lock), (Idle::Seconds(300), Idle::Never), "lock-enabled is false there");
    assert_eq!(lock.setting, "org.gnome.desktop.screensaver lock-enabled = false");
}

#[test]
fn defaults_of_the_distribution_count() {
    let tree = gnome();
    tree.file("/usr/share/glib-2.0/schemas/gschemas.compiled", SCHEMAS_900);
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(900), Idle::Seconds(910)));
}

#[test]
fn files_that_cannot_be_understood_make_it_unknown() {
    let tree = gnome();
    tree.file(USER_DB, "not a database");
    let lock = only(&tree);
    let reason = format!("{USER_DB}: not a settings database, or a damaged one");
    assert_eq!(lock.until_password, Idle::Unknown(reason));
}

#[test]
fn two_people_have_two_locks() {
    let tree = gnome();
    tree.file(
        "/etc/passwd",
        "pupil.one:x:1000:1000::/home/pupil.one:/bin/sh\npupil.two:x:1001:1001::/home/pupil.two:/bin/sh\n",
    );
    tree.file("/run/systemd/users/1001", "NAME=pupil.two\nSTATE=online\n");
    tree.file("/home/pupil.two/.config/dconf/user", USER_0);
    let outcome = tree.ask(&SCREEN_LOCK);
    let found: Vec<(&str, Idle)> =
        locks(&outcome).iter().map(|lock| (lock.user.as_str(), lock.until_password.clone())).collect();
    assert_eq!(found, [("pupil.one", Idle::Seconds(310)), ("pupil.two", Idle::Never)]);
}

#[test]
fn an_account_of_a_directory_service_without_a_home_is_unknown() {
    let tree = gnome();
    tree.file("/run/systemd/users/1000", "NAME=pupil.one\nSTATE=closing\n");
    tree.file("/run/systemd/users/70001", "NAME=pupil.far@north.example\nSTATE=active\n");
    let lock = only(&tree);
    assert_eq!(lock.user, "pupil.far@north.example");
    assert!(matches!(lock.until_password, Idle::Unknown(_)));
}

#[test]
fn an_account_of_a_directory_service_is_found_by_its_home() {
    let tree = gnome();
    // Whoever runs this test owns every folder of the tree, and stands for the account.
    let uid = tree.host().status("/home".as_ref()).expect("it is there").uid;
    if uid < 1000 {
        tree.own("/home/north.example/pupil.far", 70_001);
    }
    let uid = if uid < 1000 { 70_001 } else { uid };
    tree.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    tree.file("/run/systemd/users/1000", "NAME=pupil.one\nSTATE=closing\n");
    tree.file(&format!("/run/systemd/users/{uid}"), "NAME=pupil.far@north.example\nSTATE=active\n");
    tree.folder("/home/north.example/pupil.far");
    tree.file("/home/north.example/pupil.far/.config/dconf/user", USER_123);
    let lock = only(&tree);
    assert_eq!(lock.user, "pupil.far@north.example");
    assert_eq!(seconds(&lock), (Idle::Seconds(123), Idle::Seconds(133)));
}

#[test]
fn gnome_does_not_lock_under_another_display_manager() {
    let tree = gnome();
    tree.file("/etc/X11/default-display-manager", "/usr/sbin/lightdm\n");
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(300), Idle::Never));
}

#[test]
fn case_12_a_late_lock_comes_after_the_cover() {
    let tree = gnome();
    tree.file(USER_DB, LATE_LOCK);
    let lock = only(&tree);
    assert_eq!(seconds(&lock), (Idle::Seconds(300), Idle::Seconds(3900)));
    assert_eq!(lock.setting, "org.gnome.desktop.screensaver lock-delay = 3600");
}

/// A person who is logged in to one desktop, which is the only one installed.
fn desktop(session: &str, names: &str) -> Tree {
    let tree = Tree::new().with_person("pupil.one");
    tree.file(&format!("/usr/share/xsessions/{session}.desktop"), format!("[Desktop Entry]\nDesktopNames={names}\n"));
    tree.file("/run/systemd/users/1000", "NAME=pupil.one\nSTATE=active\n");
    tree.runs(1, "systemd", 0);
    tree
}

#[test]
fn case_15_mate_counts_minutes() {
    let tree = desktop("mate", "MATE");
    tree.file(SCHEMAS, MATE_SCHEMAS);
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(300), Idle::Seconds(300)), "a fresh one");
    tree.file(USER_DB, MATE_5_AND_5);
    let lock = only(&tree);
    assert_eq!(seconds(&lock), (Idle::Seconds(300), Idle::Seconds(600)), "lock-delay = 5 is 300 seconds");
    assert_eq!((lock.desktop.as_str(), lock.place.as_str()), ("MATE", USER_DB));
}

#[test]
fn cinnamon_counts_seconds() {
    let tree = desktop("cinnamon", "X-Cinnamon");
    tree.file(SCHEMAS, CINNAMON_SCHEMAS);
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(900), Idle::Seconds(900)), "a fresh one");
    tree.file(USER_DB, CINNAMON_600_AND_30);
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(600), Idle::Seconds(630)));
}

#[test]
fn light_locker_follows_a_time_that_no_file_tells() {
    let tree = desktop("xfce", "XFCE");
    tree.program("/usr/bin/light-locker", "");
    tree.runs(2000, "light-locker", 1000);
    tree.file(SCHEMAS, LIGHT_LOCKER_SCHEMAS);
    let lock = only(&tree);
    assert!(matches!(lock.until_password, Idle::Unknown(_)));
    assert_eq!(lock.setting, "apps.light-locker lock-after-screensaver = 5");
    tree.file(USER_DB, LIGHT_LOCKER_0);
    assert_eq!(only(&tree).until_password, Idle::Never, "0 switches it off");
}

#[test]
fn the_locker_that_runs_for_the_account_decides() {
    let tree = desktop("xfce", "XFCE");
    tree.program("/usr/bin/xfce4-screensaver", "");
    tree.file("/home/pupil.one/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml", XFCE_12);
    tree.runs(2000, "xfce4-screensav", 1001);
    assert_eq!(only(&tree).until_password, Idle::Never, "it runs for somebody else only");
    tree.runs(2001, "xfce4-screensav", 1000);
    assert_eq!(seconds(&only(&tree)), (Idle::Seconds(720), Idle::Seconds(840)));
}

#[test]
fn only_the_desktop_in_use_counts() {
    let tree = gnome();
    tree.file("/usr/share/xsessions/plasma.desktop", "DesktopNames=KDE\n");
    tree.file("/home/pupil.one/.config/kscreenlockerrc", KDE_7);
    let lock = only(&tree);
    assert!(matches!(lock.until_password, Idle::Unknown(_)), "which of the two is used is not recorded");
    tree.file("/home/pupil.one/.dmrc", "[Desktop]\nSession=plasma\n");
    assert_eq!(only(&tree).until_password, Idle::Seconds(430));
    tree.file("/var/lib/AccountsService/users/pupil.one", "[User]\nSession=gnome\n");
    assert_eq!(only(&tree).until_password, Idle::Seconds(310));
    tree.file("/run/systemd/sessions/2", "UID=1000\nTYPE=x11\nCLASS=user\nDESKTOP=KDE\n");
    assert_eq!(only(&tree).until_password, Idle::Seconds(430), "the session that runs says so itself");
}

#[test]
fn desktops_whose_settings_are_not_read_are_unknown() {
    let reason = "Budgie's settings are not read by this version".to_owned();
    assert_eq!(only(&desktop("budgie", "Budgie:GNOME")).until_password, Idle::Unknown(reason));
}

#[test]
fn what_the_login_service_does_is_said_and_not_counted() {
    let tree = gnome();
    tree.file("/etc/systemd/logind.conf.d/school.conf", "[Login]\nIdleAction=lock\nIdleActionSec=60\n");
    let lock = only(&tree);
    assert_eq!(lock.until_password, Idle::Seconds(310));
    assert!(lock.weighed.iter().any(|line| line.starts_with("IdleAction = lock")));
}

#[test]
fn without_a_desktop_nothing_ever_locks() {
    let lock = only(&Tree::new().with_person("pupil.one"));
    assert_eq!(seconds(&lock), (Idle::Never, Idle::Never));
    assert_eq!((lock.setting.as_str(), lock.user.as_str()), ("no desktop is installed", ""));
}
