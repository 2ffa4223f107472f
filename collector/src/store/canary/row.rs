//! One device's answer, as far as it has come.

use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::Row;

use crate::store::moment::moment;

/// One device's answer in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryRow {
    /// Number of the run.
    pub run: i64,
    /// The device.
    pub device: DeviceId,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub site: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// Until when it may answer.
    pub ends_at: Timestamp,
    /// When a greeting of the device first carried the question.
    pub told_at: Option<Timestamp>,
    /// When its answer was stored.
    pub arrived_at: Option<Timestamp>,
    /// Whether the sentence was sealed for those who may open evidence.
    pub sealed: bool,
    /// The case that it belongs to; empty before it arrived.
    pub reference: String,
    /// When the first mail about that case was taken by the mail server.
    pub mailed_at: Option<Timestamp>,
    /// When somebody took the case, and who.
    pub acknowledged: Option<(Timestamp, String)>,
    /// When the loop was closed for this device.
    pub proven_at: Option<Timestamp>,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanaryState {
    /// The device has not called since.
    Asked,
    /// The device knows.
    OnItsWay,
    /// The answer is here, and not mailed yet.
    Arrived,
    /// The mail server has it; nobody has answered.
    Mailed,
    /// All of the way is proven.
    Proven,
    /// No answer came in time.
    Expired,
}

impl CanaryState {
    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::OnItsWay => "on its way",
            Self::Arrived => "arrived",
            Self::Mailed => "mailed",
            Self::Proven => "proven",
            Self::Expired => "expired",
        }
    }
}

impl CanaryRow {
    /// How far it has come by `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> CanaryState {
        if self.proven_at.is_some() {
            CanaryState::Proven
        } else if self.arrived_at.is_some() {
            if self.mailed_at.is_some() { CanaryState::Mailed } else { CanaryState::Arrived }
        } else if self.ends_at <= now {
            CanaryState::Expired
        } else if self.told_at.is_some() {
            CanaryState::OnItsWay
        } else {
            CanaryState::Asked
        }
    }
}

/// A row as [`read`] takes it, of `canary c` and `device d`.
pub(super) const SELECT: &str = "SELECT c.run, d.uuid, d.name, s.name, r.asked_at, r.asked_by, r.ends_at, c.told_at,
    c.arrived_at, EXISTS (SELECT 1 FROM sealed WHERE sealed.event = c.event), coalesce(a.reference, ''),
    (SELECT min(sent_at) FROM outbox WHERE outbox.alert = c.alert AND outbox.state = 'sent'),
    a.acknowledged_at, a.acknowledged_by, c.proven_at
    FROM canary c JOIN canary_run r ON r.id = c.run JOIN device d ON d.id = c.device JOIN site s ON s.id = d.site
    LEFT JOIN alert a ON a.id = c.alert";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<CanaryRow> {
    let time = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(moment));
    let id: Vec<u8> = row.get(1)?;
    Ok(CanaryRow {
        run: row.get(0)?,
        device: DeviceId::from_slice(&id).ok_or(rusqlite::Error::InvalidQuery)?,
        name: row.get(2)?,
        site: row.get(3)?,
        asked_at: moment(row.get(4)?),
        asked_by: row.get(5)?,
        ends_at: moment(row.get(6)?),
        told_at: time(7)?,
        arrived_at: time(8)?,
        sealed: row.get(9)?,
        reference: row.get(10)?,
        mailed_at: time(11)?,
        acknowledged: time(12)?.zip(row.get(13)?),
        proven_at: time(14)?,
    })
}
