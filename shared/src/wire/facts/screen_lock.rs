//! Screen locks.

use caretaker_proto::agent::v1 as proto;

use crate::model::{Idle, LockTimes, ScreenLock};
use crate::wire::common::{WireError, fit_path, fit_text, path, text, texts};
use crate::wire::limits;

impl From<&ScreenLock> for proto::ScreenLock {
    fn from(lock: &ScreenLock) -> Self {
        Self {
            user: fit_text(&lock.user),
            desktop: fit_text(&lock.desktop),
            until_covered: Some((&lock.until_covered).into()),
            until_password: Some((&lock.until_password).into()),
            setting: fit_text(&lock.setting),
            place: fit_path(&lock.place),
            user_can_change: lock.user_can_change,
            battery_until_covered: lock.on_battery.as_ref().map(|times| (&times.until_covered).into()),
            battery_until_password: lock.on_battery.as_ref().map(|times| (&times.until_password).into()),
            weighed: lock.weighed.iter().take(limits::EVIDENCE).map(|line| fit_text(line)).collect(),
        }
    }
}

impl TryFrom<proto::ScreenLock> for ScreenLock {
    type Error = WireError;

    fn try_from(lock: proto::ScreenLock) -> Result<Self, WireError> {
        let on_battery = match (lock.battery_until_covered, lock.battery_until_password) {
            (Some(covered), Some(password)) => {
                Some(LockTimes { until_covered: covered.try_into()?, until_password: password.try_into()? })
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(WireError::Missing("battery_until")),
        };
        Ok(Self {
            user: text(lock.user, "user")?,
            desktop: text(lock.desktop, "desktop")?,
            until_covered: lock.until_covered.ok_or(WireError::Missing("until_covered"))?.try_into()?,
            until_password: lock.until_password.ok_or(WireError::Missing("until_password"))?.try_into()?,
            setting: text(lock.setting, "setting")?,
            place: path(lock.place, "place")?,
            user_can_change: lock.user_can_change,
            on_battery,
            weighed: texts(lock.weighed, limits::EVIDENCE, limits::TEXT_BYTES, "weighed")?,
        })
    }
}

impl From<&Idle> for proto::Idle {
    fn from(idle: &Idle) -> Self {
        use proto::idle::Idle as Wire;
        let idle = match idle {
            Idle::Seconds(seconds) => Wire::Seconds(*seconds),
            Idle::Never => Wire::Never(true),
            Idle::Unknown(reason) => Wire::Unknown(fit_text(reason)),
        };
        Self { idle: Some(idle) }
    }
}

impl TryFrom<proto::Idle> for Idle {
    type Error = WireError;

    fn try_from(idle: proto::Idle) -> Result<Self, WireError> {
        use proto::idle::Idle as Wire;
        Ok(match idle.idle.ok_or(WireError::Missing("idle"))? {
            Wire::Seconds(seconds) => Self::Seconds(seconds),
            Wire::Never(_) => Self::Never,
            Wire::Unknown(reason) => Self::Unknown(text(reason, "idle.unknown")?),
        })
    }
}
