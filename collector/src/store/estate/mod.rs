//! Every device as the dashboard counts it, of one moment.
//!
//! Asked every few seconds while somebody looks: what is counted comes out of indexes, and what a device told of its
//! antivirus and its screen lock is read from its message once and remembered by the message's digest.

mod files;
mod names;
mod told;

use std::collections::HashMap;
use std::sync::Arc;

use caretaker_shared::model::AntivirusProduct;
use jiff::Timestamp;

use super::console::AlertSight;
use super::status::{DeviceState, MailState, SiteState};
use super::{SiteScope, Store, StoreError, device_groups, status};

pub use files::NewFiles;
pub use names::NamedDevice;
pub use told::{LongestLock, Remembered};

/// What the dashboard is made from.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    /// Every active device, in no order.
    pub members: Vec<Member>,
    /// Every site that is seen and its policy in force, by name.
    pub sites: Vec<SiteState>,
    /// What became of mail.
    pub mail: MailState,
    /// Alerts that nobody has taken.
    pub alerts_new: u32,
    /// Alerts that somebody works on.
    pub alerts_acknowledged: u32,
    /// Files that were not there before today.
    pub new_files: NewFiles,
}

/// An active device and what it told.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its number in this database.
    pub(crate) rowid: i64,
    /// What counts of it.
    pub state: DeviceState,
    /// Its antivirus products, without where each answer came from; `None` while it has not told of any.
    pub products: Option<Arc<[AntivirusProduct]>>,
    /// When its screens lock; `None` while it has not told.
    pub locks: Option<LongestLock>,
}

impl Store {
    /// Every active device at the sites that are seen, or of the `group` of that name there alone, with what became of
    /// mail and alerts, and the files that these devices had first after `today` began.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn estate(
        &self,
        sight: AlertSight,
        group: Option<String>,
        today: Timestamp,
        remembered: Arc<Remembered>,
    ) -> Result<Estate, StoreError> {
        self.read(move |connection| {
            // One transaction, so that all counts are of the same moment.
            let moment = connection.unchecked_transaction()?;
            let (ids, sites) = status::sites(&moment, &sight.sites)?;
            let mut states = status::devices(&moment, &ids)?;
            if let Some(group) = group {
                let members = device_groups::members(&moment, &group)?;
                states.retain(|device, _| members.contains(device));
            }
            let new_files = files::since(&moment, &states, today)?;
            let members = members(&moment, states, &remembered)?;
            Ok(Estate {
                members,
                sites,
                mail: status::mail(&moment, &sight.sites)?,
                alerts_new: status::alerts(&moment, "new", &sight)?,
                alerts_acknowledged: status::alerts(&moment, "acknowledged", &sight)?,
                new_files,
            })
        })
        .await
    }

    /// The scope of one site alone; of no site when there is none of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn scope_of(&self, site: String) -> Result<SiteScope, StoreError> {
        self.read(move |connection| {
            Ok(SiteScope::only(super::sites::by_name(connection, &site)?.into_iter().collect()))
        })
        .await
    }
}

fn members(
    connection: &rusqlite::Connection,
    states: HashMap<i64, DeviceState>,
    remembered: &Remembered,
) -> Result<Vec<Member>, StoreError> {
    let mut told = remembered.told(connection, &states)?;
    let member = |(rowid, state)| {
        let told = told.remove(&rowid).unwrap_or_default();
        Member { rowid, state, products: told.products, locks: told.locks }
    };
    Ok(states.into_iter().map(member).collect())
}
