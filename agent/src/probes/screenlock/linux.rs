//! Which questions to ask on Linux: sessions, accounts, dconf's databases, compiled schemas.
//!
//! Which databases hold for an account, its dconf profile says: `/run/dconf/user/UID`, else the one in the account's
//! own `/run/user/UID`, else `/etc/dconf/profile/user`. An account may name another in the environment of its session;
//! that is not seen here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{Facts, Idle, Outcome, ScreenLock};
use caretaker_shared::wire::limits;

use super::desktop::{self, Desktop};
use super::gnome::{Key, Layer, Layers};
use super::gvdb::Table;
use crate::host::{Account, Host, if_there, why};

const SCHEMAS: &str = "/usr/share/glib-2.0/schemas/gschemas.compiled";
const SYSTEM_DATABASES: &str = "/etc/dconf/db";
const SYSTEMD_USERS: &str = "/run/systemd/users";
const DISPLAY_MANAGER: &str = "/etc/X11/default-display-manager";
const GDM: [&str; 4] = ["/usr/sbin/gdm3", "/usr/sbin/gdm", "/usr/bin/gdm", "/usr/bin/gdm3"];
const DATABASE_BYTES: u64 = 8 * 1024 * 1024;
const PROFILE_BYTES: u64 = 64 * 1024;
/// Real profiles name two or three databases; an account may write thousands into its own.
const MOST_DATABASES: usize = 16;
/// How many accounts that are not logged in are looked at.
const MOST_LOGGED_OUT: usize = 16;

