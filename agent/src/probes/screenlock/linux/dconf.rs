//! Which dconf databases hold for an account, and what stands in them.
//!
//! An account's dconf profile says which: `/run/dconf/user/UID`, else the one in its own `/run/user/UID`, else
//! `/etc/dconf/profile/user`. An account may name another in the environment of its session; that is not seen here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::gvdb::Table;
use super::layers::{Key, Layer, Layers};
use crate::host::{Account, Host, if_there, why};

const SCHEMAS: &str = "/usr/share/glib-2.0/schemas/gschemas.compiled";
const SYSTEM_DATABASES: &str = "/etc/dconf/db";
const DATABASE_BYTES: u64 = 8 * 1024 * 1024;
const PROFILE_BYTES: u64 = 64 * 1024;
/// Real profiles name two or three databases; an account may write thousands into its own.
const MOST_DATABASES: usize = 16;

/// All that is set for these keys.
///
/// # Errors
/// Why something that may decide could not be read.
pub(super) fn layers(host: &dyn Host, account: Option<&Account>, keys: &[&'static Key]) -> Result<Layers, String> {
    let mut layers = Layers { defaults: defaults(host, keys)?, ..Layers::default() };
    for (index, database) in databases(host, account)?.into_iter().enumerate() {
        layers.user_writes_top |= index == 0 && database.of_user;
        // Someone without settings of their own has an empty database on top.
        let layer = database.file.map_or_else(|| Ok(Layer::default()), |file| layer(host, &file, keys))?;
        layers.layers.push(layer);
    }
    Ok(layers)
}

/// A text or number that is set, and where.
pub(in crate::probes) type Text = (String, String);

/// What is set for an account under these paths of dconf, each a text or a whole number, and where. What only a schema
/// states is not told.
///
/// # Errors
/// Why something that may decide could not be read.
pub(in crate::probes) fn texts(
    host: &dyn Host,
    account: &Account,
    paths: &[&'static str],
) -> Result<BTreeMap<&'static str, Text>, String> {
    let mut found = BTreeMap::new();
    for file in databases(host, Some(account))?.into_iter().filter_map(|database| database.file) {
        let place = file.display().to_string();
        let bytes = if_there(host.read(&file, DATABASE_BYTES)).map_err(|error| why(&file, &error))?;
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { continue };
        let damaged = |error| format!("{place}: {error}");
        let table = Table::open(&bytes).map_err(damaged)?;
        let locks = table.table(".locks").map_err(damaged)?;
        for path in paths {
            let locked = locks.map(|locks| locks.value(path)).transpose().map_err(damaged)?.flatten().is_some();
            // From the top: what is below counts only where it is missing above, or locked.
            let text = table.text(path).map_err(damaged)?.filter(|_| locked || !found.contains_key(path));
            match text {
                Some(text) => _ = found.insert(*path, (text, place.clone())),
                None if locked => _ = found.remove(path),
                None => {}
            }
        }
    }
    Ok(found)
}

/// A database that the profile names.
struct Database {
    /// `None` for the own one of somebody who has none.
    file: Option<PathBuf>,
    of_user: bool,
}

/// The databases that hold for an account, from the top.
fn databases(host: &dyn Host, account: Option<&Account>) -> Result<Vec<Database>, String> {
    let lines = profile(host, account)?;
    if lines.len() > MOST_DATABASES {
        return Err(format!("the dconf profile names {} databases; at most {MOST_DATABASES} are read", lines.len()));
    }
    let database = |line: String| {
        let (file, of_user) = match line.split_once(':') {
            Some(("user-db", name)) => (account.map(|account| user_database(account, name)), true),
            Some(("system-db", name)) => (Some(Path::new(SYSTEM_DATABASES).join(name)), false),
            Some(("file-db", path)) => (Some(PathBuf::from(path)), false),
            Some(_) | None => {
                return Err(format!("the dconf profile names \"{line}\", which this version cannot read"));
            }
        };
        Ok(Database { file, of_user })
    };
    lines.into_iter().map(database).collect()
}

/// Where an account keeps what it has set.
pub(super) fn user_database(account: &Account, name: &str) -> PathBuf {
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
fn layer(host: &dyn Host, file: &Path, keys: &[&'static Key]) -> Result<Layer, String> {
    let place = file.display().to_string();
    let bytes = if_there(host.read(file, DATABASE_BYTES)).map_err(|error| why(file, &error))?;
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(Layer { place, ..Layer::default() }) };
    let damaged = |error| format!("{place}: {error}");
    let table = Table::open(&bytes).map_err(damaged)?;
    let locks = table.table(".locks").map_err(damaged)?;
    let mut layer = Layer::default();
    for key in keys {
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
fn defaults(host: &dyn Host, keys: &[&'static Key]) -> Result<Layer, String> {
    let file = Path::new(SCHEMAS);
    let bytes = if_there(host.read(file, DATABASE_BYTES)).map_err(|error| why(file, &error))?;
    let Some(bytes) = bytes else { return Ok(Layer::default()) };
    let damaged = |error| format!("{SCHEMAS}: {error}");
    let table = Table::open(&bytes).map_err(damaged)?;
    let mut values = BTreeMap::new();
    for key in keys {
        if let Some(schema) = table.table(key.schema).map_err(damaged)?
            && let Some(value) = schema.value(key.name).map_err(damaged)?
        {
            values.insert(*key, value);
        }
    }
    Ok(Layer { place: SCHEMAS.into(), values, ..Layer::default() })
}
