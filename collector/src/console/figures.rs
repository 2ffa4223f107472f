//! How the whole school stands, as figures by site: what a monitoring system draws. Counts alone, of no person and no
//! single device.

use caretaker_proto::console::v1::Compliance;
use caretaker_shared::model::Stream;
use jiff::{SignedDuration, Timestamp};

use super::status::{SILENT_AFTER_DAYS, mail, silence};
use super::{Context, compliance};
use crate::audit_check::AuditStanding;
use crate::store::console::AlertSight;
use crate::store::{AuditChain, DeviceState, StoreError};

/// Figures of one moment.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// When the collector started.
    pub started_at: Timestamp,
    /// By site, in the order of their names.
    pub sites: Vec<SiteFigures>,
    /// Devices that left: revoked, retired or lost.
    pub departed: u32,
    /// Alerts that nobody has taken, and those that somebody works on.
    pub alerts: [(&'static str, u32); 2],
    /// "healthy", "waiting", "failing", "unused".
    pub mail: String,
    /// Mails that must still go out.
    pub mail_waiting: u32,
    /// Open alerts that nobody could be told of.
    pub mail_unheard: u32,
    /// When something last went out.
    pub mail_sent_at: Option<Timestamp>,
    /// "checking", "whole", "broken", "unknown".
    pub audit: &'static str,
    /// When the newest checkpoint of the audit chain was made.
    pub checkpoint_at: Option<Timestamp>,
    /// Records that were taken in since the start, by stream.
    pub taken: Vec<(Stream, u64)>,
}

/// Figures of one site.
#[derive(Debug, Clone, Default)]
pub struct SiteFigures {
    /// Its name.
    pub site: String,
    /// Active devices by when they were last heard of: "today", "earlier", "silent", "never".
    pub devices: [(&'static str, u32); 4],
    /// How many of them meet each requirement.
    pub requirements: Vec<Compliance>,
}

/// The figures as they are now.
///
/// # Errors
/// When the database refuses.
pub async fn figures(context: &Context) -> Result<Figures, StoreError> {
    let overview = context.store.overview(AlertSight::everything()).await?;
    let now = context.clock.now();
    let today = now.to_zoned(context.zone.clone()).start_of_day().map_or(now, |midnight| midnight.timestamp());
    let usual = SignedDuration::from_hours(24 * i64::from(SILENT_AFTER_DAYS));
    let sites = overview.sites.iter().enumerate().map(|(at, site)| {
        let silence = if site.policy.is_empty() { usual } else { silence(site) };
        let devices: Vec<DeviceState> = overview.devices.iter().filter(|device| device.site == at).cloned().collect();
        SiteFigures {
            site: site.name.clone(),
            devices: heard(&devices, silence, today, now),
            requirements: compliance::count(devices.iter(), |_| silence, now),
        }
    });
    let mail = mail(&overview.mail, &context.routes, now);
    Ok(Figures {
        started_at: context.started_at,
        sites: sites.collect(),
        departed: overview.revoked,
        alerts: [("new", overview.alerts_new), ("acknowledged", overview.alerts_acknowledged)],
        mail: mail.state,
        mail_waiting: mail.waiting,
        mail_unheard: mail.unheard,
        mail_sent_at: overview.mail.last_sent_at,
        audit: match context.audit.get() {
            None => "checking",
            Some(AuditStanding::Proven(AuditChain::Whole { .. })) => "whole",
            Some(AuditStanding::Proven(AuditChain::Broken { .. })) => "broken",
            Some(AuditStanding::Unread) => "unknown",
        },
        checkpoint_at: context.store.newest_checkpoint_at().await?,
        taken: context.store.taken(),
    })
}

fn heard(
    devices: &[DeviceState],
    silence: SignedDuration,
    today: Timestamp,
    now: Timestamp,
) -> [(&'static str, u32); 4] {
    let (mut of_today, mut earlier, mut silent, mut never) = (0, 0, 0, 0);
    for device in devices {
        match device.last_seen_at {
            None => never += 1,
            Some(seen) if seen >= today => of_today += 1,
            Some(seen) if now.duration_since(seen) > silence => silent += 1,
            Some(_) => earlier += 1,
        }
    }
    [("today", of_today), ("earlier", earlier), ("silent", silent), ("never", never)]
}