pub(super) fn ask(host: &dyn Host) -> Outcome {
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
            |account: &&Account| !matches!(if_there(host.status(&user_database(account, "user"))), Ok(None));
        wanted = accounts.iter().filter(has_settings).take(MOST_LOGGED_OUT).collect();
    }
    for account in &wanted {
        let desktop = desktop::of_account(host, &account.name, &installed);
        locks.push(lock(host, Some(account), desktop));
    }
    if locks.is_empty() {
        locks.push(lock(host, None, Ok(desktop::only(&installed))));
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

fn unknown(user: &str, desktop: &str, reason: &str) -> ScreenLock {
    ScreenLock {
        user: user.to_owned(),
        desktop: desktop.to_owned(),
        until_covered: Idle::Unknown(reason.to_owned()),
        until_password: Idle::Unknown(reason.to_owned()),
        setting: String::new(),
        place: String::new(),
        user_can_change: true,
        on_battery: None,
        weighed: Vec::new(),
    }
}

/// Accounts with a session that `/etc/passwd` does not know: a directory service's. Where their settings lie is not
/// known, and another account's must not stand for theirs.
fn unlisted(host: &dyn Host, accounts: &[Account]) -> Result<Vec<ScreenLock>, String> {
    let folder = Path::new(SYSTEMD_USERS);
    let names = if_there(host.list(folder)).map_err(|error| why(folder, &error))?.unwrap_or_default();
    let uids = names.iter().filter_map(|name| name.parse::<u32>().ok());
    let strange = uids.filter(|uid| *uid >= 1000 && !accounts.iter().any(|account| account.uid == *uid));
    let reason = "the account is not in /etc/passwd; this version cannot find its settings";
    Ok(strange.map(|uid| unknown(&uid.to_string(), "unknown", reason)).collect())
}

fn lock(host: &dyn Host, account: Option<&Account>, desktop: Result<Option<Desktop>, String>) -> ScreenLock {
    let user = account.map(|account| account.name.as_str()).unwrap_or_default();
    match desktop {
        Err(reason) => unknown(user, "unknown", &reason),
        Ok(None) => unknown(user, "unknown", "several desktops are installed, and which one is used is not recorded"),
        Ok(Some(Desktop::Other(name))) => {
            unknown(user, &name, &format!("{name}'s settings are not read by this version"))
        }
        Ok(Some(Desktop::Gnome)) => match layers(host, account).and_then(|all| Ok((all, no_gdm(host)?))) {
            Err(reason) => unknown(user, "GNOME", &reason),
            Ok((layers, no_gdm)) => {
                let cannot_lock = no_gdm.as_ref().map(|(setting, place)| (setting.as_str(), place.as_str()));
                layers.decide(user, cannot_lock)
            }
        },
    }
}

/// GNOME locks only under its own display manager. What stands in its place, and where that is said.
fn no_gdm(host: &dyn Host) -> Result<Option<(String, String)>, String> {
    let place = Path::new(DISPLAY_MANAGER);
    let chosen = if_there(host.read(place, PROFILE_BYTES)).map_err(|error| why(place, &error))?;
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

fn layers(host: &dyn Host, account: Option<&Account>) -> Result<Layers, String> {
    let mut layers = Layers { defaults: defaults(host)?, ..Layers::default() };
    let lines = profile(host, account)?;
    if lines.len() > MOST_DATABASES {
        return Err(format!("the dconf profile names {} databases; at most {MOST_DATABASES} are read", lines.len()));
    }
    for line in lines {
        let top = layers.layers.is_empty();
        let file = match line.split_once(':') {
            Some(("user-db", name)) => {
                layers.user_writes_top |= top;
                match account {
                    Some(account) => user_database(account, name),
                    // Someone without settings of their own has an empty database on top.
                    None => {
                        layers.layers.push(Layer::default());
                        continue;
                    }
                }
            }
            Some(("system-db", name)) => Path::new(SYSTEM_DATABASES).join(name),
            Some(("file-db", path)) => PathBuf::from(path),
            Some(_) | None => {
                return Err(format!("the dconf profile names \"{line}\", which this version cannot read"));
            }
        };
        layers.layers.push(layer(host, &file)?);
    }
    Ok(layers)
}

fn user_database(account: &Account, name: &str) -> PathBuf {
    account.home.join(".config/dconf").join(name)
}

/// The lines of the dconf profile that holds for an account.
fn profile(host: &dyn Host, account: Option<&Account>) -> Result<Vec<String>, String> {
    let own = account.into_iter().flat_map(|account| {
        [format!("/run/dconf/user/{}", account.uid), format!("/run/user/{}/dconf/profile", account.uid)]
    });
    let common = ["/etc/dconf/profile/user", "/usr/local/share/dconf/profile/user", "/usr/share/dconf/profile/user"];
    for file in own.map(PathBuf::from).chain(common.map(PathBuf::from)) {
        if let Some(text) = if_there(host.read(&file, PROFILE_BYTES)).map_err(|error| why(&file, &error))? {
            let text = String::from_utf8_lossy(&text);
            let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
            return Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect());
        }
    }
    Ok(vec!["user-db:user".to_owned()])
}

/// One dconf database; one that is not there holds nothing.
fn layer(host: &dyn Host, file: &Path) -> Result<Layer, String> {
    let place = file.display().to_string();
    let bytes = if_there(host.read(file, DATABASE_BYTES)).map_err(|error| why(file, &error))?;
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(Layer { place, ..Layer::default() }) };
    let damaged = |error| format!("{place}: {error}");
    let table = Table::open(&bytes).map_err(damaged)?;
    let locks = table.table(".locks").map_err(damaged)?;
    let mut layer = Layer::default();
    for key in Key::ALL {
        if let Some(value) = table.value(&key.path()).map_err(damaged)? {
            layer.values.insert(key, value);
        }
        if let Some(locks) = &locks
            && locks.value(&key.path()).map_err(damaged)?.is_some()
        {
            layer.locks.insert(key);
        }
    }
    Ok(Layer { place, ..layer })
}

/// The defaults that this machine's schemas state; none where there are no schemas.
fn defaults(host: &dyn Host) -> Result<Layer, String> {
    let file = Path::new(SCHEMAS);
    let bytes = if_there(host.read(file, DATABASE_BYTES)).map_err(|error| why(file, &error))?;
    let Some(bytes) = bytes else { return Ok(Layer::default()) };
    let damaged = |error| format!("{SCHEMAS}: {error}");
    let table = Table::open(&bytes).map_err(damaged)?;
    let mut values = BTreeMap::new();
    for key in Key::ALL {
        let (schema, name) = key.name();
        if let Some(schema) = table.table(schema).map_err(damaged)?
            && let Some(value) = schema.value(name).map_err(damaged)?
        {
            values.insert(key, value);
        }
    }
    Ok(Layer { place: SCHEMAS.into(), values, ..Layer::default() })
}
