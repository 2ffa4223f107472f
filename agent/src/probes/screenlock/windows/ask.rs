//! Which questions to ask on Windows: the machine's limits, and for each profile its user's part of the registry.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use caretaker_shared::model::{Facts, Idle, LockTimes, Outcome, ScreenLock};
use caretaker_shared::wire::limits;

use super::logged_off::{AsRegistry, Kept, Remembered};
use super::machine::Machine;
use super::precedence;
use super::profile::{self, Password, Settings};
use super::saver::Saver;
use crate::host::Host;
use crate::host::profiles::{Profile, profiles};
use crate::host::windows::{LocalUser, Windows};
use crate::probes::screenlock::unknown;

struct Asked<'host> {
    host: &'host dyn Host,
    windows: &'host dyn Windows,
    machine: Machine,
    users: Vec<LocalUser>,
}

/// Asks. `memory`: where to note what profiles said.
pub(in super::super) fn ask(host: &dyn Host, remembered: &Mutex<Remembered>, memory: Option<&Path>) -> Outcome {
    let found = host.windows().and_then(|windows| Ok((windows, profiles(windows.registry())?)));
    let (windows, mut profiles) = match found {
        Ok(found) => found,
        Err(error) => return Outcome::Failed { reason: format!("the list of profiles: {error}") },
    };
    // Who is logged on comes first, should there be more than are reported.
    profiles.sort_by_key(|profile| !profile.loaded);
    let left_out = profiles.len().saturating_sub(limits::LOCKS);
    profiles.truncate(limits::LOCKS);
    let users = windows.local_users();
    let no_users = users
        .as_ref()
        .err()
        .map(|error| format!("whether accounts have a password cannot be told: local accounts: {error}"));
    let asked = Asked { host, windows, machine: Machine::read(windows.registry()), users: users.unwrap_or_default() };
    let mut locks: Vec<ScreenLock> =
        profiles.iter().filter(|profile| profile.loaded).map(|profile| asked.logged_on(profile)).collect();
    let others: Vec<&Profile> = profiles.iter().filter(|profile| !profile.loaded).collect();
    let settings = remembered.lock().unwrap_or_else(PoisonError::into_inner).settings(host, &others, memory);
    locks.extend(others.iter().zip(settings).map(|(profile, kept)| asked.logged_off(profile, kept)));
    if locks.is_empty() {
        locks.push(precedence::decide("", &asked.machine, &Saver::none()));
    }
    let facts = Facts::ScreenLock(locks);
    let crowd = (left_out > 0)
        .then(|| format!("more than {} profiles; {left_out} that are not logged on are left out", limits::LOCKS));
    let flaws: Vec<String> = crowd.into_iter().chain(no_users).collect();
    if flaws.is_empty() { Outcome::Complete(facts) } else { Outcome::Partial { facts, reason: flaws.join("; ") } }
}

impl Asked<'_> {
    fn logged_on(&self, profile: &Profile) -> ScreenLock {
        let registry = self.windows.registry();
        let settings = Settings::read(self.host, registry, registry, &profile.sid, &self.machine);
        self.decided(profile, settings)
    }

    fn logged_off(&self, profile: &Profile, kept: Result<Kept, String>) -> ScreenLock {
        let kept = match kept {
            Ok(kept) => kept,
            Err(reason) => return unknown(&self.name(profile), precedence::DESKTOP, &reason),
        };
        let registry = AsRegistry { kept: &kept, sid: &profile.sid };
        let settings = Settings::read(self.host, self.windows.registry(), &registry, &profile.sid, &self.machine);
        let mut lock = self.decided(profile, settings);
        let file = format!(r"{}\NTUSER.DAT", profile.folder);
        lock.weighed.push(format!("not logged on: as of {}, from {file}", kept.written_at.strftime("%Y-%m-%d")));
        if kept.stale {
            lock.weighed.push(format!("{file} was not written to its end; the last change may be missing"));
        }
        lock
    }

    fn decided(&self, profile: &Profile, settings: Settings) -> ScreenLock {
        let mut lock = precedence::decide(&self.name(profile), &self.machine, &settings.saver);
        lock.weighed.extend(settings.notes);
        match profile::password(&self.users, &profile.sid) {
            Password::Needed => {}
            Password::MayBeEmpty => {
                lock.weighed
                    .push("the account may have an empty password; its screen would then open by a click".into());
            }
            Password::None => {
                let line = format!("{} in {}", lock.setting, lock.place);
                lock.weighed.insert(0, format!("the screen locks by {line}, but opens by a click"));
                lock.until_password = Idle::Never;
                lock.on_battery = lock.on_battery.map(|times| LockTimes { until_password: Idle::Never, ..times });
                lock.setting = "the account has no password".into();
                lock.place = "local accounts".into();
                lock.user_can_change = true;
            }
        }
        lock
    }

    /// The account's name, else that of the profile's folder, which does not follow when an account is renamed.
    fn name(&self, profile: &Profile) -> String {
        let name: io::Result<Option<String>> = self.windows.account_of(&profile.sid);
        let folder = profile.folder.rsplit('\\').next().unwrap_or_default();
        let known = name.ok().flatten().filter(|name| !name.is_empty());
        known.unwrap_or_else(|| if folder.is_empty() { profile.sid.clone() } else { folder.to_owned() })
    }
}
