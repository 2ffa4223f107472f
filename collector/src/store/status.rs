//! How the whole school stands: counts, policies, mail.

use std::collections::{HashMap, HashSet};

use caretaker_shared::model::{ProbeName, Requirement};
use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::console::{ALERTS_SEEN, AlertSight, count};
use super::moment::moment;
use super::{ChannelState, SiteScope, Store, StoreError, outbox};

/// What the status is made from.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Every active device.
    pub devices: Vec<DeviceState>,
    /// Devices that were shut out.
    pub revoked: u32,
    /// Every site and its policy in force, by name.
    pub sites: Vec<SiteState>,
    /// What became of mail.
    pub mail: MailState,
    /// Alerts that nobody has taken.
    pub alerts_new: u32,
    /// Alerts that somebody works on.
    pub alerts_acknowledged: u32,
}

/// What counts of an active device.
#[derive(Debug, Clone, Default)]
pub struct DeviceState {
    /// Its site, as an index into [`Overview::sites`].
    pub site: usize,
    /// Its last word.
    pub last_seen_at: Option<Timestamp>,
    /// The policy that it works by; 0 for none.
    pub policy_version: u64,
    /// Probes whose newest reading holds facts.
    pub answered: HashSet<ProbeName>,
    /// Requirements with an open finding that fails.
    pub fails: HashSet<Requirement>,
    /// Requirements with an open finding that is not known.
    pub unknown: HashSet<Requirement>,
}

/// A site and the policy in force there.
#[derive(Debug, Clone)]
pub struct SiteState {
    /// Its name.
    pub name: String,
    /// Version of its policy; 0 for none.
    pub policy_version: u64,
    /// Text of its policy; empty for none.
    pub policy: String,
}

/// What became of mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailState {
    /// When something last went out.
    pub last_sent_at: Option<Timestamp>,
    /// Mails that must still go out.
    pub waiting: u32,
    /// The oldest of them.
    pub oldest_waiting_since: Option<Timestamp>,
    /// Those of them that were tried in vain.
    pub refused: u32,
    /// When the newest mail was written that will never go out.
    pub given_up_at: Option<Timestamp>,
    /// Mails that will never go out, about alerts that are not closed, whose recipients have got none since.
    pub unreached: u32,
    /// What the mail server said last, when it refused.
    pub last_error: String,
    /// How each way out does that was tried.
    pub channels: Vec<ChannelState>,
    /// Open alerts that nobody could be told of: the policy names nobody who may hear of them.
    pub unheard: u32,
}

impl Store {
    /// Everything that the status is made from, as it stood at one moment, at the sites that are seen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn overview(&self, sight: AlertSight) -> Result<Overview, StoreError> {
        self.read(move |connection| {
            // One transaction, so that all counts are of the same moment.
            let moment = connection.unchecked_transaction()?;
            let scope = &sight.sites;
            let (ids, sites) = sites(&moment, scope)?;
            let revoked = "SELECT count(*) FROM device WHERE status <> 'active'
                 AND (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites)))";
            let revoked = moment.prepare_cached(revoked)?.query_row([scope], |row| row.get::<_, i64>(0))?;
            Ok(Overview {
                devices: devices(&moment, &ids)?.into_values().collect(),
                revoked: count(revoked),
                sites,
                mail: mail(&moment, scope)?,
                alerts_new: alerts(&moment, "new", &sight)?,
                alerts_acknowledged: alerts(&moment, "acknowledged", &sight)?,
            })
        })
        .await
    }
}

impl Store {
    /// When the newest checkpoint of the audit chain was made, if there is one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_checkpoint_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let newest: Option<i64> =
                connection.query_row("SELECT max(made_at) FROM checkpoint", [], |row| row.get(0))?;
            Ok(newest.map(moment))
        })
        .await
    }
}

pub(super) fn alerts(connection: &Connection, state: &str, sight: &AlertSight) -> Result<u32, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT count(*) FROM alert a WHERE a.state = :state AND a.canary = 0 AND {ALERTS_SEEN}"
    ))?;
    let parameters = named_params! {
        ":state": state,
        ":sites": sight.sites,
        ":devices": sight.devices,
        ":least": sight.safeguarding_from,
    };
    Ok(count(query.query_row(parameters, |row| row.get(0))?))
}

/// The sites that are seen, by name, and the place of each in that list by its number.
pub(super) fn sites(
    connection: &Connection,
    scope: &SiteScope,
) -> Result<(HashMap<i64, usize>, Vec<SiteState>), StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT s.id, s.name, coalesce(p.version, 0), coalesce(p.toml, '') FROM site s
         LEFT JOIN policy p ON p.site = s.id
              AND p.version = (SELECT max(version) FROM policy WHERE site = s.id)
         WHERE (:sites IS NULL OR s.id IN (SELECT value FROM json_each(:sites)))
         ORDER BY s.name",
    )?;
    let rows = query.query_map([scope], |row| {
        let policy_version = u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default();
        Ok((row.get::<_, i64>(0)?, SiteState { name: row.get(1)?, policy_version, policy: row.get(3)? }))
    })?;
    let mut ids = HashMap::new();
    let mut sites = Vec::new();
    for row in rows {
        let (id, site) = row?;
        ids.insert(id, sites.len());
        sites.push(site);
    }
    Ok((ids, sites))
}

