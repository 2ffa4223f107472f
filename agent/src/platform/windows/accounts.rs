//! Accounts of people, and the names of accounts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use caretaker_shared::clock::{Clock, SystemClock};

use super::sids;
use crate::host::Account;
use crate::host::profiles::profiles;
use crate::host::windows::Registry;
use crate::platform::raw::names::Names;

/// The accounts of this machine, with the names that were asked for lately.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    names: Mutex<Names>,
}

impl Accounts {
    /// Those who have a profile, in the order of their numbers. The first name that cannot be asked for ends the asking:
    /// each further one would wait as long. A folder names the account then.
    pub(super) fn of_people(&self, registry: &dyn Registry) -> io::Result<Vec<Account>> {
        let mut asking = true;
        let mut accounts: Vec<Account> = profiles(registry)?
            .into_iter()
            .map(|profile| {
                let name = if asking { self.name(&profile.sid) } else { Ok(self.known(&profile.sid).flatten()) };
                asking = asking && name.is_ok();
                Account {
                    name: name.ok().flatten().unwrap_or_else(|| profile.folder_name().to_owned()),
                    uid: profile.number(),
                    home: PathBuf::from(&profile.folder),
                    logged_in: profile.loaded,
                    sid: profile.sid,
                }
            })
            .collect();
        accounts.sort_by_key(|account| account.uid);
        Ok(accounts)
    }

    /// The account of a security identifier; `None` when nobody knows it.
    pub(super) fn name(&self, sid: &str) -> io::Result<Option<String>> {
        if let Some(answer) = self.known(sid) {
            return Ok(answer);
        }
        let name = sids::account_of(sid)?;
        self.names().keep(sid, name.clone(), SystemClock.steady());
        Ok(name)
    }

    /// Name of the account that owns a path; its security identifier when nobody knows a name.
    pub(super) fn owner(&self, path: &Path) -> io::Result<String> {
        let sid = sids::owner(path)?;
        Ok(self.name(&sid).ok().flatten().unwrap_or(sid))
    }

    fn known(&self, sid: &str) -> Option<Option<String>> {
        self.names().answer(sid, SystemClock.steady())
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
