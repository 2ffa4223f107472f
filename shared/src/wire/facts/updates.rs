//! Updates of the operating system.

use caretaker_proto::agent::v1 as proto;

use crate::model::{InstalledUpdate, Updates};
use crate::wire::common::{WireError, fit_text, list, maybe_timestamp, text, unix_ms};
use crate::wire::limits;

impl From<&Updates> for proto::UpdateFacts {
    fn from(updates: &Updates) -> Self {
        Self {
            build: fit_text(&updates.build),
            last_security_unix_ms: updates.last_security_at.map(unix_ms),
            last_checked_unix_ms: updates.last_checked_at.map(unix_ms),
            restart_pending: updates.restart_pending,
            history: updates.history.iter().take(limits::UPDATES).map(Into::into).collect(),
        }
    }
}

impl TryFrom<proto::UpdateFacts> for Updates {
    type Error = WireError;

    fn try_from(updates: proto::UpdateFacts) -> Result<Self, WireError> {
        Ok(Self {
            build: text(updates.build, "build")?,
            last_security_at: maybe_timestamp(updates.last_security_unix_ms, "last_security_unix_ms")?,
            last_checked_at: maybe_timestamp(updates.last_checked_unix_ms, "last_checked_unix_ms")?,
            restart_pending: updates.restart_pending,
            history: list(updates.history, limits::UPDATES, "history")?,
        })
    }
}

impl From<&InstalledUpdate> for proto::InstalledUpdate {
    fn from(update: &InstalledUpdate) -> Self {
        Self {
            installed_unix_ms: update.installed_at.map(unix_ms),
            name: fit_text(&update.name),
            title: fit_text(&update.title),
            succeeded: update.succeeded,
            security: update.security,
        }
    }
}

impl TryFrom<proto::InstalledUpdate> for InstalledUpdate {
    type Error = WireError;

    fn try_from(update: proto::InstalledUpdate) -> Result<Self, WireError> {
        Ok(Self {
            installed_at: maybe_timestamp(update.installed_unix_ms, "installed_unix_ms")?,
            name: text(update.name, "name")?,
            title: text(update.title, "title")?,
            succeeded: update.succeeded,
            security: update.security,
        })
    }
}
