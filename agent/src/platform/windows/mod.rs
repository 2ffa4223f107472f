//! Windows 10 and later, and its servers.

mod access;
mod accounts;
mod administrators;
mod calls;
mod confinement;
mod drives;
mod event_log;
mod files;
mod folder;
mod net;
mod own;
mod processes;
mod real_file;
mod registry;
mod resources;
pub(super) mod service_control;
pub(super) mod service_setup;
mod services;
mod sessions;
mod sids;
#[cfg(test)]
mod tests;
mod text;
mod users;
mod walk;
mod wmi;

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::model::HostFacts;
use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};
pub(super) use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW as NO_WINDOW;

use self::accounts::Accounts;
pub use self::confinement::confine_this_process;
pub use self::event_log::report;
pub use self::own::{boot_id, lower_priority, state_dir};
pub use self::real_file::real_file;
use self::registry::LiveRegistry;
use super::facts;
use super::raw::power_status;
use crate::host::product::product;
use crate::host::windows::{Drive, LocalUser, Member, Registry, ServiceState, Session, Windows, WmiObject};
use crate::host::{Account, FileStatus, Found, Host, OpenFile, Power, Process, System};

/// This machine.
#[derive(Debug, Default)]
pub struct Machine {
    accounts: Accounts,
}

impl Machine {
    /// This machine; there is no other root here.
    #[must_use]
    pub fn at(_root: PathBuf) -> Self {
        Self::default()
    }
}

impl Host for Machine {
    fn system(&self) -> System {
        System::Windows
    }

    fn facts(&self) -> io::Result<HostFacts> {
        let mut facts = facts::facts()?;
        if let Ok(product) = product(self.registry()) {
            facts.os = product.to_string();
        }
        Ok(facts)
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        self.accounts.of_people(self.registry())
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        Ok(self.accounts()?.into_iter().rev().map(|account| (account.uid, account.name)).collect())
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        processes::all()
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        files::read(file, limit)
    }

    fn open(&self, file: &Path) -> io::Result<OpenFile> {
        files::open(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        folder::list(folder)
    }

    fn status(&self, path: &Path) -> io::Result<FileStatus> {
        files::status(path)
    }

    fn owner(&self, path: &Path, _status: &FileStatus) -> io::Result<String> {
        self.accounts.owner(path)
    }

    #[expect(unsafe_code, reason = "the power supply is asked by the system's own call")]
    fn power(&self) -> io::Result<Power> {
        let mut status = SYSTEM_POWER_STATUS::default();
        // SAFETY: the call fills in one structure.
        if unsafe { GetSystemPowerStatus(&raw mut status) } == 0 {
            return Err(io::Error::last_os_error());
        }
        power_status::power(status.ACLineStatus, status.BatteryFlag, status.BatteryLifePercent)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        files::resolve(path)
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        walk::walk(folder, enter, visit);
    }

    fn windows(&self) -> io::Result<&dyn Windows> {
        Ok(self)
    }
}

impl Windows for Machine {
    fn registry(&self) -> &dyn Registry {
        &LiveRegistry
    }

    fn wmi(&self, namespace: &str, query: &str) -> io::Result<Vec<WmiObject>> {
        wmi::query(namespace, query)
    }

    fn wmi_call(&self, namespace: &str, object: &str, method: &str) -> io::Result<WmiObject> {
        wmi::call(namespace, object, method)
    }

    fn service(&self, name: &str) -> io::Result<Option<ServiceState>> {
        services::state(name)
    }

    fn sessions(&self) -> io::Result<Vec<Session>> {
        sessions::all()
    }

    fn local_users(&self) -> io::Result<Vec<LocalUser>> {
        users::all()
    }

    fn administrators(&self) -> io::Result<Vec<Member>> {
        administrators::all()
    }

    fn password_max_age(&self) -> io::Result<Option<Duration>> {
        users::password_max_age()
    }

    fn drives(&self) -> io::Result<Vec<Drive>> {
        drives::all()
    }

    fn account_of(&self, sid: &str) -> io::Result<Option<String>> {
        self.accounts.name(sid)
    }

    fn resource_text(&self, reference: &str) -> Option<String> {
        resources::text(reference)
    }
}