/// Every active device at one of the sites, by its number.
pub(super) fn devices(
    connection: &Connection,
    sites: &HashMap<i64, usize>,
) -> Result<HashMap<i64, DeviceState>, StoreError> {
    let mut devices: HashMap<i64, DeviceState> = HashMap::new();
    let mut query = connection
        .prepare_cached("SELECT id, site, last_seen_at, policy_version FROM device WHERE status = 'active'")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        // Of a site that is not seen.
        let Some(site) = sites.get(&row.get(1)?).copied() else { continue };
        let state = DeviceState {
            site,
            last_seen_at: row.get::<_, Option<i64>>(2)?.map(moment),
            policy_version: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
            ..DeviceState::default()
        };
        devices.insert(row.get(0)?, state);
    }
    let mut query = connection.prepare_cached(
        "SELECT device, probe FROM reading WHERE completeness IN ('complete', 'partial') AND digest IS NOT NULL",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let probe = ProbeName::parse(row.get_ref(1)?.as_str().unwrap_or_default());
        if let (Some(device), Some(probe)) = (devices.get_mut(&row.get(0)?), probe) {
            device.answered.insert(probe);
        }
    }
    let mut query = connection
        .prepare_cached("SELECT DISTINCT device, requirement, verdict FROM finding WHERE closed_at IS NULL")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let requirement = Requirement::parse(row.get_ref(1)?.as_str().unwrap_or_default());
        if let (Some(device), Some(requirement)) = (devices.get_mut(&row.get(0)?), requirement) {
            let fails = row.get_ref(2)?.as_str().is_ok_and(|verdict| verdict == "fails");
            if fails { &mut device.fails } else { &mut device.unknown }.insert(requirement);
        }
    }
    Ok(devices)
}

pub(super) fn mail(connection: &Connection, scope: &SiteScope) -> Result<MailState, StoreError> {
    let state = connection
        .prepare_cached(
            "SELECT max(sent_at),
                    count(*) FILTER (WHERE state IN ('waiting', 'sending')),
                    min(created_at) FILTER (WHERE state IN ('waiting', 'sending')),
                    count(*) FILTER (WHERE state IN ('waiting', 'sending') AND last_error <> ''),
                    max(created_at) FILTER (WHERE state = 'failed'),
                    (SELECT count(*) FROM outbox lost JOIN alert ON alert.id = lost.alert
                     WHERE lost.state = 'failed' AND lost.kind <> 'webhook' AND alert.state <> 'closed'
                       AND NOT EXISTS (SELECT 1 FROM outbox AS later WHERE later.state = 'sent'
                           AND later.address = lost.address AND later.sent_at > lost.created_at)
                       AND (:sites IS NULL OR alert.site IN (SELECT value FROM json_each(:sites)))),
                    (SELECT count(*) FROM ladder JOIN alert ON alert.id = ladder.alert
                     WHERE ladder.unheard = 1 AND alert.state = 'new'
                       AND (:sites IS NULL OR alert.site IN (SELECT value FROM json_each(:sites))))
             FROM outbox WHERE kind <> 'webhook' AND (:sites IS NULL
                OR (SELECT site FROM alert WHERE alert.id = outbox.alert) IN (SELECT value FROM json_each(:sites)))",
        )?
        .query_row([scope], |row| {
            Ok(MailState {
                last_sent_at: row.get::<_, Option<i64>>(0)?.map(moment),
                waiting: count(row.get(1)?),
                oldest_waiting_since: row.get::<_, Option<i64>>(2)?.map(moment),
                refused: count(row.get(3)?),
                given_up_at: row.get::<_, Option<i64>>(4)?.map(moment),
                unreached: count(row.get(5)?),
                last_error: String::new(),
                channels: Vec::new(),
                unheard: count(row.get(6)?),
            })
        })?;
    let mut query = connection
        .prepare_cached("SELECT last_error FROM outbox WHERE state <> 'sent' AND kind <> 'webhook' AND last_error <> ''
           AND (:sites IS NULL OR (SELECT site FROM alert WHERE alert.id = outbox.alert) IN (SELECT value FROM json_each(:sites)))
         ORDER BY id DESC")?;
    let last_error = query.query_map([scope], |row| row.get(0))?.next().transpose()?.unwrap_or_default();
    Ok(MailState { last_error, channels: outbox::channels(connection)?, ..state })
}
