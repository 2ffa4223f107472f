//! Which questions to ask on Linux: sessions and accounts, then the settings of the desktop that each account uses.
//!
//! An account may have settings for several desktops; only those of the one in use count. Logged-in accounts are told;
//! with nobody logged in, those that have settings of GNOME's kind, else what holds for anyone. Homes of accounts that
//! are not logged in are otherwise left alone: they may lie on a server.

use std::path::Path;

use caretaker_shared::model::{Facts, Idle, Outcome, ScreenLock};
use caretaker_shared::wire::limits;

use super::account::Who;
use super::desktop::Desktop;
use super::{dconf, desktop, gnome, hyprland, kde, kin, lockers, logind, sway};
use crate::host::{Account, Host, if_there, why};
use crate::probes::screenlock::unknown;

/// Below it are the numbers of services.
const FIRST_PERSON: u32 = 1000;
const SYSTEMD_USERS: &str = "/run/systemd/users";
const DISPLAY_MANAGER: &str = "/etc/X11/default-display-manager";
const NOTE_BYTES: u64 = 64 * 1024;
const DISPLAY_MANAGER_BYTES: u64 = 64 * 1024;
const GDM: [&str; 4] = ["/usr/sbin/gdm3", "/usr/sbin/gdm", "/usr/bin/gdm", "/usr/bin/gdm3"];
/// How many accounts that are not logged in are looked at.
const MOST_LOGGED_OUT: usize = 16;

/// Asks.
pub(in super::super) fn ask(host: &dyn Host) -> Outcome {
    match locks(host) {
        Ok(mut locks) if locks.len() > limits::LOCKS => {
            locks.truncate(limits::LOCKS);
            let reason = format!("more than {} accounts are logged in; the rest is left out", limits::LOCKS);
            Outcome::Partial { facts: Facts::ScreenLock(locks), reason }
        }
        Ok(locks) => Outcome::Complete(Facts::ScreenLock(locks)),
        Err(reason) => Outcome::Failed { reason },
    }
}

fn locks(host: &dyn Host) -> Result<Vec<ScreenLock>, String> {
    let installed = desktop::installed(host)?;
    if installed.is_empty() {
        return Ok(vec![no_desktop()]);
    }
    let accounts = host.accounts().map_err(|error| why(Path::new("/etc/passwd"), &error))?;
    let mut locks = unlisted(host, &accounts)?;
    let mut wanted: Vec<&Account> = accounts.iter().filter(|account| account.logged_in).collect();
    if wanted.is_empty() && locks.is_empty() {
        let has_settings =
            |account: &&Account| !matches!(if_there(host.status(&dconf::user_database(account, "user"))), Ok(None));
        wanted = accounts.iter().filter(has_settings).take(MOST_LOGGED_OUT).collect();
    }
    for account in &wanted {
        let who = Who { host, account: Some(account) };
        locks.push(lock(&who, desktop::of_account(&who, &installed)));
    }
    if locks.is_empty() {
        locks.push(lock(&Who { host, account: None }, Ok(desktop::only(&installed))));
    }
    Ok(locks)
}

fn no_desktop() -> ScreenLock {
    ScreenLock {
        user: String::new(),
        desktop: "none".into(),
        until_covered: Idle::Never,
        until_password: Idle::Never,
        setting: "no desktop is installed".into(),
        place: desktop::SESSIONS.join(", "),
        user_can_change: false,
        on_battery: None,
        weighed: Vec::new(),
    }
}

/// Accounts of a directory service that have a session and no home that can be found: where their settings lie is not
/// known, and another account's must not stand for theirs.
fn unlisted(host: &dyn Host, accounts: &[Account]) -> Result<Vec<ScreenLock>, String> {
    let passwd = Path::new("/etc/passwd");
    let names = host.account_names().map_err(|error| why(passwd, &error))?;
    let folder = Path::new(SYSTEMD_USERS);
    let notes = if_there(host.list(folder)).map_err(|error| why(folder, &error))?.unwrap_or_default();
    let reason = "the account is not in /etc/passwd and has no home in /home; its settings cannot be found";
    let strange = notes.iter().filter_map(|name| name.parse::<u32>().ok()).filter(|uid| *uid >= FIRST_PERSON);
    let strange = strange.filter(|uid| !accounts.iter().any(|account| account.uid == *uid));
    // A note may outlive its sessions; its state is another then.
    let active = strange.filter(|uid| {
        let note = host.read(&folder.join(uid.to_string()), NOTE_BYTES).unwrap_or_default();
        String::from_utf8_lossy(&note).lines().any(|line| matches!(line, "STATE=active" | "STATE=online"))
    });
    let named = active.filter_map(|uid| Some(names.get(&uid)?.as_str()));
    Ok(named.map(|name| unknown(name, "unknown", reason)).collect())
}

fn lock(who: &Who<'_>, desktop: Result<Option<Desktop>, String>) -> ScreenLock {
    let user = who.name();
    let desktop = match desktop {
        Err(reason) => return unknown(user, "unknown", &reason),
        Ok(None) => {
            let reason = "several desktops are installed, and which one is used is not recorded";
            return unknown(user, "unknown", reason);
        }
        Ok(Some(desktop)) => desktop,
    };
    let decided = match &desktop {
        Desktop::Gnome => gnome_lock(who),
        Desktop::Kde => kde::decide(who),
        Desktop::Mate => kin_lock(who, &kin::MATE),
        Desktop::Cinnamon => kin_lock(who, &kin::CINNAMON),
        Desktop::Sway => sway::decide(who),
        Desktop::Hyprland => hyprland::decide(who),
        Desktop::WithLocker(name) => lockers::decide(who, name),
        Desktop::Other(name) => Err(format!("{name}'s settings are not read by this version")),
    };
    let mut lock = decided.unwrap_or_else(|reason| unknown(user, desktop.name(), &reason));
    lock.weighed.extend(logind::note(who));
    lock
}

fn gnome_lock(who: &Who<'_>) -> Result<ScreenLock, String> {
    let layers = dconf::layers(who.host, who.account, &gnome::KEYS)?;
    let no_gdm = no_gdm(who.host)?;
    let cannot_lock = no_gdm.as_ref().map(|(setting, place)| (setting.as_str(), place.as_str()));
    Ok(gnome::decide(&layers, who.name(), cannot_lock))
}

fn kin_lock(who: &Who<'_>, kin: &kin::Kin) -> Result<ScreenLock, String> {
    kin.decide(&dconf::layers(who.host, who.account, kin.keys())?, who.name())
}

/// GNOME locks only under its own display manager. What stands in its place, and where that is said.
fn no_gdm(host: &dyn Host) -> Result<Option<(String, String)>, String> {
    let place = Path::new(DISPLAY_MANAGER);
    let chosen = if_there(host.read(place, DISPLAY_MANAGER_BYTES)).map_err(|error| why(place, &error))?;
    if let Some(chosen) = chosen {
        let chosen = String::from_utf8_lossy(&chosen).trim().to_owned();
        let is_gdm = chosen.is_empty() || chosen.contains("gdm");
        let setting =
            || (format!("display manager = {chosen}, and GNOME locks under gdm only"), DISPLAY_MANAGER.to_owned());
        return Ok((!is_gdm).then(setting));
    }
    let there = GDM.iter().any(|program| !matches!(if_there(host.status(Path::new(program))), Ok(None)));
    Ok((!there).then(|| ("gdm is not installed, and GNOME locks under gdm only".into(), GDM.join(", "))))
}
