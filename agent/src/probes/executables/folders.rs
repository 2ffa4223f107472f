//! Which folders to search: those of the policy, with the homes of all accounts filled in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::host::{Account, Host, if_there, why};

/// Folders that are there, without links, each once; and why any of them cannot be searched.
pub(super) fn expand(host: &dyn Host, wanted: &[String], accounts: &[Account]) -> (BTreeSet<PathBuf>, Vec<String>) {
    let mut folders = BTreeSet::new();
    let mut flaws = Vec::new();
    for folder in wanted {
        let found: Vec<Result<Option<PathBuf>, String>> = match in_home(folder) {
            Some(rest) => accounts.iter().map(|account| below(host, &account.home, rest)).collect(),
            None if folder.starts_with('/') => vec![whole(host, Path::new(folder))],
            None => vec![Err(format!("{folder}: not a full path; expected one that begins with / or ~"))],
        };
        for found in found {
            match found {
                Ok(found) => folders.extend(found),
                Err(flaw) => flaws.push(flaw),
            }
        }
    }
    (folders, flaws)
}

fn in_home(folder: &str) -> Option<&str> {
    let rest = folder.strip_prefix('~')?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// A folder that the policy names in full: links on the way are the administrator's.
fn whole(host: &dyn Host, folder: &Path) -> Result<Option<PathBuf>, String> {
    if_there(host.resolve(folder)).map_err(|error| why(folder, &error))
}

/// A folder in a home: a link on the way is the user's, and could lead anywhere.
fn below(host: &dyn Host, home: &Path, rest: &str) -> Result<Option<PathBuf>, String> {
    let Some(home) = whole(host, home)? else { return Ok(None) };
    let folder = if rest.is_empty() { home } else { home.join(rest) };
    match whole(host, &folder)? {
        Some(found) if found != folder => Err(format!("{}: a link, not followed", folder.display())),
        found => Ok(found),
    }
}
