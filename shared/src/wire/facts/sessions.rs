//! Sessions of people.

use caretaker_proto::agent::v1 as proto;

use crate::model::{SessionKind, UserSession};
use crate::wire::common::{WireError, fit_text, maybe_timestamp, same_names, text, unix_ms};

same_names!(SessionKind, "kind": Console, Remote);

impl From<&UserSession> for proto::UserSession {
    fn from(session: &UserSession) -> Self {
        Self {
            user: fit_text(&session.user),
            kind: proto::SessionKind::from(session.kind).into(),
            active: session.active,
            locked: session.locked,
            began_unix_ms: session.began_at.map(unix_ms),
            idle_since_unix_ms: session.idle_since.map(unix_ms),
        }
    }
}

impl TryFrom<proto::UserSession> for UserSession {
    type Error = WireError;

    fn try_from(session: proto::UserSession) -> Result<Self, WireError> {
        Ok(Self {
            kind: session.kind().try_into()?,
            user: text(session.user, "user")?,
            active: session.active,
            locked: session.locked,
            began_at: maybe_timestamp(session.began_unix_ms, "began_unix_ms")?,
            idle_since: maybe_timestamp(session.idle_since_unix_ms, "idle_since_unix_ms")?,
        })
    }
}
